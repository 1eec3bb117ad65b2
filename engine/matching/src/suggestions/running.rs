//! The city-wide round while applications are taken out of it and let in again.
//!
//! Without brothers and sisters to be placed together only the children are moved whom the change
//! concerns: the family-optimal matching is carried on, and is the one that a round run anew would give,
//! because there is only one. With them the round is run anew.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::joint::households;
use super::round::{Candidate, SuggestionError, SuggestionRound};
use crate::placements::{Place, PlacementRow};
use crate::rolling::{LiveMatching, LiveWish, Standing};
use crate::rule_lab::{LabOptions, Mechanism, replay_placements};
use crate::solve::{RoundOptions, solve};
use crate::whole_stay::{StayLedger, StayObstacle};

/// Nodes of the exact search in one group of families, in one run of the round. A count and no clock:
/// the same inputs give the same bytes.
const SEARCH_NODES: u32 = 2_000;

/// A programme and a place in its line, from 0.
pub(super) type InLine = (usize, usize);

/// A round with the placements that follow from what is taken out of it.
#[derive(Clone)]
pub(super) struct RunningRound<'round> {
    round: &'round SuggestionRound,
    /// By programme: number of its facility, in the order of their names.
    facility_of: Vec<usize>,
    /// By facility: its programmes.
    programmes_of: Vec<Vec<usize>>,
    out: BTreeSet<InLine>,
    /// By child: its place.
    places: Vec<Option<InLine>>,
    matching: Matching,
    /// Facilities where somebody came or went since they were last looked at.
    changed: BTreeSet<usize>,
    /// Families that block because no stable matching exists.
    blocking: Vec<String>,
}

#[derive(Clone)]
enum Matching {
    /// Every child for itself: carried on.
    OneByOne(LiveMatching),
    /// Some together, or another mechanism: run anew.
    Anew {
        /// Whether something was taken out or let in since the last run.
        is_stale: bool,
        rule: Rule,
    },
}

/// What places the children when a round is run anew.
#[derive(Clone, Copy)]
enum Rule {
    /// That of the suggestions.
    Suggestions,
    /// Another one, for the rule lab.
    Lab(Mechanism, LabOptions),
}

/// A stay that does not fit beside those before it.
pub(super) struct Misfit {
    pub(super) at: InLine,
    pub(super) facility: usize,
    pub(super) reason: StayObstacle,
}

impl<'round> RunningRound<'round> {
    /// The round with all suitable applications.
    pub(super) fn new(round: &'round SuggestionRound) -> Result<Self, SuggestionError> {
        let matching = if households(round).is_empty() {
            let free = round.programmes.iter().map(|it| it.free_places);
            Matching::OneByOne(LiveMatching::new(free))
        } else {
            Matching::Anew {
                is_stale: true,
                rule: Rule::Suggestions,
            }
        };
        Self::with_matching(round, matching)
    }

    /// The same under another mechanism.
    pub(super) fn under(
        round: &'round SuggestionRound,
        mechanism: Mechanism,
        options: LabOptions,
    ) -> Result<Self, SuggestionError> {
        let matching = Matching::Anew {
            is_stale: true,
            rule: Rule::Lab(mechanism, options),
        };
        Self::with_matching(round, matching)
    }

    fn with_matching(
        round: &'round SuggestionRound,
        matching: Matching,
    ) -> Result<Self, SuggestionError> {
        let names: BTreeSet<&str> = round
            .programmes
            .iter()
            .map(|it| it.facility_id.as_str())
            .collect();
        let numbers: BTreeMap<&str, usize> = names.into_iter().zip(0..).collect();
        let mut programmes_of = vec![Vec::new(); numbers.len()];
        let mut facility_of = Vec::with_capacity(round.programmes.len());
        for (number, programme) in round.programmes.iter().enumerate() {
            let facility = numbers[programme.facility_id.as_str()];
            facility_of.push(facility);
            programmes_of[facility].push(number);
        }
        let mut running = Self {
            round,
            changed: (0..programmes_of.len()).collect(),
            facility_of,
            programmes_of,
            out: BTreeSet::new(),
            places: vec![None; round.children.len()],
            matching,
            blocking: Vec::new(),
        };
        for child in 0..round.children.len() {
            let wishes = running.wishes(child);
            if let Matching::OneByOne(matching) = &mut running.matching {
                matching.insert(child as u32, wishes);
            }
        }
        running.run()?;
        Ok(running)
    }

    /// Takes an application out of its line.
    pub(super) fn take_out(&mut self, at: InLine) {
        self.out.insert(at);
        self.concerns(at);
    }

    /// Lets an application into its line again.
    pub(super) fn let_in(&mut self, at: InLine) {
        self.out.remove(&at);
        self.concerns(at);
    }

    fn concerns(&mut self, (programme, position): InLine) {
        let child = self.round.lines[programme][position].child;
        let wishes = self.wishes(child);
        match &mut self.matching {
            Matching::OneByOne(matching) => matching.replace(child as u32, wishes),
            Matching::Anew { is_stale, .. } => *is_stale = true,
        }
    }

    /// The wishes of a child that are in the round, best first.
    fn wishes(&self, child: usize) -> Vec<LiveWish> {
        let own = self.round.wishes[child].iter();
        let mut wishes: Vec<LiveWish> = own
            .filter(|at| self.candidate(**at).suitability.is_ok() && !self.out.contains(at))
            .map(|(programme, position)| LiveWish {
                seat: *programme as u32,
                rank: self.candidate((*programme, *position)).rank,
                // The line is in order already.
                standing: Standing {
                    not_own: true,
                    points: Reverse(0),
                    lot: *position as u32,
                    family: 0,
                    child: 0,
                },
            })
            .collect();
        wishes.sort_unstable_by_key(|wish| wish.rank);
        wishes
    }

    fn candidate(&self, (programme, position): InLine) -> &'round Candidate {
        &self.round.lines[programme][position]
    }

    /// Brings the placements up to what is taken out.
    pub(super) fn run(&mut self) -> Result<(), SuggestionError> {
        match &mut self.matching {
            Matching::OneByOne(matching) => {
                let moved: BTreeSet<u32> = matching.take_log().into_iter().map(|it| it.0).collect();
                let moved: Vec<(usize, Option<usize>)> = moved
                    .into_iter()
                    .map(|child| {
                        let seat = matching.place_of(child).map(|(seat, _)| seat as usize);
                        (child as usize, seat)
                    })
                    .collect();
                for (child, programme) in moved {
                    self.place(child, programme);
                }
                Ok(())
            }
            Matching::Anew { is_stale, rule } => {
                let rule = *rule;
                if std::mem::replace(is_stale, false) {
                    self.run_anew(rule)?;
                }
                Ok(())
            }
        }
    }

    /// Notes where a child is placed now.
    fn place(&mut self, child: usize, programme: Option<usize>) {
        let mut own = self.round.wishes[child].iter();
        let now = programme.and_then(|programme| own.find(|at| at.0 == programme).copied());
        let before = std::mem::replace(&mut self.places[child], now);
        if before != now {
            for (programme, _) in before.into_iter().chain(now) {
                self.changed.insert(self.facility_of[programme]);
            }
        }
    }

    fn run_anew(&mut self, rule: Rule) -> Result<(), SuggestionError> {
        let round = self.round;
        let name = |at: &InLine| round.names(*at);
        let out: BTreeSet<(&str, &str)> = self.out.iter().map(name).collect();
        let run = round.round_without(&out).map_err(SuggestionError::Rows)?;
        let placements = match rule {
            Rule::Suggestions => {
                let outcome = solve(&run, &round.search_options())?;
                let findings = outcome.family_findings();
                let blocking = findings.map_or(&[][..], |it| &it.blocking);
                self.blocking = blocking.iter().map(|it| it.family_id.clone()).collect();
                outcome.placements()
            }
            Rule::Lab(mechanism, options) => replay_placements(&run, mechanism, &options)?,
        };
        for row in placements {
            let child = round
                .children
                .binary_search_by(|it| it.applicant_id.cmp(&row.applicant_id));
            let programme = row.place.as_ref();
            let programme = programme.and_then(|it| round.programme(&it.programme_id));
            if let Ok(child) = child {
                self.place(child, programme);
            }
        }
        Ok(())
    }

    /// Of each facility that changed, the first child placed whose stay does not fit beside those before
    /// it, in the order of facilities. One per facility: what it gives up may make room for the next.
    ///
    /// `ledger` is the one of the round and comes back as it was.
    pub(super) fn misfits(&mut self, ledger: &mut StayLedger) -> Vec<Misfit> {
        let changed = std::mem::take(&mut self.changed);
        let mut first_misfit = |facility: usize| {
            let mut here = self.placed_at(facility);
            here.sort_by_key(|(programme, position)| {
                let first_day = self
                    .candidate((*programme, *position))
                    .application
                    .first_day;
                (*position, first_day, *programme)
            });
            let mut booked = Vec::with_capacity(here.len());
            let mut found = None;
            for at in here {
                let Ok(suitable) = &self.candidate(at).suitability else {
                    continue;
                };
                let obstacles = ledger.month_obstacles(suitable.stay());
                if let Some(reason) = obstacles.into_iter().next() {
                    found = Some(Misfit {
                        at,
                        facility,
                        reason,
                    });
                    break;
                }
                ledger.book(suitable.stay(), -1);
                booked.push(suitable.stay());
            }
            booked.into_iter().for_each(|stay| ledger.book(stay, 1));
            found
        };
        changed.into_iter().filter_map(&mut first_misfit).collect()
    }

    /// The applications granted at the programmes of a facility.
    fn placed_at(&self, facility: usize) -> Vec<InLine> {
        let mut placed = Vec::new();
        for programme in &self.programmes_of[facility] {
            for (position, candidate) in self.round.lines[*programme].iter().enumerate() {
                let at = (*programme, position);
                if self.places[candidate.child] == Some(at) {
                    placed.push(at);
                }
            }
        }
        placed
    }

    /// What is in the way of an application that is out, beside all stays placed but those of children
    /// behind it in the same line; `None` if nothing is.
    pub(super) fn obstacle(&self, at: InLine, ledger: &mut StayLedger) -> Option<StayObstacle> {
        let Ok(own) = &self.candidate(at).suitability else {
            return None;
        };
        let mut here = self.placed_at(self.facility_of[at.0]);
        here.retain(|(programme, position)| *programme != at.0 || *position <= at.1);
        let stays: Vec<_> = here
            .into_iter()
            .filter_map(|it| Some(self.candidate(it).suitability.as_ref().ok()?.stay()))
            .collect();
        stays.iter().for_each(|stay| ledger.book(stay, -1));
        let obstacle = ledger.month_obstacles(own.stay()).into_iter().next();
        stays.iter().for_each(|stay| ledger.book(stay, 1));
        obstacle
    }

    /// Whose stays do not fit when an application is let in: those placed then; nothing stays changed.
    pub(super) fn with(&self, at: InLine) -> Result<Self, SuggestionError> {
        let mut tried = self.clone();
        tried.let_in(at);
        tried.run()?;
        Ok(tried)
    }

    pub(super) fn facility_name(&self, facility: usize) -> &'round str {
        let programme = self.programmes_of[facility].first();
        programme.map_or("", |it| &self.round.programmes[*it].facility_id)
    }

    /// One row per child, and who blocks.
    pub(super) fn finish(self) -> (Vec<PlacementRow>, Vec<String>) {
        let rows = self.round.children.iter().zip(&self.places);
        let placements = rows
            .map(|(child, at)| PlacementRow {
                applicant_id: child.applicant_id.clone(),
                place: at.map(|at| Place {
                    programme_id: self.round.programmes[at.0].programme_id.clone(),
                    rank: self.candidate(at).rank,
                }),
            })
            .collect();
        (placements, self.blocking)
    }
}

impl SuggestionRound {
    /// The options of every run of this round: searches are limited by counts, never by a clock.
    pub(super) fn search_options(&self) -> RoundOptions {
        RoundOptions {
            seed: self.inputs.seed,
            search_nodes: Some(SEARCH_NODES),
            ..RoundOptions::default()
        }
    }

    /// Child and programme of a place in line.
    pub(super) fn names(&self, (programme, position): InLine) -> (&str, &str) {
        let child = self.lines[programme][position].child;
        (
            &self.children[child].applicant_id,
            &self.programmes[programme].programme_id,
        )
    }
}
