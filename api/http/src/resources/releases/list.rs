//! `GET /v1/releases`: what was released.

use axum::Json;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ReleaseView;
use crate::asked::Asked;
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::Day;

/// Of which date.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReleasesQuestion {
    /// The reference date; all if absent.
    #[param(value_type = Option<Day>)]
    reference_date: Option<Date>,
}

/// Releases in the order they were made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReleaseList)]
pub(crate) struct ReleasesView {
    /// Number of releases in the whole ledger.
    in_ledger: usize,
    releases: Vec<ReleaseView>,
}

/// Lists the releases of a reference date, of all populations and revisions.
#[utoipa::path(get, path = "/v1/releases", tag = "releases", params(ReleasesQuestion),
    responses((status = 200, body = ReleasesView)))]
pub(crate) async fn list(
    service: Served,
    Asked(question): Asked<ReleasesQuestion>,
) -> Result<Json<ReleasesView>, Problem> {
    let ledger = service.ledger().await?;
    let asked = |release: &ReleaseView| {
        let date = question.reference_date;
        date.is_none_or(|date| date == release.reference_date)
    };
    Ok(Json(ReleasesView {
        in_ledger: ledger.len(),
        releases: ReleaseView::all(&ledger).filter(asked).collect(),
    }))
}
