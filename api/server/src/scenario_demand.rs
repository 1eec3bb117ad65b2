//! The demand a scenario is judged against: paths of the city's own, under the levers of the scenario.

use std::sync::Arc;

use domain::{InputProblem, Month, MonthRange};
use forecast::{AgeClass, AgeGroup, KeptDemand, KeptPaths, LeverSheet, MonthlyDemandRequest};
use http_api::analysis::LearnedDemand;
use jiff::civil::Date;
use scenario::{DemandTable, ScenarioSpec};
use tables::City;

use crate::city_forecast::{CityForecast, Inputs, not_learned};
use crate::commands::plan::horizon;
use crate::failure::Failure;

/// Demand of a city kept for scenarios of the same months, seed and number of paths.
pub(crate) enum ScenarioDemand {
    /// Month by month and path by path.
    ByPath(Box<KeptDemand>),
    /// By year at the take-up assumed: the city has no population by single ages with contracts.
    ByYear(CityForecast),
    /// The city has no population.
    Unknown,
}

impl ScenarioDemand {
    /// Simulates what a scenario needs to know, without its levers.
    pub(crate) fn of(city: &City, spec: &ScenarioSpec, known_on: Date) -> Result<Self, Failure> {
        let months = spec.months();
        let last = months.first().plus(months.count() as i32 - 1);
        let Some(inputs) = Inputs::of(city)? else {
            return Ok(Self::Unknown);
        };
        let origin = *inputs.population.years().end();
        let ahead = usize::try_from(last.year() - origin).unwrap_or(0);
        let years = ahead.clamp(1, forecast::LONGEST_HORIZON);
        let excluded = spec.levers().excluded_years();
        let learned = LearnedDemand::of(city, inputs.sources(), known_on, years, excluded);
        let learned = learned.map_err(not_learned)?;
        let Some(LearnedDemand {
            children, model, ..
        }) = learned
        else {
            let forecast = CityForecast::of(city, horizon(spec).max(years))?;
            return Ok(forecast.map_or(Self::Unknown, Self::ByYear));
        };
        let first = Month::new(children.origin_year() + 1, 1)?.max(months.first());
        let end = Month::new(children.origin_year() + years as i32, 12)?.min(last);
        let count = usize::try_from(end.since(first) + 1).unwrap_or(0);
        if count == 0 {
            return Ok(Self::Unknown);
        }
        let all = AgeGroup::new("children", AgeClass::new(0, 12)?)?;
        let kept = KeptPaths::simulate(children, spec.seed(), spec.paths(), &[all])?;
        let request = MonthlyDemandRequest {
            months: MonthRange::new(first, count),
            paths: spec.paths(),
            seed: spec.seed(),
            memory_mib: 0,
        };
        let kept = KeptDemand::simulate(model, kept, request, spec.demand_view());
        Ok(Self::ByPath(Box::new(kept.map_err(Failure::Input)?)))
    }

    /// The demand under levers on the days of a report.
    pub(crate) fn under(
        &self,
        levers: &LeverSheet,
        dates: &[Date],
    ) -> Result<DemandTable, Failure> {
        if !levers.levers.is_empty() && !matches!(self, Self::ByPath(_)) {
            let message = "levers act on demand path by path, and the city has no population by single ages with contracts".to_owned();
            let entry = scenario::ERROR_CODES.iter().find(|it| it.code == "E4153");
            let problem = InputProblem::new("E4153", &levers.file, message)
                .remedy(entry.map_or("", |entry| entry.remedy));
            return Err(Failure::Input(vec![problem]));
        }
        match self {
            Self::ByPath(kept) => {
                let paths = kept.run(levers).map_err(Failure::Input)?;
                Ok(DemandTable::from_paths(Arc::new(paths), dates))
            }
            Self::ByYear(forecast) => forecast.demand_on(dates),
            Self::Unknown => Ok(DemandTable::new()),
        }
    }
}
