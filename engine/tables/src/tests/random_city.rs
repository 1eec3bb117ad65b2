//! Random valid cities, drawn from the schemas.

use std::collections::BTreeMap;

use polars::frame::DataFrame;
use polars::prelude::{Column as PolarsColumn, DataType, NamedFrom, Series};

use crate::schema::{Column, ColumnKind, Schema, TableName};

/// Texts that are hard on file formats.
const TEXTS: [&str; 12] = [
    "Haus",
    "Süd, Ost",
    "\"",
    "a\nb",
    "a\r\nb",
    "\r",
    " x ",
    "'",
    ",",
    "null",
    "ÄÖÜß 🏠",
    "1e5",
];

/// A stream of numbers (SplitMix64, Steele et al. 2014).
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number of `low..=high`.
    pub(super) fn between(&mut self, low: i32, high: i32) -> i32 {
        let width = (i64::from(high) - i64::from(low) + 1) as u64;
        (i64::from(low) + (self.next() % width) as i64) as i32
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.between(0, of.len() as i32 - 1) as usize]
    }
}

/// Frames of all tables with `rows` rows each; row i refers to row i of other tables, so keys that
/// consist of references are unique and no child has two contracts.
pub(super) fn frames(rows: usize, numbers: &mut Numbers) -> BTreeMap<TableName, DataFrame> {
    let frame = |table: TableName| (table, table_frame(table.schema(), rows, numbers));
    TableName::ALL.into_iter().map(frame).collect()
}

fn table_frame(schema: &Schema, rows: usize, numbers: &mut Numbers) -> DataFrame {
    let mut days: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    let columns = schema.columns.iter().map(|column| {
        if column.kind == ColumnKind::Date {
            let start = schema.periods.iter().find(|(_, to)| *to == column.name);
            let starts = start.map(|(from, _)| days[from].clone());
            let values: Vec<i32> = (0..rows)
                .map(|row| match &starts {
                    Some(starts) => starts[row] + numbers.between(0, 2000),
                    None => numbers.between(10_000, 20_000),
                })
                .collect();
            days.insert(column.name, values.clone());
            return dates(schema, column, values, numbers);
        }
        cells(schema, column, rows, numbers)
    });
    DataFrame::new(rows, columns.collect()).unwrap()
}

fn dates(schema: &Schema, column: &Column, days: Vec<i32>, numbers: &mut Numbers) -> PolarsColumn {
    let licences = schema.table == TableName::Licences;
    let days: Vec<Option<i32>> = days
        .into_iter()
        .map(|day| match (licences, column.name) {
            // Licensed always, so that capacities may have any span.
            (true, "valid_from") => Some(-20_000),
            (true, _) => None,
            _ => (column.required || numbers.between(0, 2) > 0).then_some(day),
        })
        .collect();
    let series = Series::new(column.name.into(), days);
    series.cast(&DataType::Date).unwrap().into()
}

fn cells(schema: &Schema, column: &Column, rows: usize, numbers: &mut Numbers) -> PolarsColumn {
    let name = column.name.into();
    let filled = |numbers: &mut Numbers| column.required || numbers.between(0, 2) > 0;
    let series = match column.kind {
        ColumnKind::Identifier => {
            let own = column.references == Some(schema.table);
            let text = |row: usize| {
                let row = if own { row.saturating_sub(1) } else { row };
                let table = column.references.unwrap_or(schema.table);
                (!own || row > 0).then(|| format!("{}-{row}", table.as_str()))
            };
            Series::new(name, (0..rows).map(text).collect::<Vec<_>>())
        }
        ColumnKind::Text(_) if column.name == "polygon" => {
            let text = |_| filled(numbers).then_some("POLYGON ((1 1, 2 1, 2.5 -2, 1 1))");
            Series::new(name, (0..rows).map(text).collect::<Vec<_>>())
        }
        ColumnKind::Text(_) => {
            let text = |_| filled(numbers).then(|| numbers.pick(&TEXTS));
            Series::new(name, (0..rows).map(text).collect::<Vec<_>>())
        }
        ColumnKind::Code(codes) => {
            let text = |_| filled(numbers).then(|| numbers.pick(codes));
            Series::new(name, (0..rows).map(text).collect::<Vec<_>>())
        }
        ColumnKind::Integer(low, high) => {
            let high = match column.name {
                // A childminder site's places, and never more staffed than licensed.
                "licensed" => 5,
                "staffed" => 0,
                _ => high,
            };
            let low = if column.name == "licensed" { 5 } else { low };
            let number = |_| filled(numbers).then(|| numbers.between(low, high));
            Series::new(name, (0..rows).map(number).collect::<Vec<_>>())
        }
        ColumnKind::Decimal(low, high) => {
            let part = |numbers: &mut Numbers| {
                f64::from(numbers.between(0, i32::MAX)) / f64::from(i32::MAX)
            };
            let number =
                |_| filled(numbers).then(|| (low + (high - low) * part(numbers)).clamp(low, high));
            Series::new(name, (0..rows).map(number).collect::<Vec<_>>())
        }
        ColumnKind::Flag => {
            let flag = |_| filled(numbers).then(|| numbers.between(0, 1) == 1);
            Series::new(name, (0..rows).map(flag).collect::<Vec<_>>())
        }
        ColumnKind::Date => unreachable!("dates are drawn with their spans"),
    };
    series.into()
}
