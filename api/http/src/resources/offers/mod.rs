//! `/v1/offers`: places offered, always by a person (K33, P10).

mod answers;
mod create;
mod revoke;
mod show;

use domain::procedure::{Application, Offer, OfferState, Role};
use domain::{
    ActorId, ApplicationId, CareType, ChildId, ContractId, DailyHours, FacilityId, OfferId,
};
use jiff::civil::Date;
use serde::Serialize;
use store::ProcedureStore;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::problem::Problem;
use crate::service::Service;
use crate::vocabulary::{CareTypeName, Day, Hours, Key, RoleName};

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(create::create))
        .routes(routes!(show::show))
        .routes(routes!(answers::confirm))
        .routes(routes!(answers::decline))
        .routes(routes!(revoke::revoke))
}

/// A place offered to a child.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Offer)]
pub(crate) struct OfferView {
    #[schema(value_type = Key)]
    offer: OfferId,
    #[schema(value_type = Key)]
    application: ApplicationId,
    #[schema(value_type = Key)]
    child: ChildId,
    #[schema(value_type = Key)]
    facility: FacilityId,
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    #[schema(value_type = Day)]
    starts_on: Date,
    /// Last day of the stay the place is held for.
    #[schema(value_type = Day)]
    ends_on: Date,
    #[schema(value_type = Hours)]
    daily_hours: DailyHours,
    #[schema(value_type = Day)]
    offered_on: Date,
    /// Last day to answer.
    #[schema(value_type = Day)]
    reply_by: Date,
    offered_by: PersonView,
    /// Reason code where it leaves the suggested order.
    override_reason: Option<String>,
    state: OfferStateView,
}

/// A person, by the pseudonym of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Person)]
pub(crate) struct PersonView {
    #[schema(value_type = Key)]
    id: ActorId,
    #[schema(value_type = RoleName)]
    role: Role,
}

/// Where an offer stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "state")]
#[schema(as = OfferState)]
pub(crate) enum OfferStateView {
    /// Waits for the family; holds the place.
    Open,
    /// The family said yes; holds the place.
    Confirmed {
        #[schema(value_type = Day)]
        on: Date,
        /// There is a contract elsewhere that came in otherwise: one of them is to be released (K38).
        is_in_conflict: bool,
        /// That contract; not for providers.
        #[schema(value_type = Option<Key>)]
        #[serde(skip_serializing_if = "Option::is_none")]
        conflict: Option<ContractId>,
    },
    /// Became a contract.
    Contracted {
        #[schema(value_type = Day)]
        on: Date,
        #[schema(value_type = Key)]
        contract: ContractId,
    },
    /// The family said no, or released it.
    Declined {
        #[schema(value_type = Day)]
        on: Date,
    },
    /// Nobody answered in time.
    Expired {
        #[schema(value_type = Day)]
        on: Date,
    },
    /// A contract elsewhere declined it (K38).
    DeclinedByContract {
        #[schema(value_type = Day)]
        on: Date,
        /// That contract; not for providers.
        #[schema(value_type = Option<Key>)]
        #[serde(skip_serializing_if = "Option::is_none")]
        contract: Option<ContractId>,
    },
    /// The provider took it back.
    Revoked {
        #[schema(value_type = Day)]
        on: Date,
        reason: String,
    },
    /// Its application was withdrawn.
    Withdrawn {
        #[schema(value_type = Day)]
        on: Date,
    },
}

impl OfferView {
    /// A provider does not hear which contract is elsewhere.
    pub(crate) fn of(
        child: &ChildId,
        application: &Application,
        offer: &Offer,
        of_a_provider: bool,
    ) -> Self {
        Self {
            offer: offer.id.clone(),
            application: application.id.clone(),
            child: child.clone(),
            facility: application.facility.clone(),
            care_type: application.care_type,
            starts_on: offer.starts_on,
            ends_on: offer.ends_on,
            daily_hours: offer.daily_hours,
            offered_on: offer.offered_on,
            reply_by: offer.reply_by,
            offered_by: PersonView {
                id: offer.offered_by.id.clone(),
                role: offer.offered_by.role,
            },
            override_reason: offer.override_reason.clone(),
            state: state(&offer.state, of_a_provider),
        }
    }
}

fn state(state: &OfferState, of_a_provider: bool) -> OfferStateView {
    let elsewhere = |contract: &ContractId| (!of_a_provider).then(|| contract.clone());
    match state {
        OfferState::Open => OfferStateView::Open,
        OfferState::Confirmed { on, conflict } => OfferStateView::Confirmed {
            on: *on,
            is_in_conflict: conflict.is_some(),
            conflict: conflict.as_ref().and_then(elsewhere),
        },
        OfferState::Contracted { on, contract } => OfferStateView::Contracted {
            on: *on,
            contract: contract.clone(),
        },
        OfferState::Declined { on } => OfferStateView::Declined { on: *on },
        OfferState::Expired { on } => OfferStateView::Expired { on: *on },
        OfferState::DeclinedByContract { on, contract } => OfferStateView::DeclinedByContract {
            on: *on,
            contract: elsewhere(contract),
        },
        OfferState::Revoked { on, reason } => OfferStateView::Revoked {
            on: *on,
            reason: reason.clone(),
        },
        OfferState::Withdrawn { on } => OfferStateView::Withdrawn { on: *on },
    }
}

/// Whose offer it is, with its application: 404 also where it is at a foreign facility.
pub(crate) async fn found(
    service: &Service,
    caller: &Caller,
    offer: &OfferId,
) -> Result<(ChildId, Application, Offer), Problem> {
    let child = service.store.child_of_offer(offer).await?;
    let child = child.ok_or_else(Problem::not_found)?;
    let file = service.store.child_file(&child).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    let (application, offer) = file.value.offer(offer).ok_or_else(Problem::not_found)?;
    caller
        .require_secretly(service, &application.facility)
        .await?;
    Ok((child, application.clone(), offer.clone()))
}
