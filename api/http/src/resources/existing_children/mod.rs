//! Existing children of a provider: the template and the load (K41).

mod load;
mod template;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::service::Service;

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(load::load))
        .routes(routes!(template::file))
        .routes(routes!(template::description))
}
