//! `GET /scenario`: a scenario beside the plan without it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Html;
use charts::Language;
use scenario::{LIGHT_RULE, LIGHT_RULE_GERMAN, Light, ReportRow, Side, TOTAL_AREA};

use super::forecast::Choice;
use super::tables::{Body, body};
use super::{Page, html};
use crate::charts_of_view::{bars, care_name, chosen_day, days};
use crate::language::RequestLanguage;
use crate::problem::Problem;
use crate::query::encoded;
use crate::view::{PlannerView, ScenarioView};

#[derive(Template)]
#[template(path = "scenario.html")]
struct ScenarioPage<'a> {
    page: Page<'a>,
    scenario: Option<Shown>,
}

struct Shown {
    name: String,
    findings: Vec<String>,
    more_findings: Vec<String>,
    choices: Vec<Choice>,
    chart: String,
    title: String,
    description: String,
    rows: Vec<Row>,
    rule: &'static str,
    displaced: Option<Body>,
}

struct Row {
    area: String,
    demand: String,
    /// Without and with the measures.
    sides: [Judged; 2],
}

/// Places, their cover and a light that says its colour in words and shape.
struct Judged {
    staffed: String,
    cover: String,
    shape: &'static str,
    class: &'static str,
    word: String,
}

/// Sentences shown at once; the others open on demand.
const FIRST_FINDINGS: usize = 8;

pub(crate) async fn show(
    State(view): State<Arc<PlannerView>>,
    RawQuery(query): RawQuery,
    RequestLanguage(language): RequestLanguage,
) -> Result<Html<String>, Problem> {
    let mut page = Page::new(&view, language, "/scenario");
    let scenario = match &view.scenario {
        None => None,
        Some(scenario) => shown(&mut page, scenario, &query.unwrap_or_default())?,
    };
    html(&ScenarioPage { scenario, page })
}

fn shown(page: &mut Page<'_>, view: &ScenarioView, query: &str) -> Result<Option<Shown>, Problem> {
    let Some((day, care)) = chosen_day(view, query)? else {
        return Ok(None);
    };
    let choice = encoded(&format!("{day} {care}"));
    page.path = format!("/scenario?choice={choice}");
    let svg = bars(view, day, care)?
        .svg(page.language)
        .map_err(|error| Problem::failed(&error))?;
    let choices = days(view)
        .into_iter()
        .map(|(other_day, other_care)| Choice {
            value: format!("{other_day} {other_care}"),
            word: format!(
                "{}, {}",
                page.day(other_day.date()),
                care_name(other_care, page.language)
            ),
            is_chosen: (other_day, other_care) == (day, care),
        });
    let rows = view.report.rows.iter();
    let rows = rows.filter(|row| row.date == day.date() && row.care_type == care);
    let language = match page.language {
        Language::German => scenario::Language::German,
        Language::English => scenario::Language::English,
    };
    let mut findings = view.report.findings(language);
    let more_findings = findings.split_off(findings.len().min(FIRST_FINDINGS));
    Ok(Some(Shown {
        name: view.report.name.clone(),
        findings,
        more_findings,
        choices: choices.collect(),
        chart: page.link(&format!("/charts/scenario.svg?choice={choice}")),
        title: svg.title().to_owned(),
        description: svg.description().to_owned(),
        rows: rows.map(|row| row_of(page, row)).collect(),
        rule: page.language.pick(LIGHT_RULE_GERMAN, LIGHT_RULE),
        displaced: view.displaced.as_ref().map(|table| body(page, table)),
    }))
}

fn row_of(page: &Page<'_>, row: &ReportRow) -> Row {
    let city = page.t("Gesamtstadt", "Whole city");
    let number = |value: f64| page.language.number(value, 0);
    let demand = row.demand.map(|it| {
        let (low, middle, high) = (number(it.p10()), number(it.p50()), number(it.p90()));
        format!("{middle} ({low}–{high})")
    });
    Row {
        area: if row.area == TOTAL_AREA {
            city
        } else {
            &row.area_name
        }
        .to_owned(),
        demand: demand.unwrap_or_else(|| page.unknown()),
        sides: [judged(page, &row.baseline), judged(page, &row.scenario)],
    }
}

fn judged(page: &Page<'_>, side: &Side) -> Judged {
    let staffed = page.count(side.staffed);
    let Some(cover) = side.cover else {
        return Judged {
            staffed,
            cover: page.unknown(),
            shape: "",
            class: "none",
            word: page.t("ohne Bedarfsangabe", "no demand given").to_owned(),
        };
    };
    let (shape, german, english) = match cover.light {
        Light::Green => ("●", "grün: reicht", "green: enough"),
        Light::Amber => ("▲", "gelb: knapp", "amber: tight"),
        Light::Red => ("■", "rot: zu wenig", "red: too few"),
    };
    let per_cent = |share| format!("{} %", page.language.number(share, 1));
    Judged {
        staffed,
        cover: cover
            .at_p50_per_cent
            .map_or_else(|| "–".to_owned(), per_cent),
        shape,
        class: cover.light.as_str(),
        word: page.t(german, english).to_owned(),
    }
}
