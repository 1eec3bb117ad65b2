//! The acceptance stories of providers and planners over HTTP, step by step, and requests that must be
//! refused: all on SQLite and on PostgreSQL.
//!
//! Requests go to the router as a program outside would send them, with tokens and idempotency keys;
//! what is asserted is what such a program sees. The clock is set by the story, the numbers are those
//! of the stories.

mod bad_callers;
mod bad_input;
mod catalogue_versions;
mod chain_days;
mod chances;
mod city;
mod client;
mod conflict;
mod decision_audits;
mod existing_children;
mod families;
mod forecast_runs;
mod freshness;
mod legal_claims;
mod override_reason;
mod placement;
mod planner;
mod provider_software;
mod release_ledger;
mod repeated;
mod rule_lab;
mod runs;
mod scenario_pages;
mod scenarios;
mod statistics;
mod statistics_attacker;
mod statistics_tables;
mod suggestion_round;

/// Where a story is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Database {
    /// A file of its own.
    Sqlite,
    /// A database of its own in the shared cluster.
    Postgres,
}
