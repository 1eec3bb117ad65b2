//! The error index of the commands, and of everything together.

use std::fmt::Write as _;

use domain::ErrorCode;

const fn code(code: &'static str, cause: &'static str, remedy: &'static str) -> ErrorCode {
    ErrorCode {
        code,
        cause,
        remedy,
    }
}

/// Every code the commands report themselves.
pub const ERROR_CODES: &[ErrorCode] = &[
    code(
        "E8001",
        "A file given on the command line cannot be opened.",
        "Check the path and the permission to read it.",
    ),
    code(
        "E8002",
        "The city directory does not exist.",
        "Give a folder with the tables of datasets/SCHEMA.md; `placewright generate` writes one.",
    ),
    code(
        "E8003",
        "The scale of a synthetic city is out of range.",
        "Give a scale from 0.01 to 1000.",
    ),
    code(
        "E8004",
        "A round directory lacks a file.",
        "Add it; a round has at least programmes.csv and applications.csv.",
    ),
    code(
        "E8005",
        "A forecast was asked for that the data or the limits do not allow.",
        "Change the horizon, origin or groups as the message says.",
    ),
    code(
        "E8006",
        "An area does not exist or has neither places nor children.",
        "Give a key of the table areas.",
    ),
    code(
        "E8007",
        "A reference date is not one of a report.",
        "Give a day as YYYY-MM-DD.",
    ),
    code(
        "E8008",
        "The address of a database is malformed.",
        "Write sqlite:PATH or postgres://USER@HOST/NAME.",
    ),
    code(
        "E8009",
        "The database does not exist or holds no city.",
        "Run `placewright demo` or `placewright import city DIR` first.",
    ),
    code(
        "E8010",
        "What is to be imported is no known kind.",
        "Write city, existing-children or the name of a table.",
    ),
    code(
        "E8011",
        "The ending of a file names no format.",
        "Use .csv, .parquet or .arrow.",
    ),
    code(
        "E8012",
        "No provider has attested a month, so no day stands for the present.",
        "Give the day with --as-of.",
    ),
    code(
        "E8013",
        "The demo shows one city, at most at full size.",
        "Give a scale of at most 1; `placewright generate` makes larger ones.",
    ),
    code(
        "E8014",
        "The provider of an import is missing or unknown.",
        "Give the provider's key with --provider.",
    ),
    code(
        "E8015",
        "A log does not verify: an entry was changed, removed or put in afterwards.",
        "Stop writing, keep the database as it is and compare it with the last backup.",
    ),
    code(
        "E8017",
        "A row of answers or criterion values speaks of the same as an earlier one, or its evidence is neither yes nor no.",
        "Keep one of the rows; write yes, no or nothing for the evidence.",
    ),
    code(
        "E8018",
        "A perturbing method or merged areas were asked of tables that go through the release ledger.",
        "Use method = \"suppression\" with --ledger, or protect without --ledger.",
    ),
];

/// The codes of all crates, in order.
#[must_use]
pub fn all_error_codes() -> Vec<ErrorCode> {
    let mut codes: Vec<ErrorCode> = [
        domain::procedure::ERROR_CODES,
        tables::ERROR_CODES,
        matching::ERROR_CODES,
        forecast::ERROR_CODES,
        forecast::DEMAND_ERROR_CODES,
        forecast::REGISTER_ERROR_CODES,
        disclosure::ERROR_CODES,
        reporting::ERROR_CODES,
        reporting::STATISTICS_ERROR_CODES,
        scenario::ERROR_CODES,
        store::ERROR_CODES,
        charts::ERROR_CODES,
        http_api::ERROR_CODES,
        http_api::analysis::ERROR_CODES,
        http_api::analysis::LONG_WORK_ERROR_CODES,
        http_api::analysis::SCENARIO_ERROR_CODES,
        ERROR_CODES,
    ]
    .concat();
    codes.sort_by_key(|code| code.code);
    codes
}

/// `docs/ERRORS.md`, which must equal it to the byte.
#[must_use]
pub fn error_index() -> String {
    let mut page = String::from(
        "# Error index\n\nGenerated from the code; do not edit. Numbers never change their meaning. E1 tables, E2 matching,\nE3 forecast, E4 scenario, E5 disclosure, E6 reporting, E7 store, E8 commands, pages and API, E9 placement procedure.\n\n| code | what it means | what to do |\n|---|---|---|\n",
    );
    for code in all_error_codes() {
        let _ = writeln!(page, "| {} | {} | {} |", code.code, code.cause, code.remedy);
    }
    page
}
