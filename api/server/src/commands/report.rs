//! `placewright report`: official extracts.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use domain::ReferenceDate;
use jiff::civil::Date;
use reporting::{
    Finding, GrantTable, Limits, Manifest, Severity, check_federal, check_state, federal_extract,
    reconcile, state_extract, write_federal, write_findings, write_notices, write_state,
};
use tables::City;

use super::Context;
use crate::failure::Failure;
use crate::files::{OutputFolder, read_city};
use crate::stored_city;
use crate::summary::Summary;

/// Draws an official extract: single records for the statistics office and nobody else.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Which extract.
    #[arg(value_enum)]
    kind: Kind,
    /// The day counted: 1 March for the federal, 1 April for the state extract.
    #[arg(long)]
    reference_date: Date,
    /// Contract versions known on this day count; the reference date if absent.
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
    /// Folder for the extract.
    #[arg(long)]
    out: PathBuf,
}

/// Which extract.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Kind {
    /// Child and youth welfare statistics, §§ 98 to 103 SGB VIII.
    Federal,
    /// State grant, § 18 SächsKitaG.
    State,
}

/// Runs the command.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<Summary, Failure> {
    let city = match (&arguments.city, &arguments.database) {
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
    let reference = ReferenceDate::new(arguments.reference_date);
    let known_on = arguments.known_on.unwrap_or(arguments.reference_date);
    let mut output = OutputFolder::new(&arguments.out)?;
    let mut summary = Summary::default();
    match arguments.kind {
        Kind::Federal => federal(&city, reference, known_on, &mut output, &mut summary)?,
        Kind::State => state(&city, reference, known_on, &mut output, &mut summary)?,
    }
    output.publish()?;
    summary.line(format!(
        "The extract is in {}. It holds single records: for the statistics office only.",
        arguments.out.display()
    ));
    Ok(summary)
}

/// Draws, checks and writes the federal extract.
pub(crate) fn federal(
    city: &City,
    reference: ReferenceDate,
    known_on: Date,
    output: &mut OutputFolder,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    let extract = federal_extract(city, reference, known_on)?;
    let mut findings = check_federal(&extract, Limits::on(reference));
    findings.extend(reconcile(city, &extract)?);
    let manifest = write_federal(&extract, &mut |file| create(output, file))?;
    output.write("plausibility.csv", |to| {
        write_findings(&findings, to).map(|_| ())
    })?;
    let mut providers: Vec<_> = extract
        .provider_notices()
        .iter()
        .map(|n| n.provider.clone())
        .collect();
    providers.dedup();
    for provider in &providers {
        // Each provider is shown its own children only.
        output.write(&format!("notices/{provider}.csv"), |to| {
            write_notices(extract.provider_notices(), provider, to)
        })?;
    }
    summary.line(format!(
        "Federal extract of {reference} as known on {known_on}: {} facilities, {} children, {} children with childminders.",
        extract.facilities.len(),
        extract.children.len(),
        extract.childminding.len()
    ));
    tell(&findings, &manifest, summary)
}

/// Draws, checks and writes the state extract.
pub(crate) fn state(
    city: &City,
    reference: ReferenceDate,
    known_on: Date,
    output: &mut OutputFolder,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    let grants = GrantTable::seen_in_2024();
    let extract = state_extract(city, reference, known_on, &grants)?;
    let findings = check_state(&extract, Limits::on(reference));
    let manifest = write_state(&extract, &mut |file| create(output, file))?;
    output.write("plausibility.csv", |to| {
        write_findings(&findings, to).map(|_| ())
    })?;
    summary.line(format!(
        "State extract of {reference} as known on {known_on}: {} nine-hour equivalents, {} EUR at the base rate.",
        extract.total(),
        extract.headline_amount()
    ));
    summary.value("nine_hour_equivalents", extract.total().to_string())?;
    summary.value("amount_eur", extract.headline_amount().to_string())?;
    tell(&findings, &manifest, summary)
}

/// A file of the output folder; its hash stands in the extract's own manifest.
fn create(output: &OutputFolder, file: &str) -> std::io::Result<BufWriter<File>> {
    let path = output.path(file).map_err(std::io::Error::other)?;
    File::create(path).map(BufWriter::new)
}

/// What the plausibility rules found; a blocking finding makes the command end with 1.
fn tell(findings: &[Finding], manifest: &Manifest, summary: &mut Summary) -> anyhow::Result<()> {
    let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
    let blocking = count(Severity::Block);
    summary.line(format!(
        "Plausibility: {blocking} blocking, {} to confirm, {} for information (plausibility.csv).",
        count(Severity::Confirm),
        count(Severity::Inform)
    ));
    if blocking > 0 {
        summary
            .line("Blocking findings: correct the tables before the extract is sent.")
            .not_passed();
    }
    summary.value(
        "findings",
        serde_json::json!({
            "blocking": blocking,
            "to_confirm": count(Severity::Confirm),
            "for_information": count(Severity::Inform),
        }),
    )?;
    summary.value("manifest", manifest)?;
    Ok(())
}
