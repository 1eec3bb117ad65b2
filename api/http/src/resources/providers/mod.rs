//! `/v1/providers`: who takes part, since when and how far (K19, K27, K42, K48).

mod attest;
mod create;
mod end;
mod list;
mod progress;
mod set_import_deadline;
mod set_rollout;
mod show;

pub(crate) use end::LastDay;

use domain::procedure::ProviderFile;
use domain::{Attestation, ProviderId, RolloutStep};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::service::Service;
use crate::vocabulary::{
    CalendarMonth, CareTypeName, Day, Key, LegalRegimeName, ProviderKindName, StageName,
};

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(create::create, list::list))
        .routes(routes!(show::show))
        .routes(routes!(end::end))
        .routes(routes!(set_rollout::set_rollout))
        .routes(routes!(set_import_deadline::set_import_deadline))
        .routes(routes!(attest::attest))
        .routes(routes!(progress::progress))
}

/// A provider (Träger).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Provider)]
pub(crate) struct ProviderView {
    #[schema(value_type = Key)]
    provider: ProviderId,
    name: String,
    #[schema(value_type = ProviderKindName)]
    kind: domain::ProviderKind,
    #[schema(value_type = LegalRegimeName)]
    regime: domain::LegalRegime,
    /// Whether the operating agreement is in force today.
    takes_part_today: bool,
    /// First day of the agreement; for city roles and the provider itself.
    #[schema(value_type = Option<Day>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    participates_from: Option<Date>,
    /// Last day, if agreed; for city roles and the provider itself.
    #[schema(value_type = Option<Day>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    participates_to: Option<Date>,
    /// For city roles and the provider itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    rollout: Option<Vec<StepView>>,
    /// For city roles and the provider itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    attestations: Option<Vec<AttestationView>>,
}

/// A step of the introduction.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = RolloutStep)]
pub(crate) struct StepView {
    #[schema(value_type = CareTypeName)]
    care_type: domain::CareType,
    #[schema(value_type = StageName)]
    stage: domain::RolloutStage,
    #[schema(value_type = Day)]
    valid_from: Date,
}

/// A month attested.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Attestation)]
pub(crate) struct AttestationView {
    #[schema(value_type = CalendarMonth)]
    month: domain::Month,
    #[schema(value_type = Day)]
    attested_on: Date,
}

fn steps(steps: &[RolloutStep]) -> Vec<StepView> {
    let view = |step: &RolloutStep| StepView {
        care_type: step.care_type,
        stage: step.stage,
        valid_from: step.valid_from,
    };
    let mut steps: Vec<StepView> = steps.iter().map(view).collect();
    steps.sort_by_key(|step| (step.care_type, step.valid_from));
    steps
}

fn attestations(given: &[Attestation]) -> Vec<AttestationView> {
    let view = |given: &Attestation| AttestationView {
        month: given.month,
        attested_on: given.attested_on,
    };
    let mut given: Vec<AttestationView> = given.iter().map(view).collect();
    given.sort_by_key(|given| (given.month, given.attested_on));
    given
}

/// A provider as read for a decision; `whole` with what is for the city and the provider itself.
fn view(file: &ProviderFile, today: Date, whole: bool) -> ProviderView {
    ProviderView {
        provider: file.provider.id().clone(),
        name: file.name.clone(),
        kind: file.provider.kind(),
        regime: file.provider.regime(),
        takes_part_today: file.provider.participates_on(today),
        participates_from: whole.then(|| file.provider.participates_from()),
        participates_to: file.provider.participates_to().filter(|_| whole),
        rollout: whole.then(|| steps(&file.rollout)),
        attestations: whole.then(|| attestations(&file.attestations)),
    }
}
