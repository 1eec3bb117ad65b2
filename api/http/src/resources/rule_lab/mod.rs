//! `/v1/rule-lab:run`: what other mechanisms would have done. Nothing is stored, nothing is offered.

mod run;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::service::Service;

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new().routes(routes!(run::run))
}
