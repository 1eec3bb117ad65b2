//! What families may expect of their wishes: chances, and how they were checked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use domain::{ApplicationId, CareType, ChildId, FacilityId, Month};
use jiff::civil::Date;
use jiff::{ToSpan, Unit};
use matching::{
    CalibrationTable, Chance, ChanceAssumptions, ChildChances, LaterApplicants, Round,
    RoundOptions, calibration, chances, lottery_number, patterns_of, solve,
};
use store::Snapshot;

use super::round::{Part, Standing, programme_id};
use super::{Analyses, AnalysisError};

/// Wishes looked at in all draws together: about three seconds of a city.
const WORK: usize = 20_000_000;
/// Fewest and most draws of a statement.
const DRAWS: (u32, u32) = (60, 400);
/// Draws of a statement that is only made to be checked.
const CHECK_DRAWS: u32 = 60;
/// How often the statements are checked.
const CHECKS: u64 = 2;
/// Bins of the table of the check: 0 to 10 per cent, and so on.
const BINS: u32 = 10;
/// Days of a year before which applications count as those of the season before.
const DAYS_OF_A_YEAR: i32 = 365;
/// Number of lots there are.
const LOTS: f64 = 18_446_744_073_709_551_616.0;
/// Least share of children hidden in a check, so that there is something to foresee.
const LEAST_HIDDEN: f64 = 0.05;

/// The chances of a child.
#[derive(Debug, Clone, PartialEq)]
pub struct ChancesOfChild {
    /// The child.
    pub child: ChildId,
    /// First day of care looked at.
    pub starts_on: Date,
    /// Its open applications, best wish first.
    pub wishes: Vec<WishChances>,
    /// Chance of any of the wishes that take part; `None` if none does.
    pub any_place: Option<Chance>,
    /// What was assumed, and how it was checked; the same for all children.
    pub basis: Arc<ChanceBasis>,
}

/// The chances of a wish.
#[derive(Debug, Clone, PartialEq)]
pub struct WishChances {
    /// The application.
    pub application: ApplicationId,
    /// The facility.
    pub facility: FacilityId,
    /// The care type.
    pub care_type: CareType,
    /// 1 = best.
    pub rank: u32,
    /// Chance of a place here, and of one here or at a better wish; `None` if the wish takes no part.
    pub chances: Option<(Chance, Chance)>,
    /// Why it takes no part, in the words of the suggestion lists; empty if it does.
    pub why_none: &'static str,
}

/// What chances rest on.
#[derive(Debug, Clone, PartialEq)]
pub struct ChanceBasis {
    /// Number of the change they were computed from.
    pub computed_from: u64,
    /// Draws of every statement.
    pub draws: u32,
    /// Applicants still to come, as expected.
    pub later: f64,
    /// Where that number comes from.
    pub later_from: LaterFrom,
    /// How uncertain it is, as a share of it.
    pub uncertainty: f64,
    /// Statements made about the children of today with a part of them hidden, against what came of
    /// all of them.
    pub check: CalibrationTable,
}

/// Where the number of later applicants comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaterFrom {
    /// As many as came in the same months a year before.
    LastYear,
    /// As many a day as came so far.
    RateSoFar,
}

/// All chances of a city from a first day on.
#[derive(Debug)]
pub(super) struct CityChances {
    starts_on: Date,
    today: Date,
    basis: Arc<ChanceBasis>,
    children: BTreeMap<String, ChildChances>,
}

impl Analyses {
    /// The chances of a child's open applications: of a place from `starts_on` on, or from the month of
    /// the first day it wishes for.
    ///
    /// Later applicants are drawn from those of today, as many as came in the same months of the year
    /// before, and the round of the suggestions is run for each draw. The statements are then checked:
    /// as many children of today as are expected later are hidden, the same statements are made
    /// about the others, and compared with what the round of all gives. The number of draws is bounded, so
    /// that a city of 10,000 applicants takes seconds; the chances of all children are computed at once
    /// and kept for the next question about the same state.
    ///
    /// The same snapshot and days give the same chances. `None` if the child has no open application.
    ///
    /// # Errors
    ///
    /// As [`Self::suggestions`].
    pub fn chances(
        &self,
        snapshot: &Snapshot,
        child: &ChildId,
        starts_on: Option<Date>,
        today: Date,
    ) -> Result<Option<ChancesOfChild>, AnalysisError> {
        let own = snapshot
            .chunks()
            .flat_map(|chunk| chunk.applications.rows());
        let open = own
            .filter(|row| row.child == *child && row.standing == store::ApplicationStanding::Open);
        let wished = open.map(|row| row.wished_start).min();
        let Some(wished) = wished else {
            return Ok(None);
        };
        // The first of the month, so that children who begin on other days of it share an answer.
        let wished = Month::of(wished).first_day();
        let starts_on = starts_on.unwrap_or(wished).max(today);
        let mut standing = self.standing(snapshot, starts_on, today)?;
        standing.refuse_without_room(|_| 0);
        let city = self.chances_of_all(snapshot, &standing, starts_on, today)?;
        Ok(Some(of_child(&city, &standing, child)))
    }

    /// Computed once for a state and days; who asks meanwhile waits.
    fn chances_of_all(
        &self,
        snapshot: &Snapshot,
        standing: &Standing,
        starts_on: Date,
        today: Date,
    ) -> Result<Arc<CityChances>, AnalysisError> {
        let mut kept = self.chances.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(city) = kept.as_ref()
            && city.basis.computed_from == snapshot.sequence()
            && (city.starts_on, city.today) == (starts_on, today)
        {
            return Ok(Arc::clone(city));
        }
        let city = Arc::new(computed(snapshot, standing, starts_on, today)?);
        *kept = Some(Arc::clone(&city));
        Ok(city)
    }
}

fn computed(
    snapshot: &Snapshot,
    standing: &Standing,
    starts_on: Date,
    today: Date,
) -> Result<CityChances, AnalysisError> {
    let (later, later_from) = later_applicants(snapshot, starts_on, today)?;
    let uncertainty = match later_from {
        LaterFrom::LastYear => 0.2,
        LaterFrom::RateSoFar => 0.5,
    };
    let nobody = BTreeSet::new();
    let round = round_without(standing, &nobody)?;
    let seeking = standing
        .wishes
        .iter()
        .filter(|wish| wish.part == Part::Seeks);
    let wishes = seeking.count().max(1);
    let draws = u32::try_from(WORK / wishes).unwrap_or(DRAWS.1);
    let draws = draws.clamp(DRAWS.0, DRAWS.1);
    let later = later.min(1e6);
    let found = stated(&round, later, uncertainty, draws)?;
    let check = checked(standing, &round, later, uncertainty)?;
    let basis = ChanceBasis {
        computed_from: snapshot.sequence(),
        draws,
        later,
        later_from,
        uncertainty,
        check,
    };
    let children = found.into_iter();
    Ok(CityChances {
        starts_on,
        today,
        basis: Arc::new(basis),
        children: children.map(|it| (it.applicant_id.clone(), it)).collect(),
    })
}

/// The round of the suggestions without some children.
fn round_without(standing: &Standing, hidden: &BTreeSet<&ChildId>) -> Result<Round, AnalysisError> {
    standing.round(
        |wish| wish.part == Part::Seeks && !hidden.contains(&wish.child),
        |programme| standing.seats.get(programme).map_or(0, |seats| seats.free),
        &BTreeMap::new(),
    )
}

fn stated(
    round: &Round,
    later: f64,
    uncertainty: f64,
    draws: u32,
) -> Result<Vec<ChildChances>, AnalysisError> {
    let patterns = patterns_of(round);
    let expected = if patterns.is_empty() { 0.0 } else { later };
    let assumptions = ChanceAssumptions {
        later: LaterApplicants {
            expected,
            uncertainty,
            patterns,
        },
        draws,
        ..ChanceAssumptions::default()
    };
    chances(round, &assumptions).map_err(|problems| AnalysisError::contradiction(&problems))
}

/// Statements about the children of today, with as many of them hidden as are still expected, against
/// the round of all.
fn checked(
    standing: &Standing,
    all: &Round,
    later: f64,
    uncertainty: f64,
) -> Result<CalibrationTable, AnalysisError> {
    let failed = AnalysisError::failed("chances");
    let outcome = solve(all, &RoundOptions::default()).map_err(failed)?;
    let placed = outcome.placements().into_iter();
    let granted: BTreeMap<String, u32> = placed
        .filter_map(|row| Some((row.applicant_id, row.place?.rank)))
        .collect();
    let seeking = standing
        .wishes
        .iter()
        .filter(|wish| wish.part == Part::Seeks);
    let children: BTreeSet<&ChildId> = seeking.map(|wish| &wish.child).collect();
    let count = children.len() as f64;
    let share = (later / (count + later).max(1.0)).clamp(LEAST_HIDDEN, 0.5);
    let mut statements = Vec::new();
    for seed in 0..CHECKS {
        // By a lot of each child's own, so that nobody else's coming or going changes it.
        let hidden: BTreeSet<&ChildId> = children
            .iter()
            .copied()
            .filter(|child| lottery_number(seed, child.as_str()) as f64 / LOTS < share)
            .collect();
        let round = round_without(standing, &hidden)?;
        let found = stated(&round, hidden.len() as f64, uncertainty, CHECK_DRAWS)?;
        for child in &found {
            let rank = granted.get(&child.applicant_id);
            let wishes = child.wishes.iter();
            statements.extend(wishes.map(|wish| {
                let came_true = rank.is_some_and(|rank| *rank <= wish.rank);
                (wish.here_or_better.probability, came_true)
            }));
        }
    }
    Ok(calibration(&statements, BINS))
}

/// How many applicants are still to come until the first day of care: as many as handed in their first
/// application in the same days a year before, or at the rate so far where less than a year is known.
fn later_applicants(
    snapshot: &Snapshot,
    starts_on: Date,
    today: Date,
) -> Result<(f64, LaterFrom), AnalysisError> {
    let mut first: BTreeMap<ChildId, Date> = BTreeMap::new();
    for row in snapshot
        .chunks()
        .flat_map(|chunk| chunk.applications.rows())
    {
        let known = first.entry(row.child).or_insert(row.applied_on);
        *known = row.applied_on.min(*known);
    }
    let Some(earliest) = first.values().min().copied() else {
        return Ok((0.0, LaterFrom::RateSoFar));
    };
    let days = |from: Date, to: Date| {
        let span = from.until((Unit::Day, to));
        span.map(|span| span.get_days())
            .map_err(AnalysisError::failed("chances"))
    };
    let ahead = days(today, starts_on)?.clamp(0, DAYS_OF_A_YEAR);
    if days(earliest, today)? >= DAYS_OF_A_YEAR {
        let from = today.saturating_sub(DAYS_OF_A_YEAR.days());
        let to = from.saturating_add(ahead.days());
        let came = first.values().filter(|day| from < **day && **day <= to);
        return Ok((came.count() as f64, LaterFrom::LastYear));
    }
    let known = days(earliest, today)?.max(1);
    let rate = first.len() as f64 / f64::from(known.max(30));
    Ok((rate * f64::from(ahead), LaterFrom::RateSoFar))
}

/// The wishes of a child with their chances.
fn of_child(city: &CityChances, standing: &Standing, child: &ChildId) -> ChancesOfChild {
    let found = city.children.get(child.as_str());
    let mut own: Vec<_> = standing
        .wishes
        .iter()
        .filter(|wish| wish.child == *child)
        .collect();
    own.sort_by_key(|wish| (wish.rank, wish.application.clone()));
    let wishes = own.into_iter().map(|wish| {
        let programme = programme_id(&wish.programme);
        let known = found
            .filter(|_| wish.part == Part::Seeks)
            .and_then(|found| found.wishes.iter().find(|it| it.programme_id == programme));
        WishChances {
            application: wish.application.clone(),
            facility: wish.programme.0.clone(),
            care_type: wish.programme.1,
            rank: wish.rank,
            chances: known.map(|wish| (wish.here, wish.here_or_better)),
            why_none: match wish.part {
                Part::Seeks => "",
                Part::Offered(_) => "offered",
                Part::Confirmed => "offer_confirmed",
                Part::No(reason) => reason,
            },
        }
    });
    ChancesOfChild {
        child: child.clone(),
        starts_on: city.starts_on,
        wishes: wishes.collect(),
        any_place: found.map(|found| found.placed),
        basis: Arc::clone(&city.basis),
    }
}
