//! Sums of an occupancy cube over facilities, with every rate's denominator named.

use domain::{CareType, Month};

use crate::cube::OccupancyCube;

/// Places and children of several facilities in one month.
///
/// Facilities outside the needs plan and those that may not operate have no places; their contracts
/// count. Bookable places of facilities without attested data are left out of `bookable` and
/// counted in `unattested_facilities`: they are unknown, not free (K24).
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize)]
pub struct Totals {
    /// Places by licence.
    pub licensed: i64,
    /// Places by needs plan.
    pub planned: i64,
    /// Places the staff present allows.
    pub staffed: i64,
    /// Bookable places of facilities with attested data.
    pub bookable: i64,
    /// Children under contract.
    pub contracts: i64,
    /// Places held by confirmed and open offers.
    pub reservations: i64,
    /// Places blocked.
    pub blocked: i64,
    /// Full-time equivalents required by the contracts.
    pub staff_required: f64,
    /// Full-time equivalents present.
    pub staff_present: f64,
    /// Facilities with places, contracts or reservations.
    pub facilities: i64,
    /// Of these, facilities whose provider did not attest its data for the month.
    pub unattested_facilities: i64,
    /// Age in days of the oldest attestation behind the sums on the 1st of the month; `None` if a
    /// facility was never attested, or there is no facility.
    pub oldest_attestation_days: Option<i32>,
}

impl Totals {
    /// Licensed places minus contracts: the number naive registers call free.
    #[must_use]
    pub const fn naive_free(&self) -> i64 {
        self.licensed - self.contracts
    }

    /// Contracts per licensed place, in per cent.
    #[must_use]
    pub fn utilisation_of_licensed(&self) -> Option<f64> {
        per_cent(self.contracts, self.licensed)
    }

    /// Contracts per planned place, in per cent.
    #[must_use]
    pub fn utilisation_of_planned(&self) -> Option<f64> {
        per_cent(self.contracts, self.planned)
    }

    /// Contracts per staffed place, in per cent.
    #[must_use]
    pub fn utilisation_of_staffed(&self) -> Option<f64> {
        per_cent(self.contracts, self.staffed)
    }
}

/// `part` of `whole` in per cent; `None` without a whole.
fn per_cent(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64 * 100.0)
}

impl OccupancyCube {
    /// Sums a care type and month over the facilities that `included` accepts by position.
    ///
    /// `None` for a month outside the cube.
    #[must_use]
    pub fn totals(
        &self,
        care: CareType,
        month: Month,
        included: impl Fn(usize) -> bool,
    ) -> Option<Totals> {
        self.grid().months().position(month)?;
        let mut totals = Totals {
            oldest_attestation_days: Some(0),
            ..Totals::default()
        };
        for facility in (0..self.grid().facilities()).filter(|facility| included(*facility)) {
            let cell = self.cell(facility, care, month)?;
            let places = cell.capacities;
            if places.licensed == 0 && cell.contracts == 0 && cell.reservations == 0 {
                continue;
            }
            totals.licensed += i64::from(places.licensed);
            totals.planned += i64::from(places.planned);
            totals.staffed += i64::from(places.staffed);
            totals.contracts += i64::from(cell.contracts);
            totals.reservations += i64::from(cell.reservations);
            totals.blocked += i64::from(cell.blocked);
            totals.staff_required += cell.staff_required;
            totals.staff_present += cell.staff_present;
            totals.facilities += 1;
            let freshness = self.freshness(facility, month)?;
            if freshness.is_attested() {
                totals.bookable += i64::from(places.bookable);
            } else {
                totals.unattested_facilities += 1;
            }
            totals.oldest_attestation_days = totals
                .oldest_attestation_days
                .zip(freshness.age_days(month.first_day()))
                .map(|(oldest, age)| oldest.max(age));
        }
        if totals.facilities == 0 {
            totals.oldest_attestation_days = None;
        }
        Some(totals)
    }
}
