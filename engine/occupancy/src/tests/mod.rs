//! Occupancy of whole cities, from the text of their tables.

mod offers;
mod operation;
mod staffing;
mod story_a1;
mod sums;

use std::collections::BTreeMap;

use domain::{CareType, Month, MonthRange};
use jiff::civil::Date;
use tables::schema::TableName;
use tables::{City, Format, TableSource};

use crate::{Cell, OccupancyCube, OccupancyRequest};

/// The tables of a city as CSV text; required tables without text have no rows.
#[derive(Clone, Default)]
struct Tables(BTreeMap<TableName, String>);

impl Tables {
    /// Appends rows, comma-separated, one a line.
    fn plus(mut self, table: TableName, rows: &str) -> Self {
        let text = self.0.entry(table).or_default();
        for row in rows.lines().map(str::trim).filter(|row| !row.is_empty()) {
            text.push_str(row);
            text.push('\n');
        }
        self
    }

    /// Puts other rows into a table.
    fn with(mut self, table: TableName, rows: &str) -> Self {
        self.0.remove(&table);
        self.plus(table, rows)
    }

    fn city(&self) -> City {
        let sources = TableName::ALL.into_iter().map(|table| {
            let columns: Vec<_> = table.schema().columns.iter().map(|c| c.name).collect();
            let rows = self.0.get(&table).map_or("", String::as_str);
            let text = format!("{}\n{rows}", columns.join(","));
            let file = format!("{table}.csv");
            (
                table,
                TableSource::bytes(file, Format::Csv, text.as_bytes()),
            )
        });
        City::read(&sources.collect(), &mut |_, _| {})
            .unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    /// The cube of `months` from `first` on, as known on a day.
    fn cube(&self, first: &str, months: usize, known_on: Date) -> OccupancyCube {
        let range = MonthRange::new(month(first), months);
        OccupancyCube::build(&self.city(), &OccupancyRequest::new(range, known_on)).unwrap()
    }
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// The cell of a facility.
fn cell(cube: &OccupancyCube, facility: &str, care: CareType, at: &str) -> Cell {
    let position = cube.index().position(facility).unwrap();
    cube.cell(position, care, month(at)).unwrap()
}

/// Licensed, planned, staffed, bookable.
fn four(cube: &OccupancyCube, facility: &str, care: CareType, at: &str) -> (u32, u32, u32, i32) {
    let four = cell(cube, facility, care, at).capacities;
    (four.licensed, four.planned, four.staffed, four.bookable)
}

/// One facility K of provider T in area A with an unlimited licence, two children: N, born
/// 2024-03-15, and M, born 2022-01-20.
fn one_facility() -> Tables {
    Tables::default()
        .plus(TableName::Areas, "A,,Ort")
        .plus(
            TableName::Providers,
            "T,Stadt,municipal,secular,2000-01-01,",
        )
        .plus(
            TableName::Facilities,
            "K,T,Haus,day_care_centre,A,51,13.7,2000-01-01,,true,0,6,17,0",
        )
        .plus(TableName::Licences, "K,2000-01-01,")
        .plus(TableName::Households, "W,A,false,true,14612000")
        .plus(
            TableName::Children,
            "N,W,2024-03-15,male,false,
             M,W,2022-01-20,female,false,",
        )
}
