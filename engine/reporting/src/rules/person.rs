//! E14 to E16: staff, childminders, joint childminding.

use std::collections::BTreeMap;

use super::{At, Finding, Rule};
use crate::federal::FederalExtract;
use crate::parameters::Limits;
use crate::records::{
    ChildminderRecord, ChildmindingRecord, JointChildmindingRecord, Record, StaffDetails,
    StaffRecord,
};
use crate::registers::RegisterName;

/// E14: hours, start, age at the start, and particulars of pedagogical and administrative staff.
pub(super) fn staff(extract: &FederalExtract, limits: &Limits, found: &mut Vec<Finding>) {
    let reference = extract.reference.month();
    let reference = (i64::from(reference.year()), i64::from(reference.month()));
    for (row, person) in extract.staff.iter().enumerate() {
        let file = StaffRecord::FILE;
        let mut at = At { found, file, row };
        let hours = person.weekly_hours;
        if !(1..=limits.most_staff_hours).contains(&hours) {
            at.block(
                Rule::E14,
                "stunden_woche",
                format!("{hours} Stunden in der Woche sind nicht möglich"),
                format!("{hours} hours a week are impossible"),
            );
        }
        let details = &person.details;
        particulars(&mut at, details);
        let month =
            |year: Option<u32>, month: Option<u32>| Some(i64::from(year?) * 12 + i64::from(month?));
        let Some(since) = month(details.since_year, details.since_month) else {
            continue;
        };
        if since > reference.0 * 12 + reference.1 {
            at.block(
                Rule::E14,
                "taetig_seit_jahr",
                "die Tätigkeit beginnt nach dem Stichtag",
                "the work starts after the reference date",
            );
        }
        let birth = month(details.birth_year, details.birth_month);
        if birth.is_some_and(|birth| since - birth < 12 * limits.least_staff_age) {
            let age = limits.least_staff_age;
            at.block(
                Rule::E14,
                "taetig_seit_jahr",
                format!("die Tätigkeit beginnt vor dem Alter von {age} Jahren"),
                format!("the work starts before the age of {age}"),
            );
        }
    }
}

/// With a work area everything is told, without one nothing.
fn particulars(at: &mut At<'_>, details: &StaffDetails) {
    let told = [
        ("geb_monat", details.birth_month),
        ("geb_jahr", details.birth_year),
        ("abschluss", details.qualification),
        ("stellung_im_beruf", details.position),
        ("art_beschaeftigung", details.employment),
        ("taetig_seit_monat", details.since_month),
        ("taetig_seit_jahr", details.since_year),
    ];
    let has_area = details.work_area.is_some();
    for (column, _) in told.iter().filter(|(_, it)| it.is_some() != has_area) {
        if has_area {
            at.block(
                Rule::E14,
                column,
                format!("{column} fehlt bei einer Person mit Arbeitsbereich"),
                format!("{column} is missing of a person with a work area"),
            );
        } else {
            at.block(
                Rule::E14,
                column,
                format!("{column} wird ohne Arbeitsbereich nicht erhoben"),
                format!("{column} is not asked of a person without a work area"),
            );
        }
    }
    if !has_area && (details.second_work_area.is_some() || details.group.is_some()) {
        at.block(
            Rule::E14,
            "arbeitsbereich_1",
            "zweiter Arbeitsbereich oder Gruppe ohne ersten Arbeitsbereich",
            "a second work area or a group without a first work area",
        );
    }
}

/// E15: children of childminders add up, and are not more than allowed.
pub(super) fn childminders(extract: &FederalExtract, limits: &Limits, found: &mut Vec<Finding>) {
    let mut minded: BTreeMap<u32, (u32, usize)> = BTreeMap::new();
    for (row, child) in extract.childminding.iter().enumerate() {
        minded.entry(child.site).or_insert((0, row)).0 += 1;
    }
    let most = limits.most_children_of_a_childminder;
    let many = |at: &mut At<'_>, column, children: u32| {
        if children > most {
            at.confirm(
                Rule::E15,
                column,
                format!("{children} Kinder bei einer Person, mehr als {most}"),
                format!("{children} children of one person, more than {most}"),
            );
        }
    };
    if !extract.registers.has(RegisterName::Childminders) && extract.childminders.is_empty() {
        for (children, row) in minded.values() {
            let (file, row) = (ChildmindingRecord::FILE, *row);
            many(&mut At { found, file, row }, "pflegestelle", *children);
        }
        return;
    }
    let mut told: BTreeMap<u32, u32> = BTreeMap::new();
    for (row, minder) in extract.childminders.iter().enumerate() {
        let file = ChildminderRecord::FILE;
        let mut at = At { found, file, row };
        let by_place: u32 = minder.by_place.iter().sum();
        let children = minder.children;
        if by_place != children {
            at.block(
                Rule::E15,
                "kinder_insgesamt",
                format!("{children} Kinder, nach Ort aber {by_place}"),
                format!("{children} children, but {by_place} by place"),
            );
        }
        many(&mut at, "kinder_insgesamt", children);
        *told.entry(minder.site).or_default() += children;
    }
    for (row, minder) in extract.childminders.iter().enumerate() {
        let records = minded.get(&minder.site).map_or(0, |(count, _)| *count);
        let told = told.get(&minder.site).copied().unwrap_or(0);
        if records != told {
            let file = ChildminderRecord::FILE;
            At { found, file, row }.block(
                Rule::E15,
                "kinder_insgesamt",
                format!("{told} Kinder der Pflegestelle sind gemeldet, {records} haben Sätze"),
                format!("{told} children of the site are reported, {records} have records"),
            );
        }
    }
    for (site, (_, row)) in minded.iter().filter(|(site, _)| !told.contains_key(site)) {
        let (file, row) = (ChildmindingRecord::FILE, *row);
        At { found, file, row }.block(
            Rule::E15,
            "pflegestelle",
            format!("zur Pflegestelle {site} fehlt die Person"),
            format!("site {site} has children, but no person"),
        );
    }
}

/// E16: joint childminding is done by two persons or more.
pub(super) fn joint_childminding(
    extract: &FederalExtract,
    limits: &Limits,
    found: &mut Vec<Finding>,
) {
    for (row, joint) in extract.joint_childminding.iter().enumerate() {
        let persons = joint.persons;
        if persons < limits.least_persons_of_joint_childminding {
            let file = JointChildmindingRecord::FILE;
            At { found, file, row }.confirm(
                Rule::E16,
                "personen",
                format!("{persons} Personen in einer Großtagespflege"),
                format!("{persons} persons of joint childminding"),
            );
        }
    }
}
