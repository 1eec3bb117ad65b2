//! `POST /v1/children/{child}/moves`: the family moves and keeps its applications.

use axum::response::Response;
use domain::procedure::Command;
use domain::{AreaId, ChildId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::MandateGiven;
use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::Key;
use crate::written::{Write, Written, answer};

/// Where the family lives now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewHome {
    /// Home area, the smallest.
    #[schema(value_type = Key)]
    area: AreaId,
    /// Municipality key (AGS).
    municipality: u32,
    /// The mandate; staff need one.
    on_behalf_of: Option<MandateGiven>,
}

/// Records a move.
#[utoipa::path(post, path = "/v1/children/{child}/moves", tag = "children",
    request_body = NewHome, responses((status = 200, body = Written)))]
pub(crate) async fn move_home(
    service: Served,
    KeyOf(child): KeyOf<ChildId>,
    mut write: Write<NewHome>,
) -> Result<Response, Problem> {
    let mandate = write.body.on_behalf_of.take().map(Into::into);
    write.on_behalf_of(mandate)?;
    let command = Command::MoveHome {
        child,
        area: write.body.area.clone(),
        municipality: write.body.municipality,
    };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
