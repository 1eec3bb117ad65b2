//! Views of demand by month, of levers, and of how good forecasts were.

use std::collections::BTreeMap;
use std::sync::Arc;

use charts::AreaOutline;
use disclosure::Label;
use forecast::{
    AgeGroup, Forecast, HonestyReport, KeptPaths, LeverSheet, MonthlyDemand, PastEditions,
    ScenarioFans, TakeUp,
};

use super::{ForecastView, ViewError, checked};

/// Places needed by month with the words around them.
#[derive(Debug, Clone)]
pub struct DemandMonthsView {
    /// The demand; its areas and care types can be chosen on the page.
    pub monthly: MonthlyDemand,
    /// What was filled in or held back when it was learned, as numbered sentences.
    pub notes: Vec<String>,
    /// Where the contracts and the population are from.
    pub source: Label,
}

/// The forecast of a population other than the city's own, under a name for its address.
#[derive(Debug, Clone)]
pub struct NamedForecast {
    name: String,
    /// What it is called.
    pub label: Label,
    /// The forecast.
    pub view: ForecastView,
}

impl NamedForecast {
    /// A forecast at `/forecast?city=NAME`.
    ///
    /// # Errors
    /// [`ViewError::Name`].
    pub fn new(
        name: impl Into<String>,
        label: Label,
        view: ForecastView,
    ) -> Result<Self, ViewError> {
        let name = checked(name)?;
        Ok(Self { name, label, view })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// How good forecasts of a population were, under a name for its address.
#[derive(Debug, Clone)]
pub struct HonestyView {
    name: String,
    /// What the population is called.
    pub label: Label,
    /// Errors, bias and coverage, with the model card.
    pub report: HonestyReport,
    /// Earlier forecasts of the whole city, by group.
    pub past: Vec<PastEditions>,
    /// Names of groups; a group without one shows its code.
    pub group_names: BTreeMap<String, Label>,
    /// Names of the smallest areas; an area without one shows its code.
    pub area_names: BTreeMap<String, String>,
    /// Outlines of the smallest areas for a map; none where they are not known.
    pub outlines: Vec<AreaOutline>,
    /// Whether the population is one of real, published counts.
    pub is_real: bool,
    /// Where the population is from.
    pub source: Label,
}

impl HonestyView {
    /// A report at `/honesty?city=NAME`, with names, outlines and past editions to be filled in.
    ///
    /// # Errors
    /// [`ViewError::Name`].
    pub fn new(
        name: impl Into<String>,
        label: Label,
        report: HonestyReport,
        source: Label,
    ) -> Result<Self, ViewError> {
        Ok(Self {
            name: checked(name)?,
            label,
            report,
            past: Vec::new(),
            group_names: BTreeMap::new(),
            area_names: BTreeMap::new(),
            outlines: Vec::new(),
            is_real: false,
            source,
        })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of a group.
    #[must_use]
    pub fn group_name(&self, group: &str) -> Label {
        let own = self.group_names.get(group).cloned();
        own.unwrap_or_else(|| Label::new(group, group))
    }
}

/// Paths of the children of a city on which levers are pulled on the page.
#[derive(Clone)]
pub struct LeversView {
    paths: Arc<KeptPaths>,
    without: Arc<ScenarioFans>,
    forecast: Arc<Forecast>,
    groups: Vec<String>,
    /// Names of groups; a group without one shows its code.
    pub group_names: BTreeMap<String, Label>,
    /// The shares of children in care with which places are reckoned; their bands must be among the
    /// groups of the paths.
    pub take_up: TakeUp,
    /// Where the population is from.
    pub source: Label,
}

impl LeversView {
    /// Levers on kept paths. `forecast` gives the years observed and the names of areas; `groups` are
    /// those that can be chosen on the page, and those of `take_up` give places.
    ///
    /// # Errors
    /// [`ViewError::Paths`] if the paths do not have a group.
    pub fn new(
        paths: KeptPaths,
        forecast: Forecast,
        groups: &[AgeGroup],
        take_up: TakeUp,
        source: Label,
    ) -> Result<Self, ViewError> {
        let without = paths
            .run(&LeverSheet::default())
            .map_err(|_| ViewError::Paths {
                what: "no levers at all".to_owned(),
            })?;
        let total = forecast::TOTAL_AREA;
        let needed = groups.iter().cloned().chain(take_up.groups());
        for group in needed {
            if without.fan(total, group.name()).is_none() {
                let what = format!("the group {}", group.name());
                return Err(ViewError::Paths { what });
            }
        }
        Ok(Self {
            paths: Arc::new(paths),
            without: Arc::new(without),
            forecast: Arc::new(forecast),
            groups: groups.iter().map(|it| it.name().to_owned()).collect(),
            group_names: BTreeMap::new(),
            take_up,
            source,
        })
    }

    /// The paths.
    #[must_use]
    pub fn paths(&self) -> &KeptPaths {
        &self.paths
    }

    /// The fans without levers.
    #[must_use]
    pub fn without(&self) -> &ScenarioFans {
        &self.without
    }

    /// The forecast the years observed are from.
    #[must_use]
    pub fn forecast(&self) -> &Forecast {
        &self.forecast
    }

    /// Groups that can be chosen.
    #[must_use]
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// The name of a group.
    #[must_use]
    pub fn group_name(&self, group: &str) -> Label {
        let own = self.group_names.get(group).cloned();
        own.unwrap_or_else(|| Label::new(group, group))
    }
}

impl std::fmt::Debug for LeversView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LeversView")
            .field("model", self.paths.model())
            .field("groups", &self.groups)
            .finish_non_exhaustive()
    }
}
