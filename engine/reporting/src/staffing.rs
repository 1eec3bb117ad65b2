//! The staffing requirement (§ 12(2) SächsKitaG): exact, with dated keys.

use std::collections::BTreeMap;

use domain::{CareType, FacilityId, ReferenceDate};
use jiff::civil::Date;
use tables::City;

use crate::error::ExtractError;
use crate::parameters::{Parameters, StaffKey};
use crate::rational::Fraction;
use crate::snapshot::Snapshot;
use crate::state::care_on;

/// Staff demanded by the children of a facility and care type, in full-time staff; columns as in
/// [`STAFFING_FIELDS`](crate::STAFFING_FIELDS).
#[derive(Clone, PartialEq, Eq)]
pub struct StaffingRecord {
    /// Running number of the facility.
    pub facility: u32,
    /// Care type on the day: a nursery child counts as kindergarten child from its third birthday.
    pub care_type: CareType,
    /// Children.
    pub children: u32,
    /// Sum of their contracted quarter hours a day.
    pub daily_quarters: u64,
    /// By the key.
    pub by_key: Fraction,
    /// For leadership and indirect work, where the key does not hold them.
    pub supplements: Fraction,
}

opaque_debug!(StaffingRecord);

impl StaffingRecord {
    /// Key and supplements together.
    #[must_use]
    pub fn total(&self) -> Option<Fraction> {
        self.by_key.plus(self.supplements)
    }
}

/// The staffing requirement of a city on a day. Childminding has no key and is left out.
#[derive(Clone)]
pub struct StaffingRequirement {
    /// The day counted.
    pub reference: ReferenceDate,
    /// The day whose knowledge counts.
    pub known_on: Date,
    /// Rows by facility and care type.
    pub records: Vec<StaffingRecord>,
    numbers: BTreeMap<FacilityId, u32>,
    total: Fraction,
}

/// Shapes only.
impl std::fmt::Debug for StaffingRequirement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StaffingRequirement")
            .field("reference", &format_args!("{}", self.reference))
            .field("known_on", &format_args!("{}", self.known_on))
            .field("records", &self.records.len())
            .finish()
    }
}

impl StaffingRequirement {
    /// Full-time staff of the city, exact.
    #[must_use]
    pub const fn total(&self) -> Fraction {
        self.total
    }

    /// The running number of every facility with children that count.
    #[must_use]
    pub const fn facility_numbers(&self) -> &BTreeMap<FacilityId, u32> {
        &self.numbers
    }
}

/// Computes the staffing requirement from the contracts in force on a day, as known on another.
///
/// # Errors
///
/// [`ExtractError::NoStaffKey`] if a care type with children has no key on the day; else as
/// [`crate::federal_extract`].
pub fn staffing_requirement(
    city: &City,
    reference: ReferenceDate,
    known_on: Date,
    parameters: &Parameters,
) -> Result<StaffingRequirement, ExtractError> {
    let day = reference.date();
    let snapshot = Snapshot::read(city, day, known_on)?;
    let mut cells: BTreeMap<(u32, CareType), (u32, u64)> = BTreeMap::new();
    let mut numbers = BTreeMap::new();
    for one in snapshot.active(|_| day)? {
        let care = care_on(&one, day);
        if care == CareType::Childminding {
            continue;
        }
        let contract = one.contract;
        let facility =
            FacilityId::new(&contract.facility).map_err(|_| ExtractError::UnknownKey {
                contract: contract.contract.clone(),
                column: "facility_id",
            })?;
        numbers.insert(facility, one.site.number);
        let cell = cells.entry((one.site.number, care)).or_default();
        cell.0 += 1;
        cell.1 += u64::from(contract.quarters);
    }
    let mut records = Vec::with_capacity(cells.len());
    let mut total = Fraction::ZERO;
    for ((facility, care_type), (children, daily_quarters)) in cells {
        let key = parameters.staff_key(care_type, day);
        let key = key.ok_or(ExtractError::NoStaffKey {
            care: care_type,
            on: day,
        })?;
        let beyond = || ExtractError::BeyondRange { facility };
        let by_key = by_key(daily_quarters, key).ok_or_else(beyond)?;
        let record = StaffingRecord {
            facility,
            care_type,
            children,
            daily_quarters,
            by_key,
            supplements: supplements(by_key, key, parameters).ok_or_else(beyond)?,
        };
        let sum = record.total().and_then(|record| total.plus(record));
        total = sum.ok_or_else(beyond)?;
        records.push(record);
    }
    Ok(StaffingRequirement {
        reference,
        known_on,
        records,
        numbers,
        total,
    })
}

/// Hours over the hours of the basis, times staff per child.
fn by_key(quarters: u64, key: &StaffKey) -> Option<Fraction> {
    let hours = Fraction::new(i128::from(quarters), 4)?;
    let per_child = key.full_time.over(key.children)?;
    hours.over(key.base_hours)?.times(per_child)
}

fn supplements(by_key: Fraction, key: &StaffKey, parameters: &Parameters) -> Option<Fraction> {
    if !key.with_supplements {
        return Some(Fraction::ZERO);
    }
    let supplements = parameters.staff_supplements();
    let both = supplements.leadership.plus(supplements.indirect_work)?;
    by_key.times(both)
}
