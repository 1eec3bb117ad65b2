//! Resources of the API: one folder per resource, one file per verb.
//!
//! Handlers parse, ask the store or the engine once, and answer. Who may call them stands in
//! [`crate::access`]; what they answer in `docs/openapi.json`.

pub(crate) mod applications;
pub(crate) mod audit;
pub(crate) mod catalogues;
pub(crate) mod children;
pub(crate) mod city;
pub(crate) mod contracts;
pub(crate) mod decision_audits;
pub(crate) mod events;
pub(crate) mod existing_children;
pub(crate) mod extracts;
pub(crate) mod facilities;
pub(crate) mod legal_claims;
pub(crate) mod offers;
pub(crate) mod providers;
pub(crate) mod releases;
pub(crate) mod rule_lab;
pub(crate) mod runs;
pub(crate) mod scenarios;
pub(crate) mod statistics;
pub(crate) mod status;
pub(crate) mod suggestions;
pub(crate) mod sync;
pub(crate) mod tokens;

use std::sync::Arc;

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;

use crate::service::Service;

/// All resources of the procedure.
pub(crate) fn routes() -> OpenApiRouter<Arc<Service>> {
    OpenApiRouter::new()
        .merge(status::routes())
        .merge(providers::routes())
        .merge(facilities::routes())
        .merge(existing_children::routes())
        .merge(children::routes())
        .merge(applications::routes())
        .merge(offers::routes())
        .merge(contracts::routes())
        .merge(suggestions::routes())
        .merge(rule_lab::routes())
        .merge(runs::routes())
        .merge(scenarios::routes())
        .merge(catalogues::routes())
        .merge(decision_audits::routes())
        .merge(legal_claims::routes())
        .merge(city::routes())
        .merge(extracts::routes())
        .merge(statistics::routes())
        .merge(releases::routes())
        .merge(events::routes())
        .merge(sync::routes())
        .merge(audit::routes())
        .merge(tokens::routes())
}

/// The state of every handler.
pub(crate) type Served = State<Arc<Service>>;

/// A key made here: UUID version 7, so that keys sort by their time.
pub(crate) fn new_key() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// A key made here, as a type of the domain.
pub(crate) fn fresh<T>() -> Result<T, crate::problem::Problem>
where
    T: std::str::FromStr<Err = domain::IdentifierError>,
{
    new_key()
        .parse()
        .map_err(|error: domain::IdentifierError| crate::problem::Problem::failed(&error))
}
