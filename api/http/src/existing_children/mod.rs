//! Existing children (Bestandskinder) as a CSV file: the template and its reader (K41).
//!
//! One row per contract. The file is UTF-8, comma-separated, with the header of the template ([`template`])
//! in any order; a column more or less is refused. All problems are told at once, each with its row
//! (1 = the first after the header), column and number, and never with the value found.

mod columns;
mod read;

pub use columns::{COLUMNS, Column, TEMPLATE_VERSION, template};
pub use read::read_existing_children;
pub(crate) use read::{Reading, read_rows};

/// What files of existing children are called in problems.
pub(crate) const FILE: &str = "existing-children.csv";
