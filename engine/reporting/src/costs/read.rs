//! Reading a publication: `;`-separated, decimal comma or point.

use std::io::Read;

use domain::{CareType, InputProblem};

use super::{Amount, CostKind, CostPublication, CostRow};
use crate::layout::{COST_FIELDS, names};
use crate::rational::Fraction;

/// What to do about an amount that cannot be read.
const REMEDY: &str = "write euros with two decimals, for example 1182,03";

/// Reads the costs of a year, columns as in [`COST_FIELDS`]; depreciation, interest and rent may be
/// left out.
///
/// # Errors
///
/// Every wrong row: E6160 to E6163.
///
/// ```
/// let file = "art;personal;sach;summe;land;eltern;gemeinde\n\
///     hort_6h;332,55;47,97;380,52;203,42;65,00;112,10\n";
/// let costs = reporting::read_costs(2024, "kosten.csv", file.as_bytes()).unwrap();
/// assert_eq!(costs.rows[0].personnel.to_string(), "332,55");
/// let refused = reporting::read_costs(2024, "kosten.csv", "art;summe\n".as_bytes()).unwrap_err();
/// assert_eq!(refused[0].code, "E6161");
/// ```
pub fn read_costs(
    year: i16,
    file: &str,
    reader: impl Read,
) -> Result<CostPublication, Vec<InputProblem>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(reader);
    let form = |error: csv::Error| {
        InputProblem::new("E6160", file, error.to_string())
            .remedy("save the table as CSV with semicolons, UTF-8 and a header row")
    };
    let header = reader
        .headers()
        .cloned()
        .map_err(|error| vec![form(error)])?;
    let known = names(&COST_FIELDS);
    let mut problems = Vec::new();
    for name in header.iter().filter(|name| !known.contains(name)) {
        let problem = InputProblem::new("E6161", file, format!("{name} is no column of this file"));
        problems.push(problem.remedy(format!("the columns are {}", known.join(";"))));
    }
    let position = |name: &str| header.iter().position(|it| it == name);
    let required = COST_FIELDS.iter().filter(|field| !field.may_be_empty);
    for field in required.filter(|field| position(field.name).is_none()) {
        let message = format!("column {} is missing", field.name);
        let problem = InputProblem::new("E6161", file, message);
        problems.push(problem.remedy(format!("the columns are {}", known.join(";"))));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut rows: Vec<CostRow> = Vec::new();
    for (number, record) in (1..).zip(reader.records()) {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(form(error));
                continue;
            }
        };
        let cell = |name: &str| position(name).and_then(|at| record.get(at)).unwrap_or("");
        match row(file, number, &cell) {
            Ok(row) if rows.iter().any(|it| it.kind == row.kind) => {
                let problem = InputProblem::new("E6163", file, "the kind is given twice");
                let problem = problem.at(number, "art", cell("art"));
                problems.push(problem.remedy("keep one of the rows"));
            }
            Ok(row) => rows.push(row),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() {
        Ok(CostPublication { year, rows })
    } else {
        Err(problems)
    }
}

/// Cents of an amount.
fn amount(text: &str) -> Option<Amount> {
    let cents = text.parse::<Fraction>().ok()?.times(Fraction::whole(100))?;
    let cents = i64::try_from(cents.numerator())
        .ok()
        .filter(|_| cents.denominator() == 1)?;
    Some(Amount(cents))
}

/// `krippe_9h` and the like; `kindergarten` is `kiga`.
fn kind(text: &str) -> Option<CostKind> {
    let (name, hours) = text.split_once('_')?;
    let care_type = match name {
        "ktp" => CareType::Childminding,
        "krippe" => CareType::Nursery,
        "kiga" | "kindergarten" => CareType::Kindergarten,
        "hort" => CareType::AfterSchool,
        _ => return None,
    };
    let hours: Fraction = hours.strip_suffix('h')?.parse().ok()?;
    let quarters = hours.times(Fraction::whole(4))?;
    let quarters = u32::try_from(quarters.numerator())
        .ok()
        .filter(|_| quarters.denominator() == 1)?;
    (1..=96).contains(&quarters).then_some(CostKind {
        care_type,
        quarters,
    })
}

fn row<'a>(
    file: &str,
    number: u64,
    cell: &dyn Fn(&str) -> &'a str,
) -> Result<CostRow, Vec<InputProblem>> {
    let mut problems = Vec::new();
    let mut wrong = |column: &str, remedy: &str| {
        let problem = InputProblem::new("E6162", file, format!("{column} cannot be read"));
        problems.push(problem.at(number, column, cell(column)).remedy(remedy));
    };
    let kind = kind(cell("art"));
    if kind.is_none() {
        let remedy = "write krippe, kiga, hort or ktp with the hours, for example kiga_9h";
        wrong("art", remedy);
    }
    let columns = ["personal", "sach", "summe", "land", "eltern", "gemeinde"];
    let amounts = columns.map(|column| {
        let amount = amount(cell(column));
        if amount.is_none() {
            wrong(column, REMEDY);
        }
        amount.unwrap_or_default()
    });
    let capital = ["abschreibung", "zins", "miete"].map(|column| {
        let text = cell(column);
        let amount = amount(text);
        if amount.is_none() && !text.is_empty() {
            wrong(column, REMEDY);
        }
        amount
    });
    let [personnel, other, total, state, parents, municipality] = amounts;
    match kind {
        Some(kind) if problems.is_empty() => Ok(CostRow {
            kind,
            personnel,
            other,
            total,
            state,
            parents,
            municipality,
            capital,
        }),
        _ => Err(problems),
    }
}
