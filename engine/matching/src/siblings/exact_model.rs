//! The same question as a whole-number model, for groups that the search does not finish.
//!
//! One choice per family and option of its domain. Along the line of every seat, a running count of
//! the children admitted so far; "the seat is taken for this option" is a choice that forces the
//! count ahead of the option's last child, own siblings left out, up to the seats less its children
//! plus one. For every option of a family: it gets the option or a better one, or one of the
//! option's seats is taken. Families outside the group enter with what is certain about them.

use std::collections::BTreeMap;

use solver::{Goal, IntegerProgram, Search, SearchLimits, SolverError, Unknown};

use super::domains::Domains;

/// What the model says about a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The best stable choice, proven.
    Best(Vec<(u32, u32)>),
    /// There is no stable choice.
    None,
    /// The limit was reached.
    Open {
        /// A stable choice, if one was found.
        found: Option<Vec<(u32, u32)>>,
        /// No stable choice places more children.
        bound: u64,
    },
}

/// The choice of each family, and the counts along the lines.
struct Model<'a, 'market, 'round> {
    domains: &'a Domains<'market, 'round>,
    program: IntegerProgram,
    /// Choice of each option of the group's domains.
    options: BTreeMap<u32, Unknown>,
    /// Whether a wish is granted: the options that grant it.
    grants: BTreeMap<u32, Vec<Unknown>>,
    /// Children admitted among the first places of a line.
    counts: BTreeMap<u32, Vec<Unknown>>,
    taken: Vec<Taken>,
}

/// A choice that says: at this seat there is no room for the option.
struct Taken {
    unknown: Unknown,
    seat: u32,
    /// Children ahead that count: those in the first places of the line, without own siblings.
    places: u32,
    own: Vec<Unknown>,
    /// This many leave no room.
    least: f64,
}

/// The stable choice of a group that places most, and of those the one with the smallest rank sum.
///
/// The seconds limit both runs together, the nodes each of them; without seconds the answer is the same on
/// every machine.
pub(crate) fn best_of_group(
    domains: &Domains<'_, '_>,
    group: &[u32],
    start: Option<&[u32]>,
    limits: &SearchLimits,
) -> Result<Answer, SolverError> {
    let market = domains.market();
    let mut model = Model::new(domains, group);
    let limits = SearchLimits {
        seconds: limits.seconds.map(|seconds| seconds / 2.0),
        ..*limits
    };
    let start = start.map(|chosen| model.point(group, chosen));
    for (option, unknown) in &model.options {
        model
            .program
            .set_cost(*unknown, market.placed(*option as usize) as f64);
    }
    let first = model
        .program
        .solve(Goal::Greatest, start.as_deref(), &limits)?;
    let answer = match first {
        Search::Infeasible => return Ok(Answer::None),
        Search::Undecided => {
            let bound = super::branch::hoped_for(domains, group).placed;
            return Ok(Answer::Open { found: None, bound });
        }
        Search::BestFound { answer, bound } => {
            return Ok(Answer::Open {
                found: Some(model.choice(group, &answer.values)),
                bound: (bound + 1e-6).floor().max(0.0) as u64,
            });
        }
        Search::Proven(answer) => answer,
    };
    let placed: Vec<(Unknown, f64)> = (model.options.iter())
        .map(|(option, unknown)| (*unknown, market.placed(*option as usize) as f64))
        .collect();
    model.program.at_least(&placed, answer.objective);
    for family in group {
        for option in domains.domain(*family as usize) {
            let rank = market.rank(*family as usize, option) as f64;
            model
                .program
                .set_cost(model.options[&(option as u32)], rank);
        }
    }
    let second = model
        .program
        .solve(Goal::Smallest, Some(&answer.values), &limits)?;
    Ok(match second {
        Search::Proven(best) => Answer::Best(model.choice(group, &best.values)),
        Search::BestFound { answer: best, .. } => Answer::Open {
            found: Some(model.choice(group, &best.values)),
            bound: answer.objective.round() as u64,
        },
        Search::Infeasible | Search::Undecided => Answer::Open {
            found: Some(model.choice(group, &answer.values)),
            bound: answer.objective.round() as u64,
        },
    })
}

impl<'a, 'market, 'round> Model<'a, 'market, 'round> {
    fn new(domains: &'a Domains<'market, 'round>, group: &[u32]) -> Self {
        let mut model = Self {
            domains,
            program: IntegerProgram::new("siblings"),
            options: BTreeMap::new(),
            grants: BTreeMap::new(),
            counts: BTreeMap::new(),
            taken: Vec::new(),
        };
        let market = domains.market();
        for family in group {
            let mut one = Vec::new();
            for option in domains.domain(*family as usize) {
                let unknown = model.program.choice(0.0);
                if market.is_closed(option) {
                    model.program.set_limits(unknown, 0.0, 0.0);
                }
                model.options.insert(option as u32, unknown);
                for wish in market.wishes(option) {
                    model.grants.entry(*wish).or_default().push(unknown);
                }
                one.push((unknown, 1.0));
            }
            model.program.equals(&one, 1.0);
        }
        let mut seats = Vec::new();
        for family in group {
            let watched = domains.watched(*family as usize);
            for option in domains.domain(*family as usize).chain(watched) {
                seats.extend(market.needs(option).iter().map(|need| need.seat));
            }
        }
        seats.sort_unstable();
        seats.dedup();
        for seat in seats {
            model.count_along(seat);
        }
        for family in group {
            if !domains.is_excused(*family as usize) {
                model.state_stability(*family as usize);
            }
        }
        model
    }

    /// The running count of children admitted along the line of a seat.
    fn count_along(&mut self, seat: u32) {
        let market = self.domains.market();
        let capacity = f64::from(market.capacity[seat as usize]);
        let line = market.priorities.line(seat as usize);
        let mut counts = Vec::with_capacity(line.len() + 1);
        let mut before = self.program.real(0.0, 0.0, 0.0);
        counts.push(before);
        for wish in line {
            let count = self.program.real(0.0, 0.0, capacity);
            let mut terms = vec![(count, 1.0), (before, -1.0)];
            let mut admitted = 0.0;
            match self.grants.get(wish) {
                Some(grants) => terms.extend(grants.iter().map(|unknown| (*unknown, -1.0))),
                None => admitted = f64::from(u8::from(self.domains.is_certain(*wish))),
            }
            self.program.equals(&terms, admitted);
            counts.push(count);
            before = count;
        }
        self.counts.insert(seat, counts);
    }

    /// For every option up to the last of the domain: this one, a better one, or a seat taken.
    fn state_stability(&mut self, family: usize) {
        let market = self.domains.market();
        let options = market.options(family);
        let last = self.domains.domain(family).last().unwrap_or(options.start);
        let mut better: Vec<(Unknown, f64)> = Vec::new();
        for option in options.start..=last {
            if let Some(unknown) = self.options.get(&(option as u32)) {
                better.push((*unknown, 1.0));
            } else if self.domains.is_certainly_taken(option) {
                continue;
            }
            if market.is_closed(option) {
                continue;
            }
            let mut terms = better.clone();
            for need in market.needs(option) {
                let line = market.priorities.line(need.seat as usize);
                let taken = Taken {
                    unknown: self.program.choice(0.0),
                    seat: need.seat,
                    places: need.last,
                    own: line[..need.last as usize]
                        .iter()
                        .filter(|wish| market.family_of_wish(**wish) == family)
                        .filter_map(|wish| self.grants.get(wish))
                        .flatten()
                        .copied()
                        .collect(),
                    least: f64::from(market.capacity[need.seat as usize] - need.children + 1),
                };
                terms.push((taken.unknown, 1.0));
                let mut count = vec![
                    (self.counts[&need.seat][need.last as usize], 1.0),
                    (taken.unknown, -taken.least),
                ];
                count.extend(taken.own.iter().map(|unknown| (*unknown, -1.0)));
                self.program.at_least(&count, 0.0);
                self.taken.push(taken);
            }
            self.program.at_least(&terms, 1.0);
        }
    }

    /// The options chosen at a point.
    fn choice(&self, group: &[u32], values: &[f64]) -> Vec<(u32, u32)> {
        let chosen = |family: &u32| {
            let mut options = self.domains.domain(*family as usize);
            let option =
                options.find(|option| values[self.options[&(*option as u32)].position()] > 0.5)?;
            Some((*family, option as u32))
        };
        group.iter().filter_map(chosen).collect()
    }

    /// A point of the model for a choice of all families; the solver leaves it aside if it does not
    /// fit.
    fn point(&self, group: &[u32], chosen: &[u32]) -> Vec<f64> {
        let market = self.domains.market();
        let mut values = vec![0.0; self.program.unknown_count()];
        for family in group {
            if let Some(unknown) = self.options.get(&chosen[*family as usize]) {
                values[unknown.position()] = 1.0;
            }
        }
        for (seat, counts) in &self.counts {
            let line = market.priorities.line(*seat as usize);
            let mut sum = 0.0;
            for (wish, count) in line.iter().zip(&counts[1..]) {
                sum += match self.grants.get(wish) {
                    Some(grants) => grants.iter().map(|it| values[it.position()]).sum(),
                    None => f64::from(u8::from(self.domains.is_certain(*wish))),
                };
                values[count.position()] = sum;
            }
        }
        for taken in &self.taken {
            let ahead = values[self.counts[&taken.seat][taken.places as usize].position()];
            let own: f64 = taken.own.iter().map(|it| values[it.position()]).sum();
            values[taken.unknown.position()] = f64::from(u8::from(ahead - own >= taken.least));
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::super::branch::Branching;
    use super::super::generated::tiny_round;
    use super::super::market::Market;
    use super::*;
    use crate::order::{Preferences, Priorities};

    #[test]
    fn the_model_and_the_search_agree_on_300_tiny_rounds() {
        let mut none_exists = 0;
        for seed in 0..300 {
            let round = tiny_round(seed);
            let priorities = Priorities::new(&round, 0);
            let preferences = Preferences::new(&round, 0);
            let market = Market::new(&round, &priorities, &preferences, 0);
            let everybody: Vec<u32> = (0..market.family_count() as u32).collect();
            let mut domains = Domains::new(&market, &[]);
            let answer =
                best_of_group(&domains, &everybody, None, &SearchLimits::default()).unwrap();
            let mut branching = Branching { budget: 1_000_000 };
            let searched = match domains.conclude() {
                Err(_) => None,
                Ok(()) => branching.best(&mut domains, &everybody, 0).unwrap(),
            };
            let value = |chosen: &[(u32, u32)]| {
                let options: Vec<u32> = chosen.iter().map(|(_, option)| *option).collect();
                market.value(&options)
            };
            match (answer, searched) {
                (Answer::None, None) => none_exists += 1,
                (Answer::Best(ours), Some(best)) => {
                    assert_eq!(value(&ours), (best.placed, best.rank_sum), "seed {seed}");
                    let options: Vec<u32> = ours.iter().map(|(_, option)| *option).collect();
                    assert_eq!(
                        super::super::offers::blocking(&market, &options),
                        [],
                        "seed {seed}"
                    );
                    // A start that is a stable matching is taken and changes nothing.
                    let domains = Domains::new(&market, &[]);
                    let model = Model::new(&domains, &everybody);
                    assert!(model.program.is_met_by(&model.point(&everybody, &options)));
                    let started = best_of_group(
                        &domains,
                        &everybody,
                        Some(&options),
                        &SearchLimits::default(),
                    )
                    .unwrap();
                    assert_eq!(started, Answer::Best(ours));
                }
                other => panic!("seed {seed}: {other:?}"),
            }
        }
        assert!(none_exists > 3, "{none_exists}");
    }
}
