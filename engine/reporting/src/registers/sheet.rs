//! CSV text as typed rows, every wrong cell told.

use std::io::Read;

use domain::InputProblem;
use jiff::civil::Date;

use super::schema::{RegisterColumn, RegisterName, RegisterValue};
use crate::rational::Fraction;

/// A cell that is in order.
#[derive(Clone)]
pub(super) enum Cell {
    Empty,
    Key(String),
    Number(u32),
    Day(Date),
}

/// A row with its number, from 1 after the header.
pub(super) struct Row {
    pub(super) number: u64,
    pub(super) cells: Vec<Cell>,
}

impl Row {
    /// A key; empty if it is another kind of cell.
    pub(super) fn key(&self, column: usize) -> String {
        match self.cells.get(column) {
            Some(Cell::Key(key)) => key.clone(),
            _ => String::new(),
        }
    }

    pub(super) fn number_at(&self, column: usize) -> Option<u32> {
        match self.cells.get(column) {
            Some(Cell::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// A number of a column that may not be empty.
    pub(super) fn filled(&self, column: usize) -> u32 {
        self.number_at(column).unwrap_or_default()
    }

    pub(super) fn day(&self, column: usize) -> Option<Date> {
        match self.cells.get(column) {
            Some(Cell::Day(day)) => Some(*day),
            _ => None,
        }
    }
}

fn form(file: &str, message: impl Into<String>) -> InputProblem {
    InputProblem::new("E6130", file, message)
        .remedy("save the table as CSV with commas, UTF-8 and a header row")
}

/// Where every column stands in the file.
fn positions(
    columns: &[RegisterColumn],
    header: &csv::StringRecord,
    file: &str,
) -> Result<Vec<usize>, Vec<InputProblem>> {
    let mut problems = Vec::new();
    let mut wrong = |message: String, name: &str| {
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let mut problem = InputProblem::new("E6131", file, message);
        problem.column = Some(name.to_owned());
        problems.push(problem.remedy(format!("the columns are {}", names.join(","))));
    };
    for (place, name) in header.iter().enumerate() {
        if !columns.iter().any(|column| column.name == name) {
            wrong(format!("{name} is no column of this file"), name);
        } else if header.iter().take(place).any(|other| other == name) {
            wrong(format!("{name} stands twice in the header"), name);
        }
    }
    let mut positions = Vec::new();
    for column in columns {
        match header.iter().position(|name| name == column.name) {
            Some(position) => positions.push(position),
            None => wrong(format!("column {} is missing", column.name), column.name),
        }
    }
    if problems.is_empty() {
        Ok(positions)
    } else {
        Err(problems)
    }
}

/// Reads a register; every problem of the file at once.
pub(super) fn read(
    register: RegisterName,
    file: &str,
    reader: &mut dyn Read,
) -> Result<Vec<Row>, Vec<InputProblem>> {
    let columns = register.columns();
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => return Err(vec![form(file, error.to_string())]),
    };
    let positions = positions(columns, &header, file)?;
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for (number, record) in (1..).zip(reader.records()) {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let mut problem = form(file, error.to_string());
                problem.row = Some(number);
                problems.push(problem);
                if error.is_io_error() {
                    break;
                }
                continue;
            }
        };
        if record.len() != header.len() {
            let message = format!("{} cells, {} columns", record.len(), header.len());
            let mut problem = form(file, message);
            problem.row = Some(number);
            problems.push(problem);
            continue;
        }
        let mut cells = Vec::with_capacity(columns.len());
        for (column, position) in columns.iter().zip(&positions) {
            let text = record.get(*position).unwrap_or_default();
            match cell(column, text) {
                Ok(cell) => cells.push(cell),
                Err((code, remedy)) => {
                    let message = format!("{} cannot be used: {}", column.name, column.meaning);
                    let problem = InputProblem::new(code, file, message);
                    let problem = problem.at(number, column.name, text);
                    problems.push(problem.remedy(remedy));
                }
            }
        }
        if cells.len() == columns.len() {
            rows.push(Row { number, cells });
        }
    }
    if problems.is_empty() {
        Ok(rows)
    } else {
        Err(problems)
    }
}

/// A cell, or the code and remedy.
fn cell(column: &RegisterColumn, text: &str) -> Result<Cell, (&'static str, String)> {
    if text.is_empty() {
        return if column.may_be_empty {
            Ok(Cell::Empty)
        } else {
            Err(("E6132", "fill the cell".to_owned()))
        };
    }
    let wrong = |remedy: String| Err(("E6133", remedy));
    match column.value {
        RegisterValue::Key => match domain::FacilityId::well_formed(text) {
            Ok(()) => Ok(Cell::Key(text.to_owned())),
            Err(_) => wrong("give a key as it stands in the city's tables".to_owned()),
        },
        RegisterValue::Number(least, most) => match text.parse::<u32>() {
            Ok(number) if (least..=most).contains(&number) => Ok(Cell::Number(number)),
            _ => wrong(format!("give a whole number from {least} to {most}")),
        },
        RegisterValue::Hours => hours(text).map(Cell::Number).map_or_else(
            || wrong("give hours in quarter hours, 0.25 to 99, for example 38.5".to_owned()),
            Ok,
        ),
        RegisterValue::Day => match text.parse::<Date>() {
            Ok(day) if day.tomorrow().is_ok_and(|next| next.day() == 1) => Ok(Cell::Day(day)),
            _ => wrong("give the last day of a month as YYYY-MM-DD".to_owned()),
        },
    }
}

/// Quarter hours.
fn hours(text: &str) -> Option<u32> {
    let quarters = text.parse::<Fraction>().ok()?.times(Fraction::whole(4))?;
    let quarters = u32::try_from(quarters.numerator())
        .ok()
        .filter(|_| quarters.denominator() == 1)?;
    (1..=99 * 4).contains(&quarters).then_some(quarters)
}
