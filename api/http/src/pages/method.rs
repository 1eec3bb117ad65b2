//! `GET /method`: how numbers are protected, what works how far, which runs are behind the pages.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::{Page, html};
use crate::language::RequestLanguage;
use crate::problem::Problem;
use crate::view::{CapabilityState, PlannerView};

#[derive(Template)]
#[template(path = "method.html")]
struct MethodPage<'a> {
    page: Page<'a>,
    notes: Vec<String>,
    capabilities: Vec<[&'a str; 3]>,
    runs: Vec<[String; 6]>,
}

pub(crate) async fn show(
    State(view): State<Arc<PlannerView>>,
    RequestLanguage(language): RequestLanguage,
) -> Result<Html<String>, Problem> {
    let page = Page::new(&view, language, "/method");
    let mut notes: Vec<String> = Vec::new();
    let tables = view.tables.iter().map(|named| named.table().method_note());
    let series = view
        .occupancy
        .iter()
        .map(|it| it.history().method_note().clone());
    for note in tables.chain(series) {
        let note = page.language.pick(&note.de, &note.en).to_owned();
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    let capabilities = view.capabilities.iter().map(|it| {
        let state = match it.state {
            CapabilityState::Complete => page.t("vollständig", "complete"),
            CapabilityState::Thin => page.t("nur der Hauptfall", "main case only"),
            CapabilityState::Absent => page.t("fehlt", "absent"),
        };
        [
            page.language.label(&it.name),
            state,
            page.language.label(&it.note),
        ]
    });
    let runs = view.runs.iter().map(|run| {
        [
            run.id.to_string(),
            run.identity.input_sha256().chars().take(12).collect(),
            run.identity.policy_version().to_owned(),
            run.identity.seed().to_string(),
            run.identity.engine_version().to_owned(),
            run.recorded_at.to_string(),
        ]
    });
    html(&MethodPage {
        notes,
        capabilities: capabilities.collect(),
        runs: runs.collect(),
        page,
    })
}
