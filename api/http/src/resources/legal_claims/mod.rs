//! `/v1/legal-claims:propose`: free seats for children without a place. Nothing is stored or offered.

mod propose;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::service::Service;

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new().routes(routes!(propose::propose))
}
