//! Generating unit by unit and handing over table by table.

use std::collections::BTreeMap;

use polars::frame::DataFrame;
use polars::prelude::{PolarsError, PolarsResult};
use rayon::prelude::*;
use tables::schema::TableName;

use crate::plan::UnitPlan;
use crate::spec::CitySpec;
use crate::totals::Totals;
use crate::unit::Unit;

/// Units generated side by side at most; bounds the memory whatever the machine.
const MOST_UNITS_AT_ONCE: u32 = 8;

/// Where generated tables go: files, a database, memory.
///
/// Chunks of one table arrive in order, those of different tables interleave: unit after unit, and
/// within a unit in the order of [`TableName::ALL`], so that every key exists before it is named.
pub trait TableSink {
    /// Why a chunk could not be taken.
    type Error;

    /// Takes the next chunk of a table, with all columns of its schema in order.
    ///
    /// # Errors
    ///
    /// Whatever the sink reports; the generation stops.
    fn write(&mut self, table: TableName, chunk: DataFrame) -> Result<(), Self::Error>;
}

/// How far the generation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Units handed over completely.
    pub units_done: u32,
    /// Units in all.
    pub units: u32,
    /// Rows handed over so far, all tables together.
    pub rows: u64,
}

/// Why a city was not generated completely.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError<E> {
    /// The sink refused a chunk.
    #[error(
        "writing table {table} of city unit {unit} failed; the output is incomplete, remove it and try again"
    )]
    Sink {
        /// The table.
        table: TableName,
        /// Number of the unit, from 0.
        unit: u32,
        /// What the sink reported.
        #[source]
        source: E,
    },
    /// A table could not be built in memory.
    #[error(
        "building table {table} of city unit {unit} failed; generate a smaller scale or report the seed and scale"
    )]
    Frame {
        /// The table.
        table: TableName,
        /// Number of the unit, from 0.
        unit: u32,
        /// What polars reported.
        #[source]
        source: PolarsError,
    },
}

type Chunks = Vec<(TableName, PolarsResult<DataFrame>)>;

/// Generates a city into a sink and counts it.
///
/// Units are generated a few at a time, as many as there are threads, and handed over in order; the
/// result does not depend on the number of threads.
///
/// # Errors
///
/// [`GenerateError`] when the sink or the memory gives out.
pub fn generate<S: TableSink>(
    spec: &CitySpec,
    sink: &mut S,
    progress: &mut dyn FnMut(Progress),
) -> Result<Totals, GenerateError<S::Error>> {
    let units = spec.units();
    let at_once = u32::try_from(rayon::current_num_threads())
        .unwrap_or(1)
        .clamp(1, MOST_UNITS_AT_ONCE);
    let mut totals = Totals::default();
    let mut rows = 0;
    for first in (0..units).step_by(at_once as usize) {
        let batch: Vec<(Totals, Chunks)> = (first..(first + at_once).min(units))
            .into_par_iter()
            .map(|unit| chunks(spec, unit))
            .collect();
        for (unit, (counted, chunks)) in (first..).zip(batch) {
            totals.merge(counted);
            for (table, chunk) in chunks {
                let chunk = chunk.map_err(|source| GenerateError::Frame {
                    table,
                    unit,
                    source,
                })?;
                rows += chunk.height() as u64;
                totals.count_rows(table, chunk.height());
                sink.write(table, chunk)
                    .map_err(|source| GenerateError::Sink {
                        table,
                        unit,
                        source,
                    })?;
            }
            progress(Progress {
                units_done: unit + 1,
                units,
                rows,
            });
        }
    }
    Ok(totals)
}

/// All tables of one unit.
fn chunks(spec: &CitySpec, unit: u32) -> (Totals, Chunks) {
    let unit = Unit::new(UnitPlan::new(spec, unit));
    let chunks = TableName::ALL
        .par_iter()
        .map(|&table| (table, unit.frame(table)))
        .collect();
    let mut counted = Totals::default();
    counted.add(&unit);
    (counted, chunks)
}

/// A sink that keeps every table.
#[derive(Default)]
struct Memory(BTreeMap<TableName, DataFrame>);

impl TableSink for Memory {
    type Error = PolarsError;

    fn write(&mut self, table: TableName, chunk: DataFrame) -> Result<(), PolarsError> {
        match self.0.get_mut(&table) {
            Some(before) => before.vstack_mut(&chunk).map(|_| ()),
            None => {
                self.0.insert(table, chunk);
                Ok(())
            }
        }
    }
}

/// Generates a city into memory: for small scales, under 100 MB per Dresden.
///
/// # Errors
///
/// [`GenerateError`] when the memory gives out.
pub fn generate_in_memory(
    spec: &CitySpec,
) -> Result<BTreeMap<TableName, DataFrame>, GenerateError<PolarsError>> {
    let mut memory = Memory::default();
    generate(spec, &mut memory, &mut |_| ())?;
    Ok(memory.0)
}
