//! `POST /v1/providers/{provider}/rollout-steps`: a step of the introduction (K27).

use axum::response::Response;
use domain::procedure::Command;
use domain::{CareType, ProviderId, RolloutStage, RolloutStep};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::{CareTypeName, Day, StageName};
use crate::written::{Write, Written, answer};

/// From a day on, a care type is in a stage.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewStep {
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    #[schema(value_type = StageName)]
    stage: RolloutStage,
    #[schema(value_type = Day)]
    valid_from: Date,
}

/// Sets a step of the introduction.
#[utoipa::path(post, path = "/v1/providers/{provider}/rollout-steps", tag = "providers",
    request_body = NewStep, responses((status = 200, body = Written)))]
pub(crate) async fn set_rollout(
    service: Served,
    KeyOf(provider): KeyOf<ProviderId>,
    write: Write<NewStep>,
) -> Result<Response, Problem> {
    let step = RolloutStep {
        care_type: write.body.care_type,
        stage: write.body.stage,
        valid_from: write.body.valid_from,
    };
    let command = Command::SetRollout { provider, step };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
