//! One typed schema per table of a city directory.
//!
//! The schemas are data: reading, validation, writing and `datasets/SCHEMA.md` all follow from them.

mod definitions;
mod document;

pub use definitions::SCHEMAS;
pub use document::markdown;

use std::fmt;

use domain::InputProblem;

/// The tables of a city directory, in the order they are read: referenced tables first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableName {
    /// Small areas and their hierarchy.
    Areas,
    /// Centre and outline of areas.
    AreaShapes,
    /// Which areas touch.
    AreaNeighbours,
    /// Providers (Träger).
    Providers,
    /// Rollout stages per provider and care type (K27).
    RolloutStages,
    /// Monthly attestations of providers (K24).
    Attestations,
    /// Facilities (Einrichtungen).
    Facilities,
    /// Operating licences (Betriebserlaubnisse).
    Licences,
    /// Capacities over time.
    Capacities,
    /// Places that cannot be given for a time.
    BlockedPlaces,
    /// Staff.
    Staff,
    /// Households.
    Households,
    /// Children, pseudonymous.
    Children,
    /// Statistics-only attributes of children (K63).
    StatisticsAttributes,
    /// Applications (Anmeldungen).
    Applications,
    /// Offers (Platzangebote).
    Offers,
    /// Care contracts, bitemporal.
    Contracts,
    /// Points of the criteria catalogues.
    CriteriaPoints,
    /// Inhabitants by area, year and age.
    Population,
    /// Births by area and year.
    Births,
    /// Dwellings by area and year.
    Dwellings,
}

impl TableName {
    /// All tables in reading order.
    pub const ALL: [Self; 21] = [
        Self::Areas,
        Self::AreaShapes,
        Self::AreaNeighbours,
        Self::Providers,
        Self::RolloutStages,
        Self::Attestations,
        Self::Facilities,
        Self::Licences,
        Self::Capacities,
        Self::BlockedPlaces,
        Self::Staff,
        Self::Households,
        Self::Children,
        Self::StatisticsAttributes,
        Self::Applications,
        Self::Offers,
        Self::Contracts,
        Self::CriteriaPoints,
        Self::Population,
        Self::Births,
        Self::Dwellings,
    ];

    /// The name: file stem and name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.schema().name
    }

    /// The table with a name, if there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.as_str() == name)
    }

    /// The schema of the table.
    #[must_use]
    pub fn schema(self) -> &'static Schema {
        &SCHEMAS[self as usize]
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ColumnKind {
    /// An identifier: 1 to 64 of `A-Z a-z 0-9 . _ -`.
    Identifier,
    /// Text of at most this many bytes.
    Text(usize),
    /// A day, `YYYY-MM-DD`.
    Date,
    /// A whole number in a range, both ends included.
    Integer(i32, i32),
    /// A number in a range, both ends included.
    Decimal(f64, f64),
    /// `true` or `false`.
    Flag,
    /// One of these codes.
    Code(&'static [&'static str]),
}

/// Whose data a column holds: the key to purpose and retention (K68, K69).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// Says nothing about a person.
    Structure,
    /// About a child, pseudonymous.
    Child,
    /// About a child, for statutory statistics only; matching cannot name it (K63).
    ChildStatisticsOnly,
    /// About a household, pseudonymous.
    Household,
    /// About a member of staff, pseudonymous.
    Staff,
}

impl Category {
    /// The label in `SCHEMA.md`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Child => "child",
            Self::ChildStatisticsOnly => "child, statistics only",
            Self::Household => "household",
            Self::Staff => "staff",
        }
    }
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Name in files.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether it must be filled in every row.
    pub required: bool,
    /// Meaning, with unit and German term.
    pub meaning: &'static str,
    /// The table whose key it names, if any.
    pub references: Option<TableName>,
    /// Whose data it holds.
    pub category: Category,
}

/// One table.
#[derive(Debug)]
pub struct Schema {
    /// The table.
    pub table: TableName,
    /// File stem.
    pub name: &'static str,
    /// What one row is.
    pub meaning: &'static str,
    /// Columns whose values together are unique.
    pub key: &'static [&'static str],
    /// Pairs of first and last day that must be in order; the last may be empty.
    pub periods: &'static [(&'static str, &'static str)],
    /// Whether a city directory must have the table.
    pub required: bool,
    /// Columns in file order.
    pub columns: &'static [Column],
}

impl Schema {
    /// Position of a column.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Checks the column names of a file against the schema, each problem once.
    ///
    /// Gives for each schema column its position in the file.
    ///
    /// # Errors
    ///
    /// E1003 unknown column, E1004 missing column, E1019 a column twice.
    pub fn resolve(&self, file: &str, found: &[&str]) -> Result<Vec<usize>, Vec<InputProblem>> {
        let mut problems = Vec::new();
        for (position, name) in found.iter().enumerate() {
            if self.position(name).is_none() {
                problems.push(of_column(
                    InputProblem::new(
                        "E1003",
                        file,
                        format!("the schema of {} has no such column", self.name),
                    )
                    .remedy("remove the column or correct its name; see datasets/SCHEMA.md"),
                    name,
                ));
            } else if found[..position].contains(name) {
                problems.push(of_column(
                    InputProblem::new("E1019", file, "the column appears twice")
                        .remedy("keep one of the two columns"),
                    name,
                ));
            }
        }
        let mut positions = Vec::with_capacity(self.columns.len());
        for column in self.columns {
            match found.iter().position(|name| *name == column.name) {
                Some(position) => positions.push(position),
                None => problems.push(of_column(
                    InputProblem::new("E1004", file, "the column is missing")
                        .remedy("add the column; leave its cells empty where the schema allows it"),
                    column.name,
                )),
            }
        }
        if problems.is_empty() {
            Ok(positions)
        } else {
            Err(problems)
        }
    }
}

/// A problem of a whole column.
fn of_column(mut problem: InputProblem, column: &str) -> InputProblem {
    problem.column = Some(crate::read::shortened(column));
    problem
}
