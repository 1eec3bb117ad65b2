//! The columns of the files: the statistics office's contract, kept as data.
//!
//! Columns and codes that no law or form seen prescribes are marked [`Basis::Assumption`]; codes stand
//! in the parameters ([`crate::Parameters::codes`]), names and order for a recipient in its column map.

mod federal;
mod other;

use jiff::civil::{Date, date};

pub use federal::{
    CHILD_FIELDS, CHILDMINDER_FIELDS, CHILDMINDING_FIELDS, FACILITY_FIELDS, GROUP_FIELDS,
    JOINT_CHILDMINDING_FIELDS, STAFF_FIELDS,
};
pub use other::{COST_FIELDS, GRANT_FIELDS, STAFFING_FIELDS};

/// What a column rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// § 99 SGB VIII, § 12, 14 or 18 SächsKitaG name the fact.
    Statute,
    /// A survey form shows the column with its codes (form TPK, Saxony, 1 March 2022).
    Form,
    /// Our choice of name or code; to be confirmed by the statistics office.
    Assumption,
}

/// What a column may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// A whole number, both bounds included.
    Number(u32, u32),
    /// A code of the column's list in the parameters.
    Listed,
    /// `HH:MM`; in records minutes since midnight, 0 to 1440.
    TimeOfDay,
    /// `YYYY-MM-DD`; in records the number YYYYMMDD.
    Day,
    /// A decimal number with a comma.
    Decimal,
    /// One of a list of words.
    Words(&'static [&'static str]),
}

/// One column of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    /// Name in the file's header.
    pub name: &'static str,
    /// What it means, in English.
    pub meaning: &'static str,
    /// What it may hold.
    pub values: Values,
    /// Whether a cell may be empty.
    pub may_be_empty: bool,
    /// What it rests on.
    pub basis: Basis,
    /// First reference date the column is used for.
    pub valid_from: Date,
}

/// The 1 March of the form whose codes are used.
const SINCE: Date = date(2022, 3, 1);
const MONTH: Values = Values::Number(1, 12);
const YEAR: Values = Values::Number(1900, 2199);
const RUNNING_NUMBER: Values = Values::Number(1, 999_999);

const fn must(
    name: &'static str,
    values: Values,
    basis: Basis,
    meaning: &'static str,
) -> FieldSpec {
    FieldSpec {
        name,
        meaning,
        values,
        may_be_empty: false,
        basis,
        valid_from: SINCE,
    }
}

const fn may(name: &'static str, values: Values, basis: Basis, meaning: &'static str) -> FieldSpec {
    FieldSpec {
        may_be_empty: true,
        ..must(name, values, basis, meaning)
    }
}

/// Every file of an extract with its columns.
pub const FILES: [(&str, &[FieldSpec]); 10] = [
    ("kita_einrichtung", &FACILITY_FIELDS),
    ("kita_gruppe", &GROUP_FIELDS),
    ("kita_kind", &CHILD_FIELDS),
    ("kita_person", &STAFF_FIELDS),
    ("ktp_person", &CHILDMINDER_FIELDS),
    ("ktp_kind", &CHILDMINDING_FIELDS),
    ("grosstagespflege", &JOINT_CHILDMINDING_FIELDS),
    ("landeszuschuss_1april", &GRANT_FIELDS),
    ("betriebskosten_p14", &COST_FIELDS),
    ("personalbedarf", &STAFFING_FIELDS),
];

/// The names of the columns of a file; `None` if there is no such file.
pub(crate) fn columns_of(file: &str) -> Option<Vec<&'static str>> {
    let (_, fields) = FILES.iter().find(|(name, _)| *name == file)?;
    Some(names(fields))
}

/// The names of columns.
pub(crate) fn names(fields: &[FieldSpec]) -> Vec<&'static str> {
    fields.iter().map(|field| field.name).collect()
}

/// Columns whose codes stand in the parameters.
pub(crate) fn listed_columns() -> impl Iterator<Item = &'static str> {
    let fields = FILES.iter().flat_map(|(_, fields)| fields.iter());
    let listed = fields.filter(|field| field.values == Values::Listed);
    listed.map(|field| field.name)
}
