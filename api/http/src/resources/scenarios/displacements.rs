//! `GET /v1/scenarios/{scenario}/displacements`: exact counts for the mediation office.

use axum::Json;
use domain::CareType;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::displaced::exact;
use super::results::result_of;
use super::show::VersionAsked;
use crate::asked::{Asked, KeyOf};
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::{Day, Key};

/// Children of closing facilities, exactly.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Displacements {
    #[schema(value_type = Key)]
    scenario: String,
    /// The version that was run.
    version: u64,
    closings: Vec<DisplacementView>,
    /// Of each closing facility, how many of these children find no place again.
    without_place: Vec<WithoutPlace>,
}

/// Children of a closing facility who find no place again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WithoutPlace {
    #[schema(value_type = Key)]
    facility: String,
    /// Children without a place after the re-placement by the matching engine.
    children: usize,
}

/// Children of a closing facility and care type.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Displacement)]
pub(crate) struct DisplacementView {
    #[schema(value_type = Key)]
    facility: String,
    #[schema(value_type = Day)]
    closes_on: Date,
    #[schema(value_type = Day)]
    known_on: Date,
    #[schema(value_type = String)]
    care_type: CareType,
    /// Children whose contract lasts beyond the closing.
    children: u32,
}

/// How many children lose their place by the closings of a scenario, exactly: the mediation office has to
/// find a place for each of them. Everybody else reads the table `displaced` of the results.
#[utoipa::path(get, path = "/v1/scenarios/{scenario}/displacements", tag = "scenarios",
    params(VersionAsked), responses((status = 200, body = Displacements)))]
pub(crate) async fn show(
    service: Served,
    KeyOf(scenario): KeyOf<String>,
    Asked(asked): Asked<VersionAsked>,
) -> Result<Json<Displacements>, Problem> {
    let result = result_of(&service, &scenario, asked.version).await?;
    let mut closings = Vec::new();
    let mut without_place = Vec::new();
    for closing in exact(&result)? {
        without_place.push(WithoutPlace {
            facility: closing.facility.to_string(),
            children: closing.left_over,
        });
        let by_care = CareType::ALL.into_iter().zip(closing.children);
        closings.extend(by_care.filter(|(_, children)| *children > 0).map(
            |(care_type, children)| DisplacementView {
                facility: closing.facility.to_string(),
                closes_on: closing.closes_on,
                known_on: closing.known_on,
                care_type,
                children,
            },
        ));
    }
    Ok(Json(Displacements {
        scenario: result.scenario,
        version: result.version,
        closings,
        without_place,
    }))
}
