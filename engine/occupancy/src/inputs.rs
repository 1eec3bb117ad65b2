//! Spans of capacities, blocked places, reservations and staff, read from a city's tables.

use std::collections::BTreeMap;

use domain::{CareType, date_of, epoch_days, expected_last_day};
use jiff::civil::Date;
use tables::schema::TableName;
use tables::{City, CityError, FacilityIndex, OPEN_END, Row, RowError};

use crate::sweep::Span;

/// A row of `capacities`; the span's amount is the licensed places.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CapacityRow {
    pub(crate) span: Span,
    pub(crate) planned: i32,
    pub(crate) staffed: Option<i32>,
}

/// Everything but the contracts.
pub(crate) struct Inputs {
    /// In order of their first day.
    pub(crate) capacities: Vec<CapacityRow>,
    pub(crate) blocked: Vec<Span>,
    pub(crate) reservations: Vec<Span>,
    /// Weekly minutes of qualified staff.
    pub(crate) qualified: Vec<Span>,
    /// Weekly minutes of assistants.
    pub(crate) assistants: Vec<Span>,
}

/// Reads the spans; offers are taken as they stood on `known_on`.
pub(crate) fn read(
    city: &City,
    index: &FacilityIndex,
    known_on: Date,
) -> Result<Inputs, CityError> {
    let mut capacities = city.map_rows(TableName::Capacities, |row| {
        Ok(CapacityRow {
            span: span(row, index, row.integer("licensed")?.unwrap_or(0))?,
            planned: row.integer("planned")?.unwrap_or(0),
            staffed: row.integer("staffed")?,
        })
    })?;
    capacities.sort_by_key(|row| row.span.first_day);
    let blocked = city.map_rows(TableName::BlockedPlaces, |row| {
        span(row, index, row.integer("places")?.unwrap_or(0))
    })?;
    let (mut qualified, mut assistants) = (Vec::new(), Vec::new());
    city.map_rows(TableName::Staff, |row| {
        let hours = row.decimal("weekly_hours")?.unwrap_or(0.0);
        // At most 60 hours a week.
        let span = present_on_the_first(span(row, index, (hours * 60.0).round() as i32)?);
        match row.filled("role")? {
            "qualified" => qualified.push(span),
            "assistant" => assistants.push(span),
            // Heads lead; they do not count towards places.
            _ => {}
        }
        Ok(())
    })?;
    let reservations = reservations(city, index, epoch_days(known_on))?;
    Ok(Inputs {
        capacities,
        blocked,
        reservations,
        qualified,
        assistants,
    })
}

/// The span of a row with `facility_id`, `care_type`, `valid_from` and `valid_to`.
fn span(row: Row<'_>, index: &FacilityIndex, amount: i32) -> Result<Span, RowError> {
    Ok(Span {
        facility: facility(index, row.filled("facility_id")?)?,
        care: row.care_type()?,
        first_day: row.some_days("valid_from")?,
        last_day: row.days("valid_to")?.unwrap_or(OPEN_END),
        amount,
    })
}

/// The span from the first 1st of a month in it: staff counts in the months on whose 1st it is
/// present, so that a post handed over within a month counts once.
fn present_on_the_first(span: Span) -> Span {
    let first = date_of(span.first_day).map_or(span.first_day, |day| {
        let month = domain::Month::of(day);
        epoch_days(if day.day() == 1 {
            day
        } else {
            month.plus(1).first_day()
        })
    });
    // A span without a 1st keeps its days in the wrong order and so touches no month.
    Span {
        first_day: first,
        ..span
    }
}

/// Position of a facility.
fn facility(index: &FacilityIndex, id: &str) -> Result<usize, RowError> {
    index
        .position(id)
        .ok_or_else(|| RowError::Said(format!("facility {id} is unknown")))
}

/// An application as far as offers need it.
struct Applied {
    child: String,
    facility: usize,
    care: CareType,
}

/// Whether an offer held a place on a day: made by then, and open or confirmed, or closed only
/// later.
fn holds_on(row: Row<'_>, day: i32) -> Result<bool, RowError> {
    let not_closed = match row.days("closed_on")? {
        Some(closed_on) => day < closed_on,
        None => matches!(row.filled("state")?, "open" | "confirmed"),
    };
    Ok(not_closed && row.some_days("offered_on")? <= day)
}

/// Open and confirmed offers hold a place from their start to the expected end of the stay; a
/// nursery place becomes a kindergarten place at the third birthday. An application holds one place,
/// from the earliest start offered.
fn reservations(city: &City, index: &FacilityIndex, known_on: i32) -> Result<Vec<Span>, CityError> {
    let mut births: BTreeMap<String, Date> = BTreeMap::new();
    let mut applications: BTreeMap<String, Applied> = BTreeMap::new();
    let mut wanted: BTreeMap<String, i32> = BTreeMap::new();
    city.map_rows(TableName::Offers, |row| {
        if holds_on(row, known_on)? {
            let starts_on = row.some_days("starts_on")?;
            wanted
                .entry(row.filled("application_id")?.to_owned())
                .and_modify(|earliest| *earliest = starts_on.min(*earliest))
                .or_insert(starts_on);
        }
        Ok(())
    })?;
    city.map_rows(TableName::Applications, |row| {
        let id = row.filled("application_id")?;
        if wanted.contains_key(id) {
            let applied = Applied {
                child: row.filled("child_id")?.to_owned(),
                facility: facility(index, row.filled("facility_id")?)?,
                care: row.care_type()?,
            };
            births.insert(applied.child.clone(), Date::MIN);
            applications.insert(id.to_owned(), applied);
        }
        Ok(())
    })?;
    city.map_rows(TableName::Children, |row| {
        if let Some(birth) = births.get_mut(row.filled("child_id")?) {
            *birth = date_of(row.some_days("birth_date")?).unwrap_or(Date::MIN);
        }
        Ok(())
    })?;
    let mut spans = Vec::with_capacity(wanted.len());
    for (application, starts_on) in &wanted {
        let Some(applied) = applications.get(application) else {
            continue;
        };
        if let Some(born) = births.get(&applied.child) {
            reserve(applied, *born, *starts_on, &mut spans);
        }
    }
    Ok(spans)
}

/// The one or two spans of a reserved stay.
fn reserve(applied: &Applied, born: Date, first_day: i32, spans: &mut Vec<Span>) {
    let last_day = epoch_days(expected_last_day(applied.care, born));
    let mut push = |care, first_day, last_day| {
        if first_day <= last_day {
            spans.push(Span {
                facility: applied.facility,
                care,
                first_day,
                last_day,
                amount: 1,
            });
        }
    };
    if applied.care == CareType::Nursery {
        // Kindergarten from the month of the third birthday on, as contracts are counted.
        let change = epoch_days(domain::third_birthday(born).first_of_month());
        push(CareType::Nursery, first_day, last_day.min(change - 1));
        push(CareType::Kindergarten, first_day.max(change), last_day);
    } else {
        push(applied.care, first_day, last_day);
    }
}
