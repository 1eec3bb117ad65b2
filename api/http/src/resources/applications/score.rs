//! `PUT /v1/applications/{application}/points`: points of the provider's catalogue (K35).

use axum::response::Response;
use domain::ApplicationId;
use domain::procedure::Command;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{PointsView, found};
use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::written::{Write, Written, answer};

/// All points of an application.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Score {
    points: Vec<PointsView>,
    /// Version of the catalogue behind the points.
    catalogue_version: String,
}

/// Records the points of an application; those of before are replaced.
#[utoipa::path(put, path = "/v1/applications/{application}/points", tag = "applications",
    request_body = Score, responses((status = 200, body = Written)))]
pub(crate) async fn score(
    service: Served,
    KeyOf(application): KeyOf<ApplicationId>,
    write: Write<Score>,
) -> Result<Response, Problem> {
    let (child, _) = found(&service, &write.caller, &application).await?;
    let points = write.body.points.iter().cloned();
    let command = Command::ScoreApplication {
        child,
        application,
        points: points.map(PointsView::into_domain).collect(),
        catalogue_version: write.body.catalogue_version.clone(),
    };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
