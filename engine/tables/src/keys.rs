//! Keys and references, as 64-bit hashes of their text.
//!
//! A repeated hash is only a suspicion: the rows are read again and compared as text, so no false
//! duplicate is ever reported. A reference counts as resolved if its hash is known; with ten million
//! keys the chance that one wrong reference slips through is below 10^-12.

use std::collections::BTreeMap;
use std::hash::Hasher;

use polars::frame::DataFrame;
use polars::prelude::{DataType, PolarsResult};

use crate::schema::TableName;

/// Hash of a text, the same in every run.
pub(crate) fn hash_text(text: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// Hashes of one column, null where the cell is empty.
fn column_hashes(frame: &DataFrame, name: &str) -> PolarsResult<Vec<Option<u64>>> {
    let column = frame.column(name)?;
    Ok(match column.dtype() {
        DataType::String => column
            .str()?
            .iter()
            .map(|cell| cell.map(hash_text))
            .collect(),
        DataType::Date => column
            .date()?
            .physical()
            .iter()
            .map(|cell| cell.map(|days| mix(days as u64)))
            .collect(),
        _ => column
            .i32()?
            .iter()
            .map(|cell| cell.map(|number| mix(number as u64)))
            .collect(),
    })
}

/// Spreads a number over 64 bits (the finaliser of SplitMix64, Steele et al. 2014).
const fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Hashes of a key of one or more columns; `None` where a part is empty.
pub(crate) fn key_hashes(frame: &DataFrame, key: &[&str]) -> PolarsResult<Vec<Option<u64>>> {
    let mut hashes: Option<Vec<Option<u64>>> = None;
    for name in key {
        let part = column_hashes(frame, name)?;
        hashes = Some(match hashes {
            None => part,
            Some(so_far) => so_far
                .into_iter()
                .zip(part)
                .map(|(a, b)| Some(mix(a?).wrapping_add(b?).rotate_left(17)))
                .collect(),
        });
    }
    Ok(hashes.unwrap_or_default())
}

/// The keys of the tables read so far.
#[derive(Debug, Default)]
pub(crate) struct KnownKeys {
    sorted: BTreeMap<TableName, Vec<u64>>,
}

impl KnownKeys {
    /// Remembers the keys of a table.
    pub(crate) fn insert(&mut self, table: TableName, mut hashes: Vec<u64>) {
        hashes.sort_unstable();
        hashes.dedup();
        self.sorted.insert(table, hashes);
    }

    /// Whether a table was read.
    pub(crate) fn has(&self, table: TableName) -> bool {
        self.sorted.contains_key(&table)
    }

    /// Whether a table has a key; `None` if the table was not read.
    pub(crate) fn contains(&self, table: TableName, hash: u64) -> Option<bool> {
        self.sorted
            .get(&table)
            .map(|hashes| hashes.binary_search(&hash).is_ok())
    }
}

/// Key hashes of a table with the rows they stand in.
#[derive(Debug, Default)]
pub(crate) struct KeyRows {
    rows: Vec<(u64, u32)>,
}

impl KeyRows {
    /// Notes the key of a row.
    pub(crate) fn push(&mut self, hash: u64, row: u64) {
        // A table has fewer than 2^32 rows.
        self.rows.push((hash, row as u32));
    }

    /// Sorts, and gives the rows whose hash stands more than once.
    pub(crate) fn suspects(&mut self) -> Vec<(u64, u64)> {
        self.rows.sort_unstable();
        let mut suspects = Vec::new();
        for run in self
            .rows
            .chunk_by(|a, b| a.0 == b.0)
            .filter(|run| run.len() > 1)
        {
            suspects.extend(run.iter().map(|(hash, row)| (*hash, u64::from(*row))));
        }
        suspects
    }

    /// The hashes alone, sorted.
    pub(crate) fn into_hashes(self) -> Vec<u64> {
        self.rows.into_iter().map(|(hash, _)| hash).collect()
    }
}
