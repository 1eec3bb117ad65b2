//! Running a round.

use serde::Serialize;

use crate::deferred_acceptance::{family_optimal, programme_optimal};
use crate::error_codes;
use crate::flexible::cut_off_raising;
use crate::order::{Preferences, Priorities};
use crate::placements::{Place, PlacementRow};
use crate::round::{NONE, Round};
use crate::siblings::{FamilyFindings, place_families};
use crate::ties::largest;

/// For whom the matching is the best among the stable ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OptimalFor {
    /// Every child gets the best place it has in any stable matching.
    #[default]
    Families,
    /// Every programme gets the children highest in its line that any stable matching gives it.
    Programmes,
}

/// What is done with true ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TieRule {
    /// A seeded lottery with one number per family.
    #[default]
    Lottery,
    /// Ties are used to place as many children as possible; the lottery settles what remains.
    ///
    /// Finding the most is NP-hard: [`RoundOptions::time_limit_seconds`] says when to stop, and
    /// [`crate::PlacedBounds`] what is proven.
    MaxSize,
}

/// How to run a round.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct RoundOptions {
    /// For whom the matching is optimal.
    pub optimal_for: OptimalFor,
    /// What is done with true ties.
    pub ties: TieRule,
    /// Seed of the lottery: the same seed gives the same result.
    pub seed: u64,
    /// Seconds of the wall clock after which searches for a better answer stop (≥ 0); `None` lets them
    /// run until the proof. Needed only with [`TieRule::MaxSize`], and where siblings leave open what
    /// elimination and search cannot settle.
    ///
    /// Reading, deferred acceptance and the searches counted in steps come on top. While no search
    /// reaches the limit, the result is the same on every machine; one that did shows by its bounds.
    pub time_limit_seconds: Option<f64>,
    /// Nodes after which the exact search for siblings stops, in each group of families that elimination
    /// and search leave open; `None` for no such limit. Unlike seconds, a count that is reached leaves
    /// the result the same on every machine.
    pub search_nodes: Option<u32>,
}

/// A round could not be run as asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SolveError {
    /// The time limit is no number of seconds.
    #[error(
        "E2080  the round was to run with a time limit of {0} seconds; give a number from 0, or none"
    )]
    BadTimeLimit(f64),
    /// The result best for the programmes was asked for, but some are flexible.
    #[error(
        "E2110  the round was to be run for the programmes, but with budgets there is no fair matching that is best for all of them; run it for the families"
    )]
    FlexibleForProgrammes,
    /// Ties are to be used to place more children, but some programmes are flexible.
    #[error(
        "E2112  the round was to use ties to place as many children as possible (max-size), which is not combined with budgets; break ties by lottery"
    )]
    MaxSizeWithBudgets,
    /// Families rank joint options, and some programmes are flexible.
    #[error(
        "E2113  the round has joint options of families and programmes with budgets, which are not combined; run it without one of them"
    )]
    JointOptionsWithBudgets,
    /// The matching best for programmes is asked for, and families rank joint options.
    #[error(
        "E2070  the round was to be run for programmes, but families rank joint options, and then no matching is best for all programmes; run it for families"
    )]
    ProgrammeSideWithSiblings,
    /// Ties are to be used to place more children, and families rank joint options.
    #[error(
        "E2071  the round was to use ties to place as many children as possible (max-size), which is not combined with joint options of families; break ties by lottery"
    )]
    MaxSizeWithSiblings,
    /// The rule lab was asked for the most children placed, or the least sum of ranks, whoever comes
    /// first, in a round where that is no question of seats alone.
    #[error(
        "E2187  the most children placed and the least sum of ranks are computed for numbers of seats and children one by one only, but {}; leave these two mechanisms out",
        if *joint { "families rank joint options" } else { "programmes have budgets" }
    )]
    BlindSum {
        /// Whether families rank joint options; otherwise programmes have budgets.
        joint: bool,
    },
    /// The exact model of the siblings round could not be solved.
    #[error("E2073  the exact model of the siblings round failed: {0}; report the fault")]
    ExactModel(String),
}

impl SolveError {
    /// The numbered code, as listed in [`crate::ERROR_CODES`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadTimeLimit(_) => error_codes::BAD_TIME_LIMIT,
            Self::FlexibleForProgrammes => error_codes::FLEXIBLE_FOR_PROGRAMMES,
            Self::MaxSizeWithBudgets => error_codes::MAX_SIZE_WITH_BUDGETS,
            Self::JointOptionsWithBudgets => error_codes::JOINT_OPTIONS_WITH_BUDGETS,
            Self::ProgrammeSideWithSiblings => error_codes::PROGRAMME_SIDE_WITH_SIBLINGS,
            Self::MaxSizeWithSiblings => error_codes::MAX_SIZE_WITH_SIBLINGS,
            Self::BlindSum { .. } => error_codes::BLIND_SUM,
            Self::ExactModel(_) => error_codes::EXACT_SEARCH_FAILED,
        }
    }
}

/// A matching and the strict orders behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome<'round> {
    pub(crate) round: &'round Round,
    pub(crate) options: RoundOptions,
    pub(crate) priorities: Priorities,
    pub(crate) tied_wish_lists: u64,
    /// Position of the wish granted to each applicant, or [`NONE`].
    pub(crate) granted: Vec<u32>,
    /// With [`TieRule::MaxSize`]: no weakly stable matching places more.
    pub(crate) most_placed: Option<u64>,
    /// What is known of the matching where families rank joint options.
    pub(crate) families: Option<FamilyFindings>,
}

/// Runs a round: deferred acceptance, stable for the order that the lottery makes of true ties, or
/// for the order of them under which most children are placed.
///
/// With flexible programmes the matching is the child-optimal fair one instead: see
/// [`crate::FlexibleProgramme`] and the rules of this crate.
///
/// Where families rank joint options, deferred acceptance does not apply: the stable matching that
/// places most children, and of those the one with the smallest sum of family ranks, is searched
/// for; [`Outcome::family_findings`] says what is proven about it.
///
/// The same round, options and version give the same outcome; the order of the input rows does not
/// matter. Takes time O(wishes x log wishes), and with [`TieRule::MaxSize`] up to the time limit.
///
/// # Errors
///
/// [`SolveError`] when the options cannot be followed.
///
/// ```
/// use matching::{RoundFiles, RoundOptions, read_round, solve};
/// let round = read_round(RoundFiles::new(
///     "programme_id,seat_group,capacity\nP1,,1\nP2,,1\n".as_bytes(),
///     "applicant_id,programme_id,rank,points,lot\nA1,P1,1,5,1\nA2,P1,1,7,2\nA1,P2,2,0,1\n".as_bytes(),
/// )).unwrap();
/// let outcome = solve(&round, &RoundOptions::default()).unwrap();
/// let mut csv = Vec::new();
/// matching::write_placements(&outcome.placements(), &mut csv).unwrap();
/// assert_eq!(String::from_utf8(csv).unwrap(), "applicant_id,programme_id,rank\nA1,P2,2\nA2,P1,1\n");
/// ```
pub fn solve<'round>(
    round: &'round Round,
    options: &RoundOptions,
) -> Result<Outcome<'round>, SolveError> {
    if let Some(seconds) = options.time_limit_seconds
        && !(seconds >= 0.0 && seconds.is_finite())
    {
        return Err(SolveError::BadTimeLimit(seconds));
    }
    if round.has_flexible_programmes() {
        if !round.joint.is_empty() {
            return Err(SolveError::JointOptionsWithBudgets);
        }
        if options.optimal_for == OptimalFor::Programmes {
            return Err(SolveError::FlexibleForProgrammes);
        }
        if options.ties == TieRule::MaxSize {
            return Err(SolveError::MaxSizeWithBudgets);
        }
    }
    if !round.joint.is_empty() {
        return place_families(round, options);
    }
    let mut priorities = Priorities::new(round, options.seed);
    let mut preferences = Preferences::new(round, options.seed);
    let mut most_placed = None;
    let has_ties = priorities.any_tie || preferences.tied_applicants > 0;
    if options.ties == TieRule::MaxSize && has_ties {
        let seconds = options.time_limit_seconds;
        let largest = largest(round, priorities, preferences, options.seed, seconds);
        (priorities, preferences) = (largest.priorities, largest.preferences);
        most_placed = Some(largest.upper);
    }
    let granted = match options.optimal_for {
        OptimalFor::Families if round.has_flexible_programmes() => {
            cut_off_raising(round, &priorities, &preferences)
        }
        OptimalFor::Families => family_optimal(round, &priorities, &preferences),
        OptimalFor::Programmes => programme_optimal(round, &priorities, &preferences),
    };
    Ok(Outcome {
        round,
        options: *options,
        priorities,
        tied_wish_lists: preferences.tied_applicants,
        granted,
        most_placed,
        families: None,
    })
}

impl Outcome<'_> {
    /// One row per applicant of the round, bytewise by applicant.
    #[must_use]
    pub fn placements(&self) -> Vec<PlacementRow> {
        self.round
            .applicant_ids()
            .zip(&self.granted)
            .map(|(applicant, granted)| PlacementRow {
                applicant_id: applicant.to_owned(),
                place: self.round.wishes.get(*granted as usize).map(|wish| Place {
                    programme_id: self
                        .round
                        .programmes
                        .get(wish.programme as usize)
                        .to_owned(),
                    rank: wish.rank,
                }),
            })
            .collect()
    }

    /// What is known of the matching; `None` for a round without joint options.
    #[must_use]
    pub fn family_findings(&self) -> Option<&FamilyFindings> {
        self.families.as_ref()
    }

    /// Number of children with a place.
    #[must_use]
    pub fn placed(&self) -> u64 {
        self.granted.iter().filter(|wish| **wish != NONE).count() as u64
    }

    /// Rank of the place an applicant has; one worse than any rank when unplaced.
    pub(crate) fn granted_rank(&self, applicant: usize) -> u32 {
        rank_of(self.round, self.granted[applicant])
    }
}

/// Rank of a granted wish; worse than any rank when there is none.
pub(crate) fn rank_of(round: &Round, granted: u32) -> u32 {
    round
        .wishes
        .get(granted as usize)
        .map_or(u32::MAX, |wish| wish.rank)
}
