//! `/v1/children`: pseudonymous; no name, no address, no health text (P18).

mod chances;
mod create;
pub(crate) mod give_consent;
mod move_home;
mod rank;
mod revoke_consent;
mod show;
mod suggestion_statement;

use domain::ReferenceId;
use domain::procedure::Mandate;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::service::Service;
use crate::vocabulary::Key;

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(create::create))
        .routes(routes!(show::show))
        .routes(routes!(chances::chances))
        .routes(routes!(
            give_consent::give_consent,
            revoke_consent::revoke_consent
        ))
        .routes(routes!(move_home::move_home))
        .routes(routes!(rank::rank))
        .routes(routes!(suggestion_statement::suggestion_statement))
}

/// The mandate under which staff act for custodians (Bevollmächtigung, K53).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Mandate)]
pub(crate) struct MandateGiven {
    /// Reference of the mandate in the provider's or city's files.
    #[schema(value_type = Key)]
    reference: ReferenceId,
}

impl From<MandateGiven> for Mandate {
    fn from(given: MandateGiven) -> Self {
        Self {
            reference: given.reference,
        }
    }
}

/// A request that needs nothing but, from staff, the mandate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OnBehalf {
    /// The mandate; staff need one.
    pub(crate) on_behalf_of: Option<MandateGiven>,
}
