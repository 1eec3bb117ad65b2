//! Reading generated frames in tests.

use std::collections::BTreeMap;

use datasets::{CitySpec, generate_in_memory};
use polars::frame::DataFrame;
use polars::prelude::{AnyValue, DataType};
use tables::schema::TableName;

/// A generated city.
pub(crate) struct City(pub(crate) BTreeMap<TableName, DataFrame>);

impl City {
    pub(crate) fn new(seed: u64, scale: f64) -> Self {
        Self(generate_in_memory(&CitySpec::new(seed, scale).unwrap()).unwrap())
    }

    pub(crate) fn frame(&self, table: TableName) -> &DataFrame {
        &self.0[&table]
    }

    pub(crate) fn texts(&self, table: TableName, column: &str) -> Vec<Option<String>> {
        let column = self.frame(table).column(column).unwrap();
        column
            .str()
            .unwrap()
            .iter()
            .map(|text| text.map(str::to_owned))
            .collect()
    }

    pub(crate) fn keys(&self, table: TableName, column: &str) -> Vec<String> {
        self.texts(table, column)
            .into_iter()
            .map(Option::unwrap)
            .collect()
    }

    /// Days since 1970, or whole numbers.
    pub(crate) fn numbers(&self, table: TableName, column: &str) -> Vec<Option<i32>> {
        let column = self.frame(table).column(column).unwrap();
        let numbers = column.cast(&DataType::Int32).unwrap();
        numbers.i32().unwrap().iter().collect()
    }

    pub(crate) fn decimals(&self, table: TableName, column: &str) -> Vec<f64> {
        let column = self.frame(table).column(column).unwrap();
        column.f64().unwrap().iter().map(Option::unwrap).collect()
    }

    /// A table as text, one line per row.
    pub(crate) fn lines(&self, table: TableName) -> Vec<String> {
        let frame = self.frame(table);
        let columns: Vec<Vec<String>> = frame
            .columns()
            .iter()
            .map(|column| {
                let series = column.as_materialized_series();
                series
                    .iter()
                    .map(|value: AnyValue<'_>| value.to_string())
                    .collect()
            })
            .collect();
        (0..frame.height())
            .map(|row| {
                let cells: Vec<&str> = columns.iter().map(|column| column[row].as_str()).collect();
                cells.join(",")
            })
            .collect()
    }
}
