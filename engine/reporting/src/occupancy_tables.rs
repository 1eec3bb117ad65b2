//! Occupancy for planners: places as they are, children only as released.
//!
//! Two tables of bound places leave the engine for a month: contracts by area (districts and
//! neighbourhoods) × care type, and contracts and reservations by district × care type × whether
//! the data are attested. Bookable places are derived from released cells alone, so they are
//! unknown wherever a count behind them is.
//!
//! The two tables count the same places and pass the release ledger together: beside each other, and
//! beside other months and earlier accounts of the month.

use std::collections::BTreeMap;

use disclosure::{
    ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, ReleaseError, ReleaseRequest,
    ReleaseScope, ReleasedSeries, ReleasedTable, TOTAL_CODE, TableError, release_series,
};
use domain::{AreaId, CareType, Month};
use occupancy::{OccupancyCube, Totals};
use tables::{Area, City, CityError};

use crate::desk::{DeskError, ReleaseDesk, revision_of};

/// Why occupancy tables could not be made.
#[derive(Debug, thiserror::Error)]
pub enum OccupancyTablesError {
    /// The areas of the city were not validated.
    #[error(transparent)]
    City(#[from] CityError),
    /// The areas do not form a table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The gate refused.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// The ledger gave no decision.
    #[error(transparent)]
    Ledger(#[from] DeskError),
    /// E6211: the ledger lets it out in no form.
    #[error("E6211  table {table} of {month} cannot be released beside earlier releases")]
    Refused {
        /// The table.
        table: &'static str,
        /// The month.
        month: Month,
    },
    /// The month lies outside the cube.
    #[error(
        "occupancy was asked for {month}, which the cube does not hold; build it over more months"
    )]
    Month {
        /// The month asked for.
        month: Month,
    },
    /// A facility lies in an area that the areas do not list.
    #[error(
        "facility {facility} lies in area {area}, which the table of areas does not list; validate the city first"
    )]
    Area {
        /// The facility.
        facility: String,
        /// Its area.
        area: String,
    },
}

/// Places and children of an area and care type in one month.
///
/// `None` means not published or unknown, never zero.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct OccupancyRow {
    /// Area code; [`TOTAL_CODE`] for the city.
    pub area: String,
    /// Name of the area.
    pub name: String,
    /// Care type.
    pub care_type: CareType,
    /// Places by licence.
    pub licensed: i64,
    /// Places by needs plan.
    pub planned: i64,
    /// Places the staff present allows.
    pub staffed: i64,
    /// Children under contract, as released.
    pub contracts: Option<u64>,
    /// Contracts per licensed place, per cent.
    pub utilisation_of_licensed: Option<f64>,
    /// Contracts per planned place, per cent.
    pub utilisation_of_planned: Option<f64>,
    /// Contracts per staffed place, per cent.
    pub utilisation_of_staffed: Option<f64>,
    /// Licensed places minus contracts: what naive registers call free.
    pub naive_free: Option<i64>,
    /// Staffed places minus contracts, reservations and blocked places, of facilities with attested
    /// data; only for districts and the city.
    pub bookable: Option<i64>,
    /// Facilities with places or children.
    pub facilities: i64,
    /// Of these, facilities whose free places are unknown because their data are not attested (K24).
    pub unattested_facilities: i64,
    /// Days since the oldest attestation behind the figures; `None` if one is missing altogether.
    pub data_age_days: Option<i32>,
}

/// The occupancy of one month, ready to be shown.
#[derive(Debug, Clone, serde::Serialize)]
pub struct OccupancyTables {
    /// The month.
    pub month: Month,
    /// Contracts by area × care type.
    pub contracts: ReleasedTable,
    /// Contracts and reservations by district × care type × state of the data.
    pub bound_places: ReleasedTable,
    /// One row per area × care type that has places or contracts, the city last.
    pub rows: Vec<OccupancyRow>,
}

/// The areas of a city as a tree.
struct Regions {
    areas: Vec<Area>,
    top: BTreeMap<AreaId, AreaId>,
}

impl Regions {
    fn of(city: &City) -> Result<Self, CityError> {
        let areas = city.areas()?;
        let parents: BTreeMap<&AreaId, &AreaId> = areas
            .iter()
            .filter_map(|area| Some((&area.id, area.parent.as_ref()?)))
            .collect();
        let top = areas
            .iter()
            .map(|area| {
                let mut above = &area.id;
                // Validation refuses circles; the bound keeps an unvalidated city from hanging.
                for _ in 0..areas.len() {
                    match parents.get(above) {
                        Some(parent) => above = parent,
                        None => break,
                    }
                }
                (area.id.clone(), above.clone())
            })
            .collect();
        Ok(Self { areas, top })
    }

    /// Areas with their parents, as a dimension.
    fn all(&self) -> Dimension {
        let members = self.areas.iter().map(|area| {
            let label = Label::new(area.name.clone(), area.name.clone());
            let member = Member::new(area.id.as_str(), label);
            match &area.parent {
                Some(parent) => member.under(parent.as_str()),
                None => member,
            }
        });
        Dimension::new("area", Label::new("Gebiet", "Area"), members.collect())
    }

    /// Areas of the top level, as a dimension.
    fn districts(&self) -> Dimension {
        let members = self
            .areas
            .iter()
            .filter(|area| area.parent.is_none())
            .map(|area| {
                Member::new(
                    area.id.as_str(),
                    Label::new(area.name.clone(), area.name.clone()),
                )
            });
        Dimension::new(
            "district",
            Label::new("Stadtbezirk", "District"),
            members.collect(),
        )
    }

    /// Whether an area lies in another, or is it.
    fn lies_in(&self, area: &AreaId, other: &str) -> bool {
        let mut above = Some(area);
        for _ in 0..=self.areas.len() {
            match above {
                None => return false,
                Some(id) if id.as_str() == other => return true,
                Some(id) => {
                    above = self
                        .areas
                        .iter()
                        .find(|area| area.id == *id)
                        .and_then(|area| area.parent.as_ref());
                }
            }
        }
        false
    }
}

/// Care types as a dimension.
fn care_types() -> Dimension {
    let members = CareType::ALL
        .into_iter()
        .map(|care| Member::new(care.as_str(), Label::new(care.german(), care.english())));
    Dimension::new(
        "care_type",
        Label::new("Betreuungsart", "Care type"),
        members.collect(),
    )
}

const CONTRACTS_BY_AREA: &str = "contracts_by_area";
const BOUND_PLACES: &str = "bound_places";
const ATTESTED: &str = "attested";
const UNATTESTED: &str = "unattested";
const CONTRACT: &str = "contract";
const RESERVATION: &str = "reservation";

/// Occupancy of a month by area and care type, as if nothing had been released before.
///
/// # Errors
///
/// [`OccupancyTablesError`]; nothing is released then.
pub fn occupancy_tables(
    city: &City,
    cube: &OccupancyCube,
    month: Month,
    policy: &DisclosurePolicy,
) -> Result<OccupancyTables, OccupancyTablesError> {
    let mut desk = ReleaseDesk::default();
    occupancy_tables_beside(city, cube, month, month, policy, &mut desk)
}

/// The scope of the occupancy of a month as it stood in the month `version`.
///
/// ```
/// use domain::Month;
/// let scope = reporting::occupancy_scope(Month::new(2026, 9)?, Month::new(2026, 4)?);
/// assert_eq!(scope.to_string(), "bound_places at 2026-09-01, revision 20260401");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn occupancy_scope(month: Month, version: Month) -> ReleaseScope {
    let revision = revision_of(version.first_day());
    ReleaseScope::new("bound_places", month.first_day()).revised(revision)
}

/// Occupancy of a month by area and care type, beside everything released before.
///
/// Children are told once per `version`, a calendar month: who could ask day by day would see every
/// child that comes or leaves by itself. Places are those of the cube.
///
/// # Errors
///
/// [`OccupancyTablesError`]; nothing is released then.
pub fn occupancy_tables_beside(
    city: &City,
    cube: &OccupancyCube,
    month: Month,
    version: Month,
    policy: &DisclosurePolicy,
    desk: &mut ReleaseDesk,
) -> Result<OccupancyTables, OccupancyTablesError> {
    let regions = Regions::of(city)?;
    let scope = occupancy_scope(month, version);
    let request = |table| ReleaseRequest::new(table, policy.clone(), scope.clone());
    let contracts = request(contracts_by_area(&regions, cube, month)?);
    let contracts = contracts.restricted_to("bound_by", [CONTRACT]);
    let contracts = released(desk, &contracts, month, CONTRACTS_BY_AREA)?;
    let bound_places = request(bound_places(&regions, cube, month)?);
    let bound_places = bound_places.measured_as("district", "area");
    let bound_places = released(desk, &bound_places, month, BOUND_PLACES)?;
    let mut rows = Vec::new();
    let city_row = [(TOTAL_CODE.to_owned(), "Stadt gesamt".to_owned())];
    let named = regions
        .areas
        .iter()
        .map(|area| (area.id.to_string(), area.name.clone()));
    for (code, name) in named.chain(city_row) {
        let inside: Vec<bool> = cube
            .facilities()
            .iter()
            .map(|facility| code == TOTAL_CODE || regions.lies_in(facility.area(), &code))
            .collect();
        for care in CareType::ALL {
            let totals = cube
                .totals(care, month, |facility| inside[facility])
                .ok_or(OccupancyTablesError::Month { month })?;
            if totals.facilities > 0 {
                rows.push(row(
                    (&code, &name),
                    care,
                    &totals,
                    &contracts,
                    &bound_places,
                    cube,
                    month,
                    &inside,
                ));
            }
        }
    }
    Ok(OccupancyTables {
        month,
        contracts,
        bound_places,
        rows,
    })
}

/// A table with whatever has to be hidden; with everything hidden at last.
fn released(
    desk: &mut ReleaseDesk,
    request: &ReleaseRequest,
    month: Month,
    table: &'static str,
) -> Result<ReleasedTable, OccupancyTablesError> {
    if let Some(released) = desk.release(request)? {
        return Ok(released);
    }
    let hidden = request.clone().hiding_everything();
    let released = desk.release(&hidden)?;
    released.ok_or(OccupancyTablesError::Refused { table, month })
}

/// One row from places and released counts.
#[allow(clippy::too_many_arguments)]
fn row(
    (code, name): (&str, &str),
    care: CareType,
    totals: &Totals,
    contracts: &ReleasedTable,
    bound: &ReleasedTable,
    cube: &OccupancyCube,
    month: Month,
    inside: &[bool],
) -> OccupancyRow {
    let children = contracts
        .cell(&[code, care.as_str()])
        .and_then(|cell| cell.value);
    let share = |places: i64| {
        children
            .filter(|_| places > 0)
            .map(|n| n as f64 / places as f64 * 100.0)
    };
    let held = |kind| {
        bound
            .cell(&[code, care.as_str(), ATTESTED, kind])
            .and_then(|cell| cell.value)
    };
    let bookable = held(CONTRACT)
        .zip(held(RESERVATION))
        .and_then(|(contracts, reservations)| {
            let (staffed, blocked) = attested_places(cube, care, month, inside)?;
            Some(staffed - blocked - i64::try_from(contracts + reservations).ok()?)
        });
    OccupancyRow {
        area: code.to_owned(),
        name: name.to_owned(),
        care_type: care,
        licensed: totals.licensed,
        planned: totals.planned,
        staffed: totals.staffed,
        contracts: children,
        utilisation_of_licensed: share(totals.licensed),
        utilisation_of_planned: share(totals.planned),
        utilisation_of_staffed: share(totals.staffed),
        naive_free: children.and_then(|n| Some(totals.licensed - i64::try_from(n).ok()?)),
        bookable,
        facilities: totals.facilities,
        unattested_facilities: totals.unattested_facilities,
        data_age_days: totals.oldest_attestation_days,
    }
}

/// Staffed and blocked places of facilities with attested data.
fn attested_places(
    cube: &OccupancyCube,
    care: CareType,
    month: Month,
    inside: &[bool],
) -> Option<(i64, i64)> {
    let attested = |facility: usize| {
        inside[facility]
            && cube
                .freshness(facility, month)
                .is_some_and(|f| f.is_attested())
    };
    let totals = cube.totals(care, month, attested)?;
    Some((totals.staffed, totals.blocked))
}

/// Exact contracts by area and care type.
fn contracts_by_area(
    regions: &Regions,
    cube: &OccupancyCube,
    month: Month,
) -> Result<ConfidentialTable, OccupancyTablesError> {
    let mut records = Vec::new();
    for (facility, description) in cube.facilities().iter().enumerate() {
        let area = description.area().as_str();
        known(regions, description)?;
        for care in CareType::ALL {
            let cell = cube
                .cell(facility, care, month)
                .ok_or(OccupancyTablesError::Month { month })?;
            records.push((vec![area, care.as_str()], cell.contracts));
        }
    }
    Ok(ConfidentialTable::from_records(
        CONTRACTS_BY_AREA,
        Label::new(
            "Betreute Kinder nach Gebiet und Betreuungsart",
            "Children in care by area and care type",
        ),
        vec![regions.all(), care_types()],
        records,
    )?)
}

/// The top-level area of a facility.
fn known<'a>(
    regions: &'a Regions,
    facility: &domain::Facility,
) -> Result<&'a AreaId, OccupancyTablesError> {
    regions
        .top
        .get(facility.area())
        .ok_or_else(|| OccupancyTablesError::Area {
            facility: facility.id().to_string(),
            area: facility.area().to_string(),
        })
}

/// Exact contracts and reservations by district, care type and state of the data.
fn bound_places(
    regions: &Regions,
    cube: &OccupancyCube,
    month: Month,
) -> Result<ConfidentialTable, OccupancyTablesError> {
    let mut records = Vec::new();
    for (facility, description) in cube.facilities().iter().enumerate() {
        let district = known(regions, description)?.as_str();
        let fresh = cube
            .freshness(facility, month)
            .is_some_and(|f| f.is_attested());
        let state = if fresh { ATTESTED } else { UNATTESTED };
        for care in CareType::ALL {
            let cell = cube
                .cell(facility, care, month)
                .ok_or(OccupancyTablesError::Month { month })?;
            records.push((
                vec![district, care.as_str(), state, CONTRACT],
                cell.contracts,
            ));
            records.push((
                vec![district, care.as_str(), state, RESERVATION],
                cell.reservations,
            ));
        }
    }
    let two = |code: &str, label: Label, members: [(&str, &str, &str); 2]| {
        let members = members
            .into_iter()
            .map(|(code, german, english)| Member::new(code, Label::new(german, english)));
        Dimension::new(code, label, members.collect())
    };
    Ok(ConfidentialTable::from_records(
        BOUND_PLACES,
        Label::new("Gebundene Plätze", "Places bound"),
        vec![
            regions.districts(),
            care_types(),
            two(
                "data_state",
                Label::new("Datenstand", "State of the data"),
                [
                    (ATTESTED, "bestätigt", "attested"),
                    (UNATTESTED, "nicht bestätigt", "not attested"),
                ],
            ),
            two(
                "bound_by",
                Label::new("Gebunden durch", "Bound by"),
                [
                    (CONTRACT, "Vertrag", "contract"),
                    (RESERVATION, "Platzangebot", "offer"),
                ],
            ),
        ],
        records,
    )?)
}

/// Children in care by district and care type, month by month, for charts over time.
///
/// # Errors
///
/// [`OccupancyTablesError`]; nothing is released then.
pub fn occupancy_series(
    city: &City,
    cube: &OccupancyCube,
    policy: &DisclosurePolicy,
) -> Result<ReleasedSeries, OccupancyTablesError> {
    let regions = Regions::of(city)?;
    let mut slices = Vec::new();
    for month in cube.grid().months().iter() {
        let mut records = Vec::new();
        for (facility, description) in cube.facilities().iter().enumerate() {
            let district = known(&regions, description)?.as_str();
            for care in CareType::ALL {
                let cell = cube
                    .cell(facility, care, month)
                    .ok_or(OccupancyTablesError::Month { month })?;
                records.push((vec![district, care.as_str()], cell.contracts));
            }
        }
        let table = ConfidentialTable::from_records(
            "contracts_by_district",
            Label::new(
                "Betreute Kinder nach Stadtbezirk und Betreuungsart",
                "Children in care by district and care type",
            ),
            vec![regions.districts(), care_types()],
            records,
        )?;
        slices.push((month.to_string(), table));
    }
    Ok(release_series(slices, policy)?)
}

impl OccupancyTables {
    /// Writes the rows as CSV; `None` is an empty cell, rates have two decimals.
    ///
    /// # Errors
    ///
    /// When the target cannot be written.
    pub fn write_csv(&self, target: impl std::io::Write) -> Result<(), csv::Error> {
        let mut writer = csv::Writer::from_writer(target);
        writer.write_record([
            "month",
            "area",
            "name",
            "care_type",
            "licensed",
            "planned",
            "staffed",
            "contracts",
            "utilisation_of_licensed",
            "utilisation_of_planned",
            "utilisation_of_staffed",
            "naive_free",
            "bookable",
            "facilities",
            "unattested_facilities",
            "data_age_days",
        ])?;
        let rate = |rate: Option<f64>| rate.map_or(String::new(), |rate| format!("{rate:.2}"));
        fn number(number: Option<impl ToString>) -> String {
            number.map_or(String::new(), |number| number.to_string())
        }
        for row in &self.rows {
            writer.write_record([
                self.month.to_string(),
                row.area.clone(),
                row.name.clone(),
                row.care_type.to_string(),
                row.licensed.to_string(),
                row.planned.to_string(),
                row.staffed.to_string(),
                number(row.contracts),
                rate(row.utilisation_of_licensed),
                rate(row.utilisation_of_planned),
                rate(row.utilisation_of_staffed),
                number(row.naive_free),
                number(row.bookable),
                row.facilities.to_string(),
                row.unattested_facilities.to_string(),
                number(row.data_age_days),
            ])?;
        }
        writer.flush()?;
        Ok(())
    }
}
