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
    tables: BTreeMap<TableName, SortedHashes>,
}

/// Sorted hashes with a directory by their leading bits, so that finding one among millions looks at
/// two places in memory instead of one for every halving.
#[derive(Debug, Default)]
struct SortedHashes {
    sorted: Vec<u64>,
    /// Where the hashes of every leading pattern begin, and the end of the last.
    begins: Vec<u32>,
    /// Bits a hash is shifted by to give its pattern.
    shift: u32,
}

impl SortedHashes {
    fn new(mut hashes: Vec<u64>) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        // About eight hashes a pattern: one line of a processor's cache.
        let bits = (hashes.len() / 8).max(2).ilog2();
        let shift = u64::BITS - bits;
        let mut begins = vec![0; (1 << bits) + 1];
        for hash in &hashes {
            begins[(hash >> shift) as usize + 1] += 1;
        }
        for pattern in 1..begins.len() {
            begins[pattern] += begins[pattern - 1];
        }
        Self {
            sorted: hashes,
            begins,
            shift,
        }
    }

    fn contains(&self, hash: u64) -> bool {
        let pattern = (hash >> self.shift) as usize;
        let range = self.begins[pattern] as usize..self.begins[pattern + 1] as usize;
        self.sorted[range].binary_search(&hash).is_ok()
    }
}

impl KnownKeys {
    /// Remembers the keys of a table.
    pub(crate) fn insert(&mut self, table: TableName, hashes: Vec<u64>) {
        self.tables.insert(table, SortedHashes::new(hashes));
    }

    /// Whether a table was read.
    pub(crate) fn has(&self, table: TableName) -> bool {
        self.tables.contains_key(&table)
    }

    /// Whether a table has a key; `None` if the table was not read.
    pub(crate) fn contains(&self, table: TableName, hash: u64) -> Option<bool> {
        self.tables.get(&table).map(|hashes| hashes.contains(hash))
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
