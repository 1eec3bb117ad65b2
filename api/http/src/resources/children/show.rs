//! `GET /v1/children/{child}`: a child with all that belongs to it, or with what is at own facilities.

use axum::Json;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::procedure::{ChildFacts, ChildFile, Consent, Sex, SiblingsRule};
use domain::{ActorId, AreaId, ChildId, FacilityId, HouseholdId};
use jiff::civil::Date;
use serde::Serialize;
use store::ProcedureStore;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::asked::{KeyOf, tagged};
use crate::problem::Problem;
use crate::resources::Served;
use crate::resources::applications::ApplicationView;
use crate::resources::contracts::ContractView;
use crate::service::Service;
use crate::vocabulary::{ChannelName, Day, Key, SexName, SiblingsRuleName};

/// A child under its pseudonym.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChildDetails {
    #[schema(value_type = Key)]
    child: ChildId,
    /// The entity tag.
    revision: u64,
    /// For the portal and the mediation office.
    #[serde(skip_serializing_if = "Option::is_none")]
    facts: Option<FactsView>,
    /// Consent to automatic withdrawal; for the portal and the mediation office.
    consent: Option<ConsentView>,
    applications: Vec<ApplicationView>,
    contracts: Vec<ContractView>,
}

/// What is known of a child.
#[derive(Serialize, ToSchema)]
#[schema(as = ChildFacts)]
pub(crate) struct FactsView {
    #[schema(value_type = Key)]
    household: HouseholdId,
    #[schema(value_type = Day)]
    birth_date: Date,
    #[schema(value_type = SexName)]
    sex: Sex,
    #[schema(value_type = Key)]
    area: AreaId,
    municipality: u32,
    single_custodian: bool,
    custodians_working: bool,
    inclusion_place: bool,
    school_class: Option<u8>,
    /// How it is to be placed beside its brothers and sisters of the household.
    #[schema(value_type = SiblingsRuleName)]
    siblings: SiblingsRule,
}

/// Nothing about a child is printed.
impl std::fmt::Debug for FactsView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FactsView").finish_non_exhaustive()
    }
}

impl From<&ChildFacts> for FactsView {
    fn from(facts: &ChildFacts) -> Self {
        Self {
            household: facts.household.clone(),
            birth_date: facts.birth_date,
            sex: facts.sex,
            area: facts.area.clone(),
            municipality: facts.municipality,
            single_custodian: facts.single_custodian,
            custodians_working: facts.custodians_working,
            inclusion_place: facts.inclusion_place,
            school_class: facts.school_class,
            siblings: facts.siblings,
        }
    }
}

/// Consent to automatic withdrawal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Consent)]
pub(crate) struct ConsentView {
    text_version: String,
    #[schema(value_type = ChannelName)]
    channel: domain::procedure::Channel,
    #[schema(value_type = Day)]
    given_on: Date,
    #[schema(value_type = Key)]
    given_by: ActorId,
}

impl From<&Consent> for ConsentView {
    fn from(consent: &Consent) -> Self {
        Self {
            text_version: consent.text_version.clone(),
            channel: consent.channel,
            given_on: consent.given_on,
            given_by: consent.given_by.clone(),
        }
    }
}

/// Shows a child.
#[utoipa::path(get, path = "/v1/children/{child}", tag = "children",
    responses((status = 200, body = ChildDetails)))]
pub(crate) async fn show(
    service: Served,
    caller: Caller,
    KeyOf(child): KeyOf<ChildId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let file = service.store.child_file(&child).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    let own = OwnFacilities::of(&service, &caller, &file.value).await?;
    let body = details(&file.value, file.revision, &own);
    if own.is_some() && body.applications.is_empty() && body.contracts.is_empty() {
        return Err(Problem::not_found());
    }
    Ok(tagged(&headers, file.revision, Json(body)))
}

fn details(file: &ChildFile, revision: u64, own: &Option<OwnFacilities>) -> ChildDetails {
    let sees = |facility: &FacilityId| own.as_ref().is_none_or(|own| own.0.contains(facility));
    let of_a_provider = own.is_some();
    let applications = file.applications.iter().filter(|it| sees(&it.facility));
    let contracts = file.contracts.iter().filter(|it| sees(&it.facility));
    let child = &file.child.id;
    ChildDetails {
        child: child.clone(),
        revision,
        facts: (!of_a_provider).then(|| (&file.child.facts).into()),
        consent: file
            .consent
            .as_ref()
            .filter(|_| !of_a_provider)
            .map(Into::into),
        applications: applications
            .map(|it| ApplicationView::of(child, it, of_a_provider))
            .collect(),
        contracts: contracts.map(|it| ContractView::of(child, it)).collect(),
    }
}

/// Those of a child's facilities that are the asker's own.
struct OwnFacilities(Vec<FacilityId>);

impl OwnFacilities {
    /// `None` where the asker is not bound to a provider.
    async fn of(
        service: &Service,
        caller: &Caller,
        file: &ChildFile,
    ) -> Result<Option<Self>, Problem> {
        if !caller.role().is_of_a_provider() {
            return Ok(None);
        }
        let applications = file.applications.iter().map(|it| &it.facility);
        let contracts = file.contracts.iter().map(|it| &it.facility);
        let mut own = Vec::new();
        for facility in applications.chain(contracts) {
            let provider = service.provider_of(facility).await?;
            if provider.is_some_and(|provider| caller.may_act_for(&provider)) {
                own.push(facility.clone());
            }
        }
        Ok(Some(Self(own)))
    }
}
