//! Families choose one after the other.

use super::held::{Held, names_no_seat};
use super::{Orders, Run};
use crate::lottery::{DrawnFor, draw};

/// By lottery number of the family, then of the child, each takes the best option that is free; a family
/// with joint options chooses for all its children at once.
pub(super) fn run(orders: &Orders<'_>, seed: u64) -> Run {
    let (round, market) = (orders.round, orders.market());
    let mut order: Vec<(u64, u64, usize)> = (0..market.family_count())
        .map(|family| {
            let child = market.children_of(family)[0] as usize;
            let id = round.applicants.get(child);
            let number = draw(seed, DrawnFor::Family, round.family_of(child));
            (number, draw(seed, DrawnFor::Applicant, id), family)
        })
        .collect();
    order.sort_unstable();
    let mut held = Held::new(orders, &market);
    for (.., family) in order {
        let start = market.options(family).start;
        let free = (start..held.chosen[family] as usize)
            .find(|option| !names_no_seat(&market, *option) && held.could_have(family, *option));
        if let Some(option) = free {
            held.give(family, option);
        }
    }
    Run::at_once(market.granted(&held.chosen))
}
