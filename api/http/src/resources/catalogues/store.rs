//! `PUT /v1/catalogues/{provider}`: a provider hands in a version of its catalogue.

use axum::response::Response;
use domain::ProviderId;
use domain::procedure::{CatalogueVersion, Command};
use store::ProcedureStore;

use super::check::CatalogueText;
use super::{aside, parsed, require_own};
use crate::analysis::against_the_city;
use crate::asked::KeyOf;
use crate::problem::{Kind, Problem};
use crate::resources::Served;
use crate::written::{Write, Written, answer};

/// Keeps a version of the provider's catalogue; it is in force from its `valid_from` until the next one.
///
/// Read and checked by law as in `:check` (422 `catalogue-refused`); it names the provider itself (422
/// `catalogue-of-another-provider`). It takes over the city's global criteria unchanged (422
/// `catalogue-refused`, E2190): those that the municipal provider's catalogue has on the day the new one
/// begins; without such a catalogue those that all other catalogues of that day share. The first one may have begun before; every other one begins today
/// or later, and after the newest one. `If-Match` takes the entity tag of the provider.
#[utoipa::path(put, path = "/v1/catalogues/{provider}", tag = "catalogues",
    request_body = CatalogueText, responses((status = 200, body = Written)))]
pub(crate) async fn store(
    service: Served,
    KeyOf(provider): KeyOf<ProviderId>,
    write: Write<CatalogueText>,
) -> Result<Response, Problem> {
    write.caller.require_provider(&provider)?;
    let text = write.body.catalogue.clone();
    let own = provider.clone();
    let snapshot = service.store.snapshot().await?;
    let version = aside(move || {
        let catalogue = parsed(&text)?;
        require_own(&catalogue, &own)?;
        let problems = against_the_city(&snapshot, &catalogue, &own);
        if !problems.is_empty() {
            return Err(Problem::rows_refused(Kind::CATALOGUE_REFUSED, &problems));
        }
        Ok((catalogue, text))
    });
    let (catalogue, text) = version.await?;
    let command = Command::StoreCatalogue {
        provider,
        catalogue: CatalogueVersion {
            catalogue: catalogue.id().to_owned(),
            version: catalogue.version(),
            version_hash: catalogue.version_hash(),
            valid_from: catalogue.valid_from(),
            text,
            stored_by: write.caller.person(),
            stored_on: write.envelope.today,
        },
    };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
