//! Who may do what: one table of roles and routes, and the gate that reads it.
//!
//! **Architecture invariant:** a route that is not in [`table::ROUTES`] answers nobody.

mod caller;
mod gate;
mod table;
mod token;

pub(crate) use caller::Caller;
pub(crate) use gate::{Exported, NothingRead, gate, grant_of, unknown_address};
#[cfg(test)]
pub(crate) use table::ROUTES;
pub(crate) use table::Route;
pub(crate) use token::hexadecimal;
pub use token::{issue_token, token_sha256};
