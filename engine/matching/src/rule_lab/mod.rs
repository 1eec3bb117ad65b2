//! Rule lab: what another mechanism or another catalogue would have done with the same round.
//!
//! [`replay`] runs one round under one [`Mechanism`] and measures the result, [`compare_catalogues`]
//! replays two rounds with the same children, wishes and seats but other points and lots. The figures
//! come from the independent checker, never from the mechanism.
//!
//! What families would have wished for under another mechanism is not known: all mechanisms are given
//! the same wish lists. Under first-preference-first families are known to hide their true first
//! wish, so its share of first wishes is flattering.
//!
//! # Siblings and budgets
//!
//! Where families rank joint options, every mechanism that gives families a say places them by these
//! options, whole: nobody is looked at child by child who asked to be placed together. Where programmes
//! have budgets, a programme admits down its one line as far as its children fit together. Refused,
//! because it has no answer or none that is computed here: the matching best for programmes (E2070,
//! E2110), both in one round (E2113), and the two sums that are blind to priorities (E2187).

mod catalogues;
mod first_preference;
mod held;
mod measures;
mod optimum;
mod serial;
mod uncoordinated;

use serde::Serialize;

pub use catalogues::{CatalogueComparison, CatalogueError, compare_catalogues};
pub use measures::{ListedEnvy, MechanismReport, SiblingFigures, WaitingDays};

use crate::order::{Preferences, Priorities};
use crate::placements::{Place, PlacementRow};
use crate::rolling::hold_offers_in_rounds;
use crate::round::{NONE, Round};
use crate::siblings::Market;
use crate::solve::{OptimalFor, RoundOptions, SolveError, solve};

/// A way to give out places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mechanism {
    /// Deferred acceptance, of the stable matchings the one that is best for every child.
    FamilyOptimal,
    /// Programmes offer all free places at once, round by round; families hold the best offer. Of the
    /// stable matchings the one that is best for every programme.
    ProgrammeOptimal,
    /// First wishes first: in step k every child without a place asks for its k-th wish, and each
    /// programme fills its remaining seats with those who ask, by priority, for good. Also called
    /// the Boston mechanism, or sequential forwarding by rank.
    FirstPreferenceFirst,
    /// Today's habit: in every round each programme offers its free places to the first in its line
    /// without a place; a family accepts the best offer of the round for good and lets the others
    /// lapse.
    Uncoordinated,
    /// Children choose one after the other by the seeded lottery number of their family; points count
    /// for nothing.
    SerialDictatorship,
    /// Most children placed; of these placements one with the least sum of ranks. Priorities count
    /// for nothing.
    MostPlaced,
    /// Least sum of ranks, where an unplaced child counts one more than its last wish. Priorities
    /// count for nothing.
    LeastRankSum,
}

impl Mechanism {
    /// All mechanisms, in the order of the report.
    pub const ALL: [Self; 7] = [
        Self::FamilyOptimal,
        Self::ProgrammeOptimal,
        Self::FirstPreferenceFirst,
        Self::Uncoordinated,
        Self::SerialDictatorship,
        Self::MostPlaced,
        Self::LeastRankSum,
    ];
}

/// How to replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LabOptions {
    /// Seed of the lottery, for true ties and the order of the serial dictatorship.
    pub seed: u64,
    /// Days that one round of offers, or one step of forwarding, takes.
    pub days_per_round: u32,
    /// Nodes after which the exact search for siblings stops, see [`RoundOptions::search_nodes`]; nothing
    /// else looks at it, and nothing at a clock.
    pub search_nodes: u32,
}

impl Default for LabOptions {
    fn default() -> Self {
        Self {
            seed: 0,
            days_per_round: 14,
            search_nodes: 2_000,
        }
    }
}

/// What a mechanism did with a round.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    /// Wish granted to each applicant, or [`NONE`].
    granted: Vec<u32>,
    /// Round in which each applicant got its place, from 1; 0 without a place.
    settled_in: Vec<u32>,
    rounds: u64,
    offers_made: u64,
    offers_lapsed: u64,
}

impl Run {
    /// Everything is settled in one step, and every placed child gets one offer.
    fn at_once(granted: Vec<u32>) -> Self {
        let placed = |wish: &u32| u32::from(*wish != NONE);
        let settled_in: Vec<u32> = granted.iter().map(placed).collect();
        Self {
            offers_made: settled_in.iter().map(|placed| u64::from(*placed)).sum(),
            settled_in,
            granted,
            rounds: 1,
            offers_lapsed: 0,
        }
    }

    fn placements(&self, round: &Round) -> Vec<PlacementRow> {
        round
            .applicant_ids()
            .zip(&self.granted)
            .map(|(applicant, granted)| PlacementRow {
                applicant_id: applicant.to_owned(),
                place: round.wishes.get(*granted as usize).map(|wish| Place {
                    programme_id: round.programmes.get(wish.programme as usize).to_owned(),
                    rank: wish.rank,
                }),
            })
            .collect()
    }
}

/// Orders that every mechanism but the central ones needs.
struct Orders<'round> {
    round: &'round Round,
    seed: u64,
    priorities: Priorities,
    preferences: Preferences,
}

impl<'round> Orders<'round> {
    fn new(round: &'round Round, seed: u64) -> Self {
        Self {
            round,
            seed,
            priorities: Priorities::new(round, seed),
            preferences: Preferences::new(round, seed),
        }
    }

    /// Families, their options and the lines they stand in; a child without joint options is a family
    /// of its own.
    fn market(&self) -> Market<'_> {
        Market::new(self.round, &self.priorities, &self.preferences, self.seed)
    }
}

/// By child: the round in which its family settled; 0 for a child without a place.
fn settled_children(
    round: &Round,
    market: &Market<'_>,
    granted: &[u32],
    settled: &[u32],
) -> Vec<u32> {
    let mut by_child = vec![0; round.applicant_count()];
    for (family, settled) in settled.iter().enumerate() {
        for child in market.children_of(family) {
            if granted[child as usize] != NONE {
                by_child[child as usize] = *settled;
            }
        }
    }
    by_child
}

/// Replays a round under a mechanism and measures what comes out.
///
/// Enrolled children keep their place under every mechanism unless they get a better wish. The same
/// round, mechanism and options give the same report, whatever the order of the input rows.
///
/// # Errors
///
/// [`SolveError`] when the round has joint options or budgets for which the mechanism has no answer.
///
/// ```
/// use matching::{LabOptions, Mechanism, RoundFiles, read_round, replay};
/// let round = read_round(RoundFiles::new(
///     "programme_id,seat_group,capacity\nP1,,1\nP2,,1\n".as_bytes(),
///     "applicant_id,programme_id,rank,points,lot\nA,P1,1,9,1\nB,P1,1,5,2\nB,P2,2,9,2\nC,P2,1,5,3\n".as_bytes(),
/// )).unwrap();
/// let report = replay(&round, Mechanism::FirstPreferenceFirst, &LabOptions::default()).unwrap();
/// let envy = &report.justified_envy[0];
/// assert_eq!((envy.applicant_id.as_str(), envy.programme_id.as_str()), ("B", "P2"));
/// let stable = replay(&round, Mechanism::FamilyOptimal, &LabOptions::default()).unwrap();
/// assert!(stable.justified_envy.is_empty());
/// ```
pub fn replay(
    round: &Round,
    mechanism: Mechanism,
    options: &LabOptions,
) -> Result<MechanismReport, SolveError> {
    let run = run(round, mechanism, options)?;
    let placements = run.placements(round);
    Ok(measures::measure(
        round,
        mechanism,
        options,
        &run,
        &placements,
    ))
}

/// Replays a round and returns the placements themselves, one row per applicant, bytewise.
///
/// # Errors
///
/// As [`replay`].
pub fn replay_placements(
    round: &Round,
    mechanism: Mechanism,
    options: &LabOptions,
) -> Result<Vec<PlacementRow>, SolveError> {
    Ok(run(round, mechanism, options)?.placements(round))
}

fn run(round: &Round, mechanism: Mechanism, options: &LabOptions) -> Result<Run, SolveError> {
    refuse(round, mechanism)?;
    let orders = || Orders::new(round, options.seed);
    Ok(match mechanism {
        Mechanism::FamilyOptimal | Mechanism::ProgrammeOptimal => {
            let families = mechanism == Mechanism::FamilyOptimal;
            let optimal_for = if families {
                OptimalFor::Families
            } else {
                OptimalFor::Programmes
            };
            let options = RoundOptions {
                optimal_for,
                seed: options.seed,
                search_nodes: Some(options.search_nodes),
                ..RoundOptions::default()
            };
            let mut run = Run::at_once(solve(round, &options)?.granted);
            if !families {
                let held = hold_offers_in_rounds(round, options.seed)?;
                run.rounds = held.rounds;
                run.offers_made = held.offers_made;
                run.offers_lapsed = held.offers_declined;
                // Nobody knows before the last round whether a better offer comes.
                let last = held.rounds as u32;
                run.settled_in
                    .iter_mut()
                    .for_each(|settled| *settled *= last);
            }
            run
        }
        Mechanism::FirstPreferenceFirst => first_preference::run(&orders(), options.seed),
        Mechanism::Uncoordinated => uncoordinated::run(&orders()),
        Mechanism::SerialDictatorship => serial::run(&orders(), options.seed),
        Mechanism::MostPlaced => optimum::run(round, optimum::Unplaced::Never),
        Mechanism::LeastRankSum => optimum::run(round, optimum::Unplaced::AfterTheLastWish),
    })
}

/// What has no answer, or none that is computed here.
fn refuse(round: &Round, mechanism: Mechanism) -> Result<(), SolveError> {
    let (joint, flexible) = (!round.joint.is_empty(), round.has_flexible_programmes());
    let is_blind = matches!(mechanism, Mechanism::MostPlaced | Mechanism::LeastRankSum);
    if joint && flexible {
        return Err(SolveError::JointOptionsWithBudgets);
    }
    if (joint || flexible) && is_blind {
        return Err(SolveError::BlindSum { joint });
    }
    Ok(())
}
