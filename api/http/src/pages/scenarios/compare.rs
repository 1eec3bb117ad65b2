//! `GET /scenarios/compare`: the city as it is beside scenarios.

use askama::Template;
use axum::extract::RawQuery;
use axum::response::Html;
use serde_json::Value;

use super::show::{Judged, area_word, care_word, judged};
use super::{Visitor, page, view};
use crate::language::RequestLanguage;
use crate::pages::{Page, html};
use crate::problem::Problem;
use crate::query;
use crate::resources::Served;
use crate::resources::scenarios::{Compared, compared, named};

#[derive(Template)]
#[template(path = "scenarios/compare.html")]
struct Compare<'a> {
    page: Page<'a>,
    scenarios: Vec<Named>,
    /// Whether all were run on the same state.
    is_one_state: bool,
    rows: Vec<Row>,
}

/// A scenario of the table.
struct Named {
    address: String,
    name: String,
    version: u64,
}

/// What a scenario says of a row.
struct Side {
    difference: String,
    side: Judged,
}

/// A day, area and care type.
struct Row {
    day: String,
    area: String,
    care: String,
    baseline: Judged,
    /// `None` where a scenario says nothing.
    scenarios: Vec<Option<Side>>,
}

pub(super) async fn show(
    service: Served,
    RequestLanguage(language): RequestLanguage,
    Visitor(_): Visitor,
    RawQuery(asked): RawQuery,
) -> Result<Html<String>, Problem> {
    let asked = asked.unwrap_or_default();
    let ids = query::values(&asked, "ids").join(",");
    let all = compared(&service, &named(&ids)?).await?;
    let view = view(&service);
    let path = format!("/scenarios/compare?ids={}", query::encoded(&ids));
    let page = page(&service, &view, language, path);
    let states = all.iter().map(|it| it.result.sequence);
    let first = states.clone().next();
    html(&Compare {
        is_one_state: states.into_iter().all(|it| Some(it) == first),
        scenarios: all
            .iter()
            .map(|it| {
                let name = it.facts.get("name").and_then(Value::as_str);
                let name = name.unwrap_or_default().to_owned();
                let (key, version) = (&it.result.scenario, it.result.version);
                Named {
                    address: page.link(&format!("/scenarios/{key}?version={version}")),
                    name,
                    version,
                }
            })
            .collect(),
        rows: rows(&page, &all),
        page,
    })
}

/// Day, area and care type of a row.
fn place(row: &Value) -> [&str; 3] {
    ["date", "area", "care_type"].map(|name| row[name].as_str().unwrap_or_default())
}

fn rows(page: &Page<'_>, all: &[Compared]) -> Vec<Row> {
    let mut places: Vec<[&str; 3]> = Vec::new();
    let mut firsts: Vec<&Value> = Vec::new();
    for row in all.iter().flat_map(|of| &of.rows) {
        if !places.contains(&place(row)) {
            places.push(place(row));
            firsts.push(row);
        }
    }
    let mut rows: Vec<([&str; 3], &Value)> = places.into_iter().zip(firsts).collect();
    rows.sort_by_key(|(place, _)| *place);
    rows.into_iter()
        .map(|(at, first)| Row {
            day: at[0].parse().map_or(at[0].to_owned(), |day| page.day(day)),
            area: area_word(page, first),
            care: care_word(page, at[2]),
            baseline: judged(page, first, "baseline"),
            scenarios: all
                .iter()
                .map(|of| {
                    let row = of.rows.iter().find(|row| place(row) == at)?;
                    Some(Side {
                        difference: difference(page, row),
                        side: judged(page, row, "scenario"),
                    })
                })
                .collect(),
        })
        .collect()
}

/// The difference in staffed places with its sign.
fn difference(page: &Page<'_>, row: &Value) -> String {
    let staffed = |side: &str| row[format!("{side}_staffed")].as_i64().unwrap_or_default();
    let difference = staffed("scenario") - staffed("baseline");
    match difference {
        0 => "±0".to_owned(),
        more if more > 0 => format!("+{}", page.language.whole(more)),
        less => page.language.whole(less).replace('-', "−"),
    }
}
