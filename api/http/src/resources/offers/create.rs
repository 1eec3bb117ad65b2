//! `POST /v1/offers`: a person of the provider offers a place (K33).

use axum::response::Response;
use domain::procedure::{Command, NewOffer};
use domain::{ApplicationId, DailyHours};
use jiff::civil::Date;
use matching::DeviationReason;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::{Kind, Problem};
use crate::resources::applications;
use crate::resources::{Served, fresh};
use crate::vocabulary::{Day, Hours, Key, OverrideReasonName};
use crate::written::{Write, Written, answer};

/// A place on offer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewOffer)]
pub(crate) struct OfferGiven {
    #[schema(value_type = Key)]
    application: ApplicationId,
    /// First day of care.
    #[schema(value_type = Day)]
    starts_on: Date,
    /// Last day of the stay; by default the expected end.
    #[schema(value_type = Option<Day>)]
    ends_on: Option<Date>,
    /// By default those wished.
    #[schema(value_type = Option<Hours>)]
    daily_hours: Option<DailyHours>,
    /// Last day to answer.
    #[schema(value_type = Day)]
    reply_by: Date,
    /// Reason code; needed where the newest suggestion list of the facility and care type does not
    /// suggest the child, or suggests another one before it that still waits (K16).
    #[schema(value_type = Option<OverrideReasonName>)]
    override_reason: Option<String>,
}

/// Refuses a reason that is none of the codes.
fn check_reason(code: Option<&str>) -> Result<(), Problem> {
    match code.map(str::parse::<DeviationReason>) {
        None | Some(Ok(_)) => Ok(()),
        Some(Err(unknown)) => {
            let kind = Kind::WRONG_VALUE.with_code(unknown.code());
            let codes: Vec<&str> = DeviationReason::all().map(DeviationReason::code).collect();
            let detail = "the reason code is unknown; write one of those allowed";
            Err(Problem::field(kind, "override_reason", detail).with("allowed", codes.into()))
        }
    }
}

/// Offers a place.
///
/// 422 `override-reason-missing` if it leaves the suggested order and gives no reason; `allowed` has the
/// codes. The reason stays with the offer and in the change log.
#[utoipa::path(post, path = "/v1/offers", tag = "offers", request_body = OfferGiven,
    responses((status = 201, body = Written)))]
pub(crate) async fn create(service: Served, write: Write<OfferGiven>) -> Result<Response, Problem> {
    let body = &write.body;
    check_reason(body.override_reason.as_deref())?;
    let (child, _) = applications::found(&service, &write.caller, &body.application).await?;
    let offer = NewOffer {
        id: fresh()?,
        application: body.application.clone(),
        starts_on: body.starts_on,
        ends_on: body.ends_on,
        daily_hours: body.daily_hours,
        reply_by: body.reply_by,
        by: write.caller.person(),
        override_reason: body.override_reason.clone(),
    };
    let command = Command::MakeOffer { child, offer };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
