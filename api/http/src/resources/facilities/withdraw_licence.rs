//! `POST /v1/facilities/{facility}/licence-withdrawals`: the licence is lost (K47).

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

/// The day from which no licence is valid, and the written notice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LicenceWithdrawal {
    /// First day without a licence.
    #[schema(value_type = Day)]
    from: Date,
    /// Reference of the written notice.
    #[schema(value_type = Key)]
    notice: ReferenceId,
}

/// Withdraws the operating licence: the facility is no longer listed, contracts stay.
#[utoipa::path(post, path = "/v1/facilities/{facility}/licence-withdrawals", tag = "facilities",
    request_body = LicenceWithdrawal, responses((status = 200, body = Written)))]
pub(crate) async fn withdraw_licence(
    service: Served,
    KeyOf(facility): KeyOf<FacilityId>,
    write: Write<LicenceWithdrawal>,
) -> Result<Response, Problem> {
    let command = Command::WithdrawLicence {
        facility,
        from: write.body.from,
        notice: write.body.notice.clone(),
    };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
