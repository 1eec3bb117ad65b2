//! What every stable matching has in common, worked out by elimination.
//!
//! A *domain* is the set of options a family can still get. Three arguments shrink it; each holds in
//! every stable matching, so a family whose domain has one option gets that option in all of them:
//!
//! 1. An option **cannot be held** if at one of its seats the children certain to be there, together
//!    with the option's own, are more than the seats. Certain are children whose family has no option
//!    left without that wish, and *claimants*: children ahead in line whose family's best option
//!    needs this one seat only, or others that are certainly open. Were a child behind them admitted,
//!    the family of such a claimant would block.
//! 2. An option is **certainly open** if at each of its seats the children that can still come ahead
//!    of its last child leave enough room. Its family gets it or something better.
//! 3. An option is **certainly taken** if children certain to be ahead of its last child leave too
//!    little room: its family never blocks with it.
//!
//! When all domains have one option and nothing is left to conclude, no family blocks. Families that
//! are *excused* may block: of them only the capacities are asked.

use std::collections::VecDeque;

use super::market::{Market, Need};
use crate::round::NONE;

/// There is no stable matching within the domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Contradiction;

/// One reversible step.
#[derive(Debug, Clone, Copy)]
enum Step {
    Removed { family: u32, option: u32 },
    Certain { wish: u32 },
    Claimed { family: u32, before: u32 },
    Taken { option: u32 },
    Bound { family: u32 },
}

/// The domains of all families.
#[derive(Debug, Clone)]
pub(crate) struct Domains<'market, 'round> {
    market: &'market Market<'round>,
    excused: Vec<bool>,
    alive: Vec<bool>,
    alive_count: Vec<u32>,
    /// Options of the domain that grant each wish.
    uses: Vec<u32>,
    /// Wishes that every option of the domain grants.
    certain: Vec<bool>,
    certain_at: Vec<u32>,
    /// Wish that each family claims, or [`NONE`].
    claim: Vec<u32>,
    claimed: Vec<bool>,
    /// Options that never block: certainly taken.
    taken: Vec<bool>,
    trail: Vec<Step>,
    queue: VecDeque<u32>,
    queued: Vec<bool>,
}

impl<'market, 'round> Domains<'market, 'round> {
    /// Full domains, nothing concluded yet.
    pub(crate) fn new(market: &'market Market<'round>, excused: &[u32]) -> Self {
        let families = market.family_count();
        let mut uses = vec![0; market.round.wishes.len()];
        for option in 0..market.option_count() {
            for wish in market.wishes(option) {
                uses[*wish as usize] += 1;
            }
        }
        let mut domains = Self {
            market,
            excused: vec![false; families],
            alive: vec![true; market.option_count()],
            alive_count: (0..families)
                .map(|family| market.options(family).len() as u32)
                .collect(),
            certain: vec![false; uses.len()],
            certain_at: vec![0; market.capacity.len()],
            claim: vec![NONE; families],
            claimed: vec![false; uses.len()],
            taken: vec![false; market.option_count()],
            trail: Vec::new(),
            queue: (0..families as u32).collect(),
            queued: vec![true; families],
            uses,
        };
        for family in excused {
            domains.excused[*family as usize] = true;
        }
        domains
    }

    pub(crate) fn market(&self) -> &'market Market<'round> {
        self.market
    }

    /// Options that a family can still get, best first.
    pub(crate) fn domain(&self, family: usize) -> impl Iterator<Item = usize> + '_ {
        self.market
            .options(family)
            .filter(|option| self.alive[*option])
    }

    pub(crate) fn is_decided(&self, family: usize) -> bool {
        self.alive_count[family] == 1
    }

    pub(crate) fn is_excused(&self, family: usize) -> bool {
        self.excused[family]
    }

    /// Number of options that a family can still get.
    pub(crate) fn domain_size(&self, family: usize) -> u32 {
        self.alive_count[family]
    }

    /// Whether every stable matching grants the wish.
    pub(crate) fn is_certain(&self, wish: u32) -> bool {
        self.certain[wish as usize]
    }

    /// Whether the family certainly never blocks with the option.
    pub(crate) fn is_certainly_taken(&self, option: usize) -> bool {
        self.taken[option]
    }

    /// Whether it is open who of the line gets a seat.
    pub(crate) fn is_undecided_seat(&self, seat: usize) -> bool {
        let line = self.market.priorities.line(seat);
        line.iter().any(|wish| self.is_undecided_wish(*wish))
    }

    /// Whether the wish may or may not be granted.
    pub(crate) fn is_undecided_wish(&self, wish: u32) -> bool {
        self.uses[wish as usize] > 0 && !self.certain[wish as usize]
    }

    /// Options no longer in the domain, better than one that is, with which the family might block.
    pub(crate) fn watched(&self, family: usize) -> impl Iterator<Item = usize> + '_ {
        let last = self.domain(family).last().unwrap_or(0);
        self.market.options(family).filter(move |option| {
            *option < last
                && !self.excused[family]
                && !self.alive[*option]
                && !self.taken[*option]
                && !self.market.is_closed(*option)
        })
    }

    /// Point to come back to with [`Self::undo_to`].
    pub(crate) fn mark(&self) -> usize {
        self.trail.len()
    }

    /// Takes back everything concluded since the mark.
    pub(crate) fn undo_to(&mut self, mark: usize) {
        while let Some(family) = self.queue.pop_front() {
            self.queued[family as usize] = false;
        }
        while self.trail.len() > mark {
            match self.trail.pop().expect("the trail is longer than the mark") {
                Step::Removed { family, option } => {
                    self.alive[option as usize] = true;
                    self.alive_count[family as usize] += 1;
                    for wish in self.market.wishes(option as usize) {
                        self.uses[*wish as usize] += 1;
                    }
                }
                Step::Certain { wish } => {
                    self.certain[wish as usize] = false;
                    let seat = self.market.round.wishes[wish as usize].seat;
                    self.certain_at[seat as usize] -= 1;
                }
                Step::Claimed { family, before } => {
                    let now = std::mem::replace(&mut self.claim[family as usize], before);
                    if now != NONE {
                        self.claimed[now as usize] = false;
                    }
                    if before != NONE {
                        self.claimed[before as usize] = true;
                    }
                }
                Step::Taken { option } => self.taken[option as usize] = false,
                Step::Bound { family } => self.excused[family as usize] = true,
            }
        }
    }

    /// Lets a family no longer block and draws the conclusions.
    pub(crate) fn bind(&mut self, family: usize) -> Result<(), Contradiction> {
        if std::mem::replace(&mut self.excused[family], false) {
            self.trail.push(Step::Bound {
                family: family as u32,
            });
        }
        self.enqueue(family);
        self.conclude()
    }

    /// Leaves a family one option and draws the conclusions.
    pub(crate) fn decide(&mut self, family: usize, option: usize) -> Result<(), Contradiction> {
        for other in self.market.options(family) {
            if other != option && self.alive[other] {
                self.remove(family, other);
            }
        }
        self.enqueue(family);
        self.conclude()
    }

    /// Removes options and marks others until no argument applies any more.
    pub(crate) fn conclude(&mut self) -> Result<(), Contradiction> {
        while let Some(family) = self.queue.pop_front() {
            self.queued[family as usize] = false;
            self.review(family as usize)?;
        }
        Ok(())
    }

    fn enqueue(&mut self, family: usize) {
        if !std::mem::replace(&mut self.queued[family], true) {
            self.queue.push_back(family as u32);
        }
    }

    /// Looks at one family again.
    fn review(&mut self, family: usize) -> Result<(), Contradiction> {
        let options = self.market.options(family);
        if self.alive_count[family] > 1 {
            for option in options.clone() {
                if self.alive[option] && self.cannot_be_held(family, option) {
                    self.remove(family, option);
                }
            }
        }
        if !self.excused[family] {
            self.cut_below_an_open_option(family);
        }
        if self.alive_count[family] == 0 {
            return Err(Contradiction);
        }
        self.note_certain_wishes(family)?;
        self.note_claim(family);
        Ok(())
    }

    /// Removes what is worse than the first option that is certainly open.
    fn cut_below_an_open_option(&mut self, family: usize) {
        let options = self.market.options(family);
        let Some(last) = self.domain(family).last() else {
            return;
        };
        for option in options.start..=last {
            if self.taken[option] || (!self.alive[option] && self.market.is_closed(option)) {
                continue;
            }
            if self.is_open(family, option) {
                for worse in option + 1..=last {
                    if self.alive[worse] {
                        self.remove(family, worse);
                    }
                }
                return;
            }
            if !self.alive[option] && self.is_taken(family, option) {
                self.taken[option] = true;
                self.trail.push(Step::Taken {
                    option: option as u32,
                });
            }
        }
    }

    fn is_open(&self, family: usize, option: usize) -> bool {
        !self.market.is_closed(option)
            && (self.market.needs(option).iter()).all(|need| self.is_open_at(family, need))
    }

    /// Whether the children that can come before leave enough room.
    fn is_open_at(&self, family: usize, need: &Need) -> bool {
        let mut room = self.market.capacity[need.seat as usize];
        if room < need.children {
            return false;
        }
        room -= need.children;
        let line = self.market.priorities.line(need.seat as usize);
        for wish in &line[..need.last as usize] {
            if self.uses[*wish as usize] > 0 && self.market.family_of_wish(*wish) != family {
                if room == 0 {
                    return false;
                }
                room -= 1;
            }
        }
        true
    }

    /// Whether children certain to be ahead leave too little room at a seat of the option.
    fn is_taken(&self, family: usize, option: usize) -> bool {
        self.market.needs(option).iter().any(|need| {
            let line = &self.market.priorities.line(need.seat as usize)[..need.last as usize];
            // If a claimant is missing, the seats are full with children ahead of it, own ones at
            // most as many as can be here.
            let own = line
                .iter()
                .filter(|wish| self.uses[**wish as usize] > 0)
                .filter(|wish| self.market.family_of_wish(**wish) == family)
                .count();
            let with_claims = own < need.children as usize;
            let certain = line
                .iter()
                .filter(|wish| {
                    self.certain[**wish as usize] || (with_claims && self.claimed[**wish as usize])
                })
                .filter(|wish| self.market.family_of_wish(**wish) != family)
                .count();
            certain + need.children as usize > self.market.capacity[need.seat as usize] as usize
        })
    }

    fn cannot_be_held(&self, family: usize, option: usize) -> bool {
        self.market.is_closed(option)
            || self.market.needs(option).iter().any(|need| {
                let line = self.market.priorities.line(need.seat as usize);
                let own = self
                    .market
                    .wishes(option)
                    .iter()
                    .filter(|wish| self.certain[**wish as usize])
                    .filter(|wish| self.market.round.wishes[**wish as usize].seat == need.seat)
                    .count();
                let claims = line[..need.last as usize]
                    .iter()
                    .filter(|wish| self.claimed[**wish as usize] && !self.certain[**wish as usize])
                    .filter(|wish| self.market.family_of_wish(**wish) != family)
                    .count();
                let certain = self.certain_at[need.seat as usize] as usize - own;
                certain + claims + need.children as usize
                    > self.market.capacity[need.seat as usize] as usize
            })
    }

    fn remove(&mut self, family: usize, option: usize) {
        self.alive[option] = false;
        self.alive_count[family] -= 1;
        self.trail.push(Step::Removed {
            family: family as u32,
            option: option as u32,
        });
        for wish in self.market.wishes(option) {
            self.uses[*wish as usize] -= 1;
            if self.uses[*wish as usize] == 0 {
                // Those behind it may have an open option now.
                self.wake(*wish, false);
            }
        }
    }

    /// Families in line behind a wish (or everywhere) that something may follow for.
    fn wake(&mut self, wish: u32, whole_line: bool) {
        let seat = self.market.round.wishes[wish as usize].seat;
        if seat == NONE {
            return;
        }
        let market = self.market;
        let place = self.market.priorities.place[wish as usize] as usize;
        let from = if whole_line { 0 } else { place + 1 };
        for other in &market.priorities.line(seat as usize)[from..] {
            let family = market.family_of_wish(*other);
            if !self.queued[family] && self.may_change(family) {
                self.enqueue(family);
            }
        }
    }

    /// Whether something can still follow for a family.
    fn may_change(&self, family: usize) -> bool {
        // Decided: only a better option that is not certainly taken can still matter.
        self.alive_count[family] > 1 || self.watched(family).next().is_some()
    }

    fn note_certain_wishes(&mut self, family: usize) -> Result<(), Contradiction> {
        let first = self.domain(family).next().expect("the domain is not empty");
        let market = self.market;
        for wish in market.wishes(first) {
            let seat = market.round.wishes[*wish as usize].seat;
            if self.certain[*wish as usize]
                || seat == NONE
                || self.uses[*wish as usize] != self.alive_count[family]
            {
                continue;
            }
            self.certain[*wish as usize] = true;
            self.trail.push(Step::Certain { wish: *wish });
            let at = &mut self.certain_at[seat as usize];
            *at += 1;
            let capacity = market.capacity[seat as usize];
            if *at > capacity {
                return Err(Contradiction);
            }
            let nearly_full = *at + 3 > capacity;
            self.wake(*wish, nearly_full);
        }
        Ok(())
    }

    /// A family claims a seat that would be denied to everybody behind.
    fn note_claim(&mut self, family: usize) {
        let before = self.claim[family];
        let now = if self.excused[family] || self.alive_count[family] == 1 {
            before // certain by now, or never a claimant
        } else {
            self.claimable(family)
        };
        if now == before {
            return;
        }
        self.trail.push(Step::Claimed {
            family: family as u32,
            before,
        });
        self.claim[family] = now;
        if before != NONE {
            self.claimed[before as usize] = false;
        }
        if now != NONE {
            self.claimed[now as usize] = true;
            self.wake(now, false);
        }
    }

    fn claimable(&self, family: usize) -> u32 {
        let best = self.domain(family).next().expect("the domain is not empty");
        let mut claim = NONE;
        for need in self.market.needs(best) {
            if self.is_open_at(family, need) {
                continue;
            }
            if claim != NONE || need.children != 1 {
                return NONE;
            }
            let line = self.market.priorities.line(need.seat as usize);
            claim = line[need.last as usize];
        }
        claim
    }
}
