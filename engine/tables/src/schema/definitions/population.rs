//! Inhabitants, births and dwellings.

use super::*;

pub(super) const POPULATION: Schema = Schema {
    table: TableName::Population,
    name: "population",
    meaning: "inhabitants of a smallest area on the last day of a year; `placewright forecast --population` reads the same file",
    key: &["area", "year", "age"],
    periods: &[],
    required: false,
    columns: &[
        of("area", TableName::Areas, Structure, "the area"),
        must("year", Integer(1900, 2199), Structure, "31 December of"),
        must("age", Integer(0, 120), Structure, "age in completed years"),
        must("count", Integer(0, 100_000_000), Structure, "inhabitants"),
    ],
};

pub(super) const BIRTHS: Schema = Schema {
    table: TableName::Births,
    name: "births",
    meaning: "births of a calendar year to mothers of an area; `placewright forecast --births` reads the same file",
    key: &["area", "year"],
    periods: &[],
    required: false,
    columns: &[
        of("area", TableName::Areas, Structure, "the area"),
        must("year", Integer(1900, 2199), Structure, "calendar year"),
        must("births", Integer(0, 100_000_000), Structure, "live births"),
    ],
};

pub(super) const DWELLINGS: Schema = Schema {
    table: TableName::Dwellings,
    name: "dwellings",
    meaning: "dwelling stock of an area at the end of a year",
    key: &["area", "year"],
    periods: &[],
    required: false,
    columns: &[
        of("area", TableName::Areas, Structure, "the area"),
        must("year", Integer(1900, 2199), Structure, "31 December of"),
        must("dwellings", Integer(0, 100_000_000), Structure, "dwellings"),
    ],
};
