//! The places that displaced children may get, month by month.

use std::collections::BTreeMap;

use domain::procedure::SiblingsRule;
use domain::{AreaId, CareType, DailyHours, Facility, HoursTier, Month, MonthRange};
use matching::{CareOffer, MonthPlaces, StayLedger};
use occupancy::OccupancyCube;
use tables::City;
use tables::schema::TableName;

use super::ReplacementError;
use super::displaced::whole_quarters;
use crate::apply::Counting;
use crate::error::ScenarioError;
use crate::planning::PlanRequest;
use crate::spec::TravelSpec;
use crate::travel::TravelTimes;

/// Facilities by the way from an area: minutes, then position; those beyond the longest way are left
/// out.
type Reach = Vec<(f64, usize)>;

/// What is free beside all contracts, offers, blocked places and children placed so far.
pub(super) struct Market<'a> {
    pub(super) facilities: Vec<Facility>,
    pub(super) months: MonthRange,
    pub(super) longest_minutes: f64,
    pub(super) siblings: SiblingsRule,
    pub(super) ledger: StayLedger,
    /// By position of the facility and care type.
    offers: BTreeMap<(usize, CareType), CareOffer>,
    times: &'a TravelTimes,
    reach: BTreeMap<AreaId, Option<Reach>>,
}

impl<'a> Market<'a> {
    pub(super) fn new(
        after: &City,
        request: &PlanRequest,
        months: MonthRange,
        times: &'a TravelTimes,
        travel: &TravelSpec,
    ) -> Result<Self, ReplacementError> {
        let counting = Counting {
            months,
            known_on: request.known_on,
            staffing: &request.staffing,
        };
        let cube = counting.cube(after)?;
        let longest_days = longest_days(after)?;
        let mut offers = BTreeMap::new();
        let mut places = Vec::new();
        for (position, facility) in cube.facilities().iter().enumerate() {
            let id = facility.id().as_str();
            let longest_day = longest_days.get(id).copied();
            let longest_day = longest_day.unwrap_or_else(|| whole_quarters(DailyHours::LONGEST));
            for care in CareType::ALL {
                if let Some(offer) = offer(&cube, position, care, longest_day) {
                    places.extend(month_places(&cube, position, care));
                    offers.insert((position, care), offer);
                }
            }
        }
        let all: Vec<CareOffer> = offers.values().cloned().collect();
        let ledger = StayLedger::new(&all, &places, months).map_err(ReplacementError::Rows)?;
        Ok(Self {
            facilities: cube.facilities().to_vec(),
            months,
            longest_minutes: travel.longest_minutes,
            siblings: travel.siblings,
            ledger,
            offers,
            times,
            reach: BTreeMap::new(),
        })
    }

    /// What a facility offers in a care type.
    pub(super) fn offer(&self, position: usize, care: CareType) -> Option<&CareOffer> {
        self.offers.get(&(position, care))
    }

    /// What a facility offers, in every care type.
    pub(super) fn offers_of(&self, position: usize) -> impl Iterator<Item = &CareOffer> {
        let all = CareType::ALL.into_iter();
        all.filter_map(move |care| self.offer(position, care))
    }

    /// Position of a facility.
    pub(super) fn position(&self, facility: &str) -> Option<usize> {
        let order = |it: &Facility| it.id().as_str().cmp(facility);
        self.facilities.binary_search_by(order).ok()
    }

    /// Facilities within the longest way from an area, nearest first; `None` where no way is known.
    pub(super) fn reach(&mut self, home: &AreaId) -> Option<&Reach> {
        if !self.reach.contains_key(home) {
            let ways = self.facilities.iter().enumerate();
            let mut known = false;
            let mut near: Reach = ways
                .filter_map(|(position, facility)| {
                    let minutes = self.times.minutes(home, facility)?;
                    known = true;
                    (minutes <= self.longest_minutes).then_some((minutes, position))
                })
                .collect();
            // Positions follow the keys, so equal ways are settled by key.
            near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            self.reach.insert(home.clone(), known.then_some(near));
        }
        self.reach.get(home).and_then(Option::as_ref)
    }
}

/// Longest contract that opening hours allow, by facility.
fn longest_days(city: &City) -> Result<BTreeMap<String, DailyHours>, ScenarioError> {
    let rows = city.map_rows(TableName::Facilities, |row| {
        let hour = |column| Ok::<_, tables::RowError>(row.decimal(column)?.unwrap_or(0.0));
        let open = hour("closing_hour")? - hour("opening_hour")?;
        // A quarter that has begun is not open to its end.
        let whole = (open * 4.0).floor() / 4.0;
        Ok((row.filled("facility_id")?.to_owned(), whole_quarters(whole)))
    })?;
    Ok(rows.into_iter().collect())
}

/// The months from the first to the last with staffed places; `None` without any.
fn offer(
    cube: &OccupancyCube,
    position: usize,
    care_type: CareType,
    longest_day: DailyHours,
) -> Option<CareOffer> {
    let months = cube.grid().months();
    let staffed: Vec<Month> = months
        .iter()
        .filter(|month| {
            let cell = cube.cell(position, care_type, *month);
            cell.is_some_and(|cell| cell.capacities.staffed > 0)
        })
        .collect();
    let (first, last) = (*staffed.first()?, *staffed.last()?);
    let last_looked_at = months.first().plus(i32::try_from(months.count()).ok()? - 1);
    Some(CareOffer {
        facility_id: cube.facilities().get(position)?.id().to_string(),
        care_type,
        first_month: first,
        last_month: (last != last_looked_at).then_some(last),
        youngest_months: 0,
        from_34th_month: true,
        longest_day,
        tiers: HoursTier::ALL.to_vec(),
    })
}

fn month_places(
    cube: &OccupancyCube,
    position: usize,
    care_type: CareType,
) -> impl Iterator<Item = MonthPlaces> {
    let id = cube
        .facilities()
        .get(position)
        .map(|it| it.id().to_string());
    cube.grid().months().iter().filter_map(move |month| {
        let free_places = cube.cell(position, care_type, month)?.capacities.bookable;
        Some(MonthPlaces {
            facility_id: id.clone()?,
            care_type,
            month,
            free_places,
            settling_in_slots: None,
            // The tables know no inclusion places: every free place may be one.
            inclusion_places: u32::try_from(free_places).unwrap_or(0),
        })
    })
}
