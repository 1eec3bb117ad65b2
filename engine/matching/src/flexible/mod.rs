//! Flexible seat groups: programmes that spread one budget of staff over several groups.
//!
//! A programme with a row in `budgets.csv` is flexible: any children fit whose weights
//! (`seat_weights.csv`, one per seat group) add up to at most its budget and that stay within the
//! capacities of `programmes.csv`, where an empty capacity means no cap. A group of which not even one
//! child fits is closed. A programme without a budget stays rigid: a number of seats for each group.
//!
//! # Rule
//!
//! A flexible programme has **one** line of all its children, whatever their group: first those
//! enrolled there, then more points, then the smaller lot, then the lottery. A matching is **fair** if
//! no child wants a programme more than its place while that programme admits a child further back
//! in the line, of the same group *or another*. Room that stays free because the child whose turn it
//! is does not fit is allowed: nobody behind it may take the room. At rigid programmes free seats and
//! envy within the group are faults as ever.
//!
//! Among all fair matchings one is best for every child at once (Kamada and Kojima 2024, *Fair
//! matching under constraints*, Review of Economic Studies): [`cut_off_raising`] finds it. As
//! enrolled children stand first in line and all of them fit together, none of them can lose
//! its place.
//!
//! Flexible groups place more children than rigid ones where the groups that apply are not those the
//! seats were planned for. That is no law: where a group that needs much staff is short of
//! seats, more of its children are placed, and fewer children in all.

mod amount;
mod budgets;
mod cut_off_raising;
mod fairness;
mod figures;
mod read;
mod staffing;

pub use amount::{Amount, AmountError};
pub use figures::FlexibleProgramme;
pub use read::{BudgetRow, SeatWeightRow};
pub use staffing::{StaffingRatio, budget_for_seats};

pub(crate) use budgets::Budgets;
pub(crate) use cut_off_raising::cut_off_raising;
pub(crate) use fairness::{fits_one_more, over_budget};
pub(crate) use figures::{flexible_programmes, out_of_turn};
pub(crate) use read::{BudgetDrafts, read_budgets};

/// Capacity of a seat group without a cap, at a flexible programme.
pub const NO_CAP: u32 = u32::MAX;
