//! Scenarios on small cities whose numbers are known.

#![allow(
    clippy::unwrap_used,
    reason = "what builds the cities of tests may fail like a test"
)]

mod allocation;
mod city;
mod examples;
mod measures;
mod planted_faults;
mod refusals;
mod story_a;
