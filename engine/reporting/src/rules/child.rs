//! E5 to E8 and E10: single children.
//!
//! Records know months, not days: a rule finds something only if it holds for every day of the
//! month of birth.

use std::collections::BTreeMap;

use super::{At, ChildRow, Finding, Rule};
use crate::federal::FederalExtract;
use crate::parameters::Limits;
use crate::records::{ChildRecord, ChildmindingRecord, Record};

/// Year and month of the reference date.
fn reference(extract: &FederalExtract) -> (i64, i64) {
    let month = extract.reference.month();
    (i64::from(month.year()), i64::from(month.month()))
}

/// E5: month 1 to 12, birth not after the reference date, younger than 14 years.
pub(super) fn births(
    child: &ChildRow<'_>,
    extract: &FederalExtract,
    limits: &Limits,
    found: &mut Vec<Finding>,
) {
    let mut at = At {
        found,
        file: child.file,
        row: child.row,
    };
    let facts = child.facts;
    if !(1..=12).contains(&facts.birth_month) {
        let month = facts.birth_month;
        at.block(
            Rule::E5,
            "geb_monat",
            format!("{month} ist kein Monat"),
            format!("{month} is no month"),
        );
        return;
    }
    let (year, month) = reference(extract);
    let months = facts.months_since_birth(year, month);
    if months < 0 {
        let later = -months;
        at.block(
            Rule::E5,
            "geb_jahr",
            format!("die Geburt liegt {later} Monate nach dem Stichtag"),
            format!("the birth lies {later} months after the reference date"),
        );
    } else if months > 12 * limits.adult_at {
        let age = limits.adult_at;
        at.block(
            Rule::E5,
            "geb_jahr",
            format!("das Kind ist {age} Jahre alt oder älter"),
            format!("the child is {age} years old or more"),
        );
    }
}

/// E6: birth, admission and reference date follow each other.
pub(super) fn admissions(child: &ChildRow<'_>, extract: &FederalExtract, found: &mut Vec<Finding>) {
    let mut at = At {
        found,
        file: child.file,
        row: child.row,
    };
    let facts = child.facts;
    let (columns_month, columns_year) = if child.file == ChildmindingRecord::FILE {
        ("betreut_seit_monat", "betreut_seit_jahr")
    } else {
        ("aufnahme_monat", "aufnahme_jahr")
    };
    if !(1..=12).contains(&facts.admission_month) {
        let month = facts.admission_month;
        at.block(
            Rule::E6,
            columns_month,
            format!("{month} ist kein Monat"),
            format!("{month} is no month"),
        );
        return;
    }
    let admitted = (
        i64::from(facts.admission_year),
        i64::from(facts.admission_month),
    );
    if facts.months_since_birth(admitted.0, admitted.1) < 0 {
        at.block(
            Rule::E6,
            columns_year,
            "die Aufnahme liegt vor der Geburt",
            "the admission lies before the birth",
        );
    }
    if admitted > reference(extract) {
        at.block(
            Rule::E6,
            columns_year,
            "die Aufnahme liegt nach dem Stichtag",
            "the admission lies after the reference date",
        );
    }
}

/// E7: possible and usual hours and days a week.
pub(super) fn weekly_care(child: &ChildRow<'_>, limits: &Limits, found: &mut Vec<Finding>) {
    let mut at = At {
        found,
        file: child.file,
        row: child.row,
    };
    let (hours, days) = (child.facts.weekly_hours, child.facts.days_per_week);
    if !(1..=7).contains(&days) {
        at.block(
            Rule::E7,
            "tage_woche",
            format!("{days} Betreuungstage in der Woche"),
            format!("{days} days of care a week"),
        );
        return;
    }
    if !(1..=99).contains(&hours) || hours > 24 * days {
        at.block(
            Rule::E7,
            "stunden_woche",
            format!("{hours} Wochenstunden an {days} Tagen sind nicht möglich"),
            format!("{hours} hours a week on {days} days are impossible"),
        );
    } else if hours > limits.long_day_hours * days || hours < days {
        at.confirm(
            Rule::E7,
            "stunden_woche",
            format!("{hours} Wochenstunden an {days} Tagen sind ungewöhnlich"),
            format!("{hours} hours a week on {days} days are unusual"),
        );
    }
}

/// E8: a class if and only if the child is at school, at an age that fits.
pub(super) fn school(
    child: &ChildRow<'_>,
    extract: &FederalExtract,
    limits: &Limits,
    found: &mut Vec<Finding>,
) {
    let mut at = At {
        found,
        file: child.file,
        row: child.row,
    };
    let facts = child.facts;
    let attends = facts.attends_school == 1;
    if attends != facts.school_class.is_some() {
        let (german, english) = if attends {
            (
                "das Kind besucht die Schule, hat aber keine Klassenstufe",
                "the child is at school, but has no class",
            )
        } else {
            (
                "das Kind hat eine Klassenstufe, besucht aber keine Schule",
                "the child has a class, but is not at school",
            )
        };
        at.block(Rule::E8, "klassenstufe", german, english);
    }
    let (year, month) = reference(extract);
    let months = facts.months_since_birth(year, month);
    if attends && months < 12 * limits.school_from {
        let age = limits.school_from;
        at.confirm(
            Rule::E8,
            "schulbesuch",
            format!("Schulbesuch vor dem Alter von {age} Jahren"),
            format!("at school before the age of {age}"),
        );
    }
    if !attends && months > 12 * (limits.before_school_to + 1) {
        let age = limits.before_school_to;
        at.confirm(
            Rule::E8,
            "schulbesuch",
            format!("kein Schulbesuch mit mehr als {age} Jahren"),
            format!("not at school at more than {age} years"),
        );
    }
}

/// E10: a pseudonym stands behind one record. Two are reported, never dropped.
pub(super) fn one_facility(extract: &FederalExtract, found: &mut Vec<Finding>) {
    let mut records: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for key in &extract.keys {
        records
            .entry(&key.child)
            .or_default()
            .push((key.childminding, key.row));
    }
    for rows in records.values().filter(|rows| rows.len() > 1) {
        for (childminding, row) in rows {
            let file = if *childminding {
                ChildmindingRecord::FILE
            } else {
                ChildRecord::FILE
            };
            let (count, row) = (rows.len(), *row);
            At { found, file, row }.confirm(
                Rule::E10,
                "lfd_nr",
                format!("dasselbe Kind hat {count} Sätze"),
                format!("the same child has {count} records"),
            );
        }
    }
}
