//! The forecast of a city from its own tables.

use std::io::Cursor;

use forecast::{AgeGroup, Areas, Births, Demand, Forecast, ForecastRequest, Population, TakeUp};
use http_api::analysis::{CityDemand, CityDemandError, CityDemandRequest, ScenarioDemand};
use jiff::civil::Date;
use scenario::ScenarioSpec;
use tables::schema::TableName;
use tables::{City, Format, TableWriter};

use crate::failure::Failure;
use crate::tested_forecasts::TestedForecasts;

/// Children and places needed, years ahead.
pub(crate) struct CityForecast {
    /// Children by age and by group.
    pub(crate) forecast: Forecast,
    /// Places needed at the take-up assumed.
    pub(crate) demand: Demand,
}

/// Paths of the demand of a city.
const DEMAND_PATHS: usize = 500;

/// Groups shown on pages: under three, three to five, six to nine.
pub(crate) const SHOWN_GROUPS: &str = "U3=0-2,K=3-5,H=6-9";

/// A table as the CSV text that the forecast's file contract reads.
fn text(city: &City, table: TableName) -> anyhow::Result<Cursor<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut writer = TableWriter::new(table, Format::Csv, &mut bytes)?;
    writer.write(city.frame(table))?;
    writer.finish()?;
    Ok(Cursor::new(bytes))
}

/// What a city's forecast is made from.
pub(crate) struct Inputs {
    /// Inhabitants by area, year and age.
    pub(crate) population: Population,
    /// Births, if the city gives them.
    pub(crate) births: Option<Births>,
    /// Levels of areas.
    pub(crate) areas: Areas,
}

impl Inputs {
    /// The tables of a city; `None` if it has no population table.
    pub(crate) fn of(city: &City) -> Result<Option<Self>, Failure> {
        if city.frame(TableName::Population).height() == 0 {
            return Ok(None);
        }
        let population = Population::read(text(city, TableName::Population)?, "population")
            .map_err(Failure::Input)?;
        let births = if city.frame(TableName::Births).height() == 0 {
            None
        } else {
            Some(Births::read(text(city, TableName::Births)?, "births").map_err(Failure::Input)?)
        };
        let areas = Areas::read(text(city, TableName::Areas)?, "areas").map_err(Failure::Input)?;
        Ok(Some(Self {
            population,
            births,
            areas,
        }))
    }

    /// Population, births and areas.
    pub(crate) fn sources(&self) -> (&Population, Option<&Births>, &Areas) {
        (&self.population, self.births.as_ref(), &self.areas)
    }
}

/// What the learning of a demand refuses.
pub(crate) fn not_learned(error: CityDemandError) -> Failure {
    match error {
        CityDemandError::Input { problems } => Failure::Input(problems),
        other => other.into(),
    }
}

impl CityForecast {
    /// Forecasts a city; `None` if it has no population table.
    pub(crate) fn of(city: &City, horizon: usize) -> Result<Option<Self>, Failure> {
        let Some(inputs) = Inputs::of(city)? else {
            return Ok(None);
        };
        let Inputs {
            population,
            births,
            areas,
        } = inputs;
        let take_up = TakeUp::saxony()?;
        let mut groups = take_up.groups();
        groups.extend(AgeGroup::parse_list(SHOWN_GROUPS)?);
        let request = ForecastRequest {
            horizon,
            groups,
            ..ForecastRequest::default()
        };
        let forecast = forecast::forecast(&population, births.as_ref(), &areas, &request)?;
        let demand = forecast::demand(&forecast, &take_up)?;
        Ok(Some(Self { forecast, demand }))
    }
}

/// What a scenario is judged against, without its levers.
pub(crate) fn scenario_demand(
    city: &City,
    spec: &ScenarioSpec,
    known_on: Date,
) -> Result<ScenarioDemand, Failure> {
    let inputs = Inputs::of(city)?;
    let sources = inputs.as_ref().map(Inputs::sources);
    ScenarioDemand::of(city, sources, spec, known_on).map_err(not_learned)
}

/// Tests the forecasts of a city from earlier years; `None` without a population of some years.
pub(crate) fn tested(city: &City) -> Result<Option<TestedForecasts>, Failure> {
    let Some(inputs) = Inputs::of(city)? else {
        return Ok(None);
    };
    let given = (&inputs.population, inputs.births.as_ref(), &inputs.areas);
    TestedForecasts::of(given, AgeGroup::parse_list(SHOWN_GROUPS)?)
}

/// Learns and simulates the demand of a city by month; `None` without a population and contracts.
pub(crate) fn demand_by_month(
    city: &City,
    as_of: Date,
    years: usize,
    seed: u64,
) -> Result<Option<CityDemand>, Failure> {
    let Some(inputs) = Inputs::of(city)? else {
        return Ok(None);
    };
    let request = CityDemandRequest {
        as_of,
        years,
        paths: DEMAND_PATHS,
        seed,
    };
    CityDemand::of(city, inputs.sources(), &request).map_err(not_learned)
}
