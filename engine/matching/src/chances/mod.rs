//! Calibrated chances: what a family may expect of each wish before the round closes.
//!
//! Applications still to come are drawn many times from patterns seen so far, seats that may become free
//! are drawn with them, and the round is run each time. Statements made so are checked afterwards against
//! what came true: [`calibration`].
//!
//! Where families rank joint options they are placed by these, and where programmes have budgets by
//! cut-offs, in every draw. Children still to come are single children all the same.

mod calibration;
mod draw;
mod inputs;
mod whole_rounds;

pub use calibration::{CalibrationBin, CalibrationTable, calibration};
pub use inputs::{ChanceAssumptions, LaterApplicants, SeatsThatMayFree, WishPattern, patterns_of};

use domain::InputProblem;
use serde::Serialize;

use crate::round::Round;
use draw::Simulation;

/// A chance in words, for the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChanceBand {
    /// Under 5 in 100.
    HardlyAny,
    /// 5 to under 25 in 100.
    Low,
    /// 25 to under 50 in 100.
    Fair,
    /// 50 to under 75 in 100.
    Good,
    /// 75 to under 95 in 100.
    High,
    /// 95 in 100 and more.
    AlmostSure,
}

/// A chance, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Chance {
    /// Share of the draws, with half a draw added on either side: never exactly 0 or 1.
    pub probability: f64,
    /// In whole per cent, from 1 to 99.
    pub percent: u8,
    /// In words.
    pub band: ChanceBand,
}

impl Chance {
    fn of(count: u32, draws: u32) -> Self {
        let probability = (f64::from(count) + 0.5) / (f64::from(draws) + 1.0);
        let band = match probability {
            p if p < 0.05 => ChanceBand::HardlyAny,
            p if p < 0.25 => ChanceBand::Low,
            p if p < 0.50 => ChanceBand::Fair,
            p if p < 0.75 => ChanceBand::Good,
            p if p < 0.95 => ChanceBand::High,
            _ => ChanceBand::AlmostSure,
        };
        Self {
            probability,
            // Within 1 to 99: the cast is exact.
            percent: (probability * 100.0).round().clamp(1.0, 99.0) as u8,
            band,
        }
    }
}

/// The chance of one wish.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WishChance {
    /// The programme.
    pub programme_id: String,
    /// Rank of the wish.
    pub rank: u32,
    /// Chance to be placed exactly here.
    pub here: Chance,
    /// Chance to be placed here or at a better wish.
    pub here_or_better: Chance,
}

/// The chances of one child.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChildChances {
    /// The child.
    pub applicant_id: String,
    /// Chance of any place of the list.
    pub placed: Chance,
    /// One entry per wish, best first.
    pub wishes: Vec<WishChance>,
}

/// Estimates the chances of every child of a round, by child.
///
/// The same round, assumptions, draws and seed give the same bytes, whatever the order of the rows. Time
/// O(draws x wishes x log seats), and several times that with joint options.
///
/// Without joint options and budgets, a draw in which the child itself leaves counts with the best wish
/// that would have taken it; with them, only the draws in which it stays count, one at least.
///
/// # Errors
///
/// Every problem of the assumptions at once (E2185): no draws, numbers out of range, programmes or seat
/// groups that the round does not have, later applications without a pattern to draw them from; joint
/// options together with budgets, and seats that become free where there is a budget (E2186).
///
/// ```
/// use matching::{ApplicationRow, ChanceAssumptions, ProgrammeRow, Round, chances};
/// let programme = ProgrammeRow { programme_id: "P1".into(), seat_group: String::new(), capacity: 1 };
/// let application = ApplicationRow {
///     applicant_id: "A1".into(), programme_id: "P1".into(), rank: 1, points: 3, lot: None,
/// };
/// let round = Round::from_rows(&[programme], &[application], &[]).unwrap();
/// let nobody_else = ChanceAssumptions { draws: 100, seed: 1, ..ChanceAssumptions::default() };
/// let found = chances(&round, &nobody_else).unwrap();
/// assert_eq!(found[0].placed.percent, 99);
/// let no_draws = ChanceAssumptions { draws: 0, ..nobody_else };
/// assert_eq!(chances(&round, &no_draws).unwrap_err()[0].code, "E2185");
/// ```
pub fn chances(
    round: &Round,
    assumptions: &ChanceAssumptions,
) -> Result<Vec<ChildChances>, Vec<InputProblem>> {
    let mut simulation = Simulation::new(round, assumptions)?;
    let draws = assumptions.draws;
    let mut granted = vec![0_u32; round.wish_count()];
    for draw in 0..draws {
        simulation.run(draw, |wish| granted[wish] += 1);
    }
    Ok((0..round.applicant_count())
        .map(|applicant| {
            let draws = simulation.draws_of(applicant);
            let mut before = 0;
            let wishes: Vec<WishChance> = round
                .wish_range(applicant)
                .map(|wish| {
                    before += granted[wish];
                    let given = &round.wishes[wish];
                    WishChance {
                        programme_id: round.programmes.get(given.programme as usize).to_owned(),
                        rank: given.rank,
                        here: Chance::of(granted[wish], draws),
                        here_or_better: Chance::of(before, draws),
                    }
                })
                .collect();
            ChildChances {
                applicant_id: round.applicants.get(applicant).to_owned(),
                placed: Chance::of(before, draws),
                wishes,
            }
        })
        .collect())
}
