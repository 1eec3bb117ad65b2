//! Measures become edits of the city's tables.

use domain::{FacilityKind, MonthRange, StaffingRatio};
use jiff::civil::Date;
use occupancy::{OccupancyCube, OccupancyRequest};
use tables::{City, FacilityOpening, PlacesSet};

use crate::districts::Districts;
use crate::error::ScenarioError;
use crate::spec::{Opening, Places, ScenarioSpec};
use crate::transfer::{self, StaffMove};

/// A city after the measures.
pub(crate) struct Applied {
    pub(crate) city: City,
    pub(crate) staff_moves: Vec<StaffMove>,
}

/// How places are counted.
#[derive(Clone)]
pub(crate) struct Counting<'a> {
    pub(crate) months: MonthRange,
    pub(crate) known_on: Date,
    pub(crate) staffing: &'a [StaffingRatio],
}

impl Counting<'_> {
    /// The occupancy cube of a city.
    pub(crate) fn cube(&self, city: &City) -> Result<OccupancyCube, ScenarioError> {
        let mut request = OccupancyRequest::new(self.months, self.known_on);
        request.staffing = self.staffing.to_vec();
        Ok(OccupancyCube::build(city, &request)?)
    }
}

/// Applies openings, changes, closings and moves of staff, in this order.
pub(crate) fn apply(
    city: &City,
    spec: &ScenarioSpec,
    districts: &Districts,
    counting: &Counting<'_>,
) -> Result<Applied, ScenarioError> {
    let mut city = city.clone();
    for opening in &spec.openings {
        city = city.with_facility_opened(&written(opening)?)?;
    }
    let mut changes: Vec<_> = spec.changes.iter().collect();
    changes.sort_by_key(|change| change.from);
    for change in changes {
        let places = set_of(change.places)?;
        city = city.with_places_from(&change.facility, change.care_type, change.from, places)?;
    }
    let before_closings = counting.cube(&city)?;
    for closing in &spec.closings {
        city = city.with_facility_closed(&closing.facility, closing.on)?;
    }
    let transferred = transfer::distribute(
        spec,
        districts,
        &before_closings,
        &counting.cube(&city)?,
        counting.months,
    );
    for raise in &transferred.raises {
        let places = set_of(raise.places)?;
        let from = raise.from.first_day();
        city = city.with_places_from(&raise.facility, raise.care_type, from, places)?;
    }
    Ok(Applied {
        city,
        staff_moves: transferred.moves,
    })
}

fn set_of(places: Places) -> Result<PlacesSet, ScenarioError> {
    let set = PlacesSet::new(places.licensed, places.planned, Some(places.staffed))?;
    Ok(set)
}

/// The opening as the tables take it.
fn written(opening: &Opening) -> Result<FacilityOpening, ScenarioError> {
    let noun = match opening.kind {
        FacilityKind::DayCareCentre => "Kita",
        FacilityKind::AfterSchoolCentre => "Hort",
        FacilityKind::ChildminderSite => "Kindertagespflege",
    };
    let mut places = std::collections::BTreeMap::new();
    for (care, counts) in &opening.places {
        places.insert(*care, set_of(*counts)?);
    }
    Ok(FacilityOpening {
        id: opening.facility.clone(),
        provider: opening.provider.clone(),
        kind: opening.kind,
        name: format!("{noun} {} (Szenario)", opening.facility),
        area: opening.area.clone(),
        location: opening.location,
        opens_on: opening.from,
        places,
    })
}
