//! `PUT /v1/children/{child}/ranking`: the open applications in a new order.

use axum::response::Response;
use domain::procedure::Command;
use domain::{ApplicationId, ChildId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::MandateGiven;
use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::Key;
use crate::written::{Write, Written, answer};

/// The new order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ranking {
    /// Every open application once, the best wish first.
    #[schema(value_type = Vec<Key>)]
    order: Vec<ApplicationId>,
    /// The mandate; staff need one.
    on_behalf_of: Option<MandateGiven>,
}

/// Puts the open applications of a child into a new order.
#[utoipa::path(put, path = "/v1/children/{child}/ranking", tag = "children",
    request_body = Ranking, responses((status = 200, body = Written)))]
pub(crate) async fn rank(
    service: Served,
    KeyOf(child): KeyOf<ChildId>,
    mut write: Write<Ranking>,
) -> Result<Response, Problem> {
    let mandate = write.body.on_behalf_of.take().map(Into::into);
    write.on_behalf_of(mandate)?;
    let order = write.body.order.clone();
    let command = Command::RankApplications { child, order };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
