//! What the size leaves open goes by lot.

use super::market::Market;
use super::orders::{Orders, key};

/// Exchanges level children as long as the better lot gains by it and nobody less is placed.
///
/// `turns` are the children in the order of their lots. A child is put before the children level with
/// it at one seat it wants more; deferred acceptance works out what follows. Of the two matchings the
/// one stays in which the first child, by lot, of those that fare differently fares better - as long
/// as it places at least as many. Stops when no such exchange is left, or after `effort`.
pub(super) fn settle(market: &Market, granted: Vec<u32>, turns: &[u32], effort: u64) -> Vec<u32> {
    let mut granted = granted;
    let mut left = effort;
    let mut orders = Orders::keeping(market, &granted);
    improve(market, &mut granted, turns, &orders);
    loop {
        orders = Orders::keeping(market, &granted);
        let mut is_changed = false;
        for child in turns {
            let claims = market.claims_of(*child as usize);
            for position in claims {
                let claim = &market.claims[position];
                if claim.rank >= market.rank_of(granted[*child as usize]) {
                    break;
                }
                if !has_level_member(market, &granted, position) {
                    continue;
                }
                let cost = market.claims.len() as u64 + 1;
                if left < cost {
                    return granted;
                }
                left -= cost;
                let before = orders.keys[position];
                orders.keys[position] = key(market, position, true, 0);
                let is_better = improve(market, &mut granted, turns, &orders);
                orders.keys[position] = before;
                if is_better {
                    is_changed = true;
                    orders = Orders::keeping(market, &granted);
                }
            }
        }
        if !is_changed {
            return granted;
        }
    }
}

/// Takes the matching of an order if the lots prefer it.
fn improve(market: &Market, granted: &mut Vec<u32>, turns: &[u32], orders: &Orders) -> bool {
    let found = orders.child_optimal(market);
    let sizes = (Market::size(&found), Market::size(granted));
    let is_better = sizes.0 > sizes.1
        || (sizes.0 == sizes.1 && {
            let rank = |granted: &[u32], child: u32| market.rank_of(granted[child as usize]);
            let mut differ = turns
                .iter()
                .map(|child| (rank(&found, *child), rank(granted, *child)));
            differ
                .find(|(a, b)| a != b)
                .is_some_and(|(found, known)| found < known)
        });
    if is_better {
        *granted = found;
    }
    is_better
}

/// Whether somebody admitted is level with a claim.
fn has_level_member(market: &Market, granted: &[u32], position: usize) -> bool {
    let claim = &market.claims[position];
    market.line(claim.seat as usize).iter().any(|member| {
        let other = &market.claims[*member as usize];
        granted[other.child as usize] == *member && !other.is_before(claim)
    })
}
