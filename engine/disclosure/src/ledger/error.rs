//! What can be wrong with a request to the ledger, with stable numbers.

use domain::ErrorCode;
use solver::SolverError;

use crate::{ReleaseError, TableError};

/// E5090 and above.
pub(crate) const LEDGER_CODES: [ErrorCode; 10] = [
    ErrorCode {
        code: "E5090",
        cause: "a request to the release ledger names a dimension, member or cell the table does not have, or two dimensions of one classification",
        remedy: "use the codes of the table; give every classification one dimension",
    },
    ErrorCode {
        code: "E5091",
        cause: "two tables of the same children and date disagree about a cell, so nothing was released",
        remedy: "make both from the same records, say which part of the children a table is restricted to, or release corrected records as a revision",
    },
    ErrorCode {
        code: "E5092",
        cause: "no table of children agrees with all releases of a date together, so nothing was released",
        remedy: "make all tables of a date from the same records, and say which part of the children a table is restricted to",
    },
    ErrorCode {
        code: "E5093",
        cause: "the releases of a date cross too many classifications to be examined together",
        remedy: "leave out a dimension, or publish the table with coarser members",
    },
    ErrorCode {
        code: "E5094",
        cause: "what was kept of a release cannot be read: it is damaged or of a newer version",
        remedy: "restore the last backup of the ledger, or use the newer program",
    },
    ErrorCode {
        code: "E5095",
        cause: "a sensitive attribute is to be protected while empty cells are shown as 0",
        remedy: "suppress zeros in the policy of this table: a shown 0 tells that nobody has the category",
    },
    ErrorCode {
        code: "E5096",
        cause: "the solver gave no answer for the releases of a date, so nothing was released",
        remedy: "see the solver's message; coarsen the table if it names a limit",
    },
    ErrorCode {
        code: "E5097",
        cause: "a table of this name and date is released already, with other counts, members or rules",
        remedy: "release corrected records as a revision, or give the other table its own name",
    },
    ErrorCode {
        code: "E5098",
        cause: "the table and the earlier releases together would give single children away, so nothing was released",
        remedy: "accept the proposal, which hides more cells or is coarser, or do not publish the table",
    },
    ErrorCode {
        code: "E5099",
        cause: "a release stated as sets of atoms has no cell, a cell twice, a cell without atoms, or limits that do not hold the count",
        remedy: "correct the cell named",
    },
];

/// Why the ledger gave no decision. No message shows a count.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LedgerError {
    /// The request names something the table does not have.
    #[error("E5090: the request for table {table:?} names {value:?}, {problem}")]
    Request {
        /// The table.
        table: String,
        /// What it names.
        value: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Two releases disagree.
    #[error(
        "E5091: cell {cell:?} of table {table:?} has another count than in {other:?} ({scope}); nothing was released"
    )]
    Contradiction {
        /// The table.
        table: String,
        /// Codes of the cell.
        cell: String,
        /// The other table.
        other: String,
        /// Population and date.
        scope: String,
    },
    /// All releases together are impossible.
    #[error(
        "E5092: no table of children agrees with table {table:?} and all other releases of {scope}; nothing was released"
    )]
    NoTable {
        /// The table.
        table: String,
        /// Population and date.
        scope: String,
    },
    /// Too many crossings.
    #[error(
        "E5093: the releases together have more than {limit} atoms; leave out a dimension or coarsen it"
    )]
    TooManyAtoms {
        /// Most atoms.
        limit: usize,
    },
    /// Bytes that are no release.
    #[error("E5094: a release kept in the ledger cannot be read: {problem}")]
    Damaged {
        /// What is wrong.
        problem: &'static str,
    },
    /// Zeros have to be suppressed.
    #[error(
        "E5095: dimension {dimension:?} of table {table:?} is sensitive and zeros are shown; suppress zeros"
    )]
    ZerosShown {
        /// The table.
        table: String,
        /// The dimension.
        dimension: String,
    },
    /// The solver failed.
    #[error("E5096: the releases could not be examined together: {source}")]
    Solver {
        /// What it said.
        source: SolverError,
    },
    /// The name is taken.
    #[error(
        "E5097: table {table:?} is released already for {scope}, with other counts, members or rules; release a revision or choose another name"
    )]
    NameTaken {
        /// The table.
        table: String,
        /// Population and date.
        scope: String,
    },
    /// A cell stated wrongly.
    #[error("E5099: cell {cell:?} of the stated release {table:?} {problem}")]
    Stated {
        /// The release.
        table: String,
        /// The cell.
        cell: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// The table could not be protected by itself.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// A coarser table could not be made.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl LedgerError {
    /// The stable number of what is wrong.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Request { .. } => "E5090",
            Self::Contradiction { .. } => "E5091",
            Self::NoTable { .. } => "E5092",
            Self::TooManyAtoms { .. } => "E5093",
            Self::Damaged { .. } => "E5094",
            Self::ZerosShown { .. } => "E5095",
            Self::Solver { .. } => "E5096",
            Self::NameTaken { .. } => "E5097",
            Self::Stated { .. } => "E5099",
            Self::Release(ReleaseError::Series { .. }) => "E5011",
            Self::Release(ReleaseError::NotProven { .. }) => "E5012",
            Self::Release(ReleaseError::Solver { .. }) => "E5013",
            Self::Table(error) => error.code(),
        }
    }
}
