//! `/v1/decision-audits:run`: real decisions against the order of the lines. Nothing is stored.

mod run;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::service::Service;

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new().routes(routes!(run::run))
}
