//! `POST /v1/offers/{offer}/confirmation` and `/declination`: the family's answer (K38).

use axum::response::Response;
use domain::OfferId;
use domain::procedure::Command;

use super::found;
use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::resources::children::OnBehalf;
use crate::written::{Write, Written, answer};

/// The family says yes. A second confirmed offer is a conflict: release the first (K38).
#[utoipa::path(post, path = "/v1/offers/{offer}/confirmation", tag = "offers",
    request_body = OnBehalf, responses((status = 200, body = Written)))]
pub(crate) async fn confirm(
    service: Served,
    KeyOf(offer): KeyOf<OfferId>,
    mut write: Write<OnBehalf>,
) -> Result<Response, Problem> {
    let (child, _, _) = found(&service, &write.caller, &offer).await?;
    let mandate = write.body.on_behalf_of.take().map(Into::into);
    write.on_behalf_of(mandate)?;
    let command = Command::ConfirmOffer { child, offer };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}

/// The family says no, or releases a confirmed offer.
#[utoipa::path(post, path = "/v1/offers/{offer}/declination", tag = "offers",
    request_body = OnBehalf, responses((status = 200, body = Written)))]
pub(crate) async fn decline(
    service: Served,
    KeyOf(offer): KeyOf<OfferId>,
    mut write: Write<OnBehalf>,
) -> Result<Response, Problem> {
    let (child, _, _) = found(&service, &write.caller, &offer).await?;
    let mandate = write.body.on_behalf_of.take().map(Into::into);
    write.on_behalf_of(mandate)?;
    let command = Command::DeclineOffer { child, offer };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
