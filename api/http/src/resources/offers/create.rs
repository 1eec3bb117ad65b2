//! `POST /v1/offers`: a person of the provider offers a place (K33).

use axum::response::Response;
use domain::procedure::{Command, NewOffer};
use domain::{ApplicationId, DailyHours};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::resources::applications;
use crate::resources::{Served, fresh};
use crate::vocabulary::{Day, Hours, Key};
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
    /// Reason code where it leaves the suggested order (K16).
    override_reason: Option<String>,
}

/// Offers a place.
#[utoipa::path(post, path = "/v1/offers", tag = "offers", request_body = OfferGiven,
    responses((status = 201, body = Written)))]
pub(crate) async fn create(service: Served, write: Write<OfferGiven>) -> Result<Response, Problem> {
    let body = &write.body;
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
