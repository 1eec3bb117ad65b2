//! `POST /v1/providers/{provider}/attestations`: the data are complete (K24).

use axum::response::Response;
use domain::procedure::Command;
use domain::{Month, ProviderId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::CalendarMonth;
use crate::written::{Write, Written, answer};

/// A month whose data are complete.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAttestation {
    #[schema(value_type = CalendarMonth)]
    month: Month,
}

/// Attests a month.
#[utoipa::path(post, path = "/v1/providers/{provider}/attestations", tag = "providers",
    request_body = NewAttestation, responses((status = 200, body = Written)))]
pub(crate) async fn attest(
    service: Served,
    KeyOf(provider): KeyOf<ProviderId>,
    write: Write<NewAttestation>,
) -> Result<Response, Problem> {
    write.caller.require_provider(&provider)?;
    let month = write.body.month;
    let command = Command::Attest { provider, month };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
