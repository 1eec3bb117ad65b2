//! Validation of one table after the other, keeping only what later tables and rules need.

use std::collections::{BTreeMap, BTreeSet};

use domain::InputProblem;
use polars::frame::DataFrame;
use polars::prelude::PolarsResult;

use crate::check;
use crate::keys::{KeyRows, KnownKeys, key_hashes};
use crate::problems::Problems;
use crate::read::{Chunk, Limits, for_each_chunk, unreadable};
use crate::rules::{ContractFacts, Rules};
use crate::schema::{Column, Schema, TableName};
use crate::source::TableSource;

/// Reads and checks the tables of a city in order.
///
/// Memory: 16 bytes a row for keys and 48 more a contract, whatever the length of the rows; the rows
/// themselves are kept only when asked for.
#[derive(Debug, Default)]
pub(crate) struct Validation {
    known: KnownKeys,
    rules: Rules,
    /// Tables not read to their end: what refers to them cannot be judged.
    unread: BTreeSet<TableName>,
    pub(crate) limits: Limits,
    pub(crate) problems: Problems,
    pub(crate) rows: BTreeMap<TableName, u64>,
}

/// What is gathered while the chunks of a table go by.
struct Pass<'a> {
    schema: &'static Schema,
    file: &'a str,
    known: &'a KnownKeys,
    unread: &'a BTreeSet<TableName>,
    keys: KeyRows,
    /// References of the table to itself, checked when all its keys are known.
    own_references: Vec<OwnReference>,
    contracts: &'a mut ContractFacts,
    kept: Option<DataFrame>,
    rows: u64,
}

/// A reference of a table to itself.
struct OwnReference {
    hash: u64,
    row: u64,
    column: &'static Column,
    value: String,
}

impl Validation {
    /// Reads one table; gives its rows if `keep` is set.
    ///
    /// Tables must come in the order of [`TableName::ALL`].
    pub(crate) fn table(
        &mut self,
        table: TableName,
        source: &TableSource,
        keep: bool,
    ) -> Option<DataFrame> {
        let schema = table.schema();
        let mut pass = Pass {
            schema,
            file: source.file(),
            known: &self.known,
            unread: &self.unread,
            keys: KeyRows::default(),
            own_references: Vec::new(),
            contracts: &mut self.rules.contracts,
            kept: None,
            rows: 0,
        };
        let needed = keep || Rules::needs(table);
        let complete = for_each_chunk(
            schema,
            source,
            self.limits,
            &mut self.problems,
            &mut |chunk, problems| {
                if let Err(error) = pass.chunk(chunk, needed, problems) {
                    problems.push(unreadable(source.file(), error));
                }
            },
        );
        let Pass {
            mut keys,
            own_references,
            kept,
            rows,
            ..
        } = pass;
        self.rows.insert(table, rows);
        let suspects = keys.suspects();
        if !suspects.is_empty() {
            duplicates(schema, source, self.limits, &suspects, &mut self.problems);
        }
        self.known.insert(table, keys.into_hashes());
        if complete {
            let own_references = own_references.iter();
            self.problems.extend(
                own_references
                    .filter(|own| self.known.contains(table, own.hash) == Some(false))
                    .map(|own| unresolved(source.file(), own.row, own.column, table, &own.value)),
            );
        } else {
            self.unread.insert(table);
        }
        if table == TableName::Licences {
            self.rules.licences_are_known = complete;
        }
        if let Some(frame) = &kept {
            self.rules
                .learn(table, source.file(), frame, &mut self.problems);
        }
        if table == TableName::Contracts {
            self.rules
                .contracts
                .check(source.file(), &mut self.problems);
        }
        if !keep {
            return None;
        }
        // One piece a column, so that single cells are found at once.
        kept.map(|mut frame| {
            frame.rechunk_mut();
            frame
        })
    }

    /// Notes required tables that are absent.
    pub(crate) fn require(&mut self, present: &BTreeSet<TableName>, place: &str) {
        for table in TableName::ALL {
            let schema = table.schema();
            if schema.required && !present.contains(&table) {
                self.problems.push(
                    InputProblem::new(
                        "E1020",
                        place,
                        format!("the table {} is missing", schema.name),
                    )
                    .remedy(format!(
                        "add {0}.csv, {0}.parquet or {0}.arrow",
                        schema.name
                    )),
                );
            }
        }
    }
}

impl Pass<'_> {
    /// Checks one chunk and gathers its keys.
    fn chunk(&mut self, chunk: Chunk, keep: bool, problems: &mut Problems) -> PolarsResult<()> {
        check::rows(self.schema, self.file, &chunk, problems);
        let hashes = key_hashes(&chunk.frame, self.schema.key)?;
        for (row, hash) in hashes.iter().enumerate() {
            if let Some(hash) = hash {
                self.keys.push(*hash, chunk.first_row + row as u64);
            }
        }
        self.references(&chunk, problems)?;
        if self.schema.table == TableName::Contracts {
            self.contracts.gather(&chunk)?;
        }
        self.rows += chunk.frame.height() as u64;
        if keep {
            match &mut self.kept {
                None => self.kept = Some(chunk.frame),
                Some(frame) => {
                    frame.vstack_mut_owned(chunk.frame)?;
                }
            }
        }
        Ok(())
    }

    /// Whether the keys of a table are all known: it was read to its end, or it is optional and
    /// absent, which means without rows. What is wrong otherwise is reported elsewhere, once.
    fn can_be_judged(&self, target: TableName) -> bool {
        if self.known.has(target) {
            !self.unread.contains(&target)
        } else {
            !target.schema().required
        }
    }

    /// Every reference names a row that exists.
    fn references(&mut self, chunk: &Chunk, problems: &mut Problems) -> PolarsResult<()> {
        for column in self.schema.columns {
            let Some(target) = column.references else {
                continue;
            };
            let own = target == self.schema.table;
            if !own && !self.can_be_judged(target) {
                continue;
            }
            let cells = check::text(&chunk.frame, column.name)?;
            let hashes = key_hashes(&chunk.frame, &[column.name])?;
            for (position, hash) in hashes.into_iter().enumerate() {
                let Some(hash) = hash else { continue };
                let row = chunk.first_row + position as u64;
                let value = || cells.get(position).unwrap_or_default();
                if own {
                    self.own_references.push(OwnReference {
                        hash,
                        row,
                        column,
                        value: value().to_owned(),
                    });
                } else if self.known.contains(target, hash) != Some(true) {
                    problems.push(unresolved(self.file, row, column, target, value()));
                }
            }
        }
        Ok(())
    }
}

/// The problem of a reference that leads nowhere.
fn unresolved(
    file: &str,
    row: u64,
    column: &Column,
    target: TableName,
    value: &str,
) -> InputProblem {
    InputProblem::new(
        "E1011",
        file,
        format!("no row of table {target} has this key"),
    )
    .at(row, column.name, crate::read::shortened(value))
    .remedy(format!("correct the value or add the row to {target}"))
}

/// Most suspects whose key texts are compared in one pass over a table.
const SUSPECTS_A_PASS: usize = 1 << 20;

/// Reads the table again and reports the suspects whose key texts are really equal.
///
/// `suspects` are sorted; the memory for their texts stays bounded whatever their number.
pub(crate) fn duplicates(
    schema: &'static Schema,
    source: &TableSource,
    limits: Limits,
    mut suspects: &[(u64, u64)],
    problems: &mut Problems,
) {
    while !suspects.is_empty() {
        let mut length = suspects.len().min(SUSPECTS_A_PASS);
        // Rows with the same hash stay together.
        let last = suspects[length - 1].0;
        length += suspects[length..].partition_point(|(hash, _)| *hash <= last);
        let (now, later) = suspects.split_at(length);
        compare_keys(schema, source, limits, now, problems);
        suspects = later;
    }
}

/// One pass over the table for some of the suspects.
fn compare_keys(
    schema: &'static Schema,
    source: &TableSource,
    limits: Limits,
    suspects: &[(u64, u64)],
    problems: &mut Problems,
) {
    let mut wanted: Vec<u64> = suspects.iter().map(|(_, row)| *row).collect();
    wanted.sort_unstable();
    let mut texts: BTreeMap<u64, String> = BTreeMap::new();
    // The first pass has reported what is wrong with single rows.
    let mut known = Problems::default();
    for_each_chunk(schema, source, limits, &mut known, &mut |chunk, _| {
        let last_row = chunk.first_row + chunk.frame.height() as u64;
        let begin = wanted.partition_point(|row| *row < chunk.first_row);
        let end = wanted.partition_point(|row| *row < last_row);
        for row in &wanted[begin..end] {
            texts.insert(
                *row,
                key_text(schema, &chunk.frame, (row - chunk.first_row) as usize),
            );
        }
    });
    let mut first_with: BTreeMap<(u64, &str), u64> = BTreeMap::new();
    for (hash, row) in suspects {
        let Some(text) = texts.get(row) else { continue };
        match first_with.get(&(*hash, text.as_str())) {
            None => {
                first_with.insert((*hash, text), *row);
            }
            Some(first) => problems.push(
                InputProblem::new(
                    "E1010",
                    source.file(),
                    format!("row {first} has the same key"),
                )
                .at(*row, &schema.key.join(" + "), crate::read::shortened(text))
                .remedy("keep one of the rows, or correct its key"),
            ),
        }
    }
}

/// The key of a row as text.
fn key_text(schema: &Schema, frame: &DataFrame, row: usize) -> String {
    let parts = schema.key.iter().map(|name| {
        frame
            .column(name)
            .and_then(|column| column.get(row).map(|value| value.str_value().into_owned()))
            .unwrap_or_default()
    });
    parts.collect::<Vec<_>>().join(" + ")
}
