//! `placewright report`: official extracts, the staffing requirement, cost publications, and DatML files.

mod documents;
mod extracts;
mod inputs;
mod other;

use std::path::PathBuf;

use jiff::civil::Date;

pub(crate) use extracts::{federal, state};
pub(crate) use inputs::{Run, read_registers};

use super::Context;
use crate::failure::Failure;
use crate::summary::Summary;

/// Draws an official extract: single records for the statistics office and nobody else. Also checks
/// cost publications and DatML files, and reads receipts.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    kind: Kind,
}

/// What is to be done.
#[derive(Debug, clap::Subcommand)]
enum Kind {
    /// Child and youth welfare statistics at 1 March, §§ 98 to 103 SGB VIII.
    Federal(ExtractArguments),
    /// State grant at 1 April, § 18 SächsKitaG.
    State(ExtractArguments),
    /// Staffing requirement on a day, § 12(2) SächsKitaG.
    Staffing(ExtractArguments),
    /// Checks the publication of operating costs, § 14(2) SächsKitaG.
    Costs(CostArguments),
    /// Checks DatML/RAW deliveries or DatML/RES receipts against the format.
    ValidateDatml(DocumentArguments),
    /// Reads a DatML/RES receipt.
    ReadResponse(DocumentArguments),
}

/// Formats of an extract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Form {
    /// One CSV file per facility, `;`-separated, and one of all.
    Csv,
    /// DatML/RAW 2.0.
    Datml,
}

/// Which extract, from what.
#[derive(Debug, clap::Args)]
struct ExtractArguments {
    /// The day counted: 1 March for the federal, 1 April for the state extract.
    #[arg(long)]
    reference_date: Date,
    /// Contract versions known on this day count; the reference date if absent.
    #[arg(long)]
    known_on: Option<Date>,
    /// Names what changed since it was known on this day, and why.
    #[arg(long)]
    compare: Option<Date>,
    /// Compares with the same day of the year before (rule E20).
    #[arg(long)]
    previous_year: bool,
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
    /// Folder with registers: facility_register.csv, staff_register.csv and others.
    #[arg(long)]
    registers: Option<PathBuf>,
    /// Dated parameters, TOML; the shipped ones if absent.
    #[arg(long)]
    parameters: Option<PathBuf>,
    /// Formats, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "csv")]
    format: Vec<Form>,
    /// Folder for the extract.
    #[arg(long)]
    out: PathBuf,
}

/// Which publication.
#[derive(Debug, clap::Args)]
struct CostArguments {
    /// The year the costs are of.
    #[arg(long)]
    year: i16,
    /// The publication, CSV with semicolons.
    #[arg(long)]
    costs: PathBuf,
    /// Dated parameters, TOML; the shipped ones if absent.
    #[arg(long)]
    parameters: Option<PathBuf>,
    /// Folder for the checked file and the findings.
    #[arg(long)]
    out: PathBuf,
}

/// Which files.
#[derive(Debug, clap::Args)]
struct DocumentArguments {
    /// XML files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Runs the command.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<Summary, Failure> {
    match &arguments.kind {
        Kind::Federal(of) => extracts::run(of, extracts::Extract::Federal, context).await,
        Kind::State(of) => extracts::run(of, extracts::Extract::State, context).await,
        Kind::Staffing(of) => other::staffing(of, context).await,
        Kind::Costs(of) => other::costs(of),
        Kind::ValidateDatml(of) => documents::validate(&of.files),
        Kind::ReadResponse(of) => documents::read(&of.files),
    }
}
