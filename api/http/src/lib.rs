//! The HTTP API and the planner pages.
//!
//! [`service_router()`] serves the placement procedure of a [`Service`] under `/v1`: providers,
//! facilities, children under pseudonyms, applications, offers, contracts, suggestions, events and the
//! logs, each for the roles that may see them. docs/API.md lists the routes, `docs/openapi.json` is
//! their description. [`router()`] serves a [`PlannerView`] alone: pages for planners in German and
//! English, charts as SVG, and `/v1` with the same numbers as JSON, CSV and Arrow stream. Pages work
//! without JavaScript (the provider view, which asks the API itself, needs it), load nothing from
//! elsewhere and say in words what colours say.
//!
//! **Architecture invariants:** the fields of [`PlannerView`] admit released, forecast and scenario
//! values and places only. No page and no endpoint gives rows of children to a planner; they hear 403.
//! A route that the table of roles does not name answers nobody. Nothing is logged, and no problem
//! says, more of a child than its pseudonym.
//!
//! ```
//! use std::sync::Arc;
//! use axum::{body::Body, http::Request};
//! use http_api::{PlannerView, router};
//! use tower::ServiceExt;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
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

pub mod analysis;

mod access;
mod api;
mod asked;
mod charts_of_forecasts;
mod charts_of_view;
mod clock;
mod correlation;
pub mod existing_children;
mod finish;
mod forecast_tables;
mod language;
mod negotiation;
mod openapi;
mod pages;
mod problem;
mod query;
mod releases;
mod resources;
mod router;
mod service;
mod sheet;
mod view;
mod vocabulary;
mod written;

pub use access::{issue_token, token_sha256};
pub use charts_of_forecasts::{HonestyPicture, PictureAndTable};
pub use clock::Clock;
pub use openapi::{openapi, openapi_json};
pub use problem::ERROR_CODES;
pub use router::{router, service_router};
pub use service::{Limits, Service};
pub use view::{
    Capability, CapabilityState, DemandMonthsView, Finding, ForecastView, HonestyView, LeversView,
    NamedForecast, NamedMap, NamedTable, OccupancySection, PlannerView, ScenarioView, ViewError,
};
