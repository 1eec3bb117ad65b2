//! Who acts, and for whom.

use crate::identifier::ActorId;

/// Roles of the people and programs that use the service (K26).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Role {
    /// Plans the city's places; sees no child.
    #[serde(rename = "city.planner")]
    CityPlanner,
    /// The city's mediation office (Vermittlung); sees children without a place.
    #[serde(rename = "city.mediation")]
    CityMediation,
    /// The statistics office.
    #[serde(rename = "city.statistics")]
    CityStatistics,
    /// Keeps providers, facilities and the procedure's dates.
    #[serde(rename = "city.admin")]
    CityAdmin,
    /// Head of a provider's users.
    #[serde(rename = "provider.admin")]
    ProviderAdmin,
    /// Works at a provider.
    #[serde(rename = "provider.staff")]
    ProviderStaff,
    /// The portal, acting for families.
    #[serde(rename = "portal")]
    Portal,
    /// Reads logs and proofs.
    #[serde(rename = "auditor")]
    Auditor,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 8] = [
        Self::CityPlanner,
        Self::CityMediation,
        Self::CityStatistics,
        Self::CityAdmin,
        Self::ProviderAdmin,
        Self::ProviderStaff,
        Self::Portal,
        Self::Auditor,
    ];

    /// The name in tokens and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CityPlanner => "city.planner",
            Self::CityMediation => "city.mediation",
            Self::CityStatistics => "city.statistics",
            Self::CityAdmin => "city.admin",
            Self::ProviderAdmin => "provider.admin",
            Self::ProviderStaff => "provider.staff",
            Self::Portal => "portal",
            Self::Auditor => "auditor",
        }
    }

    /// The role with a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// Whether the role belongs to one provider.
    #[must_use]
    pub const fn is_of_a_provider(self) -> bool {
        matches!(self, Self::ProviderAdmin | Self::ProviderStaff)
    }
}

/// A person, known by the pseudonym of the account.
///
/// Offers and contracts take one of these and never [`Actor`], so no job can make them (P10).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct HumanActor {
    /// The account.
    pub id: ActorId,
    /// The role acted in.
    pub role: Role,
}

/// Whoever caused a change.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Actor {
    /// A person.
    Human(HumanActor),
    /// A job of the service, for example the expiry of offers. It never offers or concludes.
    System {
        /// Name of the job.
        job: String,
    },
}

impl Actor {
    /// Who it was, for the audit log.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Human(person) => person.id.as_str(),
            Self::System { job } => job,
        }
    }

    /// The person, for a command that needs one.
    ///
    /// # Errors
    ///
    /// [`Refusal::HumanNeeded`](super::Refusal::HumanNeeded) for a job of the service (P10), naming
    /// `what` it tried.
    pub const fn person(&self, what: &'static str) -> Result<&HumanActor, super::Refusal> {
        match self {
            Self::Human(person) => Ok(person),
            Self::System { .. } => Err(super::Refusal::HumanNeeded { what }),
        }
    }

    /// The role, for the audit log; `system` for a job.
    #[must_use]
    pub const fn role(&self) -> &'static str {
        match self {
            Self::Human(person) => person.role.as_str(),
            Self::System { .. } => "system",
        }
    }
}

/// The mandate under which staff act for custodians (Bevollmächtigung, K53).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mandate {
    /// Reference of the mandate in the provider's or city's files: 1 to 64 letters, digits, `._-`.
    pub reference: crate::identifier::ReferenceId,
}
