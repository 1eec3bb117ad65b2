//! Plausibility rules, numbered, in the shape of the `fehler` of DatML/RES: key, weight, text,
//! position, column.

mod child;
mod facility;
mod limits;
mod reconcile;
mod state;
mod structure;

use std::io::{self, Write};

pub use limits::Limits;
pub use reconcile::reconcile;
pub use state::check_state;

use crate::federal::FederalExtract;
use crate::records::{ChildFacts, ChildRecord, ChildmindingRecord, Record};

/// Version of columns, codes, limits and rules together; part of every manifest.
pub const RULE_SET_VERSION: &str = "2027-1";

/// A plausibility rule by the number it has in the method sheet.
///
/// E9 (groups) and E14 to E16 (staff, childminders) are missing because their columns have no source
/// in the tables; E18 to E20 and E22 concern other extracts and formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Keys are unique.
    E1,
    /// A child's facility is reported; a facility's children are reported.
    E2,
    /// Codes and numbers are in their lists and ranges; required cells are filled.
    E3,
    /// The number of children of a facility is the number of its child records.
    E4,
    /// Birth month, and birth before the reference date and less than 14 years ago.
    E5,
    /// Birth, admission, reference date in this order.
    E6,
    /// Hours and days a week.
    E7,
    /// School attendance, class and age.
    E8,
    /// One child, one facility.
    E10,
    /// Opening times.
    E11,
    /// Closing days.
    E12,
    /// Children and approved places.
    E13,
    /// Nine-hour equivalents.
    E17,
    /// The extract's children are those of the contracts in force.
    E21,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 14] = [
        Self::E1,
        Self::E2,
        Self::E3,
        Self::E4,
        Self::E5,
        Self::E6,
        Self::E7,
        Self::E8,
        Self::E10,
        Self::E11,
        Self::E12,
        Self::E13,
        Self::E17,
        Self::E21,
    ];

    /// The key (`schluessel`), as in the method sheet.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::E1 => "E1",
            Self::E2 => "E2",
            Self::E3 => "E3",
            Self::E4 => "E4",
            Self::E5 => "E5",
            Self::E6 => "E6",
            Self::E7 => "E7",
            Self::E8 => "E8",
            Self::E10 => "E10",
            Self::E11 => "E11",
            Self::E12 => "E12",
            Self::E13 => "E13",
            Self::E17 => "E17",
            Self::E21 => "E21",
        }
    }

    /// The code in the error index: `E6104` for rule E4.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::E1 => "E6101",
            Self::E2 => "E6102",
            Self::E3 => "E6103",
            Self::E4 => "E6104",
            Self::E5 => "E6105",
            Self::E6 => "E6106",
            Self::E7 => "E6107",
            Self::E8 => "E6108",
            Self::E10 => "E6110",
            Self::E11 => "E6111",
            Self::E12 => "E6112",
            Self::E13 => "E6113",
            Self::E17 => "E6117",
            Self::E21 => "E6121",
        }
    }
}

/// The weight of a finding (`gewicht`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The extract must not be sent.
    Block,
    /// Somebody must confirm that it is right.
    Confirm,
    /// Worth knowing.
    Inform,
}

impl Severity {
    /// The letter of the method sheet: E, W or I.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Block => "E",
            Self::Confirm => "W",
            Self::Inform => "I",
        }
    }
}

/// Something a rule found.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// File without extension.
    pub file: &'static str,
    /// Row in the combined file, from 1 after the header; `None` for the file as a whole.
    pub row: Option<u64>,
    /// The column (`merkmal`).
    pub column: &'static str,
    /// The rule (`schluessel`).
    pub rule: Rule,
    /// The weight (`gewicht`).
    pub severity: Severity,
    /// What is wrong, with the value found.
    pub text: String,
}

/// Where, which rule and how grave; not the text, which names values of single records.
impl std::fmt::Debug for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (rule, weight) = (self.rule.key(), self.severity.letter());
        write!(
            f,
            "{rule} {weight} {}:{:?} {}",
            self.file, self.row, self.column
        )
    }
}

/// Collects findings of one row.
struct At<'a> {
    found: &'a mut Vec<Finding>,
    file: &'static str,
    row: usize,
}

impl At<'_> {
    fn note(&mut self, rule: Rule, severity: Severity, column: &'static str, text: String) {
        self.found.push(Finding {
            file: self.file,
            row: Some(self.row as u64 + 1),
            column,
            rule,
            severity,
            text,
        });
    }

    fn block(&mut self, rule: Rule, column: &'static str, text: String) {
        self.note(rule, Severity::Block, column, text);
    }

    fn confirm(&mut self, rule: Rule, column: &'static str, text: String) {
        self.note(rule, Severity::Confirm, column, text);
    }
}

/// A child record of either file.
struct ChildRow<'a> {
    file: &'static str,
    row: usize,
    site: u32,
    number: u32,
    facts: &'a ChildFacts,
}

/// The children of both files, in file order.
fn child_rows(extract: &FederalExtract) -> impl Iterator<Item = ChildRow<'_>> {
    let children = extract
        .children
        .iter()
        .enumerate()
        .map(|(row, child)| ChildRow {
            file: ChildRecord::FILE,
            row,
            site: child.facility,
            number: child.number,
            facts: &child.facts,
        });
    let minded = extract
        .childminding
        .iter()
        .enumerate()
        .map(|(row, child)| ChildRow {
            file: ChildmindingRecord::FILE,
            row,
            site: child.site,
            number: child.number,
            facts: &child.facts,
        });
    children.chain(minded)
}

/// Applies rules E1 to E8 and E10 to E13; [`reconcile`] is E21.
///
/// Ordered by file, row, column and rule; empty if nothing is to be said.
#[must_use]
pub fn check_federal(extract: &FederalExtract, limits: &Limits) -> Vec<Finding> {
    let mut found = Vec::new();
    structure::unique_keys(extract, &mut found);
    structure::both_sides_reported(extract, &mut found);
    structure::values_in_lists(extract, &mut found);
    structure::children_add_up(extract, &mut found);
    for child in child_rows(extract) {
        child::births(&child, extract, limits, &mut found);
        child::admissions(&child, extract, &mut found);
        child::weekly_care(&child, limits, &mut found);
        child::school(&child, extract, limits, &mut found);
    }
    child::one_facility(extract, &mut found);
    facility::opening_times(extract, &mut found);
    facility::closing_days(extract, limits, &mut found);
    facility::approved_places(extract, limits, &mut found);
    found.sort();
    found
}

/// Writes findings: `schluessel;gewicht;datei;zeile;merkmal;text`.
///
/// # Errors
///
/// Whatever the target reports.
pub fn write_findings(findings: &[Finding], mut to: impl Write) -> io::Result<u64> {
    let header = ["schluessel", "gewicht", "datei", "zeile", "merkmal", "text"];
    let rows = findings.iter().map(|finding| {
        vec![
            finding.rule.key().to_owned(),
            finding.severity.letter().to_owned(),
            finding.file.to_owned(),
            finding.row.map_or_else(String::new, |row| row.to_string()),
            finding.column.to_owned(),
            finding.text.clone(),
        ]
    });
    crate::write::separated(&mut to, &header, rows)
}
