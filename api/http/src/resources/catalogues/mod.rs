//! `/v1/catalogues:check` and `:evaluate`: criteria catalogues of providers. Nothing is stored.

mod check;
mod evaluate;

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

/// Does work away from the threads that answer requests.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Problem::failed(&error))?
}
