//! The seats and wishes of a city-wide round, drawn from a city's open applications.

use std::collections::BTreeMap;

use domain::{CareType, Month};
use tables::schema::TableName;
use tables::{City, CityError};

use crate::cube::OccupancyCube;

/// Seats of a facility and care type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSeats {
    /// The facility.
    pub facility: String,
    /// The care type.
    pub care_type: CareType,
    /// Places bookable in every month looked at; 0 where the data are not attested: unknown is not
    /// free (K24).
    pub seats: u32,
}

/// One open application.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenWish {
    /// The child, pseudonymous.
    pub child: String,
    /// Its household: siblings share one lot.
    pub household: String,
    /// The facility wished for.
    pub facility: String,
    /// The care type wished for.
    pub care_type: CareType,
    /// 1 is the best wish.
    pub rank: u32,
    /// Points of the provider's criteria catalogue.
    pub points: i32,
}

/// Shapes only: a wish concerns a child.
impl std::fmt::Debug for OpenWish {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenWish").finish_non_exhaustive()
    }
}

/// Seats and wishes, in the order of facility and care type, child and rank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRound {
    /// One entry per facility and care type with places or wishes.
    pub seats: Vec<OpenSeats>,
    /// One entry per open application.
    pub wishes: Vec<OpenWish>,
}

impl OccupancyCube {
    /// Seats that stay bookable in every month from `first` to the end of the cube, and every open
    /// application of the city.
    ///
    /// A seat is only given if it stays free over all these months, so any of the children could
    /// start in any of them. What a nursery child needs after its third birthday is not reserved
    /// here. A child with open applications in several care types takes part with the care type of
    /// its best wish.
    ///
    /// # Errors
    ///
    /// [`CityError`] if the tables were not validated.
    pub fn open_round(&self, city: &City, first: Month) -> Result<OpenRound, CityError> {
        let points = points(city)?;
        let households: BTreeMap<String, String> = city
            .map_rows(TableName::Children, |row| {
                Ok((
                    row.filled("child_id")?.to_owned(),
                    row.filled("household_id")?.to_owned(),
                ))
            })?
            .into_iter()
            .collect();
        let mut wishes = Vec::new();
        city.map_rows(TableName::Applications, |row| {
            if row.filled("state")? == "open" {
                let child = row.filled("child_id")?;
                wishes.push(OpenWish {
                    child: child.to_owned(),
                    household: households
                        .get(child)
                        .cloned()
                        .unwrap_or_else(|| child.to_owned()),
                    facility: row.filled("facility_id")?.to_owned(),
                    care_type: row.care_type()?,
                    rank: u32::try_from(row.integer("rank")?.unwrap_or(1)).unwrap_or(1),
                    points: points
                        .get(row.filled("application_id")?)
                        .copied()
                        .unwrap_or(0),
                });
            }
            Ok(())
        })?;
        wishes
            .sort_by(|a, b| (&a.child, a.rank, &a.facility).cmp(&(&b.child, b.rank, &b.facility)));
        let best: BTreeMap<String, CareType> = wishes
            .iter()
            .rev()
            .map(|wish| (wish.child.clone(), wish.care_type))
            .collect();
        wishes.retain(|wish| best.get(&wish.child) == Some(&wish.care_type));
        wishes.dedup_by(|a, b| a.child == b.child && a.facility == b.facility);
        Ok(OpenRound {
            seats: self.open_seats(first, &wishes),
            wishes,
        })
    }

    /// Seats of every facility and care type that has places or is wished for.
    fn open_seats(&self, first: Month, wishes: &[OpenWish]) -> Vec<OpenSeats> {
        let wished: std::collections::BTreeSet<(&str, CareType)> = wishes
            .iter()
            .map(|wish| (wish.facility.as_str(), wish.care_type))
            .collect();
        let months: Vec<Month> = self
            .grid()
            .months()
            .iter()
            .filter(|month| *month >= first)
            .collect();
        let mut seats = Vec::new();
        for (position, facility) in self.facilities().iter().enumerate() {
            let attested = self
                .freshness(position, first)
                .is_some_and(|f| f.is_attested());
            for care_type in CareType::ALL {
                let free = months
                    .iter()
                    .filter_map(|month| self.cell(position, care_type, *month))
                    .map(|cell| cell.capacities.bookable)
                    .min()
                    .unwrap_or(0);
                let free = if attested {
                    u32::try_from(free).unwrap_or(0)
                } else {
                    0
                };
                let id = facility.id().as_str();
                if free > 0 || wished.contains(&(id, care_type)) {
                    seats.push(OpenSeats {
                        facility: id.to_owned(),
                        care_type,
                        seats: free,
                    });
                }
            }
        }
        seats
    }
}

/// Points of every application: the sum over its criteria.
fn points(city: &City) -> Result<BTreeMap<String, i32>, CityError> {
    let mut points: BTreeMap<String, i32> = BTreeMap::new();
    city.map_rows(TableName::CriteriaPoints, |row| {
        *points
            .entry(row.filled("application_id")?.to_owned())
            .or_default() += row.integer("points")?.unwrap_or(0);
        Ok(())
    })?;
    Ok(points)
}
