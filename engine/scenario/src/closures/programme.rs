//! The programme of whole numbers behind a closure plan.

use solver::{IntegerProgram, Unknown};

use super::constraint::{ClosureConstraint, ConstraintValue};
use super::facts::OptionKind;
use super::problem::ClosureProblem;
use super::reach::{Reached, UNITS, needed};
use crate::demand::TOTAL_AREA;

/// A row `terms >= least` over options, true for every set that meets a constraint on ways.
#[derive(Debug, Clone)]
pub(super) struct WayCut {
    pub(super) day: usize,
    pub(super) care: usize,
    /// What closing nothing lets through, places.
    constant: f64,
    /// (option, places it adds or takes).
    terms: Vec<(usize, f64)>,
    least: f64,
}

/// A programme with its unknowns by name.
pub(super) struct Programme {
    pub(super) whole: IntegerProgram,
    /// One for each option.
    pub(super) choices: Vec<Unknown>,
    /// How far each named constraint gives way, in its own unit, where it may.
    pub(super) slacks: Vec<(ClosureConstraint, Unknown)>,
    is_elastic: bool,
}

/// What a programme is asked for.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    /// Whether a constraint is stated.
    pub(super) is_active: &'a dyn Fn(&ClosureConstraint) -> bool,
    /// Whether constraints may give way, at a price; sets then have no cost of their own.
    pub(super) is_elastic: bool,
    /// Sets not wanted again.
    pub(super) excluded: &'a [Vec<usize>],
    /// What is known about ways.
    pub(super) cuts: &'a [WayCut],
}

impl Programme {
    /// States a row of a named constraint, with a slack where it may give way: a tenth of any limit
    /// counts alike, so `scale` is the limit in the unit of the row.
    fn named(
        &mut self,
        constraint: &ClosureConstraint,
        mut terms: Vec<(Unknown, f64)>,
        (least, most): (f64, f64),
        scale: f64,
    ) {
        if self.is_elastic {
            let known = self.slacks.iter().find(|(other, _)| other == constraint);
            let slack = known.map(|(_, slack)| *slack).unwrap_or_else(|| {
                let price = 1.0 / scale.max(1.0);
                let slack = self.whole.real(price, 0.0, f64::INFINITY);
                self.slacks.push((constraint.clone(), slack));
                slack
            });
            terms.push((slack, if least.is_finite() { 1.0 } else { -1.0 }));
        }
        self.whole.between(&terms, least, most);
    }
}

/// Places set free and rooms of a district on a day in a care type, as terms.
struct Moves {
    /// The places that move; at most both sums.
    moved: Unknown,
    freed: Vec<(Unknown, f64)>,
    room: Vec<(Unknown, f64)>,
    base_room: f64,
}

impl ClosureProblem {
    /// States the question.
    pub(super) fn programme(&self, question: &Question<'_>) -> Programme {
        let facts = &self.facts;
        let mut whole = IntegerProgram::new("closure plan");
        let choices: Vec<Unknown> = (0..facts.options.len())
            .map(|option| {
                let cost = self.objective(option);
                whole.choice(if question.is_elastic { 0.0 } else { cost })
            })
            .collect();
        let mut programme = Programme {
            whole,
            choices,
            slacks: Vec::new(),
            is_elastic: question.is_elastic,
        };
        self.state_once(&mut programme);
        for set in question.excluded {
            exclude(&mut programme, set);
        }
        self.state_counts(&mut programme, question);
        for day in 0..facts.days.len() {
            let moves: Vec<Vec<Option<Moves>>> = (0..facts.care_types.len())
                .map(|care| self.state_moves(&mut programme, day, care))
                .collect();
            self.state_cover(&mut programme, question, day, &moves);
            self.state_staff(&mut programme, question, day, &moves);
            self.state_shares(&mut programme, question, day);
        }
        for cut in question.cuts {
            let constraint = ClosureConstraint::WithinLimit {
                care_type: facts.care_types[cut.care],
                date: facts.days[cut.day],
            };
            if (question.is_active)(&constraint) {
                let terms = cut.terms.iter();
                let terms = terms
                    .map(|&(option, places)| (programme.choices[option], places))
                    .collect();
                let least = cut.least - cut.constant;
                programme.named(&constraint, terms, (least, f64::INFINITY), cut.least);
            }
        }
        programme
    }

    /// A facility closes once.
    fn state_once(&self, programme: &mut Programme) {
        let mut first = 0;
        while first < self.facts.options.len() {
            let facility = self.facts.options[first].facility;
            let rest = self.facts.options[first..].iter();
            let count = rest
                .take_while(|option| option.facility == facility)
                .count();
            if count > 1 {
                let days = programme.choices[first..first + count].iter();
                let terms: Vec<(Unknown, f64)> = days.map(|it| (*it, 1.0)).collect();
                programme.whole.at_most(&terms, 1.0);
            }
            first += count;
        }
    }

    /// Options of a kind as terms, each with a factor.
    fn terms(
        &self,
        programme: &Programme,
        mut factor: impl FnMut(usize) -> f64,
    ) -> Vec<(Unknown, f64)> {
        let terms = programme.choices.iter().enumerate();
        terms
            .map(|(option, unknown)| (*unknown, factor(option)))
            .filter(|(_, factor)| *factor != 0.0)
            .collect()
    }

    fn state_counts(&self, programme: &mut Programme, question: &Question<'_>) {
        use ClosureConstraint as It;
        let facts = &self.facts;
        let of_kind = |kind: OptionKind| {
            move |option: usize| f64::from(u8::from(facts.options[option].kind == kind))
        };
        let closures = self.terms(programme, of_kind(OptionKind::Close));
        let openings = self.terms(programme, of_kind(OptionKind::Open));
        let choice = &self.choice;
        let all = f64::INFINITY;
        let mut rows = vec![
            (
                It::MostClosures,
                closures.clone(),
                (-all, choice.most_closures.into()),
            ),
            (
                It::FewestClosures,
                closures,
                (choice.fewest_closures.into(), all),
            ),
            (
                It::MostOpenings,
                openings,
                (-all, choice.most_openings.into()),
            ),
        ];
        for (&year, &euros) in &choice.constraints.budget {
            let terms = self.terms(programme, |option| {
                let option = &facts.options[option];
                if option.day.year() == year {
                    option.once
                } else {
                    0.0
                }
            });
            rows.push((It::Budget { year }, terms, (-all, euros)));
        }
        let protected = facts.facilities.iter().enumerate();
        for (facility, fact) in protected.filter(|(_, fact)| fact.protected) {
            let terms = self.terms(programme, |option| {
                f64::from(u8::from(facts.options[option].facility == facility))
            });
            let constraint = It::Protected {
                facility: fact.facility.clone(),
            };
            rows.push((constraint, terms, (-all, 0.0)));
        }
        for (constraint, terms, limits) in rows {
            if (question.is_active)(&constraint) {
                let scale = if limits.0.is_finite() {
                    limits.0
                } else {
                    limits.1
                };
                programme.named(&constraint, terms, limits, scale);
            }
        }
    }

    /// What moves within each district; `None` where nothing can be set free.
    fn state_moves(
        &self,
        programme: &mut Programme,
        day: usize,
        care: usize,
    ) -> Vec<Option<Moves>> {
        let facts = &self.facts;
        let position = facts.at(day, care);
        let mut moves = Vec::new();
        for pool in 0..self.districts.len() {
            let here = |option: usize| {
                let option = &facts.options[option];
                (option.holds_on(facts.days[day]) && self.pool(option.facility) == pool)
                    .then_some(option)
            };
            let freed = self.terms(programme, |option| {
                here(option).map_or(0.0, |option| f64::from(option.freed[care]))
            });
            if freed.is_empty() || !facts.staff_stays {
                moves.push(None);
                continue;
            }
            let room_of = |facility: usize| facts.facilities[facility].places[position].room;
            let room = self.terms(programme, |option| {
                here(option).map_or(0.0, |option| {
                    let room = f64::from(room_of(option.facility));
                    if option.kind == OptionKind::Open {
                        room
                    } else {
                        -room
                    }
                })
            });
            let base_room: f64 = (0..facts.facilities.len())
                .filter(|&facility| {
                    !facts.facilities[facility].is_new && self.pool(facility) == pool
                })
                .map(|facility| f64::from(room_of(facility)))
                .sum();
            let moved = programme.whole.real(0.0, 0.0, f64::INFINITY);
            let less = |terms: &[(Unknown, f64)]| {
                let terms = terms.iter().map(|(unknown, factor)| (*unknown, -factor));
                std::iter::once((moved, 1.0))
                    .chain(terms)
                    .collect::<Vec<_>>()
            };
            programme.whole.at_most(&less(&freed), 0.0);
            programme.whole.at_most(&less(&room), base_room);
            moves.push(Some(Moves {
                moved,
                freed,
                room,
                base_room,
            }));
        }
        moves
    }

    /// Staffed places of a district before any move, as terms and a constant.
    fn staffed_terms(
        &self,
        programme: &Programme,
        (day, care): (usize, usize),
        is_wanted: impl Fn(usize) -> bool,
    ) -> (Vec<(Unknown, f64)>, f64) {
        let facts = &self.facts;
        let position = facts.at(day, care);
        let staffed =
            |facility: usize| f64::from(facts.facilities[facility].places[position].staffed);
        let terms = self.terms(programme, |option| {
            let option = &facts.options[option];
            if !option.holds_on(facts.days[day]) || !is_wanted(option.facility) {
                return 0.0;
            }
            match option.kind {
                OptionKind::Close => -staffed(option.facility),
                OptionKind::Open => staffed(option.facility),
            }
        });
        let constant = (0..facts.facilities.len())
            .filter(|&facility| !facts.facilities[facility].is_new && is_wanted(facility))
            .map(staffed)
            .sum();
        (terms, constant)
    }

    fn state_cover(
        &self,
        programme: &mut Programme,
        question: &Question<'_>,
        day: usize,
        moves: &[Vec<Option<Moves>>],
    ) {
        for demand in self.facts.demand.iter().filter(|demand| demand.day == day) {
            let constraint = ClosureConstraint::Cover {
                area: demand.area.clone(),
                care_type: self.facts.care_types[demand.care],
                date: self.facts.days[day],
            };
            if !(question.is_active)(&constraint) {
                continue;
            }
            let is_city = demand.area == TOTAL_AREA;
            let wanted = self.districts.binary_search(&demand.area).ok();
            let is_here = |pool: usize| is_city || wanted == Some(pool);
            let (mut terms, constant) =
                self.staffed_terms(programme, (day, demand.care), |facility| {
                    is_here(self.pool(facility))
                });
            for (pool, moves) in moves[demand.care].iter().enumerate() {
                if let Some(moves) = moves.as_ref().filter(|_| is_here(pool)) {
                    terms.push((moves.moved, 1.0));
                }
            }
            let needed = self.cover * demand.places;
            let least = needed - constraint.slack() - constant;
            programme.named(&constraint, terms, (least, f64::INFINITY), needed);
        }
    }

    /// The staff all places need. What finds a room moves, so here the lesser of both sums is exact.
    fn state_staff(
        &self,
        programme: &mut Programme,
        question: &Question<'_>,
        day: usize,
        moves: &[Vec<Option<Moves>>],
    ) {
        let constraint = ClosureConstraint::StaffSupply {
            date: self.facts.days[day],
        };
        let supply = self.choice.constraints.staff_supply;
        let Some(supply) = supply.filter(|_| (question.is_active)(&constraint)) else {
            return;
        };
        let (mut terms, mut constant) = (Vec::new(), 0.0);
        for (care, moves) in moves.iter().enumerate() {
            let per_place = self.facts.staff_per_place[self.facts.at(day, care)];
            let (staffed, base) = self.staffed_terms(programme, (day, care), |_| true);
            constant += per_place * base;
            terms.extend(
                staffed
                    .into_iter()
                    .map(|(it, places)| (it, per_place * places)),
            );
            for moves in moves.iter().flatten() {
                terms.push((moves.moved, per_place));
                state_exact(programme, moves);
            }
        }
        let most = supply + constraint.slack() - constant;
        programme.named(&constraint, terms, (f64::NEG_INFINITY, most), supply);
    }

    fn state_shares(&self, programme: &mut Programme, question: &Question<'_>, day: usize) {
        let facts = &self.facts;
        let date = facts.days[day];
        let constraints = &self.choice.constraints;
        let asked = [
            (
                ClosureConstraint::IndependentShare { date },
                constraints.independent_share,
            ),
            (
                ClosureConstraint::InclusionShare { date },
                constraints.inclusion_share,
            ),
        ];
        for (constraint, least) in asked {
            let Some(least) = least.filter(|_| (question.is_active)(&constraint)) else {
                continue;
            };
            let is_independent = matches!(constraint, ClosureConstraint::IndependentShare { .. });
            // Places that count, less the share that is needed of all places.
            let excess = |facility: usize| {
                let fact = &facts.facilities[facility];
                let counts = if is_independent {
                    fact.independent
                } else {
                    fact.inclusion
                };
                let cares = 0..facts.care_types.len();
                let planned: f64 = cares
                    .map(|care| f64::from(fact.places[facts.at(day, care)].planned))
                    .sum();
                planned * (f64::from(u8::from(counts)) - (least - constraint.slack()))
            };
            let terms = self.terms(programme, |option| {
                let option = &facts.options[option];
                match option.kind {
                    _ if !option.holds_on(date) => 0.0,
                    OptionKind::Close => -excess(option.facility),
                    OptionKind::Open => excess(option.facility),
                }
            });
            let facilities = 0..facts.facilities.len();
            let constant: f64 = facilities
                .filter(|&facility| !facts.facilities[facility].is_new)
                .map(excess)
                .sum();
            let scale: f64 = terms.iter().map(|(_, places)| places.abs()).sum();
            programme.named(&constraint, terms, (-constant, f64::INFINITY), scale);
        }
    }

    /// The row that a greatest flow gives for all sets: they need as much across its cut.
    pub(super) fn way_cut(&self, day: usize, care: usize, cut: &Reached, least: f64) -> WayCut {
        let facts = &self.facts;
        let network = &self.networks[facts.at(day, care)];
        let through =
            |set: &[usize]| network.through_cut(cut, &self.supply(set, day, care)) as f64 / UNITS;
        let constant = through(&[]);
        // Every option changes the places across the cut by itself, so the sum is exact.
        let terms = (0..facts.options.len())
            .map(|option| (option, through(&[option]) - constant))
            .filter(|(_, places)| *places != 0.0)
            .collect();
        let all: i64 = network.children.iter().sum();
        WayCut {
            day,
            care,
            constant,
            terms,
            least: needed(all, least) as f64 / UNITS,
        }
    }
}

/// The places moved are as many as both sums allow, not fewer.
fn state_exact(programme: &mut Programme, moves: &Moves) {
    let sum =
        |terms: &[(Unknown, f64)]| -> f64 { terms.iter().map(|(_, factor)| factor.abs()).sum() };
    let large = sum(&moves.freed) + sum(&moves.room) + moves.base_room + 1.0;
    let by_room = programme.whole.choice(0.0);
    let less = |terms: &[(Unknown, f64)]| {
        let terms = terms.iter().map(|(unknown, factor)| (*unknown, -factor));
        std::iter::once((moves.moved, 1.0))
            .chain(terms)
            .collect::<Vec<_>>()
    };
    let mut freed = less(&moves.freed);
    freed.push((by_room, large));
    programme.whole.at_least(&freed, 0.0);
    let mut room = less(&moves.room);
    room.push((by_room, -large));
    programme.whole.at_least(&room, moves.base_room - large);
}

/// The next set differs from this one.
fn exclude(programme: &mut Programme, set: &[usize]) {
    let terms: Vec<(Unknown, f64)> = programme
        .choices
        .iter()
        .enumerate()
        .map(|(option, unknown)| {
            let chosen = set.contains(&option);
            (*unknown, if chosen { -1.0 } else { 1.0 })
        })
        .collect();
    programme.whole.at_least(&terms, 1.0 - set.len() as f64);
}

/// The value of a constraint among those of a set.
pub(super) fn value_of<'a>(
    values: &'a [ConstraintValue],
    constraint: &ClosureConstraint,
) -> Option<&'a ConstraintValue> {
    values.iter().find(|value| value.constraint == *constraint)
}
