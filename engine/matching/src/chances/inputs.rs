//! What is assumed about the time until the round closes.

use domain::InputProblem;

use crate::error_codes as code;
use crate::placements::Place;
use crate::round::Round;

const FILE: &str = "chance assumptions";

/// The wishes of an application that may come in again in the same form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WishPattern {
    /// Seat group of the child; empty for the common group.
    pub seat_group: String,
    /// Programmes with rank, best first.
    pub wishes: Vec<Place>,
    /// Points at each of them, in the same order.
    pub points: Vec<i32>,
}

/// Applications still to come.
#[derive(Debug, Clone, PartialEq)]
pub struct LaterApplicants {
    /// How many are expected, from 0 to 1,000,000.
    pub expected: f64,
    /// How uncertain that is: the expected number is drawn evenly within this share of itself, from 0 to
    /// 1; the number of applications then varies around it as counts do (Poisson).
    pub uncertainty: f64,
    /// Patterns that they are drawn from with equal chance: applications of last year, or those of the
    /// round ([`patterns_of`]). The order does not matter.
    pub patterns: Vec<WishPattern>,
}

/// Seats that may become free until the round closes.
#[derive(Debug, Clone, PartialEq)]
pub struct SeatsThatMayFree {
    /// The programme.
    pub programme_id: String,
    /// The seat group; empty for the common group.
    pub seat_group: String,
    /// How many may become free, at most 100,000.
    pub seats: u32,
    /// Chance of each of them, from 0 to 1.
    pub probability: f64,
}

/// What is assumed, and how often it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct ChanceAssumptions {
    /// Applications still to come.
    pub later: LaterApplicants,
    /// Seats that may become free.
    pub freed: Vec<SeatsThatMayFree>,
    /// Chance that a child of the round leaves it before it closes, from 0 to 1. The statements are for
    /// those who stay.
    pub withdrawal: f64,
    /// Number of draws, from 1 to 1,000,000.
    pub draws: u32,
    /// Seed: the same seed gives the same chances.
    pub seed: u64,
}

impl Default for ChanceAssumptions {
    /// Nobody comes, nobody leaves, nothing becomes free; 500 draws.
    fn default() -> Self {
        Self {
            later: LaterApplicants {
                expected: 0.0,
                uncertainty: 0.0,
                patterns: Vec::new(),
            },
            freed: Vec::new(),
            withdrawal: 0.0,
            draws: 500,
            seed: 0,
        }
    }
}

/// The applications of a round as patterns for those still to come.
#[must_use]
pub fn patterns_of(round: &Round) -> Vec<WishPattern> {
    let mut patterns: Vec<WishPattern> = (0..round.applicant_count())
        .map(|applicant| {
            let own = round
                .wishes_of(applicant)
                .iter()
                .filter(|wish| !round.is_own_place(applicant, wish));
            let (wishes, points) = own
                .map(|wish| {
                    let programme_id = round.programmes.get(wish.programme as usize).to_owned();
                    let rank = wish.rank;
                    (Place { programme_id, rank }, wish.points)
                })
                .unzip();
            let group = round.applicant_group[applicant] as usize;
            WishPattern {
                seat_group: round.groups.get(group).to_owned(),
                wishes,
                points,
            }
        })
        .filter(|pattern| !pattern.wishes.is_empty())
        .collect();
    patterns.sort();
    patterns
}

impl ChanceAssumptions {
    /// Everything out of range, all at once.
    pub(super) fn problems(&self) -> Vec<InputProblem> {
        let mut problems = Vec::new();
        let mut refuse = |wrong: bool, name: &str, value: String, range: &str| {
            if wrong {
                let mut problem =
                    InputProblem::new(code::CHANCE_INPUT, FILE, format!("{name} is out of range"))
                        .remedy(format!("write a number {range}"));
                problem.column = Some(name.to_owned());
                problem.value = Some(value);
                problems.push(problem);
            }
        };
        let outside = |value: f64, most: f64| !(0.0..=most).contains(&value);
        let later = &self.later;
        refuse(
            self.draws == 0 || self.draws > 1_000_000,
            "draws",
            self.draws.to_string(),
            "from 1 to 1000000",
        );
        refuse(
            outside(later.expected, 1e6),
            "expected",
            later.expected.to_string(),
            "from 0 to 1000000",
        );
        let uncertainty = later.uncertainty;
        refuse(
            outside(uncertainty, 1.0),
            "uncertainty",
            uncertainty.to_string(),
            "from 0 to 1",
        );
        let withdrawal = self.withdrawal;
        refuse(
            outside(withdrawal, 1.0),
            "withdrawal",
            withdrawal.to_string(),
            "from 0 to 1",
        );
        for freed in &self.freed {
            let probability = freed.probability;
            refuse(
                outside(probability, 1.0),
                "probability",
                probability.to_string(),
                "from 0 to 1",
            );
            refuse(
                freed.seats > 100_000,
                "seats",
                freed.seats.to_string(),
                "up to 100000",
            );
        }
        if later.expected > 0.0 && later.patterns.is_empty() {
            refuse(
                true,
                "expected",
                later.expected.to_string(),
                "of 0, or give patterns",
            );
        }
        for pattern in &later.patterns {
            let (wishes, points) = (pattern.wishes.len(), pattern.points.len());
            refuse(
                wishes != points,
                "points",
                points.to_string(),
                "of points per wish",
            );
        }
        problems
    }
}

/// A programme and seat group that the round does not have.
pub(super) fn unknown_seats(programme_id: &str, seat_group: &str) -> InputProblem {
    let mut problem = InputProblem::new(
        code::CHANCE_INPUT,
        FILE,
        format!("the round has no seats of programme {programme_id:?} for group {seat_group:?}"),
    )
    .remedy("add the row to programmes.csv or correct the assumption");
    problem.column = Some("programme_id".to_owned());
    problem.value = Some(programme_id.to_owned());
    problem
}

/// What has no meaning where children are not placed one by one at numbers of seats.
pub(super) fn refuse_whole_rounds(
    round: &Round,
    assumptions: &ChanceAssumptions,
    problems: &mut Vec<InputProblem>,
) {
    if !round.has_flexible_programmes() {
        return;
    }
    if !round.joint.is_empty() {
        problems.push(
            InputProblem::new(
                code::CHANCE_ROUND,
                FILE,
                "the round has joint options of families and programmes with budgets, and no rule places both",
            )
            .remedy("give a round without one of them"),
        );
    }
    for freed in &assumptions.freed {
        let programme = round.programmes.find_sorted(&freed.programme_id);
        if programme.is_some_and(|programme| round.budgets.of(programme as u32).is_some()) {
            let mut problem = InputProblem::new(
                code::CHANCE_ROUND,
                FILE,
                "seats are to become free at a programme that has a budget, not a number of seats",
            )
            .remedy("leave the assumption out, or give the programme the budget it will have");
            problem.column = Some("programme_id".to_owned());
            problem.value = Some(freed.programme_id.clone());
            problems.push(problem);
        }
    }
}
