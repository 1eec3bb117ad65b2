//! Tests of the crate as a whole, in one program: it links once.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::print_stdout,
    reason = "tables are read with --no-capture; a skipped test says so"
)]

mod amounts;
mod bad_input;
mod cases;
mod cell_keys_against_cellkey_and_ons;
mod instance;
mod instance_reference;
mod instance_speed;
mod ledger;
mod ledger_cases;
mod ledger_dimensions;
mod ledger_speed;
mod magnitude;
mod nursery;
mod perturbation_tables_against_ptable;
mod perturbing_methods;
mod release;
mod rounded_together;
mod rounding_against_small_count_rounding;
mod shared_cases;
mod spec;
mod spec_methods;
mod speed_of_perturbing_methods;
