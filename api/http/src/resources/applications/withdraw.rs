//! `POST /v1/applications/{application}/withdrawal`: the family no longer wants the place.

use axum::response::Response;
use domain::ApplicationId;
use domain::procedure::Command;
use serde::Deserialize;
use utoipa::ToSchema;

use super::found;
use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::resources::children::MandateGiven;
use crate::written::{Write, Written, answer};

/// Why, and under which mandate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithdrawalGiven {
    /// The family moves away.
    #[serde(default)]
    moved_away: bool,
    /// The mandate; staff need one.
    on_behalf_of: Option<MandateGiven>,
}

/// Withdraws an application with whatever is on offer.
#[utoipa::path(post, path = "/v1/applications/{application}/withdrawal", tag = "applications",
    request_body = WithdrawalGiven, responses((status = 200, body = Written)))]
pub(crate) async fn withdraw(
    service: Served,
    KeyOf(application): KeyOf<ApplicationId>,
    mut write: Write<WithdrawalGiven>,
) -> Result<Response, Problem> {
    let (child, _) = found(&service, &write.caller, &application).await?;
    let mandate = write.body.on_behalf_of.take().map(Into::into);
    write.on_behalf_of(mandate)?;
    let command = Command::WithdrawApplication {
        child,
        application,
        moved_away: write.body.moved_away,
    };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
