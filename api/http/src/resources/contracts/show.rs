//! `GET /v1/contracts/{contract}`

use axum::Json;
use domain::ContractId;

use super::{ContractView, found};
use crate::access::Caller;
use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;

/// Shows a contract with its versions.
#[utoipa::path(get, path = "/v1/contracts/{contract}", tag = "contracts",
    responses((status = 200, body = ContractView)))]
pub(crate) async fn show(
    service: Served,
    caller: Caller,
    KeyOf(contract): KeyOf<ContractId>,
) -> Result<Json<ContractView>, Problem> {
    let (child, contract) = found(&service, &caller, &contract).await?;
    Ok(Json(ContractView::of(&child, &contract)))
}
