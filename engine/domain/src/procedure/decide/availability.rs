//! Whether a facility takes a child: the needs plan, the agreement, the licence, the age, the room.

use jiff::civil::Date;

use super::super::facility_file::{FacilityFile, HeldPlace, NoRoom};
use super::super::refusal::Refusal;
use super::super::stay_months::Stay;
use super::look_up::day_before;
use crate::{
    CareType, Month, RolloutStage, birthday, completed_months, expected_last_day,
    last_kindergarten_day, stage_on, third_birthday,
};

/// Completed months of life from which a kindergarten admits: the 34th month has begun
/// (§ 1 SächsKitaG).
const KINDERGARTEN_FROM_MONTHS: u32 = 33;
/// Youngest age of after-school care, in years: early entry at five.
const AFTER_SCHOOL_FROM_YEARS: i16 = 5;

/// Whether a facility takes applications and makes offers today for care from a day on.
///
/// In the needs plan (K11); its provider takes part today and on that day (K19, K48); the care type is
/// open in the portal (K27); once the facility is open a licence is valid today (K47); it is open and
/// licensed on that day, so that a facility to come takes applications from its opening on (K43).
pub(super) fn available(
    file: &FacilityFile,
    care_type: CareType,
    day: Date,
    today: Date,
) -> Result<(), Refusal> {
    let facility = &file.facility;
    let provider = &file.provider.provider;
    let stage = stage_on(&file.provider.rollout, care_type, today);
    let reason = if !facility.in_needs_plan() {
        "it is not in the needs plan"
    } else if !provider.participates_on(today) {
        "its provider does not take part in the portal today"
    } else if !provider.participates_on(day) {
        "its provider does not take part in the portal on the first day of care"
    } else if !stage.takes_applications() {
        "the care type is not open for applications in the portal"
    } else if facility.is_open_on(today) && !facility.is_licensed_on(today) {
        "it has no operating licence today"
    } else if !facility.is_open_on(day) {
        "it is not open on the first day of care"
    } else if !facility.is_licensed_on(day) {
        "it has no operating licence on the first day of care"
    } else {
        return Ok(());
    };
    Err(Refusal::FacilityNotAvailable {
        facility: facility.id().clone(),
        reason,
    })
}

/// As [`available`], for a contract: the care type must be fully introduced (K27).
pub(super) fn concludes(
    file: &FacilityFile,
    care_type: CareType,
    day: Date,
    today: Date,
) -> Result<(), Refusal> {
    available(file, care_type, day, today)?;
    if stage_on(&file.provider.rollout, care_type, today) == RolloutStage::Full {
        return Ok(());
    }
    Err(Refusal::FacilityNotAvailable {
        facility: file.facility.id().clone(),
        reason: "contracts of the care type are not yet concluded in the portal",
    })
}

/// Whether the age on the first day fits the care type.
///
/// Nursery and childminding begin before the third birthday; kindergarten from the 34th month to one
/// year after the expected last day, for a child whose school entry is deferred; after-school care from
/// five years to its expected end.
pub(super) fn age_fits(care_type: CareType, born: Date, start: Date) -> Result<(), Refusal> {
    let months = completed_months(born, start);
    let fits = match care_type {
        CareType::Childminding | CareType::Nursery => {
            months.is_ok() && start < third_birthday(born)
        }
        CareType::Kindergarten => {
            months.is_ok_and(|months| months >= KINDERGARTEN_FROM_MONTHS)
                && start <= birthday(last_kindergarten_day(born), 1)
        }
        CareType::AfterSchool => {
            birthday(born, AFTER_SCHOOL_FROM_YEARS) <= start
                && start <= expected_last_day(care_type, born)
        }
    };
    if fits {
        Ok(())
    } else {
        Err(Refusal::AgeDoesNotFit { care_type, start })
    }
}

/// The last day a stay is expected to last; a year more where it begins after that day, because
/// school entry is deferred.
pub(super) fn usual_last_day(care_type: CareType, born: Date, first_day: Date) -> Date {
    let expected = expected_last_day(care_type, born);
    if care_type == CareType::Kindergarten && expected < first_day {
        birthday(expected, 1)
    } else {
        expected
    }
}

/// The last day offered where none is named: the [`usual_last_day`], but
/// - where the facility has no kindergarten place in the month of the third birthday, a nursery stay
///   ends with the month before it, the last one that takes a nursery place;
/// - nothing lasts longer than the facility.
pub(super) fn last_day_offered(
    file: &FacilityFile,
    care_type: CareType,
    born: Date,
    first_day: Date,
) -> Date {
    let mut last_day = usual_last_day(care_type, born, first_day);
    let change = Month::of(third_birthday(born));
    if care_type == CareType::Nursery && file.staffed_in(change, CareType::Kindergarten) == 0 {
        let with_nursery = day_before(change.first_day());
        if first_day <= with_nursery {
            last_day = with_nursery;
        }
    }
    file.facility
        .closes_on()
        .map_or(last_day, |closes_on| last_day.min(closes_on))
}

/// Whether there is room in every month a stay needs beside the held places that count.
pub(super) fn room(
    file: &FacilityFile,
    needed: impl IntoIterator<Item = (Month, CareType)>,
    counts: impl Fn(&HeldPlace) -> bool,
) -> Result<(), Refusal> {
    file.room_in(needed, counts).map_err(
        |NoRoom {
             month,
             care_type,
             staffed,
             held,
         }| Refusal::NoPlaceFree {
            facility: file.facility.id().clone(),
            month,
            care_type,
            staffed,
            held,
        },
    )
}

/// Months a stay needs that another one of the child does not hold already, from the month of today
/// on: what has passed needs no room.
pub(super) fn newly_needed(old: &Stay, new: &Stay, today: Date) -> Vec<(Month, CareType)> {
    new.months()
        .filter(|(month, care_type)| {
            Month::of(today) <= *month && old.care_type_in(*month) != Some(*care_type)
        })
        .collect()
}
