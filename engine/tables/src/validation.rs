//! Validation of one table after the other, keeping only what later tables and rules need.

use std::collections::{BTreeMap, BTreeSet};

use domain::InputProblem;
use polars::frame::DataFrame;
use polars::prelude::PolarsResult;

use crate::check;
use crate::keys::{KeyRows, KnownKeys, key_hashes};
use crate::problems::Problems;
use crate::read::{Chunk, for_each_chunk, unreadable};
use crate::rules::{ContractFacts, Rules};
use crate::schema::{Column, Schema, TableName};
use crate::source::TableSource;

/// Reads and checks the tables of a city in order.
///
/// Memory: 16 bytes per row for keys and 40 per contract, whatever the length of the rows; the rows
/// themselves are kept only when asked for.
#[derive(Debug, Default)]
pub(crate) struct Validation {
    known: KnownKeys,
    rules: Rules,
    pub(crate) problems: Problems,
    pub(crate) rows: BTreeMap<TableName, u64>,
}

/// What is gathered while the chunks of a table go by.
struct Pass<'a> {
    schema: &'static Schema,
    file: &'a str,
    known: &'a KnownKeys,
    keys: KeyRows,
    /// References of the table to itself, checked when all its keys are known.
    own_references: Vec<(u64, u64, &'static Column)>,
    contracts: &'a mut ContractFacts,
    kept: Option<DataFrame>,
    rows: u64,
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
            keys: KeyRows::default(),
            own_references: Vec::new(),
            contracts: &mut self.rules.contracts,
            kept: None,
            rows: 0,
        };
        let needed = keep || Rules::needs(table);
        for_each_chunk(
            schema,
            source,
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
            duplicates(schema, source, &suspects, &mut self.problems);
        }
        self.known.insert(table, keys.into_hashes());
        for (hash, row, column) in own_references {
            if self.known.contains(table, hash) == Some(false) {
                self.problems
                    .push(unresolved(source.file(), row, column, table));
            }
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
        if keep { kept } else { None }
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

    /// Every reference names a row that exists.
    fn references(&mut self, chunk: &Chunk, problems: &mut Problems) -> PolarsResult<()> {
        for column in self.schema.columns {
            let Some(target) = column.references else {
                continue;
            };
            let own = target == self.schema.table;
            let hashes = key_hashes(&chunk.frame, &[column.name])?;
            for (row, hash) in hashes.into_iter().enumerate() {
                let Some(hash) = hash else { continue };
                let row = chunk.first_row + row as u64;
                if own {
                    self.own_references.push((hash, row, column));
                } else if self.known.contains(target, hash) != Some(true) {
                    let cell = check::text(&chunk.frame, column.name)?
                        .get((row - chunk.first_row) as usize)
                        .unwrap_or_default();
                    let mut problem = unresolved(self.file, row, column, target);
                    problem.value = Some(crate::read::shortened(cell));
                    problems.push(problem);
                }
            }
        }
        Ok(())
    }
}

/// The problem of a reference that leads nowhere.
fn unresolved(file: &str, row: u64, column: &Column, target: TableName) -> InputProblem {
    let mut problem = InputProblem::new(
        "E1011",
        file,
        format!("no row of table {target} has this key"),
    )
    .remedy(format!("correct the value or add the row to {target}"));
    problem.row = Some(row);
    problem.column = Some(column.name.to_owned());
    problem
}

/// Reads the table again and reports the suspects whose key texts are really equal.
fn duplicates(
    schema: &'static Schema,
    source: &TableSource,
    suspects: &[(u64, u64)],
    problems: &mut Problems,
) {
    let mut wanted: Vec<u64> = suspects.iter().map(|(_, row)| *row).collect();
    wanted.sort_unstable();
    let mut texts: BTreeMap<u64, String> = BTreeMap::new();
    // The first pass has reported what is wrong with single rows.
    for_each_chunk(schema, source, &mut Problems::default(), &mut |chunk, _| {
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
