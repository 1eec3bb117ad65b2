//! How large one city unit is and which time it covers.

use crate::calendar::{self, Day, MonthIndex};
use crate::calibration as figures;
use crate::columns::Keys;
use crate::random::{Draw, Topic};
use crate::spec::CitySpec;

/// Degrees between neighbouring units of a country, east-west and north-south.
const UNIT_SPACING: (f64, f64) = (0.45, 0.25);
/// Centre of the first unit, degrees east and north (WGS 84).
const FIRST_CENTRE: (f64, f64) = (13.74, 51.05);
/// Full Kita years of contract history before the current one.
const HISTORY_YEARS: i32 = 3;
/// Longest stay that can begin before the history does and still reach into it, in months.
const LONGEST_STAY_MONTHS: i32 = 84;

/// Size and time of one unit.
#[derive(Debug, Clone)]
pub(crate) struct UnitPlan {
    pub(crate) seed: u64,
    pub(crate) unit: u32,
    /// Whether there are several units, so that areas have a top level and keys a prefix.
    pub(crate) in_country: bool,
    /// Size as a multiple of Dresden, at most 1.
    pub(crate) share: f64,
    pub(crate) as_of: Day,
    pub(crate) centre: (f64, f64),
    pub(crate) prefix: String,
}

/// The keys of every table of a unit.
#[derive(Debug, Clone)]
pub(crate) struct UnitKeys {
    pub(crate) provider: Keys,
    pub(crate) facility: Keys,
    pub(crate) staff: Keys,
    pub(crate) household: Keys,
    pub(crate) child: Keys,
    pub(crate) application: Keys,
    pub(crate) offer: Keys,
    pub(crate) contract: Keys,
}

impl UnitPlan {
    pub(crate) fn new(spec: &CitySpec, unit: u32) -> Self {
        let units = spec.units();
        let in_country = units > 1;
        let columns = f64::from(units).sqrt().ceil() as u32;
        let (column, row) = (unit % columns, unit / columns);
        Self {
            seed: spec.seed(),
            unit,
            in_country,
            share: spec.share_of(unit),
            as_of: calendar::day_of(spec.as_of()),
            centre: (
                FIRST_CENTRE.0 - UNIT_SPACING.0 * f64::from(column),
                FIRST_CENTRE.1 + UNIT_SPACING.1 * f64::from(row),
            ),
            prefix: if in_country {
                format!("{unit:03}-")
            } else {
                String::new()
            },
        }
    }

    pub(crate) fn draw(&self, topic: Topic) -> Draw {
        Draw::new(self.seed, self.unit, topic)
    }

    pub(crate) fn keys(&self) -> UnitKeys {
        let keys = |letter, digits| Keys::new(&self.prefix, letter, digits);
        UnitKeys {
            provider: keys("P", 3),
            facility: keys("F", 4),
            staff: keys("S", 6),
            household: keys("H", 6),
            child: keys("C", 6),
            application: keys("A", 6),
            offer: keys("O", 6),
            contract: keys("V", 6),
        }
    }

    /// A number of Dresden scaled to the unit, at least `least`.
    pub(crate) fn scaled(&self, dresden: f64, least: usize) -> usize {
        ((dresden * self.share).round() as usize).max(least)
    }

    /// Small areas: fewer children per area in a smaller city, but not in proportion, so that a
    /// demo still has a map.
    pub(crate) fn neighbourhoods(&self) -> usize {
        ((figures::NEIGHBOURHOODS * self.share.sqrt()).round() as usize).max(4)
    }

    pub(crate) fn districts(&self) -> usize {
        let per_district = figures::NEIGHBOURHOODS / figures::DISTRICTS;
        ((self.neighbourhoods() as f64 / per_district).round() as usize).max(2)
    }

    /// First month of the contract history.
    pub(crate) fn history_start(&self) -> MonthIndex {
        calendar::month(calendar::kita_year(self.as_of) - HISTORY_YEARS, 8)
    }

    /// First month in which a stay can begin that reaches into the history.
    pub(crate) fn first_start(&self) -> MonthIndex {
        self.history_start() - LONGEST_STAY_MONTHS
    }

    pub(crate) fn as_of_month(&self) -> MonthIndex {
        calendar::month_of(self.as_of)
    }

    /// Months after `as_of` for which care may already be agreed or sought.
    pub(crate) fn months_ahead(&self) -> i32 {
        14
    }

    /// First year of births among the children: class 4 in the first year of the history.
    pub(crate) fn first_birth_year(&self) -> i32 {
        self.history_start().div_euclid(12) - 10
    }

    /// The last year whose end is known.
    pub(crate) fn last_year(&self) -> i32 {
        calendar::civil(self.as_of).0 - 1
    }

    /// The 1 March the totals are counted on: the last one by `as_of`.
    pub(crate) fn count_day(&self) -> Day {
        let this_year = calendar::day(self.last_year() + 1, 3, 1);
        if this_year <= self.as_of {
            this_year
        } else {
            calendar::day(self.last_year(), 3, 1)
        }
    }
}
