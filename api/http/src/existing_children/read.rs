//! Reads a file of existing children.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use csv::{ReaderBuilder, StringRecord};
use domain::procedure::{ChildFacts, ContractTerms, ExistingChild, Sex, SiblingsRule};
use domain::{DailyHours, InputProblem};
use jiff::civil::Date;

use super::FILE;
use super::columns::COLUMNS;

/// Reads a file of existing children.
///
/// `new_key` makes the keys of children, households and contracts that the file does not name.
///
/// ```
/// use http_api::existing_children::{read_existing_children, template};
/// let mut last = 0;
/// let mut new_key = || {
///     last += 1;
///     format!("key-{last}")
/// };
/// let rows = read_existing_children(template().as_bytes(), &mut new_key).unwrap();
/// assert_eq!(rows[0].provider_key.as_str(), "V-2024-017");
///
/// let wrong = template().replace("2023-05-20", "20.05.2023");
/// let problems = read_existing_children(wrong.as_bytes(), &mut new_key).unwrap_err();
/// assert_eq!((problems[0].row, problems[0].column.as_deref()), (Some(1), Some("birth_date")));
/// assert_eq!(problems[0].value, None, "a date of birth is not repeated");
/// ```
///
/// # Errors
///
/// Every problem of every row; nothing may be taken in.
pub fn read_existing_children(
    file: &[u8],
    new_key: &mut dyn FnMut() -> String,
) -> Result<Vec<ExistingChild>, Vec<InputProblem>> {
    let reading = read_rows(file, new_key);
    if reading.problems.is_empty() {
        Ok(reading.rows)
    } else {
        Err(reading.problems)
    }
}

/// What could be read of a file, and what could not.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) rows: Vec<ExistingChild>,
    pub(crate) problems: Vec<InputProblem>,
}

/// Reads all rows, also beside wrong ones, so that the rules can tell of theirs as well.
pub(crate) fn read_rows(file: &[u8], new_key: &mut dyn FnMut() -> String) -> Reading {
    let mut reading = Reading::default();
    let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(file);
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(_) => {
            let problem = InputProblem::new("E8230", FILE, "the header cannot be read");
            let problem = problem.remedy("write the file as UTF-8 with the header of the template");
            return Reading {
                problems: vec![problem],
                ..reading
            };
        }
    };
    reading.problems = header_problems(&header);
    if !reading.problems.is_empty() {
        return reading;
    }
    let mut keys = BTreeSet::new();
    for (number, record) in (1..).zip(reader.records()) {
        let Ok(record) = record else {
            let problem = InputProblem::new("E8230", FILE, "the row is no text in UTF-8");
            reading.problems.push(InputProblem {
                row: Some(number),
                ..problem.remedy("write the file as UTF-8")
            });
            continue;
        };
        let mut row = Row::new(number, &header, &record, &mut reading.problems);
        let Some(read) = row.existing_child(new_key) else {
            continue;
        };
        if keys.insert(read.provider_key.clone()) {
            reading.rows.push(read);
        } else {
            let problem =
                InputProblem::new("E8232", FILE, "the provider key stands in a row before");
            reading.problems.push(InputProblem {
                row: Some(number),
                column: Some("provider_key".to_owned()),
                ..problem.remedy("keep one of the rows")
            });
        }
    }
    reading
}

/// Columns missing, unknown or given twice.
fn header_problems(header: &StringRecord) -> Vec<InputProblem> {
    let mut problems = Vec::new();
    let mut wrong = |column: &str, message: &str, remedy: &str| {
        let column: String = column
            .chars()
            .filter(|c| !c.is_control())
            .take(64)
            .collect();
        problems.push(InputProblem {
            column: Some(column),
            ..InputProblem::new("E8230", FILE, message).remedy(remedy)
        });
    };
    let mut found = BTreeSet::new();
    for name in header {
        if !COLUMNS.iter().any(|column| column.name == name) {
            wrong(name, "the column is not foreseen", "leave the column out");
        } else if !found.insert(name) {
            wrong(name, "the column stands there twice", "keep one of them");
        }
    }
    for column in COLUMNS.iter().filter(|column| !found.contains(column.name)) {
        wrong(
            column.name,
            "the column is missing",
            "take the header of the template",
        );
    }
    problems
}

/// A row being read: collects what is wrong with it.
struct Row<'a> {
    number: u64,
    cells: BTreeMap<&'a str, &'a str>,
    problems: &'a mut Vec<InputProblem>,
}

impl<'a> Row<'a> {
    fn new(
        number: u64,
        header: &'a StringRecord,
        record: &'a StringRecord,
        problems: &'a mut Vec<InputProblem>,
    ) -> Self {
        if record.len() != header.len() {
            let message = format!(
                "the row has {} cells, the header {}",
                record.len(),
                header.len()
            );
            problems.push(InputProblem {
                row: Some(number),
                ..InputProblem::new("E8230", FILE, message).remedy("give every column a cell")
            });
        }
        Self {
            number,
            cells: header.iter().zip(record.iter().map(str::trim)).collect(),
            problems,
        }
    }

    fn existing_child(&mut self, new_key: &mut dyn FnMut() -> String) -> Option<ExistingChild> {
        let before = self.problems.len();
        let provider_key = self.parsed("provider_key", "1 to 64 of A-Z a-z 0-9 . _ -");
        let child = self.optional("child_id", "1 to 64 of A-Z a-z 0-9 . _ -, or empty");
        let child_is_known = child.is_some();
        let child = child.or_else(|| new_key().parse().ok());
        let household = self.optional("household_id", "1 to 64 of A-Z a-z 0-9 . _ -, or empty");
        let facts = (
            household.or_else(|| new_key().parse().ok()),
            self.parsed("birth_date", "YYYY-MM-DD"),
            self.read("sex", "male, female, divers or none", Sex::named),
            self.parsed("area", "1 to 64 of A-Z a-z 0-9 . _ -"),
            self.parsed("municipality", "eight digits"),
            self.yes_or_no("single_custodian"),
            self.yes_or_no("custodians_working"),
            self.yes_or_no("inclusion_place"),
            self.optional("school_class", "1 to 13, or empty"),
        );
        let facility = self.parsed("facility_id", "1 to 64 of A-Z a-z 0-9 . _ -");
        let terms = self.terms();
        let contract = new_key().parse().ok();
        if self.problems.len() > before {
            return None;
        }
        Some(ExistingChild {
            row: self.number,
            provider_key: provider_key?,
            child: child?,
            child_is_known,
            facts: ChildFacts {
                household: facts.0?,
                birth_date: facts.1?,
                sex: facts.2?,
                area: facts.3?,
                municipality: facts.4?,
                single_custodian: facts.5?,
                custodians_working: facts.6?,
                inclusion_place: facts.7?,
                school_class: facts.8,
                siblings: SiblingsRule::Independent,
            },
            contract: contract?,
            facility: facility?,
            terms: terms?,
        })
    }

    fn terms(&mut self) -> Option<ContractTerms> {
        let kinds = "childminding, nursery, kindergarten or after_school";
        let care_type = self.parsed("care_type", kinds);
        let quarters = "quarter hours, more than 0 and at most 13, for example 4.5";
        let hours = |text: &str| DailyHours::new(text.parse().ok()?).ok();
        let daily_hours = self.read("daily_hours", quarters, hours);
        let days_per_week = self.parsed("days_per_week", "1 to 7");
        let lunch = self.yes_or_no("lunch");
        let valid_from = self.parsed("valid_from", "YYYY-MM-DD");
        let valid_to: Option<Date> = self.optional("valid_to", "YYYY-MM-DD, or empty");
        Some(ContractTerms {
            care_type: care_type?,
            daily_hours: daily_hours?,
            days_per_week: days_per_week?,
            lunch: lunch?,
            valid_from: valid_from?,
            valid_to,
        })
    }

    fn cell(&self, column: &str) -> &'a str {
        self.cells.get(column).copied().unwrap_or_default()
    }

    /// A cell that every row fills.
    fn read<T>(
        &mut self,
        column: &'static str,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let cell = self.cell(column);
        let value = (!cell.is_empty()).then(|| read(cell)).flatten();
        if value.is_none() {
            let message = if cell.is_empty() {
                "the value is missing"
            } else {
                "the value has another form than expected"
            };
            self.problems.push(InputProblem {
                row: Some(self.number),
                column: Some(column.to_owned()),
                ..InputProblem::new("E8231", FILE, message).remedy(format!("write {expected}"))
            });
        }
        value
    }

    fn parsed<T: FromStr>(&mut self, column: &'static str, expected: &str) -> Option<T> {
        self.read(column, expected, |cell| cell.parse().ok())
    }

    /// A cell that may be empty.
    fn optional<T: FromStr>(&mut self, column: &'static str, expected: &str) -> Option<T> {
        if self.cell(column).is_empty() {
            return None;
        }
        self.parsed(column, expected)
    }

    fn yes_or_no(&mut self, column: &'static str) -> Option<bool> {
        self.read(column, "yes or no", |cell| match cell {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::existing_children::template;

    fn read(file: &str) -> Result<Vec<ExistingChild>, Vec<InputProblem>> {
        let mut last = 0;
        read_existing_children(file.as_bytes(), &mut || {
            last += 1;
            format!("key-{last}")
        })
    }

    fn places(problems: &[InputProblem]) -> Vec<(Option<u64>, Option<&str>, &str)> {
        let place = |problem: &InputProblem| problem.row;
        problems
            .iter()
            .map(|problem| (place(problem), problem.column.as_deref(), problem.code))
            .collect()
    }

    #[test]
    fn the_template_can_be_read_and_a_missing_pseudonym_is_made() {
        let rows = read(&template()).unwrap();
        assert_eq!(rows.len(), 1);
        assert!(!rows[0].child_is_known);
        assert_eq!(rows[0].terms.daily_hours.hours(), 9.0);
        assert_eq!(rows[0].terms.valid_to, None);
    }

    #[test]
    fn all_problems_of_all_rows_are_told_at_once_without_the_values() {
        let template = template();
        let (header, row) = template.split_once('\n').unwrap();
        let first = row
            .replace("2023-05-20", "2023-15-20")
            .replace(",9,", ",9.1,");
        let second = row.replace("V-2024-017", "V 18").replace("female", "girl");
        let third = row.replace("kindergarten,", ",");
        let file = format!("{header}\n{first}{second}{third}");
        let problems = read(&file).unwrap_err();
        let expected = [
            (Some(1), Some("birth_date"), "E8231"),
            (Some(1), Some("daily_hours"), "E8231"),
            (Some(2), Some("provider_key"), "E8231"),
            (Some(2), Some("sex"), "E8231"),
            (Some(3), Some("care_type"), "E8231"),
        ];
        assert_eq!(places(&problems), expected);
        let told = format!("{problems:?}");
        for value in ["2023-15-20", "girl", "9.1"] {
            assert!(!told.contains(value), "{told}");
        }
    }

    #[test]
    fn a_key_given_twice_and_another_header_are_refused() {
        let template = template();
        let (header, row) = template.split_once('\n').unwrap();
        let twice = format!("{header}\n{row}{row}");
        let problems = read(&twice).unwrap_err();
        assert_eq!(
            places(&problems),
            [(Some(2), Some("provider_key"), "E8232")]
        );
        let named = template.replacen("household_id", "family_name", 1);
        let problems = read(&named).unwrap_err();
        assert_eq!(
            places(&problems),
            [
                (None, Some("family_name"), "E8230"),
                (None, Some("household_id"), "E8230")
            ]
        );
        assert_eq!(read("").unwrap_err().len(), COLUMNS.len());
    }

    #[test]
    fn columns_may_stand_in_any_order_and_a_byte_order_mark_is_passed_over() {
        let template = template();
        let lines = template.lines().map(|line| {
            let mut cells: Vec<&str> = line.split(',').collect();
            cells.reverse();
            cells.join(",")
        });
        let reversed = format!("\u{feff}{}\n", lines.collect::<Vec<_>>().join("\n"));
        let shape =
            |rows: Vec<ExistingChild>| (rows[0].provider_key.clone(), rows[0].facts.birth_date);
        assert_eq!(
            shape(read(&reversed).unwrap()),
            shape(read(&template).unwrap())
        );
    }
}
