//! A child and everything the procedure knows about it.

use jiff::civil::Date;

use super::application::{Application, Channel};
use super::contract::CareContract;
use super::offer::Offer;
use crate::{AreaId, ChildId, HouseholdId, OfferId};

/// Entry in the register of births.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// Male.
    Male,
    /// Female.
    Female,
    /// Divers.
    Divers,
    /// No entry.
    None,
}

impl Sex {
    /// The name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
            Self::Divers => "divers",
            Self::None => "none",
        }
    }

    /// The entry with a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Male, Self::Female, Self::Divers, Self::None]
            .into_iter()
            .find(|sex| sex.as_str() == name)
    }
}

/// How a child is to be placed beside its brothers and sisters of the household.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum SiblingsRule {
    /// On its own.
    #[default]
    Independent,
    /// At one facility if that can be, else wherever there is a place.
    TogetherPreferred,
    /// At one facility or nowhere; binds the brothers and sisters who are not independent.
    TogetherOnly,
}

impl SiblingsRule {
    /// The name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Independent => "independent",
            Self::TogetherPreferred => "together_preferred",
            Self::TogetherOnly => "together_only",
        }
    }

    /// The rule with a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [
            Self::Independent,
            Self::TogetherPreferred,
            Self::TogetherOnly,
        ]
        .into_iter()
        .find(|rule| rule.as_str() == name)
    }
}

/// A child, pseudonymous: no name, no address, no health text (P18).
#[derive(Clone, PartialEq, Eq)]
pub struct ChildFacts {
    /// Household; siblings share one.
    pub household: HouseholdId,
    /// Date of birth.
    pub birth_date: Date,
    /// Entry in the register of births.
    pub sex: Sex,
    /// Home area, the smallest.
    pub area: AreaId,
    /// Municipality key (AGS) of residence; Dresden is 14612000 (K29).
    pub municipality: u32,
    /// One custodian (alleinerziehend).
    pub single_custodian: bool,
    /// All custodians work, study or look for work.
    pub custodians_working: bool,
    /// Needs an inclusion place (Eingliederungshilfe).
    pub inclusion_place: bool,
    /// Class attended, 1 to 13; `None` before school.
    pub school_class: Option<u8>,
    /// How it is to be placed beside its brothers and sisters.
    pub siblings: SiblingsRule,
}

/// Nothing about a child is printed.
impl std::fmt::Debug for ChildFacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChildFacts").finish_non_exhaustive()
    }
}

/// A child under its pseudonym.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// The pseudonym.
    pub id: ChildId,
    /// What is known.
    pub facts: ChildFacts,
}

/// The custodians' consent to automatic withdrawal (K39): the ground for parallel applications.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Consent {
    /// Version of the text agreed to, 1 to 32 bytes.
    pub text_version: String,
    /// Where it was given.
    pub channel: Channel,
    /// The day.
    pub given_on: Date,
    /// Account of the custodian, or of the member of staff who took it down.
    pub given_by: crate::ActorId,
}

/// Everything the procedure knows about a child; the unit that is locked, loaded and decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildFile {
    /// The child.
    pub child: Child,
    /// Consent to automatic withdrawal, if in force.
    pub consent: Option<Consent>,
    /// Applications in the order of their keys.
    pub applications: Vec<Application>,
    /// Contracts in the order of their keys.
    pub contracts: Vec<CareContract>,
}

impl ChildFile {
    /// A child without applications and contracts.
    #[must_use]
    pub const fn new(child: Child) -> Self {
        Self {
            child,
            consent: None,
            applications: Vec::new(),
            contracts: Vec::new(),
        }
    }

    /// The application and offer with a key.
    #[must_use]
    pub fn offer(&self, id: &OfferId) -> Option<(&Application, &Offer)> {
        self.applications
            .iter()
            .find_map(|a| a.offers.iter().find(|o| o.id == *id).map(|o| (a, o)))
    }

    /// Contracts that run on a day or later, in the order of their first day.
    #[must_use]
    pub fn running_or_to_come(&self, day: Date) -> Vec<&CareContract> {
        let mut found: Vec<&CareContract> = self
            .contracts
            .iter()
            .filter(|c| !c.current().never_ran() && day <= c.current().valid_to)
            .collect();
        found.sort_by_key(|c| c.current().valid_from);
        found
    }
}
