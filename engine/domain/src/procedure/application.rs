//! Applications (Anmeldungen).

use jiff::civil::Date;

use super::actor::{HumanActor, Mandate};
use super::offer::Offer;
use crate::{ApplicationId, CareType, ContractId, DailyHours, FacilityId};

/// How an application came in (K30).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By the family in the portal.
    Online,
    /// At a facility or service desk, entered by staff.
    Onsite,
    /// At the city's mediation office, entered by staff.
    Mediation,
}

impl Channel {
    /// The name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Onsite => "onsite",
            Self::Mediation => "mediation",
        }
    }
}

/// Who entered an application, and on what ground.
///
/// An application entered by staff without the day on which the family was handed the privacy notice
/// (Art. 13/14 GDPR) cannot be expressed (K65), nor one without a mandate (K53).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "channel")]
pub enum Entry {
    /// By the family itself.
    Online,
    /// By staff for the family.
    Staff {
        /// Where: on site or at the mediation office.
        place: Channel,
        /// Who entered it.
        entered_by: HumanActor,
        /// When the privacy notice was handed out.
        notice_given_on: Date,
        /// The mandate of the custodians.
        on_behalf_of: Mandate,
        /// The day of the application where it was made on paper or in the system before (K12);
        /// not after the day of entry.
        applied_on: Option<Date>,
    },
}

impl Entry {
    /// The channel.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Online => Channel::Online,
            Self::Staff { place, .. } => *place,
        }
    }
}

/// One wish of a submission.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Wish {
    /// Key of the application to be.
    pub application: ApplicationId,
    /// The wished facility.
    pub facility: FacilityId,
    /// The care type wished.
    pub care_type: CareType,
    /// 1 = best; no two open applications of a child share a rank.
    pub rank: u32,
    /// First day of care wished.
    pub wished_start: Date,
    /// Hours of care a day wished.
    pub daily_hours: DailyHours,
}

/// Points of one criterion of the provider's catalogue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CriterionPoints {
    /// Name of the criterion, 1 to 64 bytes.
    pub criterion: String,
    /// What it contributes, -1000 to 1000.
    pub points: i32,
}

/// Why an application left the procedure without a contract of its own.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "cause")]
pub enum Withdrawal {
    /// The family no longer wants the place.
    ByFamily,
    /// The family moves away (Wegzug).
    MovedAway,
    /// A contract elsewhere withdrew it (K37).
    ByContract {
        /// The contract.
        contract: ContractId,
    },
}

impl Withdrawal {
    /// The name in files.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::ByFamily => "by_family",
            Self::MovedAway => "moved_away",
            Self::ByContract { .. } => "by_contract",
        }
    }
}

/// Where an application stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ApplicationState {
    /// In the procedure, with or without a place on offer.
    Open,
    /// A care contract came of it.
    Contracted {
        /// The contract.
        contract: ContractId,
        /// The day it was concluded.
        on: Date,
    },
    /// Left the procedure.
    Withdrawn {
        /// The day.
        on: Date,
        /// Why.
        cause: Withdrawal,
    },
}

/// One application of one child at one facility.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The key.
    pub id: ApplicationId,
    /// The wished facility.
    pub facility: FacilityId,
    /// The care type wished.
    pub care_type: CareType,
    /// 1 = best.
    pub rank: u32,
    /// First day of care wished.
    pub wished_start: Date,
    /// Hours of care a day wished.
    pub daily_hours: DailyHours,
    /// The day it counts from.
    pub applied_on: Date,
    /// How it came in.
    pub entry: Entry,
    /// The contract the child holds and keeps until this application becomes a contract
    /// (Wechselantrag).
    pub transfer_from: Option<ContractId>,
    /// Points of the provider's catalogue with its version, if scored.
    pub points: Vec<CriterionPoints>,
    /// Version of the catalogue behind `points`.
    pub catalogue_version: Option<String>,
    /// Where it stands.
    pub state: ApplicationState,
    /// Every offer made on it, in the order they were made; at most one is open or confirmed.
    pub offers: Vec<Offer>,
}

impl Application {
    /// Whether it is in the procedure.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, ApplicationState::Open)
    }

    /// The offer that holds a place for it: open or confirmed.
    #[must_use]
    pub fn holding_offer(&self) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.holds_a_place())
    }

    /// Sum of the points of all criteria; 0 if not scored.
    #[must_use]
    pub fn total_points(&self) -> i32 {
        self.points.iter().map(|criterion| criterion.points).sum()
    }
}
