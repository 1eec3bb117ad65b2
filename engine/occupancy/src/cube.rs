//! The occupancy cube of a city: everything about places per facility × care type × month.

use std::collections::BTreeMap;

use domain::{
    Attestation, CareType, Facility, FourCapacities, Freshness, Month, MonthRange, StaffingRatio,
    date_of,
};
use jiff::civil::Date;
use tables::{City, CityError, FacilityIndex};

use crate::inputs::{self, Inputs};
use crate::sweep::{Grid, GridError, Load, PlacementError, sum_spans, sweep};

/// Why a cube could not be built.
#[derive(Debug, thiserror::Error)]
pub enum OccupancyError {
    /// The months or facilities asked for do not fit.
    #[error(transparent)]
    Grid(#[from] GridError),
    /// The tables were not validated.
    #[error(transparent)]
    City(#[from] CityError),
    /// Placements and facilities do not belong together.
    #[error(transparent)]
    Placement(#[from] PlacementError),
}

/// What to count, and as known when.
#[derive(Debug, Clone)]
pub struct OccupancyRequest {
    /// The months to count.
    pub months: MonthRange,
    /// Contract versions known on this day count.
    pub known_on: Date,
    /// Staffing keys by date; [`StaffingRatio::KNOWN`] unless the law changes.
    pub staffing: Vec<StaffingRatio>,
}

impl OccupancyRequest {
    /// The known staffing keys.
    #[must_use]
    pub fn new(months: MonthRange, known_on: Date) -> Self {
        Self {
            months,
            known_on,
            staffing: StaffingRatio::KNOWN.to_vec(),
        }
    }
}

/// One facility, care type and month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Licensed, planned, staffed and bookable places.
    pub capacities: FourCapacities,
    /// Children under contract on at least one day of the month.
    pub contracts: u32,
    /// Confirmed and open offers that reserve a place.
    pub reservations: u32,
    /// Places blocked.
    pub blocked: u32,
    /// Full-time equivalents the contracts require (§ 12(2) SächsKitaG).
    pub staff_required: f64,
    /// Full-time equivalents of staff present on the 1st of the month; assistants count up to 20 %.
    pub staff_present: f64,
}

/// The cube; memory is 32 bytes a cell.
#[derive(Debug, Clone)]
pub struct OccupancyCube {
    grid: Grid,
    index: FacilityIndex,
    facilities: Vec<Facility>,
    attestations: BTreeMap<domain::ProviderId, Vec<Attestation>>,
    /// Later months are as fresh as this one.
    latest_attested: Option<Month>,
    staffing: Vec<StaffingRatio>,
    licensed: Vec<i32>,
    planned: Vec<i32>,
    staffed: Vec<i32>,
    loads: Vec<Load>,
    reservations: Vec<i32>,
    blocked: Vec<i32>,
    /// Weekly minutes of staff that counts.
    staff_minutes: Vec<i32>,
}

impl OccupancyCube {
    /// Builds the cube of a city.
    ///
    /// Places count in every month in which their row of `capacities` is valid on at least one day;
    /// where two rows share a month the later one holds. Outside opening dates and without a valid
    /// licence there are no places, but contracts still count. Staffed places are those the
    /// provider reports, else those the staff table allows, and never more than licensed.
    ///
    /// # Errors
    ///
    /// [`OccupancyError`] if the request does not fit or the tables were not validated.
    pub fn build(city: &City, request: &OccupancyRequest) -> Result<Self, OccupancyError> {
        let index = city.facility_index()?;
        let grid = Grid::new(index.len(), request.months)?;
        let placements = city.placements_known_on(request.known_on, &index)?;
        let loads = sweep(&placements, grid)?;
        let Inputs {
            capacities,
            blocked,
            reservations,
            qualified,
            assistants,
        } = inputs::read(city, &index, request.known_on)?;
        let staff_minutes = counted_minutes(
            sum_spans(qualified.into_iter(), grid),
            &sum_spans(assistants.into_iter(), grid),
        );
        let mut facilities = city.facilities()?;
        facilities.sort_by(|a, b| a.id().cmp(b.id()));
        let mut cube = Self {
            grid,
            facilities,
            attestations: city.attestations()?,
            latest_attested: None,
            staffing: request.staffing.clone(),
            licensed: vec![0; grid.cells()],
            planned: vec![0; grid.cells()],
            staffed: vec![0; grid.cells()],
            loads,
            reservations: sum_spans(reservations.into_iter(), grid),
            blocked: sum_spans(blocked.into_iter(), grid),
            staff_minutes,
            index,
        };
        cube.place_capacities(&capacities);
        Ok(cube)
    }

    /// Writes the rows of `capacities`, earlier rows first, where the facility may operate.
    fn place_capacities(&mut self, rows: &[inputs::CapacityRow]) {
        for row in rows {
            let facility = &self.facilities[row.span.facility];
            let row_starts = date_of(row.span.first_day).unwrap_or(Date::MIN);
            let row_ends = date_of(row.span.last_day).unwrap_or(Date::MAX);
            for position in row.span.months(self.grid) {
                let month = self.grid.months().first().plus(position as i32);
                let Some(cell) = self.grid.cell(row.span.facility, row.span.care, month) else {
                    continue;
                };
                let first = month.first_day().max(row_starts);
                let last = month.last_day().min(row_ends);
                if !facility.takes_applications_between(first, last) {
                    continue;
                }
                self.licensed[cell] = row.span.amount;
                self.planned[cell] = row.planned;
                let staffed = row.staffed.unwrap_or_else(|| {
                    let ratio = StaffingRatio::on(month.first_day(), &self.staffing);
                    let present = full_time(self.staff_minutes[cell]);
                    ratio
                        .places(row.span.care, present)
                        .map_or(row.span.amount, |places| {
                            i32::try_from(places).unwrap_or(i32::MAX)
                        })
                });
                self.staffed[cell] = staffed.min(row.span.amount);
            }
        }
    }

    /// The axes.
    #[must_use]
    pub const fn grid(&self) -> Grid {
        self.grid
    }

    /// The facilities in the order of the cube.
    #[must_use]
    pub fn facilities(&self) -> &[Facility] {
        &self.facilities
    }

    /// Facilities by identifier.
    #[must_use]
    pub const fn index(&self) -> &FacilityIndex {
        &self.index
    }

    /// One cell; `None` outside the cube.
    #[must_use]
    pub fn cell(&self, facility: usize, care: CareType, month: Month) -> Option<Cell> {
        let cell = self.grid.cell(facility, care, month)?;
        let count = |number: i32| u32::try_from(number).unwrap_or(0);
        let contracts = count(self.loads[cell].children);
        let (reservations, blocked) = (count(self.reservations[cell]), count(self.blocked[cell]));
        let staffed = count(self.staffed[cell]);
        let licensed = count(self.licensed[cell]);
        let capacities = FourCapacities::new(
            licensed,
            count(self.planned[cell]),
            staffed.min(licensed),
            contracts,
            reservations,
            blocked,
        )
        .unwrap_or_default();
        let ratio = StaffingRatio::on(month.first_day(), &self.staffing);
        let hours = f64::from(self.loads[cell].quarter_hours) / 4.0;
        Some(Cell {
            capacities,
            contracts,
            reservations,
            blocked,
            staff_required: ratio.required(care, hours),
            staff_present: full_time(self.staff_minutes[cell]),
        })
    }

    /// The same cube for a look ahead: nobody can attest a month to come, so months after `latest`
    /// (the month of today) are as fresh as `latest` itself.
    #[must_use]
    pub fn as_fresh_as(mut self, latest: Month) -> Self {
        self.latest_attested = Some(latest);
        self
    }

    /// How fresh a facility's data are for a month (K24).
    #[must_use]
    pub fn freshness(&self, facility: usize, month: Month) -> Option<Freshness> {
        let provider = self.facilities.get(facility)?.provider();
        let given = self
            .attestations
            .get(provider)
            .map_or(&[][..], Vec::as_slice);
        let month = self
            .latest_attested
            .map_or(month, |latest| latest.min(month));
        Some(Freshness::of(month, given))
    }
}

/// Weekly minutes that count: assistants up to 20 % of all (§ 12(2) SächsKitaG).
fn counted_minutes(mut qualified: Vec<i32>, assistants: &[i32]) -> Vec<i32> {
    for (minutes, assistant) in qualified.iter_mut().zip(assistants) {
        *minutes = minutes.saturating_add((*assistant).min(*minutes / 4));
    }
    qualified
}

/// Full-time equivalents of weekly minutes.
fn full_time(minutes: i32) -> f64 {
    f64::from(minutes) / 60.0 / StaffingRatio::FULL_TIME_WEEKLY_HOURS
}
