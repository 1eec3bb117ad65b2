//! Tests of the forecast as a whole.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "scores are read with --no-capture")]

mod demand;
mod hand_reckoned;
mod honesty;
mod housing;
mod input_problems;
mod kept_demand;
mod konstanz;
mod levers;
mod levers_on_paths;
mod monthly_demand;
mod official;
mod outputs;
mod paths;
mod properties;
mod quality;
mod real_cities;
mod refusals;
mod shared;
mod tables;
mod warnings;
