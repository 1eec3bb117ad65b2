//! `GET /v1/providers`

use axum::Json;
use domain::ProviderId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{ProviderView, attestations, steps};
use crate::access::Caller;
use crate::asked::{Asked, limit, next_page};
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::Key;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProviderPage {
    /// Key of the last provider of the page before.
    #[param(value_type = Option<Key>)]
    after: Option<ProviderId>,
    /// Entries of a page, 1 to 1000.
    limit: Option<u32>,
}

/// Providers, in the order of their keys.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Providers {
    providers: Vec<ProviderView>,
    /// Address of the next page.
    next: Option<String>,
}

/// Lists providers.
#[utoipa::path(get, path = "/v1/providers", tag = "providers", params(ProviderPage),
    responses((status = 200, body = Providers)))]
pub(crate) async fn list(
    service: Served,
    caller: Caller,
    Asked(page): Asked<ProviderPage>,
) -> Result<Json<Providers>, Problem> {
    let limit = limit(page.limit)?;
    let snapshot = service.snapshot().await?;
    let today = service.clock.today();
    let mut found = snapshot
        .providers()
        .filter(|record| page.after.as_ref().is_none_or(|after| record.id() > after));
    let providers: Vec<ProviderView> = found
        .by_ref()
        .take(limit as usize)
        .map(|record| {
            let it = &record.registration;
            let whole = caller.is_of_the_city() || caller.own_provider() == Some(&it.id);
            ProviderView {
                provider: it.id.clone(),
                name: it.name.clone(),
                kind: it.kind,
                regime: it.regime,
                takes_part_today: it.participates_from <= today
                    && it.participates_to.is_none_or(|last| today <= last),
                participates_from: whole.then_some(it.participates_from),
                participates_to: it.participates_to.filter(|_| whole),
                rollout: whole.then(|| steps(&record.rollout)),
                attestations: whole.then(|| attestations(&record.attestations)),
            }
        })
        .collect();
    let last = providers.last().filter(|_| found.next().is_some());
    let next = last.map(|last| next_page("/v1/providers", last.provider.as_str(), limit, ""));
    Ok(Json(Providers { providers, next }))
}
