//! Tests of the crate as a whole, in one program: it links once.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::print_stdout,
    reason = "tables are read with --no-capture; a skipped test says so"
)]

mod audit;
mod bad_input;
mod certified_cases;
mod checker_reference;
mod common;
mod criteria_catalogue;
mod flexible_groups;
mod garbage;
mod joint_and_flexible;
mod laws;
mod legal_claim;
mod planted_faults;
mod portal_chances;
mod proof;
mod publication;
mod ranked_suggestions;
mod reasons_rederived;
mod rolling;
mod rule_lab;
mod sibling_cases;
mod sibling_laws;
mod sibling_rules;
mod stays_in_circles;
mod suggestion_households;
mod suggestion_phases;
mod ties;
mod whole_stay;
