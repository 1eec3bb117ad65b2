//! A table of the standing set, ready to be written.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use tables::{ColumnValues, Format, write_columns};

use super::{StatisticsColumn, StatisticsKind, StatisticsWriteError};

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum StatisticsValue {
    /// Not shown, not known, or there is none.
    Empty,
    /// A text or code.
    Text(String),
    /// A number of children, places, facilities or days.
    Whole(i64),
    /// Per cent, two decimals.
    Percent(f64),
}

impl StatisticsValue {
    /// Columns of [`StatisticsTable::differences`].
    pub const DIFFERENCE_COLUMNS: [&'static str; 7] = [
        "table",
        "month",
        "area",
        "care_type",
        "class",
        "first_published",
        "revised",
    ];

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn whole(number: Option<i64>) -> Self {
        number.map_or(Self::Empty, Self::Whole)
    }

    pub(super) fn percent(part: Option<i64>, whole: i64) -> Self {
        match part {
            Some(part) if whole > 0 => {
                Self::Percent((part as f64 / whole as f64 * 10_000.0).round() / 100.0)
            }
            _ => Self::Empty,
        }
    }
}

impl Serialize for StatisticsValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Empty => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Whole(number) => serializer.serialize_i64(*number),
            Self::Percent(number) => serializer.serialize_f64(*number),
        }
    }
}

/// A table of the standing set: children as released, places as they are.
///
/// There is no way to make one but [`super::statistics`]. Serialised, it is a list of rows by column.
#[derive(Debug, Clone, PartialEq)]
pub struct StatisticsTable {
    kind: StatisticsKind,
    rows: Vec<Vec<StatisticsValue>>,
}

/// What a column holds.
enum ColumnKind {
    Text,
    Whole,
    Percent,
}

impl StatisticsColumn {
    fn kind(&self) -> ColumnKind {
        const TEXTS: [&str; 11] = [
            "month",
            "known_on",
            "level",
            "area",
            "area_name",
            "parent",
            "care_type",
            "age",
            "hours",
            "status",
            "bookable_state",
        ];
        if TEXTS.contains(&self.name) {
            ColumnKind::Text
        } else if self.name.ends_with("_percent") {
            ColumnKind::Percent
        } else {
            ColumnKind::Whole
        }
    }
}

impl StatisticsTable {
    pub(super) fn new(kind: StatisticsKind, rows: Vec<Vec<StatisticsValue>>) -> Self {
        Self { kind, rows }
    }

    /// Which table it is.
    #[must_use]
    pub const fn kind(&self) -> StatisticsKind {
        self.kind
    }

    /// Rows in the order of months, places, care types and classes; cells in that of the columns.
    #[must_use]
    pub fn rows(&self) -> &[Vec<StatisticsValue>] {
        &self.rows
    }

    /// The cells of a column; `None` for a name the table does not have.
    pub fn column(&self, name: &str) -> Option<impl Iterator<Item = &StatisticsValue>> {
        let columns = self.kind.columns();
        let position = columns.iter().position(|column| column.name == name)?;
        Some(self.rows.iter().map(move |row| &row[position]))
    }

    /// The rows of several months of the same table, one after the other.
    pub(super) fn joined<'a>(
        kind: StatisticsKind,
        tables: impl IntoIterator<Item = &'a Self>,
    ) -> Self {
        let rows = tables.into_iter().flat_map(|table| table.rows.clone());
        Self::new(kind, rows.collect())
    }

    /// The table by columns.
    #[must_use]
    pub fn columns(&self) -> Vec<(&'static str, ColumnValues)> {
        let columns = self.kind.columns().into_iter().enumerate();
        columns
            .map(|(position, column)| {
                let cells = self.rows.iter().map(|row| &row[position]);
                let values = match column.kind() {
                    ColumnKind::Text => ColumnValues::Text(
                        cells
                            .map(|cell| match cell {
                                StatisticsValue::Text(text) => Some(text.clone()),
                                _ => None,
                            })
                            .collect(),
                    ),
                    ColumnKind::Whole => ColumnValues::Whole(
                        cells
                            .map(|cell| match cell {
                                StatisticsValue::Whole(number) => Some(*number),
                                _ => None,
                            })
                            .collect(),
                    ),
                    ColumnKind::Percent => ColumnValues::Number(
                        cells
                            .map(|cell| match cell {
                                StatisticsValue::Percent(number) => Some(*number),
                                _ => None,
                            })
                            .collect(),
                    ),
                };
                (column.name, values)
            })
            .collect()
    }

    /// The figure of a row that its table is about: children, or bookable places; empty where it is
    /// not shown.
    fn figures(&self) -> BTreeMap<[String; 4], String> {
        let names = self.kind.columns();
        let at = |name: &str| names.iter().position(|column| column.name == name);
        let figure = at("children").or(at("free_of_staffed"));
        let keys = [
            at("month"),
            at("area"),
            at("care_type"),
            at("age").or(at("hours")),
        ];
        let text = |row: &[StatisticsValue], position: Option<usize>| match position
            .map(|position| &row[position])
        {
            Some(StatisticsValue::Text(text)) => text.clone(),
            Some(StatisticsValue::Whole(number)) => number.to_string(),
            _ => String::new(),
        };
        self.rows
            .iter()
            .map(|row| (keys.map(|key| text(row, key)), text(row, figure)))
            .collect()
    }

    /// Rows whose figure differs from that of an earlier version of the same table: table, month,
    /// area, care type, class, figure before and now (empty where not shown or there is no such row).
    #[must_use]
    pub fn differences(&self, earlier: &Self) -> Vec<Vec<String>> {
        let (before, now) = (earlier.figures(), self.figures());
        let keys: BTreeSet<&[String; 4]> = before.keys().chain(now.keys()).collect();
        let figure = |figures: &BTreeMap<[String; 4], String>, key: &[String; 4]| {
            figures.get(key).cloned().unwrap_or_default()
        };
        keys.into_iter()
            .filter(|key| figure(&before, key) != figure(&now, key))
            .map(|key| {
                let mut row = vec![self.kind.name().to_owned()];
                row.extend(key.iter().cloned());
                row.extend([figure(&before, key), figure(&now, key)]);
                row
            })
            .collect()
    }

    /// Writes the table as one file; the same table gives the same bytes.
    ///
    /// # Errors
    /// [`StatisticsWriteError`] when the target cannot be written.
    pub fn write(&self, format: Format, to: impl Write) -> Result<(), StatisticsWriteError> {
        Ok(write_columns(self.columns(), format, to)?)
    }

    /// Writes the rows as JSON objects, one a line.
    ///
    /// # Errors
    /// [`StatisticsWriteError`] when the target cannot be written.
    pub fn write_json(&self, mut to: impl Write) -> Result<(), StatisticsWriteError> {
        let failed = StatisticsWriteError::of(self.kind.name());
        let lost = StatisticsWriteError::of(self.kind.name());
        let names = self.kind.columns();
        for (number, row) in self.rows.iter().enumerate() {
            let start = if number == 0 { "[\n" } else { ",\n" };
            to.write_all(start.as_bytes()).map_err(&failed)?;
            let line = serde_json::to_string(&Row(&names, row)).map_err(&lost)?;
            to.write_all(line.as_bytes()).map_err(&failed)?;
        }
        let end = if self.rows.is_empty() {
            "[]\n"
        } else {
            "\n]\n"
        };
        to.write_all(end.as_bytes()).map_err(failed)
    }
}

/// A row by column.
struct Row<'a>(&'a [StatisticsColumn], &'a [StatisticsValue]);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(Some(self.0.len()))?;
        for (column, value) in self.0.iter().zip(self.1) {
            fields.serialize_entry(column.name, value)?;
        }
        fields.end()
    }
}

impl Serialize for StatisticsTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = self.kind.columns();
        let mut rows = serializer.serialize_seq(Some(self.rows.len()))?;
        for row in &self.rows {
            rows.serialize_element(&Row(&names, row))?;
        }
        rows.end()
    }
}
