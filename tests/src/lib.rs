//! Shared set-up of the workspace tests.
