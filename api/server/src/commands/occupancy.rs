//! `placewright occupancy`: places and children of a month, as planners may see them.

use std::path::PathBuf;

use disclosure::{DisclosurePolicy, TOTAL_CODE};
use domain::{Month, MonthRange};
use jiff::civil::Date;
use occupancy::{OccupancyCube, OccupancyRequest};
use reporting::{OccupancyTables, occupancy_tables};

use super::Context;
use crate::failure::Failure;
use crate::files::{OutputFolder, read_city};
use crate::summary::Summary;

/// Occupancy of a month by area and care type; counts of children pass disclosure control.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// City directory.
    #[arg(long)]
    city: PathBuf,
    /// Any day of the month.
    #[arg(long)]
    as_of: Date,
    /// Contract versions known on this day count; the day of --as-of if absent.
    #[arg(long)]
    known_on: Option<Date>,
    /// Only this area.
    #[arg(long)]
    area: Option<String>,
    /// Folder for occupancy.csv, the released tables and summary.json.
    #[arg(long)]
    out: PathBuf,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Summary, Failure> {
    let city = read_city(&arguments.city, &context.progress)?;
    let month = Month::of(arguments.as_of);
    let known_on = arguments.known_on.unwrap_or(arguments.as_of);
    let cube = OccupancyCube::build(
        &city,
        &OccupancyRequest::new(MonthRange::new(month, 1), known_on),
    )?;
    let tables = occupancy_tables(&city, &cube, month, &DisclosurePolicy::default())?;
    let wanted = arguments.area.as_deref().unwrap_or(TOTAL_CODE);
    if !tables.rows.iter().any(|row| row.area == wanted) {
        return Err(Failure::argument(
            "E8006",
            "--area",
            format!("area {wanted} does not exist or has neither places nor children"),
            "give a key of the table areas",
        ));
    }
    let mut output = OutputFolder::new(&arguments.out)?;
    write(&tables, &mut output)?;
    output.publish()?;
    let mut summary = Summary::default();
    tell(&tables, wanted, &mut summary);
    summary.line(format!("All areas are in {}.", arguments.out.display()));
    let rows: Vec<_> = tables
        .rows
        .iter()
        .filter(|row| row.area == wanted)
        .collect();
    summary.value("month", month)?.value("rows", &rows)?;
    summary.value("method", tables.contracts.method_note())?;
    Ok(summary)
}

/// Writes the tables of a month.
pub(crate) fn write(tables: &OccupancyTables, output: &mut OutputFolder) -> anyhow::Result<()> {
    output.write("occupancy.csv", |to| tables.write_csv(to))?;
    output.write("contracts_by_area.csv", |to| tables.contracts.write_csv(to))?;
    output.write("bound_places.csv", |to| tables.bound_places.write_csv(to))
}

/// The rows of an area in words.
pub(crate) fn tell(tables: &OccupancyTables, area: &str, summary: &mut Summary) {
    let number = |number: Option<i64>| number.map_or("not published".to_owned(), |n| n.to_string());
    let rate = |rate: Option<f64>| rate.map_or("not published".to_owned(), |r| format!("{r:.2} %"));
    for row in tables.rows.iter().filter(|row| row.area == area) {
        summary.line(format!(
            "{} · {} · {}",
            row.name,
            row.care_type.german(),
            tables.month
        ));
        summary.line(format!(
            "  places: licensed {}, planned {}, staffed {}",
            row.licensed, row.planned, row.staffed
        ));
        let children = row.contracts.and_then(|n| i64::try_from(n).ok());
        summary.line(format!(
            "  contracts {}; utilisation of licensed {}, of planned {}, of staffed {}",
            number(children),
            rate(row.utilisation_of_licensed),
            rate(row.utilisation_of_planned),
            rate(row.utilisation_of_staffed)
        ));
        let bookable = row.bookable.map_or("unknown".to_owned(), |n| n.to_string());
        summary.line(format!(
            "  free on paper {}, bookable {bookable}{}",
            number(row.naive_free),
            if row.unattested_facilities > 0 {
                format!(
                    " (without {} facilities whose data are not attested: unknown, not free)",
                    row.unattested_facilities
                )
            } else {
                String::new()
            }
        ));
        let age = row
            .data_age_days
            .map_or("missing for a facility".to_owned(), |days| {
                format!("{days} days old")
            });
        summary.line(format!("  oldest attestation {age}"));
    }
    summary.line(tables.contracts.method_note().en);
}
