//! `GET /v1/releases:audit`: what an attacker who has everything released can calculate.

use axum::Json;
use disclosure::{AuditedCell, ReleaseScope};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::analysis::AnalysisError;
use crate::asked::Asked;
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::Day;

/// Which releases.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuestion {
    /// The population, as the list of releases names it.
    population: String,
    /// The reference date.
    #[param(value_type = Day)]
    reference_date: Date,
    /// The revision; the first account if absent.
    #[serde(default)]
    revision: u32,
}

/// All suppressed cells with what can be calculated of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReleaseAudit)]
pub(crate) struct AuditView {
    population: String,
    #[schema(value_type = Day)]
    reference_date: Date,
    revision: u32,
    /// Suppressed cells that can be calculated exactly.
    recovered_cells: usize,
    tables: Vec<TableView>,
}

/// A table under attack.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditedTable)]
pub(crate) struct TableView {
    table: String,
    suppressed_cells: Vec<CellView>,
}

/// A suppressed cell.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditedCell)]
pub(crate) struct CellView {
    /// One per dimension.
    codes: Vec<String>,
    /// The least count that agrees with everything released of the date.
    least: u64,
    /// The greatest; null without limit.
    greatest: Option<u64>,
}

impl From<AuditedCell> for CellView {
    fn from(cell: AuditedCell) -> Self {
        Self {
            codes: cell.coordinates,
            least: cell.lower,
            greatest: cell.upper,
        }
    }
}

/// Attacks all releases of a population and date together: bounds of every suppressed cell.
#[utoipa::path(get, path = "/v1/releases:audit", tag = "releases", params(AuditQuestion),
    responses((status = 200, body = AuditView)))]
pub(crate) async fn audit(
    service: Served,
    Asked(question): Asked<AuditQuestion>,
) -> Result<Json<AuditView>, Problem> {
    let ledger = service.ledger().await?;
    let scope = ReleaseScope::new(question.population.clone(), question.reference_date)
        .revised(question.revision);
    let is_there = ledger.releases().iter().any(|it| *it.scope() == scope);
    if !is_there {
        return Err(Problem::not_found());
    }
    let audited = tokio::task::spawn_blocking(move || ledger.audit(&scope)).await;
    let audited = audited.map_err(|error| Problem::failed(&error))?;
    let audited = audited.map_err(AnalysisError::failed("the audit of releases"))?;
    let cells = audited.iter().flat_map(|(_, audit)| &audit.cells);
    Ok(Json(AuditView {
        population: question.population,
        reference_date: question.reference_date,
        revision: question.revision,
        recovered_cells: cells.filter(|cell| cell.is_recovered()).count(),
        tables: audited
            .into_iter()
            .map(|(table, audit)| TableView {
                table,
                suppressed_cells: audit.cells.into_iter().map(Into::into).collect(),
            })
            .collect(),
    }))
}
