//! What can be wrong, with stable numbers.

use domain::ErrorCode;
use solver::SolverError;

use crate::instance::INSTANCE_CODES;
use crate::ledger::LEDGER_CODES;
use crate::perturbing_codes::PERTURBING_CODES;
use crate::spec::{AMOUNT_CODES, SPEC_CODES};
use crate::{MAXIMUM_CELLS, MAXIMUM_DIMENSIONS};

/// The error index of this crate: tables and releases first, then specs and what they read,
/// then instances, perturbing methods, the ledger of releases, and amounts.
pub const ERROR_CODES: &[ErrorCode] = &joined();

const CODE_COUNT: usize = TABLE_CODES.len()
    + SPEC_CODES.len()
    + INSTANCE_CODES.len()
    + PERTURBING_CODES.len()
    + LEDGER_CODES.len()
    + AMOUNT_CODES.len();

const fn joined() -> [ErrorCode; CODE_COUNT] {
    let mut all = [TABLE_CODES[0]; CODE_COUNT];
    let lists: [&[ErrorCode]; 6] = [
        &TABLE_CODES,
        &SPEC_CODES,
        &INSTANCE_CODES,
        &PERTURBING_CODES,
        &LEDGER_CODES,
        &AMOUNT_CODES,
    ];
    let (mut at, mut list) = (0, 0);
    while list < lists.len() {
        let mut entry = 0;
        while entry < lists[list].len() {
            all[at] = lists[list][entry];
            entry += 1;
            at += 1;
        }
        list += 1;
    }
    all
}

const TABLE_CODES: [ErrorCode; 14] = [
    ErrorCode {
        code: "E5001",
        cause: "a confidential table has no dimension or more than four",
        remedy: "give one to four dimensions; split a finer table into several",
    },
    ErrorCode {
        code: "E5002",
        cause: "a dimension has no member",
        remedy: "list its members, or leave the dimension out",
    },
    ErrorCode {
        code: "E5003",
        cause: "a dimension or a member appears twice",
        remedy: "give every dimension and every member of a dimension its own code",
    },
    ErrorCode {
        code: "E5004",
        cause: "a member names a parent that is not a member of its dimension",
        remedy: "add the parent, or leave the parent out for a member directly below the total",
    },
    ErrorCode {
        code: "E5005",
        cause: "the hierarchy of a dimension runs in a circle",
        remedy: "correct the parents",
    },
    ErrorCode {
        code: "E5006",
        cause: "a code is empty or reserved",
        remedy: "choose another code; _total, value and status are taken",
    },
    ErrorCode {
        code: "E5007",
        cause: "the number of counts is not the number of leaf cells",
        remedy: "give one count per combination of members without parts, totals left out",
    },
    ErrorCode {
        code: "E5008",
        cause: "a record names a cell that does not exist or is a total",
        remedy: "count records at the finest members only, and list every member used",
    },
    ErrorCode {
        code: "E5009",
        cause: "a confidential table has too many cells",
        remedy: "publish several smaller tables, or drop a dimension",
    },
    ErrorCode {
        code: "E5010",
        cause: "a disclosure policy is not allowed",
        remedy: "use a minimum frequency from 3 to 1,000, a sensitive one not below it, and a version",
    },
    ErrorCode {
        code: "E5011",
        cause: "the slices of a series do not belong together",
        remedy: "give at least one slice, each with its own label and all with the same dimensions",
    },
    ErrorCode {
        code: "E5012",
        cause: "the protection of a table could not be proven, so nothing was released",
        remedy: "keep the input and report it as a defect; coarsen the table meanwhile",
    },
    ErrorCode {
        code: "E5013",
        cause: "the solver gave no answer, so nothing was released",
        remedy: "see the solver's message; coarsen the table if it names a limit",
    },
    ErrorCode {
        code: "E5014",
        cause: "a released table could not be written",
        remedy: "check the target of the output",
    },
];

/// Why a confidential table cannot be built. No message shows a count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// None, or too many.
    #[error("E5001: the table has {found} dimensions; give 1 to {MAXIMUM_DIMENSIONS}")]
    WrongDimensionCount {
        /// Dimensions given.
        found: usize,
    },
    /// A dimension is empty.
    #[error("E5002: dimension {dimension:?} has no member; list its members or leave it out")]
    NoMember {
        /// Its code.
        dimension: String,
    },
    /// The same code twice.
    #[error("E5003: code {code:?} appears twice; every dimension and member needs its own")]
    DuplicateCode {
        /// The code.
        code: String,
    },
    /// A parent that is no member.
    #[error("E5004: member {code:?} names the parent {parent:?}, which is not a member")]
    UnknownParent {
        /// The member.
        code: String,
        /// The parent it names.
        parent: String,
    },
    /// Parents in a circle.
    #[error("E5005: the parents of member {code:?} run in a circle; correct them")]
    HierarchyCycle {
        /// A member of the circle or below it.
        code: String,
    },
    /// Empty or taken.
    #[error("E5006: code {code:?} is empty or reserved; choose another")]
    ReservedCode {
        /// The code.
        code: String,
    },
    /// One count per leaf cell is needed.
    #[error(
        "E5007: {found} counts for {expected} leaf cells; give one per combination of members without parts"
    )]
    WrongCountNumber {
        /// Counts given.
        found: usize,
        /// Leaf cells.
        expected: usize,
    },
    /// A record outside the table.
    #[error(
        "E5008: record {coordinates:?} names no leaf cell ({more} more like it); count at the finest members"
    )]
    UnknownCell {
        /// Its codes.
        coordinates: String,
        /// How many further records have the same problem.
        more: usize,
    },
    /// Too many combinations.
    #[error("E5009: the table has more than {MAXIMUM_CELLS} cells; split it or drop a dimension")]
    TooManyCells,
}

impl TableError {
    /// The stable number of the rule broken.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongDimensionCount { .. } => "E5001",
            Self::NoMember { .. } => "E5002",
            Self::DuplicateCode { .. } => "E5003",
            Self::UnknownParent { .. } => "E5004",
            Self::HierarchyCycle { .. } => "E5005",
            Self::ReservedCode { .. } => "E5006",
            Self::WrongCountNumber { .. } => "E5007",
            Self::UnknownCell { .. } => "E5008",
            Self::TooManyCells => "E5009",
        }
    }
}

/// Why nothing was released. No message shows a count.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReleaseError {
    /// The proof of protection did not hold, which is a defect of this crate.
    #[error(
        "E5012: the protection of cell {coordinates:?} of table {table:?} could not be proven ({reason}); nothing was released"
    )]
    NotProven {
        /// The table.
        table: String,
        /// Codes of the cell.
        coordinates: String,
        /// Which step found it.
        reason: &'static str,
    },
    /// The solver failed.
    #[error("E5013: table {table:?} was not released: {source}")]
    Solver {
        /// The table.
        table: String,
        /// What it said.
        source: SolverError,
    },
    /// Slices that do not belong together.
    #[error("E5011: slice {label:?} of the series {problem}")]
    Series {
        /// Label of the slice; empty for a series without slices.
        label: String,
        /// What is wrong.
        problem: &'static str,
    },
}

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
#[error("E5014: the released table could not be written: {0}; check the target of the output")]
pub struct WriteError(#[from] csv::Error);
