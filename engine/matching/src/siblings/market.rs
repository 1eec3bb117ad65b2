//! A round as a market of families: every family, be it one child, ranks options.

use crate::lottery::{DrawnFor, draw};
use crate::order::{Preferences, Priorities};
use crate::round::{NONE, Round};

/// What an option needs at one seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Need {
    /// Seat number.
    pub(crate) seat: u32,
    /// Children of the family that the option sends there.
    pub(crate) children: u32,
    /// Place in line of the last of them.
    pub(crate) last: u32,
}

/// Families, their options in strict order, and the lines they stand in.
///
/// Options are numbered through all families; those of family `f` are `options(f)`, best first. The
/// last one always can be had: staying unplaced, or keeping the places held.
#[derive(Debug, Clone)]
pub(crate) struct Market<'round> {
    pub(crate) round: &'round Round,
    pub(crate) priorities: &'round Priorities,
    /// Capacity of each seat.
    pub(crate) capacity: Vec<u32>,
    option_starts: Vec<u32>,
    need_starts: Vec<u32>,
    needs: Vec<Need>,
    wish_starts: Vec<u32>,
    wishes: Vec<u32>,
    /// Whether the option needs a seat that does not exist.
    closed: Vec<bool>,
    /// Family of each applicant.
    family_of: Vec<u32>,
    /// Joint family of the round behind a family, or [`NONE`] for a child alone.
    joint: Vec<u32>,
    /// First child of each family.
    first_child: Vec<u32>,
    /// For options of joint families: the option's position in the round, [`NONE`] = unplaced.
    origin: Vec<u32>,
}

impl<'round> Market<'round> {
    /// Lists the families by their first child.
    pub(crate) fn new(
        round: &'round Round,
        priorities: &'round Priorities,
        preferences: &Preferences,
        seed: u64,
    ) -> Self {
        let mut market = Self {
            round,
            priorities,
            capacity: round.seats.iter().map(|seat| seat.capacity).collect(),
            option_starts: vec![0],
            need_starts: vec![0],
            needs: Vec::new(),
            wish_starts: vec![0],
            wishes: Vec::new(),
            closed: Vec::new(),
            family_of: vec![NONE; round.applicant_count()],
            joint: Vec::new(),
            first_child: Vec::new(),
            origin: Vec::new(),
        };
        let numbers: Vec<u64> = round
            .programme_ids()
            .map(|programme| draw(seed, DrawnFor::Programme, programme))
            .collect();
        for child in 0..round.applicant_count() {
            if market.family_of[child] != NONE {
                continue;
            }
            let family = market.first_child.len() as u32;
            market.first_child.push(child as u32);
            if let Some(joint) = round.joint.of_applicant(child) {
                market.joint.push(joint as u32);
                for child in &round.joint.families()[joint].children {
                    market.family_of[*child as usize] = family;
                }
                market.list_joint(joint, &numbers);
            } else {
                market.joint.push(NONE);
                market.family_of[child] = family;
                market.list_wishes(child, preferences);
            }
            market.option_starts.push(market.closed.len() as u32);
        }
        market
    }

    fn list_wishes(&mut self, child: usize, preferences: &Preferences) {
        for wish in &preferences.wishes[self.round.wish_range(child)] {
            self.push_option(&[*wish], NONE);
            let wish = &self.round.wishes[*wish as usize];
            if self.round.is_own_place(child, wish) {
                return; // nothing below the place held
            }
        }
        self.push_option(&[NONE], NONE);
    }

    fn list_joint(&mut self, joint: usize, numbers: &[u64]) {
        let all = &self.round.joint;
        let family = &all.families()[joint];
        let mut order: Vec<usize> = (0..family.options.len()).collect();
        let lots = |option: usize| -> Vec<u64> {
            let programme = |wish: &u32| {
                let wish = self.round.wishes.get(*wish as usize);
                wish.map_or(u64::MAX, |wish| numbers[wish.programme as usize])
            };
            all.wishes(family, option).iter().map(programme).collect()
        };
        // Options the family likes equally well: in the order of the programmes' lottery numbers.
        order.sort_by_cached_key(|option| (family.options[*option].level, lots(*option), *option));
        for option in order {
            self.push_option(all.wishes(family, option), option as u32);
        }
        if family.may_be_unplaced {
            self.push_option(&[], NONE);
        }
    }

    fn push_option(&mut self, wishes: &[u32], origin: u32) {
        let start = self.needs.len();
        let mut closed = false;
        for wish in wishes.iter().filter(|wish| **wish != NONE) {
            self.wishes.push(*wish);
            let seat = self.round.wishes[*wish as usize].seat;
            if seat == NONE {
                closed = true;
                continue;
            }
            let place = self.priorities.place[*wish as usize];
            match self.needs[start..]
                .iter_mut()
                .find(|need| need.seat == seat)
            {
                Some(need) => {
                    need.children += 1;
                    need.last = need.last.max(place);
                }
                None => self.needs.push(Need {
                    seat,
                    children: 1,
                    last: place,
                }),
            }
        }
        self.closed.push(closed);
        self.origin.push(origin);
        self.wish_starts.push(self.wishes.len() as u32);
        self.need_starts.push(self.needs.len() as u32);
    }

    /// Number of families.
    pub(crate) fn family_count(&self) -> usize {
        self.first_child.len()
    }

    /// Number of options of all families.
    pub(crate) fn option_count(&self) -> usize {
        self.closed.len()
    }

    /// Options of a family, best first.
    pub(crate) fn options(&self, family: usize) -> std::ops::Range<usize> {
        self.option_starts[family] as usize..self.option_starts[family + 1] as usize
    }

    /// Rank of an option in the list of its family, from 1.
    pub(crate) fn rank(&self, family: usize, option: usize) -> u64 {
        (option - self.option_starts[family] as usize) as u64 + 1
    }

    /// What the option needs, seat by seat.
    pub(crate) fn needs(&self, option: usize) -> &[Need] {
        &self.needs[self.need_starts[option] as usize..self.need_starts[option + 1] as usize]
    }

    /// Wishes that the option grants.
    pub(crate) fn wishes(&self, option: usize) -> &[u32] {
        &self.wishes[self.wish_starts[option] as usize..self.wish_starts[option + 1] as usize]
    }

    /// Children that the option places.
    pub(crate) fn placed(&self, option: usize) -> u64 {
        self.wishes(option).len() as u64
    }

    /// Whether the option can never be had: a group is closed, or there are too few seats.
    pub(crate) fn is_closed(&self, option: usize) -> bool {
        let small = |need: &Need| need.children > self.capacity[need.seat as usize];
        self.closed[option] || self.needs(option).iter().any(small)
    }

    /// Family of the child with this wish.
    pub(crate) fn family_of_wish(&self, wish: u32) -> usize {
        self.family_of[self.priorities.applicant[wish as usize] as usize] as usize
    }

    /// Whether the family ranks joint options of several children or from `family_options.csv`.
    pub(crate) fn joint_family(&self, family: usize) -> Option<usize> {
        (self.joint[family] != NONE).then_some(self.joint[family] as usize)
    }

    /// Number of children of a family that take part in its options.
    pub(crate) fn children(&self, family: usize) -> usize {
        self.joint_family(family)
            .map_or(1, |joint| self.round.joint.families()[joint].children.len())
    }

    /// Children of a family that take part in its options, ascending.
    pub(crate) fn children_of(&self, family: usize) -> Vec<u32> {
        match self.joint_family(family) {
            Some(joint) => self.round.joint.families()[joint].children.clone(),
            None => vec![self.first_child[family]],
        }
    }

    /// Children of other families ahead of the last child of a need, when every family has this
    /// option.
    pub(crate) fn others_ahead(&self, chosen: &[u32], family: usize, need: &Need) -> u32 {
        self.priorities.line(need.seat as usize)[..need.last as usize]
            .iter()
            .filter(|wish| {
                let other = self.family_of_wish(**wish);
                other != family && self.wishes(chosen[other] as usize).contains(wish)
            })
            .count() as u32
    }

    /// Children of other families at a seat when every family has this option.
    pub(crate) fn others_at(&self, chosen: &[u32], family: usize, seat: u32) -> u32 {
        let line = self.priorities.line(seat as usize).iter();
        line.filter(|wish| {
            let other = self.family_of_wish(**wish);
            other != family && self.wishes(chosen[other] as usize).contains(wish)
        })
        .count() as u32
    }

    /// Number of an option as it is published: its place among the family's admissible options, from
    /// 1; one more than these for staying unplaced.
    pub(crate) fn number(&self, family: usize, option: usize) -> u64 {
        if self.origin[option] == NONE {
            self.rank(family, option)
        } else {
            u64::from(self.origin[option]) + 1
        }
    }

    /// Identifier of a family: its own, or that of its only child.
    pub(crate) fn family_id(&self, family: usize) -> &'round str {
        self.round.family_of(self.first_child[family] as usize)
    }

    /// The wish granted to each applicant when every family gets this option.
    pub(crate) fn granted(&self, chosen: &[u32]) -> Vec<u32> {
        let mut granted = vec![NONE; self.round.applicant_count()];
        for option in chosen {
            for wish in self.wishes(*option as usize) {
                granted[self.priorities.applicant[*wish as usize] as usize] = *wish;
            }
        }
        granted
    }

    /// Children placed and sum of family ranks.
    pub(crate) fn value(&self, chosen: &[u32]) -> (u64, u64) {
        let mut value = (0, 0);
        for (family, option) in chosen.iter().enumerate() {
            value.0 += self.placed(*option as usize);
            value.1 += self.rank(family, *option as usize);
        }
        value
    }
}
