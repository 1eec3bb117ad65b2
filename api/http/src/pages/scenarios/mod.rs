//! `/scenarios`: planners write scenarios, have them run, read and compare what they come to.
//!
//! The pages work without scripts. Whoever signs in hands a token over once; it is kept in a cookie that
//! scripts cannot read and other sites cannot send. What a page may do stands in the table of roles of
//! the API: each page asks it for the route it stands for.

mod compare;
mod edit;
mod list;
mod run;
mod session;
mod show;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use charts::Language;
use domain::procedure::Role;

use super::Page;
use crate::access::{Caller, Route};
use crate::problem::{Kind, Problem};
use crate::query;
use crate::service::Service;
use crate::view::PlannerView;
use crate::written::read_body;
use session::Visitor;

/// Where the pages begin.
pub(crate) const ADDRESS: &str = "/scenarios";

/// The pages.
pub(crate) fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route(ADDRESS, get(list::show))
        .route(
            "/scenarios/sign-in",
            get(session::show).post(session::sign_in),
        )
        .route("/scenarios/sign-out", post(session::sign_out))
        .route("/scenarios/new", get(edit::new).post(edit::create))
        .route("/scenarios/compare", get(compare::show))
        .route("/scenarios/{scenario}", get(show::show))
        .route(
            "/scenarios/{scenario}/edit",
            get(edit::edit).post(edit::change),
        )
        .route("/scenarios/{scenario}/results/{file}", get(show::file))
        .route("/scenarios/{scenario}/runs", post(run::request))
        .route("/scenarios/{scenario}/runs/{run}", get(run::show))
        .route(
            "/scenarios/{scenario}/runs/{run}/cancellation",
            post(run::cancel),
        )
}

/// The city and version around every page.
fn view(service: &Service) -> Arc<PlannerView> {
    service
        .view
        .clone()
        .unwrap_or_else(|| Arc::new(crate::router::bare_view(service)))
}

fn page<'a>(
    service: &Service,
    view: &'a PlannerView,
    language: Language,
    path: impl Into<String>,
) -> Page<'a> {
    let mut page = Page::new(view, language, path);
    page.has_planner_pages = service.view.is_some();
    page
}

impl Page<'_> {
    /// An address below that of a scenario, in the page's language.
    fn of_scenario(&self, scenario: &str, rest: &str) -> String {
        self.link(&format!("{ADDRESS}/{scenario}{rest}"))
    }
}

/// Whether a role may use the route of the API that a page stands for.
fn may(role: Role, method: &str, path: &str) -> bool {
    Route::of(method, path).is_some_and(|route| route.roles.contains(&role))
}

/// Refuses a role as the API does.
fn require(caller: &Caller, method: &str, path: &str) -> Result<(), Problem> {
    if may(caller.role(), method, path) {
        return Ok(());
    }
    let roles = Route::of(method, path).map_or(&[] as &[Role], |route| route.roles);
    let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let detail = format!("{method} {path} is for {}", roles.join(", "));
    Err(Problem::new(Kind::ROLE_NOT_ALLOWED, detail))
}

/// The fields of a form of these pages; one sent from elsewhere is refused.
async fn form(service: &Service, headers: &HeaderMap, body: Body) -> Result<String, Problem> {
    let foreign = |detail: &str| Err(Problem::new(Kind::FORM_REFUSED, detail));
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if said("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return foreign("the form was sent from another site");
    }
    // Browsers say `null` for pages that give no referrer, as these.
    let origin = said("origin").filter(|origin| *origin != "null");
    let host = said("host").unwrap_or_default();
    let own = |origin: &str| {
        origin
            .split_once("://")
            .is_some_and(|(_, name)| name == host)
    };
    if origin.is_some_and(|origin| !own(origin)) {
        return foreign("the form was sent from another site");
    }
    // Every byte of a text may become three.
    let bytes = read_body(headers, body, service.limits.body_bytes.saturating_mul(3)).await?;
    String::from_utf8(bytes).or_else(|_| foreign("the form is no text"))
}

/// A field of a form; line ends as in files.
fn field(form: &str, name: &str) -> Result<String, Problem> {
    let value = query::value(form, name).map(|text| text.replace("\r\n", "\n"));
    value.ok_or_else(|| Problem::new(Kind::FORM_REFUSED, format!("the field {name:?} is missing")))
}

/// On to another page, which is asked for with GET.
fn on_to(address: String) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response()
}
