//! The forecast on the real populations of Berlin and Norway, where they are at hand.

use charts::{AreaMap, AreaValues, FanNames, ForecastFan, Language};
use disclosure::Label;
use forecast::{AgeGroup, Areas, Forecast, ForecastRequest, Population, TOTAL_AREA};
use http_api::{ForecastView, NamedForecast, NamedMap, PlannerView};

use crate::failure::Failure;
use crate::files::OutputFolder;
use crate::real_population::{self, RealPopulation};
use crate::summary::Summary;
use crate::tested_forecasts::{Named, TestedForecasts};
use crate::words::{finding, group_names};

/// Years ahead.
const HORIZON: usize = 5;

/// A forecast of a real population.
pub(super) struct RealForecast {
    /// Where.
    pub(super) population: RealPopulation,
    /// The forecast.
    pub(super) forecast: Forecast,
    tested: Option<TestedForecasts>,
}

/// Forecasts what is at hand, writes tables, and adds maps and findings to the pages.
pub(super) fn forecasts(
    output: &mut OutputFolder,
    view: &mut PlannerView,
    summary: &mut Summary,
) -> Result<Vec<RealForecast>, Failure> {
    let Some(folder) = real_population::folder() else {
        summary.line("6. Real populations: no folder with them is at hand (PLACEWRIGHT_SHARED names it), left out.");
        return Ok(Vec::new());
    };
    summary.line("6. The same forecast on real populations:");
    let mut forecasts = Vec::new();
    for population in [
        real_population::berlin(&folder)?,
        real_population::norway(&folder)?,
    ] {
        let RealForecast {
            population,
            forecast,
            tested,
        } = forecast(population)?;
        let key = population.key;
        output.write(&format!("real/{key}/population.csv"), |to| {
            to.write_all(population.population.as_bytes())
        })?;
        output.write(&format!("real/{key}/areas.csv"), |to| {
            to.write_all(population.areas.as_bytes())
        })?;
        output.write(&format!("real/{key}/children_by_age.csv"), |to| {
            forecast.write_csv(to)
        })?;
        output.write(&format!("real/{key}/children_by_group.csv"), |to| {
            forecast.write_group_csv(to)
        })?;
        if let Some(tested) = &tested {
            tested.write(&format!("real/{key}/honesty"), output)?;
            let named = Named {
                name: key,
                label: population.name.clone(),
                source: population.source.clone(),
                is_real: true,
            };
            view.honesty.push(tested.view(named, forecast.areas())?);
        }
        let shown = ForecastView {
            forecast: forecast.clone(),
            group_names: group_names(),
            source: population.source.clone(),
        };
        let named = NamedForecast::new(key, population.name.clone(), shown)?;
        view.other_forecasts.push(named);
        tell(&population, &forecast, view, summary);
        if !population.outlines.is_empty() {
            view.maps.push(NamedMap::new(
                format!("real-{key}"),
                map(&population, &forecast)?,
            )?);
        }
        forecasts.push(RealForecast {
            population,
            forecast,
            tested,
        });
    }
    Ok(forecasts)
}

/// One forecast from the texts of the file contract, and how good earlier ones would have been.
fn forecast(real: RealPopulation) -> Result<RealForecast, Failure> {
    let population =
        Population::read(real.population.as_bytes(), "population.csv").map_err(Failure::Input)?;
    let areas = Areas::read(real.areas.as_bytes(), "areas.csv").map_err(Failure::Input)?;
    let request = ForecastRequest {
        horizon: HORIZON,
        groups: AgeGroup::parse_list(real.groups)?,
        ..ForecastRequest::default()
    };
    let forecast = forecast::forecast(&population, None, &areas, &request)?;
    let tested = TestedForecasts::of((&population, None, &areas), request.groups)?;
    Ok(RealForecast {
        population: real,
        forecast,
        tested,
    })
}

/// The map of the youngest at the end of the horizon.
fn map(real: &RealPopulation, forecast: &Forecast) -> Result<AreaMap, Failure> {
    let year = forecast.origin_year() + HORIZON as i32;
    let name = &real.name;
    let title = Label::new(
        format!(
            "{}: Kinder unter 3 Ende {year}, Prognose aus echten Daten",
            Language::German.label(name)
        ),
        format!(
            "{}: children under 3 at the end of {year}, forecast from real data",
            Language::English.label(name)
        ),
    );
    let values = AreaValues::forecast(forecast, "U3", year, title)?;
    Ok(AreaMap::new(
        real.outlines.clone(),
        values,
        real.source.clone(),
    )?)
}

/// The totals in words.
fn tell(real: &RealPopulation, forecast: &Forecast, view: &mut PlannerView, summary: &mut Summary) {
    let Some(last) = forecast.fan(TOTAL_AREA, "U3").and_then(<[_]>::last) else {
        return;
    };
    let areas = forecast.areas().iter().filter(|area| area.is_leaf).count();
    let number = |language: Language, value: f64| language.whole(value.round() as i64);
    let sentence = |language: Language| {
        let (median, low, high) = (
            number(language, last.q50),
            number(language, last.q10),
            number(language, last.q90),
        );
        let name = language.label(&real.name);
        match language {
            Language::German => format!(
                "{name} (echte Daten, {areas} Gebiete): Ende {} voraussichtlich {median} Kinder unter 3, in 80 von 100 Fällen zwischen {low} und {high}.",
                last.year
            ),
            Language::English => format!(
                "{name} (real data, {areas} areas): {median} children under 3 expected at the end of {}, in 80 of 100 cases between {low} and {high}.",
                last.year
            ),
        }
    };
    summary.line(format!("   {}", sentence(Language::English)));
    view.findings.push(finding(
        sentence(Language::German),
        sentence(Language::English),
    ));
}

impl RealForecast {
    /// The fan of a group over all areas.
    pub(super) fn fan(&self, group: &str) -> Result<ForecastFan, Failure> {
        let names = FanNames {
            area: self.population.name.clone(),
            group: group_names()
                .remove(group)
                .unwrap_or_else(|| Label::new(group, group)),
            source: self.population.source.clone(),
        };
        Ok(ForecastFan::new(&self.forecast, TOTAL_AREA, group, names)?)
    }

    /// Its groups.
    pub(super) fn groups(&self) -> &[String] {
        self.forecast.groups()
    }
}
