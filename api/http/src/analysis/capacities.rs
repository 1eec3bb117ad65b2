//! The four capacities of a facility, month by month: exact, for its own provider.

use domain::{CareType, FacilityId, Freshness, Month, ProviderId};
use jiff::civil::Date;
use serde::Serialize;
use store::Snapshot;

use super::{Analyses, AnalysisError, city, cube};

/// Most months of an answer.
const MOST_MONTHS: usize = 120;

/// The places of a facility over some months.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FacilityCapacities {
    /// The facility.
    pub facility: FacilityId,
    /// Who runs it.
    pub provider: ProviderId,
    /// Number of the change the answer was computed from.
    pub computed_from: u64,
    /// One entry per month and care type the facility has or had places of, in this order.
    pub months: Vec<CapacityMonth>,
}

/// The four capacities of a care type in a month, with the age of the data behind them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CapacityMonth {
    /// The month.
    pub month: Month,
    /// The care type.
    pub care_type: CareType,
    /// Places by licence.
    pub licensed: u32,
    /// Places by needs plan.
    pub planned: u32,
    /// Places the staff present allows.
    pub staffed: u32,
    /// Staffed places minus those held and blocked; `None` = unknown, because the provider did not
    /// attest its data (K24). Below zero: more is held than can be staffed.
    pub bookable: Option<i32>,
    /// Children under contract on at least one day of the month.
    pub contracts: u32,
    /// Places held by open and confirmed offers.
    pub reservations: u32,
    /// Blocked places.
    pub blocked: u32,
    /// How fresh the data are; a month to come is as fresh as today's.
    #[serde(flatten)]
    pub freshness: Freshness,
}

impl Analyses {
    /// The four capacities of a facility in `months` months from `first` on.
    ///
    /// The counts are exact: they are for the provider of the facility and nobody else.
    ///
    /// # Errors
    ///
    /// [`AnalysisError::UnknownFacility`], [`AnalysisError::OutOfRange`] for no or more than 120 months.
    pub fn facility_capacities(
        &self,
        snapshot: &Snapshot,
        facility: &FacilityId,
        first: Month,
        months: usize,
        today: Date,
    ) -> Result<FacilityCapacities, AnalysisError> {
        if months == 0 || months > MOST_MONTHS {
            return Err(AnalysisError::OutOfRange {
                what: "the number of months",
                value: months.to_string(),
                remedy: "ask for 1 to 120 months",
            });
        }
        let record = snapshot
            .facility(facility)
            .ok_or_else(|| AnalysisError::UnknownFacility {
                facility: facility.clone(),
            })?;
        let city = city::planning_city(snapshot, &self.tables, Some(facility))?;
        let cube = cube(&city, first, months, today)?;
        let position = cube.index().position(facility.as_str()).unwrap_or(0);
        let mut found = Vec::new();
        for month in cube.grid().months().iter() {
            let Some(freshness) = cube.freshness(position, month) else {
                continue;
            };
            for care_type in CareType::ALL {
                let Some(cell) = cube.cell(position, care_type, month) else {
                    continue;
                };
                let is_held = cell.contracts + cell.reservations > 0;
                if !is_held && !record.care_types().contains(&care_type) {
                    continue;
                }
                let four = cell.capacities;
                found.push(CapacityMonth {
                    month,
                    care_type,
                    licensed: four.licensed,
                    planned: four.planned,
                    staffed: four.staffed,
                    bookable: freshness.is_attested().then_some(four.bookable),
                    contracts: cell.contracts,
                    reservations: cell.reservations,
                    blocked: cell.blocked,
                    freshness,
                });
            }
        }
        Ok(FacilityCapacities {
            facility: facility.clone(),
            provider: record.provider().clone(),
            computed_from: snapshot.sequence(),
            months: found,
        })
    }
}
