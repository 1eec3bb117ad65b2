//! E11 to E13: single facilities.

use std::collections::BTreeMap;

use super::{At, Finding, Limits, Rule};
use crate::federal::FederalExtract;
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
            let text = format!(
                "opens {} and closes {} minutes after midnight",
                facility.opens_at, facility.closes_at
            );
            at.block(Rule::E11, "oeffnung_bis", text);
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
            let text = format!(
                "{hours} hours a week on {days} days exceed the opening time of {span} minutes a day"
            );
            at.confirm(Rule::E11, "stunden_woche", text);
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
        let text = format!(
            "{} closing days in the previous year",
            facility.closing_days
        );
        if facility.closing_days > limits.most_closing_days {
            at.block(Rule::E12, "schliesstage_vorjahr", text);
        } else if facility.closing_days > limits.many_closing_days {
            at.confirm(Rule::E12, "schliesstage_vorjahr", text);
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
            let text = format!(
                "{} children on {} approved places",
                facility.children, facility.licensed_places
            );
            at.confirm(Rule::E13, "kinder_insgesamt", text);
        }
    }
}
