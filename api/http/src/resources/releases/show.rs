//! `GET /v1/releases/{release}`: one release with its table.

use std::num::NonZeroUsize;

use axum::Json;
use serde::Serialize;
use serde_json::Value;
use store::Store as _;
use utoipa::ToSchema;

use super::{ReleaseView, release_of};
use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;

/// A release with what its readers saw.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReleaseWithTable)]
pub(crate) struct ReleasedView {
    #[serde(flatten)]
    release: ReleaseView,
    /// Table as released: dimensions, cells, policy, method with its parameters, minimum frequency,
    /// method note and what the protection cost (loss).
    #[schema(value_type = Object)]
    released: Value,
}

/// Shows a release: its table, method, parameters and loss.
#[utoipa::path(get, path = "/v1/releases/{release}", tag = "releases",
    responses((status = 200, body = ReleasedView)))]
pub(crate) async fn show(
    service: Served,
    KeyOf(number): KeyOf<NonZeroUsize>,
) -> Result<Json<ReleasedView>, Problem> {
    let ledger = service.ledger().await?;
    let release = release_of(&ledger, number).ok_or_else(Problem::not_found)?;
    let (hash, date) = (release.content_sha256(), release.scope().date());
    let kept = service.store.release(hash, date).await?;
    let kept = kept.ok_or_else(Problem::not_found)?;
    let released = serde_json::from_slice(&kept.bytes).map_err(|error| Problem::failed(&error))?;
    Ok(Json(ReleasedView {
        release: ReleaseView::of(number.get(), release),
        released,
    }))
}
