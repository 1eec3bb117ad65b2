//! `PUT /v1/facilities/{facility}/needs-plan`: it enters or leaves the needs plan (K11).

use axum::response::Response;
use domain::FacilityId;
use domain::procedure::Command;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::written::{Write, Written, answer};

/// Whether the needs plan lists the facility.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NeedsPlan {
    in_needs_plan: bool,
}

/// Sets whether the needs plan lists the facility.
#[utoipa::path(put, path = "/v1/facilities/{facility}/needs-plan", tag = "facilities",
    request_body = NeedsPlan, responses((status = 200, body = Written)))]
pub(crate) async fn set_needs_plan(
    service: Served,
    KeyOf(facility): KeyOf<FacilityId>,
    write: Write<NeedsPlan>,
) -> Result<Response, Problem> {
    let in_needs_plan = write.body.in_needs_plan;
    let command = Command::SetNeedsPlan {
        facility,
        in_needs_plan,
    };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
