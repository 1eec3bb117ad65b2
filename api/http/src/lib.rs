//! The HTTP API and the planner pages.
//!
//! [`router()`] serves a [`PlannerView`]: pages for planners in German and English, charts as SVG, and
//! `/v1` with the same numbers as JSON, CSV and Arrow stream. Pages work without JavaScript, load
//! nothing from elsewhere and say in words what colours say.
//!
//! **Architecture invariant:** the fields of [`PlannerView`] admit released, forecast and scenario
//! values and places only. No page and no endpoint gives rows of children; `/v1/children` answers 403.
//!
//! ```
//! use std::sync::Arc;
//! use axum::{body::Body, http::Request};
//! use http_api::{PlannerView, router};
//! use tower::ServiceExt;
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let city = disclosure::Label::new("Beispielstadt", "Example city");
//! let view = PlannerView::empty(city, jiff::civil::date(2026, 11, 1), "0.1.0");
//! let answer = |path: &str| {
//!     let request = Request::get(path).body(Body::empty()).unwrap();
//!     router(Arc::new(view.clone())).oneshot(request)
//! };
//! assert_eq!(answer("/health").await?.status(), 200);
//! assert_eq!(answer("/v1/children/42").await?.status(), 403);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod api;
mod charts_of_view;
mod finish;
mod language;
mod negotiation;
mod pages;
mod problem;
mod query;
mod router;
mod sheet;
mod view;

pub use problem::ERROR_CODES;
pub use router::router;
pub use view::{
    Capability, CapabilityState, Finding, ForecastView, NamedMap, NamedTable, OccupancySection,
    PlannerView, ScenarioView, ViewError,
};
