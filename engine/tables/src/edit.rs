//! Edits of a city's tables that a planning scenario consists of.
//!
//! Every edit gives a new city; occupancy is then counted from its tables as from any other.

use std::collections::BTreeMap;

use domain::{AreaId, CareType, FacilityId, FacilityKind, Location, ProviderId, epoch_days};
use jiff::civil::Date;
use polars::frame::DataFrame;
use polars::prelude::{
    BooleanChunked, Column, DataType, Float64Chunked, Int32Chunked, IntoColumn, IntoSeries,
    NewChunkedArray, PolarsResult, StringChunked,
};

use crate::city::{City, CityError, RowError};
use crate::schema::{ColumnKind, TableName};

/// Why a table cannot be edited.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The facility is not in the city.
    #[error("facility {facility} is not in the city; use an identifier of table facilities")]
    UnknownFacility {
        /// The facility named.
        facility: FacilityId,
    },
    /// A facility with this identifier is already there.
    #[error("facility {facility} is already in the city; give the new facility another identifier")]
    FacilityExists {
        /// The facility named.
        facility: FacilityId,
    },
    /// The facility would close before it opens or after it is closed anyway.
    #[error(
        "facility {facility} cannot close on {last_day}: it is open from {opens_on} to {closes_on:?}; choose a day in between"
    )]
    NotOpenThen {
        /// The facility named.
        facility: FacilityId,
        /// The last day asked for.
        last_day: Date,
        /// First day of operation.
        opens_on: Date,
        /// Last day of operation, if an end is set.
        closes_on: Option<Date>,
    },
    /// More places staffed than licensed, or more than a table may hold.
    #[error(
        "{staffed:?} places staffed of {licensed} licensed and {planned} planned cannot be written; at most 2000 places each, and no more staffed than licensed"
    )]
    Places {
        /// Places licensed.
        licensed: u32,
        /// Places planned.
        planned: u32,
        /// Places staffed.
        staffed: Option<u32>,
    },
    /// The tables were not validated.
    #[error(transparent)]
    City(#[from] CityError),
}

/// Places by licence, by needs plan and by staff; whole places, at most 2000 each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacesSet {
    licensed: i32,
    planned: i32,
    staffed: Option<i32>,
}

impl PlacesSet {
    /// Checks the places; `staffed` is `None` where they follow from the staff table.
    ///
    /// ```
    /// use tables::PlacesSet;
    /// assert!(PlacesSet::new(120, 110, Some(100)).is_ok());
    /// assert!(PlacesSet::new(120, 110, Some(121)).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`EditError::Places`] for more staffed than licensed, or more than 2000.
    pub fn new(licensed: u32, planned: u32, staffed: Option<u32>) -> Result<Self, EditError> {
        let most = |places: u32| i32::try_from(places).ok().filter(|places| *places <= 2000);
        match (most(licensed), most(planned), staffed.map(most)) {
            (Some(licences), Some(plan), staff)
                if staff.is_none_or(|staff| staff.is_some_and(|staff| staff <= licences)) =>
            {
                Ok(Self {
                    licensed: licences,
                    planned: plan,
                    staffed: staff.flatten(),
                })
            }
            _ => Err(EditError::Places {
                licensed,
                planned,
                staffed,
            }),
        }
    }
}

/// A facility that opens: listed in the needs plan, with an unlimited operating licence.
#[derive(Debug, Clone, PartialEq)]
pub struct FacilityOpening {
    /// Its key, new in the city.
    pub id: FacilityId,
    /// Who runs it.
    pub provider: ProviderId,
    /// What it is.
    pub kind: FacilityKind,
    /// Name on pages.
    pub name: String,
    /// The smallest area it lies in.
    pub area: AreaId,
    /// Where it stands.
    pub location: Location,
    /// First day of operation and of its licence.
    pub opens_on: Date,
    /// Its places by care type from the first day on.
    pub places: BTreeMap<CareType, PlacesSet>,
}

/// Opening hours written for a facility that exists only in a plan (assumption): 6 to 17 o'clock.
const PLANNED_HOURS: (f64, f64) = (6.0, 17.0);

/// One cell to write.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Empty,
    Text(String),
    Number(i32),
    Decimal(f64),
    /// Days since 1970.
    Day(i32),
    Flag(bool),
}

impl City {
    /// The city in which a facility is open for the last time on a day.
    ///
    /// Its places end with it; its contracts stay as they are.
    ///
    /// # Errors
    ///
    /// [`EditError::UnknownFacility`]; [`EditError::NotOpenThen`] for a day before its opening or
    /// after an end that is already set.
    pub fn with_facility_closed(
        self,
        facility: &FacilityId,
        last_day: Date,
    ) -> Result<Self, EditError> {
        let found = self
            .facilities()?
            .into_iter()
            .find(|known| known.id() == facility)
            .ok_or_else(|| EditError::UnknownFacility {
                facility: facility.clone(),
            })?;
        if !found.is_open_on(last_day) {
            return Err(EditError::NotOpenThen {
                facility: facility.clone(),
                last_day,
                opens_on: found.opens_on(),
                closes_on: found.closes_on(),
            });
        }
        let ends = self.map_rows(TableName::Facilities, |row| {
            if row.filled("facility_id")? == facility.as_str() {
                return Ok(Some(epoch_days(last_day)));
            }
            row.days("closes_on")
        })?;
        let table = TableName::Facilities;
        let failed = |source| CityError::Column { table, source };
        let mut frame = self.frame(table).clone();
        let ends = days_column("closes_on", ends.into_iter()).map_err(failed)?;
        frame.with_column(ends).map_err(failed)?;
        Ok(self.with_table(table, frame)?)
    }

    /// The city with one more facility, its licence and its places.
    ///
    /// # Errors
    ///
    /// [`EditError::FacilityExists`] if the key is taken.
    pub fn with_facility_opened(self, opening: &FacilityOpening) -> Result<Self, EditError> {
        if self
            .facility_index()?
            .position(opening.id.as_str())
            .is_some()
        {
            return Err(EditError::FacilityExists {
                facility: opening.id.clone(),
            });
        }
        let rows = opening_rows(opening);
        Ok(self
            .with_rows(TableName::Facilities, &[rows.facility])?
            .with_rows(TableName::Licences, &[rows.licence])?
            .with_rows(TableName::Capacities, &rows.places)?)
    }

    /// The city in which a facility has these places of a care type from a day on, for good.
    ///
    /// Rows that begin on the day or later give way; one that goes on beyond it ends the day before.
    ///
    /// # Errors
    ///
    /// [`EditError::UnknownFacility`].
    pub fn with_places_from(
        self,
        facility: &FacilityId,
        care: CareType,
        from: Date,
        places: PlacesSet,
    ) -> Result<Self, EditError> {
        if self.facility_index()?.position(facility.as_str()).is_none() {
            return Err(EditError::UnknownFacility {
                facility: facility.clone(),
            });
        }
        let from = epoch_days(from);
        let mut rows = Vec::new();
        for mut span in self.capacity_spans()? {
            if span.facility == facility.as_str() && span.care == care {
                if span.from >= from {
                    continue;
                }
                span.to = Some(span.to.map_or(from - 1, |to| to.min(from - 1)));
            }
            rows.push(span.into_cells());
        }
        let added = CapacitySpan {
            facility: facility.as_str().to_owned(),
            care,
            from,
            to: None,
            places,
        };
        rows.push(added.into_cells());
        let table = TableName::Capacities;
        let frame = frame_of(table, &rows).map_err(|source| CityError::Column { table, source })?;
        Ok(self.with_table(table, frame)?)
    }

    /// Every row of `capacities`.
    pub(crate) fn capacity_spans(&self) -> Result<Vec<CapacitySpan>, CityError> {
        self.map_rows(TableName::Capacities, |row| {
            let number = |column| {
                row.integer(column)?
                    .ok_or_else(|| RowError::Said(format!("{column} is empty")))
            };
            Ok(CapacitySpan {
                facility: row.filled("facility_id")?.to_owned(),
                care: row.care_type()?,
                from: row.some_days("valid_from")?,
                to: row.days("valid_to")?,
                places: PlacesSet {
                    licensed: number("licensed")?,
                    planned: number("planned")?,
                    staffed: row.integer("staffed")?,
                },
            })
        })
    }

    /// The city with rows added at the end of a table.
    pub(crate) fn with_rows(self, table: TableName, rows: &[Vec<Cell>]) -> Result<Self, CityError> {
        if rows.is_empty() {
            return Ok(self);
        }
        let failed = |source| CityError::Column { table, source };
        let added = frame_of(table, rows).map_err(failed)?;
        let frame = self.frame(table).vstack(&added).map_err(failed)?;
        self.with_table(table, frame)
    }
}

/// The rows of a facility that opens.
pub(crate) struct OpeningRows {
    pub(crate) facility: Vec<Cell>,
    pub(crate) licence: Vec<Cell>,
    pub(crate) places: Vec<Vec<Cell>>,
}

/// The rows of a facility that opens.
pub(crate) fn opening_rows(opening: &FacilityOpening) -> OpeningRows {
    let text = |text: &str| Cell::Text(text.to_owned());
    let opens = epoch_days(opening.opens_on);
    let facility = vec![
        text(opening.id.as_str()),
        text(opening.provider.as_str()),
        text(&opening.name),
        text(opening.kind.as_str()),
        text(opening.area.as_str()),
        Cell::Decimal(opening.location.latitude()),
        Cell::Decimal(opening.location.longitude()),
        Cell::Day(opens),
        Cell::Empty,
        Cell::Flag(true),
        Cell::Number(0),
        Cell::Decimal(PLANNED_HOURS.0),
        Cell::Decimal(PLANNED_HOURS.1),
        Cell::Number(0),
    ];
    let licence = vec![text(opening.id.as_str()), Cell::Day(opens), Cell::Empty];
    let places = opening
        .places
        .iter()
        .map(|(care, places)| CapacitySpan {
            facility: opening.id.as_str().to_owned(),
            care: *care,
            from: opens,
            to: None,
            places: *places,
        })
        .map(CapacitySpan::into_cells)
        .collect();
    OpeningRows {
        facility,
        licence,
        places,
    }
}

/// A row of `capacities`.
pub(crate) struct CapacitySpan {
    pub(crate) facility: String,
    pub(crate) care: CareType,
    pub(crate) from: i32,
    pub(crate) to: Option<i32>,
    pub(crate) places: PlacesSet,
}

impl CapacitySpan {
    pub(crate) fn into_cells(self) -> Vec<Cell> {
        vec![
            Cell::Text(self.facility),
            Cell::Text(self.care.as_str().to_owned()),
            Cell::Day(self.from),
            self.to.map_or(Cell::Empty, Cell::Day),
            Cell::Number(self.places.licensed),
            Cell::Number(self.places.planned),
            self.places.staffed.map_or(Cell::Empty, Cell::Number),
        ]
    }
}

/// Rows in the columns of a table's schema; each row has one cell for each column.
pub(crate) fn frame_of(table: TableName, rows: &[Vec<Cell>]) -> PolarsResult<DataFrame> {
    let columns = table
        .schema()
        .columns
        .iter()
        .enumerate()
        .map(|(position, column)| {
            let cells = rows
                .iter()
                .map(|row| row.get(position).unwrap_or(&Cell::Empty));
            column_of(column.name, column.kind, cells)
        })
        .collect::<PolarsResult<Vec<Column>>>()?;
    DataFrame::new(rows.len(), columns)
}

/// A column of cells; a cell of another kind than the column's counts as empty.
fn column_of<'a>(
    name: &str,
    kind: ColumnKind,
    cells: impl Iterator<Item = &'a Cell>,
) -> PolarsResult<Column> {
    let column = match kind {
        ColumnKind::Identifier | ColumnKind::Text(_) | ColumnKind::Code(_) => {
            let texts = cells.map(|cell| match cell {
                Cell::Text(text) => Some(text.as_str()),
                _ => None,
            });
            StringChunked::from_iter_options(name.into(), texts)
                .into_series()
                .into_column()
        }
        ColumnKind::Date => {
            let days = cells.map(|cell| match cell {
                Cell::Day(day) => Some(*day),
                _ => None,
            });
            days_column(name, days)?
        }
        ColumnKind::Integer(..) => {
            let numbers = cells.map(|cell| match cell {
                Cell::Number(number) => Some(*number),
                _ => None,
            });
            Int32Chunked::from_iter_options(name.into(), numbers)
                .into_series()
                .into_column()
        }
        ColumnKind::Decimal(..) => {
            let numbers = cells.map(|cell| match cell {
                Cell::Decimal(number) => Some(*number),
                _ => None,
            });
            Float64Chunked::from_iter_options(name.into(), numbers)
                .into_series()
                .into_column()
        }
        ColumnKind::Flag => {
            let flags = cells.map(|cell| match cell {
                Cell::Flag(flag) => Some(*flag),
                _ => None,
            });
            BooleanChunked::from_iter_options(name.into(), flags)
                .into_series()
                .into_column()
        }
    };
    Ok(column)
}

/// A column of days since 1970.
pub(crate) fn days_column(
    name: &str,
    days: impl Iterator<Item = Option<i32>>,
) -> PolarsResult<Column> {
    let days = Int32Chunked::from_iter_options(name.into(), days).into_series();
    Ok(days.cast(&DataType::Date)?.into_column())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{Format, TableSource};

    fn city() -> City {
        let texts = [
            (TableName::Areas, "area,parent,name\nS,,Süd\n"),
            (
                TableName::Providers,
                "provider_id,name,kind,legal_regime,participates_from,participates_to\n\
                 T1,Eigenbetrieb,municipal,secular,2020-01-01,\n",
            ),
            (
                TableName::Facilities,
                "facility_id,provider_id,name,kind,area,latitude,longitude,opens_on,closes_on,in_needs_plan,groups,opening_hour,closing_hour,closing_days\n\
                 K1,T1,Kita 1,day_care_centre,S,51,13.7,2020-08-01,,true,4,6,17,5\n\
                 K2,T1,Kita 2,day_care_centre,S,51,13.7,2020-08-01,2030-07-31,true,4,6,17,5\n",
            ),
            (
                TableName::Licences,
                "facility_id,valid_from,valid_to\nK1,2020-08-01,\nK2,2020-08-01,\n",
            ),
            (
                TableName::Capacities,
                "facility_id,care_type,valid_from,valid_to,licensed,planned,staffed\n\
                 K1,nursery,2020-08-01,,40,35,30\n\
                 K1,kindergarten,2020-08-01,2026-07-31,100,90,80\n\
                 K1,kindergarten,2026-08-01,,100,85,\n\
                 K2,kindergarten,2020-08-01,,60,60,60\n",
            ),
            (
                TableName::Households,
                "household_id,area,single_custodian,custodians_working,municipality\n",
            ),
            (
                TableName::Children,
                "child_id,household_id,birth_date,sex,inclusion_place,school_class\n",
            ),
            (
                TableName::Contracts,
                "contract_id,version,child_id,facility_id,care_type,daily_hours,days_per_week,lunch,valid_from,valid_to,recorded_from,recorded_to\n",
            ),
        ];
        let sources = texts.map(|(table, text)| {
            let file = format!("{table}.csv");
            let source = TableSource::bytes(file, Format::Csv, text.as_bytes());
            (table, source)
        });
        City::read(&BTreeMap::from(sources), &mut |_, _| {}).unwrap()
    }

    fn key(text: &str) -> FacilityId {
        FacilityId::new(text).unwrap()
    }

    /// Spans of K1's kindergarten places: first day, last day, staffed.
    fn spans(city: &City) -> Vec<(String, Option<String>, Option<i32>)> {
        let day = |day: i32| domain::date_of(day).unwrap().to_string();
        let spans = city.capacity_spans().unwrap().into_iter();
        spans
            .filter(|it| it.facility == "K1" && it.care == CareType::Kindergarten)
            .map(|it| (day(it.from), it.to.map(day), it.places.staffed))
            .collect()
    }

    #[test]
    fn new_places_end_the_row_before_them_and_replace_the_rows_after_them() {
        let places = PlacesSet::new(100, 90, Some(70)).unwrap();
        let span = |from: &str, to: Option<&str>, staffed| {
            (from.to_owned(), to.map(str::to_owned), staffed)
        };
        let set = |from| {
            let city = city().with_places_from(&key("K1"), CareType::Kindergarten, from, places);
            city.unwrap()
        };
        let early = set(date(2026, 1, 1));
        let expected = [
            span("2020-08-01", Some("2025-12-31"), Some(80)),
            span("2026-01-01", None, Some(70)),
        ];
        assert_eq!(spans(&early), expected);
        let late = set(date(2027, 1, 1));
        let expected = [
            span("2020-08-01", Some("2026-07-31"), Some(80)),
            span("2026-08-01", Some("2026-12-31"), None),
            span("2027-01-01", None, Some(70)),
        ];
        assert_eq!(spans(&late), expected);
        assert_eq!(late.frame(TableName::Capacities).height(), 5);
    }

    #[test]
    fn a_closed_facility_keeps_everything_but_its_last_day() {
        let city = city()
            .with_facility_closed(&key("K2"), date(2028, 7, 31))
            .unwrap();
        let ends: Vec<_> = city
            .facilities()
            .unwrap()
            .iter()
            .map(|it| it.closes_on())
            .collect();
        assert_eq!(ends, [None, Some(date(2028, 7, 31))]);
        assert_eq!(city.frame(TableName::Facilities).width(), 14);
        let again = city.with_facility_closed(&key("K2"), date(2029, 7, 31));
        assert!(matches!(again, Err(EditError::NotOpenThen { .. })));
    }

    #[test]
    fn an_opened_facility_has_a_licence_and_places_and_a_key_of_its_own() {
        let opening = FacilityOpening {
            id: key("N1"),
            provider: ProviderId::new("T1").unwrap(),
            kind: FacilityKind::DayCareCentre,
            name: "Kita N1".to_owned(),
            area: AreaId::new("S").unwrap(),
            location: Location::new(51.0, 13.7).unwrap(),
            opens_on: date(2027, 8, 1),
            places: BTreeMap::from([(
                CareType::Nursery,
                PlacesSet::new(30, 28, Some(25)).unwrap(),
            )]),
        };
        let city = city().with_facility_opened(&opening).unwrap();
        let facilities = city.facilities().unwrap();
        assert!(facilities[2].takes_applications_on(date(2027, 8, 1)));
        assert!(!facilities[2].takes_applications_on(date(2027, 7, 31)));
        assert_eq!(city.frame(TableName::Capacities).height(), 5);
        let again = city.with_facility_opened(&opening);
        assert!(matches!(again, Err(EditError::FacilityExists { .. })));
    }

    #[test]
    fn an_unknown_facility_is_not_edited() {
        let places = PlacesSet::new(1, 1, None).unwrap();
        let day = date(2027, 1, 1);
        let closed = city().with_facility_closed(&key("K9"), day);
        assert!(matches!(closed, Err(EditError::UnknownFacility { .. })));
        let changed = city().with_places_from(&key("K9"), CareType::Nursery, day, places);
        assert!(matches!(changed, Err(EditError::UnknownFacility { .. })));
    }
}
