//! `GET /v1/applications/{application}`

use axum::Json;
use domain::ApplicationId;

use super::{ApplicationView, found};
use crate::access::Caller;
use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;

/// Shows an application with its offers.
#[utoipa::path(get, path = "/v1/applications/{application}", tag = "applications",
    responses((status = 200, body = ApplicationView)))]
pub(crate) async fn show(
    service: Served,
    caller: Caller,
    KeyOf(application): KeyOf<ApplicationId>,
) -> Result<Json<ApplicationView>, Problem> {
    let (child, application) = found(&service, &caller, &application).await?;
    let of_a_provider = caller.role().is_of_a_provider();
    let view = ApplicationView::of(&child, &application, of_a_provider);
    Ok(Json(view))
}
