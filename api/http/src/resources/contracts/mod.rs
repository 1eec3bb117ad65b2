//! `/v1/contracts`: concluded, changed, corrected, ended (K17, K37, K38).

mod change;
mod create;
mod end;
mod show;

use domain::procedure::{CareContract, ContractEnd, ContractTerms, ContractVersion, FirstRecord};
use domain::{CareType, ChildId, ContractId, DailyHours, FacilityId, OfferId, ReferenceId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::ProcedureStore;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::problem::Problem;
use crate::service::Service;
use crate::vocabulary::{CareTypeName, ContractEndName, Day, Hours, Key};

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(create::create))
        .routes(routes!(show::show))
        .routes(routes!(change::continue_contract))
        .routes(routes!(change::correct))
        .routes(routes!(end::end))
}

/// A care contract (Betreuungsvertrag).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = CareContract)]
pub(crate) struct ContractView {
    #[schema(value_type = Key)]
    contract: ContractId,
    #[schema(value_type = Key)]
    child: ChildId,
    #[schema(value_type = Key)]
    facility: FacilityId,
    first_record: FirstRecordView,
    /// Why it ends early, if it does.
    #[schema(value_type = Option<ContractEndName>)]
    end: Option<ContractEnd>,
    /// What holds.
    current: VersionView,
    /// Every version, oldest first.
    versions: Vec<VersionView>,
}

/// How a contract came into the system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "by")]
#[schema(as = FirstRecord)]
pub(crate) enum FirstRecordView {
    /// Concluded on an offer.
    Offer {
        #[schema(value_type = Key)]
        offer: OfferId,
    },
    /// Loaded as that of an existing child.
    Import {
        #[schema(value_type = Key)]
        provider_key: ReferenceId,
    },
    /// Continues another one with other terms.
    Continuation {
        #[schema(value_type = Key)]
        of: ContractId,
    },
}

/// What was agreed, as known from one day on.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ContractVersion)]
pub(crate) struct VersionView {
    version: u32,
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    #[schema(value_type = Hours)]
    daily_hours: DailyHours,
    days_per_week: u8,
    lunch: bool,
    #[schema(value_type = Day)]
    valid_from: Date,
    /// Last day of care; before `valid_from` if it was cancelled before it began.
    #[schema(value_type = Day)]
    valid_to: Date,
    #[schema(value_type = Day)]
    recorded_from: Date,
    #[schema(value_type = Option<Day>)]
    recorded_to: Option<Date>,
}

/// Terms of a contract, complete.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractTerms)]
pub(crate) struct TermsGiven {
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    #[schema(value_type = Hours)]
    daily_hours: DailyHours,
    /// 1 to 7.
    days_per_week: u8,
    lunch: bool,
    #[schema(value_type = Day)]
    valid_from: Date,
    /// Last day of care; by default the expected end.
    #[schema(value_type = Option<Day>)]
    valid_to: Option<Date>,
}

impl From<&TermsGiven> for ContractTerms {
    fn from(given: &TermsGiven) -> Self {
        Self {
            care_type: given.care_type,
            daily_hours: given.daily_hours,
            days_per_week: given.days_per_week,
            lunch: given.lunch,
            valid_from: given.valid_from,
            valid_to: given.valid_to,
        }
    }
}

impl From<&ContractVersion> for VersionView {
    fn from(version: &ContractVersion) -> Self {
        Self {
            version: version.version,
            care_type: version.care_type,
            daily_hours: version.daily_hours,
            days_per_week: version.days_per_week,
            lunch: version.lunch,
            valid_from: version.valid_from,
            valid_to: version.valid_to,
            recorded_from: version.recorded_from,
            recorded_to: version.recorded_to,
        }
    }
}

impl ContractView {
    pub(crate) fn of(child: &ChildId, it: &CareContract) -> Self {
        let first_record = match &it.first_record {
            FirstRecord::Offer { offer } => FirstRecordView::Offer {
                offer: offer.clone(),
            },
            FirstRecord::Import { provider_key } => FirstRecordView::Import {
                provider_key: provider_key.clone(),
            },
            FirstRecord::Continuation { of } => FirstRecordView::Continuation { of: of.clone() },
        };
        Self {
            contract: it.id.clone(),
            child: child.clone(),
            facility: it.facility.clone(),
            first_record,
            end: it.end,
            current: it.current().into(),
            versions: it.versions.iter().map(Into::into).collect(),
        }
    }
}

/// Whose contract it is: 404 also where it is at a foreign facility.
pub(crate) async fn found(
    service: &Service,
    caller: &Caller,
    contract: &ContractId,
) -> Result<(ChildId, CareContract), Problem> {
    let child = service.store.child_of_contract(contract).await?;
    let child = child.ok_or_else(Problem::not_found)?;
    let file = service.store.child_file(&child).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    let mut contracts = file.value.contracts.into_iter();
    let found = contracts.find(|it| it.id == *contract);
    let found = found.ok_or_else(Problem::not_found)?;
    caller.require_secretly(service, &found.facility).await?;
    Ok((child, found))
}
