//! E17: nine-hour equivalents.

use std::collections::BTreeMap;

use domain::CareType;

use super::{At, Finding, Rule, Severity, Wording};
use crate::grant::NineHourEquivalents;
use crate::parameters::Parameters;
use crate::state::StateExtract;

/// File of the state extract.
pub(crate) const FILE: &str = "landeszuschuss_1april";

/// Applies E17: no more equivalents than children; equivalents of the rows are, by care type, those of
/// the contracts counted; contracted hours are a usual tier.
#[must_use]
pub fn check_state(extract: &StateExtract, parameters: &Parameters) -> Vec<Finding> {
    let limits = parameters.limits_on(extract.reference);
    let mut found = Vec::new();
    let mut rows: BTreeMap<CareType, NineHourEquivalents> = BTreeMap::new();
    for (row, record) in extract.records.iter().enumerate() {
        let mut at = At {
            found: &mut found,
            file: FILE,
            row,
        };
        let total = rows.entry(record.care_type).or_default();
        *total = total.plus(record.equivalents);
        let most = NineHourEquivalents::of_quarters(36).times(record.children);
        if record.equivalents > most {
            let (e9, children) = (record.equivalents, record.children);
            at.block(
                Rule::E17,
                "e9",
                format!("{e9} Neun-Stunden-Kinder bei {children} Kindern"),
                format!("{e9} equivalents of {children} children"),
            );
        }
        let quarters = record.daily_quarters;
        if !limits.tiers.contains(&quarters) {
            at.confirm(
                Rule::E17,
                "stunden_tag",
                format!("{quarters} Viertelstunden am Tag sind keine übliche Stufe"),
                format!("{quarters} quarter hours a day are no usual tier"),
            );
        }
    }
    let mut contracts: BTreeMap<CareType, NineHourEquivalents> = BTreeMap::new();
    for counted in extract.counted.values() {
        let total = contracts.entry(counted.care_type).or_default();
        *total = total.plus(counted.equivalents);
    }
    for care in CareType::ALL {
        let of_rows = rows.get(&care).copied().unwrap_or_default();
        let of_contracts = contracts.get(&care).copied().unwrap_or_default();
        if of_rows != of_contracts {
            let name = crate::write::care_name(care);
            found.push(Finding {
                file: FILE,
                row: None,
                column: "e9",
                rule: Rule::E17,
                severity: Severity::Block,
                text: Wording {
                    german: format!(
                        "{name}: die Zeilen ergeben {of_rows}, die Verträge {of_contracts}"
                    ),
                    english: format!(
                        "{name}: the rows add up to {of_rows}, the contracts to {of_contracts}"
                    ),
                },
            });
        }
    }
    found.sort();
    found
}
