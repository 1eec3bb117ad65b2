//! Running a round.

use serde::Serialize;

use crate::deferred_acceptance::{family_optimal, programme_optimal};
use crate::error_codes;
use crate::order::{Preferences, Priorities};
use crate::placements::{Place, PlacementRow};
use crate::round::{NONE, Round};
use crate::siblings::{FamilyFindings, place_families};

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
    /// Ties are used to place as many children as possible. Refused by this version (E2033).
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
    /// Most seconds for each exact model, from 0; `None` = no limit. Needed only where siblings leave
    /// open what elimination and search cannot settle. While no limit is hit, the result is the same
    /// on every machine, byte for byte.
    pub time_limit_seconds: Option<f64>,
}

/// A round could not be run as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SolveError {
    /// Ties are to be used to place more children.
    #[error(
        "E2033  the round was to use ties to place as many children as possible (max-size), which this version does not cover; break ties by lottery"
    )]
    MaxSizeNotCovered,
    /// The matching best for programmes is asked for, and families rank joint options.
    #[error(
        "E2070  the round was to be run for programmes, but families rank joint options, and then no matching is best for all programmes; run it for families"
    )]
    ProgrammeSideWithSiblings,
    /// Ties are to be used to place more children, and families rank joint options.
    #[error(
        "E2071  the round was to use ties to place as many children as possible (max-size), which this version does not combine with joint options of families; break ties by lottery"
    )]
    MaxSizeWithSiblings,
    /// The time limit is below zero or not a number.
    #[error(
        "E2072  the round was given a time limit that is not a number of seconds from 0; give one such as 10"
    )]
    BadTimeLimit,
    /// The exact model of the siblings round could not be solved.
    #[error("E2073  the exact model of the siblings round failed: {0}; report the fault")]
    ExactModel(String),
}

impl SolveError {
    /// The numbered code, as listed in [`crate::ERROR_CODES`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::MaxSizeNotCovered => error_codes::MAX_SIZE_NOT_COVERED,
            Self::ProgrammeSideWithSiblings => error_codes::PROGRAMME_SIDE_WITH_SIBLINGS,
            Self::MaxSizeWithSiblings => error_codes::MAX_SIZE_WITH_SIBLINGS,
            Self::BadTimeLimit => error_codes::BAD_TIME_LIMIT,
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
    /// What is known of the matching where families rank joint options.
    pub(crate) families: Option<FamilyFindings>,
}

/// Runs a round: deferred acceptance, stable for the order that the lottery makes of true ties.
///
/// Where families rank joint options, deferred acceptance does not apply: the stable matching that
/// places most children, and of those the one with the smallest sum of family ranks, is searched
/// for; [`Outcome::family_findings`] says what is proven about it.
///
/// The same round, options and version give the same outcome; the order of the input rows does not
/// matter. Takes time O(wishes x log wishes).
///
/// # Errors
///
/// [`SolveError`] when the options ask for what this version does not cover.
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
    if !round.joint.is_empty() {
        return place_families(round, options);
    }
    if options.ties == TieRule::MaxSize {
        return Err(SolveError::MaxSizeNotCovered);
    }
    let priorities = Priorities::new(round, options.seed);
    let preferences = Preferences::new(round, options.seed);
    let granted = match options.optimal_for {
        OptimalFor::Families => family_optimal(round, &priorities, &preferences),
        OptimalFor::Programmes => programme_optimal(round, &priorities, &preferences),
    };
    Ok(Outcome {
        round,
        options: *options,
        priorities,
        tied_wish_lists: preferences.tied_applicants,
        granted,
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
