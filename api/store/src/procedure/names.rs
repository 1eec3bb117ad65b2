//! Names of states and kinds in the database.

use domain::procedure::{Channel, ContractEnd};
use domain::{FacilityKind, LegalRegime, ProviderKind, RolloutStage};

pub(crate) const fn contract_end(end: ContractEnd) -> &'static str {
    match end {
        ContractEnd::ByFamily => "by_family",
        ContractEnd::ByProvider => "by_provider",
        ContractEnd::MovedAway => "moved_away",
        ContractEnd::Transfer => "transfer",
        ContractEnd::Continued => "continued",
        ContractEnd::Regular => "regular",
    }
}

pub(super) fn contract_end_named(name: &str) -> Option<ContractEnd> {
    [
        ContractEnd::ByFamily,
        ContractEnd::ByProvider,
        ContractEnd::MovedAway,
        ContractEnd::Transfer,
        ContractEnd::Continued,
        ContractEnd::Regular,
    ]
    .into_iter()
    .find(|end| contract_end(*end) == name)
}

pub(super) fn channel_named(name: &str) -> Option<Channel> {
    [Channel::Online, Channel::Onsite, Channel::Mediation]
        .into_iter()
        .find(|channel| channel.as_str() == name)
}

pub(super) fn provider_kind_named(name: &str) -> Option<ProviderKind> {
    ProviderKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == name)
}

pub(super) fn regime_named(name: &str) -> Option<LegalRegime> {
    LegalRegime::ALL
        .into_iter()
        .find(|regime| regime.as_str() == name)
}

pub(super) fn facility_kind_named(name: &str) -> Option<FacilityKind> {
    FacilityKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == name)
}

pub(super) fn stage_named(name: &str) -> Option<RolloutStage> {
    RolloutStage::ALL
        .into_iter()
        .find(|stage| stage.as_str() == name)
}
