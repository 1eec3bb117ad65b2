//! What can go wrong.

use domain::{CareType, InputProblem};
use jiff::civil::Date;
use tables::CityError;

/// Why an extract could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// E6001: a table does not hold what its schema says.
    #[error("E6001  the extract could not read the city: {0}")]
    City(#[from] CityError),
    /// E6002: a contract names a child or facility that no table has.
    #[error(
        "E6002  contract {contract} names a {column} that is in no table; read the city with City::read, which checks every key"
    )]
    UnknownKey {
        /// The contract.
        contract: String,
        /// The column.
        column: &'static str,
    },
    /// E6003: a cell is empty or holds a value no extract can use.
    #[error("E6003  table {table}, row {row}: {column} {problem}; correct the table")]
    Value {
        /// The table.
        table: &'static str,
        /// Row, from 1.
        row: usize,
        /// The column.
        column: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// E6004: no grant rate is known for the day asked for.
    #[error(
        "E6004  no state grant rate is known for {on}; add a rate valid on that day to the grant table"
    )]
    NoRate {
        /// The day.
        on: Date,
    },
    /// E6135, E6136: registers name what the city does not have.
    #[error("{}", first(problems))]
    Registers {
        /// Every row that does not fit.
        problems: Vec<InputProblem>,
    },
    /// E6165: no staff key is known for a care type on the day.
    #[error(
        "E6165  no staff key is known for {care} on {on}; add one valid on that day to the parameters"
    )]
    NoStaffKey {
        /// The care type.
        care: CareType,
        /// The day.
        on: Date,
    },
    /// E6166: numbers beyond any city.
    #[error(
        "E6166  the staffing requirement of facility {facility} exceeds the range of exact numbers; check the keys in the parameters"
    )]
    BeyondRange {
        /// The facility's running number.
        facility: u32,
    },
}

/// The first of several problems, and how many there are.
fn first(problems: &[InputProblem]) -> String {
    let first = problems.first().map(ToString::to_string);
    let rest = problems.len().saturating_sub(1);
    let first = first.unwrap_or_else(|| "E6135  registers do not fit the city".to_owned());
    if rest == 0 {
        first
    } else {
        format!("{first} (and {rest} more)")
    }
}

/// Why a table of grant rates was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantTableError {
    /// E6005: two rates start on one day.
    #[error("E6005  two state grant rates start on {on}; keep one of them")]
    Twice {
        /// The day.
        on: Date,
    },
}

/// Why files could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// E6006: a file could not be opened or written.
    #[error(
        "E6006  {file} could not be written: {source}; check that the target is writable and has room"
    )]
    Failed {
        /// The file.
        file: String,
        /// What went wrong.
        #[source]
        source: std::io::Error,
    },
}

/// Why parameters were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// E6150: the file is no TOML of the expected form.
    #[error("E6150  the parameters cannot be read: {problem}; compare with the shipped file")]
    Form {
        /// Place and reason.
        problem: String,
    },
    /// E6151: a value cannot be used.
    #[error("E6151  {place}: {problem}; correct the parameters")]
    Value {
        /// The entry.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
}
