//! Measures on places in the order of their days.

use domain::{CareType, FacilityId, InputProblem, Month, StaffingRatio};
use jiff::civil::Date;
use occupancy::OccupancyCube;

use super::lines::Lines;
use crate::codes as code;
use crate::spec::{
    Change, Conversion, Direction, LicensedPlaces, Places, ScenarioSpec, StaffAmount, StaffChange,
    StaffShift,
};

/// A measure on places. On the same day licences come first, staff that moves comes last.
#[derive(Clone, Copy)]
enum OnPlaces<'a> {
    Licensed(&'a LicensedPlaces),
    Change(&'a Change),
    Convert(&'a Conversion),
    Staff(&'a StaffChange),
    Shift(&'a StaffShift),
}

impl OnPlaces<'_> {
    /// Day, kind, facility and line: the order in which measures act, whatever the order of the file.
    fn order(&self) -> (Date, u8, &FacilityId, u64) {
        match self {
            Self::Licensed(it) => (it.from, 0, &it.facility, it.line),
            Self::Change(it) => (it.from, 1, &it.facility, it.line),
            Self::Convert(it) => (it.from, 2, &it.facility, it.line),
            Self::Staff(it) => (it.from, 3, &it.facility, it.line),
            Self::Shift(it) => (it.from, 4, &it.from_facility, it.line),
        }
    }
}

struct Timeline<'a> {
    spec: &'a ScenarioSpec,
    staffing: &'a [StaffingRatio],
    lines: Lines<'a>,
    problems: Vec<InputProblem>,
}

/// Works out the places of every facility and care type a measure touches, with everything that does
/// not go. Facilities that `known` refuses are left out: they are told elsewhere.
pub(crate) fn reckon<'a>(
    spec: &'a ScenarioSpec,
    baseline: &'a OccupancyCube,
    staffing: &'a [StaffingRatio],
    known: impl Fn(&FacilityId, Date) -> bool,
) -> (Lines<'a>, Vec<InputProblem>) {
    let mut all: Vec<OnPlaces<'_>> = Vec::new();
    all.extend(spec.licensed.iter().map(OnPlaces::Licensed));
    all.extend(spec.changes.iter().map(OnPlaces::Change));
    all.extend(spec.conversions.iter().map(OnPlaces::Convert));
    all.extend(spec.staff_changes.iter().map(OnPlaces::Staff));
    all.extend(spec.staff_shifts.iter().map(OnPlaces::Shift));
    all.sort_by(|a, b| a.order().cmp(&b.order()));
    let mut timeline = Timeline {
        spec,
        staffing,
        lines: Lines::new(spec, baseline),
        problems: Vec::new(),
    };
    for measure in all {
        match measure {
            OnPlaces::Licensed(it) if known(&it.facility, it.from) => timeline.licensed(it),
            OnPlaces::Change(it) if known(&it.facility, it.from) => timeline.change(it),
            OnPlaces::Convert(it) if known(&it.facility, it.from) => timeline.convert(it),
            OnPlaces::Staff(it) if known(&it.facility, it.from) => timeline.staff(it),
            OnPlaces::Shift(it)
                if known(&it.from_facility, it.from) && known(&it.to_facility, it.from) =>
            {
                timeline.shift(it);
            }
            _ => {}
        }
    }
    (timeline.lines, timeline.problems)
}

impl Timeline<'_> {
    fn note(&mut self, code: &'static str, place: (u64, &str), value: &str, message: String) {
        self.problems
            .push(self.spec.problem(code, place, value, message));
    }

    fn month(&self, day: Date) -> usize {
        self.spec
            .months()
            .position(Month::of(day))
            .unwrap_or(usize::MAX)
    }

    fn licensed(&mut self, it: &LicensedPlaces) {
        let month = self.month(it.from);
        let line = self.lines.line(&it.facility, it.care_type);
        line.change_from(month, |places| Places {
            licensed: it.licensed,
            staffed: places.staffed.min(it.licensed),
            ..places
        });
    }

    /// An expansion lowers nothing and a reduction raises nothing.
    fn change(&mut self, it: &Change) {
        let month = self.month(it.from);
        let line = self.lines.line(&it.facility, it.care_type);
        let before = line.at(month);
        line.change_from(month, |_| it.places);
        let counts = [
            ("licensed", before.licensed, it.places.licensed),
            ("planned", before.planned, it.places.planned),
            ("staffed", before.staffed, it.places.staffed),
        ];
        for (key, old, new) in counts {
            let wrong = match it.direction {
                Direction::Expand => new < old,
                Direction::Shrink => new > old,
            };
            if wrong {
                let message = format!(
                    "facility {} has {old} places {key} for {} before, and [[{}]] gives it {new}",
                    it.facility,
                    it.care_type,
                    it.direction.as_str(),
                );
                self.note(
                    code::WRONG_DIRECTION,
                    (it.line, key),
                    &new.to_string(),
                    message,
                );
            }
        }
    }

    /// Places change their care type; the staff of the places given up runs as many new ones as the
    /// staffing key allows.
    fn convert(&mut self, it: &Conversion) {
        let month = self.month(it.from);
        let line = self.lines.line(&it.facility, it.from_care_type);
        let open = line.from(month).filter(|places| places.licensed > 0);
        let fewest = open.map(|places| places.licensed).min().unwrap_or(0);
        if fewest < it.places {
            let message = format!(
                "facility {} has {fewest} licensed places for {} from {} on",
                it.facility, it.from_care_type, it.from
            );
            self.note(
                code::TOO_FEW_PLACES,
                (it.line, "places"),
                &it.places.to_string(),
                message,
            );
            return;
        }
        let first = line.from(month).find(|places| places.licensed > 0);
        line.change_from(month, |places| Places {
            licensed: places.licensed.saturating_sub(it.places),
            planned: places.planned.saturating_sub(it.places),
            staffed: places.staffed.saturating_sub(it.places),
        });
        let freed = first.map_or(0, |places| places.staffed.min(it.places));
        let ratio = StaffingRatio::on(it.from, self.staffing);
        let staffed = converted_staff(ratio, it, freed);
        let line = self.lines.line(&it.facility, it.to_care_type);
        line.change_from(month, |places| Places {
            licensed: places.licensed + it.new_places,
            planned: places.planned + it.new_places,
            staffed: places.staffed + staffed,
        });
    }

    fn staff(&mut self, it: &StaffChange) {
        let month = self.month(it.from);
        let change = self.in_places(it.amount, it.care_type, it.from);
        let line = self.lines.line(&it.facility, it.care_type);
        let fits = |places: Places| {
            let staffed = i64::from(places.staffed) + i64::from(change);
            places.licensed == 0 || (0..=i64::from(places.licensed)).contains(&staffed)
        };
        let unfit = line.from(month).find(|places| !fits(*places));
        if let Some(places) = unfit {
            let message = format!(
                "facility {} has {} places staffed of {} licensed for {}, and {change} would come",
                it.facility, places.staffed, places.licensed, it.care_type
            );
            let code = if change < 0 {
                code::TOO_FEW_PLACES
            } else {
                code::NO_ROOM
            };
            self.note(code, (it.line, "places"), &change.to_string(), message);
            return;
        }
        line.change_from(month, |places| while_licensed(places, change));
    }

    /// Staff goes up to the plan and never above the licence.
    fn shift(&mut self, it: &StaffShift) {
        let month = self.month(it.from);
        let moved = self
            .in_places(it.amount, it.care_type, it.from)
            .unsigned_abs();
        let line = self.lines.line(&it.from_facility, it.care_type);
        let open = |places: &Places| places.licensed > 0;
        let there = line.from(month).filter(open).map(|places| places.staffed);
        let there = there.min().unwrap_or(0);
        if there < moved {
            let message = format!(
                "facility {} has {there} staffed places for {} from {} on",
                it.from_facility, it.care_type, it.from
            );
            self.note(
                code::TOO_FEW_PLACES,
                (it.line, "places"),
                &moved.to_string(),
                message,
            );
            return;
        }
        let line = self.lines.line(&it.to_facility, it.care_type);
        let room = |places: Places| {
            places
                .planned
                .min(places.licensed)
                .saturating_sub(places.staffed)
        };
        let least = line.from(month).filter(open).map(room).min().unwrap_or(0);
        if least < moved {
            let message = format!(
                "facility {} has room for {least} more staffed places for {} up to its plan and licence",
                it.to_facility, it.care_type
            );
            self.note(
                code::NO_ROOM,
                (it.line, "places"),
                &moved.to_string(),
                message,
            );
            return;
        }
        let moved = i32::try_from(moved).unwrap_or(i32::MAX);
        line.change_from(month, |places| while_licensed(places, moved));
        let line = self.lines.line(&it.from_facility, it.care_type);
        line.change_from(month, |places| while_licensed(places, -moved));
    }

    /// Whole places that staff can run; a childminder is no staff, so full-time is places there.
    fn in_places(&self, amount: StaffAmount, care: CareType, day: Date) -> i32 {
        match amount {
            StaffAmount::Places(places) => places,
            StaffAmount::FullTime(full_time) => {
                let ratio = StaffingRatio::on(day, self.staffing);
                let places = ratio.places(care, full_time.abs());
                let places = places.unwrap_or(full_time.abs().floor() as u32);
                let places = i32::try_from(places.min(2000)).unwrap_or(2000);
                if full_time < 0.0 { -places } else { places }
            }
        }
    }
}

/// More or fewer staffed places in a month with licensed ones; in others nothing can be staffed.
fn while_licensed(places: Places, more: i32) -> Places {
    if places.licensed == 0 {
        return places;
    }
    Places {
        staffed: places.staffed.saturating_add_signed(more),
        ..places
    }
}

/// Places of the new care type that the staff of `freed` places runs, at most the new ones.
fn converted_staff(ratio: StaffingRatio, it: &Conversion, freed: u32) -> u32 {
    const BASE_HOURS: f64 = 9.0;
    let hours = |care| match care {
        CareType::AfterSchool => 6.0,
        _ => BASE_HOURS,
    };
    let full_time = f64::from(freed) * ratio.required(it.from_care_type, hours(it.from_care_type));
    // Childminders are no staff of a facility: their places go over one for one.
    let runs = match (it.from_care_type, ratio.places(it.to_care_type, full_time)) {
        (CareType::Childminding, _) | (_, None) => freed,
        (_, Some(places)) => places,
    };
    runs.min(it.new_places)
}
