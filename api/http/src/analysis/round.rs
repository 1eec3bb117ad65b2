//! Who seeks which place, and which places are free: the thin round over the whole city.
//!
//! One round holds all care types, because a child may wish for a nursery place and for a childminder
//! and gets one of them: a programme is a facility with a care type, and every application names
//! its own.

use std::collections::{BTreeMap, BTreeSet};

use ::occupancy::OccupancyCube;
use domain::procedure::{SiblingsRule, Stay};
use domain::{
    ApplicationId, CareType, ChildId, ContractId, DailyHours, FacilityId, HouseholdId, Month,
    expected_last_day, third_birthday,
};
use jiff::civil::Date;
use matching::{ApplicantRow, ApplicationRow, ProgrammeRow, Round, Siblings};
use store::{ApplicationStanding, Chunk, OfferStanding, Snapshot};

use super::{Analyses, AnalysisError, cube};

/// Months over which a place must be free to count.
pub(super) const WINDOW_MONTHS: i32 = 12;
/// How far ahead, and back, a first day may lie, in months.
const FARTHEST_MONTHS: i32 = 120;
/// Longest stay looked at, in months.
const LONGEST_STAY_MONTHS: i32 = 180;

/// A facility with a care type.
pub(super) type Programme = (FacilityId, CareType);

/// The name of a programme in a round: `:` stands in no key.
pub(super) fn programme_id((facility, care_type): &Programme) -> String {
    format!("{facility}:{care_type}")
}

/// The free places of a programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seats {
    /// Places free in every month of the window; 0 where nothing is known.
    pub(super) free: u32,
    /// Why there is none.
    pub(super) why_none: &'static str,
}

/// How an application takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// It takes part.
    Seeks,
    /// It has an open offer; `true` for the child's best one.
    Offered(bool),
    /// It has a confirmed offer.
    Confirmed,
    /// It does not take part, for the reason named.
    No(&'static str),
}

/// An open application.
#[derive(Clone)]
pub(super) struct Wish {
    pub(super) application: ApplicationId,
    pub(super) child: ChildId,
    pub(super) programme: Programme,
    pub(super) rank: u32,
    pub(super) points: i32,
    /// Older children come first among equal points.
    pub(super) birth_date: Date,
    pub(super) transfer_from: Option<ContractId>,
    pub(super) part: Part,
    pub(super) daily_hours: DailyHours,
    pub(super) applied_on: Date,
    pub(super) family: Family,
    stay: Stay,
}

/// What the household of a child means for its place.
#[derive(Clone)]
pub(super) struct Family {
    pub(super) household: HouseholdId,
    pub(super) siblings: SiblingsRule,
    pub(super) inclusion_place: bool,
}

/// Nothing about a child is printed.
impl std::fmt::Debug for Wish {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wish").finish_non_exhaustive()
    }
}

impl Wish {
    /// First day of care, not before that of the round.
    pub(super) const fn first_day(&self) -> Date {
        self.stay.first_day
    }

    /// What a line is ordered by: more points, then the older child, then the key.
    pub(super) fn order(&self) -> impl Ord + '_ {
        (std::cmp::Reverse(self.points), self.birth_date, &self.child)
    }

    /// What puts this wish before another one of its line.
    pub(super) fn ahead_by(&self, other: &Self) -> &'static str {
        if self.points != other.points {
            "points"
        } else if self.birth_date != other.birth_date {
            "age"
        } else {
            "key"
        }
    }
}

/// All open applications and all places.
pub(super) struct Standing {
    pub(super) wishes: Vec<Wish>,
    pub(super) seats: BTreeMap<Programme, Seats>,
    pub(super) cube: OccupancyCube,
}

impl Analyses {
    /// Looks at the whole city as of a first day of care.
    pub(super) fn standing(
        &self,
        snapshot: &Snapshot,
        starts_on: Date,
        today: Date,
    ) -> Result<Standing, AnalysisError> {
        let (first, now) = (Month::of(starts_on), Month::of(today));
        if first.since(now).abs() > FARTHEST_MONTHS {
            return Err(AnalysisError::OutOfRange {
                what: "the first day of care",
                value: starts_on.to_string(),
                remedy: "ask for a day within ten years",
            });
        }
        let wishes: Vec<Wish> = snapshot
            .chunks()
            .flat_map(|it| wishes(it, starts_on))
            .collect();
        let last = wishes
            .iter()
            .filter(|wish| wish.stay.first_day <= wish.stay.last_day)
            .map(|wish| Month::of(wish.stay.last_day).since(first) + 1)
            .max()
            .unwrap_or(0);
        let months = last.clamp(WINDOW_MONTHS, LONGEST_STAY_MONTHS);
        let city = self.planning_city(snapshot)?;
        let cube = cube(&city, first, months.unsigned_abs() as usize, today)?;
        let seats = seats(snapshot, &wishes, &cube, first, today);
        Ok(Standing {
            wishes,
            seats,
            cube,
        })
    }
}

impl Standing {
    /// Takes applications out for whose whole stay no place is free beside those that `freed` gives back.
    pub(super) fn refuse_without_room(&mut self, freed: impl Fn(&FacilityId) -> i32) {
        for wish in &mut self.wishes {
            if wish.part == Part::Seeks {
                let facility = &wish.programme.0;
                let more = freed(facility);
                let seats = self.seats.get(&wish.programme);
                if more == 0 && seats.is_none_or(|seats| seats.free == 0) {
                    // Nobody gets a place here: that is the reason, not the later months.
                    continue;
                }
                let Some(position) = self.cube.index().position(facility.as_str()) else {
                    continue;
                };
                let first = self.cube.grid().months().first();
                let leaves_at_three = leaves_at_three(&self.cube, position, wish);
                let mut months = wish.stay.months().filter(|(month, _)| *month >= first);
                let has_room = months.all(|(month, care)| {
                    if leaves_at_three && care == CareType::Kindergarten {
                        return true;
                    }
                    let cell = self.cube.cell(position, care, month);
                    cell.is_none_or(|cell| cell.capacities.bookable + more >= 1)
                });
                if !has_room {
                    wish.part = Part::No("no_room_for_stay");
                }
            }
        }
    }

    /// The round of the wishes that `takes_part`, with `capacity` places each; enrolled children come
    /// first at their own place.
    pub(super) fn round(
        &self,
        takes_part: impl Fn(&Wish) -> bool,
        capacity: impl Fn(&Programme) -> u32,
        enrolled: &BTreeMap<ChildId, Programme>,
    ) -> Result<Round, AnalysisError> {
        let wishes: Vec<&Wish> = self.wishes.iter().filter(|wish| takes_part(wish)).collect();
        let own = enrolled.values();
        let names: BTreeSet<&Programme> = self.seats.keys().chain(own).collect();
        let programmes: Vec<ProgrammeRow> = names
            .into_iter()
            .map(|programme| ProgrammeRow {
                programme_id: programme_id(programme),
                seat_group: String::new(),
                capacity: capacity(programme),
            })
            .collect();
        // The lot settles equal points: older children first, then the key.
        let ages: BTreeSet<(Date, &ChildId)> = wishes
            .iter()
            .map(|wish| (wish.birth_date, &wish.child))
            .collect();
        let lots: BTreeMap<&ChildId, u32> = ages
            .into_iter()
            .zip(0..)
            .map(|((_, child), lot)| (child, lot))
            .collect();
        let applications: Vec<ApplicationRow> = wishes
            .iter()
            .map(|wish| ApplicationRow {
                applicant_id: wish.child.to_string(),
                programme_id: programme_id(&wish.programme),
                rank: wish.rank,
                points: wish.points,
                lot: lots.get(&wish.child).copied(),
            })
            .collect();
        let applicants: Vec<ApplicantRow> = lots
            .keys()
            .map(|child| ApplicantRow {
                applicant_id: child.to_string(),
                seat_group: String::new(),
                family_id: None,
                siblings: Siblings::Independent,
                enrolled_programme_id: enrolled.get(*child).map(programme_id),
            })
            .collect();
        Round::from_rows(&programmes, &applications, &applicants)
            .map_err(|problems| AnalysisError::contradiction(&problems))
    }
}

/// Whether a nursery stay at a facility ends before the third birthday, because it has no kindergarten
/// place in that month: so does the stay of an offer.
fn leaves_at_three(cube: &OccupancyCube, position: usize, wish: &Wish) -> bool {
    let change = Month::of(third_birthday(wish.birth_date));
    wish.programme.1 == CareType::Nursery
        && cube
            .cell(position, CareType::Kindergarten, change)
            .is_some_and(|cell| cell.capacities.staffed == 0)
}

/// The open applications of some children.
fn wishes(chunk: &Chunk, starts_on: Date) -> Vec<Wish> {
    let window_ends = Month::of(starts_on).plus(WINDOW_MONTHS - 1);
    let children: BTreeMap<&ChildId, usize> = chunk.children.child.iter().zip(0..).collect();
    let mut points: BTreeMap<&ApplicationId, i32> = BTreeMap::new();
    for (application, given) in chunk.points.application.iter().zip(&chunk.points.points) {
        let sum = points.entry(application).or_default();
        *sum = sum.saturating_add(*given);
    }
    let mut offers: BTreeMap<&ApplicationId, OfferStanding> = BTreeMap::new();
    let mut declined: BTreeSet<&ApplicationId> = BTreeSet::new();
    for (application, standing) in chunk.offers.application.iter().zip(&chunk.offers.standing) {
        if standing.holds_a_place() {
            offers.insert(application, *standing);
        }
        if *standing == OfferStanding::Declined {
            declined.insert(application);
        }
    }
    let mut found: Vec<Wish> = Vec::new();
    for row in chunk.applications.rows() {
        let Some(child) = children.get(&row.child).copied() else {
            continue;
        };
        let born = chunk.children.birth_date[child];
        if row.standing != ApplicationStanding::Open {
            continue;
        }
        let first_day = starts_on.max(row.wished_start);
        let stay = Stay {
            care_type: row.care_type,
            born,
            first_day,
            last_day: expected_last_day(row.care_type, born),
        };
        let part = match offers.get(&row.application) {
            Some(OfferStanding::Confirmed) => Part::Confirmed,
            Some(_) => Part::Offered(false),
            // The family said no to this place; the application is its own to withdraw (K37).
            None if declined.contains(&row.application) => Part::No("offer_declined"),
            None if Month::of(row.wished_start) > window_ends => Part::No("starts_later"),
            None if stay.last_day < stay.first_day => Part::No("stay_would_be_over"),
            None => Part::Seeks,
        };
        found.push(Wish {
            points: points.get(&row.application).copied().unwrap_or(0),
            application: row.application,
            child: row.child,
            programme: (row.facility, row.care_type),
            rank: row.rank,
            birth_date: born,
            transfer_from: row.transfer_from,
            part,
            daily_hours: row.daily_hours,
            applied_on: row.applied_on,
            family: Family {
                household: chunk.children.household[child].clone(),
                siblings: chunk.children.siblings[child],
                inclusion_place: chunk.children.inclusion_place[child],
            },
            stay,
        });
    }
    for own in found.chunk_by_mut(|a, b| a.child == b.child) {
        weigh(own);
    }
    found
}

/// What the offers and wishes of a child mean for each other.
fn weigh(own: &mut [Wish]) {
    own.sort_by(|a, b| (a.rank, &a.application).cmp(&(b.rank, &b.application)));
    let confirmed = own.iter().any(|wish| wish.part == Part::Confirmed);
    let best_offer = own
        .iter()
        .position(|wish| wish.part == Part::Offered(false));
    let mut seen = BTreeSet::new();
    for (position, wish) in own.iter_mut().enumerate() {
        let is_new = seen.insert(wish.programme.clone());
        wish.part = match wish.part {
            Part::Offered(_) => Part::Offered(best_offer == Some(position)),
            Part::Seeks if confirmed => Part::No("offer_confirmed_elsewhere"),
            Part::Seeks if best_offer.is_some_and(|best| best < position) => {
                Part::No("better_wish_offered")
            }
            Part::Seeks if !is_new => Part::No("better_wish"),
            other => other,
        };
    }
}

/// Free places of every programme that has places or is wished for.
fn seats(
    snapshot: &Snapshot,
    wishes: &[Wish],
    cube: &OccupancyCube,
    first: Month,
    today: Date,
) -> BTreeMap<Programme, Seats> {
    let wished: BTreeSet<&Programme> = wishes.iter().map(|wish| &wish.programme).collect();
    let mut seats = BTreeMap::new();
    for record in snapshot.facilities() {
        let Some(position) = cube.index().position(record.id().as_str()) else {
            continue;
        };
        let provider = snapshot.provider(record.provider());
        let is_attested = provider.is_some_and(|it| it.freshness(Month::of(today)).is_attested());
        let takes_part = provider.is_some_and(|it| {
            let it = &it.registration;
            it.participates_from <= today && it.participates_to.is_none_or(|last| today <= last)
        });
        for care_type in CareType::ALL {
            let free = (0..WINDOW_MONTHS)
                .filter_map(|month| cube.cell(position, care_type, first.plus(month)))
                .map(|cell| cell.capacities.bookable)
                .min();
            let free = free.and_then(|free| u32::try_from(free).ok()).unwrap_or(0);
            let programme = (record.id().clone(), care_type);
            if free == 0
                && !wished.contains(&programme)
                && !record.care_types().contains(&care_type)
            {
                continue;
            }
            let (free, why_none) = match (takes_part, is_attested) {
                (false, _) => (0, "provider_takes_no_part"),
                (true, false) => (0, "not_attested"),
                (true, true) => (free, "no_free_place"),
            };
            seats.insert(programme, Seats { free, why_none });
        }
    }
    seats
}
