//! `POST /v1/contracts/{contract}/end`: care ends before the expected end.

use axum::response::Response;
use domain::ContractId;
use domain::procedure::{Command, ContractEnd};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use super::found;
use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::{ContractEndName, Day};
use crate::written::{Write, Written, answer};

/// When and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EndOfContract)]
pub(crate) struct EndGiven {
    /// Last day of care; a day before the first cancels the contract.
    #[schema(value_type = Day)]
    last_day: Date,
    #[schema(value_type = ContractEndName)]
    cause: ContractEnd,
}

/// Ends a contract.
#[utoipa::path(post, path = "/v1/contracts/{contract}/end", tag = "contracts",
    request_body = EndGiven, responses((status = 200, body = Written)))]
pub(crate) async fn end(
    service: Served,
    KeyOf(contract): KeyOf<ContractId>,
    write: Write<EndGiven>,
) -> Result<Response, Problem> {
    let (child, _) = found(&service, &write.caller, &contract).await?;
    let command = Command::EndContract {
        child,
        contract,
        last_day: write.body.last_day,
        cause: write.body.cause,
    };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
