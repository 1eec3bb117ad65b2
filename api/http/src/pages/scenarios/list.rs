//! `GET /scenarios`: all scenarios.

use askama::Template;
use axum::extract::RawQuery;
use axum::response::Html;
use store::{ScenarioStore as _, ScenarioVersion};

use super::{ADDRESS, Visitor, may, page, view};
use crate::language::RequestLanguage;
use crate::pages::{Page, html};
use crate::problem::Problem;
use crate::query;
use crate::resources::Served;

/// Most scenarios of a page; a link leads to the next.
const MOST: u32 = 200;

#[derive(Template)]
#[template(path = "scenarios/list.html")]
struct List<'a> {
    page: Page<'a>,
    account: &'a str,
    may_write: bool,
    scenarios: Vec<Entry>,
    next: Option<String>,
}

/// A scenario with its newest version.
struct Entry {
    key: String,
    name: String,
    version: u64,
    stored_by: String,
    stored_on: String,
    /// The newest version that was run.
    run: Option<u64>,
}

pub(super) async fn show(
    service: Served,
    RequestLanguage(language): RequestLanguage,
    Visitor(caller): Visitor,
    RawQuery(asked): RawQuery,
) -> Result<Html<String>, Problem> {
    let view = view(&service);
    let page = page(&service, &view, language, ADDRESS);
    let mut scenarios = Vec::new();
    let after = query::value(asked.as_deref().unwrap_or_default(), "after").unwrap_or_default();
    let mut found = service.store.scenarios(&after, MOST + 1).await?;
    let is_more = found.len() > MOST as usize;
    found.truncate(MOST as usize);
    let last = found.last().filter(|_| is_more);
    let next = last.map(|it| page.link(&format!("{ADDRESS}?after={}", it.scenario)));
    for found in found {
        let result = service.store.scenario_result(&found.scenario, None).await?;
        scenarios.push(entry(&page, found, result.map(|it| it.version)));
    }
    html(&List {
        may_write: may(caller.role(), "POST", "/v1/scenarios"),
        account: caller.grant.actor.as_str(),
        scenarios,
        next,
        page,
    })
}

fn entry(page: &Page<'_>, found: ScenarioVersion, run: Option<u64>) -> Entry {
    let day = found.stored_at.to_zoned(jiff::tz::TimeZone::UTC).date();
    Entry {
        stored_on: page.day(day),
        key: found.scenario,
        name: found.name,
        version: found.version,
        stored_by: found.stored_by,
        run,
    }
}
