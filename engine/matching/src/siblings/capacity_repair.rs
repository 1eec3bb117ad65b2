//! A few more seats that would make the round stable: a proposal to the city, never applied.
//!
//! Nguyen and Vohra (2018) show that with couples some change of at most two seats per programme and
//! four in total is always enough. This search only adds seats, and only where a blocking family
//! would need them or holds one; it may miss a proposal that exists.

use serde::Serialize;

use super::market::Market;
use super::offers;
use super::settle::{Settled, found_except};

/// Most seats added to one programme, over all its groups.
const PER_PROGRAMME: u32 = 2;
/// Most seats added in all.
const IN_ALL: u32 = 4;
/// Runs of the exact search, times the options of the market.
const WORK: usize = 300_000;
/// Most runs of the exact search.
const RUNS: usize = 400;
/// Decisions of one run in one group.
const DECISIONS: u64 = 100;

/// Seats that would make the round stable. A proposal to the city; the round itself is unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CapacityProposal {
    /// Where seats would be added, bytewise.
    pub seats: Vec<AddedSeats>,
    /// Children a stable matching would then place.
    pub placed: u64,
}

/// Seats added at one programme for one group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AddedSeats {
    /// The programme.
    pub programme_id: String,
    /// The seat group; empty for the common group.
    pub seat_group: String,
    /// Seats added, 1 or 2.
    pub added: u32,
}

/// Looks for seats to add until nobody blocks any more: first family by family with the constructive
/// search, then, as far as the work allows, with the exact search through all sets of seats that the blocking families wish for, the smallest first.
pub(super) fn propose(market: &Market<'_>, settled: &Settled) -> Option<CapacityProposal> {
    let mut repair = Repair {
        market,
        larger: market.clone(),
        runs: (WORK / market.option_count().max(1)).min(RUNS),
    };
    let proposal = repair.family_by_family(settled);
    proposal.or_else(|| repair.set_by_set(settled))
}

struct Repair<'a, 'round> {
    market: &'a Market<'round>,
    larger: Market<'round>,
    /// Runs of the exact search left.
    runs: usize,
}

impl Repair<'_, '_> {
    /// Makes the larger market have these seats more than the round.
    fn add(&mut self, added: &[u32]) {
        let seats = self.market.capacity.iter().zip(added);
        self.larger.capacity = seats.map(|(seats, added)| seats + added).collect();
    }

    /// The best stable matching with these seats added.
    fn with_added(&mut self, added: &[u32]) -> Option<Vec<u32>> {
        if self.runs == 0 || !is_allowed(self.market, added) {
            return None;
        }
        self.runs -= 1;
        self.add(added);
        found_except(&self.larger, &[], DECISIONS).0
    }

    fn family_by_family(&mut self, settled: &Settled) -> Option<CapacityProposal> {
        let mut added = vec![0_u32; self.market.capacity.len()];
        let mut chosen = settled.chosen.clone();
        let mut blocking = settled.blocking.clone();
        while !blocking.is_empty() {
            let mut step = None;
            'search: for (family, option) in &blocking {
                self.add(&added);
                let wanted = candidates(&self.larger, &chosen, *family as usize, *option as usize);
                for wanted in wanted {
                    let mut tried = added.clone();
                    for seat in &wanted {
                        tried[*seat as usize] += 1;
                    }
                    if !is_allowed(self.market, &tried) {
                        continue;
                    }
                    self.add(&tried);
                    let asking = offers::blocking(&self.larger, &chosen);
                    let asking: Vec<u32> = asking.into_iter().map(|it| it.0).collect();
                    let found = offers::resume(&self.larger, &chosen, &asking);
                    if found.blocking.len() < blocking.len() {
                        step = Some((tried, found));
                        break 'search;
                    }
                }
            }
            let (tried, found) = step?;
            (added, chosen) = (tried, found.chosen);
            self.add(&added);
            blocking = offers::blocking(&self.larger, &chosen);
        }
        if let Some(best) = found_except(&self.larger, &[], DECISIONS).0 {
            chosen = best;
        }
        Some(self.proposal(&added, &chosen))
    }

    fn set_by_set(&mut self, settled: &Settled) -> Option<CapacityProposal> {
        let mut wished: Vec<u32> = Vec::new();
        for (family, _) in &settled.blocking {
            for option in self.market.options(*family as usize) {
                wished.extend(self.market.needs(option).iter().map(|need| need.seat));
            }
        }
        wished.sort_unstable();
        wished.dedup();
        let mut sets: Vec<Vec<u32>> = vec![Vec::new()];
        for _ in 0..IN_ALL {
            let mut larger_sets = Vec::new();
            for set in &sets {
                let from = set.last().copied().unwrap_or(0);
                for seat in wished.iter().filter(|seat| **seat >= from) {
                    if self.runs == 0 {
                        return None;
                    }
                    let set: Vec<u32> = set.iter().copied().chain([*seat]).collect();
                    let mut added = vec![0_u32; self.market.capacity.len()];
                    for seat in &set {
                        added[*seat as usize] += 1;
                    }
                    if let Some(chosen) = self.with_added(&added) {
                        return Some(self.proposal(&added, &chosen));
                    }
                    larger_sets.push(set);
                }
            }
            sets = larger_sets;
        }
        None
    }

    fn proposal(&self, added: &[u32], chosen: &[u32]) -> CapacityProposal {
        let mut seats: Vec<AddedSeats> = (added.iter().enumerate())
            .filter(|(_, added)| **added > 0)
            .map(|(seat, added)| {
                let (programme, group) = self.market.round.seat_name(seat);
                AddedSeats {
                    programme_id: programme.to_owned(),
                    seat_group: group.to_owned(),
                    added: *added,
                }
            })
            .collect();
        seats.sort();
        CapacityProposal {
            seats,
            placed: self.market.value(chosen).0,
        }
    }
}

fn is_allowed(market: &Market<'_>, added: &[u32]) -> bool {
    let seats = market.round.seats.iter().zip(added);
    let mut per_programme = vec![0; market.round.programme_count()];
    for (seat, added) in seats {
        per_programme[seat.programme as usize] += added;
    }
    added.iter().sum::<u32>() <= IN_ALL && per_programme.iter().all(|it| *it <= PER_PROGRAMME)
}

/// Seats to add for one blocking family, most promising first; a seat may stand twice.
fn candidates(market: &Market<'_>, chosen: &[u32], family: usize, option: usize) -> Vec<Vec<u32>> {
    // What the option lacks if nobody is pushed out.
    let mut lacking = Vec::new();
    for need in market.needs(option) {
        let taken = market.others_at(chosen, family, need.seat) + need.children;
        let lack = taken.saturating_sub(market.capacity[need.seat as usize]);
        lacking.extend((0..lack).map(|_| need.seat));
    }
    let mut candidates = Vec::new();
    let held = market.needs(chosen[family] as usize);
    for need in market.needs(option).iter().chain(held) {
        candidates.push(vec![need.seat]);
    }
    if lacking.len() > 1 {
        candidates.insert(0, lacking);
    } else if let Some(seat) = lacking.first() {
        candidates.sort_by_key(|candidate| candidate[0] != *seat);
    }
    candidates.dedup();
    candidates
}
