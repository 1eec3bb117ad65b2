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
    pub(super) fn of(name: &str, sheet: Sheet) -> Self {
        Self {
            name: name.to_owned(),
            columns: sheet.into_columns(),
        }
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
