//! What the checker has to know of flexible programmes: budgets kept, and room left.

use crate::check::Finding;
use crate::round::Round;

/// Flexible programmes whose children, counted by seat, need more than the budget.
pub(crate) fn over_budget(round: &Round, children: &[u32]) -> Vec<Finding> {
    let used = round.budgets.used(round, children);
    let above = used.into_iter().filter_map(|(programme, units)| {
        let budget = round.budgets.of(programme)?;
        (units > budget.units.into()).then(|| Finding::OverBudget {
            programme_id: round.programmes.get(programme as usize).to_owned(),
            budget: budget.amount.to_string(),
            needed: match budget.amount_of(units) {
                Some(amount) => amount.to_string(),
                None => "more than can be written exactly".to_owned(),
            },
        })
    });
    above.collect()
}

/// Whether one more child fits into each seat, beside the children counted by seat; `false` at rigid
/// programmes.
pub(crate) fn fits_one_more(round: &Round, children: &[u32]) -> Vec<bool> {
    let mut fits = vec![false; round.seats.len()];
    let used = round.budgets.used(round, children);
    for (seat, fits) in fits.iter_mut().enumerate() {
        let programme = round.seats[seat].programme;
        let Some(budget) = round.budgets.of(programme) else {
            continue;
        };
        let taken = used
            .binary_search_by_key(&programme, |entry| entry.0)
            .map_or(0, |position| used[position].1);
        *fits = children[seat] < round.seats[seat].capacity
            && taken + u128::from(round.budgets.weight(seat)) <= budget.units.into();
    }
    fits
}
