//! What the pages show, ready to be shown.

mod forecasts;

use std::collections::BTreeMap;

use charts::{AreaMap, OccupancyHistory};
use disclosure::{Label, ReleasedTable};
use forecast::Forecast;
use jiff::civil::Date;
use scenario::ScenarioReport;
use store::RecordedRun;

pub use forecasts::{DemandMonthsView, HonestyView, LeversView, NamedForecast};

/// Everything the pages and the API show: plain values, computed before, never changed.
///
/// Start from [`PlannerView::empty`] and fill in what there is; a page without content says so in
/// words. All counts of children come in as released values ([`OccupancyHistory`],
/// [`ReleasedTable`]), expected children as [`Forecast`], places as numbers.
#[derive(Debug, Clone)]
pub struct PlannerView {
    /// Name of the city, in the head of every page.
    pub city: Label,
    /// The day the numbers are of; shown on every page. The month of this day is "now".
    pub as_of: Date,
    /// Whether the data are made up: every page then says so in a banner.
    pub is_synthetic: bool,
    /// Version of the program.
    pub engine_version: String,
    /// What was found, in plain words, most important first. Sentences may hold places, released
    /// and forecast numbers only, since no type can check a text.
    pub findings: Vec<Finding>,
    /// Places and children over months: the whole first, then care types or areas.
    pub occupancy: Vec<OccupancySection>,
    /// The forecast of children.
    pub forecast: Option<ForecastView>,
    /// Forecasts of other populations, to be chosen on the page.
    pub other_forecasts: Vec<NamedForecast>,
    /// Places needed by month.
    pub demand: Option<DemandMonthsView>,
    /// How good forecasts were, the city's own first.
    pub honesty: Vec<HonestyView>,
    /// Paths on which levers are pulled on the page.
    pub levers: Option<LeversView>,
    /// Maps, the most important first.
    pub maps: Vec<NamedMap>,
    /// A scenario beside the plan without it.
    pub scenario: Option<ScenarioView>,
    /// Released tables, for reading and download.
    pub tables: Vec<NamedTable>,
    /// What the program can do and how far.
    pub capabilities: Vec<Capability>,
    /// Runs behind the numbers, shown on the method page.
    pub runs: Vec<RecordedRun>,
    /// Whether it is shown by a service, with its pages of scenarios.
    pub(crate) has_service: bool,
}

impl PlannerView {
    /// A view without content; not synthetic.
    #[must_use]
    pub fn empty(city: Label, as_of: Date, engine_version: impl Into<String>) -> Self {
        Self {
            city,
            as_of,
            is_synthetic: false,
            engine_version: engine_version.into(),
            findings: Vec::new(),
            occupancy: Vec::new(),
            forecast: None,
            other_forecasts: Vec::new(),
            demand: None,
            honesty: Vec::new(),
            levers: None,
            maps: Vec::new(),
            scenario: None,
            tables: Vec::new(),
            capabilities: Vec::new(),
            runs: Vec::new(),
            has_service: false,
        }
    }
}

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// German.
    pub german: String,
    /// English.
    pub english: String,
}

/// Why a view is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    /// A name that cannot stand in an address.
    #[error(
        "E8208: the name {name:?} cannot stand in an address; use 1 to 64 lower-case letters, digits, - and _"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// Paths that cannot do what the page of levers asks of them.
    #[error("E8346: the paths of the levers do not have {what}; simulate them with it")]
    Paths {
        /// What is missing.
        what: String,
    },
}

fn checked(name: impl Into<String>) -> Result<String, ViewError> {
    let name = name.into();
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    if (1..=64).contains(&name.len()) && name.bytes().all(allowed) {
        Ok(name)
    } else {
        Err(ViewError::Name { name })
    }
}

/// Places and children over months, under a name for its address.
#[derive(Debug, Clone)]
pub struct OccupancySection {
    name: String,
    history: OccupancyHistory,
}

impl OccupancySection {
    /// A section; its chart is `/charts/occupancy-NAME.svg`.
    ///
    /// # Errors
    /// [`ViewError::Name`].
    pub fn new(name: impl Into<String>, history: OccupancyHistory) -> Result<Self, ViewError> {
        let name = checked(name)?;
        Ok(Self { name, history })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The months.
    #[must_use]
    pub fn history(&self) -> &OccupancyHistory {
        &self.history
    }
}

/// A map under a name for its address.
#[derive(Debug, Clone)]
pub struct NamedMap {
    name: String,
    map: AreaMap,
}

impl NamedMap {
    /// A map; its picture is `/charts/map-NAME.svg`.
    ///
    /// # Errors
    /// [`ViewError::Name`].
    pub fn new(name: impl Into<String>, map: AreaMap) -> Result<Self, ViewError> {
        let name = checked(name)?;
        Ok(Self { name, map })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The map.
    #[must_use]
    pub fn map(&self) -> &AreaMap {
        &self.map
    }
}

/// A released table under a name for its address.
#[derive(Debug, Clone)]
pub struct NamedTable {
    name: String,
    table: ReleasedTable,
    reference_date: Date,
}

impl NamedTable {
    /// A table at `/tables/NAME` and `/v1/tables/NAME`; the numbers are of `reference_date`.
    ///
    /// # Errors
    /// [`ViewError::Name`].
    pub fn new(
        name: impl Into<String>,
        table: ReleasedTable,
        reference_date: Date,
    ) -> Result<Self, ViewError> {
        let name = checked(name)?;
        Ok(Self {
            name,
            table,
            reference_date,
        })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> &ReleasedTable {
        &self.table
    }

    /// The day the numbers are of.
    #[must_use]
    pub fn reference_date(&self) -> Date {
        self.reference_date
    }
}

/// A forecast with the words around it.
#[derive(Debug, Clone)]
pub struct ForecastView {
    /// The forecast; its areas and groups can be chosen on the page.
    pub forecast: Forecast,
    /// Names of groups and age classes; a group without one shows its code.
    pub group_names: BTreeMap<String, Label>,
    /// Where the population is from.
    pub source: Label,
}

impl ForecastView {
    /// The name of a group or age class.
    #[must_use]
    pub fn group_name(&self, group: &str) -> Label {
        let own = self.group_names.get(group).cloned();
        own.unwrap_or_else(|| Label::new(group, group))
    }

    /// Groups to choose from; the age classes where no group was asked for.
    #[must_use]
    pub fn choices(&self) -> &[String] {
        match self.forecast.groups() {
            [] => self.forecast.ages(),
            groups => groups,
        }
    }
}

/// A scenario report with what disclosure control lets through of the children concerned.
#[derive(Debug, Clone)]
pub struct ScenarioView {
    /// The report. Its displaced children are confidential and never shown from here.
    pub report: ScenarioReport,
    /// Children of closing facilities, released.
    pub displaced: Option<ReleasedTable>,
    /// Where the numbers are from.
    pub source: Label,
}

/// How far something is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CapabilityState {
    /// Works as specified.
    Complete,
    /// The main case works.
    Thin,
    /// Not there.
    Absent,
}

/// Something the program can do, and how far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capability {
    /// What.
    pub name: Label,
    /// How far.
    pub state: CapabilityState,
    /// What is missing, or how it was checked.
    pub note: Label,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cannot_stand_in_an_address_are_refused() {
        for wrong in ["", "Über", "a b", "../etc", "a/b", "A", &"a".repeat(65)] {
            assert!(checked(wrong).is_err(), "{wrong:?}");
        }
        assert!(checked("children-by_area-2026").is_ok());
    }
}
