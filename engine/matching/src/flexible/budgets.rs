//! The budgets of a round in whole units.

use domain::InputProblem;

use super::NO_CAP;
use super::amount::{Amount, greatest_common_divisor};
use super::read::{BUDGETS, BudgetDraft, BudgetDrafts, SEAT_WEIGHTS, WeightDraft};
use crate::error_codes as code;
use crate::problems::Problems;
use crate::round::{Round, Seat};
use crate::texts::TextList;

/// Budgets and weights of the flexible programmes.
///
/// Every programme has a unit of its own, the largest in which its budget and all its weights are
/// whole numbers, so that sums are exact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Budgets {
    /// By programme; empty when no programme is flexible.
    programmes: Vec<Option<Budget>>,
    /// Units that one child needs, by seat; 0 at rigid programmes.
    weights: Vec<u64>,
}

/// The budget of one programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget {
    /// Units that the children may need together.
    pub(crate) units: u64,
    /// Units of one full amount.
    per_amount: u64,
    /// As given.
    pub(crate) amount: Amount,
}

impl Budget {
    /// Units as an amount; `None` when it cannot be held exactly.
    pub(crate) fn amount_of(&self, units: u128) -> Option<Amount> {
        Amount::reduced(units, self.per_amount.into()).ok()
    }
}

impl Budgets {
    /// Whether no programme is flexible.
    pub(crate) fn is_empty(&self) -> bool {
        self.programmes.is_empty()
    }

    /// The budget of a programme; `None` where it is rigid.
    pub(crate) fn of(&self, programme: u32) -> Option<Budget> {
        self.programmes.get(programme as usize).copied().flatten()
    }

    /// Units that one child needs at a seat of a flexible programme.
    pub(crate) fn weight(&self, seat: usize) -> u64 {
        self.weights[seat]
    }

    /// Settles the rows against programmes, groups and seats in their final order.
    ///
    /// `uncapped` holds the seats with an empty capacity and the row of each.
    pub(crate) fn settle(
        drafts: BudgetDrafts,
        names: (&TextList, &TextList),
        seats: &[Seat],
        uncapped: &[(usize, u64)],
        problems: &mut Problems,
    ) -> Self {
        if drafts.unreadable {
            return Self::default();
        }
        let settling = Settling { names, seats };
        let flexible = settling.budgets(drafts.budgets, problems);
        refuse_uncapped(&settling, &flexible, uncapped, problems);
        let weights = settling.weights(drafts.weights, &flexible, problems);
        if flexible.is_empty() {
            return Self::default();
        }
        settling.in_whole_units(&flexible, &weights, problems)
    }

    /// Programmes whose enrolled children, counted by seat, do not fit together.
    pub(crate) fn refuse_enrolled_above(
        &self,
        round: &Round,
        held: &[u32],
        problems: &mut Problems,
    ) {
        for (programme, units) in self.used(round, held) {
            let Some(budget) = self
                .of(programme)
                .filter(|budget| units > budget.units.into())
            else {
                continue;
            };
            let name = round.programmes.get(programme as usize);
            problems.push(
                InputProblem::new(
                    code::ENROLLED_ABOVE_BUDGET,
                    BUDGETS,
                    format!(
                        "programme {name:?}: the enrolled children need more than the budget of {}",
                        budget.amount
                    ),
                )
                .remedy("raise the budget: it counts all staff, that for the enrolled children included"),
            );
        }
    }

    /// Units that children, counted by seat, take of each flexible programme.
    pub(crate) fn used(&self, round: &Round, children: &[u32]) -> Vec<(u32, u128)> {
        let mut used: Vec<(u32, u128)> = Vec::new();
        if self.is_empty() {
            return used;
        }
        for (seat, count) in children.iter().enumerate() {
            let programme = round.seats[seat].programme;
            if self.of(programme).is_none() {
                continue;
            }
            let units = u128::from(self.weights[seat]) * u128::from(*count);
            match used.last_mut().filter(|last| last.0 == programme) {
                Some(last) => last.1 += units,
                None => used.push((programme, units)),
            }
        }
        used
    }

    /// Whether not even one child fits into a seat of a flexible programme.
    pub(crate) fn is_closed(&self, seat: usize, seats: &[Seat]) -> bool {
        let Seat {
            programme,
            capacity,
            ..
        } = seats[seat];
        self.of(programme)
            .is_some_and(|budget| capacity == 0 || self.weights[seat] > budget.units)
    }

    /// The most children that fit into the seats of a flexible programme at once.
    ///
    /// The lightest groups first: no other choice holds more.
    pub(crate) fn most_children(&self, budget: Budget, seats: &[Seat], first: usize) -> u64 {
        let programme = seats[first].programme;
        let mut groups: Vec<(u64, u32)> = (first..seats.len())
            .take_while(|seat| seats[*seat].programme == programme)
            .map(|seat| (self.weights[seat], seats[seat].capacity))
            .collect();
        groups.sort_unstable();
        let (mut left, mut children) = (budget.units, 0);
        for (weight, capacity) in groups {
            let most = left / weight.max(1);
            let count = if capacity == NO_CAP {
                most
            } else {
                most.min(capacity.into())
            };
            left -= count * weight;
            children += count;
        }
        children
    }
}

struct Settling<'a> {
    /// Programmes and groups, sorted.
    names: (&'a TextList, &'a TextList),
    /// By programme, then group.
    seats: &'a [Seat],
}

/// A programme with a budget; the amount is missing where it was faulty.
type Flexible = (u32, Option<Amount>);

impl Settling<'_> {
    /// The flexible programmes, ascending.
    fn budgets(&self, mut drafts: Vec<BudgetDraft>, problems: &mut Problems) -> Vec<Flexible> {
        drafts.sort_unstable_by(|a, b| (&a.programme, a.row).cmp(&(&b.programme, b.row)));
        let mut flexible: Vec<Flexible> = Vec::new();
        let mut first_row = 0;
        for draft in drafts {
            let Some(programme) = self.names.0.find_sorted(&draft.programme) else {
                problems.push(
                    InputProblem::new(
                        code::BUDGET_OF_UNKNOWN_PROGRAMME,
                        BUDGETS,
                        "programmes.csv does not have this programme",
                    )
                    .at(draft.row, "programme_id", draft.programme)
                    .remedy("add the programme with its seat groups, or remove the budget"),
                );
                continue;
            };
            if flexible
                .last()
                .is_some_and(|last| last.0 == programme as u32)
            {
                problems.push(
                    InputProblem::new(
                        code::DUPLICATE_BUDGET,
                        BUDGETS,
                        format!("row {first_row} has a budget of this programme already"),
                    )
                    .at(draft.row, "programme_id", draft.programme)
                    .remedy("keep one of the rows"),
                );
                continue;
            }
            first_row = draft.row;
            flexible.push((programme as u32, draft.budget));
        }
        flexible
    }

    /// Weight of each seat, as far as given.
    fn weights(
        &self,
        mut drafts: Vec<WeightDraft>,
        flexible: &[Flexible],
        problems: &mut Problems,
    ) -> Vec<Option<Amount>> {
        drafts.sort_unstable_by(|a, b| {
            (&a.programme, &a.group, a.row).cmp(&(&b.programme, &b.group, b.row))
        });
        let mut weights: Vec<Option<Amount>> = vec![None; self.seats.len()];
        let mut rows = vec![0; self.seats.len()];
        for draft in drafts {
            let Some(seat) = self.seat(&draft) else {
                let value = format!("{},{}", draft.programme, draft.group);
                problems.push(
                    InputProblem::new(
                        code::WEIGHT_WITHOUT_SEATS,
                        SEAT_WEIGHTS,
                        "programmes.csv has no row for this programme and seat group",
                    )
                    .at(draft.row, "seat_group", value)
                    .remedy("add the row, with an empty capacity for no cap, or remove the weight"),
                );
                continue;
            };
            if rows[seat] > 0 {
                problems.push(
                    InputProblem::new(
                        code::DUPLICATE_WEIGHT,
                        SEAT_WEIGHTS,
                        format!("row {} has a weight of this seat group already", rows[seat]),
                    )
                    .at(draft.row, "seat_group", draft.group)
                    .remedy("keep one of the rows"),
                );
                continue;
            }
            rows[seat] = draft.row;
            weights[seat] = draft.weight;
            if flexible
                .binary_search_by_key(&self.seats[seat].programme, |it| it.0)
                .is_err()
            {
                problems.push(
                    InputProblem::new(
                        code::WEIGHT_WITHOUT_BUDGET,
                        SEAT_WEIGHTS,
                        "the programme has a weight, but no budget",
                    )
                    .at(draft.row, "programme_id", draft.programme)
                    .remedy("add its budget, or remove its weights and give it capacities"),
                );
            }
        }
        for (seat, _) in rows.iter().enumerate().filter(|(_, row)| **row == 0) {
            let Seat {
                programme, group, ..
            } = self.seats[seat];
            if flexible.binary_search_by_key(&programme, |it| it.0).is_ok() {
                problems.push(
                    InputProblem::new(
                        code::SEATS_WITHOUT_WEIGHT,
                        SEAT_WEIGHTS,
                        format!(
                            "programme {:?} has a budget, but its seat group {:?} has no weight",
                            self.names.0.get(programme as usize),
                            self.names.1.get(group as usize)
                        ),
                    )
                    .remedy("add the weight of every seat group of the programme"),
                );
            }
        }
        weights
    }

    fn seat(&self, draft: &WeightDraft) -> Option<usize> {
        let programme = self.names.0.find_sorted(&draft.programme)? as u32;
        let group = self.names.1.find_sorted(&draft.group)? as u32;
        self.seats
            .binary_search_by_key(&(programme, group), |seat| (seat.programme, seat.group))
            .ok()
    }

    /// Every programme in its own unit. Amounts still missing have been reported.
    fn in_whole_units(
        &self,
        flexible: &[Flexible],
        weights: &[Option<Amount>],
        problems: &mut Problems,
    ) -> Budgets {
        let mut settled = Budgets {
            programmes: vec![None; self.names.0.len()],
            weights: vec![0; self.seats.len()],
        };
        for (programme, budget) in flexible {
            let start = self
                .seats
                .partition_point(|seat| seat.programme < *programme);
            let end = self
                .seats
                .partition_point(|seat| seat.programme <= *programme);
            let given: Option<Vec<Amount>> = weights[start..end].iter().copied().collect();
            let (Some(amount), Some(given)) = (*budget, given) else {
                continue;
            };
            let per_amount = given.iter().try_fold(amount.denominator(), |unit, weight| {
                least_common_multiple(unit, weight.denominator())
            });
            let units = |amount: Amount| {
                amount
                    .numerator()
                    .checked_mul(per_amount? / amount.denominator())
            };
            let scaled: Option<Vec<u64>> = given.iter().map(|weight| units(*weight)).collect();
            let (Some(per_amount), Some(whole), Some(scaled)) = (per_amount, units(amount), scaled)
            else {
                problems.push(
                    InputProblem::new(
                        code::NO_COMMON_UNIT,
                        SEAT_WEIGHTS,
                        format!(
                            "the budget and the weights of programme {:?} cannot be added up exactly",
                            self.names.0.get(*programme as usize)
                        ),
                    )
                    .remedy("round them to fewer digits"),
                );
                continue;
            };
            settled.weights[start..end].copy_from_slice(&scaled);
            settled.programmes[*programme as usize] = Some(Budget {
                units: whole,
                per_amount,
                amount,
            });
        }
        settled
    }
}

fn least_common_multiple(a: u64, b: u64) -> Option<u64> {
    let divisor = greatest_common_divisor(a.into(), b.into());
    let multiple = u128::from(a) / divisor * u128::from(b);
    u64::try_from(multiple).ok()
}

/// A rigid programme needs a capacity in every row.
fn refuse_uncapped(
    settling: &Settling<'_>,
    flexible: &[Flexible],
    uncapped: &[(usize, u64)],
    problems: &mut Problems,
) {
    for (seat, row) in uncapped {
        let programme = settling.seats[*seat].programme;
        if flexible.binary_search_by_key(&programme, |it| it.0).is_ok() {
            continue;
        }
        let mut problem = InputProblem::new(
            code::EMPTY_CAPACITY,
            crate::round::PROGRAMMES,
            format!(
                "the capacity is empty, but programme {:?} has no budget",
                settling.names.0.get(programme as usize)
            ),
        )
        .at(*row, "capacity", "")
        .remedy("write the number of seats, or give the programme a budget in budgets.csv");
        problem.row = Some(*row);
        problems.push(problem);
    }
}
