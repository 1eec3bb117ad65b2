//! Tests of the forecast as a whole.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "scores are read with --no-capture")]

mod demand;
mod hand_reckoned;
mod input_problems;
mod outputs;
mod paths;
mod properties;
mod real_cities;
mod refusals;
mod shared;
mod tables;
mod warnings;
