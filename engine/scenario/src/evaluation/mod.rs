//! Places against demand, month by month and path by path.

mod cells;
mod money;
mod paths;
mod rows;
mod supply;
mod unserved;
mod write;

pub use money::{YearSide, YearSum};
pub use rows::{
    Evaluation, EvaluationRow, EvaluationSide, PathSummary, Priority, UnservedRow, UnservedSide,
};

pub(crate) use cells::{Judged, evaluate};
pub(crate) use paths::CellPaths;
