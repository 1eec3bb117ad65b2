//! `summary.json`: the result of a round in figures.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::check::{CheckReport, Finding};
use crate::flexible::{FlexibleProgramme, NO_CAP, flexible_programmes};
use crate::reasons::{DecidedBy, Explainer, ReasonError, last_admitted};
use crate::round::{NONE, Round};
use crate::siblings::FamilyFindings;
use crate::solve::{OptimalFor, Outcome, TieRule};

/// The result of a round in figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RoundSummary {
    /// Version of the engine; with the input, the options and the seed it fixes every byte.
    pub engine_version: &'static str,
    /// For whom the matching is optimal.
    pub optimal_for: OptimalFor,
    /// What was done with true ties.
    pub ties: TieRule,
    /// Seed of the lottery.
    pub seed: u64,
    /// Children of the round.
    pub applicants: u64,
    /// Seats of the round, those of enrolled children included.
    pub seats: u64,
    /// Children with a place.
    pub placed: u64,
    /// Children without.
    pub unplaced: u64,
    /// How many children a stable matching of this round can place.
    pub placed_bounds: PlacedBounds,
    /// Whether no stable matching places more: both bounds are equal.
    pub proven_max_size: bool,
    /// Children by the rank of the wish they got.
    pub rank_histogram: BTreeMap<u32, u64>,
    /// Sum of the ranks of all children placed.
    pub rank_sum: u64,
    /// Pairs of child and programme that would rather have each other, found by the checker.
    pub blocking_pairs: u64,
    /// Families in those pairs, with the programmes, bytewise by family.
    pub blocking_families: Vec<BlockingFamily>,
    /// Blocking pairs with a seat held by a child of lower priority.
    pub justified_envy: u64,
    /// Children in at least one such pair.
    pub envious_applicants: u64,
    /// Blocking pairs with a free seat.
    pub waste: u64,
    /// Whether the checker confirmed the matching as feasible and stable.
    pub proven_stable: bool,
    /// What is proven where families rank joint options; absent in other rounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub families: Option<FamilyFindings>,
    /// Enrolled children that keep their place and that move.
    pub enrolled: EnrolledFigures,
    /// How far the lottery was needed.
    pub lottery: LotteryFigures,
    /// One entry per programme and seat group, bytewise.
    pub cut_offs: Vec<CutOff>,
    /// One entry per flexible programme, bytewise. With any of them the matching is the child-optimal
    /// fair one, and `proven_stable` says that it keeps the budgets, is fair, and stable at the
    /// rigid programmes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flexible_programmes: Vec<FlexibleProgramme>,
    /// Wall-clock seconds, filled in by the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Greatest resident memory in bytes, filled in by the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_memory_bytes: Option<u64>,
}

/// Between how many children a stable matching places.
///
/// Without true ties, equal ranks and joint options every stable matching places the same children,
/// and both bounds are equal. With joint options but without ties the upper bound is what is proven
/// of stable matchings, with ties what [`TieRule::MaxSize`] proved within its time. With the lottery, or
/// where no stable matching exists, it only counts wishes and seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PlacedBounds {
    /// This many are placed here.
    pub lower: u64,
    /// No stable matching places more.
    pub upper: u64,
}

/// A family with a child in a blocking pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlockingFamily {
    /// The family, or the child where it has none.
    pub family_id: String,
    /// Programmes that block with a child of it, bytewise.
    pub programme_ids: Vec<String>,
    /// Why, one sentence per blocking pair or option.
    pub explanations: Vec<String>,
}

/// What became of the children that held a place before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct EnrolledFigures {
    /// Children that keep their place.
    pub kept: u64,
    /// Children that move to a better wish.
    pub moved: u64,
}

/// How far the lottery was needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LotteryFigures {
    /// Families in a true tie with another family somewhere.
    pub families_in_ties: u64,
    /// Families with a better wish that went to another child by the lottery alone.
    pub families_denied_by_lottery: u64,
    /// Families that would have won a true tie by lot but gave way so that more children are placed.
    pub families_denied_for_size: u64,
    /// Children whose list has equal ranks.
    pub wish_lists_with_ties: u64,
}

/// The last child admitted by a programme to a seat group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CutOff {
    /// The programme.
    pub programme_id: String,
    /// The seat group; empty for the common group.
    pub seat_group: String,
    /// Seats; `None` where a flexible programme has no cap.
    pub capacity: Option<u32>,
    /// Children placed.
    pub placed: u32,
    /// Whether no seat is left. At a rigid programme only then does the cut-off keep anybody out; at a
    /// flexible one it may do so before, see [`FlexibleProgramme`].
    pub full: bool,
    /// Points of the last child admitted, of any group at a flexible programme; `None` if nobody was,
    /// or only children enrolled before.
    pub points: Option<i32>,
    /// Its lot, if it has one.
    pub lot: Option<u32>,
}

impl RoundSummary {
    /// Sums up an outcome and the verdict of the checker on it.
    ///
    /// # Errors
    ///
    /// [`ReasonError::Unexplained`] when no rule explains a refused wish.
    pub fn new(outcome: &Outcome<'_>, report: &CheckReport) -> Result<Self, ReasonError> {
        let round = outcome.round;
        let denied_by = |decided_by| {
            if outcome.priorities.any_tie {
                Explainer::new(outcome).families_denied_by(decided_by)
            } else {
                Ok(0)
            }
        };
        let lottery = LotteryFigures {
            families_in_ties: outcome.priorities.tied_families,
            families_denied_by_lottery: denied_by(DecidedBy::Lottery)?,
            families_denied_for_size: denied_by(DecidedBy::MaxSize)?,
            wish_lists_with_ties: outcome.tied_wish_lists,
        };
        let strict = !outcome.priorities.any_tie && lottery.wish_lists_with_ties == 0;
        let upper = match (&outcome.families, outcome.most_placed) {
            (Some(families), _) if strict && families.least_blocking_families == 0 => {
                families.most_placed
            }
            (None, _) if strict => report.placed,
            (None, Some(most)) => most,
            _ => most_placeable(round),
        };
        Ok(Self {
            engine_version: env!("CARGO_PKG_VERSION"),
            optimal_for: outcome.options.optimal_for,
            ties: outcome.options.ties,
            seed: outcome.options.seed,
            applicants: report.applicants,
            seats: report.seats,
            placed: report.placed,
            unplaced: report.unplaced,
            placed_bounds: PlacedBounds {
                lower: report.placed,
                upper,
            },
            proven_max_size: report.placed == upper,
            rank_histogram: report.rank_histogram.clone(),
            rank_sum: report.rank_sum,
            blocking_pairs: report.blocking_pairs(),
            blocking_families: blocking_families(round, report),
            justified_envy: report.justified_envy,
            envious_applicants: report.envious_applicants,
            waste: report.waste,
            proven_stable: report.is_stable(),
            families: outcome.families.clone(),
            enrolled: enrolled_figures(outcome),
            lottery,
            cut_offs: cut_offs(outcome),
            flexible_programmes: flexible_programmes(outcome, &last_admitted(outcome)),
            seconds: None,
            peak_memory_bytes: None,
        })
    }
}

/// More children than wish for an open seat, or than wished-for seats, cannot be placed.
fn most_placeable(round: &Round) -> u64 {
    let mut wished = vec![0_u32; round.seats.len()];
    let mut children = 0;
    for applicant in 0..round.applicant_count() {
        let mut any = false;
        for wish in round.wishes_of(applicant) {
            if let Some(wished) = wished.get_mut(wish.seat as usize) {
                *wished += 1;
                any |= round.seats[wish.seat as usize].capacity > 0;
            }
        }
        children += u64::from(any);
    }
    let seats = round.seats.iter().zip(&wished);
    children.min(
        seats
            .map(|(seat, wished)| u64::from(seat.capacity.min(*wished)))
            .sum(),
    )
}

fn blocking_families(round: &Round, report: &CheckReport) -> Vec<BlockingFamily> {
    let mut families: BTreeMap<&str, BlockingFamily> = BTreeMap::new();
    for finding in &report.findings {
        let (family, programmes): (&str, Vec<&str>) = match finding {
            Finding::Waste {
                applicant_id,
                programme_id,
                ..
            }
            | Finding::JustifiedEnvy {
                applicant_id,
                programme_id,
                ..
            } => match round.applicants.find_sorted(applicant_id) {
                Some(applicant) => (round.family_of(applicant), vec![programme_id]),
                None => continue,
            },
            Finding::BlockingFamily {
                family_id, seats, ..
            } => {
                let programmes = seats.iter().map(|seat| seat.programme_id.as_str());
                (family_id, programmes.collect())
            }
            _ => continue,
        };
        let entry = families.entry(family).or_insert_with(|| BlockingFamily {
            family_id: family.to_owned(),
            programme_ids: Vec::new(),
            explanations: Vec::new(),
        });
        entry
            .programme_ids
            .extend(programmes.into_iter().map(str::to_owned));
        entry.explanations.push(finding.to_string());
    }
    families
        .into_values()
        .map(|mut family| {
            family.programme_ids.sort_unstable();
            family.programme_ids.dedup();
            family
        })
        .collect()
}

fn enrolled_figures(outcome: &Outcome<'_>) -> EnrolledFigures {
    let round = outcome.round;
    let mut figures = EnrolledFigures { kept: 0, moved: 0 };
    for (applicant, enrolled) in round.applicant_enrolled.iter().enumerate() {
        let granted = round.wishes.get(outcome.granted[applicant] as usize);
        if let Some(wish) = granted.filter(|_| *enrolled != NONE) {
            if wish.programme == *enrolled {
                figures.kept += 1;
            } else {
                figures.moved += 1;
            }
        }
    }
    figures
}

/// The cut-off of every programme and seat group of an outcome, bytewise.
#[must_use]
pub fn cut_offs(outcome: &Outcome<'_>) -> Vec<CutOff> {
    let round = outcome.round;
    let last = last_admitted(outcome);
    (0..round.seats.len())
        .map(|seat| {
            let (programme, group) = round.seat_name(seat);
            let capacity = round.seats[seat].capacity;
            let placed = last[seat].map_or(0, |last| last.placed);
            let wish = last[seat].and_then(|last| last.wish);
            CutOff {
                programme_id: programme.to_owned(),
                seat_group: group.to_owned(),
                capacity: Some(capacity).filter(|capacity| *capacity != NO_CAP),
                placed,
                full: placed == capacity,
                points: wish.map(|wish| wish.points),
                lot: wish.and_then(|wish| wish.given_lot()),
            }
        })
        .collect()
}
