//! Month-by-month occupancy and free places, straight from contract intervals.
//!
//! [`sweep`] turns contracts into children per facility × care type × month by differences and one
//! prefix sum. [`OccupancyCube`] puts the four capacities, reservations, blocked places, staff and
//! the freshness of the data beside them; [`Totals`] sums them with every denominator named.
//!
//! A contract counts in every month in which it is valid on at least one day, and as kindergarten
//! from the month of the third birthday on. So a place handed over within a month counts twice in
//! that month: both children need it.
//!
//! **Architecture invariant:** the kernel sees only slices; polars stays in `tables`.

mod cube;
mod inputs;
mod open_round;
mod stays;
mod sweep;
#[cfg(test)]
mod tests;
mod totals;

pub use cube::{Cell, OccupancyCube, OccupancyError, OccupancyRequest};
pub use open_round::{OpenRound, OpenSeats, OpenWish};
pub use sweep::{Grid, GridError, Load, PlacementError, sweep};
pub use totals::Totals;
