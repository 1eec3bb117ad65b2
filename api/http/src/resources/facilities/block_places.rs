//! `POST /v1/facilities/{facility}/blocked-places`: places that cannot be given for a time.

use axum::response::Response;
use domain::FacilityId;
use domain::procedure::Command;

use super::BlockedView;
use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::written::{Write, Written, answer};

/// Blocks places; a span with the same care type and first day is replaced.
#[utoipa::path(post, path = "/v1/facilities/{facility}/blocked-places", tag = "facilities",
    request_body = BlockedView, responses((status = 200, body = Written)))]
pub(crate) async fn block_places(
    service: Served,
    KeyOf(facility): KeyOf<FacilityId>,
    write: Write<BlockedView>,
) -> Result<Response, Problem> {
    write.caller.require_facility(&service, &facility).await?;
    let span = write.body.into();
    let command = Command::BlockPlaces { facility, span };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
