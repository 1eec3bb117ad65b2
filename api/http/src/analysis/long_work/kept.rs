//! The result of a run as it is kept: facts, and tables by columns.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::sheet::{Sheet, Values};

/// A table of a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptTable {
    pub(crate) name: String,
    columns: Vec<(String, Values)>,
}

impl KeptTable {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            columns: Vec::new(),
        }
    }

    pub(super) fn column(mut self, name: &str, values: Values) -> Self {
        self.columns.push((name.to_owned(), values));
        self
    }

    /// The table as it leaves.
    pub(crate) fn sheet(self) -> Sheet {
        let columns = self.columns.into_iter();
        columns.fold(Sheet::default(), |sheet, (name, values)| {
            sheet.column(name, values)
        })
    }
}

/// The result of a run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct KeptResult {
    pub(crate) facts: Map<String, Value>,
    pub(crate) tables: Vec<KeptTable>,
}

impl KeptResult {
    pub(super) fn fact(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }
}

/// A number as it is shown: thousandths.
pub(super) fn thousandths(value: f64) -> Option<f64> {
    Some((value * 1000.0).round() / 1000.0)
}
