//! E1 to E4: keys, both sides, code lists, sums.

use std::collections::{BTreeMap, BTreeSet};

use super::{At, Finding, Rule, child_rows};
use crate::federal::FederalExtract;
use crate::layout::Values;
use crate::parameters::Parameters;
use crate::records::{
    ChildRecord, ChildminderRecord, FacilityRecord, GroupRecord, JointChildmindingRecord, Record,
    StaffRecord,
};

/// E1: facility numbers, and numbers of persons in a facility, appear once.
pub(super) fn unique_keys(extract: &FederalExtract, found: &mut Vec<Finding>) {
    let facilities = extract.facilities.iter().map(|it| (it.facility, 0));
    twice(FacilityRecord::FILE, "einrichtung", facilities, found);
    let groups = extract.groups.iter().map(|it| (it.facility, it.group));
    twice(GroupRecord::FILE, "gruppe", groups, found);
    let children = extract.children.iter().map(|it| (it.facility, it.number));
    twice(ChildRecord::FILE, "lfd_nr", children, found);
    let staff = extract.staff.iter().map(|it| (it.facility, it.number));
    twice(StaffRecord::FILE, "lfd_nr", staff, found);
    let minders = extract.childminders.iter().map(|it| (it.site, it.number));
    twice(ChildminderRecord::FILE, "lfd_nr", minders, found);
    let minded = extract.childminding.iter().map(|it| (it.site, it.number));
    twice("ktp_kind", "lfd_nr", minded, found);
    let joint = extract.joint_childminding.iter().map(|it| (it.site, 0));
    twice(JointChildmindingRecord::FILE, "pflegestelle", joint, found);
}

fn twice(
    file: &'static str,
    column: &'static str,
    keys: impl Iterator<Item = (u32, u32)>,
    found: &mut Vec<Finding>,
) {
    let mut known = BTreeSet::new();
    for (row, key) in keys.enumerate() {
        if !known.insert(key) {
            let (facility, number) = key;
            At { found, file, row }.block(
                Rule::E1,
                column,
                format!("Schlüssel {facility}/{number} steht zweimal"),
                format!("key {facility}/{number} stands twice"),
            );
        }
    }
}

/// E2: every person of a facility has a facility record; every facility with children has child
/// records. A facility that reports 0 children is a nil report.
pub(super) fn both_sides_reported(extract: &FederalExtract, found: &mut Vec<Finding>) {
    let reported: BTreeSet<u32> = extract.facilities.iter().map(|f| f.facility).collect();
    let attended: BTreeSet<u32> = extract.children.iter().map(|c| c.facility).collect();
    let sites: BTreeSet<u32> = extract.numbers.values().copied().collect();
    let mut unreported = |file, facility: u32, row, known: &BTreeSet<u32>, column| {
        if !known.contains(&facility) {
            At { found, file, row }.block(
                Rule::E2,
                column,
                format!("Einrichtung {facility} ist nicht gemeldet"),
                format!("facility {facility} is not reported"),
            );
        }
    };
    for (row, child) in extract.children.iter().enumerate() {
        unreported(
            ChildRecord::FILE,
            child.facility,
            row,
            &reported,
            "einrichtung",
        );
    }
    for (row, person) in extract.staff.iter().enumerate() {
        unreported(
            StaffRecord::FILE,
            person.facility,
            row,
            &reported,
            "einrichtung",
        );
    }
    for (row, group) in extract.groups.iter().enumerate() {
        unreported(
            GroupRecord::FILE,
            group.facility,
            row,
            &reported,
            "einrichtung",
        );
    }
    for (row, minder) in extract.childminders.iter().enumerate() {
        unreported(
            ChildminderRecord::FILE,
            minder.site,
            row,
            &sites,
            "pflegestelle",
        );
    }
    for (row, facility) in extract.facilities.iter().enumerate() {
        if facility.children > 0 && !attended.contains(&facility.facility) {
            let children = facility.children;
            At {
                found,
                file: FacilityRecord::FILE,
                row,
            }
            .block(
                Rule::E2,
                "kinder_insgesamt",
                format!("{children} Kinder sind gemeldet, aber keines hat einen Satz"),
                format!("{children} children are reported, but none has a record"),
            );
        }
    }
}

/// E3: every cell is in the list or range of its column.
pub(super) fn values_in_lists(
    extract: &FederalExtract,
    parameters: &Parameters,
    found: &mut Vec<Finding>,
) {
    let day = extract.reference.date();
    cells(&extract.facilities, parameters, day, found);
    cells(&extract.groups, parameters, day, found);
    cells(&extract.children, parameters, day, found);
    cells(&extract.staff, parameters, day, found);
    cells(&extract.childminders, parameters, day, found);
    cells(&extract.childminding, parameters, day, found);
    cells(&extract.joint_childminding, parameters, day, found);
}

/// Whether a number is a day of the calendar, YYYYMMDD, not after another.
fn is_day_until(value: u32, last: jiff::civil::Date) -> bool {
    let parts = (
        i16::try_from(value / 10_000),
        i8::try_from(value / 100 % 100),
        i8::try_from(value % 100),
    );
    let (Ok(year), Ok(month), Ok(day)) = parts else {
        return false;
    };
    jiff::civil::Date::new(year, month, day).is_ok_and(|date| date <= last)
}

fn cells<R: Record>(
    records: &[R],
    parameters: &Parameters,
    day: jiff::civil::Date,
    found: &mut Vec<Finding>,
) {
    let fields = R::FIELDS;
    let lists: Vec<_> = fields
        .iter()
        .map(|field| parameters.codes(field.name, day))
        .collect();
    for (row, record) in records.iter().enumerate() {
        for (place, cell) in record.cells().into_iter().enumerate() {
            let field = &fields[place];
            let right = match (cell, field.values) {
                (None, _) => field.may_be_empty,
                (Some(value), Values::Number(low, high)) => (low..=high).contains(&value),
                (Some(value), Values::Listed) => {
                    lists[place].is_some_and(|codes| codes.contains_key(&value))
                }
                (Some(value), Values::TimeOfDay) => value <= 1440,
                (Some(value), Values::Day) => is_day_until(value, day),
                (Some(_), Values::Decimal | Values::Words(_)) => true,
            };
            if !right {
                let name = field.name;
                let value = cell.map(|value| value.to_string());
                let german = value.as_deref().unwrap_or("nichts");
                let english = value.as_deref().unwrap_or("nothing");
                let file = R::FILE;
                At { found, file, row }.block(
                    Rule::E3,
                    name,
                    format!("{german} gehört nicht zu den Werten von {name}"),
                    format!(
                        "{english} is not among the values of {name}: {}",
                        field.meaning
                    ),
                );
            }
        }
    }
}

/// E4: `kinder_insgesamt` is the number of child records of the facility.
pub(super) fn children_add_up(extract: &FederalExtract, found: &mut Vec<Finding>) {
    let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
    for child in child_rows(extract).filter(|child| child.file == ChildRecord::FILE) {
        *counts.entry(child.site).or_default() += 1;
    }
    for (row, facility) in extract.facilities.iter().enumerate() {
        let count = counts.get(&facility.facility).copied().unwrap_or(0);
        let told = facility.children;
        if count != told {
            At {
                found,
                file: FacilityRecord::FILE,
                row,
            }
            .block(
                Rule::E4,
                "kinder_insgesamt",
                format!("{told} Kinder sind gemeldet, {count} haben Sätze"),
                format!("{told} children are reported, {count} have records"),
            );
        }
    }
}
