//! `GET /forecast`: the fan of an area and group, chosen on the page.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Html;

use super::{Page, html};
use crate::charts_of_view::{area_label, chosen_fan, fan};
use crate::language::RequestLanguage;
use crate::problem::Problem;
use crate::query::encoded;
use crate::view::{ForecastView, PlannerView};

#[derive(Template)]
#[template(path = "forecast.html")]
struct ForecastPage<'a> {
    page: Page<'a>,
    fan: Option<Fan>,
}

struct Fan {
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
    let fan = match &view.forecast {
        None => None,
        Some(forecast) => {
            let (area, group) = chosen_fan(forecast, &query);
            page.path = format!(
                "/forecast?area={}&group={}",
                encoded(&area),
                encoded(&group)
            );
            Some(fan_of(&page, forecast, &area, &group)?)
        }
    };
    html(&ForecastPage { fan, page })
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
        areas: areas.collect(),
        groups: groups.collect(),
        chart: page.link(&format!("/charts/forecast.svg{query}")),
        description: svg.description().to_owned(),
        title: svg.title().to_owned(),
        ahead: ahead.collect(),
        seen: seen
            .map(|(year, persons)| [year.to_string(), number(*persons)])
            .collect(),
        download: format!("/v1/forecasts/{}", encoded(area)),
        source: page.label(&view.source).to_owned(),
    })
}
