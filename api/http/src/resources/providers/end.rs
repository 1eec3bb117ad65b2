//! `POST /v1/providers/{provider}/end`: the agreement ends (K48).

use axum::response::Response;
use domain::ProviderId;
use domain::procedure::Command;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::Day;
use crate::written::{Write, Written, answer};

/// The last day of an agreement.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LastDay {
    #[schema(value_type = Day)]
    pub(crate) last_day: Date,
}

/// Ends a provider's participation: from the day after, no access, no applications, no offers.
#[utoipa::path(post, path = "/v1/providers/{provider}/end", tag = "providers",
    request_body = LastDay, responses((status = 200, body = Written)))]
pub(crate) async fn end(
    service: Served,
    KeyOf(provider): KeyOf<ProviderId>,
    write: Write<LastDay>,
) -> Result<Response, Problem> {
    let last_day = write.body.last_day;
    let command = Command::EndProvider { provider, last_day };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
