//! `GET /provider`: the page on which people of a provider see suggestions and decide.
//!
//! The page holds words and forms only. What it shows comes from `/v1` by its scripts, with the token
//! the person gives; so the page itself needs none and says nothing of a child.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use charts::Language;
use domain::CareType;

use super::{Page, html};
use crate::charts_of_view::care_name;
use crate::language::RequestLanguage;
use crate::problem::Problem;
use crate::view::PlannerView;

/// Where the page is.
pub(crate) const ADDRESS: &str = "/provider";

/// The scripts of the page, one per concern: address and text.
const SCRIPTS: [(&str, &str); 7] = [
    (
        "/assets/provider.js",
        include_str!("../../assets/provider.js"),
    ),
    (
        "/assets/provider-words.js",
        include_str!("../../assets/provider-words.js"),
    ),
    (
        "/assets/provider-client.js",
        include_str!("../../assets/provider-client.js"),
    ),
    (
        "/assets/provider-page.js",
        include_str!("../../assets/provider-page.js"),
    ),
    (
        "/assets/provider-lists.js",
        include_str!("../../assets/provider-lists.js"),
    ),
    (
        "/assets/provider-offer.js",
        include_str!("../../assets/provider-offer.js"),
    ),
    (
        "/assets/provider-cascade.js",
        include_str!("../../assets/provider-cascade.js"),
    ),
];

/// What stands around the page.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// City, version, and whether everything is made up.
    pub(crate) view: Arc<PlannerView>,
    /// Whether the pages for planners are served beside it.
    pub(crate) has_planner_pages: bool,
}

#[derive(Template)]
#[template(path = "provider.html")]
struct ProviderPage<'a> {
    page: Page<'a>,
    /// Care types with their names.
    care_types: [(&'static str, &'static str); 4],
}

/// The page and its scripts.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>(frame: Frame) -> Router<S> {
    let mut router = Router::new().route(ADDRESS, get(show)).with_state(frame);
    for (address, text) in SCRIPTS {
        router = router.route(address, get(move || async move { script(text) }));
    }
    router
}

async fn show(
    State(frame): State<Frame>,
    RequestLanguage(language): RequestLanguage,
) -> Result<Html<String>, Problem> {
    html(&page(&frame, language))
}

fn page(frame: &Frame, language: Language) -> ProviderPage<'_> {
    let mut page = Page::new(&frame.view, language, ADDRESS);
    page.has_planner_pages = frame.has_planner_pages;
    ProviderPage {
        page,
        care_types: CareType::ALL.map(|care| (care.as_str(), care_name(care, language))),
    }
}

fn script(text: &'static str) -> Response {
    let mut response = text.into_response();
    let media_type = HeaderValue::from_static("text/javascript; charset=utf-8");
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}
