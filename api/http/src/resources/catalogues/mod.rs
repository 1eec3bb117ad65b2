//! `/v1/catalogues`: criteria catalogues of providers, checked by law, kept by version, evaluated.

mod check;
mod evaluate;
mod show;
mod store;

use domain::ProviderId;
use matching::CriteriaCatalogue;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::{Kind, Problem};
use crate::service::Service;

/// Largest catalogue, in bytes: 200 criteria with long labels fit.
const LONGEST_CATALOGUE: usize = 128 * 1024;

/// How problems name the catalogue.
const FILE: &str = "catalogue.toml";

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(check::check))
        .routes(routes!(evaluate::evaluate))
        .routes(routes!(show::show, store::store))
}

/// Reads a catalogue; all that is wrong with it at once.
fn parsed(text: &str) -> Result<CriteriaCatalogue, Problem> {
    if text.len() > LONGEST_CATALOGUE {
        let detail = format!("a catalogue has at most {LONGEST_CATALOGUE} bytes; make it shorter");
        return Err(Problem::field(Kind::WRONG_VALUE, "catalogue", detail));
    }
    CriteriaCatalogue::parse(text, FILE)
        .map_err(|problems| Problem::rows_refused(Kind::CATALOGUE_REFUSED, &problems))
}

/// Refuses a catalogue that names another provider.
fn require_own(catalogue: &CriteriaCatalogue, provider: &ProviderId) -> Result<(), Problem> {
    if catalogue.provider() == provider.as_str() {
        return Ok(());
    }
    let detail =
        format!("the catalogue does not name provider {provider}; correct the line provider");
    Err(Problem::field(
        Kind::CATALOGUE_OF_ANOTHER,
        "catalogue",
        detail,
    ))
}

/// Does work away from the threads that answer requests.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Problem::failed(&error))?
}
