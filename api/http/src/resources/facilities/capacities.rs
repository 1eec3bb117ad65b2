//! `GET /v1/facilities/{facility}/capacities`: four capacities by care type and month.

use axum::Json;
use domain::{FacilityId, Month};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::access::Caller;
use crate::analysis::FacilityCapacities;
use crate::asked::{Asked, KeyOf};
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::{CalendarMonth, CapacitiesOfAFacility};

/// From when, and how far.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MonthsAsked {
    /// First month; this month if absent.
    #[param(value_type = Option<CalendarMonth>)]
    from: Option<Month>,
    /// Number of months, 1 to 120; 12 if absent.
    months: Option<usize>,
}

/// Shows the four capacities of a facility; free places are unknown where the data are not attested
/// (K24).
#[utoipa::path(get, path = "/v1/facilities/{facility}/capacities", tag = "facilities",
    params(MonthsAsked), responses((status = 200, body = CapacitiesOfAFacility)))]
pub(crate) async fn capacities(
    service: Served,
    caller: Caller,
    KeyOf(facility): KeyOf<FacilityId>,
    Asked(asked): Asked<MonthsAsked>,
) -> Result<Json<FacilityCapacities>, Problem> {
    caller.require_facility(&service, &facility).await?;
    let today = service.clock.today();
    let first = asked.from.unwrap_or(Month::of(today));
    let months = asked.months.unwrap_or(12);
    let answer = service.analyse(move |analyses, snapshot| {
        analyses.facility_capacities(snapshot, &facility, first, months, today)
    });
    Ok(Json(answer.await?))
}
