//! One row of a checked table, cell by cell.

use domain::{CareType, date_of};
use jiff::civil::Date;
use polars::frame::DataFrame;
use polars::prelude::PolarsResult;

use crate::city::{City, CityError, RowError};
use crate::schema::TableName;

/// One row of a table: for the small tables; kernels take whole columns.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    frame: &'a DataFrame,
    row: usize,
}

impl<'a> Row<'a> {
    /// Text, identifier or code; `None` if empty.
    ///
    /// # Errors
    ///
    /// [`RowError::Column`] for a column that is absent or of another type.
    pub fn text(self, column: &str) -> Result<Option<&'a str>, RowError> {
        Ok(self.frame.column(column)?.str()?.get(self.row))
    }

    /// Text that must be filled.
    ///
    /// # Errors
    ///
    /// [`RowError`] for another column, or an empty cell.
    pub fn filled(self, column: &str) -> Result<&'a str, RowError> {
        self.text(column)?.ok_or_else(|| empty(column))
    }

    /// A whole number; `None` if empty.
    ///
    /// # Errors
    ///
    /// [`RowError::Column`] for a column that is absent or of another type.
    pub fn integer(self, column: &str) -> Result<Option<i32>, RowError> {
        Ok(self.frame.column(column)?.i32()?.get(self.row))
    }

    /// A number; `None` if empty.
    ///
    /// # Errors
    ///
    /// [`RowError::Column`] for a column that is absent or of another type.
    pub fn decimal(self, column: &str) -> Result<Option<f64>, RowError> {
        Ok(self.frame.column(column)?.f64()?.get(self.row))
    }

    /// A flag; empty counts as false.
    ///
    /// # Errors
    ///
    /// [`RowError::Column`] for a column that is absent or of another type.
    pub fn flag(self, column: &str) -> Result<bool, RowError> {
        Ok(self
            .frame
            .column(column)?
            .bool()?
            .get(self.row)
            .unwrap_or(false))
    }

    /// A day as days since 1970; `None` if empty.
    ///
    /// # Errors
    ///
    /// [`RowError::Column`] for a column that is absent or of another type.
    pub fn days(self, column: &str) -> Result<Option<i32>, RowError> {
        Ok(self.frame.column(column)?.date()?.physical().get(self.row))
    }

    /// A day that must be filled, as days since 1970.
    ///
    /// # Errors
    ///
    /// [`RowError`] for another column, or an empty cell.
    pub fn some_days(self, column: &str) -> Result<i32, RowError> {
        self.days(column)?.ok_or_else(|| empty(column))
    }

    /// A day; `None` if empty.
    ///
    /// # Errors
    ///
    /// [`RowError::Column`] for a column that is absent or of another type.
    pub fn date(self, column: &str) -> Result<Option<Date>, RowError> {
        Ok(self.days(column)?.and_then(date_of))
    }

    /// The column `care_type`.
    ///
    /// # Errors
    ///
    /// [`RowError`] for a table without it, or an unknown care type.
    pub fn care_type(self) -> Result<CareType, RowError> {
        self.filled("care_type")?
            .parse()
            .map_err(|error: domain::UnknownCareType| RowError::Said(error.to_string()))
    }
}

/// A cell that must be filled is not.
fn empty(column: &str) -> RowError {
    RowError::Said(format!("{column} is empty"))
}

impl City {
    /// Turns every row of a table into a value, row by row.
    ///
    /// # Errors
    ///
    /// [`CityError`] with the row for which `value` fails.
    pub fn map_rows<T>(
        &self,
        table: TableName,
        mut value: impl FnMut(Row<'_>) -> Result<T, RowError>,
    ) -> Result<Vec<T>, CityError> {
        let frame = self.frame(table);
        (0..frame.height())
            .map(|row| {
                value(Row { frame, row }).map_err(|error| match error {
                    RowError::Column(source) => CityError::Column { table, source },
                    RowError::Said(message) => CityError::Value {
                        table,
                        row: row + 1,
                        message,
                    },
                })
            })
            .collect()
    }
}

/// Columns of a frame that [`City::map_rows`] and views share.
pub(crate) fn column_days(
    frame: &DataFrame,
    name: &str,
) -> PolarsResult<polars::prelude::Int32Chunked> {
    Ok(frame.column(name)?.date()?.physical().clone())
}
