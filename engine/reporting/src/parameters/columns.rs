//! Column maps: what a recipient calls the columns, and in which order it wants them.

use jiff::civil::Date;

use crate::error::ParameterError;

/// A column of a file as the recipient wants it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappedColumn {
    /// Our column; `None` for one that stays empty.
    #[serde(default)]
    pub from: Option<String>,
    /// The name in the header.
    pub to: String,
    /// Digits of a number, filled with zeros on the left.
    #[serde(default)]
    pub width: Option<usize>,
}

/// Columns of a file from a day on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnMap {
    /// File without extension, for example `kita_kind`.
    pub file: String,
    /// First reference date.
    pub valid_from: Date,
    /// The columns in their order; those not named are left out.
    pub columns: Vec<MappedColumn>,
}

/// Columns of a file by position, as a map wants them.
pub(crate) struct Picked {
    pub(crate) header: Vec<String>,
    /// `None` for the columns as they are.
    picks: Option<Vec<(Option<usize>, usize)>>,
}

impl Picked {
    /// Resolves a map against the columns of a file.
    pub(crate) fn of(map: Option<&ColumnMap>, columns: &[&'static str]) -> Self {
        let Some(map) = map else {
            return Self {
                header: columns.iter().map(|&name| name.to_owned()).collect(),
                picks: None,
            };
        };
        let picks = map.columns.iter().map(|column| {
            let from = column.from.as_deref();
            let position = from.and_then(|from| columns.iter().position(|name| *name == from));
            (position, column.width.unwrap_or(0))
        });
        Self {
            header: map.columns.iter().map(|it| it.to.clone()).collect(),
            picks: Some(picks.collect()),
        }
    }

    /// The cells of a row.
    pub(crate) fn row(&self, cells: Vec<String>) -> Vec<String> {
        let Some(picks) = &self.picks else {
            return cells;
        };
        let picked = picks.iter().map(|(position, width)| {
            let cell = position.and_then(|at| cells.get(at));
            let cell = cell.map_or("", String::as_str);
            let is_number = !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit());
            if is_number {
                format!("{cell:0>width$}", width = *width)
            } else {
                cell.to_owned()
            }
        });
        picked.collect()
    }
}

/// Refuses maps of unknown files or columns and names given twice.
pub(super) fn check(
    map: &ColumnMap,
    columns_of: &dyn Fn(&str) -> Option<Vec<&'static str>>,
) -> Result<(), ParameterError> {
    let wrong = |what: String| ParameterError::Value {
        place: format!("column_map of {} from {}", map.file, map.valid_from),
        problem: what,
    };
    let Some(columns) = columns_of(&map.file) else {
        return Err(wrong("there is no such file".to_owned()));
    };
    for (place, column) in map.columns.iter().enumerate() {
        if let Some(from) = &column.from
            && !columns.contains(&from.as_str())
        {
            return Err(wrong(format!("{from} is no column of the file")));
        }
        if map.columns[..place].iter().any(|it| it.to == column.to) {
            return Err(wrong(format!("the name {} is given twice", column.to)));
        }
        if column.to.is_empty() || column.width.is_some_and(|width| width > 12) {
            return Err(wrong("a name is empty, or a width is above 12".to_owned()));
        }
    }
    if map.columns.is_empty() {
        return Err(wrong("it has no column".to_owned()));
    }
    Ok(())
}
