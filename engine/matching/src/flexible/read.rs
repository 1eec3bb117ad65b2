//! `budgets.csv` and `seat_weights.csv`.

use std::io::Read;

use domain::InputProblem;

use super::amount::Amount;
use crate::csv_table::CsvTable;
use crate::error_codes as code;
use crate::problems::Problems;

pub(super) const BUDGETS: &str = "budgets.csv";
pub(super) const SEAT_WEIGHTS: &str = "seat_weights.csv";

/// One row of `budgets.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetRow {
    /// Programme, one of the programmes of the round.
    pub programme_id: String,
    /// Staff that the children may need together, from 0, in the unit of the weights.
    pub budget: Amount,
}

/// One row of `seat_weights.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatWeightRow {
    /// Programme, one with a budget.
    pub programme_id: String,
    /// Seat group; empty for the common group.
    pub seat_group: String,
    /// Staff that one child of the group needs, above 0.
    pub weight: Amount,
}

/// A row as it came in; the amount is missing where it is faulty and has been reported.
#[derive(Debug)]
pub(super) struct BudgetDraft {
    pub(super) programme: String,
    pub(super) budget: Option<Amount>,
    pub(super) row: u64,
}

#[derive(Debug)]
pub(super) struct WeightDraft {
    pub(super) programme: String,
    pub(super) group: String,
    pub(super) weight: Option<Amount>,
    pub(super) row: u64,
}

/// The rows of both files.
#[derive(Debug, Default)]
pub(crate) struct BudgetDrafts {
    pub(super) budgets: Vec<BudgetDraft>,
    pub(super) weights: Vec<WeightDraft>,
    /// A file could not be read or is missing: what follows from its rows cannot be said.
    pub(super) unreadable: bool,
}

impl BudgetDrafts {
    /// Takes rows from memory.
    pub(crate) fn from_rows(
        budgets: &[BudgetRow],
        weights: &[SeatWeightRow],
        problems: &mut Problems,
    ) -> Self {
        let mut drafts = Self::default();
        for (row, given) in (1..).zip(budgets) {
            drafts.budgets.push(BudgetDraft {
                programme: given.programme_id.clone(),
                budget: Some(given.budget),
                row,
            });
        }
        for (row, given) in (1..).zip(weights) {
            if given.weight == Amount::ZERO {
                let problem = InputProblem::new(code::BAD_AMOUNT, SEAT_WEIGHTS, ABOVE_ZERO);
                problems.push(problem.at(row, "weight", "0").remedy(AMOUNT_REMEDY));
            }
            drafts.weights.push(WeightDraft {
                programme: given.programme_id.clone(),
                group: given.seat_group.clone(),
                weight: Some(given.weight).filter(|weight| *weight != Amount::ZERO),
                row,
            });
        }
        drafts
    }
}

const ABOVE_ZERO: &str = "a weight is a decimal number or a fraction above 0";
const AMOUNT_REMEDY: &str =
    "write digits with at most one point, or a fraction such as 1/12; no sign, at most 18 digits";

/// Reads both files. Neither is given: nothing. Only one of them: a problem.
pub(crate) fn read_budgets<R: Read>(
    budgets: Option<R>,
    weights: Option<R>,
    row_limit: u64,
    problems: &mut Problems,
) -> BudgetDrafts {
    let mut drafts = BudgetDrafts::default();
    match (budgets, weights) {
        (None, None) => {}
        (Some(budgets), Some(weights)) => {
            read_budget_rows(budgets, row_limit, &mut drafts, problems);
            read_weight_rows(weights, row_limit, &mut drafts, problems);
        }
        (budgets, _) => {
            let missing = if budgets.is_some() {
                SEAT_WEIGHTS
            } else {
                BUDGETS
            };
            problems.push(
                InputProblem::new(
                    code::BUDGETS_AND_WEIGHTS,
                    missing,
                    "the file is missing, but the other one of budgets.csv and seat_weights.csv is given",
                )
                .remedy("give both files or neither"),
            );
            drafts.unreadable = true;
        }
    }
    drafts
}

fn read_budget_rows<R: Read>(
    input: R,
    row_limit: u64,
    drafts: &mut BudgetDrafts,
    problems: &mut Problems,
) {
    const COLUMNS: &[&str] = &["programme_id", "budget"];
    let Some(mut table) = CsvTable::open(BUDGETS, COLUMNS, input, row_limit, problems) else {
        drafts.unreadable = true;
        return;
    };
    while table.advance(problems) {
        let budget = read_amount(&table, 1, problems);
        let row = table.row();
        if let Some(programme) = table.filled(0, problems) {
            drafts.budgets.push(BudgetDraft {
                programme: programme.to_owned(),
                budget,
                row,
            });
        }
    }
}

fn read_weight_rows<R: Read>(
    input: R,
    row_limit: u64,
    drafts: &mut BudgetDrafts,
    problems: &mut Problems,
) {
    const COLUMNS: &[&str] = &["programme_id", "seat_group", "weight"];
    let Some(mut table) = CsvTable::open(SEAT_WEIGHTS, COLUMNS, input, row_limit, problems) else {
        drafts.unreadable = true;
        return;
    };
    while table.advance(problems) {
        let mut weight = read_amount(&table, 2, problems);
        if weight == Some(Amount::ZERO) {
            let problem = table.problem(code::BAD_AMOUNT, 2, ABOVE_ZERO);
            problems.push(problem.remedy(AMOUNT_REMEDY));
            weight = None;
        }
        let row = table.row();
        let programme = table.filled(0, problems);
        let group = table.text(1, problems);
        if let (Some(programme), Some(group)) = (programme, group) {
            drafts.weights.push(WeightDraft {
                programme: programme.to_owned(),
                group: group.to_owned(),
                weight,
                row,
            });
        }
    }
}

fn read_amount<R: Read>(
    table: &CsvTable<R>,
    column: usize,
    problems: &mut Problems,
) -> Option<Amount> {
    let text = table.text(column, problems)?;
    match text.parse() {
        Ok(amount) => Some(amount),
        Err(_) => {
            let problem = table.problem(
                code::BAD_AMOUNT,
                column,
                "the field is not a decimal number or a fraction from 0 that can be held exactly",
            );
            problems.push(problem.remedy(AMOUNT_REMEDY));
            None
        }
    }
}
