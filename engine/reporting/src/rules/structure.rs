//! E1 to E4: keys, both sides, code lists, sums.

use std::collections::{BTreeMap, BTreeSet};

use super::{At, Finding, Rule, child_rows};
use crate::federal::FederalExtract;
use crate::layout::Values;
use crate::records::{ChildRecord, FacilityRecord, Record};

/// E1: facility numbers, and child numbers in a facility, appear once.
pub(super) fn unique_keys(extract: &FederalExtract, found: &mut Vec<Finding>) {
    let mut facilities = BTreeSet::new();
    for (row, record) in extract.facilities.iter().enumerate() {
        if !facilities.insert(record.facility) {
            let mut at = At {
                found,
                file: FacilityRecord::FILE,
                row,
            };
            let text = format!("facility {} is reported twice", record.facility);
            at.block(Rule::E1, "einrichtung", text);
        }
    }
    let mut children = BTreeSet::new();
    for child in child_rows(extract) {
        if !children.insert((child.file, child.site, child.number)) {
            let mut at = At {
                found,
                file: child.file,
                row: child.row,
            };
            let text = format!(
                "facility {} has two children with number {}",
                child.site, child.number
            );
            at.block(Rule::E1, "lfd_nr", text);
        }
    }
}

/// E2: every child of `kita_kind` has a facility record; every facility with children has child
/// records. A facility that reports 0 children is a nil report.
pub(super) fn both_sides_reported(extract: &FederalExtract, found: &mut Vec<Finding>) {
    let reported: BTreeSet<u32> = extract.facilities.iter().map(|f| f.facility).collect();
    let attended: BTreeSet<u32> = extract.children.iter().map(|c| c.facility).collect();
    for (row, child) in extract.children.iter().enumerate() {
        if !reported.contains(&child.facility) {
            let mut at = At {
                found,
                file: ChildRecord::FILE,
                row,
            };
            let text = format!("facility {} of the child is not reported", child.facility);
            at.block(Rule::E2, "einrichtung", text);
        }
    }
    for (row, facility) in extract.facilities.iter().enumerate() {
        if facility.children > 0 && !attended.contains(&facility.facility) {
            let mut at = At {
                found,
                file: FacilityRecord::FILE,
                row,
            };
            let text = format!(
                "the facility reports {} children, but none has a record",
                facility.children
            );
            at.block(Rule::E2, "kinder_insgesamt", text);
        }
    }
}

/// E3: every cell is in the list or range of its column.
pub(super) fn values_in_lists(extract: &FederalExtract, found: &mut Vec<Finding>) {
    cells(&extract.facilities, found);
    cells(&extract.children, found);
    cells(&extract.childminding, found);
}

fn cells<R: Record>(records: &[R], found: &mut Vec<Finding>) {
    for (row, record) in records.iter().enumerate() {
        for (cell, field) in record.cells().into_iter().zip(R::FIELDS) {
            let right = match (cell, field.values) {
                (None, _) => field.may_be_empty,
                (Some(value), Values::Number(low, high)) => (low..=high).contains(&value),
                (Some(value), Values::Codes(codes)) => codes.contains(&value),
                (Some(value), Values::TimeOfDay) => value <= 1440,
                (Some(_), Values::Decimal | Values::Words(_)) => true,
            };
            if !right {
                let value = cell.map_or_else(|| "nothing".to_owned(), |value| value.to_string());
                let mut at = At {
                    found,
                    file: R::FILE,
                    row,
                };
                let text = format!(
                    "{value} is not among the values of {}: {}",
                    field.name, field.meaning
                );
                at.block(Rule::E3, field.name, text);
            }
        }
    }
}

/// E4: `kinder_insgesamt` is the number of child records of the facility.
pub(super) fn children_add_up(extract: &FederalExtract, found: &mut Vec<Finding>) {
    let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
    for child in &extract.children {
        *counts.entry(child.facility).or_default() += 1;
    }
    for (row, facility) in extract.facilities.iter().enumerate() {
        let count = counts.get(&facility.facility).copied().unwrap_or(0);
        if count != facility.children {
            let mut at = At {
                found,
                file: FacilityRecord::FILE,
                row,
            };
            let text = format!(
                "{} children are reported, {count} have records",
                facility.children
            );
            at.block(Rule::E4, "kinder_insgesamt", text);
        }
    }
}
