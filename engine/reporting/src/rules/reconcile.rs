//! E21: extracts against the placement engine's contracts, read anew.

use std::collections::{BTreeMap, BTreeSet};

use domain::FacilityId;
use jiff::civil::Date;
use tables::City;
use tables::schema::TableName;

use super::{Finding, Rule, Severity, Wording};
use crate::error::ExtractError;
use crate::federal::FederalExtract;
use crate::records::{ChildRecord, Record};
use crate::snapshot::column;
use crate::state::StateExtract;

/// A contract in force: facility, child, contract.
type InForce = (String, String, String);

/// Contracts in force on a day as known on another.
fn in_force(city: &City, day: Date, known_on: Date) -> Result<Vec<InForce>, ExtractError> {
    let table = TableName::Contracts;
    let frame = city.contracts_valid_known(day, known_on)?;
    let children = column!(frame, table, "child_id", str)?;
    let facilities = column!(frame, table, "facility_id", str)?;
    let contracts = column!(frame, table, "contract_id", str)?;
    let rows = (0..frame.height()).filter_map(|row| {
        let facility = facilities.get(row)?.to_owned();
        let child = children.get(row)?.to_owned();
        Some((facility, child, contracts.get(row)?.to_owned()))
    });
    Ok(rows.collect())
}

/// Whether facilities are open on a day.
fn open_on(city: &City, day: Date) -> Result<BTreeMap<FacilityId, bool>, ExtractError> {
    let facilities = city.facilities()?.into_iter();
    Ok(facilities
        .map(|facility| (facility.id().clone(), facility.is_open_on(day)))
        .collect())
}

/// Compares the extract's children with the contracts in force on its reference date as known on its
/// day of knowledge, by child and facility; every difference comes with its reason. Facilities with a
/// substitute day are compared on that day.
///
/// Findings name facilities, never children.
///
/// # Errors
///
/// [`ExtractError`] if the tables were not validated.
pub fn reconcile(city: &City, extract: &FederalExtract) -> Result<Vec<Finding>, ExtractError> {
    let reference = extract.reference.date();
    let mut days: BTreeSet<Date> = extract.registers.substitute_days();
    days.insert(reference);
    // Contracts in force minus records, by facility and child.
    let mut balance: BTreeMap<(String, String), i64> = BTreeMap::new();
    for day in days {
        for (facility, child, _) in in_force(city, day, extract.known_on)? {
            if extract.registers.day_of(&facility, reference) == day {
                *balance.entry((facility, child)).or_default() += 1;
            }
        }
    }
    for key in &extract.keys {
        let records = if key.childminding {
            extract.childminding.len()
        } else {
            extract.children.len()
        };
        if key.row < records {
            let pair = (key.facility.to_string(), key.child.to_string());
            *balance.entry(pair).or_default() -= 1;
        }
    }
    let mut missing: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for ((facility, _), difference) in balance {
        let entry = missing.entry(facility).or_default();
        if difference > 0 {
            entry.0 += difference;
        } else {
            entry.1 -= difference;
        }
    }
    let open = open_on(city, reference)?;
    let mut found = Vec::new();
    for (facility, (contracts, surplus)) in missing {
        let (german, english) = reason(&open, &facility);
        if contracts > 0 {
            found.push(whole_file(
                ChildRecord::FILE,
                "lfd_nr",
                Severity::Block,
                format!(
                    "Einrichtung {facility}: {contracts} laufende Verträge ohne Satz: {german}"
                ),
                format!(
                    "facility {facility}: {contracts} contracts in force have no record: {english}"
                ),
            ));
        }
        if surplus > 0 {
            found.push(whole_file(
                ChildRecord::FILE,
                "lfd_nr",
                Severity::Block,
                format!(
                    "Einrichtung {facility}: {surplus} Sätze ohne laufenden Vertrag: der Auszug stammt aus anderen Tabellen"
                ),
                format!(
                    "facility {facility}: {surplus} records have no contract in force: the extract was drawn from other tables"
                ),
            ));
        }
    }
    Ok(found)
}

/// Why contracts of a facility have no record.
fn reason(open: &BTreeMap<FacilityId, bool>, facility: &str) -> (&'static str, &'static str) {
    let is_open = FacilityId::new(facility)
        .ok()
        .and_then(|id| open.get(&id).copied());
    match is_open {
        Some(true) => (
            "die Sätze wurden nach dem Ziehen entfernt",
            "the records were taken out after drawing",
        ),
        Some(false) => (
            "die Einrichtung ist am Stichtag nicht geöffnet; ihre Daten berichtigen oder die Verträge beenden",
            "the facility is not open on the reference date; correct its dates or end the contracts",
        ),
        None => (
            "die Einrichtung steht in keiner Tabelle",
            "the facility is in no table",
        ),
    }
}

/// Compares the contracts counted for the state grant with those in force on the reference date: those
/// with too short a term are told for information, others block.
///
/// Findings name facilities, never children or contracts.
///
/// # Errors
///
/// [`ExtractError`] if the tables were not validated.
pub fn reconcile_state(city: &City, extract: &StateExtract) -> Result<Vec<Finding>, ExtractError> {
    let day = extract.reference.date();
    let open = open_on(city, day)?;
    let mut left: BTreeSet<&String> = extract.counted.keys().collect();
    let mut short: BTreeMap<String, u32> = BTreeMap::new();
    let mut missing: BTreeMap<String, u32> = BTreeMap::new();
    for (facility, _, contract) in in_force(city, day, extract.known_on)? {
        if left.remove(&contract) {
            continue;
        }
        let of_reason = if extract.too_short.contains(&contract) {
            &mut short
        } else {
            &mut missing
        };
        *of_reason.entry(facility).or_default() += 1;
    }
    let file = super::state::FILE;
    let mut found = Vec::new();
    for (facility, count) in short {
        found.push(whole_file(
            file,
            "kinder",
            Severity::Inform,
            format!("Einrichtung {facility}: {count} Verträge mit zu kurzer Laufzeit zählen nicht"),
            format!("facility {facility}: {count} contracts with too short a term do not count"),
        ));
    }
    for (facility, count) in missing {
        let (german, english) = reason(&open, &facility);
        found.push(whole_file(
            file,
            "kinder",
            Severity::Block,
            format!("Einrichtung {facility}: {count} laufende Verträge zählen nicht: {german}"),
            format!("facility {facility}: {count} contracts in force do not count: {english}"),
        ));
    }
    if !left.is_empty() {
        let count = left.len();
        found.push(whole_file(
            file,
            "kinder",
            Severity::Block,
            format!("{count} gezählte Verträge laufen nicht: der Auszug stammt aus anderen Tabellen"),
            format!(
                "{count} contracts counted are not in force: the extract was drawn from other tables"
            ),
        ));
    }
    found.sort();
    Ok(found)
}

/// A difference, which concerns the file as a whole.
fn whole_file(
    file: &'static str,
    column: &'static str,
    severity: Severity,
    german: String,
    english: String,
) -> Finding {
    Finding {
        file,
        row: None,
        column,
        rule: Rule::E21,
        severity,
        text: Wording { german, english },
    }
}
