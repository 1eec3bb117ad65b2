//! How many children of three and over have a long way, by district.

use std::collections::BTreeMap;
use std::fmt;

use disclosure::{
    ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, ReleasedTable, release,
};
use domain::{AreaId, Facility, epoch_days};
use jiff::civil::Date;
use tables::City;

use super::TravelTimes;
use crate::contracts::Contracts;
use crate::districts::Districts;
use crate::error::ScenarioError;

/// Name of the table of long ways, for policies and ledgers.
pub const LONG_WAYS_TABLE: &str = "long_ways_from_three";

/// Children of three and over by district: within the limit, longer, and of unknown length.
#[derive(Clone, PartialEq)]
pub struct ConfidentialLongWays {
    on: Date,
    limit_minutes: f64,
    note: Label,
    /// District, its name, and the three counts.
    districts: Vec<(AreaId, String, [u32; 3])>,
}

impl fmt::Debug for ConfidentialLongWays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfidentialLongWays")
            .field("on", &self.on)
            .field("limit_minutes", &self.limit_minutes)
            .finish_non_exhaustive()
    }
}

/// Counts the children of three and over under contract on a day whose way from their home area to the
/// facility they attend takes longer than a limit, by district of their home.
///
/// Contracts as known on that day. A child with several contracts counts once, with its longest way.
/// A district without such children has no row.
///
/// # Errors
///
/// [`ScenarioError::City`] if the tables were not validated.
pub fn long_ways(
    city: &City,
    times: &TravelTimes,
    on: Date,
    limit_minutes: f64,
) -> Result<ConfidentialLongWays, ScenarioError> {
    let districts = Districts::of(city)?;
    let facilities = city.facilities()?;
    let by_id: BTreeMap<&str, &Facility> =
        facilities.iter().map(|it| (it.id().as_str(), it)).collect();
    let contracts = Contracts::known_on(city, on)?;
    let day = epoch_days(on);
    // By child: home, and its longest way; none where a way is unknown.
    let mut children: BTreeMap<&str, (&AreaId, Option<f64>)> = BTreeMap::new();
    for contract in contracts.valid_on(day) {
        if contract.third_birthday > day {
            continue;
        }
        let facility = by_id.get(contract.facility.as_str());
        let way = facility.and_then(|it| times.minutes(&contract.home, it));
        children
            .entry(&contract.child)
            .and_modify(|(_, longest)| *longest = longest.zip(way).map(|(a, b)| a.max(b)))
            .or_insert((&contract.home, way));
    }
    let mut counts: BTreeMap<AreaId, [u32; 3]> = BTreeMap::new();
    for (home, way) in children.into_values() {
        let district = districts.district(home).unwrap_or(home).clone();
        let place = match way {
            Some(minutes) if minutes <= limit_minutes => 0,
            Some(_) => 1,
            None => 2,
        };
        counts.entry(district).or_default()[place] += 1;
    }
    let rows = counts.into_iter().map(|(district, counts)| {
        let name = districts.name(&district).to_owned();
        (district, name, counts)
    });
    Ok(ConfidentialLongWays {
        on,
        limit_minutes,
        note: Label::new(times.note_german(), times.note_english()),
        districts: rows.collect(),
    })
}

impl ConfidentialLongWays {
    /// The day.
    #[must_use]
    pub const fn on(&self) -> Date {
        self.on
    }

    /// The limit in minutes.
    #[must_use]
    pub const fn limit_minutes(&self) -> f64 {
        self.limit_minutes
    }

    /// What the minutes are.
    #[must_use]
    pub const fn note(&self) -> &Label {
        &self.note
    }

    /// The one way out: a table of district by way, small cells protected. `None` where no child of
    /// three or over is under contract.
    ///
    /// # Errors
    ///
    /// [`ScenarioError::Table`] or [`ScenarioError::Release`] if the table cannot be protected; then
    /// nothing is released.
    pub fn release(
        self,
        policy: &DisclosurePolicy,
    ) -> Result<Option<ReleasedTable>, ScenarioError> {
        if self.districts.is_empty() {
            return Ok(None);
        }
        let members = self.districts.iter().map(|(district, name, _)| {
            Member::new(district.as_str(), Label::new(name.clone(), name.clone()))
        });
        let has_unknown = self.districts.iter().any(|(_, _, counts)| counts[2] > 0);
        let limit = self.limit_minutes;
        let mut ways = vec![
            Member::new(
                "within_limit",
                Label::new(
                    format!("bis {limit} Minuten"),
                    format!("up to {limit} minutes"),
                ),
            ),
            Member::new(
                "longer",
                Label::new(
                    format!("mehr als {limit} Minuten"),
                    format!("more than {limit} minutes"),
                ),
            ),
        ];
        if has_unknown {
            ways.push(Member::new("unknown", Label::new("unbekannt", "unknown")));
        }
        let shown = ways.len();
        let counts = self.districts.iter();
        let counts = counts
            .flat_map(|(_, _, counts)| counts[..shown].to_vec())
            .collect();
        let table = ConfidentialTable::new(
            LONG_WAYS_TABLE,
            Label::new("Kinder ab drei Jahren", "Children of three and over"),
            vec![
                Dimension::new(
                    "district",
                    Label::new("Stadtbezirk", "District"),
                    members.collect(),
                ),
                Dimension::new(
                    "way",
                    Label::new("Weg zur Einrichtung", "Way to the facility"),
                    ways,
                ),
            ],
            counts,
        )?;
        Ok(Some(release(table, policy)?))
    }
}
