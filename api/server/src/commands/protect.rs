//! `placewright protect` and `placewright audit-table`.

mod amounts;

use std::io::Read;
use std::path::{Path, PathBuf};

use disclosure::{
    AttackerAudit, AuditError, AuditedCell, LinkedTables, ProtectError, ProtectionMethod,
    ProtectionSpec, ReleaseScope, ReleasedTable, audit, audit_published, linked_tables, protect,
    read_microdata, read_published,
};

use super::Context;
use super::ledger::{Judged, LedgerArguments, judge, tell_refusals};
use crate::failure::Failure;
use crate::files::{OutputFolder, name, open, open_as_csv};
use crate::summary::Summary;

/// A table for readers, and what an attacker makes of it where an attack says something.
type Protected = (ReleasedTable, Option<AttackerAudit>);

/// Counts records into tables that may be published: small counts hidden, perturbed, rounded or
/// put together, as the spec says.
///
/// Columns of the microdata that the spec does not name are ignored. Tables of amounts and rounded
/// tables of one spec are protected together, tables by suppression or merging one by one; the
/// summary warns of pairs that share cells.
#[derive(Debug, clap::Args)]
pub(crate) struct ProtectArguments {
    /// Protection spec (TOML): dimensions, tables and the rule.
    #[arg(long)]
    spec: PathBuf,
    /// One row per record of children.
    #[arg(long)]
    microdata: PathBuf,
    /// Folder for one CSV file per table and audit.json.
    #[arg(long)]
    out: PathBuf,
    /// Secret of the record keys, 16 bytes or more, for method = "cell-keys". It is neither kept
    /// nor shown.
    #[arg(long)]
    secret_key: Option<PathBuf>,
    #[command(flatten)]
    ledger: LedgerArguments,
    /// Releases a refused table as the gate proposes: with more cells hidden, or coarser.
    #[arg(long, requires = "ledger")]
    accept_proposal: bool,
}

/// Attacks a published table: what can be calculated of each suppressed cell?
///
/// Ends with 1 when a cell that may be small is known to within fewer children than the minimum
/// of the spec.
#[derive(Debug, clap::Args)]
pub(crate) struct AuditArguments {
    /// Protection spec (TOML) that describes the table.
    #[arg(long, required_unless_present = "ledger")]
    spec: Option<PathBuf>,
    /// The table: a column per dimension, value and status.
    #[arg(long, required_unless_present = "ledger")]
    table: Option<PathBuf>,
    /// Its name in the spec; the name of the file or the only table of the spec if absent.
    #[arg(long)]
    name: Option<String>,
    /// Instead of a table: all releases of a date in a ledger, attacked together.
    #[command(flatten)]
    ledger: LedgerArguments,
}

/// Reads a protection spec.
fn read_spec(path: &Path) -> Result<ProtectionSpec, Failure> {
    let mut bytes = Vec::new();
    open(path)?
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::open(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        Failure::argument(
            "E5020",
            &name(path),
            format!("the spec is not UTF-8: {error}"),
            "save the file as UTF-8",
        )
    })?;
    // The parser draws its error over several lines; a problem is one line.
    ProtectionSpec::parse(&text, &name(path), |text| {
        toml::from_str(text).map_err(|error: toml::de::Error| one_line(&error, text))
    })
    .map_err(Failure::Input)
}

/// A syntax error with its line.
fn one_line(error: &toml::de::Error, text: &str) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    format!("line {line}: {}", error.message().replace('\n', ", "))
}

/// Runs `protect`.
pub(crate) fn run_protect(
    arguments: &ProtectArguments,
    context: &Context,
) -> Result<Summary, Failure> {
    let spec = read_spec(&arguments.spec)?;
    let bar = context.progress.working("counting and protecting");
    let input = open_as_csv(&arguments.microdata)?;
    if spec.is_about_amounts() {
        let summary = amounts::run_protect(arguments, &spec, input);
        bar.done();
        return summary;
    }
    let mut summary = Summary::default();
    let protected = match arguments.ledger.place() {
        Some((address, scope)) => {
            let judged = judged(arguments, &spec, input, address, &scope, &mut summary)?;
            match judged {
                Some(tables) => tables,
                None => {
                    bar.done();
                    return Ok(summary);
                }
            }
        }
        None => protected_alone(arguments, &spec, input)?,
    };
    bar.done();
    let released: Vec<ReleasedTable> = protected.iter().map(|(table, _)| table.clone()).collect();
    // Perturbed tables agree in every cell they share, by their keys, and rounded ones because they
    // were rounded together; the ledger has examined what pairs of tables reveal.
    let together = spec.needs_secret() || spec.method_name() == "rounding";
    let linked = if together || arguments.ledger.place().is_some() {
        Vec::new()
    } else {
        linked_tables(&released)
    };
    let mut output = OutputFolder::new(&arguments.out)?;
    for table in &released {
        output.write(&format!("{}.csv", table.name()), |to| table.write_csv(to))?;
    }
    let report = report(&protected, &linked);
    output.write("audit.json", |to| serde_json::to_writer_pretty(to, &report))?;
    output.publish()?;
    for table in &released {
        summary.line(told(table));
    }
    for pair in &linked {
        summary.line(warning(pair));
    }
    summary.line(format!(
        "Tables and audit.json are in {}.",
        arguments.out.display()
    ));
    summary.value("protection", &report)?;
    Ok(summary)
}

/// Every table by itself, with the attack where one says something.
fn protected_alone(
    arguments: &ProtectArguments,
    spec: &ProtectionSpec,
    input: impl Read,
) -> Result<Vec<Protected>, Failure> {
    let secret = arguments
        .secret_key
        .as_deref()
        .map(read_secret)
        .transpose()?;
    let file = name(&arguments.microdata);
    let tables = protect(input, &file, spec, secret.as_deref())
        .map_err(|error| refused(error, &name(&arguments.spec)))?;
    let mut protected = Vec::new();
    for table in tables {
        let attack = match table.method() {
            ProtectionMethod::Suppression | ProtectionMethod::Merging { .. } => {
                Some(audit(&table)?)
            }
            // What can be known of a cell is said by the method and its parameters.
            ProtectionMethod::CellKeys(_) | ProtectionMethod::Rounding(_) => None,
        };
        protected.push((table, attack));
    }
    Ok(protected)
}

/// All tables through the gate of the ledger, or `None` where one was refused, as the summary says.
fn judged(
    arguments: &ProtectArguments,
    spec: &ProtectionSpec,
    input: impl Read,
    address: &str,
    scope: &ReleaseScope,
    summary: &mut Summary,
) -> Result<Option<Vec<Protected>>, Failure> {
    if spec.method_name() != "suppression" {
        return Err(Failure::argument(
            "E8018",
            &name(&arguments.spec),
            format!("the method is {:?}, with --ledger", spec.method_name()),
            "use method = \"suppression\", or protect without --ledger",
        ));
    }
    let tables =
        read_microdata(input, &name(&arguments.microdata), spec).map_err(Failure::Input)?;
    let accepts = arguments.accept_proposal;
    match crate::wait(judge(address, scope, tables, spec.policy(), accepts))? {
        Judged::Released(tables, known) => {
            summary.line(format!(
                "{} tables passed the gate of the ledger for {scope}; {known} of them were released before.",
                tables.len()
            ));
            let tables = tables.into_iter();
            Ok(Some(
                tables
                    .map(|(table, attack)| (table, Some(attack)))
                    .collect(),
            ))
        }
        Judged::Refused(refusals) => {
            tell_refusals(&refusals, summary);
            Ok(None)
        }
    }
}

/// The secret of the record keys.
fn read_secret(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    open(path)?
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::open(path, &error))?;
    Ok(bytes)
}

/// Bad input with its number, anything else as a failed run.
fn refused(error: ProtectError, spec: &str) -> Failure {
    let (code, message) = match &error {
        ProtectError::Input(_) | ProtectError::Suppression(_) => ("", String::new()),
        ProtectError::CellKeys(problem) => (problem.code(), problem.to_string()),
        ProtectError::Rounding(problem) => (problem.code(), problem.to_string()),
        ProtectError::Merging(problem) => (problem.code(), problem.to_string()),
    };
    match error {
        ProtectError::Input(problems) => Failure::Input(problems),
        ProtectError::Suppression(error) => Failure::Run(error.into()),
        _ => {
            let index = disclosure::ERROR_CODES.iter();
            let remedy = index.clone().find(|entry| entry.code == code);
            let message = message.trim_start_matches(code).trim_start_matches(": ");
            Failure::argument(code, spec, message, remedy.map_or("", |entry| entry.remedy))
        }
    }
}

/// What became of a table, in one line.
fn told(table: &ReleasedTable) -> String {
    let loss = table.loss();
    let (name, cells) = (table.name(), loss.cells);
    match table.method() {
        ProtectionMethod::Suppression => format!(
            "{name}: {} of {cells} cells suppressed ({:.1} %); no count below {} can be calculated from it.",
            loss.suppressed_cells,
            loss.share_of_cells * 100.0,
            table.minimum_frequency()
        ),
        ProtectionMethod::CellKeys(method) => format!(
            "{name}: {cells} cells perturbed by {} at most, with key version {:?}; totals do not add up.",
            method.maximum_deviation, method.key_version
        ),
        ProtectionMethod::Rounding(rule) => format!(
            "{name}: {cells} cells rounded to the base {}; all totals add up.",
            rule.base()
        ),
        ProtectionMethod::Merging { merged, .. } => format!(
            "{name}: {cells} cells, {} areas put together from several; all counts are exact and none lies below {}.",
            merged.len(),
            table.minimum_frequency()
        ),
    }
}

/// What a pair of tables means for the one who publishes them.
fn warning(pair: &LinkedTables) -> String {
    let [first, second] = &pair.tables;
    if pair.exposed_cells > 0 {
        format!(
            "WARNING: {} cells suppressed in one of {first} and {second} are shown in the other. Publish only one of them.",
            pair.exposed_cells
        )
    } else {
        format!(
            "Warning: {first} and {second} share {} cells and are not protected against each other; sums over both were not examined.",
            pair.shared_cells
        )
    }
}

/// What `audit.json` holds: policy, method, loss and the attacker's interval of every suppressed
/// cell (null for methods that suppress none); no count that is not published.
fn report(protected: &[Protected], linked: &[LinkedTables]) -> serde_json::Value {
    let tables: Vec<_> = protected
        .iter()
        .map(|(table, attack)| {
            serde_json::json!({
                "name": table.name(),
                "label": table.label(),
                "policy": table.policy(),
                "method": table.method(),
                "minimum_frequency": table.minimum_frequency(),
                "method_note": table.method_note(),
                "loss": table.loss(),
                "content_sha256": table.content_hash(),
                "suppressed_cells": attack.as_ref().map(|attack| &attack.cells),
            })
        })
        .collect();
    serde_json::json!({ "tables": tables, "linked_tables": linked })
}

/// Runs `audit-table`.
pub(crate) fn run_audit(arguments: &AuditArguments) -> Result<Summary, Failure> {
    if let Some((address, scope)) = arguments.ledger.place() {
        return crate::wait(super::ledger::audit(address, &scope));
    }
    let (Some(spec), Some(file)) = (&arguments.spec, &arguments.table) else {
        // clap asks for both where no ledger is given.
        return Err(Failure::Run(anyhow::anyhow!(
            "--spec and --table are needed"
        )));
    };
    let spec = read_spec(spec)?;
    let table_name = table_name(arguments, file, &spec);
    let input = open_as_csv(file)?;
    let table = read_published(input, &name(file), &spec, &table_name).map_err(Failure::Input)?;
    if spec.is_about_amounts() {
        return Ok(amounts::run_audit(&table)?);
    }
    let attack = audit_published(&table).map_err(|error| match error {
        AuditError::Contradiction(problem) => Failure::Input(vec![problem]),
        error => Failure::Run(error.into()),
    })?;
    let mut summary = Summary::default();
    tell(
        &attack,
        table.cells(),
        spec.minimum_frequency(),
        &mut summary,
    )?;
    Ok(summary)
}

/// The name given, else that of the file if the spec knows it, else the only table.
fn table_name(arguments: &AuditArguments, file: &Path, spec: &ProtectionSpec) -> String {
    if let Some(given) = &arguments.name {
        return given.clone();
    }
    let stem = file
        .file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let names: Vec<&str> = spec.table_names().collect();
    match names.as_slice() {
        [only] if *only != stem => (*only).to_owned(),
        _ => stem,
    }
}

/// Bounds in words and as JSON; a disclosed cell makes the command end with 1.
fn tell(
    attack: &AttackerAudit,
    cells: usize,
    minimum: u32,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    const MOST_LISTED: usize = 100;
    let (disclosed, safe): (Vec<&AuditedCell>, Vec<&AuditedCell>) = attack
        .cells
        .iter()
        .partition(|cell| cell.is_disclosed(minimum));
    let recovered = disclosed.iter().filter(|cell| cell.is_recovered()).count();
    summary.line(format!(
        "{} of {cells} cells are suppressed; {} of them are disclosed, {recovered} exactly.",
        attack.cells.len(),
        disclosed.len()
    ));
    let listed = disclosed
        .iter()
        .map(|cell| (cell, "  DISCLOSED"))
        .chain(safe.iter().map(|cell| (cell, "")));
    for (cell, mark) in listed.take(MOST_LISTED) {
        let upper = cell
            .upper
            .map_or_else(|| "no limit".to_owned(), |upper| upper.to_string());
        summary.line(format!(
            "  {}: {} to {upper}{mark}",
            cell.coordinates.join(" / "),
            cell.lower
        ));
    }
    if attack.cells.len() > MOST_LISTED {
        summary.line(format!(
            "  ... and {} more; --json lists all of them",
            attack.cells.len() - MOST_LISTED
        ));
    }
    if !disclosed.is_empty() {
        summary
            .line(format!(
                "A disclosed cell may hold fewer than {minimum} children and is known to within fewer than {minimum}: suppress more cells."
            ))
            .not_passed();
    }
    summary
        .value("minimum_frequency", minimum)?
        .value("cells", cells)?
        .value("suppressed_cells", &attack.cells)?
        .value("disclosed_cells", &disclosed)?;
    Ok(())
}

#[cfg(test)]
mod tests;
