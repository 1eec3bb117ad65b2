//! Cases of other implementations from the folder beside the checkout.

#![allow(dead_code, clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests too

use std::collections::BTreeMap;

/// One row by column.
pub(crate) type Row = BTreeMap<String, String>;

/// Where a case is.
#[allow(clippy::disallowed_methods)] // test input from outside the project
fn place(path: &str) -> String {
    let root = std::env::var("PLACEWRIGHT_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    format!("{root}/cases/disclosure/{path}")
}

/// The bytes of a case; `None` with a printed reason where it is absent.
#[allow(clippy::disallowed_methods)] // test input from outside the project
pub(crate) fn bytes(path: &str) -> Option<Vec<u8>> {
    let found = std::fs::read(place(path));
    if found.is_err() {
        println!("skipped: no shared case {path}");
    }
    found.ok()
}

/// The bytes of a case compressed by gzip, which unpacks it.
pub(crate) fn unpacked(path: &str) -> Option<Vec<u8>> {
    bytes(path)?;
    let run = std::process::Command::new("gzip")
        .arg("-dc")
        .arg(place(path))
        .output();
    match run {
        Ok(output) if output.status.success() => Some(output.stdout),
        _ => {
            println!("skipped: no gzip to unpack {path}");
            None
        }
    }
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
