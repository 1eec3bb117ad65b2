//! `/v1/releases`: the release ledger, for the statistics office and the auditor.
//!
//! What was released, the gate asked without releasing anything, and the attacker over everything
//! released. Planners and readers see the tables themselves at `/v1/statistics`.

mod audit;
mod check;
mod list;
mod show;

use std::num::NonZeroUsize;

use disclosure::{ReleaseLedger, StatedRelease};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::service::Service;
use crate::vocabulary::Day;

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(show::show))
        .routes(routes!(audit::audit))
        .routes(routes!(check::check))
}

/// A release as the ledger lists it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Release)]
pub(crate) struct ReleaseView {
    /// Number in the ledger, from 1 on.
    number: usize,
    /// Which children are counted: releases of one population and date are judged together.
    population: String,
    #[schema(value_type = Day)]
    reference_date: Date,
    /// 0 is the first account of the date; others are numbered by the day they are known on.
    revision: u32,
    /// Name of the table.
    table: String,
    /// Hash of what readers see.
    content_sha256: String,
}

impl ReleaseView {
    fn of(number: usize, release: &StatedRelease) -> Self {
        let scope = release.scope();
        Self {
            number,
            population: scope.population().to_owned(),
            reference_date: scope.date(),
            revision: scope.revision(),
            table: release.name().to_owned(),
            content_sha256: release.content_sha256().to_owned(),
        }
    }

    /// All releases with their numbers.
    fn all(ledger: &ReleaseLedger) -> impl Iterator<Item = Self> {
        let numbered = ledger.releases().iter().enumerate();
        numbered.map(|(place, release)| Self::of(place + 1, release))
    }
}

/// The release of a number.
fn release_of(ledger: &ReleaseLedger, number: NonZeroUsize) -> Option<&StatedRelease> {
    ledger.releases().get(number.get() - 1)
}
