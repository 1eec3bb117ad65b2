//! `GET /v1/import-progress`: how far the loads of existing children are (K42).

use axum::Json;
use domain::{CareType, ProviderId};
use jiff::civil::Date;
use serde::Serialize;
use store::ProcedureStore;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::{CareTypeName, Day, Key};

/// The loads of all providers the asker may see.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Progress {
    progress: Vec<ProgressRow>,
}

/// The load of a provider and care type.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportProgress)]
pub(crate) struct ProgressRow {
    #[schema(value_type = Key)]
    provider: ProviderId,
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    #[schema(value_type = Option<Day>)]
    deadline: Option<Date>,
    imported_rows: u64,
    #[schema(value_type = Option<Day>)]
    last_import_on: Option<Date>,
    /// The date has passed without an import.
    is_overdue: bool,
}

/// Shows the progress of the loads; a provider sees its own.
#[utoipa::path(get, path = "/v1/import-progress", tag = "existing children",
    responses((status = 200, body = Progress)))]
pub(crate) async fn progress(service: Served, caller: Caller) -> Result<Json<Progress>, Problem> {
    let own = caller.own_provider();
    let today = service.clock.today();
    let rows = service.store.import_progress(own, today).await?;
    let rows = rows.into_iter().map(|row| ProgressRow {
        provider: row.provider,
        care_type: row.care_type,
        deadline: row.deadline,
        imported_rows: row.imported_rows,
        last_import_on: row.last_import_on,
        is_overdue: row.is_overdue,
    });
    let progress = rows.collect();
    Ok(Json(Progress { progress }))
}
