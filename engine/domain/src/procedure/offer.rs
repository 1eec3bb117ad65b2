//! Offers of a place (Platzangebote, Platzzusagen).

use jiff::civil::Date;

use super::actor::HumanActor;
use crate::{ContractId, DailyHours, OfferId};

/// Where an offer stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum OfferState {
    /// Waiting for the family's answer; holds the place.
    Open,
    /// The family said yes; holds the place until the contract.
    Confirmed {
        /// The day.
        on: Date,
        /// A contract that came into the system beside it (K38): the family must release one of them.
        conflict: Option<ContractId>,
    },
    /// Became a contract.
    Contracted {
        /// The day.
        on: Date,
        /// The contract.
        contract: ContractId,
    },
    /// The family said no, or released a confirmed offer.
    Declined {
        /// The day.
        on: Date,
    },
    /// The family did not answer in time.
    Expired {
        /// The day.
        on: Date,
    },
    /// A contract elsewhere declined it (K38).
    DeclinedByContract {
        /// The day.
        on: Date,
        /// The contract.
        contract: ContractId,
    },
    /// The provider took it back.
    Revoked {
        /// The day.
        on: Date,
        /// Reason code of the provider, 1 to 64 bytes.
        reason: String,
    },
    /// Its application was withdrawn by the family.
    Withdrawn {
        /// The day.
        on: Date,
    },
}

impl OfferState {
    /// The name in files.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed { .. } => "confirmed",
            Self::Contracted { .. } => "contracted",
            Self::Declined { .. } => "declined",
            Self::Expired { .. } => "expired",
            Self::DeclinedByContract { .. } => "declined_by_contract",
            Self::Revoked { .. } => "revoked",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

/// A place offered to a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The key.
    pub id: OfferId,
    /// First day of care offered.
    pub starts_on: Date,
    /// Last day of the stay the place is held for.
    pub ends_on: Date,
    /// Hours a day offered.
    pub daily_hours: DailyHours,
    /// The day it was made.
    pub offered_on: Date,
    /// Last day to answer.
    pub reply_by: Date,
    /// Who made it: always a person (P10).
    pub offered_by: HumanActor,
    /// Reason code where the offer leaves the suggested order (K16).
    pub override_reason: Option<String>,
    /// Where it stands.
    pub state: OfferState,
}

impl Offer {
    /// Whether it holds a place: open or confirmed.
    #[must_use]
    pub const fn holds_a_place(&self) -> bool {
        matches!(self.state, OfferState::Open | OfferState::Confirmed { .. })
    }
}
