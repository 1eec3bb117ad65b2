//! Who asks.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::procedure::{Actor, HumanActor, Role};
use domain::{FacilityId, ProviderId};
use store::Grant;

use crate::problem::{Kind, Problem};
use crate::service::Service;

/// Who asks, as the gate found out from the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) grant: Grant,
    pub(crate) correlation_id: String,
}

impl Caller {
    pub(crate) fn role(&self) -> Role {
        self.grant.role
    }

    /// The person, as offers and contracts name them (P10).
    pub(crate) fn person(&self) -> HumanActor {
        HumanActor {
            id: self.grant.actor.clone(),
            role: self.grant.role,
        }
    }

    pub(crate) fn actor(&self) -> Actor {
        Actor::Human(self.person())
    }

    /// Whether the role works for the city.
    pub(crate) fn is_of_the_city(&self) -> bool {
        matches!(
            self.role(),
            Role::CityPlanner | Role::CityMediation | Role::CityStatistics | Role::CityAdmin
        )
    }

    /// Whether the role acts for families without being one: a mandate is needed (K53).
    pub(crate) fn needs_a_mandate(&self) -> bool {
        self.role() != Role::Portal
    }

    /// The provider of a provider's role.
    pub(crate) fn own_provider(&self) -> Option<&ProviderId> {
        self.grant.provider.as_ref()
    }

    /// Whether the caller is not bound to a provider, or to this one.
    pub(crate) fn may_act_for(&self, provider: &ProviderId) -> bool {
        !self.role().is_of_a_provider() || self.own_provider() == Some(provider)
    }

    /// Refuses a foreign provider where everybody may know that it exists.
    pub(crate) fn require_provider(&self, provider: &ProviderId) -> Result<(), Problem> {
        if self.may_act_for(provider) {
            return Ok(());
        }
        let detail = format!("provider {provider} is not the provider of this account");
        Err(Problem::new(Kind::FOREIGN_FACILITY, detail))
    }

    /// Refuses a foreign facility where everybody may know that it exists.
    pub(crate) async fn require_facility(
        &self,
        service: &Service,
        facility: &FacilityId,
    ) -> Result<(), Problem> {
        let provider = service.provider_of(facility).await?;
        let provider = provider.ok_or_else(Problem::not_found)?;
        if self.may_act_for(&provider) {
            return Ok(());
        }
        let detail = format!("facility {facility} belongs to another provider");
        Err(Problem::new(Kind::FOREIGN_FACILITY, detail))
    }

    /// Answers a foreign facility as if there were nothing: for children and all that is theirs.
    pub(crate) async fn require_secretly(
        &self,
        service: &Service,
        facility: &FacilityId,
    ) -> Result<(), Problem> {
        if !self.role().is_of_a_provider() {
            return Ok(());
        }
        match service.provider_of(facility).await? {
            Some(provider) if self.may_act_for(&provider) => Ok(()),
            _ => Err(Problem::not_found()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| Problem::new(Kind::TOKEN_MISSING, ""))
    }
}
