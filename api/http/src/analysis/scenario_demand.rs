//! The demand a scenario is judged against: paths of the city's own, under the levers of the scenario.

use std::sync::Arc;

use domain::{CareType, InputProblem, MonthRange};
use forecast::{
    AgeClass, AgeGroup, Areas, Births, Demand, ForecastRequest, KeptDemand, KeptPaths, LeverSheet,
    MonthlyDemandRequest, Population, TakeUp,
};
use jiff::civil::Date;
use scenario::{BandShare, DemandTable, ScenarioSpec};
use tables::City;

use super::city_demand::{CityDemandError, january};
use super::learned_demand::LearnedDemand;

/// Demand of a city kept for scenarios of the same months, seed and number of paths.
pub enum ScenarioDemand {
    /// Month by month and path by path.
    ByPath(Box<KeptDemand>),
    /// By year at the take-up assumed: the city has no population by single ages with contracts.
    ByYear(Box<Demand>),
    /// The city has no population.
    Unknown,
}

/// Which kind it is.
impl std::fmt::Debug for ScenarioDemand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::ByPath(_) => "ScenarioDemand::ByPath",
            Self::ByYear(_) => "ScenarioDemand::ByYear",
            Self::Unknown => "ScenarioDemand::Unknown",
        })
    }
}

impl ScenarioDemand {
    /// Simulates what a scenario needs to know, without its levers; `sources` are population, births and
    /// levels of areas, if the city has them.
    ///
    /// # Errors
    ///
    /// [`CityDemandError`]; all problems of the tables at once.
    pub fn of(
        city: &City,
        sources: Option<(&Population, Option<&Births>, &Areas)>,
        spec: &ScenarioSpec,
        known_on: Date,
    ) -> Result<Self, CityDemandError> {
        let months = spec.months();
        let last = months.first().plus(months.count() as i32 - 1);
        let Some(sources) = sources else {
            return Ok(Self::Unknown);
        };
        let origin = *sources.0.years().end();
        let ahead = usize::try_from(last.year() - origin).unwrap_or(0);
        let years = ahead.clamp(1, forecast::LONGEST_HORIZON);
        let excluded = spec.levers().excluded_years();
        let Some(learned) = LearnedDemand::of(city, sources, known_on, years, excluded)? else {
            let horizon = (months.count() / 12 + 3).max(years);
            return by_year(sources, horizon.min(forecast::LONGEST_HORIZON));
        };
        let LearnedDemand {
            children, model, ..
        } = learned;
        let first = january(children.origin_year() + 1).max(months.first());
        let end = january(children.origin_year() + years as i32)
            .plus(11)
            .min(last);
        let count = usize::try_from(end.since(first) + 1).unwrap_or(0);
        if count == 0 {
            return Ok(Self::Unknown);
        }
        let ages = AgeClass::new(0, 12).map_err(failed)?;
        let all = AgeGroup::new("children", ages).map_err(failed)?;
        let kept = KeptPaths::simulate(children, spec.seed(), spec.paths(), &[all])?;
        let request = MonthlyDemandRequest {
            months: MonthRange::new(first, count),
            paths: spec.paths(),
            seed: spec.seed(),
            memory_mib: 0,
        };
        let kept = KeptDemand::simulate(model, kept, request, spec.demand_view())?;
        Ok(Self::ByPath(Box::new(kept)))
    }

    /// The demand under levers on the days of a report.
    ///
    /// # Errors
    ///
    /// [`CityDemandError`]: levers that do not fit, or E4153 where there are no paths to pull them on.
    pub fn under(
        &self,
        levers: &LeverSheet,
        dates: &[Date],
    ) -> Result<DemandTable, CityDemandError> {
        if !levers.levers.is_empty() && !matches!(self, Self::ByPath(_)) {
            let message = "levers act on demand path by path, and the city has no population by single ages with contracts";
            let entry = scenario::ERROR_CODES.iter().find(|it| it.code == "E4153");
            let problem = InputProblem::new("E4153", &levers.file, message)
                .remedy(entry.map_or("", |entry| entry.remedy));
            return Err(vec![problem].into());
        }
        match self {
            Self::ByPath(kept) => {
                let paths = kept.run(levers)?;
                Ok(DemandTable::from_paths(Arc::new(paths), dates))
            }
            Self::ByYear(demand) => {
                DemandTable::from_forecast(demand, &band_shares(), dates).map_err(failed)
            }
            Self::Unknown => Ok(DemandTable::new()),
        }
    }
}

/// The demand by year at the take-up assumed.
fn by_year(
    (population, births, areas): (&Population, Option<&Births>, &Areas),
    horizon: usize,
) -> Result<ScenarioDemand, CityDemandError> {
    let take_up = TakeUp::saxony().map_err(failed)?;
    let request = ForecastRequest {
        horizon,
        groups: take_up.groups(),
        ..ForecastRequest::default()
    };
    let forecast = forecast::forecast(population, births, areas, &request)?;
    let demand = forecast::demand(&forecast, &take_up).map_err(failed)?;
    Ok(ScenarioDemand::ByYear(Box::new(demand)))
}

fn failed(error: impl std::fmt::Display) -> CityDemandError {
    CityDemandError::Assumed(error.to_string())
}

/// How the bands of a forecast are shared out among the care types.
///
/// Under three: 14 % childminding (wish of 13 to 16 % of Dresden families in 2018), the rest nursery.
/// From three on: kindergarten.
#[must_use]
pub fn band_shares() -> [BandShare; 5] {
    const CHILDMINDING: f64 = 0.14;
    let share = |group: &str, care_type, share| BandShare {
        group: group.to_owned(),
        care_type,
        share,
    };
    use CareType::{Childminding, Kindergarten, Nursery};
    [
        share("under 1", Childminding, CHILDMINDING),
        share("under 1", Nursery, 1.0 - CHILDMINDING),
        share("1 to under 3", Childminding, CHILDMINDING),
        share("1 to under 3", Nursery, 1.0 - CHILDMINDING),
        share("3 to under 6", Kindergarten, 1.0),
    ]
}
