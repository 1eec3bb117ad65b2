//! Tables of amounts: `rule = "dominance"` and `rule = "p_percent"`.

use std::io::Read;

use disclosure::{
    ProtectionSpec, PublishedTable, ReleasedAmounts, audit_published_amounts, protect_amounts,
};

use super::{ProtectArguments, refused};
use crate::failure::Failure;
use crate::files::{OutputFolder, name};
use crate::summary::Summary;

/// Adds up, protects and writes; nothing is written where anything is wrong.
pub(super) fn run_protect(
    arguments: &ProtectArguments,
    spec: &ProtectionSpec,
    input: impl Read,
) -> Result<Summary, Failure> {
    let spec_file = name(&arguments.spec);
    if arguments.ledger.place().is_some() {
        return Err(Failure::argument(
            "E5101",
            &spec_file,
            "the rule is about amounts, with --ledger, which keeps counts of children".to_owned(),
            "protect amounts without --ledger, all tables in one spec",
        ));
    }
    let tables = protect_amounts(input, &name(&arguments.microdata), spec)
        .map_err(|error| refused(error, &spec_file))?;
    let mut output = OutputFolder::new(&arguments.out)?;
    for table in &tables {
        output.write(&format!("{}.csv", table.name()), |to| table.write_csv(to))?;
    }
    let report = serde_json::json!({ "tables": tables.iter().map(told).collect::<Vec<_>>() });
    output.write("audit.json", |to| serde_json::to_writer_pretty(to, &report))?;
    output.publish()?;
    let mut summary = Summary::default();
    for table in &tables {
        let (cells, suppressed) = table.cell_numbers();
        summary.line(format!(
            "{}: {suppressed} of {cells} cells suppressed; {}.",
            table.name(),
            table.rules().english()
        ));
    }
    summary.line(format!(
        "Tables and audit.json are in {}.",
        arguments.out.display()
    ));
    summary.value("protection", &report)?;
    Ok(summary)
}

fn told(table: &ReleasedAmounts) -> serde_json::Value {
    let (cells, suppressed) = table.cell_numbers();
    serde_json::json!({
        "name": table.name(),
        "label": table.label(),
        "rules": table.rules().english(),
        "version": table.rules().version,
        "cells": cells,
        "suppressed_cells": suppressed,
        "content_sha256": table.content_hash(),
    })
}

/// What follows from a published table of amounts, in words and as JSON.
pub(super) fn run_audit(table: &PublishedTable) -> anyhow::Result<Summary> {
    let attack = audit_published_amounts(table);
    let mut summary = Summary::default();
    summary.line(format!(
        "{} of {} cells are suppressed; the amounts of {} follow from the others.",
        attack.suppressed_cells,
        table.cells(),
        attack.recovered_cells.len()
    ));
    for codes in &attack.recovered_cells {
        summary.line(format!("  {}  DISCLOSED", codes.join(" / ")));
    }
    summary
        .value("cells", table.cells())?
        .value("suppressed_cells", attack.suppressed_cells)?
        .value("recovered_cells", &attack.recovered_cells)?;
    if !attack.recovered_cells.is_empty() {
        summary
            .line("A disclosed amount can be calculated by adding and subtracting: suppress more cells.".to_owned())
            .not_passed();
    }
    Ok(summary)
}
