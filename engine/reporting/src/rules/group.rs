//! E9: groups.

use std::collections::{BTreeMap, BTreeSet};

use super::{At, Finding, Rule};
use crate::federal::FederalExtract;
use crate::records::{ChildRecord, FacilityRecord, Record, StaffRecord};
use crate::registers::RegisterName;

/// E9: groups of children and staff are groups of the facility; the listed groups are as many as the
/// facility reports; without group structure nobody is in a group.
pub(super) fn groups(extract: &FederalExtract, found: &mut Vec<Finding>) {
    let mut listed: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for group in &extract.groups {
        listed
            .entry(group.facility)
            .or_default()
            .insert(group.group);
    }
    let mut groups: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for (row, facility) in extract.facilities.iter().enumerate() {
        let of_it = listed.get(&facility.facility);
        if let Some(of_it) = of_it
            && of_it.len() != facility.groups as usize
        {
            let (told, listed) = (facility.groups, of_it.len());
            At {
                found,
                file: FacilityRecord::FILE,
                row,
            }
            .block(
                Rule::E9,
                "gruppen_anzahl",
                format!("{told} Gruppen sind gemeldet, {listed} stehen im Register"),
                format!("{told} groups are reported, {listed} stand in the register"),
            );
        }
        let of_it = of_it
            .cloned()
            .unwrap_or_else(|| (1..=facility.groups).collect());
        groups.insert(facility.facility, of_it);
    }
    let none = BTreeSet::new();
    let asks_for_groups = extract.registers.has(RegisterName::Children);
    for (row, child) in extract.children.iter().enumerate() {
        let known = groups.get(&child.facility).unwrap_or(&none);
        let file = ChildRecord::FILE;
        let mut at = At { found, file, row };
        member(&mut at, child.group, known);
        if child.group.is_none() && asks_for_groups && !known.is_empty() {
            at.confirm(
                Rule::E9,
                "gruppe",
                "die Einrichtung hat Gruppen, das Kind keine",
                "the facility has groups, the child has none",
            );
        }
    }
    for (row, person) in extract.staff.iter().enumerate() {
        let known = groups.get(&person.facility).unwrap_or(&none);
        let file = StaffRecord::FILE;
        member(&mut At { found, file, row }, person.details.group, known);
    }
}

/// A group that is told is one of the facility.
fn member(at: &mut At<'_>, group: Option<u32>, known: &BTreeSet<u32>) {
    if let Some(group) = group.filter(|group| !known.contains(group)) {
        at.block(
            Rule::E9,
            "gruppe",
            format!("die Einrichtung hat keine Gruppe {group}"),
            format!("the facility has no group {group}"),
        );
    }
}
