//! Plausibility rules, numbered, in the shape of the `fehler` of DatML/RES: key, weight, text,
//! position, column.

mod child;
mod facility;
mod group;
mod person;
mod reconcile;
mod rule;
mod state;
mod structure;
mod years;

use std::io::{self, Write};

pub use reconcile::{reconcile, reconcile_state};
pub use rule::{RULE_SET_VERSION, Rule, Severity, Wording};
pub use state::check_state;
pub use years::{compare_federal_years, compare_state_years};

use crate::federal::FederalExtract;
use crate::parameters::Parameters;
use crate::records::{ChildFacts, ChildRecord, ChildmindingRecord, Record};

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
    pub text: Wording,
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
pub(crate) struct At<'a> {
    pub(crate) found: &'a mut Vec<Finding>,
    pub(crate) file: &'static str,
    pub(crate) row: usize,
}

impl At<'_> {
    fn note(
        &mut self,
        rule: Rule,
        severity: Severity,
        column: &'static str,
        german: String,
        english: String,
    ) {
        self.found.push(Finding {
            file: self.file,
            row: Some(self.row as u64 + 1),
            column,
            rule,
            severity,
            text: Wording { german, english },
        });
    }

    pub(crate) fn block(
        &mut self,
        rule: Rule,
        column: &'static str,
        german: impl Into<String>,
        english: impl Into<String>,
    ) {
        let texts = (german.into(), english.into());
        self.note(rule, Severity::Block, column, texts.0, texts.1);
    }

    pub(crate) fn confirm(
        &mut self,
        rule: Rule,
        column: &'static str,
        german: impl Into<String>,
        english: impl Into<String>,
    ) {
        let texts = (german.into(), english.into());
        self.note(rule, Severity::Confirm, column, texts.0, texts.1);
    }

    fn inform(
        &mut self,
        rule: Rule,
        column: &'static str,
        german: impl Into<String>,
        english: impl Into<String>,
    ) {
        let texts = (german.into(), english.into());
        self.note(rule, Severity::Inform, column, texts.0, texts.1);
    }
}

/// A child record of either file.
struct ChildRow<'a> {
    file: &'static str,
    row: usize,
    site: u32,
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
            facts: &child.facts,
        });
    children.chain(minded)
}

/// Applies rules E1 to E16; [`reconcile`] is E21, [`compare_federal_years`] E20, and E22 is applied when
/// DatML is written.
///
/// Ordered by file, row, column and rule; empty if nothing is to be said.
#[must_use]
pub fn check_federal(extract: &FederalExtract, parameters: &Parameters) -> Vec<Finding> {
    let limits = parameters.limits_on(extract.reference);
    let mut found = Vec::new();
    structure::unique_keys(extract, &mut found);
    structure::both_sides_reported(extract, &mut found);
    structure::values_in_lists(extract, parameters, &mut found);
    structure::children_add_up(extract, &mut found);
    for child in child_rows(extract) {
        child::births(&child, extract, limits, &mut found);
        child::admissions(&child, extract, &mut found);
        child::weekly_care(&child, limits, &mut found);
        child::school(&child, extract, limits, &mut found);
    }
    group::groups(extract, &mut found);
    child::one_facility(extract, &mut found);
    facility::opening_times(extract, &mut found);
    facility::closing_days(extract, limits, &mut found);
    facility::approved_places(extract, limits, &mut found);
    person::staff(extract, limits, &mut found);
    person::childminders(extract, limits, &mut found);
    person::joint_childminding(extract, limits, &mut found);
    found.sort();
    found
}

/// Writes findings: `schluessel;gewicht;datei;zeile;merkmal;text;abhilfe;text_en;remedy`.
///
/// # Errors
///
/// Whatever the target reports.
pub fn write_findings(findings: &[Finding], mut to: impl Write) -> io::Result<u64> {
    let header = [
        "schluessel",
        "gewicht",
        "datei",
        "zeile",
        "merkmal",
        "text",
        "abhilfe",
        "text_en",
        "remedy",
    ];
    let rows = findings.iter().map(|finding| {
        let (german, english) = finding.rule.remedy();
        vec![
            finding.rule.key().to_owned(),
            finding.severity.letter().to_owned(),
            finding.file.to_owned(),
            finding.row.map_or_else(String::new, |row| row.to_string()),
            finding.column.to_owned(),
            finding.text.german.clone(),
            german.to_owned(),
            finding.text.english.clone(),
            english.to_owned(),
        ]
    });
    crate::write::separated(&mut to, &header, rows)
}
