//! E11 to E13: single facilities.

use std::collections::BTreeMap;

use super::{At, Finding, Rule};
use crate::federal::FederalExtract;
use crate::parameters::Limits;
use crate::records::{ChildRecord, FacilityRecord, Record};

/// E11: a facility opens before it closes, and long enough for the contracts of its children.
pub(super) fn opening_times(extract: &FederalExtract, found: &mut Vec<Finding>) {
    let mut spans: BTreeMap<u32, u32> = BTreeMap::new();
    for (row, facility) in extract.facilities.iter().enumerate() {
        if facility.opens_at >= facility.closes_at {
            let mut at = At {
                found,
                file: FacilityRecord::FILE,
                row,
            };
            let (opens, closes) = (facility.opens_at, facility.closes_at);
            at.block(
                Rule::E11,
                "oeffnung_bis",
                format!("öffnet {opens} und schließt {closes} Minuten nach Mitternacht"),
                format!("opens {opens} and closes {closes} minutes after midnight"),
            );
        } else {
            spans.insert(facility.facility, facility.closes_at - facility.opens_at);
        }
    }
    for (row, child) in extract.children.iter().enumerate() {
        let Some(span) = spans.get(&child.facility) else {
            continue;
        };
        // Weekly hours may be rounded up by half an hour.
        let (hours, days) = (child.facts.weekly_hours, child.facts.days_per_week);
        let contracted = (u64::from(hours) * 60).saturating_sub(30);
        if contracted > u64::from(*span) * u64::from(days) {
            let mut at = At {
                found,
                file: ChildRecord::FILE,
                row,
            };
            at.confirm(
                Rule::E11,
                "stunden_woche",
                format!("{hours} Wochenstunden an {days} Tagen sind mehr als die Öffnungszeit von {span} Minuten am Tag"),
                format!("{hours} hours a week on {days} days exceed the opening time of {span} minutes a day"),
            );
        }
    }
}

/// E12: possible and usual closing days.
pub(super) fn closing_days(extract: &FederalExtract, limits: &Limits, found: &mut Vec<Finding>) {
    for (row, facility) in extract.facilities.iter().enumerate() {
        let mut at = At {
            found,
            file: FacilityRecord::FILE,
            row,
        };
        let days = facility.closing_days;
        let german = format!("{days} Schließtage im Vorjahr");
        let english = format!("{days} closing days in the previous year");
        if days > limits.most_closing_days {
            at.block(Rule::E12, "schliesstage_vorjahr", german, english);
        } else if days > limits.many_closing_days {
            at.confirm(Rule::E12, "schliesstage_vorjahr", german, english);
        }
    }
}

/// E13: not clearly more children than approved places; places may be shared.
pub(super) fn approved_places(extract: &FederalExtract, limits: &Limits, found: &mut Vec<Finding>) {
    for (row, facility) in extract.facilities.iter().enumerate() {
        let most = u64::from(facility.licensed_places) * limits.crowded_percent;
        if u64::from(facility.children) * 100 > most {
            let mut at = At {
                found,
                file: FacilityRecord::FILE,
                row,
            };
            let (children, places) = (facility.children, facility.licensed_places);
            at.confirm(
                Rule::E13,
                "kinder_insgesamt",
                format!("{children} Kinder auf {places} genehmigten Plätzen"),
                format!("{children} children on {places} approved places"),
            );
        }
    }
}
