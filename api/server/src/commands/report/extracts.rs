//! The federal and the state extract.

use std::fs::File;
use std::io::BufWriter;

use domain::ReferenceDate;
use jiff::civil::Date;
use reporting::datml::{write_federal_datml, write_response, write_state_datml};
use reporting::{
    ExtractError, FederalExtract, Finding, Manifest, Severity, StateExtract, check_federal,
    check_state, compare_federal_years, compare_state_years, differences, federal_differences,
    federal_extract, reconcile, reconcile_state, state_extract, write_differences, write_federal,
    write_federal_differences, write_findings, write_notices, write_state,
};
use tables::City;

use super::inputs::{Run, city_of, failed};
use super::{ExtractArguments, Form};
use crate::commands::Context;
use crate::failure::Failure;
use crate::files::OutputFolder;
use crate::summary::Summary;

/// Which extract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extract {
    /// At 1 March.
    Federal,
    /// At 1 April.
    State,
}

/// Draws, checks and writes an extract.
pub(super) async fn run(
    arguments: &ExtractArguments,
    extract: Extract,
    context: &Context,
) -> Result<Summary, Failure> {
    let run = Run::of(arguments)?;
    let city = city_of(arguments, context).await?;
    let mut output = OutputFolder::new(&arguments.out)?;
    let mut summary = Summary::default();
    let drawn = match extract {
        Extract::Federal => federal(&city, &run, &mut output, &mut summary),
        Extract::State => state(&city, &run, &mut output, &mut summary),
    };
    // Rows of registers that do not fit are bad input, the rest fails the run.
    drawn.map_err(|error| match error.downcast::<ExtractError>() {
        Ok(error) => failed(error),
        Err(error) => Failure::Run(error),
    })?;
    output.publish()?;
    summary.line(format!(
        "The extract is in {}. It holds single records: for the statistics office only.",
        arguments.out.display()
    ));
    Ok(summary)
}

/// The same day of the year before; 28 February for a leap day.
fn year_before(reference: ReferenceDate) -> Option<ReferenceDate> {
    let before = reference.date().checked_sub(jiff::Span::new().years(1));
    before.ok().map(ReferenceDate::new)
}

/// Draws, checks and writes the federal extract.
pub(crate) fn federal(
    city: &City,
    run: &Run,
    output: &mut OutputFolder,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    let draw = |reference, known_on| federal_extract(city, &run.registers, reference, known_on);
    let extract: FederalExtract = draw(run.reference, run.known_on)?;
    let mut findings = check_federal(&extract, &run.parameters);
    findings.extend(reconcile(city, &extract)?);
    if let Some(before) = year_before(run.reference).filter(|_| run.previous_year) {
        // Registers are of this year.
        let none = reporting::Registers::none();
        let before = federal_extract(city, &none, before, run.known_on)?;
        findings.extend(compare_federal_years(&before, &extract, &run.parameters));
    }
    let mut manifests = Vec::new();
    for form in &run.forms {
        match form {
            Form::Csv => {
                let open = &mut |file: &str| create(output, file);
                manifests.push(("csv", write_federal(&extract, &run.parameters, open)?));
            }
            Form::Datml => {
                let open = &mut |file: &str| create(output, &format!("datml/{file}"));
                let (manifest, found) = write_federal_datml(&extract, &run.parameters, open)?;
                manifests.push(("datml", manifest));
                findings.extend(found);
            }
        }
    }
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
        "Federal extract of {} as known on {}: {} facilities, {} children, {} children with childminders.",
        run.reference,
        run.known_on,
        extract.facilities.len(),
        extract.children.len(),
        extract.childminding.len()
    ));
    if !run.registers.given().is_empty() {
        summary.line(format!(
            "Of registers: {} groups, {} members of staff, {} childminders, {} joint sites.",
            extract.groups.len(),
            extract.staff.len(),
            extract.childminders.len(),
            extract.joint_childminding.len()
        ));
    }
    if let Some(known_on) = run.compare {
        let found = federal_differences(&draw(run.reference, known_on)?, &extract);
        output.write("differences.csv", |to| {
            write_federal_differences(&found, to).map(|_| ())
        })?;
        compared(known_on, found.len(), "records", summary)?;
    }
    tell(run, findings, &manifests, output, summary)
}

/// Draws, checks and writes the state extract.
pub(crate) fn state(
    city: &City,
    run: &Run,
    output: &mut OutputFolder,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    let grants = run.parameters.grants();
    let draw = |reference, known_on| state_extract(city, reference, known_on, grants);
    let extract: StateExtract = draw(run.reference, run.known_on)?;
    let mut findings = check_state(&extract, &run.parameters);
    findings.extend(reconcile_state(city, &extract)?);
    if let Some(before) = year_before(run.reference).filter(|_| run.previous_year) {
        let before = draw(before, run.known_on)?;
        findings.extend(compare_state_years(&before, &extract, &run.parameters));
    }
    let mut manifests = Vec::new();
    for form in &run.forms {
        match form {
            Form::Csv => {
                let open = &mut |file: &str| create(output, file);
                manifests.push(("csv", write_state(&extract, &run.parameters, open)?));
            }
            Form::Datml => {
                let open = &mut |file: &str| create(output, &format!("datml/{file}"));
                let (manifest, found) = write_state_datml(&extract, &run.parameters, open)?;
                manifests.push(("datml", manifest));
                findings.extend(found);
            }
        }
    }
    summary.line(format!(
        "State extract of {} as known on {}: {} nine-hour equivalents, {} EUR at the base rate.",
        run.reference,
        run.known_on,
        extract.total(),
        extract.headline_amount()
    ));
    summary.value("nine_hour_equivalents", extract.total().to_string())?;
    summary.value("amount_eur", extract.headline_amount().to_string())?;
    if let Some(known_on) = run.compare {
        let found = differences(&draw(run.reference, known_on)?, &extract);
        output.write("differences.csv", |to| {
            write_differences(&found, to).map(|_| ())
        })?;
        let change: i64 = found.iter().map(|it| it.thirty_sixths).sum();
        let change = reporting::Fraction::new(i128::from(change), 36);
        let change = change.unwrap_or(reporting::Fraction::ZERO).decimals(4);
        summary.line(format!("Difference: {change} nine-hour equivalents."));
        summary.value("difference", change)?;
        compared(known_on, found.len(), "contracts", summary)?;
    }
    tell(run, findings, &manifests, output, summary)
}

fn compared(known_on: Date, count: usize, what: &str, summary: &mut Summary) -> anyhow::Result<()> {
    summary.line(format!(
        "Compared with what was known on {known_on}: {count} {what} differ (differences.csv, for the sender only)."
    ));
    summary.value("differing", count)?;
    Ok(())
}

/// A file of the output folder; its hash stands in the extract's own manifest.
pub(super) fn create(output: &OutputFolder, file: &str) -> std::io::Result<BufWriter<File>> {
    let path = output.path(file).map_err(std::io::Error::other)?;
    File::create(path).map(BufWriter::new)
}

/// Writes what the plausibility rules found; a blocking finding makes the command end with 1.
pub(super) fn tell(
    run: &Run,
    mut findings: Vec<Finding>,
    manifests: &[(&str, Manifest)],
    output: &mut OutputFolder,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    findings.sort();
    output.write("plausibility.csv", |to| {
        write_findings(&findings, to).map(|_| ())
    })?;
    if run.forms.contains(&Form::Datml) {
        let delivery = run.parameters.delivery();
        output.write("plausibility.xml", |to| {
            write_response(&delivery.recipient, &delivery.sender, &findings, to)
        })?;
    }
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
    for (form, manifest) in manifests {
        let name = if *form == "csv" {
            "manifest"
        } else {
            "manifest_datml"
        };
        summary.value(name, manifest)?;
        let snapshot = manifest.snapshot_sha256();
        summary.line(format!("Snapshot ({form}): {snapshot}"));
        summary.value(&format!("snapshot_{form}"), snapshot)?;
    }
    Ok(())
}
