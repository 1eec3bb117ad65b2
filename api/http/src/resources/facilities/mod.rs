//! `/v1/facilities`: what there is, licensed, planned and staffed (K11, K43, K47).

mod block_places;
mod capacities;
mod cascades;
mod close;
mod create;
mod grant_licence;
mod list;
mod set_capacity;
mod set_needs_plan;
mod show;
mod suggestion_proof;
mod suggestions;
mod withdraw_licence;

use domain::procedure::{BlockedSpan, CapacitySpan};
use domain::{
    AreaId, CareType, Facility, FacilityId, FacilityKind, Licence, ProviderId, RolloutStep,
    stage_on,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::service::Service;
use crate::vocabulary::{CareTypeName, Day, FacilityKindName, Key};

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(create::create, list::list))
        .routes(routes!(show::show))
        .routes(routes!(grant_licence::grant_licence))
        .routes(routes!(withdraw_licence::withdraw_licence))
        .routes(routes!(close::close))
        .routes(routes!(set_needs_plan::set_needs_plan))
        .routes(routes!(set_capacity::set_capacity, capacities::capacities))
        .routes(routes!(block_places::block_places))
        .routes(routes!(suggestions::suggestions))
        .routes(routes!(suggestion_proof::suggestion_proof))
        .routes(routes!(cascades::cascades))
}

/// Whether families may apply somewhere in a facility on a day: it is open, licensed and in the needs
/// plan (K11, K47), and the portal is introduced for a care type of its provider (K27).
fn takes_applications(facility: &Facility, steps: &[RolloutStep], today: Date) -> bool {
    let mut care_types = CareType::ALL.into_iter();
    facility.takes_applications_on(today)
        && care_types.any(|care| stage_on(steps, care, today).takes_applications())
}

/// What everybody may know of a facility.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Facility)]
pub(crate) struct FacilityView {
    #[schema(value_type = Key)]
    facility: FacilityId,
    #[schema(value_type = Key)]
    provider: ProviderId,
    name: String,
    #[schema(value_type = FacilityKindName)]
    kind: FacilityKind,
    #[schema(value_type = Key)]
    area: AreaId,
    latitude: f64,
    longitude: f64,
    #[schema(value_type = Day)]
    opens_on: Date,
    #[schema(value_type = Option<Day>)]
    closes_on: Option<Date>,
    /// Whether it is listed and can be applied to today.
    takes_applications: bool,
    /// Care types it has or had places of.
    #[schema(value_type = Vec<CareTypeName>)]
    care_types: Vec<CareType>,
}

/// A span of a licence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Licence)]
pub(crate) struct LicenceSpan {
    #[schema(value_type = Day)]
    valid_from: Date,
    #[schema(value_type = Option<Day>)]
    valid_to: Option<Date>,
}

impl From<&Licence> for LicenceSpan {
    fn from(licence: &Licence) -> Self {
        Self {
            valid_from: licence.valid_from,
            valid_to: licence.valid_to,
        }
    }
}

/// Places of a care type from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CapacitySpan)]
pub(crate) struct PlacesSpan {
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    #[schema(value_type = Day)]
    valid_from: Date,
    #[schema(value_type = Option<Day>)]
    valid_to: Option<Date>,
    /// Places by licence.
    licensed: u32,
    /// Places by needs plan.
    planned: u32,
    /// Places the staff present allows; at most `licensed`.
    staffed: u32,
}

impl From<PlacesSpan> for CapacitySpan {
    fn from(span: PlacesSpan) -> Self {
        Self {
            care_type: span.care_type,
            valid_from: span.valid_from,
            valid_to: span.valid_to,
            licensed: span.licensed,
            planned: span.planned,
            staffed: span.staffed,
        }
    }
}

impl From<&CapacitySpan> for PlacesSpan {
    fn from(span: &CapacitySpan) -> Self {
        Self {
            care_type: span.care_type,
            valid_from: span.valid_from,
            valid_to: span.valid_to,
            licensed: span.licensed,
            planned: span.planned,
            staffed: span.staffed,
        }
    }
}

/// Places that cannot be given for a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BlockedSpan)]
pub(crate) struct BlockedView {
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    #[schema(value_type = Day)]
    valid_from: Date,
    #[schema(value_type = Option<Day>)]
    valid_to: Option<Date>,
    /// Blocked places.
    places: u32,
}

impl From<BlockedView> for BlockedSpan {
    fn from(span: BlockedView) -> Self {
        Self {
            care_type: span.care_type,
            valid_from: span.valid_from,
            valid_to: span.valid_to,
            places: span.places,
        }
    }
}

impl From<&BlockedSpan> for BlockedView {
    fn from(span: &BlockedSpan) -> Self {
        Self {
            care_type: span.care_type,
            valid_from: span.valid_from,
            valid_to: span.valid_to,
            places: span.places,
        }
    }
}
