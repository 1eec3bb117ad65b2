//! The largest weakly stable matching as a whole-number model.
//!
//! One choice per claim; one per seat and class that says "the seat is full with claims that enter up
//! to this class". Every claim asks: the child has it or something it likes no less, or the seat is
//! full with claims that do not come after it. Counts along a line are chained from class to class, so
//! the model grows with the claims, not with their squares (after Delorme et al. 2019, *Mathematical
//! models for stable matching problems with ties and incomplete lists*).

use solver::{Goal, IntegerProgram, Search, SearchLimits, Unknown};

use super::market::Market;
use crate::round::NONE;

/// Most claims of a model that is handed to the solver; larger ones would not leave its first step.
const MOST_CLAIMS: usize = 60_000;

/// What the solver made of a market.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// The best matching known.
    pub(super) granted: Vec<u32>,
    /// No weakly stable matching places more.
    pub(super) upper: usize,
}

/// Seeks a larger matching than the one known or a proof that there is none.
pub(super) fn improve(
    market: &Market,
    known: Vec<u32>,
    upper: usize,
    seconds: Option<f64>,
) -> Answer {
    let size = Market::size(&known);
    if size >= upper || market.claims.len() > MOST_CLAIMS {
        return Answer {
            granted: known,
            upper,
        };
    }
    let model = Model::new(market);
    let start = model.point(market, &known);
    // Sizes are whole: what is not better by one is not better.
    let limits = SearchLimits {
        seconds,
        gap: 0.999,
        ..SearchLimits::default()
    };
    let search = model.program.solve(Goal::Greatest, Some(&start), &limits);
    let (values, bound) = match search {
        Ok(Search::Proven(answer)) => {
            let objective = answer.objective;
            (Some(answer.values), objective)
        }
        Ok(Search::BestFound { answer, bound }) => (Some(answer.values), bound),
        // The known matching meets the model: anything else is the solver's trouble, and leaves it.
        Ok(Search::Infeasible | Search::Undecided) | Err(_) => (None, f64::INFINITY),
    };
    let found = values.map(|values| model.granted(market, &values));
    let granted = found
        .filter(|found| market.is_weakly_stable(found) && Market::size(found) > size)
        .unwrap_or(known);
    let sure = market.sure.iter().filter(|sure| **sure).count() as f64;
    let proven = (bound + sure + 1e-4).floor();
    let upper = if proven < upper as f64 {
        (proven as usize).max(Market::size(&granted))
    } else {
        upper
    };
    Answer { granted, upper }
}

struct Model {
    program: IntegerProgram,
    choices: Vec<Unknown>,
    /// Count up to a class of a seat, and whether the seat is full with it, by seat, then class.
    counts: Vec<Vec<Level>>,
}

#[derive(Debug, Clone, Copy)]
struct Level {
    class: u32,
    count: Unknown,
    is_full: Unknown,
}

impl Model {
    fn new(market: &Market) -> Self {
        let mut program = IntegerProgram::new("the largest weakly stable matching");
        let choices: Vec<Unknown> = market
            .claims
            .iter()
            // Children that are placed in any case need not be counted.
            .map(|claim| program.choice(f64::from(u8::from(!market.sure[claim.child as usize]))))
            .collect();
        let mut model = Self {
            program,
            choices,
            counts: Vec::new(),
        };
        for child in 0..market.child_count() {
            let terms: Vec<_> = market
                .claims_of(child)
                .map(|claim| (model.choices[claim], 1.0))
                .collect();
            if market.sure[child] {
                model.program.equals(&terms, 1.0);
            } else {
                model.program.at_most(&terms, 1.0);
            }
        }
        for seat in 0..market.capacities.len() {
            let levels = model.state_seat(market, seat);
            model.counts.push(levels);
        }
        for child in 0..market.child_count() {
            model.state_child(market, child);
        }
        model
    }

    /// Counts along the line of a seat.
    fn state_seat(&mut self, market: &Market, seat: usize) -> Vec<Level> {
        let capacity = f64::from(market.capacities[seat]);
        let line = market.line(seat);
        let class = |claim: u32| market.claims[claim as usize].enters;
        let mut asked: Vec<u32> = line
            .iter()
            .map(|claim| market.claims[*claim as usize].yields)
            .collect();
        asked.sort_unstable();
        asked.dedup();
        let mut levels: Vec<Level> = Vec::new();
        let mut first = 0;
        for yields in asked {
            let end = line.partition_point(|claim| class(*claim) <= yields);
            if (end as f64) < capacity {
                continue; // never full with so few
            }
            let most = capacity.min(end as f64);
            let level = Level {
                class: yields,
                count: self.program.real(0.0, 0.0, most),
                is_full: self.program.choice(0.0),
            };
            let mut terms = vec![(level.count, -1.0)];
            terms.extend(
                line[first..end]
                    .iter()
                    .map(|claim| (self.choices[*claim as usize], 1.0)),
            );
            if let Some(before) = levels.last() {
                terms.push((before.count, 1.0));
                let both = [(level.is_full, 1.0), (before.is_full, -1.0)];
                self.program.at_least(&both, 0.0);
                for claim in &line[first..end] {
                    // Whoever enters behind a full line is not admitted.
                    let both = [(self.choices[*claim as usize], 1.0), (before.is_full, 1.0)];
                    self.program.at_most(&both, 1.0);
                }
            }
            self.program.equals(&terms, 0.0);
            self.program
                .at_least(&[(level.count, 1.0), (level.is_full, -capacity)], 0.0);
            levels.push(level);
            first = end;
        }
        levels
    }

    /// Each claim is met, or refused by a full line.
    fn state_child(&mut self, market: &Market, child: usize) {
        let range = market.claims_of(child);
        for position in range.clone() {
            let claim = &market.claims[position];
            let levels = &self.counts[claim.seat as usize];
            let level = levels.iter().find(|level| level.class == claim.yields);
            let mut terms: Vec<_> = range
                .clone()
                .filter(|other| market.claims[*other].rank <= claim.rank)
                .map(|other| (self.choices[other], 1.0))
                .collect();
            if let Some(level) = level {
                terms.push((level.is_full, 1.0));
            }
            self.program.at_least(&terms, 1.0);
        }
    }

    /// The point of the model that stands for a matching.
    fn point(&self, market: &Market, granted: &[u32]) -> Vec<f64> {
        let mut values = vec![0.0; self.program.unknown_count()];
        for claim in granted.iter().filter(|claim| **claim != NONE) {
            values[self.choices[*claim as usize].position()] = 1.0;
        }
        for (seat, levels) in self.counts.iter().enumerate() {
            for level in levels {
                let count = market.line(seat).iter().filter(|claim| {
                    let it = &market.claims[**claim as usize];
                    it.enters <= level.class && granted[it.child as usize] == **claim
                });
                let count = count.count();
                values[level.count.position()] = count as f64;
                let is_full = count == market.capacities[seat] as usize;
                values[level.is_full.position()] = f64::from(u8::from(is_full));
            }
        }
        values
    }

    fn granted(&self, market: &Market, values: &[f64]) -> Vec<u32> {
        let mut granted = vec![NONE; market.child_count()];
        for (position, claim) in market.claims.iter().enumerate() {
            if values[self.choices[position].position()] > 0.5 {
                granted[claim.child as usize] = position as u32;
            }
        }
        granted
    }
}
