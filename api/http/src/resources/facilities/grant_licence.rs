//! `POST /v1/facilities/{facility}/licences`: a licence is granted or proven again (K47).

use axum::response::Response;
use domain::procedure::Command;
use domain::{FacilityId, ReferenceId};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::{Day, Key};
use crate::written::{Write, Written, answer};

/// A span of the operating licence with its proof.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLicence {
    #[schema(value_type = Day)]
    valid_from: Date,
    #[schema(value_type = Option<Day>)]
    valid_to: Option<Date>,
    /// Reference of the proof.
    #[schema(value_type = Key)]
    proof: ReferenceId,
}

/// Records an operating licence.
#[utoipa::path(post, path = "/v1/facilities/{facility}/licences", tag = "facilities",
    request_body = NewLicence, responses((status = 200, body = Written)))]
pub(crate) async fn grant_licence(
    service: Served,
    KeyOf(facility): KeyOf<FacilityId>,
    write: Write<NewLicence>,
) -> Result<Response, Problem> {
    let command = Command::GrantLicence {
        facility,
        valid_from: write.body.valid_from,
        valid_to: write.body.valid_to,
        proof: write.body.proof.clone(),
    };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
