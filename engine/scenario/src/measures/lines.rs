//! The places of facilities and care types over the months of a scenario.

use std::collections::BTreeMap;

use domain::{CareType, FacilityId, MonthRange};
use occupancy::OccupancyCube;
use tables::{EditError, PlacesLine, PlacesSet};

use crate::spec::{Places, RampStep, ScenarioSpec};

/// Places of a facility and care type by month.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlaceLine {
    /// First month that a measure changes; the number of months if none does.
    first_changed: usize,
    places: Vec<Places>,
}

const NONE: Places = Places {
    licensed: 0,
    planned: 0,
    staffed: 0,
};

impl PlaceLine {
    pub(crate) fn at(&self, month: usize) -> Places {
        self.places.get(month).copied().unwrap_or(NONE)
    }

    /// Changes every month from one on.
    pub(crate) fn change_from(&mut self, month: usize, change: impl Fn(Places) -> Places) {
        if month < self.places.len() {
            self.first_changed = self.first_changed.min(month);
        }
        for places in self.places.iter_mut().skip(month) {
            *places = change(*places);
        }
    }

    /// The months from one on.
    pub(crate) fn from(&self, month: usize) -> impl Iterator<Item = Places> {
        self.places.iter().skip(month).copied()
    }
}

/// The lines that measures touch.
pub(crate) struct Lines<'a> {
    months: MonthRange,
    baseline: &'a OccupancyCube,
    openings: BTreeMap<&'a FacilityId, &'a crate::spec::Opening>,
    ramp_ups: &'a BTreeMap<FacilityId, Vec<RampStep>>,
    lines: BTreeMap<(FacilityId, CareType), PlaceLine>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(spec: &'a ScenarioSpec, baseline: &'a OccupancyCube) -> Self {
        let openings = spec.openings.iter();
        let mut lines = Self {
            months: spec.months(),
            baseline,
            openings: openings.map(|it| (&it.facility, it)).collect(),
            ramp_ups: &spec.ramp_ups,
            lines: BTreeMap::new(),
        };
        for opening in &spec.openings {
            if spec.ramp_ups.contains_key(&opening.facility) {
                for (care, _) in &opening.places {
                    let line = lines.line(&opening.facility, *care);
                    line.first_changed = 0;
                }
            }
        }
        lines
    }

    /// The line of a facility and care type: as the scenario has it so far, else as the city has it,
    /// else as the opening has it.
    pub(crate) fn line(&mut self, facility: &FacilityId, care: CareType) -> &mut PlaceLine {
        let key = (facility.clone(), care);
        let line = match self.lines.remove(&key) {
            Some(line) => line,
            None => self.untouched(facility, care),
        };
        self.lines.entry(key).or_insert(line)
    }

    fn untouched(&self, facility: &FacilityId, care: CareType) -> PlaceLine {
        let position = self.baseline.index().position(facility.as_str());
        let opening = self.openings.get(facility);
        let steps = self.ramp_ups.get(facility).map_or(&[][..], Vec::as_slice);
        let of_month = |month: domain::Month| {
            if let Some(position) = position {
                let cell = self.baseline.cell(position, care, month);
                return cell.map_or(NONE, |cell| Places {
                    licensed: cell.capacities.licensed,
                    planned: cell.capacities.planned,
                    staffed: cell.capacities.staffed,
                });
            }
            let Some(opening) = opening else { return NONE };
            let since = month.since(domain::Month::of(opening.from));
            let given = opening.places.iter().find(|(of, _)| *of == care);
            match (given, u32::try_from(since)) {
                (Some((_, places)), Ok(since)) => ramped(*places, steps, since),
                _ => NONE,
            }
        };
        PlaceLine {
            first_changed: self.months.count(),
            places: self.months.iter().map(of_month).collect(),
        }
    }

    /// Places from the first changed month on, where they change.
    ///
    /// # Errors
    ///
    /// [`EditError::Places`] for places no table can hold.
    pub(crate) fn written(
        &self,
    ) -> Result<BTreeMap<(FacilityId, CareType), PlacesLine>, EditError> {
        let mut written = BTreeMap::new();
        for (key, line) in &self.lines {
            let opening = self.openings.get(&key.0).map(|it| it.from);
            let mut rows: PlacesLine = Vec::new();
            let mut last = None;
            for (place, month) in self.months.iter().enumerate().skip(line.first_changed) {
                let places = line.at(place);
                if last == Some(places) {
                    continue;
                }
                last = Some(places);
                let set = PlacesSet::new(places.licensed, places.planned, Some(places.staffed))?;
                // Nothing is there before an opening, and its first month may begin on any day.
                let first = opening.map_or(month.first_day(), |day| day.max(month.first_day()));
                if opening.is_none_or(|day| day <= month.last_day()) {
                    rows.push((first, set));
                }
            }
            if !rows.is_empty() {
                written.insert(key.clone(), rows);
            }
        }
        Ok(written)
    }
}

/// Staffed places some months after an opening.
fn ramped(places: Places, steps: &[RampStep], since: u32) -> Places {
    let reached = steps.iter().rfind(|step| step.months <= since);
    let share = match (steps, reached) {
        ([], _) => 1.0,
        (_, reached) => reached.map_or(0.0, |step| step.share),
    };
    Places {
        // A hair of slack, so that 0.7 of 30 places is 21.
        staffed: (f64::from(places.staffed) * share + 1e-9).floor() as u32,
        ..places
    }
}
