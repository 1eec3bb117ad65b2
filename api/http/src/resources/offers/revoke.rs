//! `POST /v1/offers/{offer}/revocation`: the provider takes an offer back.

use axum::response::Response;
use domain::OfferId;
use domain::procedure::Command;
use serde::Deserialize;
use utoipa::ToSchema;

use super::found;
use crate::asked::KeyOf;
use crate::problem::{Kind, Problem};
use crate::resources::Served;
use crate::written::{Write, Written, answer};

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revocation {
    /// Reason code of the provider.
    reason: Option<String>,
}

/// Takes an offer back.
#[utoipa::path(post, path = "/v1/offers/{offer}/revocation", tag = "offers",
    request_body = Revocation, responses((status = 200, body = Written)))]
pub(crate) async fn revoke(
    service: Served,
    KeyOf(offer): KeyOf<OfferId>,
    write: Write<Revocation>,
) -> Result<Response, Problem> {
    let (child, _, _) = found(&service, &write.caller, &offer).await?;
    let reason = write.body.reason.clone().ok_or_else(|| {
        let detail = "an offer is taken back for a reason; give its code";
        Problem::field(Kind::REASON_MISSING, "reason", detail)
    })?;
    let command = Command::RevokeOffer {
        child,
        offer,
        reason,
    };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
