//! The binary `placewright`: settings, wiring and every command.
//!
//! **Architecture invariant:** the only place that reads arguments, environment, clock and files.
//! It decides nothing about children: the engine computes, disclosure releases.

// The command line talks to people on standard output and standard error.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod analysis;
mod background;
mod capabilities;
mod city_forecast;
mod city_levers;
mod codes;
mod commands;
mod database;
mod demo_tokens;
mod failure;
mod files;
mod findings;
mod measure;
mod pages;
mod procedure_tables;
mod progress;
mod real_population;
mod run_worker;
mod stored_city;
mod summary;
mod tested_forecasts;
mod words;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use background::{Background, WorkDone, WorkError};
pub use codes::{ERROR_CODES, all_error_codes, error_index};
use commands::Context;
use failure::Failure;
use progress::Progress;
pub use run_worker::{Ending, RunWorker};
use summary::Summary;

/// Placing children in day care and planning a city's places.
#[derive(Debug, Parser)]
#[command(name = "placewright", version, max_term_width = 100)]
struct CommandLine {
    /// Prints the summary as JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(commands::demo::Arguments),
    Serve(commands::serve::Arguments),
    Import(commands::import::Arguments),
    Plan(commands::plan::Arguments),
    Generate(commands::generate::Arguments),
    Check(commands::check::Arguments),
    Occupancy(commands::occupancy::Arguments),
    Match(commands::matching::MatchArguments),
    CheckMatching(commands::matching::CheckArguments),
    RuleLab(commands::matching::RuleLabArguments),
    AuditDecisions(commands::matching::AuditDecisionsArguments),
    Points(commands::matching::PointsArguments),
    Chances(commands::matching::ChancesArguments),
    Forecast(commands::forecast::Arguments),
    Backtest(commands::forecast::BacktestArguments),
    Report(commands::report::Arguments),
    Statistics(commands::statistics::Arguments),
    OpenData(commands::statistics::OpenDataArguments),
    Protect(commands::protect::ProtectArguments),
    AuditTable(commands::protect::AuditArguments),
    VerifyLog(commands::verify_log::Arguments),
}

/// Runs the command line: exit code 0 ok, 1 the run failed, 2 bad input.
#[must_use]
pub fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let line = CommandLine::parse();
    let json = line.json;
    let context = Context {
        progress: Progress::new(json),
    };
    match run(&line.command, &context) {
        Ok(summary) => {
            if json {
                println!("{:#}", summary.json());
            } else {
                print!("{}", summary.text());
            }
            if summary.passed() {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(1)
            }
        }
        Err(failure) => report(&failure, json),
    }
}

/// Runs one command.
fn run(command: &Command, context: &Context) -> Result<Summary, Failure> {
    match command {
        Command::Demo(arguments) => wait(commands::demo::run(arguments, context)),
        Command::Serve(arguments) => wait(commands::serve::run(arguments, context)),
        Command::Import(arguments) => wait(commands::import::run(arguments, context)),
        Command::Plan(arguments) => commands::plan::run(arguments, context),
        Command::Generate(arguments) => commands::generate::run(arguments, context),
        Command::Check(arguments) => commands::check::run(arguments, context),
        Command::Occupancy(arguments) => commands::occupancy::run(arguments, context),
        Command::Match(arguments) => commands::matching::run_match(arguments, context),
        Command::CheckMatching(arguments) => commands::matching::run_check(arguments),
        Command::RuleLab(arguments) => commands::matching::run_rule_lab(arguments, context),
        Command::AuditDecisions(arguments) => {
            commands::matching::run_audit_decisions(arguments, context)
        }
        Command::Points(arguments) => commands::matching::run_points(arguments),
        Command::Chances(arguments) => commands::matching::run_chances(arguments, context),
        Command::Forecast(arguments) => commands::forecast::run(arguments, context),
        Command::Backtest(arguments) => commands::forecast::run_backtest(arguments, context),
        Command::Report(arguments) => wait(commands::report::run(arguments, context)),
        Command::Statistics(arguments) => wait(commands::statistics::run(arguments, context)),
        Command::OpenData(arguments) => {
            wait(commands::statistics::run_open_data(arguments, context))
        }
        Command::Protect(arguments) => commands::protect::run_protect(arguments, context),
        Command::AuditTable(arguments) => commands::protect::run_audit(arguments),
        Command::VerifyLog(arguments) => wait(commands::verify_log::run(arguments, context)),
    }
}

/// Runs work that waits for the database or for requests.
fn wait<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

/// Tells what went wrong on standard error; with `--json` as JSON on standard output.
fn report(failure: &Failure, json: bool) -> ExitCode {
    const MOST_PRINTED: usize = 100;
    match failure {
        Failure::Input(problems) => {
            if json {
                println!("{:#}", serde_json::json!({ "problems": problems }));
            } else {
                for problem in problems.iter().take(MOST_PRINTED) {
                    eprintln!("{problem}");
                }
                if problems.len() > MOST_PRINTED {
                    eprintln!(
                        "... and {} more; --json lists all of them",
                        problems.len() - MOST_PRINTED
                    );
                }
                eprintln!(
                    "{} problems in the input; nothing was written. docs/ERRORS.md explains the numbers.",
                    problems.len()
                );
            }
            ExitCode::from(2)
        }
        Failure::Run(error) => {
            if json {
                println!("{:#}", serde_json::json!({ "error": format!("{error:#}") }));
            } else {
                eprintln!("placewright: {error:#}");
            }
            ExitCode::from(1)
        }
    }
}
