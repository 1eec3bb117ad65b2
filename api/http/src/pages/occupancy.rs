//! `GET /occupancy`: the four capacities and the children in care, month by month.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use charts::OccupancyMonth;

use super::{Page, html};
use crate::language::RequestLanguage;
use crate::problem::Problem;
use crate::view::{OccupancySection, PlannerView};

#[derive(Template)]
#[template(path = "occupancy.html")]
struct OccupancyPage<'a> {
    page: Page<'a>,
    sections: Vec<Section<'a>>,
}

struct Section<'a> {
    name: &'a str,
    title: &'a str,
    chart: String,
    description: String,
    rows: Vec<[String; 9]>,
    note: &'a str,
}

pub(crate) async fn show(
    State(view): State<Arc<PlannerView>>,
    RequestLanguage(language): RequestLanguage,
) -> Result<Html<String>, Problem> {
    let page = Page::new(&view, language, "/occupancy");
    let sections = view
        .occupancy
        .iter()
        .map(|section| section_of(&page, section));
    let sections = sections.collect::<Result<_, _>>()?;
    html(&OccupancyPage { sections, page })
}

fn section_of<'a>(page: &Page<'a>, section: &'a OccupancySection) -> Result<Section<'a>, Problem> {
    let history = section.history();
    let svg = history
        .svg(page.language)
        .map_err(|error| Problem::failed(&error))?;
    let note = history.method_note();
    Ok(Section {
        name: section.name(),
        title: page.label(history.scope()),
        chart: page.link(&format!("/charts/occupancy-{}.svg", section.name())),
        description: svg.description().to_owned(),
        rows: history
            .months()
            .iter()
            .map(|month| row(page, month))
            .collect(),
        note: page.language.pick(&note.de, &note.en),
    })
}

fn row(page: &Page<'_>, month: &OccupancyMonth) -> [String; 9] {
    let hidden = page.t("nicht veröffentlicht", "not published");
    let contracts = |of: &dyn Fn(u64) -> String| month.contracts.map_or(hidden.to_owned(), of);
    [
        page.language.month(month.month),
        page.count(month.licensed),
        page.count(month.planned),
        page.count(month.staffed),
        contracts(&|children| page.count(children)),
        contracts(&|children| page.per_cent(children, month.staffed)),
        month
            .bookable
            .map_or_else(|| page.unknown(), |it| page.language.whole(it)),
        format!(
            "{} {} {}",
            page.count(month.unattested_facilities),
            page.t("von", "of"),
            page.count(month.facilities)
        ),
        page.age(month.oldest_attestation_days),
    ]
}
