//! `GET /honesty`: how good forecasts were, with pictures, tables and the model card.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Html;
use charts::Language;
use forecast::{BothLanguages, HonestyRow, Level, ModelCard, Verdict};

use super::forecast::Choice;
use super::grid::{Grid, Picture};
use super::{Page, html};
use crate::charts_of_forecasts::{HonestyPicture, chosen_honesty};
use crate::language::RequestLanguage;
use crate::problem::Problem;
use crate::query::encoded;
use crate::view::{HonestyView, PlannerView};

#[derive(Template)]
#[template(path = "honesty.html")]
struct HonestyPage<'a> {
    page: Page<'a>,
    report: Option<Shown>,
}

struct Shown {
    cities: Vec<Choice>,
    groups: Vec<Choice>,
    lead: String,
    pictures: Vec<Picture>,
    scores: Grid,
    card: Card,
    download: String,
    source: String,
}

/// The model card in the language of the page.
struct Card {
    facts: Vec<(String, String)>,
    parts: Vec<(String, Vec<String>)>,
}

pub(crate) async fn show(
    State(view): State<Arc<PlannerView>>,
    RawQuery(query): RawQuery,
    RequestLanguage(language): RequestLanguage,
) -> Result<Html<String>, Problem> {
    let query = query.unwrap_or_default();
    let mut page = Page::new(&view, language, "/honesty");
    let report = match chosen_honesty(&view.honesty, &query)? {
        None => None,
        Some((one, group)) => {
            let (city, encoded_group) = (encoded(one.name()), encoded(&group));
            page.path = format!("/honesty?city={city}&group={encoded_group}");
            page.shows_real_data = one.is_real;
            Some(shown(&page, one, &group)?)
        }
    };
    html(&HonestyPage { report, page })
}

fn shown(page: &Page<'_>, one: &HonestyView, group: &str) -> Result<Shown, Problem> {
    let cities = page.view.honesty.iter().map(|other| Choice {
        value: other.name().to_owned(),
        word: page.label(&other.label).to_owned(),
        is_chosen: other.name() == one.name(),
    });
    let groups = one.report.groups().into_iter().map(|other| Choice {
        value: other.to_owned(),
        word: page.label(&one.group_name(other)).to_owned(),
        is_chosen: other == group,
    });
    let query = page.path.trim_start_matches("/honesty");
    let mut pictures = Vec::new();
    for kind in HonestyPicture::ALL {
        let made = one
            .picture(group, kind, page.language)
            .map_err(|error| Problem::failed(&error))?;
        let Some((svg, table)) = made else { continue };
        let texts: &[usize] = if kind == HonestyPicture::Map {
            &[1]
        } else {
            &[]
        };
        pictures.push(Picture {
            address: page.link(&format!("/charts/honesty-{}.svg{query}", kind.name())),
            table: Grid::new(svg.title(), table, texts),
            title: svg.title().to_owned(),
            description: svg.description().to_owned(),
        });
    }
    Ok(Shown {
        cities: cities.collect(),
        groups: groups.collect(),
        lead: lead(page, one, group),
        pictures,
        scores: scores(page, one, group),
        card: card(page, &one.report.card),
        download: format!("/v1/forecasts/honesty?city={}", encoded(one.name())),
        source: page.label(&one.source).to_owned(),
    })
}

/// The whole city and the smallest areas, all years ahead together, in two sentences.
fn lead(page: &Page<'_>, one: &HonestyView, group: &str) -> String {
    let per_cent = |share: f64| page.language.number(100.0 * share, 1);
    let sentence = |level: Level, german: &str, english: &str| {
        let row = one.report.row(level, group, None)?;
        let (error, held) = (per_cent(row.score.wape?), per_cent(row.score.coverage80));
        Some(match page.language {
            Language::German => format!(
                "{german} lagen im Mittel {error} % neben dem, was kam; im Band für 80 von 100 Fällen lagen {held} %."
            ),
            Language::English => format!(
                "{english} were {error} % off what came on average; the band for 80 of 100 cases held {held} %."
            ),
        })
    };
    let sentences = [
        sentence(
            Level::Total,
            "Frühere Prognosen der Gesamtstadt",
            "Earlier forecasts of the whole city",
        ),
        sentence(
            Level::Leaf,
            "Die der kleinsten Gebiete",
            "Those of the smallest areas",
        ),
    ];
    let told: Vec<String> = sentences.into_iter().flatten().collect();
    told.join(" ")
}

fn level_words(page: &Page<'_>, level: Level) -> String {
    match level {
        Level::Total => page.t("Gesamtstadt", "whole city").to_owned(),
        Level::Leaf => page.t("kleinste Gebiete", "smallest areas").to_owned(),
        Level::Middle(depth) => format!("{} {depth}", page.t("Ebene", "level")),
    }
}

/// A verdict in words: never by colour alone.
fn verdict_words<'a>(page: &Page<'_>, verdict: Verdict) -> &'a str {
    let (german, english) = match verdict {
        Verdict::Right => ("stimmen", "right"),
        Verdict::TooNarrow => ("zu eng", "too narrow"),
        Verdict::TooWide => ("zu weit", "too wide"),
        Verdict::TooFewOrigins => ("zu wenige Stichtage", "too few origins"),
    };
    page.language.pick(german, english)
}

fn scores(page: &Page<'_>, one: &HonestyView, group: &str) -> Grid {
    let header = match page.language {
        Language::German => [
            "Ebene",
            "Jahre voraus",
            "Stichtage",
            "Prognosen",
            "Fehler %",
            "Verzerrung %",
            "im 80-%-Band %",
            "im 95-%-Band %",
            "Intervalle",
        ],
        Language::English => [
            "level",
            "years ahead",
            "origins",
            "forecasts",
            "error %",
            "bias %",
            "in 80 % band %",
            "in 95 % band %",
            "intervals",
        ],
    };
    let rows = one
        .report
        .rows
        .iter()
        .filter(|row| row.score.group == group);
    let rows = rows.map(|row| score_row(page, row));
    let header = std::iter::once(header.map(str::to_owned).to_vec());
    let title = page.t(
        "Fehler, Verzerrung und Abdeckung früherer Prognosen",
        "Error, bias and coverage of earlier forecasts",
    );
    Grid::new(title, header.chain(rows).collect(), &[8])
}

fn score_row(page: &Page<'_>, row: &HonestyRow) -> Vec<String> {
    let per_cent = |share: Option<f64>| {
        share.map_or_else(
            || "–".to_owned(),
            |share| page.language.number(100.0 * share, 1),
        )
    };
    let all = || page.t("alle", "all").to_owned();
    vec![
        level_words(page, row.score.level),
        row.horizon.map_or_else(all, |years| years.to_string()),
        row.origins.to_string(),
        page.count(row.score.forecasts as u64),
        per_cent(row.score.wape),
        per_cent(row.score.bias),
        per_cent(Some(row.score.coverage80)),
        per_cent(Some(row.score.coverage95)),
        verdict_words(page, row.verdict).to_owned(),
    ]
}

fn card(page: &Page<'_>, card: &ModelCard) -> Card {
    let fact =
        |german: &str, english: &str, value: String| (page.t(german, english).to_owned(), value);
    let facts = vec![
        fact("Bevölkerung", "Population", card.population.clone()),
        fact(
            "Jahre der Daten",
            "Years of data",
            format!("{} – {}", card.first_year, card.last_year),
        ),
        fact(
            "Geprüft von den Stichtagen",
            "Tested from the origins",
            format!("{} – {}", card.first_origin, card.last_origin),
        ),
        fact(
            "Kleinste Gebiete",
            "Smallest areas",
            page.count(card.areas as u64),
        ),
        fact("Altersklassen", "Age classes", card.ages.join(", ")),
    ];
    let told = |statement: &BothLanguages| page.t(&statement.de, &statement.en).to_owned();
    let part = |german: &str, english: &str, statements: &[BothLanguages]| {
        let statements = statements.iter().map(told).collect();
        (page.t(german, english).to_owned(), statements)
    };
    Card {
        facts,
        parts: vec![
            part("Verfahren", "Method", &card.chosen),
            part("Warnungen", "Warnings", &card.warnings),
            part("Grenzen", "Limits", &card.limits),
        ],
    }
}
