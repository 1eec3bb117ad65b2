//! The same table as of a day: valid time and recorded time.

use domain::epoch_days;
use jiff::civil::Date;
use polars::frame::DataFrame;
use polars::prelude::{BooleanChunked, Column as PolarsColumn, DataType, NewChunkedArray};

use crate::city::{City, CityError};
use crate::row::column_days as days;
use crate::schema::TableName;

impl City {
    /// The rows of a table that are valid on a day: first day ≤ day ≤ last day.
    ///
    /// Works for every table with `valid_from` and `valid_to`.
    ///
    /// # Errors
    ///
    /// [`CityError::Column`] for a table without these columns.
    pub fn valid_on(&self, table: TableName, day: Date) -> Result<DataFrame, CityError> {
        let day = epoch_days(day);
        self.spanning(
            table,
            self.frame(table),
            ("valid_from", "valid_to"),
            |from, to| from <= day && to.is_none_or(|to| day <= to),
        )
    }

    /// The contract versions known on a day: recorded on or before it and not yet replaced.
    ///
    /// Each contract appears at most once, and `recorded_to` is empty throughout: on that day none
    /// of the versions had been replaced yet. So a report drawn from this view stays the same to the
    /// byte whatever is corrected later.
    ///
    /// # Errors
    ///
    /// [`CityError::Column`] if the table was not validated.
    pub fn contracts_known_on(&self, day: Date) -> Result<DataFrame, CityError> {
        let table = TableName::Contracts;
        let day = epoch_days(day);
        let mut versions = self.spanning(
            table,
            self.frame(table),
            ("recorded_from", "recorded_to"),
            |from, to| from <= day && to.is_none_or(|to| day < to),
        )?;
        let rows = versions.height();
        let not_replaced = PolarsColumn::full_null("recorded_to".into(), rows, &DataType::Date);
        versions
            .with_column(not_replaced)
            .map_err(|source| CityError::Column { table, source })?;
        Ok(versions)
    }

    /// The contracts valid on one day as known on another.
    ///
    /// # Errors
    ///
    /// [`CityError::Column`] if the table was not validated.
    pub fn contracts_valid_known(&self, valid: Date, known: Date) -> Result<DataFrame, CityError> {
        let valid = epoch_days(valid);
        let versions = self.contracts_known_on(known)?;
        self.spanning(
            TableName::Contracts,
            &versions,
            ("valid_from", "valid_to"),
            |from, to| from <= valid && to.is_none_or(|to| valid <= to),
        )
    }

    /// The rows of a frame whose span passes.
    fn spanning(
        &self,
        table: TableName,
        frame: &DataFrame,
        (from, to): (&str, &str),
        passes: impl Fn(i32, Option<i32>) -> bool,
    ) -> Result<DataFrame, CityError> {
        let failed = |source| CityError::Column { table, source };
        let (starts, ends) = (
            days(frame, from).map_err(failed)?,
            days(frame, to).map_err(failed)?,
        );
        let mask: Vec<bool> = starts
            .iter()
            .zip(ends.iter())
            .map(|(start, end)| start.is_some_and(|start| passes(start, end)))
            .collect();
        frame
            .filter(&BooleanChunked::from_slice("mask".into(), &mask))
            .map_err(failed)
    }
}
