//! `PUT /v1/facilities/{facility}/capacities`: places of a care type from a day on.

use axum::response::Response;
use domain::FacilityId;
use domain::procedure::{CapacityChange, Command};

use super::PlacesSpan;
use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::written::{Write, Written, answer};

/// Sets the places of a care type; later spans of the care type are replaced.
#[utoipa::path(put, path = "/v1/facilities/{facility}/capacities", tag = "facilities",
    request_body = PlacesSpan, responses((status = 200, body = Written)))]
pub(crate) async fn set_capacity(
    service: Served,
    KeyOf(facility): KeyOf<FacilityId>,
    write: Write<PlacesSpan>,
) -> Result<Response, Problem> {
    write.caller.require_facility(&service, &facility).await?;
    let span = write.body.into();
    let command = Command::SetCapacity(CapacityChange { facility, span });
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
