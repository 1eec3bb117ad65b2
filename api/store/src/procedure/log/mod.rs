//! The two logs: hash-chained, without gaps, append-only.

pub(crate) mod access;
mod chain;
pub(crate) mod changes;
pub(crate) mod verify;

pub(crate) use changes::{Entry, Head, Origin, append};
