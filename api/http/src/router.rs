//! Which address gives what.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use disclosure::Label;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::access::{gate, unknown_address};
use crate::finish::{self, Finishing};
use crate::pages::provider::Frame;
use crate::problem::{Kind, Problem};
use crate::resources::status;
use crate::service::Service;
use crate::view::PlannerView;
use crate::{api, charts_of_view, openapi, pages};

/// Where the description of the API is served.
const DESCRIPTION: &str = "/v1/openapi.json";

/// Longest time for a page; everything on it is computed before.
const PAGE_TIME: Duration = Duration::from_secs(30);

/// Pages and released tables of a view.
fn view_routes<S: Clone + Send + Sync + 'static>(view: Arc<PlannerView>) -> Router<S> {
    Router::new()
        .route("/", get(pages::overview::show))
        .route("/occupancy", get(pages::occupancy::show))
        .route("/forecast", get(pages::forecast::show))
        .route("/demand", get(pages::demand::show))
        .route("/levers", get(pages::levers::show))
        .route("/honesty", get(pages::honesty::show))
        .route("/map", get(pages::map::show))
        .route("/scenario", get(pages::scenario::show))
        .route("/tables", get(pages::tables::list))
        .route("/tables/{name}", get(pages::tables::show))
        .route("/method", get(pages::method::show))
        .route("/charts/{file}", get(charts_of_view::show))
        .route("/v1/occupancy", get(api::occupancy::show))
        .route("/v1/forecasts/honesty", get(api::honesty::show))
        .route("/v1/forecasts/{area}", get(api::forecasts::show))
        .route("/v1/demand/{area}", get(api::demand::show))
        .route("/v1/tables/{name}", get(api::tables::show))
        .with_state(view)
}

/// The page of providers, and the style of all pages.
fn provider_routes<S: Clone + Send + Sync + 'static>(frame: Frame) -> Router<S> {
    pages::provider::routes(frame).route("/assets/console.css", get(style))
}

/// What stands around pages where there are no pages for planners.
pub(crate) fn bare_view(service: &Service) -> PlannerView {
    let name = Label::new("Platzvergabe", "Placement");
    let mut view = PlannerView::empty(name, service.clock.today(), &service.engine_version);
    view.is_synthetic = service.is_demo;
    view
}

/// What stands around every router.
fn finished(router: Router, finishing: Finishing) -> Router {
    router
        .layer(CatchPanicLayer::custom(finish::panicked))
        .layer(middleware::from_fn_with_state(finishing, finish::finish))
        .layer(CompressionLayer::new())
}

/// All pages and endpoints over one view, without the procedure.
///
/// Pages: `/`, `/occupancy`, `/forecast`, `/demand`, `/levers`, `/honesty`, `/map`, `/scenario`, `/tables`, `/tables/{name}`,
/// `/method`, `/provider`; pictures: `/charts/{name}.svg`; endpoints: `/health`, `/v1/occupancy`,
/// `/v1/forecasts/{area}`, `/v1/forecasts/honesty`, `/v1/demand/{area}`, `/v1/tables/{name}`; `/v1/children` answers 403 whatever follows.
pub fn router(view: Arc<PlannerView>) -> Router {
    let children = get(children_never_leave);
    let finishing = Finishing {
        view: Some(Arc::clone(&view)),
        request_time: PAGE_TIME,
    };
    let router = Router::new()
        .route("/health", get(api::health::show))
        .with_state(Arc::clone(&view))
        .merge(provider_routes(Frame {
            view: Arc::clone(&view),
            has_planner_pages: true,
        }))
        .merge(view_routes(view))
        .route("/v1/children", children.clone())
        .route("/v1/children/{*rest}", children)
        .fallback(not_found);
    finished(router, finishing)
}

/// The placement procedure under `/v1`, its description at `/v1/openapi.json` and `/docs`, the page of
/// providers at `/provider`, that of scenarios at `/scenarios`, and the planner pages if the service has
/// a view.
///
/// Every route but these, `/health` and the released tables needs a token; who may use which stands
/// in one table, and what is not in it answers nobody.
pub fn service_router(mut service: Service) -> Router {
    if let Some(view) = &mut service.view {
        Arc::make_mut(view).has_service = true;
    }
    let service = Arc::new(service);
    let finishing = Finishing {
        view: service.view.clone(),
        request_time: service.limits.request_time,
    };
    let (api, _) = openapi::routes().split_for_parts();
    let gate = middleware::from_fn_with_state(Arc::clone(&service), gate);
    let docs = SwaggerUi::new("/docs").config(Config::from(DESCRIPTION));
    let mut router: Router<Arc<Service>> = api
        .layer(gate)
        .route("/health", get(status::health))
        .route(DESCRIPTION, get(description))
        .merge(docs);
    let mut frame = Frame {
        view: Arc::new(bare_view(&service)),
        has_planner_pages: false,
    };
    if let Some(view) = &service.view {
        router = router.merge(view_routes(Arc::clone(view)));
        frame.view = Arc::clone(view);
        frame.has_planner_pages = true;
    }
    router = router
        .merge(provider_routes(frame))
        .merge(pages::scenarios::routes());
    let router = router.fallback(unknown_address).with_state(service);
    finished(router, finishing)
}

async fn not_found() -> Problem {
    Problem::not_found()
}

async fn children_never_leave() -> Problem {
    Problem::new(Kind::CHILDREN_NEVER_LEAVE, "")
}

async fn description() -> Response {
    let mut response = openapi::openapi_json().into_response();
    let media_type = HeaderValue::from_static("application/json");
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}

async fn style() -> Response {
    let mut response = include_str!("../assets/console.css").into_response();
    let media_type = HeaderValue::from_static("text/css; charset=utf-8");
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}
