//! `placewright statistics` and `placewright open-data`: the standing set of tables.

use std::path::{Path, PathBuf};

use charts::{DistrictPlaces, Language, WaitingByDistrict};
use disclosure::{DisclosurePolicy, Label};
use domain::Month;
use jiff::civil::Date;
use reporting::{
    LICENCE_DL_DE_BY_2_0, OpenDataError, OpenDataFacts, ReleaseDesk, Statistics, StatisticsError,
    StatisticsKind, StatisticsRequest, StatisticsValue, open_data, statistics_beside,
    statistics_note, statistics_note_text, statistics_of_month_beside,
};
use tables::{City, Format};

use super::Context;
use crate::failure::Failure;
use crate::files::{OutputFolder, read_city};
use crate::stored_city;
use crate::summary::Summary;

/// Which months of which city.
#[derive(Debug, clap::Args)]
pub(crate) struct Months {
    /// The month, for example 2026-09: the state of its 1st counts.
    #[arg(long)]
    month: Month,
    /// Number of months that end with it.
    #[arg(long, default_value_t = 1)]
    months: usize,
    /// What was known on this day counts; the 1st of each month if absent.
    #[arg(long)]
    known_on: Option<Date>,
    /// City directory.
    #[arg(
        long,
        required_unless_present = "database",
        conflicts_with = "database"
    )]
    city: Option<PathBuf>,
    /// Database, instead of a city directory: sqlite:PATH or postgres://USER@HOST/NAME.
    #[arg(long)]
    database: Option<String>,
}

/// Writes the standing set of statistics: children as released, places as they are.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    months: Months,
    /// Folder for the tables and notes.md.
    #[arg(long)]
    out: PathBuf,
    /// File format.
    #[arg(long, value_enum, default_value_t = StatisticsFormat::Csv)]
    format: StatisticsFormat,
}

/// A format of the statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum StatisticsFormat {
    /// RFC 4180.
    Csv,
    /// A list of rows.
    Json,
    /// Apache Parquet.
    Parquet,
    /// Apache Arrow IPC file.
    Arrow,
}

/// Writes the open-data bundle: statistics, facilities, areas and a catalogue after DCAT-AP.de.
#[derive(Debug, clap::Args)]
pub(crate) struct OpenDataArguments {
    #[command(flatten)]
    months: Months,
    /// Folder for the bundle.
    #[arg(long)]
    out: PathBuf,
    /// Name of the publisher.
    #[arg(long)]
    publisher: String,
    /// Page of the publisher.
    #[arg(long)]
    homepage: String,
    /// Address below which the files will stand.
    #[arg(long)]
    base_address: String,
    /// Name or address the publisher has at GovData as a contributor.
    #[arg(long)]
    contributor: String,
    /// Municipality key (AGS), eight digits.
    #[arg(long)]
    municipality: String,
    /// Address of the licence.
    #[arg(long, default_value = LICENCE_DL_DE_BY_2_0)]
    licence: String,
}

/// Runs `placewright statistics`.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<Summary, Failure> {
    let policy = DisclosurePolicy::default();
    let mut desk = ReleaseDesk::default();
    let (city, made) = made(&arguments.months, &policy, &mut desk, context).await?;
    let mut output = OutputFolder::new(&arguments.out)?;
    for kind in StatisticsKind::ALL {
        let table = made.table(kind);
        let (ending, format) = match arguments.format {
            StatisticsFormat::Csv => ("csv", Some(Format::Csv)),
            StatisticsFormat::Json => ("json", None),
            StatisticsFormat::Parquet => ("parquet", Some(Format::Parquet)),
            StatisticsFormat::Arrow => ("arrow", Some(Format::Arrow)),
        };
        let file = format!("{}.{ending}", kind.name());
        output.write(&file, |to| match format {
            Some(format) => table.write(format, to),
            None => table.write_json(to),
        })?;
    }
    output.write("notes.md", |to| {
        to.write_all(statistics_note_text(&policy).as_bytes())
    })?;
    write_picture(&made, &mut output)?;
    let revisions = match arguments.months.known_on {
        Some(_) => Some(write_revisions(
            &city,
            &made,
            &policy,
            &mut desk,
            &mut output,
        )?),
        None => None,
    };
    let hashes = output.hashes().clone();
    output.publish()?;
    let mut summary = Summary::default();
    tell(&made, &arguments.out, &mut summary)?;
    if let Some(rows) = revisions {
        summary.line(format!(
            "{rows} figures differ from the first publication (revisions.csv)."
        ));
        summary.value("revised_figures", rows)?;
    }
    summary.value("method_note", statistics_note(&policy))?;
    summary.value("sha256", hashes)?;
    Ok(summary)
}

/// Runs `placewright open-data`.
pub(crate) async fn run_open_data(
    arguments: &OpenDataArguments,
    context: &Context,
) -> Result<Summary, Failure> {
    let facts = OpenDataFacts {
        publisher: arguments.publisher.clone(),
        homepage: arguments.homepage.clone(),
        base_address: arguments.base_address.clone(),
        licence: arguments.licence.clone(),
        contributor: arguments.contributor.clone(),
        municipality: arguments.municipality.clone(),
    };
    facts.check().map_err(refused)?;
    let policy = DisclosurePolicy::default();
    let mut desk = ReleaseDesk::default();
    let (city, made) = made(&arguments.months, &policy, &mut desk, context).await?;
    let files = open_data(&city, &made, &facts, &policy).map_err(refused)?;
    let mut output = OutputFolder::new(&arguments.out)?;
    for file in &files {
        output.write(&file.path, |to| to.write_all(&file.bytes))?;
    }
    let hashes = output.hashes().clone();
    output.publish()?;
    let mut summary = Summary::default();
    tell(&made, &arguments.out, &mut summary)?;
    summary.line(format!(
        "{} files under licence {}; catalog.jsonld describes them.",
        files.len(),
        facts.licence
    ));
    summary.value("sha256", hashes)?;
    Ok(summary)
}

/// Waiting children and bookable places of the last month, for people who would rather look.
fn write_picture(made: &Statistics, output: &mut OutputFolder) -> Result<(), Failure> {
    let Some(month) = made.months().last() else {
        return Ok(());
    };
    let districts: Vec<DistrictPlaces> = month
        .bookable_by_district()
        .into_iter()
        .map(|(code, name, bookable)| DistrictPlaces {
            code,
            name: Label::new(name.clone(), name),
            bookable,
        })
        .collect();
    let Some(applicants) = month.applicants().filter(|_| !districts.is_empty()) else {
        return Ok(());
    };
    let source = Label::new("Statistik der Stadt", "Statistics of the city");
    let chart = WaitingByDistrict::new(month.month(), applicants, &districts, source)?;
    for language in [Language::German, Language::English] {
        let picture = chart.svg(language)?;
        let file = format!("waiting_by_district.{}.svg", language.tag());
        output.write(&file, |to| to.write_all(picture.as_str().as_bytes()))?;
    }
    Ok(())
}

fn refused(error: OpenDataError) -> Failure {
    match error {
        OpenDataError::Fact {
            what,
            value,
            remedy,
        } => Failure::argument("E6209", what, format!("{value:?} is not usable"), remedy),
        other => other.into(),
    }
}

/// Reads the city and makes the tables.
async fn made(
    months: &Months,
    policy: &DisclosurePolicy,
    desk: &mut ReleaseDesk,
    context: &Context,
) -> Result<(City, Statistics), Failure> {
    let city = match (&months.city, &months.database) {
        (Some(folder), _) => read_city(folder, &context.progress)?,
        (None, Some(database)) => stored_city::read_existing(database).await?,
        (None, None) => {
            return Err(Failure::argument(
                "E8002",
                "--city",
                "no city was given",
                "give a folder with --city or a database with --database",
            ));
        }
    };
    let request = StatisticsRequest {
        month: months.month,
        months: months.months,
        known_on: months.known_on,
    };
    let made = statistics_beside(&city, request, policy, desk).map_err(|error| match error {
        StatisticsError::TooEarly { .. } => Failure::argument(
            "E6203",
            "--known-on",
            error.to_string(),
            "give the 1st of the month or a later day",
        ),
        StatisticsError::Months { .. } => Failure::argument(
            "E6204",
            "--months",
            error.to_string(),
            "give a number from 1 to 120",
        ),
        other => other.into(),
    })?;
    Ok((city, made))
}

/// Figures that differ from the first publication, from released tables alone.
fn write_revisions(
    city: &City,
    made: &Statistics,
    policy: &DisclosurePolicy,
    desk: &mut ReleaseDesk,
    output: &mut OutputFolder,
) -> Result<usize, Failure> {
    let mut changed: Vec<Vec<String>> = Vec::new();
    for month in made.months() {
        let day = month.month().first_day();
        let first = statistics_of_month_beside(city, month.month(), day, policy, desk)?;
        for kind in StatisticsKind::ALL {
            changed.extend(month.table(kind).differences(first.table(kind)));
        }
    }
    output.write("revisions.csv", |to| {
        let mut writer = csv::Writer::from_writer(to);
        writer.write_record(StatisticsValue::DIFFERENCE_COLUMNS)?;
        for row in &changed {
            writer.write_record(row)?;
        }
        writer.flush()?;
        Ok::<(), csv::Error>(())
    })?;
    Ok(changed.len())
}

/// What was made, in words.
fn tell(made: &Statistics, out: &Path, summary: &mut Summary) -> anyhow::Result<()> {
    let mut told = Vec::new();
    for month in made.months() {
        let mut tables = serde_json::Map::new();
        for (level, table) in month.released() {
            let loss = table.loss();
            summary.line(format!(
                "{}, as known on {}: {} down to {}, {} of {} cells suppressed.",
                month.month(),
                month.known_on(),
                table.name(),
                level.as_str(),
                loss.suppressed_cells,
                loss.cells
            ));
            let value = serde_json::json!({
                "finest_level": level,
                "cells": loss.cells,
                "suppressed_cells": loss.suppressed_cells,
                "content_sha256": table.content_hash(),
            });
            tables.insert(table.name().to_owned(), value);
        }
        told.push(serde_json::json!({
            "month": month.month(),
            "known_on": month.known_on(),
            "version": month.version(),
            "released": tables,
        }));
    }
    let rows: serde_json::Map<String, serde_json::Value> = StatisticsKind::ALL
        .into_iter()
        .map(|kind| (kind.name().to_owned(), made.table(kind).rows().len().into()))
        .collect();
    summary.line(format!("The tables are in {}.", out.display()));
    summary.value("months", told)?.value("rows", rows)?;
    Ok(())
}
