//! `GET /scenarios/{scenario}`: a scenario, its versions, and what it comes to.

use askama::Template;
use axum::extract::{RawPathParams, RawQuery};
use axum::response::{Html, Response};
use domain::CareType;
use jiff::civil::Date;
use serde_json::{Map, Value};
use store::{ScenarioResult, ScenarioStore as _, ScenarioVersion};

use super::{Visitor, may, page, view};
use crate::analysis::{KeptResult, SCENARIO_REPORT};
use crate::asked::KeyOf;
use crate::charts_of_view::care_name;
use crate::language::RequestLanguage;
use crate::negotiation::Format;
use crate::pages::forecast::Choice;
use crate::pages::{Page, html};
use crate::problem::{Kind, Problem};
use crate::query;
use crate::resources::Served;
use crate::resources::scenarios::{kept, result_of, shown_displacements, table_of};
use crate::service::Service;

/// Most versions a page shows, the newest; the API has all.
const MOST_VERSIONS: u32 = 100;

#[derive(Template)]
#[template(path = "scenarios/show.html")]
struct Show<'a> {
    page: Page<'a>,
    scenario: ScenarioVersion,
    is_newest: bool,
    newest: u64,
    stored_on: String,
    text: String,
    may_write: bool,
    may_run: bool,
    form_key: String,
    versions: Vec<VersionLink>,
    /// Address of the form for a scenario made from this one.
    made_from: String,
    result: Option<Shown>,
}

/// A version to look at.
struct VersionLink {
    address: String,
    number: u64,
    stored_by: String,
    stored_on: String,
    is_shown: bool,
}

/// What the version came to.
struct Shown {
    run_on: String,
    sha256: String,
    /// Re-placement and closures chosen.
    told: Vec<String>,
    findings: Vec<String>,
    choices: Vec<Choice>,
    rows: Vec<Row>,
    /// Facility, last day, care type, count as it may be shown.
    displaced: Vec<(String, String, String, String)>,
    /// Month, from, to, care type, places.
    staff_moves: Vec<[String; 5]>,
}

/// An area without and with the measures.
pub(super) struct Row {
    pub(super) area: String,
    pub(super) demand: String,
    pub(super) sides: [Judged; 2],
}

/// Places, their cover, and a light that says its colour in words and shape.
pub(super) struct Judged {
    pub(super) staffed: String,
    pub(super) cover: String,
    pub(super) shortfall: String,
    pub(super) class: String,
    pub(super) shape: &'static str,
    pub(super) word: String,
}

pub(super) async fn show(
    service: Served,
    RequestLanguage(language): RequestLanguage,
    Visitor(caller): Visitor,
    KeyOf(key): KeyOf<String>,
    RawQuery(asked): RawQuery,
) -> Result<Html<String>, Problem> {
    let asked = asked.unwrap_or_default();
    let (newest, newest_text) = found(service.store.scenario(&key).await?)?;
    let version = query::value(&asked, "version").and_then(|text| text.parse().ok());
    let (scenario, text) = match version {
        Some(version) if version != newest.version => {
            found(service.store.scenario_version(&key, version).await?)?
        }
        _ => (newest.clone(), newest_text),
    };
    let view = view(&service);
    let path = format!("/scenarios/{key}?version={}", scenario.version);
    let page = page(&service, &view, language, path);
    let after = newest.version.saturating_sub(u64::from(MOST_VERSIONS));
    let mut versions = service
        .store
        .scenario_versions(&key, after, MOST_VERSIONS)
        .await?;
    versions.reverse();
    let result = service
        .store
        .scenario_result(&key, Some(scenario.version))
        .await?;
    let result = match &result {
        Some(result) => Some(shown(&service, &page, result, &asked).await?),
        None => None,
    };
    html(&Show {
        is_newest: scenario.version == newest.version,
        newest: newest.version,
        stored_on: day(&page, scenario.stored_at),
        may_write: may(caller.role(), "PUT", "/v1/scenarios/{scenario}"),
        may_run: may(caller.role(), "POST", "/v1/runs"),
        form_key: crate::resources::new_key(),
        versions: versions
            .into_iter()
            .map(|it| VersionLink {
                address: page.link(&format!("/scenarios/{key}?version={}", it.version)),
                number: it.version,
                stored_on: day(&page, it.stored_at),
                is_shown: it.version == scenario.version,
                stored_by: it.stored_by,
            })
            .collect(),
        made_from: page.link(&format!("/scenarios/new?from={key}")),
        result,
        scenario,
        text,
        page,
    })
}

/// `GET /scenarios/{scenario}/results/{table}.csv`: a table to take along.
pub(super) async fn file(
    service: Served,
    Visitor(_): Visitor,
    KeyOf(key): KeyOf<String>,
    keys: RawPathParams,
    RawQuery(asked): RawQuery,
) -> Result<Response, Problem> {
    let file = keys
        .iter()
        .find(|(name, _)| *name == "file")
        .map(|(_, file)| file);
    let name = file.and_then(|file| file.strip_suffix(".csv"));
    let name = name.ok_or_else(Problem::not_found)?;
    let version = query::value(asked.as_deref().unwrap_or_default(), "version");
    let version = version.and_then(|text| text.parse().ok());
    let result = result_of(&service, &key, version).await?;
    let tables = kept(&result)?;
    let sheet = table_of(&service, &result, tables, name).await?;
    sheet.answer(Format::Csv, name, |_| Value::Null)
}

fn found(found: Option<(ScenarioVersion, String)>) -> Result<(ScenarioVersion, String), Problem> {
    found.ok_or_else(Problem::not_found)
}

fn day(page: &Page<'_>, at: jiff::Timestamp) -> String {
    page.day(at.to_zoned(jiff::tz::TimeZone::UTC).date())
}

async fn shown(
    service: &std::sync::Arc<Service>,
    page: &Page<'_>,
    result: &ScenarioResult,
    asked: &str,
) -> Result<Shown, Problem> {
    let KeptResult { facts, tables } = kept(result)?;
    let mut rows = Vec::new();
    let mut moves = Vec::new();
    for table in tables {
        match table.name.as_str() {
            SCENARIO_REPORT => rows = table.sheet().json_rows(),
            "staff_moves" => moves = table.sheet().json_rows(),
            _ => {}
        }
    }
    let chosen = chosen(&rows, asked)?;
    let displaced = shown_displacements(service, result).await?;
    let findings = page.language.pick("findings_de", "findings_en");
    let findings = facts.get(findings).and_then(Value::as_array);
    let sentences = findings.map_or(&[] as &[Value], Vec::as_slice).iter();
    Ok(Shown {
        run_on: day(page, result.finished_at),
        sha256: result.content_sha256.clone(),
        told: told(page, &facts),
        findings: sentences
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        choices: choices(page, &rows, chosen.as_ref()),
        rows: rows
            .iter()
            .filter(|row| Some(choice_of(row)) == chosen)
            .map(|row| row_of(page, row))
            .collect(),
        displaced: displaced
            .into_iter()
            .map(|it| {
                let care = care_name(it.care_type, page.language).to_owned();
                (it.facility, page.day(it.closes_on), care, it.shown)
            })
            .collect(),
        staff_moves: moves.iter().map(|row| staff_move(page, row)).collect(),
    })
}

/// What becomes of displaced children, and which closures were chosen.
fn told(page: &Page<'_>, facts: &Map<String, Value>) -> Vec<String> {
    let mut told = Vec::new();
    if let Some(replacement) = facts.get("replacement") {
        let minutes = |name: &str| replacement[name].as_f64().unwrap_or_default();
        let left_over = match text(replacement, "left_over") {
            "." => page.t("einige (geschützte Anzahl)", "a protected number"),
            shown => shown,
        };
        let (limit, longest) = (minutes("limit_minutes"), minutes("longest_minutes"));
        let ways = text(replacement, page.language.pick("ways_de", "ways_en"));
        if let Some(share) = replacement["within_limit_per_cent"].as_f64() {
            told.push(page.t(
                &format!("{share:.0} % der Kinder schließender Einrichtungen, die einen Platz brauchen, finden ihn innerhalb von {limit:.0} Minuten ({ways})."),
                &format!("{share:.0} % of the children of closing facilities who need a place find one within {limit:.0} minutes ({ways})."),
            ).to_owned());
        }
        told.push(page.t(
            &format!("Ohne neuen Platz bis {longest:.0} Minuten bleiben: {left_over}. Vermittelt wird von Menschen; dies ist eine Rechnung."),
            &format!("Without a new place within {longest:.0} minutes remain: {left_over}. People place children; this is a calculation."),
        ).to_owned());
    }
    let plan = facts.get("closure_plan");
    for set in plan
        .and_then(|plan| plan["sets"].as_array())
        .into_iter()
        .flatten()
    {
        let chosen = set["chosen"].as_array().into_iter().flatten();
        let chosen: Vec<&str> = chosen.map(|it| text(it, "facility")).collect();
        let rank = &set["rank"];
        let cost = set["cost"].as_f64().unwrap_or_default();
        let chosen = if chosen.is_empty() {
            page.t("nichts schließt oder öffnet", "nothing closes or opens")
                .to_owned()
        } else {
            chosen.join(", ")
        };
        told.push(
            page.t(
                &format!("Auswahl {rank}: {chosen}; Kosten {cost:+.0} Euro gegenüber heute."),
                &format!("Choice {rank}: {chosen}; cost {cost:+.0} euros against today."),
            )
            .to_owned(),
        );
    }
    let ruled_out = plan.and_then(|plan| plan["ruled_out"].as_array());
    for set in ruled_out.into_iter().flatten() {
        let chosen = set["chosen"].as_array().into_iter().flatten();
        let chosen: Vec<&str> = chosen.map(|it| text(it, "facility")).collect();
        let broken = set[page.language.pick("broken_de", "broken_en")].as_array();
        let broken: Vec<&str> = broken
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let (chosen, broken) = (chosen.join(", "), broken.join("; "));
        told.push(
            page.t(
                &format!("Ausgeschlossen: {chosen} ({broken})."),
                &format!("Ruled out: {chosen} ({broken})."),
            )
            .to_owned(),
        );
    }
    told
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_default()
}

fn staff_move(page: &Page<'_>, row: &Value) -> [String; 5] {
    let places = row["places"].as_u64().unwrap_or_default();
    [
        text(row, "month").to_owned(),
        text(row, "from_facility").to_owned(),
        text(row, "to_facility").to_owned(),
        care_word(page, text(row, "care_type")),
        page.count(places),
    ]
}

/// Day and care type of a row.
fn choice_of(row: &Value) -> (String, String) {
    (
        text(row, "date").to_owned(),
        text(row, "care_type").to_owned(),
    )
}

/// Day and care type asked for; else the last day and the first care type that changes on it.
fn chosen(rows: &[Value], asked: &str) -> Result<Option<(String, String)>, Problem> {
    if let Some(choice) = query::value(asked, "choice") {
        let known = rows.iter().map(choice_of);
        let mut known = known.filter(|(day, care)| format!("{day} {care}") == choice);
        let found = known.next();
        return match found {
            Some(found) => Ok(Some(found)),
            None => {
                let detail = format!("day and care type {choice:?}");
                Err(Problem::new(Kind::UNKNOWN_NAME, detail))
            }
        };
    }
    let last = rows.iter().map(|row| text(row, "date")).max();
    let of_last = || rows.iter().filter(|row| Some(text(row, "date")) == last);
    let changed = of_last().find(|row| row["baseline_staffed"] != row["scenario_staffed"]);
    Ok(changed.or_else(|| of_last().next()).map(choice_of))
}

fn choices(page: &Page<'_>, rows: &[Value], chosen: Option<&(String, String)>) -> Vec<Choice> {
    let mut known: Vec<(String, String)> = Vec::new();
    for row in rows {
        let choice = choice_of(row);
        if !known.contains(&choice) {
            known.push(choice);
        }
    }
    let shown_day = |day: &str| {
        day.parse::<Date>()
            .map_or(day.to_owned(), |it| page.day(it))
    };
    known
        .into_iter()
        .map(|(day, care)| Choice {
            word: format!("{}, {}", shown_day(&day), care_word(page, &care)),
            is_chosen: chosen == Some(&(day.clone(), care.clone())),
            value: format!("{day} {care}"),
        })
        .collect()
}

pub(super) fn care_word(page: &Page<'_>, care: &str) -> String {
    let known: Option<CareType> = care.parse().ok();
    known
        .map_or(care, |care| care_name(care, page.language))
        .to_owned()
}

/// The name of the area of a row.
pub(super) fn area_word(page: &Page<'_>, row: &Value) -> String {
    if text(row, "area") == scenario::TOTAL_AREA {
        return page.t("Gesamtstadt", "Whole city").to_owned();
    }
    text(row, "area_name").to_owned()
}

fn row_of(page: &Page<'_>, row: &Value) -> Row {
    let number = |name: &str| row[name].as_f64().map(|it| page.language.number(it, 0));
    let demand = number("demand_p50").zip(number("demand_p10").zip(number("demand_p90")));
    let demand = demand.map(|(middle, (low, high))| format!("{middle} ({low}–{high})"));
    Row {
        area: area_word(page, row),
        demand: demand.unwrap_or_else(|| page.unknown()),
        sides: ["baseline", "scenario"].map(|side| judged(page, row, side)),
    }
}

/// One side of a row.
pub(super) fn judged(page: &Page<'_>, row: &Value, side: &str) -> Judged {
    let light = text(row, &format!("{side}_light"));
    let (shape, german, english) = match light {
        "green" => ("●", "grün: reicht", "green: enough"),
        "amber" => ("▲", "gelb: knapp", "amber: tight"),
        "red" => ("■", "rot: zu wenig", "red: too few"),
        _ => ("", "ohne Bedarfsangabe", "no demand given"),
    };
    let per_cent = |value: f64, digits| format!("{} %", page.language.number(value, digits));
    let number = |name: &str| row[format!("{side}_{name}")].as_f64();
    let shown = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
    let staffed = row[format!("{side}_staffed")].as_u64().unwrap_or_default();
    Judged {
        staffed: page.count(staffed),
        cover: shown(number("cover_p50_per_cent").map(|it| per_cent(it, 2))),
        shortfall: shown(number("shortfall_probability").map(|it| per_cent(it * 100.0, 1))),
        class: if light.is_empty() { "none" } else { light }.to_owned(),
        shape,
        word: page.t(german, english).to_owned(),
    }
}
