//! The edits of a planning scenario, many at a time: each table is rewritten once.

use std::collections::{BTreeMap, BTreeSet};

use domain::{CareType, FacilityId, epoch_days};
use jiff::civil::Date;

use crate::city::{City, CityError};
use crate::edit::{
    CapacitySpan, Cell, EditError, FacilityOpening, PlacesSet, days_column, frame_of, opening_rows,
};
use crate::schema::TableName;

/// Places of a facility and care type from days on, each until the next; the days ascend.
pub type PlacesLine = Vec<(Date, PlacesSet)>;

/// A gap in an operating licence: the first day without it and, if it comes back, the first day with
/// it again.
pub type LicenceGap = (Date, Option<Date>);

impl City {
    /// The city with more facilities, their licences and places.
    ///
    /// # Errors
    ///
    /// [`EditError::FacilityExists`] for the first key that is taken.
    pub fn with_facilities_opened(self, openings: &[FacilityOpening]) -> Result<Self, EditError> {
        let index = self.facility_index()?;
        let mut seen = BTreeSet::new();
        let (mut facilities, mut licences, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for opening in openings {
            if index.position(opening.id.as_str()).is_some() || !seen.insert(&opening.id) {
                return Err(EditError::FacilityExists {
                    facility: opening.id.clone(),
                });
            }
            let rows = opening_rows(opening);
            facilities.push(rows.facility);
            licences.push(rows.licence);
            places.extend(rows.places);
        }
        Ok(self
            .with_rows(TableName::Facilities, &facilities)?
            .with_rows(TableName::Licences, &licences)?
            .with_rows(TableName::Capacities, &places)?)
    }

    /// The city in which facilities are open for the last time on their days.
    ///
    /// # Errors
    ///
    /// Those of [`City::with_facility_closed`], for the first facility in order of the keys.
    pub fn with_facilities_closed(
        self,
        last_days: &BTreeMap<FacilityId, Date>,
    ) -> Result<Self, EditError> {
        if last_days.is_empty() {
            return Ok(self);
        }
        let facilities = self.facilities()?;
        let known: BTreeMap<_, _> = facilities.iter().map(|it| (it.id(), it)).collect();
        for (facility, &last_day) in last_days {
            let Some(found) = known.get(facility) else {
                return Err(EditError::UnknownFacility {
                    facility: facility.clone(),
                });
            };
            if !found.is_open_on(last_day) {
                return Err(EditError::NotOpenThen {
                    facility: facility.clone(),
                    last_day,
                    opens_on: found.opens_on(),
                    closes_on: found.closes_on(),
                });
            }
        }
        let days: BTreeMap<&str, i32> = last_days
            .iter()
            .map(|(facility, day)| (facility.as_str(), epoch_days(*day)))
            .collect();
        let ends = self.map_rows(TableName::Facilities, |row| {
            match days.get(row.filled("facility_id")?) {
                Some(day) => Ok(Some(*day)),
                None => row.days("closes_on"),
            }
        })?;
        let table = TableName::Facilities;
        let failed = |source| CityError::Column { table, source };
        let mut frame = self.frame(table).clone();
        let ends = days_column("closes_on", ends.into_iter()).map_err(failed)?;
        frame.with_column(ends).map_err(failed)?;
        Ok(self.with_table(table, frame)?)
    }

    /// The city in which facilities have other places from the first day of their line on, for good.
    ///
    /// Rows that begin on that day or later give way; one that goes on beyond it ends the day before.
    ///
    /// ```
    /// # use std::collections::BTreeMap;
    /// # use tables::City;
    /// # fn edited(city: City) -> Result<City, tables::EditError> {
    /// city.with_places(&BTreeMap::new()) // no line: the city as it was
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`EditError::UnknownFacility`] for the first unknown facility in order of the keys.
    pub fn with_places(
        self,
        lines: &BTreeMap<(FacilityId, CareType), PlacesLine>,
    ) -> Result<Self, EditError> {
        let lines: BTreeMap<(&str, CareType), (&FacilityId, &PlacesLine)> = lines
            .iter()
            .filter(|(_, line)| !line.is_empty())
            .map(|((facility, care), line)| ((facility.as_str(), *care), (facility, line)))
            .collect();
        if lines.is_empty() {
            return Ok(self);
        }
        let index = self.facility_index()?;
        for (facility, _) in lines.values() {
            if index.position(facility.as_str()).is_none() {
                return Err(EditError::UnknownFacility {
                    facility: (*facility).clone(),
                });
            }
        }
        let mut rows = Vec::new();
        for mut span in self.capacity_spans()? {
            if let Some((_, line)) = lines.get(&(span.facility.as_str(), span.care)) {
                let from = epoch_days(line[0].0);
                if span.from >= from {
                    continue;
                }
                span.to = Some(span.to.map_or(from - 1, |to| to.min(from - 1)));
            }
            rows.push(span.into_cells());
        }
        for ((facility, care), (_, line)) in &lines {
            for (place, (from, places)) in line.iter().enumerate() {
                let span = CapacitySpan {
                    facility: (*facility).to_owned(),
                    care: *care,
                    from: epoch_days(*from),
                    to: line.get(place + 1).map(|(next, _)| epoch_days(*next) - 1),
                    places: *places,
                };
                rows.push(span.into_cells());
            }
        }
        let table = TableName::Capacities;
        let frame = frame_of(table, &rows).map_err(|source| CityError::Column { table, source })?;
        Ok(self.with_table(table, frame)?)
    }

    /// The city in which operating licences have gaps. Places are not listed during a gap; contracts
    /// stay as they are. A licence that ends anyway is not made longer.
    ///
    /// # Errors
    ///
    /// [`EditError::UnknownFacility`] for the first unknown facility in order of the keys.
    pub fn with_licence_gaps(
        self,
        gaps: &BTreeMap<FacilityId, Vec<LicenceGap>>,
    ) -> Result<Self, EditError> {
        if gaps.is_empty() {
            return Ok(self);
        }
        let index = self.facility_index()?;
        if let Some(facility) = gaps.keys().find(|it| index.position(it.as_str()).is_none()) {
            return Err(EditError::UnknownFacility {
                facility: facility.clone(),
            });
        }
        let days: BTreeMap<&str, Vec<(i32, Option<i32>)>> = gaps
            .iter()
            .map(|(facility, gaps)| {
                let gaps = gaps
                    .iter()
                    .map(|(from, until)| (epoch_days(*from), until.map(epoch_days)));
                (facility.as_str(), gaps.collect())
            })
            .collect();
        let rows = self.map_rows(TableName::Licences, |row| {
            let facility = row.filled("facility_id")?;
            let mut spans = vec![(row.some_days("valid_from")?, row.days("valid_to")?)];
            for gap in days.get(facility).into_iter().flatten() {
                spans = spans.into_iter().flat_map(|it| without(it, *gap)).collect();
            }
            let row = |(from, to): (i32, Option<i32>)| {
                let to = to.map_or(Cell::Empty, Cell::Day);
                vec![Cell::Text(facility.to_owned()), Cell::Day(from), to]
            };
            Ok(spans.into_iter().map(row).collect::<Vec<_>>())
        })?;
        let rows: Vec<Vec<Cell>> = rows.into_iter().flatten().collect();
        let table = TableName::Licences;
        let frame = frame_of(table, &rows).map_err(|source| CityError::Column { table, source })?;
        Ok(self.with_table(table, frame)?)
    }
}

/// What a gap leaves of a span; both ends of the span are included.
fn without(
    (from, to): (i32, Option<i32>),
    (gap, again): (i32, Option<i32>),
) -> Vec<(i32, Option<i32>)> {
    let mut left = Vec::new();
    let before = to.map_or(gap - 1, |to| to.min(gap - 1));
    if from <= before {
        left.push((from, Some(before)));
    }
    if let Some(again) = again {
        let from = from.max(again);
        if to.is_none_or(|to| from <= to) {
            left.push((from, to));
        }
    }
    // A span that the gap does not touch stays one.
    match left[..] {
        [(_, Some(end)), (start, _)] if start <= end + 1 => vec![(from, to)],
        _ => left,
    }
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn a_gap_cuts_a_span_in_two_and_touches_none_beside_it() {
        assert_eq!(without((0, None), (10, None)), [(0, Some(9))]);
        assert_eq!(
            without((0, None), (10, Some(20))),
            [(0, Some(9)), (20, None)]
        );
        assert_eq!(without((12, None), (10, Some(20))), [(20, None)]);
        assert_eq!(without((12, Some(15)), (10, Some(20))), []);
        assert_eq!(without((0, Some(5)), (10, Some(20))), [(0, Some(5))]);
        assert_eq!(without((30, Some(40)), (10, Some(20))), [(30, Some(40))]);
        assert_eq!(without((0, None), (10, Some(10))), [(0, None)]);
    }
}
