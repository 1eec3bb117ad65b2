//! `GET /v1/facilities/{facility}/suggestions`: the newest list of every care type.

use axum::Json;
use domain::FacilityId;
use serde::Serialize;
use store::ProcedureStore;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::resources::suggestions::{ListView, with_reasons};
use crate::vocabulary::Key;

/// The newest lists of a facility.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListsOfFacility {
    #[schema(value_type = Key)]
    facility: FacilityId,
    lists: Vec<ListView>,
}

/// Shows the newest suggestions for a facility; those of another provider are refused.
#[utoipa::path(get, path = "/v1/facilities/{facility}/suggestions", tag = "suggestions",
    responses((status = 200, body = ListsOfFacility)))]
pub(crate) async fn suggestions(
    service: Served,
    caller: Caller,
    KeyOf(facility): KeyOf<FacilityId>,
) -> Result<Json<ListsOfFacility>, Problem> {
    caller.require_facility(&service, &facility).await?;
    let lists = service.store.newest_suggestions(&facility).await?;
    let lists = with_reasons(&service, lists).await?;
    Ok(Json(ListsOfFacility { facility, lists }))
}
