//! `GET /v1/providers/{provider}`

use axum::Json;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::ProviderId;
use store::ProcedureStore;

use super::{ProviderView, view};
use crate::access::Caller;
use crate::asked::{KeyOf, tagged};
use crate::problem::Problem;
use crate::resources::Served;

/// Shows a provider.
#[utoipa::path(get, path = "/v1/providers/{provider}", tag = "providers",
    responses((status = 200, body = ProviderView)))]
pub(crate) async fn show(
    service: Served,
    caller: Caller,
    KeyOf(provider): KeyOf<ProviderId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let file = service.store.provider_file(&provider).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    let whole = caller.is_of_the_city() || caller.own_provider() == Some(&provider);
    let body = Json(view(&file.value, service.clock.today(), whole));
    Ok(tagged(&headers, file.revision, body))
}
