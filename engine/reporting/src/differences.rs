//! What changed from one run of an extract to another, and why.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use domain::{CareType, FacilityId};
use jiff::civil::Date;

use crate::federal::{ChildKey, FederalExtract};
use crate::rational::Fraction;
use crate::records::Record;
use crate::state::{Counted, StateExtract};
use crate::write::care_name;

/// Why a contract counts otherwise than in an earlier run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DifferenceCause {
    /// The contract did not count before.
    Added,
    /// The contract no longer counts.
    Removed,
    /// A new version has other hours, in quarter hours a day.
    Hours {
        /// Before.
        from: u32,
        /// Now.
        to: u32,
    },
    /// A new version has another care type.
    CareType {
        /// Before.
        from: CareType,
        /// Now.
        to: CareType,
    },
}

/// A contract that counts otherwise than in an earlier run.
#[derive(Clone, PartialEq, Eq)]
pub struct Difference {
    /// The facility.
    pub facility: FacilityId,
    /// The contract.
    pub contract: String,
    /// Its version in the later run, or in the earlier one if it was removed.
    pub version: u32,
    /// When that version was recorded.
    pub recorded_on: Date,
    /// Why.
    pub cause: DifferenceCause,
    /// Later minus earlier, in thirty-sixths of a nine-hour child.
    pub thirty_sixths: i64,
}

/// A record of the federal extract that differs from an earlier run.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordDifference {
    /// The facility.
    pub facility: FacilityId,
    /// The contract.
    pub contract: String,
    /// Its version in the later run, or in the earlier one if the record is gone.
    pub version: u32,
    /// When that version was recorded.
    pub recorded_on: Date,
    /// Column, value before, value now; an empty list for a record that is new or gone.
    pub columns: Vec<(&'static str, Option<u32>, Option<u32>)>,
    /// Records later minus earlier: 1, -1 or 0.
    pub records: i32,
}

opaque_debug!(Difference, RecordDifference);

impl Difference {
    /// The change in nine-hour equivalents, four decimals.
    #[must_use]
    pub fn equivalents(&self) -> String {
        let change = Fraction::new(i128::from(self.thirty_sixths), 36);
        change.unwrap_or(Fraction::ZERO).decimals(4)
    }

    /// The cause in words, German and English.
    #[must_use]
    pub fn words(&self) -> (String, String) {
        let (version, day) = (self.version, self.recorded_on);
        let hours = |quarters: u32| {
            let hours = Fraction::new(i128::from(quarters), 4);
            hours.unwrap_or(Fraction::ZERO).decimals(2)
        };
        let (german, english) = match self.cause {
            DifferenceCause::Added => ("zählt neu".to_owned(), "counts now".to_owned()),
            DifferenceCause::Removed => {
                ("zählt nicht mehr".to_owned(), "no longer counts".to_owned())
            }
            DifferenceCause::Hours { from, to } => {
                let (from, to) = (hours(from), hours(to));
                (
                    format!("Stunden am Tag {from} auf {to} berichtigt"),
                    format!("hours a day corrected from {from} to {to}"),
                )
            }
            DifferenceCause::CareType { from, to } => {
                let (from, to) = (care_name(from), care_name(to));
                (
                    format!("Betreuungsart {from} auf {to} berichtigt"),
                    format!("care type corrected from {from} to {to}"),
                )
            }
        };
        (
            format!("{german}, Fassung {version} vom {day}"),
            format!("{english}, version {version} recorded on {day}"),
        )
    }
}

/// What changed from an earlier run to a later one, by contract; hours that count alike before and
/// after (10 and 9 hours) are listed with difference 0.
#[must_use]
pub fn differences(earlier: &StateExtract, later: &StateExtract) -> Vec<Difference> {
    let contracts: BTreeSet<&String> = earlier.counted.keys().chain(later.counted.keys()).collect();
    let signed = |counted: Option<&Counted>| {
        let value = counted.map_or(0, |counted| counted.equivalents.thirty_sixths());
        i64::try_from(value).unwrap_or(i64::MAX)
    };
    let mut found = Vec::new();
    for contract in contracts {
        let (before, now) = (earlier.counted.get(contract), later.counted.get(contract));
        let cause = match (before, now) {
            (Some(before), Some(now)) if before.quarters != now.quarters => {
                DifferenceCause::Hours {
                    from: before.quarters,
                    to: now.quarters,
                }
            }
            (Some(before), Some(now)) if before.care_type != now.care_type => {
                DifferenceCause::CareType {
                    from: before.care_type,
                    to: now.care_type,
                }
            }
            (None, Some(_)) => DifferenceCause::Added,
            (Some(_), None) => DifferenceCause::Removed,
            _ => continue,
        };
        let Some(known) = now.or(before) else {
            continue;
        };
        found.push(Difference {
            facility: known.facility.clone(),
            contract: contract.clone(),
            version: known.version,
            recorded_on: known.recorded_on,
            cause,
            thirty_sixths: signed(now) - signed(before),
        });
    }
    found
}

/// The cells of the record behind a key.
fn cells(extract: &FederalExtract, key: &ChildKey) -> (Vec<Option<u32>>, &'static [&'static str]) {
    const NAMES: [&[&str]; 2] = [&MINDED, &CHILD];
    let (cells, names) = if key.childminding {
        let record = extract.childminding.get(key.row);
        (record.map(Record::cells), NAMES[0])
    } else {
        let record = extract.children.get(key.row);
        (record.map(Record::cells), NAMES[1])
    };
    (cells.unwrap_or_default(), names)
}

const CHILD: [&str; crate::CHILD_FIELDS.len()] = names(&crate::CHILD_FIELDS);
const MINDED: [&str; crate::CHILDMINDING_FIELDS.len()] = names(&crate::CHILDMINDING_FIELDS);

const fn names<const N: usize>(fields: &[crate::FieldSpec; N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut at = 0;
    while at < N {
        names[at] = fields[at].name;
        at += 1;
    }
    names
}

/// Which child records changed from an earlier run of the federal extract to a later one. Running
/// numbers are not compared: they follow from the rest.
#[must_use]
pub fn federal_differences(
    earlier: &FederalExtract,
    later: &FederalExtract,
) -> Vec<RecordDifference> {
    fn by_contract(extract: &FederalExtract) -> BTreeMap<&str, &ChildKey> {
        let keys = extract.keys.iter();
        keys.map(|key| (key.contract.as_str(), key)).collect()
    }
    let (before, now) = (by_contract(earlier), by_contract(later));
    let contracts: BTreeSet<&str> = before.keys().chain(now.keys()).copied().collect();
    let mut found = Vec::new();
    for contract in contracts {
        let (before, now) = (before.get(contract), now.get(contract));
        let mut columns = Vec::new();
        if let (Some(before), Some(now)) = (before, now) {
            let (old, _) = cells(earlier, before);
            let (new, names) = cells(later, now);
            let pairs = names.iter().zip(old.into_iter().zip(new)).skip(2);
            let changed = pairs.filter(|(_, (old, new))| old != new);
            columns.extend(changed.map(|(name, (old, new))| (*name, old, new)));
            if columns.is_empty() {
                continue;
            }
        }
        let Some(known) = now.or(before) else {
            continue;
        };
        found.push(RecordDifference {
            facility: known.facility.clone(),
            contract: contract.to_owned(),
            version: known.version,
            recorded_on: known.recorded_on,
            columns,
            records: i32::from(now.is_some()) - i32::from(before.is_some()),
        });
    }
    found
}

/// Writes differences of the state extract:
/// `einrichtung_id;vertrag;fassung;erfasst_am;e9_differenz;ursache;cause`. For the sender only: it names
/// contracts.
///
/// # Errors
///
/// Whatever the target reports.
pub fn write_differences(differences: &[Difference], mut to: impl Write) -> io::Result<u64> {
    let header = [
        "einrichtung_id",
        "vertrag",
        "fassung",
        "erfasst_am",
        "e9_differenz",
        "ursache",
        "cause",
    ];
    let rows = differences.iter().map(|difference| {
        let (german, english) = difference.words();
        vec![
            difference.facility.to_string(),
            difference.contract.clone(),
            difference.version.to_string(),
            difference.recorded_on.to_string(),
            difference.equivalents(),
            german,
            english,
        ]
    });
    crate::write::separated(&mut to, &header, rows)
}

/// Writes differences of the federal extract, a row per record and column:
/// `einrichtung_id;vertrag;fassung;erfasst_am;saetze;merkmal;vorher;jetzt`. For the sender only.
///
/// # Errors
///
/// Whatever the target reports.
pub fn write_federal_differences(
    differences: &[RecordDifference],
    mut to: impl Write,
) -> io::Result<u64> {
    let header = [
        "einrichtung_id",
        "vertrag",
        "fassung",
        "erfasst_am",
        "saetze",
        "merkmal",
        "vorher",
        "jetzt",
    ];
    let text = |value: Option<u32>| value.map_or_else(String::new, |value| value.to_string());
    let rows = differences.iter().flat_map(|difference| {
        let whole = [("", None, None)];
        let columns: Vec<_> = if difference.columns.is_empty() {
            whole.to_vec()
        } else {
            difference.columns.clone()
        };
        columns.into_iter().map(move |(column, before, now)| {
            vec![
                difference.facility.to_string(),
                difference.contract.clone(),
                difference.version.to_string(),
                difference.recorded_on.to_string(),
                difference.records.to_string(),
                column.to_owned(),
                text(before),
                text(now),
            ]
        })
    });
    crate::write::separated(&mut to, &header, rows)
}
