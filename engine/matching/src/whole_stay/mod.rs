//! Whether a child's stay fits a facility in every month of it.
//!
//! Counted as occupancy counts: a stay takes a place in every month in which it lasts on at least one
//! day, and a nursery child takes a kindergarten place of the same facility from the month of its third
//! birthday on. That place is reserved together with the nursery place, so the move is guaranteed.

mod ledger;
mod obstacle;
mod places;
mod suitable;

pub use ledger::{PlannedStay, Reservation, StayLedger, StayRequest};
pub use obstacle::StayObstacle;
pub use places::{CareOffer, MonthPlaces};
pub use suitable::{SuitableApplication, UnsuitableApplication};

/// Grants stays one after the other on a shared ledger: what one child takes is not offered to the next.
///
/// Returns one entry per application in the order given: the reservation, or every reason against it.
///
/// # Example
///
/// A second child finds no place left beside the first; see [`StayLedger`] for the rules.
pub fn grant_in_sequence(
    ledger: &mut StayLedger,
    applications: &[SuitableApplication],
) -> Vec<Result<Reservation, Vec<StayObstacle>>> {
    applications
        .iter()
        .map(|application| ledger.reserve(application.request()))
        .collect()
}
