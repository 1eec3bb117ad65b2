//! The input of the occupancy cube: a Parquet file of contracts and one of facilities.

use std::fs::File;
use std::io;
use std::path::Path;

use domain::{CareType, Month, MonthRange, epoch_days, month_index_of};
use jiff::civil::date;
use polars::frame::DataFrame;
use polars::prelude::{Column, DataType, PolarsResult};
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;
use polars_io::parquet::write::{ParquetCompression, ParquetWriter};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tables::{FacilityIndex, OPEN_END, Placements};

/// How much input to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Contracts.
    pub contracts: usize,
    /// Facilities they are spread over.
    pub facilities: usize,
}

impl Size {
    /// Forty cities of Dresden's size: what a state or a small country has.
    pub const FULL: Self = Self {
        contracts: 4_000_000,
        facilities: 60_000,
    };

    /// Enough to see that everything runs.
    pub const TINY: Self = Self {
        contracts: 4_000,
        facilities: 60,
    };
}

/// Number of months of the cube.
pub const MONTHS: usize = 120;

/// First day on which a contract of the input may start.
const FIRST_START: jiff::civil::Date = date(2014, 8, 1);
/// The day after the last of them, twelve years later.
const LAST_START: jiff::civil::Date = date(2026, 8, 1);

/// The months the cube covers: the last ten of the twelve years.
///
/// # Panics
///
/// Never: the month exists.
#[must_use]
pub fn months() -> MonthRange {
    let first = Month::new(2016, 8).expect("August is a month");
    MonthRange::new(first, MONTHS)
}

/// Contracts written at once.
const CHUNK: usize = 500_000;

/// File of the contracts.
pub const CONTRACTS: &str = "contracts.parquet";
/// File of the facilities.
pub const FACILITIES: &str = "facilities.parquet";

/// Writes both files, the same for the same size.
///
/// Starts are spread evenly over twelve years and stays last 30 months on average; of all contracts
/// 45 % are for nursery, 30 % for kindergarten, 20 % for after-school care and 5 % for a childminder.
/// A third of the contracts that run on after the twelve years have no end.
///
/// # Errors
///
/// When the files cannot be written.
pub fn write(folder: &Path, size: Size) -> io::Result<()> {
    let ids = (0..size.facilities).map(facility_id).collect::<Vec<_>>();
    let facilities = DataFrame::new(
        size.facilities,
        vec![Column::new("facility_id".into(), &ids)],
    );
    let mut facilities = facilities.map_err(io::Error::other)?;
    parquet(folder, FACILITIES)?
        .finish(&mut facilities)
        .map_err(io::Error::other)?;

    let mut random = ChaCha8Rng::seed_from_u64(20_261_122);
    let empty = contracts(&mut random, &ids, 0).map_err(io::Error::other)?;
    let mut writer = parquet(folder, CONTRACTS)?
        .batched(empty.schema())
        .map_err(io::Error::other)?;
    for begin in (0..size.contracts).step_by(CHUNK) {
        let rows = CHUNK.min(size.contracts - begin);
        let chunk = contracts(&mut random, &ids, rows).map_err(io::Error::other)?;
        writer.write_batch(&chunk).map_err(io::Error::other)?;
    }
    writer.finish().map_err(io::Error::other)?;
    Ok(())
}

fn parquet(folder: &Path, name: &str) -> io::Result<ParquetWriter<File>> {
    Ok(ParquetWriter::new(File::create(folder.join(name))?)
        .with_compression(ParquetCompression::Zstd(None)))
}

fn facility_id(number: usize) -> String {
    format!("F{number:07}")
}

/// The next contracts of the stream.
fn contracts(random: &mut impl Rng, ids: &[String], rows: usize) -> PolarsResult<DataFrame> {
    let (first_start, last_start) = (epoch_days(FIRST_START), epoch_days(LAST_START));
    let mut facilities = Vec::with_capacity(rows);
    let mut care_types = Vec::with_capacity(rows);
    let mut first_days = Vec::with_capacity(rows);
    let mut last_days = Vec::with_capacity(rows);
    let mut third_birthdays = Vec::with_capacity(rows);
    let mut hours = Vec::with_capacity(rows);
    for _ in 0..rows {
        let care = match random.random_range(0..100) {
            0..45 => CareType::Nursery,
            45..75 => CareType::Kindergarten,
            75..95 => CareType::AfterSchool,
            _ => CareType::Childminding,
        };
        let first_day = random.random_range(first_start..last_start);
        let last_day = first_day + random.random_range(0..1826);
        let open = last_day >= last_start && random.random_range(0..3) == 0;
        // Days from the first day of care to the third birthday.
        let until_third = match care {
            CareType::Nursery | CareType::Childminding => random.random_range(0..1000),
            CareType::Kindergarten => -random.random_range(0..1000),
            CareType::AfterSchool => -random.random_range(1100..1500),
        };
        facilities.push(ids[random.random_range(0..ids.len())].as_str());
        care_types.push(care.as_str());
        first_days.push(first_day);
        last_days.push((!open).then_some(last_day));
        third_birthdays.push(first_day + until_third);
        hours.push([4.5, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0][random.random_range(0..7)]);
    }
    let day = |column: Column| column.cast(&DataType::Date);
    DataFrame::new(
        rows,
        vec![
            Column::new("facility_id".into(), facilities),
            Column::new("care_type".into(), care_types),
            day(Column::new("first_day".into(), first_days))?,
            day(Column::new("last_day".into(), last_days))?,
            day(Column::new("third_birthday".into(), third_birthdays))?,
            Column::new("daily_hours".into(), hours),
        ],
    )
}

/// Reads the facilities of an input folder.
///
/// # Errors
///
/// When the file cannot be read.
pub fn facility_index(folder: &Path) -> io::Result<FacilityIndex> {
    let frame = ParquetReader::new(File::open(folder.join(FACILITIES))?)
        .finish()
        .map_err(io::Error::other)?;
    let ids = frame.column("facility_id").and_then(Column::str);
    let ids = ids.map_err(io::Error::other)?;
    Ok(FacilityIndex::new(ids.iter().flatten().map(str::to_owned)))
}

/// Reads the contracts of an input folder, only the columns of the cube.
///
/// # Errors
///
/// When the file cannot be read.
pub fn read(folder: &Path) -> io::Result<DataFrame> {
    let columns = [
        "facility_id",
        "care_type",
        "first_day",
        "last_day",
        "third_birthday",
        "daily_hours",
    ];
    ParquetReader::new(File::open(folder.join(CONTRACTS))?)
        .with_columns(Some(columns.map(str::to_owned).to_vec()))
        .finish()
        .map_err(io::Error::other)
}

/// Contracts as dense columns; a row that is not complete is an error.
///
/// # Errors
///
/// For a row with an empty cell, an unknown facility or an unknown care type.
pub fn placements(contracts: &DataFrame, facilities: &FacilityIndex) -> io::Result<Placements> {
    dense(contracts, facilities)
        .map_err(io::Error::other)?
        .map_err(|row| io::Error::other(format!("contract {row} is not complete")))
}

fn dense(
    contracts: &DataFrame,
    facilities: &FacilityIndex,
) -> PolarsResult<Result<Placements, usize>> {
    let rows = contracts.height();
    let days = |name| contracts.column(name).and_then(Column::date);
    let positions = facilities.positions(contracts.column("facility_id")?.str()?.iter());
    let mut placements = Placements {
        facility: Vec::with_capacity(rows),
        care_type: Vec::with_capacity(rows),
        first_day: Vec::with_capacity(rows),
        last_day: Vec::with_capacity(rows),
        third_birthday: Vec::with_capacity(rows),
        quarter_hours: Vec::with_capacity(rows),
    };
    let (first, last, third) = (
        days("first_day")?.physical(),
        days("last_day")?.physical(),
        days("third_birthday")?.physical(),
    );
    let days = first.iter().zip(last.iter()).zip(third.iter());
    let care_types = contracts.column("care_type")?.str()?;
    let hours = contracts.column("daily_hours")?.f64()?;
    let cells = positions.into_iter().zip(care_types.iter());
    for (row, (((facility, care), ((first, last), third)), hours)) in
        cells.zip(days).zip(hours.iter()).enumerate()
    {
        let care = care.and_then(|care| care.parse::<CareType>().ok());
        let (Some(facility), Some(care), Some(first), Some(third), Some(hours)) =
            (facility, care, first, third, hours)
        else {
            return Ok(Err(row + 1));
        };
        placements.facility.push(facility);
        placements.care_type.push(care.index() as u8);
        placements.first_day.push(first);
        placements.last_day.push(last.unwrap_or(OPEN_END));
        placements.third_birthday.push(third);
        placements
            .quarter_hours
            .push((hours * 4.0 + 0.5).clamp(1.0, 52.0) as u8);
    }
    Ok(Ok(placements))
}

/// Months of the cube that contracts are valid in, one contract after the other.
#[must_use]
pub fn contract_months(placements: &Placements) -> i64 {
    let (first, last) = (
        months().first().index(),
        months().first().index() + MONTHS as i32 - 1,
    );
    let spans = placements.first_day.iter().zip(&placements.last_day);
    spans
        .map(|(&first_day, &last_day)| {
            let from = month_index_of(first_day).max(first);
            let to = match last_day {
                OPEN_END => last,
                last_day => month_index_of(last_day).min(last),
            };
            i64::from((to - from + 1).max(0))
        })
        .sum()
}
