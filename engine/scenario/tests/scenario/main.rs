//! Scenarios on small cities whose numbers are known.

#![allow(
    clippy::unwrap_used,
    reason = "what builds the cities of tests may fail like a test"
)]

mod allocation;
mod city;
mod closures;
mod comparison;
mod evaluation;
mod examples;
mod inheritance;
mod measures;
mod more_measures;
mod planted_faults;
mod refusals;
mod replacement;
mod story_a;
mod travel;
