//! `POST /v1/facilities/{facility}/closing`: the facility is to close.

use axum::response::Response;
use domain::FacilityId;
use domain::procedure::Command;

use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::resources::providers::LastDay;
use crate::written::{Write, Written, answer};

/// Sets the last day of a facility: contracts stay, nothing beyond that day is offered.
#[utoipa::path(post, path = "/v1/facilities/{facility}/closing", tag = "facilities",
    request_body = LastDay, responses((status = 200, body = Written)))]
pub(crate) async fn close(
    service: Served,
    KeyOf(facility): KeyOf<FacilityId>,
    write: Write<LastDay>,
) -> Result<Response, Problem> {
    write.caller.require_facility(&service, &facility).await?;
    let last_day = write.body.last_day;
    let command = Command::CloseFacility { facility, last_day };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
