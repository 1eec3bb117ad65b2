//! Exact search in what elimination leaves open.
//!
//! Families that are still open fall apart into groups that share no undecided seat. Each group is
//! searched alone by deciding one family at a time; after every decision elimination runs again and
//! the group falls apart further.

use super::domains::Domains;
use crate::round::NONE;

/// Deepest chain of decisions.
const DEPTH: usize = 1_500;

/// The best stable choice of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Best {
    /// Children placed.
    pub(crate) placed: u64,
    /// Sum of family ranks.
    pub(crate) rank_sum: u64,
    /// Families of the group and their options.
    pub(crate) chosen: Vec<(u32, u32)>,
}

impl Best {
    fn is_better_than(&self, other: &Self) -> bool {
        (other.placed, self.rank_sum) < (self.placed, other.rank_sum)
    }
}

/// The search used up its budget of decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutOfBudget;

/// The search, with the decisions it may still take.
#[derive(Debug)]
pub(crate) struct Branching {
    pub(crate) budget: u64,
}

impl Branching {
    /// The stable choice of a group that places most, and of those the one with the smallest sum of
    /// family ranks; `None` when the group has no stable choice.
    pub(crate) fn best(
        &mut self,
        domains: &mut Domains<'_, '_>,
        group: &[u32],
        depth: usize,
    ) -> Result<Option<Best>, OutOfBudget> {
        let open = group
            .iter()
            .filter(|family| !domains.is_decided(**family as usize))
            .min_by_key(|family| {
                let family = **family as usize;
                let alone = domains.market().children(family) < 2;
                (alone, domains.domain_size(family), family)
            });
        let Some(open) = open else {
            return Ok(Some(decided(domains, group)));
        };
        let open = *open as usize;
        let options: Vec<usize> = domains.domain(open).collect();
        let mut best: Option<Best> = None;
        for option in options {
            if self.budget == 0 || depth > DEPTH {
                return Err(OutOfBudget);
            }
            self.budget -= 1;
            let mark = domains.mark();
            let found = match domains.decide(open, option) {
                Err(_) => Ok(None),
                Ok(()) => self.best_of_parts(domains, group, best.as_ref(), depth),
            };
            domains.undo_to(mark);
            if let Some(found) = found?
                && best.as_ref().is_none_or(|best| found.is_better_than(best))
            {
                best = Some(found);
            }
        }
        Ok(best)
    }

    fn best_of_parts(
        &mut self,
        domains: &mut Domains<'_, '_>,
        group: &[u32],
        to_beat: Option<&Best>,
        depth: usize,
    ) -> Result<Option<Best>, OutOfBudget> {
        let mut hope = hoped_for(domains, group);
        let parts = groups(domains, group);
        let mut is_in_part = vec![false; group.len()];
        let mut total = Best {
            placed: 0,
            rank_sum: 0,
            chosen: Vec::with_capacity(group.len()),
        };
        for part in &parts {
            if to_beat.is_some_and(|best| !hope.is_better_than(best)) {
                return Ok(None);
            }
            let hoped = hoped_for(domains, part);
            let Some(found) = self.best(domains, part, depth + 1)? else {
                return Ok(None);
            };
            hope.placed = hope.placed + found.placed - hoped.placed;
            hope.rank_sum = hope.rank_sum + found.rank_sum - hoped.rank_sum;
            for family in part {
                if let Ok(position) = group.binary_search(family) {
                    is_in_part[position] = true;
                }
            }
            total.placed += found.placed;
            total.rank_sum += found.rank_sum;
            total.chosen.extend(found.chosen);
        }
        let rest: Vec<u32> = (group.iter().zip(&is_in_part))
            .filter(|(_, in_part)| !**in_part)
            .map(|(family, _)| *family)
            .collect();
        let rest = decided(domains, &rest);
        total.placed += rest.placed;
        total.rank_sum += rest.rank_sum;
        total.chosen.extend(rest.chosen);
        total.chosen.sort_unstable();
        Ok(Some(total))
    }
}

/// The choice of families that have one option left.
fn decided(domains: &Domains<'_, '_>, group: &[u32]) -> Best {
    let mut best = Best {
        placed: 0,
        rank_sum: 0,
        chosen: Vec::with_capacity(group.len()),
    };
    for family in group {
        if let Some(option) = domains.domain(*family as usize).next() {
            best.placed += domains.market().placed(option);
            best.rank_sum += domains.market().rank(*family as usize, option);
            best.chosen.push((*family, option as u32));
        }
    }
    best
}

/// What a group cannot exceed: for each family the most children placed and the best rank.
pub(crate) fn hoped_for(domains: &Domains<'_, '_>, group: &[u32]) -> Best {
    let mut hope = Best {
        placed: 0,
        rank_sum: 0,
        chosen: Vec::new(),
    };
    let market = domains.market();
    for family in group {
        let mut options = domains.domain(*family as usize).peekable();
        hope.rank_sum += options
            .peek()
            .map_or(0, |option| market.rank(*family as usize, *option));
        hope.placed += options
            .map(|option| market.placed(option))
            .max()
            .unwrap_or(0);
    }
    hope
}

/// Splits families into groups that share no undecided seat, leaving out those that nothing is open
/// for. A family that is decided but might still block with a better option belongs to its seats too.
pub(crate) fn groups(domains: &Domains<'_, '_>, families: &[u32]) -> Vec<Vec<u32>> {
    let market = domains.market();
    let mut links: Vec<(u32, u32)> = Vec::new();
    for (position, family) in (0..).zip(families) {
        let family = *family as usize;
        let before = links.len();
        if !domains.is_decided(family) {
            for option in domains.domain(family) {
                let seats = market.needs(option).iter().map(|need| need.seat);
                links.extend(seats.map(|seat| (seat, position)));
            }
        }
        for option in domains.watched(family) {
            let seats = market.needs(option).iter().map(|need| need.seat);
            links.extend(seats.map(|seat| (seat, position)));
        }
        links[before..].sort_unstable();
    }
    links.sort_unstable();
    links.dedup();
    let mut leader: Vec<u32> = (0..families.len() as u32).collect();
    fn find(leader: &mut [u32], mut it: u32) -> u32 {
        while leader[it as usize] != it {
            leader[it as usize] = leader[leader[it as usize] as usize];
            it = leader[it as usize];
        }
        it
    }
    let mut linked = vec![false; families.len()];
    for at_seat in links.chunk_by(|a, b| a.0 == b.0) {
        if !domains.is_undecided_seat(at_seat[0].0 as usize) {
            continue;
        }
        for (_, position) in at_seat {
            linked[*position as usize] = true;
            let first = find(&mut leader, at_seat[0].1);
            let other = find(&mut leader, *position);
            let (low, high) = (first.min(other), first.max(other));
            leader[high as usize] = low;
        }
    }
    let mut group_of = vec![NONE; families.len()];
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for (position, family) in families.iter().enumerate() {
        if !linked[position] && domains.is_decided(*family as usize) {
            continue;
        }
        let head = find(&mut leader, position as u32) as usize;
        if group_of[head] == NONE {
            group_of[head] = groups.len() as u32;
            groups.push(Vec::new());
        }
        groups[group_of[head] as usize].push(*family);
    }
    groups
}
