//! `GET /v1/facilities`: those that take applications today.

use axum::Json;
use domain::{Facility, FacilityId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{FacilityRecord, Snapshot};
use utoipa::{IntoParams, ToSchema};

use super::{FacilityView, takes_applications};
use crate::access::Caller;
use crate::asked::{Asked, limit, next_page};
use crate::problem::{Kind, Problem};
use crate::resources::Served;
use crate::vocabulary::Key;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FacilityPage {
    /// Key of the last facility of the page before.
    #[param(value_type = Option<Key>)]
    after: Option<FacilityId>,
    /// Entries of a page, 1 to 1000.
    limit: Option<u32>,
    /// `all`: also those that take no applications today; for city roles, and for a provider its own.
    include: Option<String>,
}

/// Facilities, in the order of their keys.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Facilities {
    facilities: Vec<FacilityView>,
    /// Address of the next page.
    next: Option<String>,
}

/// Lists facilities.
#[utoipa::path(get, path = "/v1/facilities", tag = "facilities", params(FacilityPage),
    responses((status = 200, body = Facilities)))]
pub(crate) async fn list(
    service: Served,
    caller: Caller,
    Asked(page): Asked<FacilityPage>,
) -> Result<Json<Facilities>, Problem> {
    let limit = limit(page.limit)?;
    let all = match page.include.as_deref() {
        None => false,
        Some("all") => true,
        Some(_) => {
            return Err(Problem::new(
                Kind::BAD_VALUE,
                "include: only `all` is known",
            ));
        }
    };
    let snapshot = service.snapshot().await?;
    let today = service.clock.today();
    let mut found = snapshot
        .facilities()
        .filter(|record| page.after.as_ref().is_none_or(|after| record.id() > after))
        .map(|record| view(&snapshot, record, today))
        .filter(|view| {
            let may_see_all =
                caller.is_of_the_city() || caller.own_provider() == Some(&view.provider);
            view.takes_applications || (all && may_see_all)
        });
    let facilities: Vec<FacilityView> = found.by_ref().take(limit as usize).collect();
    let last = facilities.last().filter(|_| found.next().is_some());
    let rest = if all { "&include=all" } else { "" };
    let next = last.map(|last| next_page("/v1/facilities", last.facility.as_str(), limit, rest));
    Ok(Json(Facilities { facilities, next }))
}

fn view(snapshot: &Snapshot, record: &FacilityRecord, today: Date) -> FacilityView {
    let facts = &record.registration.facts;
    let provider = snapshot.provider(&facts.provider);
    let steps = provider.filter(|provider| {
        let it = &provider.registration;
        it.participates_from <= today && it.participates_to.is_none_or(|last| today <= last)
    });
    let steps = steps.map(|provider| provider.rollout.as_slice());
    let facility = Facility::new(facts.clone());
    FacilityView {
        facility: facts.id.clone(),
        provider: facts.provider.clone(),
        name: record.registration.name.clone(),
        kind: facts.kind,
        area: facts.area.clone(),
        latitude: facts.location.latitude(),
        longitude: facts.location.longitude(),
        opens_on: facts.opens_on,
        closes_on: facts.closes_on,
        takes_applications: facility
            .is_ok_and(|facility| takes_applications(&facility, steps.unwrap_or_default(), today)),
        care_types: record.care_types(),
    }
}
