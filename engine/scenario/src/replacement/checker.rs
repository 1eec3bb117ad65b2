//! Judges a re-placement from the tables, without the matching engine.

use std::collections::{BTreeMap, BTreeSet};

use domain::procedure::{SiblingsRule, Stay};
use domain::{
    CareType, Facility, Month, MonthRange, epoch_days, expected_last_day, third_birthday,
};
use occupancy::OccupancyCube;
use tables::City;
use tables::schema::TableName;

use super::confidential::{ConfidentialReplacement, ReplacedChild};
use super::{LeftOver, ReplacementOutcome, city_after};
use crate::apply::Counting;
use crate::contracts::{Contract, Contracts};
use crate::error::ScenarioError;
use crate::planning::PlanRequest;
use crate::spec::ScenarioSpec;
use crate::travel::TravelTimes;

/// Completed months of life with which a kindergarten may admit a child (§ 1 SächsKitaG).
const KINDERGARTEN_MONTHS: u32 = 33;

/// Slack of comparisons of minutes.
const SLACK: f64 = 1e-6;

/// What is wrong with a re-placement. Facilities and months only: no fault names a child.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReplacementFault {
    /// The children are not those displaced: some are missing, foreign or given twice.
    OtherChildren,
    /// A child is placed where its care type, its hours or the facility itself do not allow it.
    Unsuitable {
        /// The facility.
        facility: String,
    },
    /// More children than staffed places in a month, and some of them were placed there.
    Overfull {
        /// The facility.
        facility: String,
        /// The care type.
        care_type: CareType,
        /// The month.
        month: Month,
    },
    /// A way is not as stated, or longer than the longest way.
    WrongWay {
        /// The facility.
        facility: String,
    },
    /// Brothers and sisters are apart against `together_only`.
    SiblingsApart {
        /// Where one of them is placed.
        facility: String,
    },
    /// A child is left over, or sent farther, though this facility has room for its whole stay.
    RoomUnused {
        /// The facility with room.
        facility: String,
    },
}

/// Judges a re-placement from the city's tables and the result alone.
///
/// Recomputed are: who is displaced, whether age, hours and opening allow the place, whether every
/// month of every stay has room beside all contracts, offers and blocked places, the ways, the rule for
/// brothers and sisters, and whether a child without ties to brothers or sisters was left over or sent
/// farther although a nearer facility still has room for its whole stay.
///
/// # Errors
///
/// [`ScenarioError`] if the scenario does not fit the city.
pub fn check_replacement(
    city: &City,
    spec: &ScenarioSpec,
    request: &PlanRequest,
    times: &TravelTimes,
    replacement: &ConfidentialReplacement,
) -> Result<Vec<ReplacementFault>, ScenarioError> {
    let after = city_after(city, spec, request)?;
    let contracts = Contracts::known_on(city, request.known_on)?;
    let judge = Judge::of(city, &after, spec, request, times, &contracts, replacement)?;
    let mut faults = BTreeSet::new();
    if !judge.are_the_displaced(&contracts) {
        faults.insert(ReplacementFault::OtherChildren);
    }
    let mut free = judge.free();
    for child in judge.placed() {
        judge.judge_place(child, &mut faults);
        for (month, care) in judge.stay(child, child.care_type) {
            *free.entry((child.at, care, month)).or_default() -= 1;
        }
    }
    for child in judge.placed() {
        for (month, care_type) in judge.stay(child, child.care_type) {
            if free
                .get(&(child.at, care_type, month))
                .is_some_and(|free| *free < 0)
            {
                faults.insert(ReplacementFault::Overfull {
                    facility: judge.name(child.at),
                    care_type,
                    month,
                });
            }
        }
    }
    judge.judge_siblings(&mut faults);
    judge.judge_room(&free, &mut faults);
    Ok(faults.into_iter().collect())
}

/// Free places by facility, care type and month.
type Free = BTreeMap<(usize, CareType, Month), i64>;

/// A child with what the tables say about it.
struct Known<'a> {
    result: &'a ReplacedChild,
    contract: &'a Contract,
    care_type: CareType,
    /// Position of its facility; `usize::MAX` for one that does not exist.
    at: usize,
}

struct Judge<'a> {
    cube: OccupancyCube,
    hours: BTreeMap<String, f64>,
    closed: BTreeMap<String, i32>,
    months: MonthRange,
    times: &'a TravelTimes,
    rule: SiblingsRule,
    longest: f64,
    children: Vec<Known<'a>>,
    replacement: &'a ConfidentialReplacement,
    /// By household: facility, first and last day of contracts.
    homes: BTreeMap<&'a str, Vec<&'a Contract>>,
}

impl<'a> Judge<'a> {
    #[allow(clippy::too_many_arguments, reason = "what a judge has to see")]
    fn of(
        before: &City,
        after: &City,
        spec: &ScenarioSpec,
        request: &PlanRequest,
        times: &'a TravelTimes,
        contracts: &'a Contracts,
        replacement: &'a ConfidentialReplacement,
    ) -> Result<Self, ScenarioError> {
        let mut ended: BTreeMap<String, Option<i32>> = BTreeMap::new();
        for facility in before.facilities()? {
            ended.insert(
                facility.id().to_string(),
                facility.closes_on().map(epoch_days),
            );
        }
        let mut closed = BTreeMap::new();
        for facility in after.facilities()? {
            let was = ended.get(facility.id().as_str()).copied().flatten();
            if let Some(day) = facility.closes_on().map(epoch_days)
                && was != Some(day)
            {
                closed.insert(facility.id().to_string(), day);
            }
        }
        let hours = after.map_rows(TableName::Facilities, |row| {
            let open = row.decimal("closing_hour")?.unwrap_or(0.0);
            let open = open - row.decimal("opening_hour")?.unwrap_or(0.0);
            Ok((row.filled("facility_id")?.to_owned(), open))
        })?;
        let results = &replacement.children;
        let starts = results.iter().map(|it| Month::of(it.first_day));
        let first = starts.min().unwrap_or_else(|| spec.months().first());
        let mut homes: BTreeMap<&str, Vec<&Contract>> = BTreeMap::new();
        let mut by_child: BTreeMap<(&str, &str), &Contract> = BTreeMap::new();
        for contract in contracts.iter() {
            homes.entry(&contract.household).or_default().push(contract);
            by_child.insert((&contract.child, &contract.facility), contract);
        }
        let known = results.iter().filter_map(|result| {
            let name = (result.child.as_str(), result.from_facility.as_str());
            let contract = *by_child.get(&name)?;
            let is_three = Month::of(third_birthday(contract.born)) <= Month::of(result.first_day);
            let care = contract.care_type;
            let care_type = if is_three {
                care.from_third_birthday()
            } else {
                care
            };
            Some((result, contract, care_type))
        });
        let known: Vec<_> = known.collect();
        let last = known
            .iter()
            .map(|(_, contract, care)| Month::of(expected_last_day(*care, contract.born)))
            .max()
            .unwrap_or(first);
        let count = usize::try_from(last.since(first) + 1).unwrap_or(1).max(1);
        let months = MonthRange::new(first, count);
        let counting = Counting {
            months,
            known_on: request.known_on,
            staffing: &request.staffing,
        };
        let cube = counting.cube(after)?;
        let children = known.into_iter().map(|(result, contract, care_type)| {
            let at = match &result.outcome {
                ReplacementOutcome::Placed { facility, .. } => {
                    cube.index().position(facility.as_str())
                }
                _ => None,
            };
            Known {
                result,
                contract,
                care_type,
                at: at.unwrap_or(usize::MAX),
            }
        });
        Ok(Self {
            children: children.collect(),
            hours: hours.into_iter().collect(),
            rule: spec.travel().siblings,
            longest: spec.travel().longest_minutes,
            cube,
            closed,
            months,
            times,
            replacement,
            homes,
        })
    }

    fn placed(&self) -> impl Iterator<Item = &Known<'a>> {
        let all = self.children.iter();
        all.filter(|it| matches!(it.result.outcome, ReplacementOutcome::Placed { .. }))
    }

    fn name(&self, position: usize) -> String {
        let facility = self.cube.facilities().get(position);
        facility.map_or_else(String::new, |it| it.id().to_string())
    }

    /// Every child with a contract beyond the closing is in the result exactly once.
    fn are_the_displaced(&self, contracts: &Contracts) -> bool {
        let expected: BTreeSet<&str> = contracts
            .iter()
            .filter(|it| {
                self.closed
                    .get(&it.facility)
                    .is_some_and(|day| it.last_day > *day)
            })
            .map(|it| it.child.as_str())
            .collect();
        let results = &self.replacement.children;
        let found: BTreeSet<&str> = results.iter().map(|it| it.child.as_str()).collect();
        found.len() == results.len() && found == expected && self.children.len() == results.len()
    }

    /// Free places beside everything the city knows, where there are any cells.
    fn free(&self) -> Free {
        let mut free = Free::new();
        for position in 0..self.cube.facilities().len() {
            for care in CareType::ALL {
                for month in self.months.iter() {
                    if let Some(cell) = self.cube.cell(position, care, month) {
                        let taken = cell.contracts + cell.reservations + cell.blocked;
                        let room = i64::from(cell.capacities.staffed) - i64::from(taken);
                        free.insert((position, care, month), room);
                    }
                }
            }
        }
        free
    }

    /// The months of a stay at a facility with the care type of the place.
    fn stay(&self, child: &Known<'_>, care_type: CareType) -> Vec<(Month, CareType)> {
        self.stay_at(child, care_type, child.at)
    }

    fn stay_at(&self, child: &Known<'_>, care_type: CareType, at: usize) -> Vec<(Month, CareType)> {
        let born = child.contract.born;
        let stay = Stay {
            care_type,
            born,
            first_day: child.result.first_day,
            last_day: expected_last_day(care_type, born),
        };
        let change = Month::of(third_birthday(born));
        // A house without a kindergarten in the month of the third birthday keeps nobody beyond it.
        let has_kindergarten = self
            .cube
            .cell(at, CareType::Kindergarten, change)
            .is_some_and(|cell| cell.capacities.staffed > 0);
        let goes_on = care_type != CareType::Nursery || has_kindergarten;
        let months = stay
            .months()
            .filter(|(month, _)| self.months.position(*month).is_some());
        months
            .filter(|(month, _)| goes_on || *month < change)
            .collect()
    }

    fn has_hours(&self, facility: &Facility, child: &Known<'_>) -> bool {
        let open = self.hours.get(facility.id().as_str());
        open.is_some_and(|open| child.contract.daily_hours <= open + SLACK)
    }

    /// Care type, hours, opening and way.
    fn judge_place(&self, child: &Known<'a>, faults: &mut BTreeSet<ReplacementFault>) {
        let ReplacementOutcome::Placed { facility, minutes } = &child.result.outcome else {
            return;
        };
        let unsuitable = || ReplacementFault::Unsuitable {
            facility: facility.to_string(),
        };
        let Some(found) = self.cube.facilities().get(child.at) else {
            faults.insert(unsuitable());
            return;
        };
        let day = epoch_days(child.result.first_day);
        let is_closed = self
            .closed
            .get(facility.as_str())
            .is_some_and(|last| *last < day);
        let starts = Month::of(child.result.first_day);
        let cell = self.cube.cell(child.at, child.care_type, starts);
        let has_places = cell.is_some_and(|cell| cell.capacities.staffed > 0);
        let is_same_care = child.result.care_type == child.care_type;
        if is_closed || !has_places || !is_same_care || !self.has_hours(found, child) {
            faults.insert(unsuitable());
        }
        let way = self.times.minutes(&child.contract.home, found);
        let is_right = way.is_some_and(|way| (way - minutes).abs() <= SLACK && way <= self.longest);
        if !is_right {
            faults.insert(ReplacementFault::WrongWay {
                facility: facility.to_string(),
            });
        }
    }

    /// Facilities where others of a household are cared for on the first day of a child.
    fn houses(&self, child: &Known<'a>) -> BTreeSet<usize> {
        let day = epoch_days(child.result.first_day);
        let own = self.homes.get(child.contract.household.as_str());
        let others = own.into_iter().flatten().filter(|it| {
            let closes = self.closed.get(&it.facility).copied().unwrap_or(i32::MAX);
            it.child != child.contract.child
                && it.first_day <= day
                && day <= it.expected_last_day().min(closes)
        });
        let others = others.filter_map(|it| self.cube.index().position(&it.facility));
        let month = Month::of(child.result.first_day);
        let again = self.placed().filter(|it| {
            it.contract.household == child.contract.household
                && Month::of(it.result.first_day) < month
        });
        others.chain(again.map(|it| it.at)).collect()
    }

    /// Others of the household who lose their place in the same month.
    fn mates(&self, child: &Known<'a>) -> impl Iterator<Item = &Known<'a>> {
        let month = Month::of(child.result.first_day);
        let household = child.contract.household.clone();
        let own = child.contract.child.clone();
        self.children.iter().filter(move |it| {
            it.contract.household == household
                && it.contract.child != own
                && Month::of(it.result.first_day) == month
                && match it.result.outcome {
                    ReplacementOutcome::Placed { .. } => true,
                    ReplacementOutcome::LeftOver(reason) => !matches!(
                        reason,
                        LeftOver::UntilNextContract
                            | LeftOver::AgeOrHours
                            | LeftOver::NothingInReach
                    ),
                    ReplacementOutcome::CareEnds => false,
                }
        })
    }

    fn judge_siblings(&self, faults: &mut BTreeSet<ReplacementFault>) {
        if self.rule != SiblingsRule::TogetherOnly {
            return;
        }
        for child in self.placed() {
            let facilities = self.cube.facilities();
            let way = |at: usize| {
                let facility = facilities.get(at)?;
                self.times.minutes(&child.contract.home, facility)
            };
            let mut houses = self.houses(child);
            houses.retain(|at| way(*at).is_some_and(|way| way <= self.longest));
            let is_apart = if houses.is_empty() {
                self.mates(child).any(|mate| mate.at != child.at)
            } else {
                !houses.contains(&child.at)
            };
            if is_apart {
                faults.insert(ReplacementFault::SiblingsApart {
                    facility: self.name(child.at),
                });
            }
        }
    }

    /// Room that would have served a child left over, or one sent farther.
    fn judge_room(&self, free: &Free, faults: &mut BTreeSet<ReplacementFault>) {
        for child in &self.children {
            let limit = match &child.result.outcome {
                ReplacementOutcome::Placed { minutes, .. } => *minutes - SLACK,
                ReplacementOutcome::LeftOver(LeftOver::UntilNextContract) => continue,
                ReplacementOutcome::LeftOver(_) => self.longest,
                _ => continue,
            };
            let is_tied = self.rule != SiblingsRule::Independent
                && (!self.houses(child).is_empty() || self.mates(child).next().is_some());
            if is_tied {
                continue;
            }
            for (position, facility) in self.cube.facilities().iter().enumerate() {
                let way = self.times.minutes(&child.contract.home, facility);
                let is_near = way.is_some_and(|way| way <= limit);
                if is_near && self.has_room(child, position, facility, free) {
                    faults.insert(ReplacementFault::RoomUnused {
                        facility: facility.id().to_string(),
                    });
                }
            }
        }
    }

    fn has_room(
        &self,
        child: &Known<'_>,
        position: usize,
        facility: &Facility,
        free: &Free,
    ) -> bool {
        let stay = self.stay_at(child, child.care_type, position);
        let first = child.result.first_day;
        // Who has outgrown the care type, is below the 34th month of life for a kindergarten or not of
        // school age is for a person to look at.
        let born = child.contract.born;
        let months = domain::completed_months(born, first).ok();
        let has_age = first <= expected_last_day(child.care_type, born)
            && match child.care_type {
                CareType::AfterSchool => first > domain::last_kindergarten_day(born),
                CareType::Kindergarten => {
                    months.is_some_and(|months| months >= KINDERGARTEN_MONTHS)
                }
                CareType::Nursery | CareType::Childminding => true,
            };
        has_age
            && !stay.is_empty()
            && self.has_hours(facility, child)
            && stay.iter().all(|(month, care)| {
                free.get(&(position, *care, *month))
                    .is_some_and(|free| *free > 0)
            })
    }
}
