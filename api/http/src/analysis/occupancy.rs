//! Occupancy of an area for planners: places as they are, children only as released.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use ::occupancy::OccupancyCube;
use disclosure::{MethodNote, ReleaseScope, TOTAL_CODE};
use domain::{AreaId, CareType, Month};
use jiff::civil::Date;
use reporting::{
    OccupancyRow, OccupancyTables, ReleaseDesk, occupancy_scope, occupancy_tables_beside,
};
use serde::Serialize;
use store::Snapshot;
use tables::City;

use super::{Analyses, AnalysisError, TablesOf, cube_known_on};
use crate::releases::Wanted;

/// Months one can look back or ahead.
const MOST_MONTHS_AWAY: i32 = 120;

/// Places and children of an area in one month.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OccupancyAnswer {
    /// The day asked for; contracts that run on at least one day of its month count.
    pub as_of: Date,
    /// Its month.
    pub month: Month,
    /// Children are told as known on this day: the 1st of the month of today. Places are those of now.
    pub children_known_on: Date,
    /// Number of the change the answer was computed from.
    pub computed_from: u64,
    /// Key of the area; `_total` for the city.
    pub area: String,
    /// Its name.
    pub name: String,
    /// One line per care type that has places or children.
    pub care_types: Vec<OccupancyLine>,
    /// All care types together.
    pub total: OccupancyLine,
    /// How counts of children are protected.
    pub method: MethodNote,
    /// Version of the rules of disclosure.
    pub policy_version: String,
}

/// Places and children of one or all care types. `None` means not shown, never zero.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OccupancyLine {
    /// The care type; `None` for all.
    pub care_type: Option<CareType>,
    /// Places by licence.
    pub licensed: i64,
    /// Places by needs plan.
    pub planned: i64,
    /// Places the staff present allows.
    pub staffed: i64,
    /// Children under contract, as released.
    pub contracts: Option<u64>,
    /// Contracts per licensed place, per cent with two decimals.
    pub utilisation_of_licensed_percent: Option<f64>,
    /// Contracts per planned place, per cent with two decimals.
    pub utilisation_of_planned_percent: Option<f64>,
    /// Contracts per staffed place, per cent with two decimals.
    pub utilisation_of_staffed_percent: Option<f64>,
    /// Licensed places minus contracts: what naive registers call free.
    pub naive_free: Option<i64>,
    /// Places that can be given.
    pub bookable: Bookable,
    /// Facilities with places or children.
    pub facilities: i64,
    /// Of these, facilities whose provider did not attest its data by the 1st (K24).
    pub unattested_facilities: i64,
    /// Days between the oldest attestation behind the figures and the 1st of the month; `None` if one
    /// is missing altogether.
    pub data_age_days: Option<i32>,
}

/// Staffed places minus contracts, reservations and blocked places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bookable {
    /// What is known.
    pub state: BookableState,
    /// The places, where there is something to say.
    pub places: Option<i64>,
}

/// What is known of bookable places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BookableState {
    /// All data are attested.
    Known,
    /// `places` counts facilities with attested data only; those of the others are unknown.
    KnownInPart,
    /// No data are attested: unknown, never free (K24).
    Unknown,
    /// A count of children behind it is too small to be shown, or the area is smaller than a district.
    NotShown,
}

/// The released tables of a month, as known on the 1st of the month of `today`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OccupancyWanted {
    month: Month,
    today: Date,
}

impl OccupancyWanted {
    /// The month of a day.
    ///
    /// # Errors
    ///
    /// [`AnalysisError::OutOfRange`] for a day more than ten years away: what is asked for is released
    /// and kept.
    pub(crate) fn new(as_of: Date, today: Date) -> Result<Self, AnalysisError> {
        let month = Month::of(as_of);
        if month.since(Month::of(today)).abs() > MOST_MONTHS_AWAY {
            return Err(AnalysisError::OutOfRange {
                what: "as_of",
                value: as_of.to_string(),
                remedy: "ask for a day within ten years",
            });
        }
        Ok(Self { month, today })
    }

    fn key(self, snapshot: &Snapshot) -> TablesOf {
        (snapshot.sequence(), self.month, Month::of(self.today))
    }
}

impl Wanted for OccupancyWanted {
    type Told = OccupancyTables;

    fn scopes(&self) -> Vec<ReleaseScope> {
        vec![occupancy_scope(self.month, Month::of(self.today))]
    }

    fn known(&self, analyses: &Analyses, snapshot: &Snapshot) -> Option<Arc<OccupancyTables>> {
        let kept = analyses.occupancy.lock();
        let kept = kept.unwrap_or_else(PoisonError::into_inner);
        let (known, tables) = kept.as_ref()?;
        (*known == self.key(snapshot)).then(|| Arc::clone(tables))
    }

    fn make(
        &self,
        analyses: &Analyses,
        snapshot: &Snapshot,
        desk: &mut ReleaseDesk,
    ) -> Result<OccupancyTables, AnalysisError> {
        analyses.occupancy_tables(snapshot, *self, desk)
    }

    fn remember(&self, analyses: &Analyses, snapshot: &Snapshot, told: &Arc<OccupancyTables>) {
        let kept = analyses.occupancy.lock();
        let mut kept = kept.unwrap_or_else(PoisonError::into_inner);
        *kept = Some((self.key(snapshot), Arc::clone(told)));
    }
}

impl Analyses {
    /// Occupancy of an area, or of the city without one, in the month of a day, with what has to be
    /// released for it released at a desk.
    ///
    /// Months after that of `today` are as fresh as today's. Children are told as known on the 1st of
    /// the month of `today`: who could ask day by day would see every child by itself.
    ///
    /// # Errors
    ///
    /// [`AnalysisError::OutOfRange`], [`AnalysisError::UnknownArea`],
    /// [`AnalysisError::Contradiction`], [`AnalysisError::Failed`].
    pub fn occupancy(
        &self,
        snapshot: &Snapshot,
        area: Option<&AreaId>,
        as_of: Date,
        today: Date,
        desk: &mut ReleaseDesk,
    ) -> Result<OccupancyAnswer, AnalysisError> {
        let wanted = OccupancyWanted::new(as_of, today)?;
        let tables = self.occupancy_tables(snapshot, wanted, desk)?;
        self.occupancy_of(snapshot, &tables, area, as_of, today)
    }

    /// Occupancy of an area from the released tables of its month.
    pub(crate) fn occupancy_of(
        &self,
        snapshot: &Snapshot,
        tables: &OccupancyTables,
        area: Option<&AreaId>,
        as_of: Date,
        today: Date,
    ) -> Result<OccupancyAnswer, AnalysisError> {
        let month = Month::of(as_of);
        let city = self.planning_city(snapshot)?;
        let regions = Regions::of(&city)?;
        let code = area.map_or(TOTAL_CODE, AreaId::as_str);
        let name = match area {
            None => "Stadt gesamt",
            Some(area) => {
                let name = regions.names.get(area);
                name.ok_or_else(|| AnalysisError::UnknownArea { area: area.clone() })?
            }
        };
        let known_on = Month::of(today).first_day();
        let cube = cube_known_on(&city, month, 1, today, known_on)?;
        let rows: Vec<&OccupancyRow> = tables.rows.iter().filter(|row| row.area == code).collect();
        let within = regions.within(area);
        let total = total(code, &rows, tables, &cube, &within);
        Ok(OccupancyAnswer {
            as_of,
            month,
            children_known_on: known_on,
            computed_from: snapshot.sequence(),
            area: code.to_owned(),
            name: name.to_owned(),
            care_types: rows.into_iter().map(line).collect(),
            total,
            method: tables.contracts.method_note(),
            policy_version: self.policy.version().to_owned(),
        })
    }

    fn occupancy_tables(
        &self,
        snapshot: &Snapshot,
        OccupancyWanted { month, today }: OccupancyWanted,
        desk: &mut ReleaseDesk,
    ) -> Result<OccupancyTables, AnalysisError> {
        let city = self.planning_city(snapshot)?;
        let version = Month::of(today);
        let cube = cube_known_on(&city, month, 1, today, version.first_day())?;
        occupancy_tables_beside(&city, &cube, month, version, &self.policy, desk)
            .map_err(AnalysisError::failed("occupancy"))
    }
}

/// Names of areas and what lies in what.
struct Regions {
    names: BTreeMap<AreaId, String>,
    parents: BTreeMap<AreaId, AreaId>,
}

impl Regions {
    fn of(city: &City) -> Result<Self, AnalysisError> {
        let areas = city.areas().map_err(AnalysisError::failed("occupancy"))?;
        let parents = areas
            .iter()
            .filter_map(|area| Some((area.id.clone(), area.parent.clone()?)))
            .collect();
        let names = areas.into_iter().map(|area| (area.id, area.name)).collect();
        Ok(Self { names, parents })
    }

    /// An area and all that lie in it; all areas of the city without one.
    fn within(&self, area: Option<&AreaId>) -> BTreeSet<&AreaId> {
        let lies_in = |start: &AreaId, other: &AreaId| {
            let mut above = Some(start);
            // Circles were refused when the city was read.
            while let Some(here) = above {
                if here == other {
                    return true;
                }
                above = self.parents.get(here);
            }
            false
        };
        let all = self.names.keys();
        all.filter(|start| area.is_none_or(|area| lies_in(start, area)))
            .collect()
    }
}

/// A line from a row of the released tables.
fn line(row: &OccupancyRow) -> OccupancyLine {
    OccupancyLine {
        care_type: Some(row.care_type),
        licensed: row.licensed,
        planned: row.planned,
        staffed: row.staffed,
        contracts: row.contracts,
        utilisation_of_licensed_percent: row.utilisation_of_licensed.map(two_decimals),
        utilisation_of_planned_percent: row.utilisation_of_planned.map(two_decimals),
        utilisation_of_staffed_percent: row.utilisation_of_staffed.map(two_decimals),
        naive_free: row.naive_free,
        bookable: bookable(row.bookable, row.facilities, row.unattested_facilities),
        facilities: row.facilities,
        unattested_facilities: row.unattested_facilities,
        data_age_days: row.data_age_days,
    }
}

/// All care types of an area: places are sums, children the released totals.
fn total(
    code: &str,
    rows: &[&OccupancyRow],
    tables: &OccupancyTables,
    cube: &OccupancyCube,
    within: &BTreeSet<&AreaId>,
) -> OccupancyLine {
    let sum = |places: fn(&OccupancyRow) -> i64| rows.iter().map(|row| places(row)).sum::<i64>();
    let (licensed, planned) = (sum(|row| row.licensed), sum(|row| row.planned));
    let staffed = sum(|row| row.staffed);
    let contracts = tables
        .contracts
        .cell(&[code, TOTAL_CODE])
        .and_then(|cell| cell.value);
    let share = |places: i64| {
        let children = contracts.filter(|_| places > 0)?;
        Some(two_decimals(children as f64 / places as f64 * 100.0))
    };
    let held = |by| {
        let cell = tables
            .bound_places
            .cell(&[code, TOTAL_CODE, "attested", by]);
        i64::try_from(cell?.value?).ok()
    };
    let (facilities, unattested_facilities) = facilities(cube, tables.month, within);
    let free = held("contract")
        .zip(held("reservation"))
        .and_then(|(contracts, reservations)| {
            let places = attested_places(cube, tables.month, within)?;
            Some(places - contracts - reservations)
        });
    OccupancyLine {
        care_type: None,
        licensed,
        planned,
        staffed,
        contracts,
        utilisation_of_licensed_percent: share(licensed),
        utilisation_of_planned_percent: share(planned),
        utilisation_of_staffed_percent: share(staffed),
        naive_free: contracts.and_then(|n| Some(licensed - i64::try_from(n).ok()?)),
        bookable: bookable(free, facilities, unattested_facilities),
        facilities,
        unattested_facilities,
        data_age_days: rows
            .iter()
            .map(|row| row.data_age_days)
            .reduce(|a, b| a.zip(b).map(|(a, b)| a.max(b)))
            .flatten(),
    }
}

/// Facilities of some areas with places or children in a month, and how many of them are not attested.
fn facilities(cube: &OccupancyCube, month: Month, within: &BTreeSet<&AreaId>) -> (i64, i64) {
    let (mut all, mut unattested) = (0, 0);
    for (position, facility) in cube.facilities().iter().enumerate() {
        let is_used = CareType::ALL.into_iter().any(|care| {
            let cell = cube.cell(position, care, month);
            cell.is_some_and(|cell| {
                cell.capacities.licensed + cell.contracts + cell.reservations > 0
            })
        });
        if is_used && within.contains(facility.area()) {
            let fresh = cube.freshness(position, month);
            all += 1;
            unattested += i64::from(!fresh.is_some_and(|fresh| fresh.is_attested()));
        }
    }
    (all, unattested)
}

/// Staffed minus blocked places of facilities with attested data, over all care types.
fn attested_places(cube: &OccupancyCube, month: Month, within: &BTreeSet<&AreaId>) -> Option<i64> {
    let attested = |position: usize| {
        let fresh = cube.freshness(position, month);
        fresh.is_some_and(|fresh| fresh.is_attested())
            && within.contains(cube.facilities()[position].area())
    };
    let mut places = 0;
    for care in CareType::ALL {
        let totals = cube.totals(care, month, attested)?;
        places += totals.staffed - totals.blocked;
    }
    Some(places)
}

/// What can be said of bookable places.
fn bookable(places: Option<i64>, facilities: i64, unattested: i64) -> Bookable {
    let state = if facilities > 0 && unattested == facilities {
        BookableState::Unknown
    } else if places.is_none() {
        BookableState::NotShown
    } else if unattested > 0 {
        BookableState::KnownInPart
    } else {
        BookableState::Known
    };
    Bookable {
        state,
        places: places.filter(|_| state != BookableState::Unknown),
    }
}

fn two_decimals(percent: f64) -> f64 {
    (percent * 100.0).round() / 100.0
}
