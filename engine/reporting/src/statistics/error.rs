//! What can go wrong with the standing set of tables.

use disclosure::{LedgerError, TableError};
use domain::{ErrorCode, Month};
use jiff::civil::Date;
use occupancy::OccupancyError;
use tables::{CityError, ColumnsError};

use crate::desk::DeskError;

/// Why statistics could not be made; nothing is released then.
#[derive(Debug, thiserror::Error)]
pub enum StatisticsError {
    /// E6200: a table does not hold what its schema says.
    #[error("E6200  the statistics could not read the city: {0}; validate the city first")]
    City(#[from] CityError),
    /// E6201: places could not be counted.
    #[error("E6201  the statistics could not count places: {0}; validate the city first")]
    Occupancy(#[from] OccupancyError),
    /// E6202: something lies in an area that the areas do not list.
    #[error(
        "E6202  {what} lies in area {area}, which the table of areas does not list; validate the city first"
    )]
    Area {
        /// What lies there; never a child.
        what: String,
        /// The area.
        area: String,
    },
    /// E6203: a month was asked for as known before it began.
    #[error(
        "E6203  {month} was asked for as known on {known_on}, before its 1st; ask as known on its 1st or later"
    )]
    TooEarly {
        /// The month.
        month: Month,
        /// The day.
        known_on: Date,
    },
    /// E6204: no month or too many.
    #[error("E6204  {months} months were asked for; ask for 1 to {most}")]
    Months {
        /// Months asked for.
        months: usize,
        /// Most months.
        most: usize,
    },
    /// E6205: the counts do not form a table.
    #[error("E6205  the counts of children form no table: {0}")]
    Table(#[from] TableError),
    /// E6206: the gate refused.
    #[error("E6206  the statistics were not released: {0}")]
    Release(#[from] LedgerError),
    /// E6206: a release that the ledger knows is not at hand.
    #[error("E6206  the statistics were not released: {0}")]
    Desk(#[from] DeskError),
    /// E6207: a child or household of a contract or application is in no table.
    #[error(
        "E6207  a row of {table} names a {what} that is in no table; read the city with City::read, which checks every key"
    )]
    UnknownKey {
        /// The table.
        table: &'static str,
        /// What is missing.
        what: &'static str,
    },
}

/// Why a file of the statistics could not be written.
#[derive(Debug, thiserror::Error)]
pub enum StatisticsWriteError {
    /// E6208: the target or the library refused.
    #[error(
        "E6208  {file} could not be written: {source}; check that the target is writable and has room"
    )]
    Failed {
        /// The file.
        file: String,
        /// What went wrong.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StatisticsWriteError {
    pub(crate) fn of<E>(file: &str) -> impl Fn(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        move |source| Self::Failed {
            file: file.to_owned(),
            source: source.into(),
        }
    }
}

impl From<ColumnsError> for StatisticsWriteError {
    fn from(error: ColumnsError) -> Self {
        Self::of("a table of the statistics")(error)
    }
}

const fn code(code: &'static str, cause: &'static str, remedy: &'static str) -> ErrorCode {
    ErrorCode {
        code,
        cause,
        remedy,
    }
}

/// Every code of the statistics and of the open-data bundle.
pub const STATISTICS_ERROR_CODES: &[ErrorCode] = &[
    code(
        "E6210",
        "The release ledger knows a table whose bytes were not found, or that are others.",
        "Restore the last backup of the database; the ledger and the released tables belong together.",
    ),
    code(
        "E6211",
        "A table of occupancy cannot be released beside earlier releases in any form.",
        "See the ledger for what was released of the month; ask for another month.",
    ),
    code(
        "E6200",
        "The statistics could not read a table of the city.",
        "Validate the city directory and correct what is reported.",
    ),
    code(
        "E6201",
        "The statistics could not count the places of a month.",
        "Validate the city directory and correct what is reported.",
    ),
    code(
        "E6202",
        "A facility or home lies in an area that the table of areas does not list.",
        "Add the area, or correct the key.",
    ),
    code(
        "E6203",
        "A month of the statistics was asked for as known before it began.",
        "Ask for it as known on its 1st or later.",
    ),
    code(
        "E6204",
        "No month of the statistics was asked for, or too many.",
        "Ask for 1 to 120 months.",
    ),
    code(
        "E6205",
        "The counts of the statistics form no table.",
        "Check the keys of areas and facilities; split a city that is too large.",
    ),
    code(
        "E6206",
        "The statistics of a month could not be protected, so nothing was released.",
        "See the message; keep the input and report it as a defect.",
    ),
    code(
        "E6207",
        "A contract or application names a child or household that no table has.",
        "Add the missing row or correct the key.",
    ),
    code(
        "E6208",
        "A file of the statistics or of the open-data bundle could not be written.",
        "Check that the target is writable and has room.",
    ),
    code(
        "E6209",
        "The open-data bundle lacks a fact of its catalogue, or one is malformed.",
        "Give the publisher a name, the licence and the addresses as http or https addresses, and the municipality key with eight digits.",
    ),
];
