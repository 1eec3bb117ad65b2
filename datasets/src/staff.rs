//! What the staff allows: staffed places after the contracts, blocked places, and the staff itself.

use domain::{CareType, FacilityKind, StaffingRatio};
use jiff::civil::Date;

use crate::calendar::{self, Day};
use crate::capacities::Slot;
use crate::facilities::Facility;
use crate::grid::Grid;
use crate::plan::UnitPlan;
use crate::random::{Draw, Topic};

/// Weekly hours of employment contracts and their shares (assumption, mean near 32).
const WEEKLY_HOURS: [(f64, f64); 7] = [
    (20.0, 0.08),
    (25.0, 0.09),
    (30.0, 0.25),
    (32.0, 0.17),
    (35.0, 0.21),
    (38.0, 0.10),
    (40.0, 0.10),
];
/// Shortest employment, hours a week.
const LEAST_HOURS: f64 = 12.0;
/// Share of hours that assistants may make up; the law counts up to 20 %.
const ASSISTANTS: f64 = 0.15;
/// Full-time staff per head (§ 12(2) SächsKitaG).
const PER_HEAD: f64 = 10.0;

/// An employment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Employment {
    pub(crate) facility: usize,
    pub(crate) care: CareType,
    pub(crate) role: &'static str,
    pub(crate) weekly_hours: f64,
    pub(crate) from: Day,
    pub(crate) to: Option<Day>,
}

/// Places blocked for a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Blocked {
    pub(crate) slot: usize,
    pub(crate) from: Day,
    pub(crate) to: Option<Day>,
    pub(crate) places: i32,
}

/// Sets the staffed places of every span: between the places bound and those planned, in a few
/// facilities below the bound ones.
pub(crate) fn settle_staffed(plan: &UnitPlan, slots: &mut [Slot], grid: &Grid) {
    let mut draw = plan.draw(Topic::Staff);
    for (position, slot) in slots.iter_mut().enumerate() {
        let above = draw.within(0.30, 0.95);
        let short = draw.chance(0.03);
        if slot.care == CareType::Childminding {
            continue;
        }
        for span in &mut slot.spans {
            let bound = grid.peak(position, span.from, span.to);
            let spare = f64::from((span.planned - bound).max(0));
            let staffed = if short {
                (0.97 * f64::from(bound)).floor() as i32
            } else {
                bound + (above * spare).round() as i32
            };
            span.staffed = staffed.min(span.licensed);
        }
    }
}

/// Blocks places of a few facilities for building works, only such as stay free.
pub(crate) fn blocked(plan: &UnitPlan, slots: &[Slot], grid: &Grid) -> Vec<Blocked> {
    let mut draw = Draw::new(plan.seed ^ 0xb10c, plan.unit, Topic::Staff);
    let mut blocked = Vec::new();
    for (position, slot) in slots.iter().enumerate() {
        let month = plan.as_of_month() + draw.between(-8, 4);
        let length = draw.between(3, 14);
        let wanted = draw.between(2, 15);
        if slot.care == CareType::Childminding || !draw.chance(0.05) {
            continue;
        }
        let (from, to) = (
            calendar::first_day(month),
            calendar::last_day(month + length),
        );
        let staffed = slot
            .spans
            .iter()
            .filter(|span| span.from <= to && span.to.is_none_or(|end| from <= end))
            .map(|span| span.staffed)
            .min();
        let free = staffed.unwrap_or(0) - grid.peak(position, from, Some(to));
        let places = wanted.min(free);
        if places >= 1 {
            blocked.push(Blocked {
                slot: position,
                from,
                to: Some(to),
                places,
            });
        }
    }
    blocked
}

/// The staff that the staffed places of the day need, their predecessors, and those who left when
/// places were given up.
pub(crate) fn staff(plan: &UnitPlan, facilities: &[Facility], slots: &[Slot]) -> Vec<Employment> {
    let mut draw = Draw::new(plan.seed ^ 0x57aff, plan.unit, Topic::Staff);
    let (year, month, day) = calendar::civil(plan.as_of);
    let as_of = Date::new(year as i16, month as i8, day as i8)
        .expect("a civil date computed from a valid day");
    let ratio = StaffingRatio::on(as_of, &StaffingRatio::KNOWN);
    let mut staff = Vec::new();
    let mut full_time = vec![(0.0, CareType::Kindergarten); facilities.len()];
    for slot in slots {
        let facility = &facilities[slot.facility];
        if !facility.is_open_on(plan.as_of) {
            continue;
        }
        let base = if slot.care == CareType::AfterSchool {
            6.0
        } else {
            9.0
        };
        let per_place = ratio.required(slot.care, base);
        let Some(span) = slot.on(plan.as_of) else {
            continue;
        };
        let needed = f64::from(span.staffed) * per_place;
        let (sum, care) = &mut full_time[slot.facility];
        *sum += needed;
        if facility.kind == FacilityKind::AfterSchoolCentre {
            *care = CareType::AfterSchool;
        }
        let place = Place {
            facility: slot.facility,
            care: slot.care,
        };
        employ(plan, facility, place, needed, &mut staff, &mut draw);
        for pair in slot.spans.windows(2) {
            let given_up = f64::from(pair[0].staffed - pair[1].staffed) * per_place;
            if let Some(to) = pair[0].to
                && to <= plan.as_of
                && given_up > 0.0
            {
                let start = facility.opens;
                for hours in split(given_up * StaffingRatio::FULL_TIME_WEEKLY_HOURS, &mut draw) {
                    staff.push(place.employment("qualified", hours, start, Some(to)));
                }
            }
        }
    }
    for (facility, (sum, care)) in full_time.into_iter().enumerate() {
        let place = Place { facility, care };
        let hours = sum / PER_HEAD * StaffingRatio::FULL_TIME_WEEKLY_HOURS;
        for hours in split(hours, &mut draw) {
            let start = long_ago(plan, &facilities[facility], &mut draw);
            staff.push(place.employment("head", hours, start, None));
        }
    }
    staff
}

#[derive(Clone, Copy)]
struct Place {
    facility: usize,
    care: CareType,
}

impl Place {
    fn employment(
        self,
        role: &'static str,
        weekly_hours: f64,
        from: Day,
        to: Option<Day>,
    ) -> Employment {
        Employment {
            facility: self.facility,
            care: self.care,
            role,
            weekly_hours,
            from,
            to,
        }
    }
}

/// Employs persons for a number of full-time equivalents; some followed another person.
fn employ(
    plan: &UnitPlan,
    facility: &Facility,
    place: Place,
    full_time: f64,
    staff: &mut Vec<Employment>,
    draw: &mut Draw,
) {
    let hours = full_time * StaffingRatio::FULL_TIME_WEEKLY_HOURS;
    let mut assisted = 0.0;
    for weekly_hours in split(hours, draw) {
        let assistant = draw.chance(0.12) && assisted + weekly_hours <= ASSISTANTS * hours;
        let role = if assistant { "assistant" } else { "qualified" };
        if assistant {
            assisted += weekly_hours;
        }
        let leaves = draw
            .chance(0.015)
            .then(|| plan.as_of + draw.between(20, 300));
        let start = long_ago(plan, facility, draw);
        let history = calendar::first_day(plan.history_start());
        let change = draw.between(history, plan.as_of - 1);
        if draw.chance(0.2) && change > start {
            staff.push(place.employment(role, weekly_hours, start, Some(change - 1)));
            staff.push(place.employment(role, weekly_hours, change, leaves));
        } else {
            staff.push(place.employment(role, weekly_hours, start, leaves));
        }
    }
}

/// A day before the contract history, or the opening of a newer facility.
fn long_ago(plan: &UnitPlan, facility: &Facility, draw: &mut Draw) -> Day {
    let history = calendar::first_day(plan.history_start());
    let month = calendar::month_of(history - draw.between(30, 4000));
    calendar::first_day(month).max(facility.opens)
}

/// Splits weekly hours into employments, each in half hours; the last one is rounded up.
fn split(hours: f64, draw: &mut Draw) -> Vec<f64> {
    let mut parts = Vec::new();
    let mut left = hours;
    while left > 1e-9 {
        let drawn = WEEKLY_HOURS[draw.weighted(&WEEKLY_HOURS.map(|(_, share)| share))].0;
        let part = if left <= 40.0 {
            left
        } else if left - drawn < LEAST_HOURS {
            left / 2.0
        } else {
            drawn
        };
        let part = ((part * 2.0 - 1e-9).ceil() / 2.0).max(0.5);
        parts.push(part);
        left -= part;
    }
    parts
}
