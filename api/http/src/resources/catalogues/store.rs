//! `PUT /v1/catalogues/{provider}`: a provider hands in a version of its catalogue.

use axum::response::Response;
use domain::procedure::{CatalogueVersion, Command};
use domain::{ProviderId, ProviderKind};
use matching::CriteriaCatalogue;
use store::{ProcedureStore, Snapshot};

use super::check::CatalogueText;
use super::{FILE, aside, parsed, require_own};
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
        require_criteria_of_the_city(&catalogue, &snapshot, &own)?;
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

/// Refuses a catalogue that drops, changes or adds a global criterion: these are the city's, agreed with
/// all providers. Its own provider states them, and may change them with a new version; others take them
/// over with theirs.
fn require_criteria_of_the_city(
    catalogue: &CriteriaCatalogue,
    snapshot: &Snapshot,
    own: &ProviderId,
) -> Result<(), Problem> {
    let is_of_the_city = |id: &ProviderId| {
        let record = snapshot.provider(id);
        record.is_some_and(|it| it.registration.kind == ProviderKind::Municipal)
    };
    if is_of_the_city(own) {
        return Ok(());
    }
    let in_force = |of_the_city: bool| {
        let records = snapshot.providers();
        let others =
            records.filter(move |it| it.id() != own && is_of_the_city(it.id()) == of_the_city);
        let texts = others.filter_map(|it| it.catalogue_on(catalogue.valid_from()));
        texts.map(|it| CriteriaCatalogue::parse(&it.text, FILE))
    };
    // What is kept was read once; a text that no longer reads states nothing.
    let mut stated = in_force(true).filter_map(Result::ok);
    let city = match stated.next() {
        Some(city) => city,
        None => {
            let all: Vec<CriteriaCatalogue> = in_force(false).filter_map(Result::ok).collect();
            match all.split_first() {
                Some((first, rest))
                    if rest.iter().all(|it| it.against_the_city(first).is_empty()) =>
                {
                    first.clone()
                }
                _ => return Ok(()),
            }
        }
    };
    let problems = catalogue.against_the_city(&city);
    if problems.is_empty() {
        return Ok(());
    }
    Err(Problem::rows_refused(Kind::CATALOGUE_REFUSED, &problems))
}
