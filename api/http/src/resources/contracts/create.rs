//! `POST /v1/contracts`: a care contract is concluded on an offer; everything else the child has open
//! is closed in the same transaction (K37, K38).

use axum::response::Response;
use domain::OfferId;
use domain::procedure::{Command, Conclusion};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::resources::offers;
use crate::resources::{Served, fresh};
use crate::vocabulary::Key;
use crate::written::{Write, Written, answer};

/// A contract to be concluded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewContract {
    /// The offer it is concluded on, open or confirmed.
    #[schema(value_type = Key)]
    offer: OfferId,
    /// 1 to 7.
    days_per_week: u8,
    lunch: bool,
}

/// Concludes a contract.
#[utoipa::path(post, path = "/v1/contracts", tag = "contracts", request_body = NewContract,
    responses((status = 201, body = Written)))]
pub(crate) async fn create(
    service: Served,
    write: Write<NewContract>,
) -> Result<Response, Problem> {
    let body = &write.body;
    let (child, _, _) = offers::found(&service, &write.caller, &body.offer).await?;
    let conclusion = Conclusion {
        contract: fresh()?,
        offer: body.offer.clone(),
        days_per_week: body.days_per_week,
        lunch: body.lunch,
        by: write.caller.person(),
    };
    let command = Command::ConcludeContract { child, conclusion };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
