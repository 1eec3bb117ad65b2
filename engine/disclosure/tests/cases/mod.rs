//! Cases of other implementations from the folder beside the checkout.

#![allow(dead_code, clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests too

use std::collections::BTreeMap;

/// One row by column.
pub(crate) type Row = BTreeMap<String, String>;

/// The bytes of a case; `None` with a printed reason where it is absent.
#[allow(clippy::disallowed_methods)] // test input from outside the project
pub(crate) fn bytes(path: &str) -> Option<Vec<u8>> {
    let root = std::env::var("PLACEWRIGHT_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let found = std::fs::read(format!("{root}/cases/disclosure/{path}"));
    if found.is_err() {
        println!("skipped: no shared case {path}");
    }
    found.ok()
}

/// The rows of a CSV case.
pub(crate) fn rows(path: &str) -> Option<Vec<Row>> {
    let bytes = bytes(path)?;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    Some(reader.deserialize().map(Result::unwrap).collect())
}

/// A JSON case.
pub(crate) fn json(path: &str) -> Option<serde_json::Value> {
    Some(serde_json::from_slice(&bytes(path)?).unwrap())
}
