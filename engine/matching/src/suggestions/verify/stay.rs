//! A second, plain reading of the stay rules: days as (year, month, day), months as numbers.

use std::collections::BTreeMap;

use domain::CareType;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::inputs::SuggestionInputs;
use crate::whole_stay::CareOffer;

/// Year, month, day.
type Day = (i32, i32, i32);

/// What is free in a month: places, settling-in slots (none = no limit), inclusion places.
#[derive(Clone, Copy, Default)]
pub(super) struct Free {
    places: i64,
    slots: Option<i64>,
    inclusion: i64,
    known: bool,
}

/// Free places by facility, care type and month.
pub(super) type Book<'a> = BTreeMap<(&'a str, CareType, i32), Free>;

/// A wish with what its stay depends on.
#[derive(Clone)]
pub(super) struct Asked<'a> {
    pub(super) facility: &'a str,
    pub(super) care: CareType,
    pub(super) born: Date,
    pub(super) first: Date,
    pub(super) quarters: i64,
    pub(super) inclusion: bool,
}

pub(super) fn book(inputs: &SuggestionInputs) -> Book<'_> {
    inputs
        .places
        .iter()
        .map(|row| {
            let free = Free {
                places: i64::from(row.free_places),
                slots: row.settling_in_slots.map(i64::from),
                inclusion: i64::from(row.inclusion_places),
                known: true,
            };
            (
                (row.facility_id.as_str(), row.care_type, row.month.index()),
                free,
            )
        })
        .collect()
}

fn parts(day: Date) -> Day {
    (day.year().into(), day.month().into(), day.day().into())
}

fn years_later(day: Day, years: i32) -> Day {
    let (year, month, day) = (day.0 + years, day.1, day.2);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month, day) == (2, 29) && !leap {
        (year, 3, 1)
    } else {
        (year, month, day)
    }
}

fn months_between(from: Day, to: Day) -> i32 {
    (to.0 - from.0) * 12 + to.1 - from.1 - i32::from(to.2 < from.2)
}

fn month_of(day: Day) -> i32 {
    day.0 * 12 + day.1 - 1
}

fn month_name(month: i32) -> String {
    format!("{:04}-{:02}", month / 12, month % 12 + 1)
}

fn tier(quarters: i64) -> &'static str {
    let bounds = [
        (18, "<=4.5"),
        (24, "<=6"),
        (28, "<=7"),
        (32, "<=8"),
        (36, "<=9"),
        (40, "<=10"),
    ];
    bounds
        .iter()
        .find(|(most, _)| quarters <= *most)
        .map_or(">10", |(_, name)| name)
}

/// The months of a stay with their care types, or the reasons in the child and the facility.
pub(super) fn months(
    inputs: &SuggestionInputs,
    asked: &Asked<'_>,
) -> Result<Vec<(i32, CareType)>, Vec<Value>> {
    let offer = |care| {
        inputs
            .care_offers
            .iter()
            .find(|row| row.facility_id == asked.facility && row.care_type == care)
    };
    let open = |care, month: i32| {
        offer(care).is_some_and(|row| {
            row.first_month.index() <= month
                && row.last_month.is_none_or(|last| month <= last.index())
        })
    };
    let Some(own) = offer(asked.care) else {
        return Err(vec![json!({
            "obstacle": "care_type_not_offered", "care_type": asked.care.as_str(),
        })]);
    };
    let (born, first) = (parts(asked.born), parts(asked.first));
    let third = years_later(born, 3);
    let sixth = years_later(born, 6);
    let school = sixth.0 + i32::from((sixth.1, sixth.2) > (6, 30));
    let age = if first >= born {
        months_between(born, first)
    } else {
        -months_between(first, born) - 1
    };
    let by_law = match (asked.care, own.from_34th_month) {
        (CareType::Kindergarten, true) => 33,
        (CareType::Kindergarten, false) => 36,
        _ => 0,
    };
    let needed = by_law.max(i64::from(own.youngest_months));
    let young =
        i64::from(age) < needed || asked.care == CareType::AfterSchool && first <= (school, 7, 31);
    let old = match asked.care {
        CareType::Nursery => first >= third,
        CareType::Childminding => (first.0, first.1) > (third.0, third.1),
        CareType::Kindergarten => first > (school, 7, 31),
        CareType::AfterSchool => first > (school + 4, 7, 31),
    };
    let too_old = json!({
        "obstacle": "too_old", "care_type": asked.care.as_str(), "age_months": age,
    });
    let mut reasons = Vec::new();
    if young {
        reasons.push(json!({
            "obstacle": "too_young", "care_type": asked.care.as_str(), "age_months": age,
            "needed_months": needed,
        }));
    } else if old {
        reasons.push(too_old.clone());
    }
    let change = month_of(third);
    let goes_on = asked.care == CareType::Nursery && open(CareType::Kindergarten, change);
    let rows = [Some(own), offer(CareType::Kindergarten).filter(|_| goes_on)];
    for row in rows.into_iter().flatten() {
        reasons.extend(hours_reasons(row, asked.quarters));
    }
    if !reasons.is_empty() {
        return Err(reasons);
    }
    let last = match asked.care {
        CareType::Childminding => change,
        CareType::Nursery if !goes_on => (change - 1).min(school * 12 + 6),
        CareType::Nursery | CareType::Kindergarten => school * 12 + 6,
        CareType::AfterSchool => (school + 4) * 12 + 6,
    };
    if month_of(first) > last {
        return Err(vec![too_old]);
    }
    Ok((month_of(first)..=last)
        .map(|month| match asked.care {
            CareType::Nursery if month >= change => (month, CareType::Kindergarten),
            care => (month, care),
        })
        .collect())
}

/// Hours that an offer does not have.
fn hours_reasons(row: &CareOffer, quarters: i64) -> Vec<Value> {
    let mut reasons = Vec::new();
    let care = row.care_type.as_str();
    if !row.tiers.iter().any(|it| it.label() == tier(quarters)) {
        reasons.push(json!({
            "obstacle": "tier_not_offered", "care_type": care, "tier": tier(quarters),
            "wished_quarter_hours": quarters,
        }));
    }
    let longest = i64::from(row.longest_day.quarters());
    if quarters > longest {
        reasons.push(json!({
            "obstacle": "opens_too_short", "care_type": care,
            "wished_quarter_hours": quarters, "longest_quarter_hours": longest,
        }));
    }
    reasons
}

/// Every reason why a stay does not fit the book; empty where it does.
pub(super) fn reasons(inputs: &SuggestionInputs, book: &Book<'_>, asked: &Asked<'_>) -> Vec<Value> {
    let months = match months(inputs, asked) {
        Ok(months) => months,
        Err(reasons) => return reasons,
    };
    let mut reasons = Vec::new();
    let known = |month: i32| {
        let first = inputs.months.first().index();
        month >= first && ((month - first) as usize) < inputs.months.count()
    };
    for (month, care) in months.into_iter().filter(|(month, _)| known(*month)) {
        let mut note = |name: &str, free: Option<i64>| {
            let mut reason = json!({
                "obstacle": name, "care_type": care.as_str(), "month": month_name(month),
            });
            if let Some(free) = free {
                reason["free"] = free.into();
            }
            reasons.push(reason);
        };
        let open = inputs.care_offers.iter().any(|row| {
            row.facility_id == asked.facility
                && row.care_type == care
                && row.first_month.index() <= month
                && row.last_month.is_none_or(|last| month <= last.index())
        });
        if !open {
            note("group_closed", None);
            continue;
        }
        let free = book
            .get(&(asked.facility, care, month))
            .copied()
            .unwrap_or_default();
        if free.places < 1 {
            note("no_place", Some(free.places));
        }
        if asked.inclusion && free.inclusion < 1 {
            note("no_inclusion_place", Some(free.inclusion));
        }
        let slots = if free.known { free.slots } else { Some(0) };
        let starts = month == month_of(parts(asked.first));
        if let Some(slots) = slots.filter(|slots| starts && *slots < 1) {
            note("no_settling_in_slot", Some(slots));
        }
    }
    reasons
}

/// Takes the places of a stay out of the book.
pub(super) fn take<'a>(inputs: &SuggestionInputs, book: &mut Book<'a>, asked: &Asked<'a>) {
    for (month, care) in months(inputs, asked).unwrap_or_default() {
        let Some(free) = book.get_mut(&(asked.facility, care, month)) else {
            continue;
        };
        free.places -= 1;
        free.inclusion -= i64::from(asked.inclusion);
        if month == month_of(parts(asked.first)) {
            free.slots = free.slots.map(|slots| slots - 1);
        }
    }
}
