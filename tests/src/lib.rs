//! Shared set-up of the workspace tests.

pub mod postgres;
