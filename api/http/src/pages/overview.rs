//! `GET /`: what was found, in plain words, and the key figures with their denominators.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use charts::OccupancyMonth;
use domain::Month;
use forecast::TOTAL_AREA;
use scenario::Light;

use super::{Page, html};
use crate::language::RequestLanguage;
use crate::problem::Problem;
use crate::view::{ForecastView, PlannerView};

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview<'a> {
    page: Page<'a>,
    findings: Vec<&'a str>,
    figures: Vec<KeyFigure>,
    chart: Option<String>,
    chart_description: String,
}

/// A number with what it is measured by and how old it is.
struct KeyFigure {
    name: String,
    value: String,
    measure: String,
    age: String,
}

pub(crate) async fn show(
    State(view): State<Arc<PlannerView>>,
    RequestLanguage(language): RequestLanguage,
) -> Result<Html<String>, Problem> {
    let page = Page::new(&view, language, "/");
    let findings = view.findings.iter();
    let findings = findings.map(|finding| page.language.pick(&finding.german, &finding.english));
    let mut figures = view.occupancy.first().map_or_else(Vec::new, |section| {
        let month = current(section.history().months(), view.as_of);
        let mut figures = places(&page, month);
        figures.extend(used(&page, month));
        figures
    });
    figures.extend(view.forecast.iter().flat_map(|it| expected(&page, it)));
    figures.extend(lights(&page));
    let svg = view
        .occupancy
        .first()
        .map(|section| section.history().svg(language));
    let description = svg
        .and_then(Result::ok)
        .map(|svg| svg.description().to_owned());
    let chart = view.occupancy.first();
    let chart =
        chart.map(|section| page.link(&format!("/charts/occupancy-{}.svg", section.name())));
    html(&Overview {
        findings: findings.collect(),
        figures,
        chart,
        chart_description: description.unwrap_or_default(),
        page,
    })
}

/// The month the numbers are of; before the first month the first, after the last the last.
pub(super) fn current(months: &[OccupancyMonth], as_of: jiff::civil::Date) -> &OccupancyMonth {
    let now = Month::of(as_of);
    let known = months.iter().rev().find(|month| month.month <= now);
    // An occupancy history has at least one month.
    known.unwrap_or(&months[0])
}

/// The capacities, with the day they are of.
fn places(page: &Page<'_>, month: &OccupancyMonth) -> Vec<KeyFigure> {
    let first = page.t("im", "in");
    let on = format!("{first} {}", page.language.month(month.month));
    let figure = |german: &str, english: &str, places: u64| KeyFigure {
        name: page.t(german, english).to_owned(),
        value: page.count(places),
        measure: on.clone(),
        age: page.age(month.oldest_attestation_days),
    };
    vec![
        figure(
            "Plätze laut Betriebserlaubnis",
            "Licensed places",
            month.licensed,
        ),
        figure("Plätze laut Bedarfsplan", "Planned places", month.planned),
        figure("Plätze mit Personal", "Staffed places", month.staffed),
    ]
}

/// Children in care by what they are measured, and what can still be given.
fn used(page: &Page<'_>, month: &OccupancyMonth) -> Vec<KeyFigure> {
    let hidden = page.t("nicht veröffentlicht", "not published");
    let shown = |of: &dyn Fn(u64) -> String| month.contracts.map_or(hidden.to_owned(), of);
    let share = |german: &str, english: &str, whole: u64| {
        let share = shown(&|children| page.per_cent(children, whole));
        format!(
            "{share} {} ({})",
            page.t(german, english),
            page.count(whole)
        )
    };
    let figure = |german: &str, english: &str, value: String, measure: String| KeyFigure {
        name: page.t(german, english).to_owned(),
        value,
        measure,
        age: page.age(month.oldest_attestation_days),
    };
    let of_staffed = share(
        "der Plätze mit Personal",
        "of the staffed places",
        month.staffed,
    );
    let of_licensed = share(
        "der Plätze laut Betriebserlaubnis",
        "of the licensed places",
        month.licensed,
    );
    let missing = format!(
        "{} {} {} {}",
        page.count(month.unattested_facilities),
        page.t("von", "of"),
        page.count(month.facilities),
        page.t(
            "Einrichtungen ohne bestätigte Daten: dort unbekannt",
            "facilities without attested data: unknown there"
        ),
    );
    let bookable = month
        .bookable
        .map_or_else(|| page.unknown(), |it| page.language.whole(it));
    let children = shown(&|children| page.count(children));
    let licence = shown(&|children| page.per_cent(children, month.licensed));
    vec![
        figure(
            "Kinder mit Vertrag",
            "Children under contract",
            children,
            of_staffed,
        ),
        figure(
            "Auslastung der Betriebserlaubnis",
            "Use of the licence",
            licence,
            of_licensed,
        ),
        figure("Vergebbare Plätze", "Bookable places", bookable, missing),
    ]
}

fn expected(page: &Page<'_>, view: &ForecastView) -> Vec<KeyFigure> {
    let forecast = &view.forecast;
    let figure = |group: &String| {
        let point = forecast.fan(TOTAL_AREA, group)?.last()?;
        let seen = forecast.observed(TOTAL_AREA, group)?;
        let (year, persons) = *seen
            .iter()
            .rfind(|(year, _)| *year <= forecast.origin_year())?;
        let number = |value: f64| page.language.number(value, 0);
        let name = view.group_name(group);
        let of = page.t("Kinder, Prognose für", "Children, forecast for");
        Some(KeyFigure {
            name: format!("{of} {}: {}", point.year, page.label(&name)),
            value: number(point.q50),
            measure: format!(
                "{} {} {} {}; {} {year}: {}",
                page.t("in 80 von 100 Fällen", "in 80 of 100 cases"),
                number(point.q10),
                page.t("bis", "to"),
                number(point.q90),
                page.t("beobachtet", "observed"),
                number(persons),
            ),
            age: format!(
                "{} {}",
                page.t("Bevölkerung", "population"),
                forecast.origin_year()
            ),
        })
    };
    view.choices().iter().filter_map(figure).take(3).collect()
}

fn lights(page: &Page<'_>) -> Option<KeyFigure> {
    let view = page.view.scenario.as_ref()?;
    let lights = |light: Light, side: fn(&scenario::ReportRow) -> scenario::Side| {
        let rows = view.report.rows.iter();
        rows.filter(|row| side(row).cover.is_some_and(|cover| cover.light == light))
            .count()
    };
    let judged = view
        .report
        .rows
        .iter()
        .filter(|row| row.scenario.cover.is_some())
        .count();
    (judged > 0).then(|| KeyFigure {
        name: format!("{} {}", page.t("Szenario", "Scenario"), view.report.name),
        value: format!(
            "{} {}",
            lights(Light::Red, |row| row.scenario),
            page.t("rot", "red")
        ),
        measure: format!(
            "{} {judged} {}; {}: {}",
            page.t("von", "of"),
            page.t(
                "beurteilten Gebieten, Tagen und Betreuungsarten",
                "areas, days and care types judged"
            ),
            page.t("ohne Maßnahmen rot", "red without measures"),
            lights(Light::Red, |row| row.baseline),
        ),
        age: format!(
            "{} {}",
            page.t("Stand", "known on"),
            page.day(view.report.known_on)
        ),
    })
}
