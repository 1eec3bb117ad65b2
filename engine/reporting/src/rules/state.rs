//! E17: nine-hour equivalents.

use super::{At, Finding, Limits, Rule};
use crate::grant::NineHourEquivalents;
use crate::state::StateExtract;

/// File of the state extract.
const FILE: &str = "landeszuschuss_1april";

/// Applies E17: no more equivalents than children, equivalents of the rows are those of the
/// contracts counted, contracted hours are a usual tier.
#[must_use]
pub fn check_state(extract: &StateExtract, limits: &Limits) -> Vec<Finding> {
    let mut found = Vec::new();
    for (row, record) in extract.records.iter().enumerate() {
        let mut at = At {
            found: &mut found,
            file: FILE,
            row,
        };
        let most = NineHourEquivalents::of_quarters(36).times(record.children);
        if record.equivalents > most {
            let (e9, children) = (record.equivalents, record.children);
            at.block(
                Rule::E17,
                "e9",
                format!("{e9} equivalents of {children} children"),
            );
        }
        if !limits.tiers.contains(&record.daily_quarters) {
            let text = format!(
                "{} quarter hours a day are no usual tier",
                record.daily_quarters
            );
            at.confirm(Rule::E17, "stunden_tag", text);
        }
    }
    let contracts = extract
        .counted
        .values()
        .map(|counted| counted.equivalents)
        .sum();
    let (rows, contracts): (NineHourEquivalents, NineHourEquivalents) =
        (extract.total(), contracts);
    if rows != contracts {
        found.push(Finding {
            file: FILE,
            row: None,
            column: "e9",
            rule: Rule::E17,
            severity: super::Severity::Block,
            text: format!("the rows add up to {rows}, the contracts to {contracts}"),
        });
    }
    found.sort();
    found
}
