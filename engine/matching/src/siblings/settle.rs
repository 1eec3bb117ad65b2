//! From a market to a matching and what is known about it.

use solver::{SearchLimits, SolverError};

use super::branch::{Best, Branching, groups, hoped_for};
use super::domains::Domains;
use super::exact_model::{self, Answer};
use super::market::Market;
use super::offers;

/// Decisions that the search may take in one group before the exact model takes over.
const DECISIONS: u64 = 5_000;
/// Decisions for all sets of excused families that are tried one by one.
const EXCUSE_DECISIONS: u64 = 50_000;
/// Orders that the constructive search tries where no stable matching exists.
const ATTEMPTS: u64 = 6;
/// Sets of excused families that are tried one by one, times the options of the market.
const EXCUSE_WORK: u64 = 3_000_000;

/// A matching and what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settled {
    /// Option of each family.
    pub(crate) chosen: Vec<u32>,
    /// Families that block, with their best blocking option.
    pub(crate) blocking: Vec<(u32, u32)>,
    /// No stable matching places more children.
    pub(crate) most_placed: u64,
    /// No stable matching that places as many as this one has a smaller sum of family ranks.
    pub(crate) least_rank_sum: u64,
    /// Every matching has at least this many blocking families.
    pub(crate) least_blocking: u64,
}

/// What is known of the stable matchings with some families excused.
enum Known {
    /// The best one.
    Best(Vec<u32>),
    /// There is none.
    None,
    /// A stable one, or nothing, with bounds for the size and, at that size, the sum of ranks.
    Open(Option<Vec<u32>>, u64, u64),
}

/// Finds the stable matching that places most children, and of those the one with the smallest sum
/// of family ranks; where none exists, a matching with few blocking families.
pub(crate) fn settle(market: &Market<'_>, limits: &SearchLimits) -> Result<Settled, SolverError> {
    let placeable = |market: &Market<'_>| {
        let families: Vec<u32> = (0..market.family_count() as u32).collect();
        hoped_for(&Domains::new(market, &[]), &families)
    };
    match stable_except(market, &[], limits)? {
        Known::Best(chosen) => {
            let (most_placed, least_rank_sum) = market.value(&chosen);
            Ok(settled(market, chosen, most_placed, least_rank_sum, 0))
        }
        Known::Open(found, placed, rank_sum) => {
            let hope = placeable(market);
            let chosen = found.unwrap_or_else(|| fewest_blocking(market).chosen);
            let bounds = (placed.min(hope.placed), rank_sum.max(hope.rank_sum));
            Ok(settled(market, chosen, bounds.0, bounds.1, 0))
        }
        Known::None => {
            let hope = placeable(market);
            let (chosen, least) = excuse(market);
            Ok(settled(market, chosen, hope.placed, hope.rank_sum, least))
        }
    }
}

fn settled(
    market: &Market<'_>,
    chosen: Vec<u32>,
    most_placed: u64,
    least_rank_sum: u64,
    least_blocking: u64,
) -> Settled {
    Settled {
        blocking: offers::blocking(market, &chosen),
        chosen,
        most_placed,
        least_rank_sum,
        least_blocking,
    }
}

/// The constructive result with the fewest blocking families, then with most children placed.
fn fewest_blocking(market: &Market<'_>) -> offers::Found {
    let mut best = offers::find(market, 0);
    for attempt in 1..ATTEMPTS {
        if best.blocking.len() < 2 {
            break;
        }
        let found = offers::find(market, attempt);
        let key = |found: &offers::Found| {
            let (placed, rank_sum) = market.value(&found.chosen);
            (found.blocking.len(), std::cmp::Reverse(placed), rank_sum)
        };
        if key(&found) < key(&best) {
            best = found;
        }
    }
    best
}

/// What the search alone finds: the best matching in which nobody but the excused families blocks,
/// and whether it decided every group.
pub(super) fn found_except(
    market: &Market<'_>,
    excused: &[u32],
    decisions: u64,
) -> (Option<Vec<u32>>, bool) {
    let mut domains = Domains::new(market, excused);
    if domains.conclude().is_err() {
        return (None, true);
    }
    decided(&mut domains, decisions)
}

/// The best matching in which nobody but the excused families blocks.
fn stable_except(
    market: &Market<'_>,
    excused: &[u32],
    limits: &SearchLimits,
) -> Result<Known, SolverError> {
    let mut domains = Domains::new(market, excused);
    if domains.conclude().is_err() {
        return Ok(Known::None);
    }
    let (known, undecided) = searched(&mut domains, DECISIONS);
    if undecided.is_empty() {
        return Ok(known.map_or(Known::None, Known::Best));
    }
    let Some(chosen) = known else {
        return Ok(Known::None);
    };
    modelled(&domains, chosen, &undecided, limits)
}

/// Searches all groups of concluded domains: the choice of all families, `None` if some group has no
/// stable choice, and the groups that the budget did not suffice for.
fn searched(domains: &mut Domains<'_, '_>, decisions: u64) -> (Option<Vec<u32>>, Vec<Vec<u32>>) {
    let families: Vec<u32> = (0..domains.market().family_count() as u32).collect();
    let mut chosen: Vec<u32> = families
        .iter()
        .map(|family| domains.domain(*family as usize).next().unwrap_or(0) as u32)
        .collect();
    let mut undecided = Vec::new();
    for group in groups(domains, &families) {
        let mut branching = Branching { budget: decisions };
        match branching.best(domains, &group, 0) {
            Ok(Some(Best { chosen: found, .. })) => {
                for (family, option) in found {
                    chosen[family as usize] = option;
                }
            }
            Ok(None) => return (None, Vec::new()),
            Err(_) => undecided.push(group),
        }
    }
    (Some(chosen), undecided)
}

/// Puts the groups that the search did not finish to the exact model.
fn modelled(
    domains: &Domains<'_, '_>,
    mut chosen: Vec<u32>,
    undecided: &[Vec<u32>],
    limits: &SearchLimits,
) -> Result<Known, SolverError> {
    let market = domains.market();
    let start = offers::find(market, 0);
    let usable = start.blocking.is_empty().then_some(&start.chosen[..]);
    let seconds = limits.seconds.map(|it| it / undecided.len() as f64);
    let limits = SearchLimits { seconds, ..*limits };
    let (mut complete, mut exact) = (true, true);
    // By how much more could be placed, and by how much the ranks could be better.
    let (mut more, mut better) = (0, 0);
    for group in undecided {
        let found = match exact_model::best_of_group(domains, group, usable, &limits)? {
            Answer::None => return Ok(Known::None),
            Answer::Best(found) => found,
            Answer::Open { found, bound } => {
                exact = false;
                complete &= found.is_some();
                let found = found.unwrap_or_default();
                let placed = found
                    .iter()
                    .map(|(_, option)| market.placed(*option as usize));
                more += bound.saturating_sub(placed.sum());
                let ranks = found
                    .iter()
                    .map(|(family, option)| market.rank(*family as usize, *option as usize));
                better += ranks
                    .sum::<u64>()
                    .saturating_sub(hoped_for(domains, group).rank_sum);
                found
            }
        };
        for (family, option) in found {
            chosen[family as usize] = option;
        }
    }
    if exact {
        return Ok(Known::Best(chosen));
    }
    if !complete {
        let Some(usable) = usable else {
            // Nothing stable is known; the sizes of stable matchings are not bounded by it either.
            return Ok(Known::Open(None, u64::MAX, 0));
        };
        return Ok(Known::Open(Some(usable.to_vec()), u64::MAX, 0));
    }
    let (placed, rank_sum) = market.value(&chosen);
    Ok(Known::Open(
        Some(chosen),
        placed + more,
        rank_sum.saturating_sub(better),
    ))
}

/// No stable matching exists: a matching with few blocking families, and how few there must be.
fn excuse(market: &Market<'_>) -> (Vec<u32>, u64) {
    let found = fewest_blocking(market);
    let mut excused = found.blocking;
    let mut best = found.chosen;
    let mut domains = Domains::new(market, &excused);
    if domains.conclude().is_ok() {
        // Leave out whoever need not be excused; of the others, keep the best that is known.
        if let (Some(chosen), true) = decided(&mut domains, DECISIONS) {
            best = chosen;
        }
        excused.retain(|family| {
            let mark = domains.mark();
            let found = match domains.bind(*family as usize) {
                Err(_) => None,
                Ok(()) => decided(&mut domains, DECISIONS).0,
            };
            match found {
                Some(chosen) => best = chosen,
                None => domains.undo_to(mark),
            }
            domains.is_excused(*family as usize)
        });
    }
    let families = market.family_count() as u64;
    let mut sets = 1_u64;
    let mut least = 1;
    for size in 1..=excused.len() as u64 {
        sets = sets.saturating_mul(families.saturating_sub(size - 1)) / size;
        if sets.saturating_mul(market.option_count() as u64) > EXCUSE_WORK {
            break;
        }
        match best_with_excused(market, size as usize) {
            (Some(chosen), _) => return (better(market, best, chosen), least),
            (None, true) => least = size + 1,
            (None, false) => break,
        }
    }
    (best, least)
}

/// The choice that the search finds, and whether it decided every group.
fn decided(domains: &mut Domains<'_, '_>, decisions: u64) -> (Option<Vec<u32>>, bool) {
    match searched(domains, decisions) {
        (Some(chosen), undecided) if undecided.is_empty() => (Some(chosen), true),
        (None, _) => (None, true),
        (Some(_), _) => (None, false),
    }
}

/// The best matching in which at most `size` families block, if one was found, and whether every set
/// of so many families was decided.
fn best_with_excused(market: &Market<'_>, size: usize) -> (Option<Vec<u32>>, bool) {
    let families = market.family_count() as u32;
    let sets = (0..size as u64).fold(1, |sets, it| sets * (u64::from(families) - it) / (it + 1));
    let decisions = EXCUSE_DECISIONS / sets.max(1) + 10;
    let mut all_decided = true;
    let mut set: Vec<u32> = (0..size as u32).collect();
    let mut best: Option<(u64, u64, Vec<u32>)> = None;
    while set.last().is_some_and(|last| *last < families) {
        let (found, is_decided) = found_except(market, &set, decisions);
        all_decided &= is_decided;
        if let Some(chosen) = found {
            let (placed, rank_sum) = market.value(&chosen);
            let is_better = |best: &(u64, u64, _)| (best.0, rank_sum) < (placed, best.1);
            if best.as_ref().is_none_or(is_better) {
                best = Some((placed, rank_sum, chosen));
            }
        }
        next_set(&mut set, families);
    }
    (best.map(|best| best.2), all_decided)
}

/// The one of two matchings in which fewer families block, then more children are placed.
fn better(market: &Market<'_>, one: Vec<u32>, other: Vec<u32>) -> Vec<u32> {
    let key = |chosen: &[u32]| {
        let (placed, rank_sum) = market.value(chosen);
        let blocking = offers::blocking(market, chosen).len();
        (blocking, std::cmp::Reverse(placed), rank_sum)
    };
    if key(&one) < key(&other) { one } else { other }
}

/// The next set of the same size in lexicographic order; past the last one, its end is `families`.
fn next_set(set: &mut [u32], families: u32) {
    let size = set.len();
    let movable =
        (0..size).rfind(|position| set[*position] + ((size - position) as u32) < families);
    match movable {
        Some(position) => {
            set[position] += 1;
            for later in position + 1..size {
                set[later] = set[later - 1] + 1;
            }
        }
        None => {
            if let Some(last) = set.last_mut() {
                *last = families;
            }
        }
    }
}
