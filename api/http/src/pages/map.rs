//! `GET /map`: areas in classes, with the same numbers as a table.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use charts::AreaValue;

use super::{Page, html};
use crate::language::RequestLanguage;
use crate::problem::Problem;
use crate::view::{NamedMap, PlannerView};

#[derive(Template)]
#[template(path = "map.html")]
struct MapPage<'a> {
    page: Page<'a>,
    maps: Vec<Map<'a>>,
}

struct Map<'a> {
    name: &'a str,
    title: &'a str,
    unit: &'a str,
    chart: String,
    description: String,
    rows: Vec<[String; 3]>,
}

pub(crate) async fn show(
    State(view): State<Arc<PlannerView>>,
    RequestLanguage(language): RequestLanguage,
) -> Result<Html<String>, Problem> {
    let page = Page::new(&view, language, "/map");
    let maps = view.maps.iter().map(|map| map_of(&page, map));
    let maps = maps.collect::<Result<_, _>>()?;
    html(&MapPage { maps, page })
}

fn map_of<'a>(page: &Page<'a>, named: &'a NamedMap) -> Result<Map<'a>, Problem> {
    let map = named.map();
    let svg = map
        .svg(page.language)
        .map_err(|error| Problem::failed(&error))?;
    let rows = map.rows().map(|(area, value)| {
        let value = match value {
            AreaValue::Published(value) => page.language.number(value, 0),
            AreaValue::NotPublished => page.t("nicht veröffentlicht", "not published").to_owned(),
            AreaValue::Missing => page.t("keine Angabe", "no value").to_owned(),
        };
        [area.code.clone(), page.label(&area.label).to_owned(), value]
    });
    Ok(Map {
        name: named.name(),
        title: page.label(map.title()),
        unit: page.label(map.unit()),
        chart: page.link(&format!("/charts/map-{}.svg", named.name())),
        description: svg.description().to_owned(),
        rows: rows.collect(),
    })
}
