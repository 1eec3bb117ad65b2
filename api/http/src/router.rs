//! Which address gives what.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::finish;
use crate::problem::{Kind, Problem};
use crate::view::PlannerView;
use crate::{api, charts_of_view, pages};

/// All pages and endpoints over one view.
///
/// Pages: `/`, `/occupancy`, `/forecast`, `/map`, `/scenario`, `/tables`, `/tables/{name}`,
/// `/method`; pictures: `/charts/{name}.svg`; endpoints: `/health`, `/v1/occupancy`,
/// `/v1/forecasts/{area}`, `/v1/tables/{name}`; `/v1/children` answers 403 whatever follows.
pub fn router(view: Arc<PlannerView>) -> Router {
    let children = get(children_never_leave);
    Router::new()
        .route("/", get(pages::overview::show))
        .route("/occupancy", get(pages::occupancy::show))
        .route("/forecast", get(pages::forecast::show))
        .route("/map", get(pages::map::show))
        .route("/scenario", get(pages::scenario::show))
        .route("/tables", get(pages::tables::list))
        .route("/tables/{name}", get(pages::tables::show))
        .route("/method", get(pages::method::show))
        .route("/assets/console.css", get(style))
        .route("/charts/{file}", get(charts_of_view::show))
        .route("/health", get(api::health::show))
        .route("/v1/occupancy", get(api::occupancy::show))
        .route("/v1/forecasts/{area}", get(api::forecasts::show))
        .route("/v1/tables/{name}", get(api::tables::show))
        .route("/v1/children", children.clone())
        .route("/v1/children/{*rest}", children)
        .fallback(not_found)
        .with_state(Arc::clone(&view))
        .layer(CatchPanicLayer::custom(finish::panicked))
        .layer(middleware::from_fn_with_state(view, finish::finish))
        .layer(CompressionLayer::new())
}

async fn not_found() -> Problem {
    Problem::new(Kind::NotFound, "")
}

async fn children_never_leave() -> Problem {
    Problem::new(Kind::ChildrenNeverLeave, "")
}

async fn style() -> Response {
    let mut response = include_str!("../assets/console.css").into_response();
    let media_type = HeaderValue::from_static("text/css; charset=utf-8");
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}
