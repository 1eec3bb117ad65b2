//! `POST /v1/providers/{provider}/import-deadlines`: until when existing children are loaded (K42).

use axum::response::Response;
use domain::procedure::Command;
use domain::{CareType, ProviderId};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::{CareTypeName, Day};
use crate::written::{Write, Written, answer};

/// The date of a care type.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDeadline {
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    #[schema(value_type = Day)]
    deadline: Date,
}

/// Sets the date of a care type.
#[utoipa::path(post, path = "/v1/providers/{provider}/import-deadlines", tag = "providers",
    request_body = NewDeadline, responses((status = 200, body = Written)))]
pub(crate) async fn set_import_deadline(
    service: Served,
    KeyOf(provider): KeyOf<ProviderId>,
    write: Write<NewDeadline>,
) -> Result<Response, Problem> {
    let command = Command::SetImportDeadline {
        provider,
        care_type: write.body.care_type,
        deadline: write.body.deadline,
    };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
