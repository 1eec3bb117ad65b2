//! `POST /v1/children/{child}/consents`: consent to automatic withdrawal (K39).

use axum::response::Response;
use domain::procedure::{Channel, Command, Consent, Role};
use domain::{ActorId, ChildId};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use super::MandateGiven;
use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::{ChannelName, Day, Key};
use crate::written::{Write, Written, answer};

/// The custodians' consent to automatic withdrawal: the ground for parallel applications.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConsent {
    /// Version of the text agreed to.
    text_version: String,
    /// Where it was given; by default that of the role.
    #[schema(value_type = Option<ChannelName>)]
    channel: Option<Channel>,
    /// The day; by default today.
    #[schema(value_type = Option<Day>)]
    given_on: Option<Date>,
    /// Account of the custodian; by default the one that sends this.
    #[schema(value_type = Option<Key>)]
    given_by: Option<ActorId>,
    /// The mandate; staff need one.
    on_behalf_of: Option<MandateGiven>,
}

/// Where somebody of a role takes things down.
pub(crate) const fn channel_of(role: Role) -> Channel {
    match role {
        Role::Portal => Channel::Online,
        Role::ProviderAdmin | Role::ProviderStaff => Channel::Onsite,
        _ => Channel::Mediation,
    }
}

/// Records the consent.
#[utoipa::path(post, path = "/v1/children/{child}/consents", tag = "children",
    request_body = NewConsent, responses((status = 200, body = Written)))]
pub(crate) async fn give_consent(
    service: Served,
    KeyOf(child): KeyOf<ChildId>,
    mut write: Write<NewConsent>,
) -> Result<Response, Problem> {
    let mandate = write.body.on_behalf_of.take().map(Into::into);
    write.on_behalf_of(mandate)?;
    let body = &write.body;
    let caller = &write.caller;
    let consent = Consent {
        text_version: body.text_version.clone(),
        channel: body.channel.unwrap_or(channel_of(caller.role())),
        given_on: body.given_on.unwrap_or(write.envelope.today),
        given_by: body.given_by.clone().unwrap_or(caller.grant.actor.clone()),
    };
    let command = Command::GiveConsent { child, consent };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
