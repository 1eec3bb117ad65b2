//! `GET /forecast`: the fan of an area and group, chosen on the page.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Html;

use super::{Page, html};
use crate::charts_of_view::{area_label, chosen_fan, chosen_forecast, fan};
use crate::language::RequestLanguage;
use crate::problem::Problem;
use crate::query::{self, encoded};
use crate::view::{ForecastView, PlannerView};

#[derive(Template)]
#[template(path = "forecast.html")]
struct ForecastPage<'a> {
    page: Page<'a>,
    fan: Option<Fan>,
}

struct Fan {
    cities: Vec<Choice>,
    areas: Vec<Choice>,
    groups: Vec<Choice>,
    chart: String,
    description: String,
    title: String,
    ahead: Vec<[String; 6]>,
    seen: Vec<[String; 2]>,
    download: String,
    source: String,
}

/// An option of a form.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) word: String,
    pub(super) is_chosen: bool,
}

pub(crate) async fn show(
    State(view): State<Arc<PlannerView>>,
    RawQuery(query): RawQuery,
    RequestLanguage(language): RequestLanguage,
) -> Result<Html<String>, Problem> {
    let query = query.unwrap_or_default();
    let mut page = Page::new(&view, language, "/forecast");
    let fan = match chosen_forecast(&view, &query)? {
        None => None,
        Some(forecast) => {
            let city = query::value(&query, "city").unwrap_or_default();
            let (area, group) = chosen_of(forecast, &query, &city);
            let (coded_area, coded_group) = (encoded(&area), encoded(&group));
            page.path = format!("/forecast?area={coded_area}&group={coded_group}");
            if !city.is_empty() {
                page.path = format!("{}&city={}", page.path, encoded(&city));
                page.shows_real_data = true;
            }
            let mut fan = fan_of(&page, forecast, &area, &group)?;
            fan.cities = cities(&page, &city);
            if !city.is_empty() {
                fan.download = format!("{}city={}&", fan.download, encoded(&city));
            }
            Some(fan)
        }
    };
    html(&ForecastPage { fan, page })
}

/// Area and group of a query. Choosing another population starts with the whole of it where it does not
/// have the area or group that was shown before.
fn chosen_of(forecast: &ForecastView, query: &str, city: &str) -> (String, String) {
    let (mut area, mut group) = chosen_fan(forecast, query);
    let switched = query::value(query, "from").is_some_and(|from| from != city);
    if switched && forecast.forecast.fan(&area, &group).is_none() {
        (area, group) = chosen_fan(forecast, "");
    }
    (area, group)
}

/// The populations to choose from; none where there is only one.
fn cities(page: &Page<'_>, chosen: &str) -> Vec<Choice> {
    let others = &page.view.other_forecasts;
    if others.is_empty() {
        return Vec::new();
    }
    let own = page.view.forecast.iter().map(|_| Choice {
        value: String::new(),
        word: page.label(&page.view.city).to_owned(),
        is_chosen: chosen.is_empty(),
    });
    let others = others.iter().map(|other| Choice {
        value: other.name().to_owned(),
        word: page.label(&other.label).to_owned(),
        is_chosen: other.name() == chosen,
    });
    own.chain(others).collect()
}

fn fan_of(page: &Page<'_>, view: &ForecastView, area: &str, group: &str) -> Result<Fan, Problem> {
    let fan = fan(view, area, group)?;
    let svg = fan
        .svg(page.language)
        .map_err(|error| Problem::failed(&error))?;
    let number = |value: f64| page.language.number(value, 0);
    let areas = view.forecast.areas().iter().map(|it| {
        let name = area_label(view, &it.code);
        // Indented by level, so that the tree shows in a plain list.
        let indent = "\u{a0}\u{a0}".repeat(it.depth);
        Choice {
            word: format!("{indent}{}", page.label(&name)),
            is_chosen: it.code == area,
            value: it.code.clone(),
        }
    });
    let groups = view.choices().iter().map(|it| Choice {
        word: page.label(&view.group_name(it)).to_owned(),
        is_chosen: it == group,
        value: it.clone(),
    });
    let ahead = fan.years_ahead().iter().map(|point| {
        [
            point.year.to_string(),
            number(point.q025),
            number(point.q10),
            number(point.q50),
            number(point.q90),
            number(point.q975),
        ]
    });
    let seen = fan.observed().iter().rev();
    let query = page.path.trim_start_matches("/forecast");
    Ok(Fan {
        cities: Vec::new(),
        areas: areas.collect(),
        groups: groups.collect(),
        chart: page.link(&format!("/charts/forecast.svg{query}")),
        description: svg.description().to_owned(),
        title: svg.title().to_owned(),
        ahead: ahead.collect(),
        seen: seen
            .map(|(year, persons)| [year.to_string(), number(*persons)])
            .collect(),
        download: format!("/v1/forecasts/{}?", encoded(area)),
        source: page.label(&view.source).to_owned(),
    })
}
