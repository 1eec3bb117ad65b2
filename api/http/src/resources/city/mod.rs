//! `GET /v1/city/occupancy`: what the city's roles see of occupancy, counts of children as released.

use axum::Json;
use domain::AreaId;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::analysis::{OccupancyAnswer, OccupancyWanted};
use crate::asked::Asked;
use crate::problem::Problem;
use crate::resources::Served;
use crate::service::Service;
use crate::vocabulary::{Day, Key, OccupancyOfAnArea};

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new().routes(routes!(occupancy))
}

/// Where and when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OccupancyQuestion {
    /// Key of a district or smaller area; the whole city if absent.
    #[param(value_type = Option<Key>)]
    district: Option<AreaId>,
    /// The day, whose month counts; today if absent.
    #[param(value_type = Option<Day>)]
    as_of: Option<Date>,
}

/// Shows occupancy of an area: places, children as released, free places and the age of the data.
#[utoipa::path(get, path = "/v1/city/occupancy", tag = "city", params(OccupancyQuestion),
    responses((status = 200, body = OccupancyOfAnArea)))]
pub(crate) async fn occupancy(
    service: Served,
    Asked(question): Asked<OccupancyQuestion>,
) -> Result<Json<OccupancyAnswer>, Problem> {
    let today = service.clock.today();
    let as_of = question.as_of.unwrap_or(today);
    let wanted = OccupancyWanted::new(as_of, today)?;
    let (snapshot, tables) = service.released(wanted).await?;
    let analyses = service.analyses();
    let answer = tokio::task::spawn_blocking(move || {
        let area = question.district.as_ref();
        analyses.occupancy_of(&snapshot, &tables, area, as_of, today)
    });
    let answer = answer.await.map_err(|error| Problem::failed(&error))?;
    Ok(Json(answer?))
}
