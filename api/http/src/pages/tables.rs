//! `GET /tables` and `GET /tables/{name}`: released tables for reading and download.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;
use disclosure::ReleasedTable;

use super::{Page, html};
use crate::language::RequestLanguage;
use crate::problem::Problem;
use crate::view::{NamedTable, PlannerView};

/// Most cells a page shows; the download has all.
const MOST_ROWS: usize = 1_000;

#[derive(Template)]
#[template(path = "tables.html")]
struct TablesPage<'a> {
    page: Page<'a>,
    tables: Vec<Entry<'a>>,
}

struct Entry<'a> {
    name: &'a str,
    address: String,
    title: &'a str,
    dimensions: String,
    day: String,
    cells: String,
    suppressed: String,
}

#[derive(Template)]
#[template(path = "table.html")]
struct TablePage<'a> {
    page: Page<'a>,
    entry: Entry<'a>,
    body: Body,
    policy: &'a str,
    minimum: u32,
    hash: &'a str,
}

/// A released table in long form, with words for its codes.
pub(super) struct Body {
    pub(super) title: String,
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<(Vec<String>, String)>,
    /// Cells left out on the page.
    pub(super) left_out: usize,
    pub(super) note: String,
}

pub(crate) async fn list(
    State(view): State<Arc<PlannerView>>,
    RequestLanguage(language): RequestLanguage,
) -> Result<Html<String>, Problem> {
    let page = Page::new(&view, language, "/tables");
    let tables = view
        .tables
        .iter()
        .map(|table| entry(&page, table))
        .collect();
    html(&TablesPage { tables, page })
}

pub(crate) async fn show(
    State(view): State<Arc<PlannerView>>,
    Path(name): Path<String>,
    RequestLanguage(language): RequestLanguage,
) -> Result<Html<String>, Problem> {
    let named = view.tables.iter().find(|it| it.name() == name);
    let named = named.ok_or_else(|| Problem::unknown("table", &name))?;
    let page = Page::new(&view, language, format!("/tables/{name}"));
    html(&TablePage {
        entry: entry(&page, named),
        body: body(&page, named.table()),
        policy: named.table().policy().version(),
        minimum: named.table().minimum_frequency(),
        hash: named.table().content_hash(),
        page,
    })
}

fn entry<'a>(page: &Page<'_>, named: &'a NamedTable) -> Entry<'a> {
    let table = named.table();
    let dimensions = table.dimensions();
    let dimensions: Vec<&str> = dimensions
        .iter()
        .map(|dimension| page.language.label(dimension.label))
        .collect();
    let (cells, hidden) = (
        table.loss().cells as u64,
        table.loss().suppressed_cells as u64,
    );
    Entry {
        name: named.name(),
        address: format!("/tables/{}", named.name()),
        title: page.language.label(table.label()),
        dimensions: dimensions.join(" × "),
        day: page.day(named.reference_date()),
        cells: page.count(cells),
        suppressed: format!("{} ({})", page.count(hidden), page.per_cent(hidden, cells)),
    }
}

/// The cells of a table with the names of their members.
pub(super) fn body(page: &Page<'_>, table: &ReleasedTable) -> Body {
    let dimensions = table.dimensions();
    let name = |dimension: usize, code: &str| {
        let member = dimensions[dimension]
            .members
            .iter()
            .find(|member| member.code == code);
        member
            .map_or(code, |member| page.language.label(member.label))
            .to_owned()
    };
    // The method note speaks of a dot.
    let hidden = page.t(". (nicht veröffentlicht)", ". (not published)");
    let rows = table.cells().take(MOST_ROWS).map(|cell| {
        let codes = cell.coordinates.iter().enumerate();
        let names = codes
            .map(|(dimension, code)| name(dimension, code))
            .collect();
        let value = cell
            .value
            .map_or(hidden.to_owned(), |value| page.count(value));
        (names, value)
    });
    let note = table.method_note();
    Body {
        title: page.language.label(table.label()).to_owned(),
        columns: dimensions
            .iter()
            .map(|dimension| page.language.label(dimension.label).to_owned())
            .collect(),
        rows: rows.collect(),
        left_out: table.loss().cells.saturating_sub(MOST_ROWS),
        note: page.language.pick(&note.de, &note.en).to_owned(),
    }
}
