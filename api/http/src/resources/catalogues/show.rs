//! `GET /v1/catalogues/{provider}`: the catalogue in force, and all versions.

use axum::Json;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::procedure::CatalogueVersion;
use domain::{ActorId, ProviderId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::ProcedureStore;
use utoipa::{IntoParams, ToSchema};

use super::check::{CatalogueView, view};
use super::{aside, parsed};
use crate::access::Caller;
use crate::asked::{Asked, KeyOf, tagged};
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::{Day, Key};

/// For which day.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CatalogueAsked {
    /// The day the catalogue in force is shown for; today if absent.
    #[param(value_type = Option<Day>)]
    on: Option<Date>,
}

/// Catalogues of a provider.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProviderCatalogues {
    #[schema(value_type = Key)]
    provider: ProviderId,
    /// The day asked about.
    #[schema(value_type = Day)]
    on: Date,
    /// To be named as `catalogue_version` with points; null if none is in force.
    catalogue_version: Option<String>,
    /// The catalogue in force on that day; null if none is.
    in_force: Option<CatalogueView>,
    /// Its text as handed in.
    catalogue_text: Option<String>,
    /// All versions, by first day.
    versions: Vec<VersionView>,
}

/// A version of a catalogue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueVersion)]
pub(crate) struct VersionView {
    /// Name of the catalogue.
    catalogue: String,
    version: u32,
    version_hash: String,
    catalogue_version: String,
    #[schema(value_type = Day)]
    valid_from: Date,
    /// Who handed it in; for the city and the provider itself.
    #[schema(value_type = Option<Key>)]
    stored_by: Option<ActorId>,
    #[schema(value_type = Day)]
    stored_on: Date,
}

/// Shows the catalogue of a provider. The entity tag is the provider's.
#[utoipa::path(get, path = "/v1/catalogues/{provider}", tag = "catalogues",
    params(CatalogueAsked), responses((status = 200, body = ProviderCatalogues)))]
pub(crate) async fn show(
    service: Served,
    caller: Caller,
    KeyOf(provider): KeyOf<ProviderId>,
    Asked(asked): Asked<CatalogueAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let file = service.store.provider_file(&provider).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    let on = asked.on.unwrap_or_else(|| service.clock.today());
    let versions = service.store.catalogues(&provider).await?;
    let in_force = CatalogueVersion::in_force(&versions, on).cloned();
    let shown = match in_force.clone() {
        None => None,
        Some(version) => Some(aside(move || Ok(view(&parsed(&version.text)?))).await?),
    };
    let whole = caller.is_of_the_city() || caller.own_provider() == Some(&provider);
    let body = ProviderCatalogues {
        provider,
        on,
        catalogue_version: in_force.as_ref().map(CatalogueVersion::name),
        in_force: shown,
        catalogue_text: in_force.map(|version| version.text),
        versions: versions
            .into_iter()
            .map(|version| version_view(version, whole))
            .collect(),
    };
    Ok(tagged(&headers, file.revision, Json(body)))
}

fn version_view(version: CatalogueVersion, whole: bool) -> VersionView {
    VersionView {
        catalogue_version: version.name(),
        catalogue: version.catalogue,
        version: version.version,
        version_hash: version.version_hash,
        valid_from: version.valid_from,
        stored_by: whole.then_some(version.stored_by.id),
        stored_on: version.stored_on,
    }
}
