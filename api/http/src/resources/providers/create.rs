//! `POST /v1/providers`: a provider joins (K19).

use axum::response::Response;
use domain::ProviderId;
use domain::procedure::{Command, ProviderRegistration};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::resources::{Served, fresh};
use crate::vocabulary::{Day, Key, LegalRegimeName, ProviderKindName};
use crate::written::{Write, Written, answer};

/// A provider that joins.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewProvider {
    /// The key; made if absent.
    #[schema(value_type = Option<Key>)]
    provider: Option<ProviderId>,
    /// Name on pages.
    name: String,
    #[schema(value_type = ProviderKindName)]
    kind: domain::ProviderKind,
    #[schema(value_type = LegalRegimeName)]
    regime: domain::LegalRegime,
    /// First day of the operating agreement.
    #[schema(value_type = Day)]
    participates_from: Date,
    /// Last day, if agreed.
    #[schema(value_type = Option<Day>)]
    participates_to: Option<Date>,
}

/// Registers a provider.
#[utoipa::path(post, path = "/v1/providers", tag = "providers", request_body = NewProvider,
    responses((status = 201, body = Written)))]
pub(crate) async fn create(
    service: Served,
    write: Write<NewProvider>,
) -> Result<Response, Problem> {
    let body = &write.body;
    let id = match &body.provider {
        Some(given) => given.clone(),
        None => fresh()?,
    };
    let command = Command::RegisterProvider(ProviderRegistration {
        id,
        name: body.name.clone(),
        kind: body.kind,
        regime: body.regime,
        participates_from: body.participates_from,
        participates_to: body.participates_to,
    });
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
