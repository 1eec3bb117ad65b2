//! `GET /v1/facilities/{facility}`

use axum::Json;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::procedure::FacilityFile;
use domain::{CareType, FacilityId};
use jiff::civil::Date;
use serde::Serialize;
use store::ProcedureStore;
use utoipa::ToSchema;

use super::{BlockedView, FacilityView, LicenceSpan, PlacesSpan, takes_applications};
use crate::access::Caller;
use crate::asked::{KeyOf, tagged};
use crate::problem::Problem;
use crate::resources::Served;

/// A facility with what is for the city and its provider.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct FacilityDetails {
    #[serde(flatten)]
    facility: FacilityView,
    /// For city roles and its provider.
    #[serde(flatten)]
    inner: Option<InnerFacts>,
}

/// What is for the city and the provider of a facility.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct InnerFacts {
    in_needs_plan: bool,
    licences: Vec<LicenceSpan>,
    capacities: Vec<PlacesSpan>,
    blocked: Vec<BlockedView>,
    operation: OperationView,
}

/// Groups and times.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[schema(as = Operation)]
pub(crate) struct OperationView {
    groups: u32,
    opening_hour: f64,
    closing_hour: f64,
    closing_days: u32,
}

/// Shows a facility.
#[utoipa::path(get, path = "/v1/facilities/{facility}", tag = "facilities",
    responses((status = 200, body = FacilityDetails)))]
pub(crate) async fn show(
    service: Served,
    caller: Caller,
    KeyOf(facility): KeyOf<FacilityId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let today = service.clock.today();
    let file = service.store.facility_file(&facility, today).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    let provider = file.value.provider.provider.id();
    let may_see_all = caller.is_of_the_city() || caller.own_provider() == Some(provider);
    // The licences are the city's knowledge: the snapshot has them, the file only whether one holds.
    let snapshot = service.snapshot().await?;
    let licences = snapshot.facility(&facility).map(|record| {
        let licences = record.registration.facts.licences.iter();
        licences.map(LicenceSpan::from).collect::<Vec<_>>()
    });
    let body = FacilityDetails {
        facility: view(&file.value, today),
        inner: may_see_all.then(|| inner(&file.value, licences.unwrap_or_default())),
    };
    Ok(tagged(&headers, file.revision, Json(body)))
}

fn view(file: &FacilityFile, today: Date) -> FacilityView {
    let facility = &file.facility;
    let provider = &file.provider.provider;
    let has_places_of = |care: &CareType| {
        let mut spans = file.capacities.iter();
        spans.any(|span| span.care_type == *care)
    };
    FacilityView {
        facility: facility.id().clone(),
        provider: provider.id().clone(),
        name: file.name.clone(),
        kind: facility.kind(),
        area: facility.area().clone(),
        latitude: facility.location().latitude(),
        longitude: facility.location().longitude(),
        opens_on: facility.opens_on(),
        closes_on: facility.closes_on(),
        takes_applications: provider.participates_on(today)
            && takes_applications(facility, &file.provider.rollout, today),
        care_types: CareType::ALL.into_iter().filter(has_places_of).collect(),
    }
}

fn inner(file: &FacilityFile, licences: Vec<LicenceSpan>) -> InnerFacts {
    let mut capacities: Vec<PlacesSpan> = file.capacities.iter().map(PlacesSpan::from).collect();
    capacities.sort_by_key(|span| (span.care_type, span.valid_from));
    let mut blocked: Vec<BlockedView> = file.blocked.iter().map(BlockedView::from).collect();
    blocked.sort_by_key(|span| (span.care_type, span.valid_from));
    InnerFacts {
        in_needs_plan: file.facility.in_needs_plan(),
        licences,
        capacities,
        blocked,
        operation: OperationView {
            groups: file.operation.groups,
            opening_hour: file.operation.opening_hour,
            closing_hour: file.operation.closing_hour,
            closing_days: file.operation.closing_days,
        },
    }
}
