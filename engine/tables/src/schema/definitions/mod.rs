//! The tables themselves.

mod children;
mod places;
mod population;

use super::{Category, Column, ColumnKind, Schema, TableName};
use Category::{Child, ChildStatisticsOnly, Household, Staff, Structure};
use ColumnKind::{Code, Date, Decimal, Flag, Identifier, Integer, Text};

const CARE_TYPES: ColumnKind = Code(&["childminding", "nursery", "kindergarten", "after_school"]);
const DAILY_HOURS: ColumnKind = Decimal(0.25, 13.0);
const PLACES: ColumnKind = Integer(0, 2000);

/// A column that must be filled.
const fn must(
    name: &'static str,
    kind: ColumnKind,
    category: Category,
    meaning: &'static str,
) -> Column {
    Column {
        name,
        kind,
        required: true,
        meaning,
        references: None,
        category,
    }
}

/// A column that may be empty.
const fn may(
    name: &'static str,
    kind: ColumnKind,
    category: Category,
    meaning: &'static str,
) -> Column {
    Column {
        name,
        kind,
        required: false,
        meaning,
        references: None,
        category,
    }
}

/// A filled column that names a row of another table.
const fn of(
    name: &'static str,
    table: TableName,
    category: Category,
    meaning: &'static str,
) -> Column {
    Column {
        name,
        kind: Identifier,
        required: true,
        meaning,
        references: Some(table),
        category,
    }
}

/// A column that may be empty, else names a row of another table.
const fn may_of(
    name: &'static str,
    table: TableName,
    category: Category,
    meaning: &'static str,
) -> Column {
    Column {
        name,
        kind: Identifier,
        required: false,
        meaning,
        references: Some(table),
        category,
    }
}

/// Every table, in the order of [`TableName::ALL`].
pub static SCHEMAS: [Schema; 21] = [
    places::AREAS,
    places::AREA_SHAPES,
    places::AREA_NEIGHBOURS,
    places::PROVIDERS,
    places::ROLLOUT_STAGES,
    places::ATTESTATIONS,
    places::FACILITIES,
    places::LICENCES,
    places::CAPACITIES,
    places::BLOCKED_PLACES,
    places::STAFF,
    children::HOUSEHOLDS,
    children::CHILDREN,
    children::STATISTICS_ATTRIBUTES,
    children::APPLICATIONS,
    children::OFFERS,
    children::CONTRACTS,
    children::CRITERIA_POINTS,
    population::POPULATION,
    population::BIRTHS,
    population::DWELLINGS,
];
