//! `GET /charts/{name}.svg`: pictures drawn from the view.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use charts::{BeforeAfter, FanNames, ForecastFan, Language, Svg};
use disclosure::Label;
use domain::{CareType, ReferenceDate};
use forecast::TOTAL_AREA;

use crate::charts_of_forecasts;
use crate::language::RequestLanguage;
use crate::problem::{Kind, Problem};
use crate::query;
use crate::view::{ForecastView, PlannerView, ScenarioView};

pub(crate) async fn show(
    State(view): State<Arc<PlannerView>>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
    RequestLanguage(language): RequestLanguage,
) -> Result<Response, Problem> {
    let unknown = || Problem::unknown("chart", &file);
    let name = file.strip_suffix(".svg").ok_or_else(unknown)?;
    let query = query.unwrap_or_default();
    if let Some(drawn) = charts_of_forecasts::draw(&view, name, &query, language).await {
        return Ok(answer(&drawn?));
    }
    let svg = if let Some(section) = name.strip_prefix("occupancy-") {
        let section = view.occupancy.iter().find(|it| it.name() == section);
        section.ok_or_else(unknown)?.history().svg(language)
    } else if let Some(map) = name.strip_prefix("map-") {
        let map = view.maps.iter().find(|it| it.name() == map);
        map.ok_or_else(unknown)?.map().svg(language)
    } else if name == "forecast" {
        let forecast = chosen_forecast(&view, &query)?.ok_or_else(unknown)?;
        let (area, group) = chosen_fan(forecast, &query);
        return picture(fan(forecast, &area, &group)?.svg(language));
    } else if name == "scenario" {
        let scenario = view.scenario.as_ref().ok_or_else(unknown)?;
        let (day, care) = chosen_day(scenario, &query)?.ok_or_else(unknown)?;
        return picture(bars(scenario, day, care)?.svg(language));
    } else {
        return Err(unknown());
    };
    picture(svg)
}

fn picture(svg: Result<Svg, charts::ChartError>) -> Result<Response, Problem> {
    let svg = svg.map_err(|error| Problem::failed(&error))?;
    Ok(answer(&svg))
}

fn answer(svg: &Svg) -> Response {
    let mut response = svg.as_str().to_owned().into_response();
    let media_type = HeaderValue::from_static("image/svg+xml");
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}

/// The forecast of the population that a query names with `city`; the city's own unless named.
pub(crate) fn chosen_forecast<'a>(
    view: &'a PlannerView,
    query: &str,
) -> Result<Option<&'a ForecastView>, Problem> {
    match query::value(query, "city").filter(|name| !name.is_empty()) {
        None => Ok(view.forecast.as_ref()),
        Some(name) => {
            let others = &view.other_forecasts;
            let found = others.iter().find(|it| it.name() == name);
            let found = found.ok_or_else(|| Problem::unknown("city", &name))?;
            Ok(Some(&found.view))
        }
    }
}

/// Area and group of a query; the whole city and the first group unless named.
pub(crate) fn chosen_fan(view: &ForecastView, query: &str) -> (String, String) {
    let area = query::value(query, "area").unwrap_or_else(|| TOTAL_AREA.to_owned());
    let first = || view.choices().first().cloned().unwrap_or_default();
    (area, query::value(query, "group").unwrap_or_else(first))
}

/// The fan of an area and group.
pub(crate) fn fan(view: &ForecastView, area: &str, group: &str) -> Result<ForecastFan, Problem> {
    let names = FanNames {
        area: area_label(view, area),
        group: view.group_name(group),
        source: view.source.clone(),
    };
    ForecastFan::new(&view.forecast, area, group, names)
        .map_err(|_| Problem::unknown("area, group", &format!("{area}, {group}")))
}

/// The name of an area; the sum of all has one in each language.
pub(crate) fn area_label(view: &ForecastView, code: &str) -> Label {
    if code == TOTAL_AREA {
        return Label::new("Gesamtstadt", "Whole city");
    }
    let area = view.forecast.areas().iter().find(|area| area.code == code);
    let name = area.map_or(code, |area| area.name.as_str());
    Label::new(name, name)
}

/// Days and care types of a report, in its order, each once.
pub(crate) fn days(view: &ScenarioView) -> Vec<(ReferenceDate, CareType)> {
    let mut days: Vec<(ReferenceDate, CareType)> = Vec::new();
    for row in &view.report.rows {
        let day = (ReferenceDate::new(row.date), row.care_type);
        if !days.contains(&day) {
            days.push(day);
        }
    }
    days
}

/// Day and care type of a query; unless named, the last day and the first care type whose places
/// change on it.
pub(crate) fn chosen_day(
    view: &ScenarioView,
    query: &str,
) -> Result<Option<(ReferenceDate, CareType)>, Problem> {
    let bad = |text: &str| Problem::new(Kind::BAD_VALUE, format!("day and care type {text:?}"));
    if let Some(text) = query::value(query, "choice") {
        let (day, care) = text.split_once(' ').ok_or_else(|| bad(&text))?;
        let day = day
            .parse()
            .map(ReferenceDate::new)
            .map_err(|_| bad(&text))?;
        let care = care.parse().map_err(|_| bad(&text))?;
        if !days(view).contains(&(day, care)) {
            return Err(Problem::unknown("day and care type", &text));
        }
        return Ok(Some((day, care)));
    }
    let last = view.report.rows.iter().map(|row| row.date).max();
    let of_last = || view.report.rows.iter().filter(|row| Some(row.date) == last);
    let changed = of_last().find(|row| row.baseline.staffed != row.scenario.staffed);
    let row = changed.or_else(|| of_last().find(|row| row.demand.is_some()));
    let row = row.or_else(|| of_last().next());
    Ok(row.map(|row| (ReferenceDate::new(row.date), row.care_type)))
}

/// The bars of a day and care type.
pub(crate) fn bars(
    view: &ScenarioView,
    day: ReferenceDate,
    care: CareType,
) -> Result<BeforeAfter, Problem> {
    BeforeAfter::new(&view.report, day, care, &view.source)
        .map_err(|_| Problem::unknown("day and care type", &format!("{day} {care}")))
}

/// The name of a care type in one language.
pub(crate) fn care_name(care: CareType, language: Language) -> &'static str {
    let english = match care {
        CareType::Childminding => "childminding",
        CareType::Nursery => "nursery",
        CareType::Kindergarten => "kindergarten",
        CareType::AfterSchool => "after-school care",
    };
    language.pick(care.german(), english)
}
