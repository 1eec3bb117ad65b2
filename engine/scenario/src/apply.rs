//! Measures become edits of the city's tables.

use std::collections::BTreeMap;

use domain::{FacilityId, FacilityKind, MonthRange, StaffingRatio};
use jiff::civil::Date;
use occupancy::{OccupancyCube, OccupancyRequest};
use tables::{City, EditError, FacilityOpening, LicenceGap, PlacesLine, PlacesSet};

use crate::districts::Districts;
use crate::error::ScenarioError;
use crate::measures::Lines;
use crate::spec::{Opening, Places, ScenarioSpec, StaffTransfer};
use crate::transfer::{self, Raise, StaffMove};

/// A city after the measures.
pub(crate) struct Applied {
    /// `None` if no measure changes any table.
    pub(crate) city: Option<City>,
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

/// Applies openings, measures on places, licences, closings and the moves of their staff, in this
/// order; every table is written once.
pub(crate) fn apply(
    city: &City,
    spec: &ScenarioSpec,
    districts: &Districts,
    counting: &Counting<'_>,
    lines: &Lines<'_>,
) -> Result<Applied, ScenarioError> {
    let openings = spec.openings.iter().map(written);
    let openings: Vec<FacilityOpening> = openings.collect::<Result<_, _>>()?;
    let (places, gaps) = (lines.written()?, gaps(spec));
    if openings.is_empty() && places.is_empty() && gaps.is_empty() && spec.closings.is_empty() {
        return Ok(Applied {
            city: None,
            staff_moves: Vec::new(),
        });
    }
    let mut city = city
        .clone()
        .with_facilities_opened(&openings)?
        .with_places(&places)?
        .with_licence_gaps(&gaps)?;
    let transfers = |transfer: &StaffTransfer| *transfer != StaffTransfer::None;
    let some_move = spec.closings.iter().any(|it| transfers(&it.staff_transfer));
    let before_closings = some_move.then(|| counting.cube(&city)).transpose()?;
    let closings = spec.closings.iter();
    let last_days = closings.map(|it| (it.facility.clone(), it.on)).collect();
    city = city.with_facilities_closed(&last_days)?;
    let Some(before) = before_closings else {
        return Ok(Applied {
            city: Some(city),
            staff_moves: Vec::new(),
        });
    };
    let after = counting.cube(&city)?;
    let transferred = transfer::distribute(spec, districts, &before, &after, counting.months);
    let mut raised: BTreeMap<_, PlacesLine> = BTreeMap::new();
    for raise in &transferred.raises {
        let Raise {
            facility,
            care_type,
            from,
            places,
        } = raise;
        let line = raised.entry((facility.clone(), *care_type)).or_default();
        line.push((from.first_day(), set_of(*places)?));
    }
    Ok(Applied {
        city: Some(city.with_places(&raised)?),
        staff_moves: transferred.moves,
    })
}

/// Spans without a licence: withdrawals, and closings for a time.
fn gaps(spec: &ScenarioSpec) -> BTreeMap<FacilityId, Vec<LicenceGap>> {
    let mut gaps: BTreeMap<FacilityId, Vec<LicenceGap>> = BTreeMap::new();
    for it in &spec.withdrawals {
        let gap = (it.withdrawn_on, it.restored_on);
        gaps.entry(it.facility.clone()).or_default().push(gap);
    }
    for it in &spec.pauses {
        // The day after the last one; the last day of a calendar is never a day of a scenario.
        let gap = (it.on.tomorrow().unwrap_or(it.on), Some(it.reopens_on));
        gaps.entry(it.facility.clone()).or_default().push(gap);
    }
    gaps
}

fn set_of(places: Places) -> Result<PlacesSet, EditError> {
    PlacesSet::new(places.licensed, places.planned, Some(places.staffed))
}

/// The opening as the tables take it.
fn written(opening: &Opening) -> Result<FacilityOpening, EditError> {
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
