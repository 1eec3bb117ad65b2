//! The planning input: occupancy, kind of place, birth and expected stay, and nothing else (K22).

use domain::{CareType, date_of, epoch_days, third_birthday};
use jiff::civil::Date;
use polars::frame::DataFrame;
use polars::prelude::PolarsResult;

use crate::check::text;
use crate::city::{City, CityError};
use crate::row::column_days as days;
use crate::schema::TableName;
use crate::slot_table::SlotTable;

/// Open end of a contract.
pub const OPEN_END: i32 = i32::MAX;

/// Contracts as dense columns of equal length, one entry per contract.
///
/// Children cannot be told apart in it: no pseudonym, no household, no area of residence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placements {
    /// Position of the facility in [`FacilityIndex`].
    pub facility: Vec<u32>,
    /// [`CareType::index`] at the start of the contract.
    pub care_type: Vec<u8>,
    /// First day, days since 1970.
    pub first_day: Vec<i32>,
    /// Last day, days since 1970; [`OPEN_END`] if none is agreed.
    pub last_day: Vec<i32>,
    /// The child's third birthday, days since 1970.
    pub third_birthday: Vec<i32>,
    /// Contracted quarter hours a day, 1 to 52.
    pub quarter_hours: Vec<u8>,
}

impl Placements {
    /// Number of contracts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.facility.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.facility.is_empty()
    }
}

/// Facilities in the order of their identifiers, found by identifier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FacilityIndex {
    sorted: Vec<String>,
}

impl FacilityIndex {
    /// Builds the index; identifiers may come in any order.
    #[must_use]
    pub fn new(ids: impl IntoIterator<Item = String>) -> Self {
        let mut sorted: Vec<String> = ids.into_iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        Self { sorted }
    }

    /// Position of a facility.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        self.sorted
            .binary_search_by(|sorted| sorted.as_str().cmp(id))
            .ok()
    }

    /// Identifier at a position.
    #[must_use]
    pub fn id(&self, position: usize) -> Option<&str> {
        self.sorted.get(position).map(String::as_str)
    }

    /// Number of facilities.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// Identifiers in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.sorted.iter().map(String::as_str)
    }

    /// Positions of a column of identifiers; `None` for a text that is no facility.
    ///
    /// One pass with a hash table over dense slots: the cost is a hash and a comparison a row, of at
    /// most 16 bytes for the keys that cities have.
    #[must_use]
    pub fn positions<'a>(&self, column: impl Iterator<Item = Option<&'a str>>) -> Vec<Option<u32>> {
        SlotTable::new(&self.sorted).find_all(&self.sorted, column)
    }
}

impl City {
    /// The index of all facilities.
    ///
    /// # Errors
    ///
    /// [`CityError::Column`] if the table was not validated.
    pub fn facility_index(&self) -> Result<FacilityIndex, CityError> {
        let table = TableName::Facilities;
        let ids = text(self.frame(table), "facility_id")
            .map_err(|source| CityError::Column { table, source })?;
        Ok(FacilityIndex::new(ids.iter().flatten().map(str::to_owned)))
    }

    /// The planning input as known on a day (K22).
    ///
    /// # Errors
    ///
    /// [`CityError`] if the tables were not validated.
    pub fn placements_known_on(
        &self,
        known: Date,
        facilities: &FacilityIndex,
    ) -> Result<Placements, CityError> {
        let failed = |source| CityError::Column {
            table: TableName::Contracts,
            source,
        };
        let versions = self.contracts_known_on(known)?;
        let third_birthdays = self.third_birthdays().map_err(failed)?;
        placements(&versions, facilities, &third_birthdays)
            .map_err(failed)?
            .map_err(|row| CityError::Value {
                table: TableName::Contracts,
                row,
                message: "the child, facility or care type is unknown".to_owned(),
            })
    }

    /// Third birthday of every child.
    fn third_birthdays(&self) -> PolarsResult<ThirdBirthdays<'_>> {
        let children = self.frame(TableName::Children);
        let births = days(children, "birth_date")?;
        let (texts, third): (Vec<_>, Vec<_>) = text(children, "child_id")?
            .iter()
            .zip(births.iter())
            .filter_map(|(child, born)| Some((child?, epoch_days(third_birthday(date_of(born?)?)))))
            .unzip();
        Ok(ThirdBirthdays {
            table: SlotTable::new(&texts),
            texts,
            days: third,
        })
    }
}

/// Third birthdays by child, days since 1970.
struct ThirdBirthdays<'a> {
    texts: Vec<&'a str>,
    days: Vec<i32>,
    table: SlotTable,
}

impl ThirdBirthdays<'_> {
    /// The third birthday of a child, if it is known.
    fn of(&self, child: &str) -> Option<i32> {
        let position = self.table.find(&self.texts, child)?;
        Some(self.days[position as usize])
    }
}

/// Dense columns of contract versions; `Err` with the row that names something unknown.
fn placements(
    versions: &DataFrame,
    facilities: &FacilityIndex,
    third_birthdays: &ThirdBirthdays<'_>,
) -> PolarsResult<Result<Placements, usize>> {
    let rows = versions.height();
    let children = text(versions, "child_id")?;
    let care_types = text(versions, "care_type")?;
    let hours = versions.column("daily_hours")?.f64()?;
    let (from, to) = (days(versions, "valid_from")?, days(versions, "valid_to")?);
    let positions = facilities.positions(text(versions, "facility_id")?.iter());
    let mut columns = Placements {
        facility: Vec::with_capacity(rows),
        care_type: Vec::with_capacity(rows),
        first_day: Vec::with_capacity(rows),
        last_day: Vec::with_capacity(rows),
        third_birthday: Vec::with_capacity(rows),
        quarter_hours: Vec::with_capacity(rows),
    };
    let cells = positions
        .into_iter()
        .zip(children.iter())
        .zip(care_types.iter());
    let spans = hours.iter().zip(from.iter()).zip(to.iter());
    for (row, (((facility, child), care), ((hours, from), to))) in cells.zip(spans).enumerate() {
        let known = (|| {
            let care: CareType = care?.parse().ok()?;
            Some((facility?, care, third_birthdays.of(child?)?, from?, hours?))
        })();
        let Some((facility, care, third_birthday, from, hours)) = known else {
            return Ok(Err(row + 1));
        };
        columns.facility.push(facility);
        columns.care_type.push(care.index() as u8);
        columns.first_day.push(from);
        columns.last_day.push(to.unwrap_or(OPEN_END));
        columns.third_birthday.push(third_birthday);
        // Validated to lie between 0.25 and 13 hours; a cast drops what is behind the point.
        columns
            .quarter_hours
            .push((hours * 4.0 + 0.5).clamp(1.0, 52.0) as u8);
    }
    Ok(Ok(columns))
}
