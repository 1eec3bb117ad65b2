//! `/v1/applications`: one per child and facility (Anmeldungen).

mod create;
mod score;
mod show;
mod withdraw;

use domain::procedure::{Application, ApplicationState, Channel, CriterionPoints, Withdrawal};
use domain::{ApplicationId, CareType, ChildId, ContractId, DailyHours, FacilityId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::ProcedureStore;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::problem::Problem;
use crate::resources::offers::OfferView;
use crate::service::Service;
use crate::vocabulary::{CareTypeName, ChannelName, Day, Hours, Key};

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(create::create))
        .routes(routes!(show::show))
        .routes(routes!(withdraw::withdraw))
        .routes(routes!(score::score))
}

/// An application of a child at a facility.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Application)]
pub(crate) struct ApplicationView {
    #[schema(value_type = Key)]
    application: ApplicationId,
    #[schema(value_type = Key)]
    child: ChildId,
    #[schema(value_type = Key)]
    facility: FacilityId,
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    /// 1 = best wish.
    rank: u32,
    #[schema(value_type = Day)]
    wished_start: Date,
    #[schema(value_type = Hours)]
    daily_hours: DailyHours,
    /// The day it counts from.
    #[schema(value_type = Day)]
    applied_on: Date,
    #[schema(value_type = ChannelName)]
    channel: Channel,
    /// The child holds a contract elsewhere and keeps it until this becomes one (Wechselantrag).
    is_transfer: bool,
    /// That contract; not for providers.
    #[schema(value_type = Option<Key>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer_from: Option<ContractId>,
    points: Vec<PointsView>,
    total_points: i32,
    catalogue_version: Option<String>,
    state: StateView,
    offers: Vec<OfferView>,
}

/// Points of a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CriterionPoints)]
pub(crate) struct PointsView {
    /// Name of the criterion.
    criterion: String,
    /// What it contributes, -1000 to 1000.
    points: i32,
}

/// Where an application stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "state")]
#[schema(as = ApplicationState)]
pub(crate) enum StateView {
    /// In the procedure.
    Open,
    /// Became a contract.
    Contracted {
        #[schema(value_type = Key)]
        contract: ContractId,
        #[schema(value_type = Day)]
        on: Date,
    },
    /// Left the procedure.
    Withdrawn {
        #[schema(value_type = Day)]
        on: Date,
        cause: CauseView,
    },
}

/// Why an application left the procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "cause")]
#[schema(as = Withdrawal)]
pub(crate) enum CauseView {
    /// The family no longer wants the place.
    ByFamily,
    /// The family moves away.
    MovedAway,
    /// A contract elsewhere withdrew it (K37).
    ByContract {
        /// The contract; not for providers.
        #[schema(value_type = Option<Key>)]
        #[serde(skip_serializing_if = "Option::is_none")]
        contract: Option<ContractId>,
    },
}

impl ApplicationView {
    /// A provider does not hear which contract is elsewhere.
    pub(crate) fn of(child: &ChildId, it: &Application, of_a_provider: bool) -> Self {
        let elsewhere = |contract: &ContractId| (!of_a_provider).then(|| contract.clone());
        let state = match &it.state {
            ApplicationState::Open => StateView::Open,
            ApplicationState::Contracted { contract, on } => StateView::Contracted {
                contract: contract.clone(),
                on: *on,
            },
            ApplicationState::Withdrawn { on, cause } => StateView::Withdrawn {
                on: *on,
                cause: match cause {
                    Withdrawal::ByFamily => CauseView::ByFamily,
                    Withdrawal::MovedAway => CauseView::MovedAway,
                    Withdrawal::ByContract { contract } => CauseView::ByContract {
                        contract: elsewhere(contract),
                    },
                },
            },
        };
        let offers = it.offers.iter();
        Self {
            application: it.id.clone(),
            child: child.clone(),
            facility: it.facility.clone(),
            care_type: it.care_type,
            rank: it.rank,
            wished_start: it.wished_start,
            daily_hours: it.daily_hours,
            applied_on: it.applied_on,
            channel: it.entry.channel(),
            is_transfer: it.transfer_from.is_some(),
            transfer_from: it.transfer_from.as_ref().and_then(elsewhere),
            points: it.points.iter().map(PointsView::of).collect(),
            total_points: it.total_points(),
            catalogue_version: it.catalogue_version.clone(),
            state,
            offers: offers
                .map(|offer| OfferView::of(child, it, offer, of_a_provider))
                .collect(),
        }
    }
}

impl PointsView {
    fn of(points: &CriterionPoints) -> Self {
        Self {
            criterion: points.criterion.clone(),
            points: points.points,
        }
    }

    fn into_domain(self) -> CriterionPoints {
        CriterionPoints {
            criterion: self.criterion,
            points: self.points,
        }
    }
}

/// Whose application it is, with the application: 404 also where it is at a foreign facility.
pub(crate) async fn found(
    service: &Service,
    caller: &Caller,
    application: &ApplicationId,
) -> Result<(ChildId, Application), Problem> {
    let child = service.store.child_of_application(application).await?;
    let child = child.ok_or_else(Problem::not_found)?;
    let file = service.store.child_file(&child).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    let mut applications = file.value.applications.into_iter();
    let found = applications.find(|it| it.id == *application);
    let found = found.ok_or_else(Problem::not_found)?;
    caller.require_secretly(service, &found.facility).await?;
    Ok((child, found))
}
