//! `GET /demand`: places needed month by month, with the wave of August and September.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Html;
use charts::{DemandMonths, Language};
use domain::{CareType, Month};
use forecast::DemandPoint;

use super::forecast::Choice;
use super::grid::Grid;
use super::{Page, html};
use crate::charts_of_forecasts::{chosen_demand, demand_months, name_of};
use crate::charts_of_view::care_name;
use crate::language::RequestLanguage;
use crate::problem::Problem;
use crate::query::encoded;
use crate::view::{DemandMonthsView, PlannerView};

#[derive(Template)]
#[template(path = "demand.html")]
struct DemandPage<'a> {
    page: Page<'a>,
    demand: Option<Shown>,
}

struct Shown {
    areas: Vec<Choice>,
    care_types: Vec<Choice>,
    chart: String,
    description: String,
    wave: String,
    wave_table: Grid,
    months: Grid,
    notes: Vec<String>,
    download: String,
    source: String,
}

pub(crate) async fn show(
    State(view): State<Arc<PlannerView>>,
    RawQuery(query): RawQuery,
    RequestLanguage(language): RequestLanguage,
) -> Result<Html<String>, Problem> {
    let query = query.unwrap_or_default();
    let mut page = Page::new(&view, language, "/demand");
    let demand = match &view.demand {
        None => None,
        Some(demand) => {
            let (area, care) = chosen_demand(demand, &query)?;
            page.path = format!("/demand?area={}&care_type={care}", encoded(&area));
            Some(shown(&page, demand, &area, care)?)
        }
    };
    html(&DemandPage { demand, page })
}

fn shown(
    page: &Page<'_>,
    view: &DemandMonthsView,
    area: &str,
    care: CareType,
) -> Result<Shown, Problem> {
    let chart = demand_months(view, area, care)?;
    let svg = chart
        .svg(page.language)
        .map_err(|error| Problem::failed(&error))?;
    let areas = view.monthly.areas().iter().map(|it| {
        let name = name_of(view.monthly.areas(), &it.code);
        let indent = "\u{a0}\u{a0}".repeat(it.depth);
        Choice {
            word: format!("{indent}{}", page.label(&name)),
            is_chosen: it.code == area,
            value: it.code.clone(),
        }
    });
    let care_types = CareType::ALL.into_iter().map(|it| Choice {
        value: it.as_str().to_owned(),
        word: care_name(it, page.language).to_owned(),
        is_chosen: it == care,
    });
    let query = page.path.trim_start_matches("/demand");
    let waves = waves(chart.months());
    Ok(Shown {
        areas: areas.collect(),
        care_types: care_types.collect(),
        chart: page.link(&format!("/charts/demand.svg{query}")),
        description: svg.description().to_owned(),
        wave: told(page, care, &waves),
        wave_table: wave_table(page, &waves),
        months: months(page, &chart, svg.title()),
        notes: view.notes.clone(),
        download: format!("/v1/demand/{}", encoded(area)),
        source: page.label(&view.source).to_owned(),
    })
}

/// July, August and September of a year.
struct Wave {
    year: i32,
    points: [DemandPoint; 3],
}

/// The turn of the school year in every year of the demand.
fn waves(points: &[DemandPoint]) -> Vec<Wave> {
    let at = |month: Month| points.iter().find(|point| point.month == month).copied();
    let julys = points.iter().filter(|point| point.month.month() == 7);
    let wave = |july: &DemandPoint| {
        let points = [*july, at(july.month.plus(1))?, at(july.month.plus(2))?];
        let year = july.month.year();
        Some(Wave { year, points })
    };
    julys.filter_map(wave).collect()
}

/// The first wave in a sentence.
fn told(page: &Page<'_>, care: CareType, waves: &[Wave]) -> String {
    let Some(Wave { year, points }) = waves.first() else {
        return String::new();
    };
    let name = care_name(care, page.language);
    let [july, august, september] = points.map(|point| page.language.number(point.mean, 0));
    match page.language {
        Language::German => format!(
            "Wechsel des Kita-Jahres {year}, {name}: im Mittel {july} Plätze im Juli, {august} im August, {september} im September."
        ),
        Language::English => format!(
            "Turn of the school year {year}, {name}: {july} places in July on average, {august} in August, {september} in September."
        ),
    }
}

fn wave_table(page: &Page<'_>, waves: &[Wave]) -> Grid {
    let header = match page.language {
        Language::German => ["Jahr", "Juli", "August", "September", "Juli bis September"],
        Language::English => ["year", "July", "August", "September", "July to September"],
    };
    let number = |value: f64| page.language.number(value, 0);
    let rows = waves.iter().map(|Wave { year, points }| {
        let change = points[2].mean - points[0].mean;
        let sign = if change > 0.5 { "+" } else { "" };
        let [july, august, september] = points.map(|point| number(point.mean));
        let change = format!("{sign}{}", number(change));
        vec![year.to_string(), july, august, september, change]
    });
    let header = std::iter::once(header.map(str::to_owned).to_vec());
    let title = page.t(
        "Plätze im Mittel um den Wechsel des Kita-Jahres",
        "Places on average around the turn of the school year",
    );
    Grid::new(title, header.chain(rows).collect(), &[])
}

/// Every month with its quantiles.
fn months(page: &Page<'_>, chart: &DemandMonths, title: &str) -> Grid {
    let header = [
        page.t("Monat", "Month"),
        "q2.5",
        "q10",
        "q50 (Median)",
        "q90",
        "q97.5",
        page.t("mit Wartenden (Median)", "with waiting (median)"),
    ];
    let number = |value: f64| page.language.number(value, 0);
    let rows = chart.months().iter().zip(chart.with_waiting());
    let rows = rows.map(|(point, waiting)| {
        vec![
            page.language.month(point.month),
            number(point.q025),
            number(point.q10),
            number(point.q50),
            number(point.q90),
            number(point.q975),
            number(waiting.q50),
        ]
    });
    let header = std::iter::once(header.map(str::to_owned).to_vec());
    Grid::new(title, header.chain(rows).collect(), &[])
}
