//! E21: the extract against the placement engine's contracts, read anew.

use std::collections::BTreeMap;

use domain::FacilityId;
use tables::City;
use tables::schema::TableName;

use super::{Finding, Rule, Severity};
use crate::error::ExtractError;
use crate::federal::FederalExtract;
use crate::records::{ChildRecord, Record};
use crate::snapshot::column;

/// Compares the extract's children with the contracts in force on its reference date as known on its
/// day of knowledge, by child and facility; every difference comes with its reason.
///
/// Findings name facilities, never children.
///
/// # Errors
///
/// [`ExtractError`] if the tables were not validated.
pub fn reconcile(city: &City, extract: &FederalExtract) -> Result<Vec<Finding>, ExtractError> {
    let table = TableName::Contracts;
    let day = extract.reference.date();
    let frame = city.contracts_valid_known(day, extract.known_on)?;
    let children = column!(frame, table, "child_id", str)?;
    let facilities = column!(frame, table, "facility_id", str)?;
    // Contracts in force minus records, by facility and child.
    let mut balance: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for row in 0..frame.height() {
        if let (Some(child), Some(facility)) = (children.get(row), facilities.get(row)) {
            *balance.entry((facility, child)).or_default() += 1;
        }
    }
    let records = extract.children.len();
    for key in &extract.keys {
        let limit = if key.childminding {
            extract.childminding.len()
        } else {
            records
        };
        if key.row < limit {
            let pair = (key.facility.as_str(), key.child.as_str());
            *balance.entry(pair).or_default() -= 1;
        }
    }
    let mut missing: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for ((facility, _), difference) in balance {
        let entry = missing.entry(facility).or_default();
        if difference > 0 {
            entry.0 += difference;
        } else {
            entry.1 -= difference;
        }
    }
    let open: BTreeMap<FacilityId, bool> = city
        .facilities()?
        .into_iter()
        .map(|facility| (facility.id().clone(), facility.is_open_on(day)))
        .collect();
    let mut found = Vec::new();
    for (facility, (contracts, surplus)) in missing {
        let is_open = FacilityId::new(facility)
            .ok()
            .and_then(|id| open.get(&id).copied());
        if contracts > 0 {
            let reason = match is_open {
                Some(true) => "the records were taken out after drawing",
                Some(false) => {
                    "the facility is not open on the reference date; correct its dates or end the contracts"
                }
                None => "the facility is in no table",
            };
            found.push(finding(format!(
                "facility {facility}: {contracts} contracts in force have no record: {reason}"
            )));
        }
        if surplus > 0 {
            found.push(finding(format!(
                "facility {facility}: {surplus} records have no contract in force: the extract was drawn from other tables"
            )));
        }
    }
    Ok(found)
}

/// A difference, which concerns the file as a whole.
fn finding(text: String) -> Finding {
    Finding {
        file: ChildRecord::FILE,
        row: None,
        column: "lfd_nr",
        rule: Rule::E21,
        severity: Severity::Block,
        text,
    }
}
