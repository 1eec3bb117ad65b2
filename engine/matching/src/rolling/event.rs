//! What happens to a pool, what follows, and what is refused.

use domain::InputProblem;
use serde::Serialize;

use super::deviation::DeviationReason;
use crate::error_codes;
use crate::placements::Place;
use crate::round::{ApplicantRow, ApplicationRow};

/// Something that happens in the life of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PoolEvent {
    /// A child comes, with or without applications.
    ChildJoined {
        /// The child. Joint wishes of siblings are refused (E2129).
        child: ApplicantRow,
        /// Its applications.
        applications: Vec<ApplicationRow>,
    },
    /// A child of the pool applies for one more programme.
    ApplicationAdded {
        /// The application.
        application: ApplicationRow,
    },
    /// An application is withdrawn.
    ApplicationWithdrawn {
        /// The child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
    },
    /// A child has other points at a programme.
    PointsChanged {
        /// The child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
        /// The new points.
        points: i32,
    },
    /// A programme has one more seat for a group.
    SeatOpened {
        /// The programme.
        programme_id: String,
        /// The group; empty for the common group.
        seat_group: String,
    },
    /// A programme has one seat less for a group.
    SeatClosed {
        /// The programme.
        programme_id: String,
        /// The group; empty for the common group.
        seat_group: String,
    },
    /// A programme offers a place to a child.
    OfferMade {
        /// The child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
        /// Needed where the pool does not suggest this child for this place.
        deviation: Option<DeviationReason>,
    },
    /// The family confirms its open offer: child and place are fixed until the contract.
    OfferConfirmed {
        /// The child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
    },
    /// The family declines an open offer, or gives a confirmed one back; the application ends.
    OfferDeclined {
        /// The child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
    },
    /// The deadline of an open offer passes without an answer; the application ends.
    OfferLapsed {
        /// The child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
    },
    /// A contract is concluded: the child leaves with its place, everything else of it ends.
    ContractConcluded {
        /// The child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
    },
    /// A child leaves without a contract; places it holds become free.
    ChildLeft {
        /// The child.
        applicant_id: String,
    },
}

/// What an event changed, beyond itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PoolChange {
    /// Children whose place in the current matching changed, bytewise by child. A child that joined
    /// or left counts as coming from or going to no place.
    pub moves: Vec<PoolMove>,
    /// Applications that ended with the event, bytewise.
    pub withdrawn: Vec<PoolApplication>,
    /// Offers that ended with the event, bytewise.
    pub offers_ended: Vec<EndedOffer>,
    /// Who is to be offered a place after the event, at every seat where a place became free or to which
    /// the matching moved a child; only places neither held nor offered, in the order of the line.
    pub next_in_line: Vec<SuggestedOffer>,
}

/// A child's place in the current matching before and after an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PoolMove {
    /// The child.
    pub applicant_id: String,
    /// Its place before.
    pub from: Option<Place>,
    /// Its place after.
    pub to: Option<Place>,
}

/// An application, by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PoolApplication {
    /// The child.
    pub applicant_id: String,
    /// The programme.
    pub programme_id: String,
}

/// How an offer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferEnd {
    /// By the family.
    Declined,
    /// By the holding rule: the family got an offer it ranks better, or has one.
    DeclinedForBetter,
    /// By its deadline.
    Lapsed,
    /// By a contract of the child elsewhere.
    DeclinedByContract,
    /// By the child leaving or withdrawing the application.
    Withdrawn,
}

/// An offer that ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EndedOffer {
    /// The child.
    pub applicant_id: String,
    /// The programme.
    pub programme_id: String,
    /// Why.
    pub end: OfferEnd,
}

/// A free place and the child to which it should be offered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SuggestedOffer {
    /// The programme.
    pub programme_id: String,
    /// The seat group.
    pub seat_group: String,
    /// Position among the children suggested for this seat, from 1.
    pub position: u32,
    /// The child.
    pub applicant_id: String,
}

/// A round that a pool cannot begin with, or an event that does not fit its state; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// No such programme and group.
    #[error(
        "E2120  programme {programme_id:?} has no row for group {seat_group:?} in the pool; add it with capacity 0 when the pool is set up, or correct the ids"
    )]
    UnknownSeats {
        /// The programme asked for.
        programme_id: String,
        /// The group asked for.
        seat_group: String,
    },
    /// No such child.
    #[error(
        "E2121  child {0:?} is not in the pool; let it join first, or correct the applicant_id"
    )]
    UnknownChild(String),
    /// The child is there already.
    #[error("E2122  child {0:?} is in the pool already; change its applications instead")]
    DuplicateChild(String),
    /// The child has the application already, or does not have it.
    #[error(
        "E2123  child {applicant_id:?} {has} an application for programme {programme_id:?}; correct the ids"
    )]
    Application {
        /// The child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
        /// What is wrong: "has already" or "does not have".
        has: &'static str,
    },
    /// All seats are promised or held.
    #[error(
        "E2124  programme {programme_id:?}, group {seat_group:?}, has {capacity} seats and all are held or offered; end an offer or a contract first"
    )]
    NoFreeSeat {
        /// The programme.
        programme_id: String,
        /// The group.
        seat_group: String,
        /// Seats.
        capacity: u32,
    },
    /// An offer to a child that is not suggested.
    #[error(
        "E2125  the pool does not suggest child {applicant_id:?} for programme {programme_id:?}; give the reason code of the deviation, or offer to the child suggested"
    )]
    ReasonMissing {
        /// The child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
    },
    /// No such open or confirmed offer.
    #[error(
        "E2126  child {applicant_id:?} has no {state} offer of programme {programme_id:?}; correct the ids or make the offer first"
    )]
    NoSuchOffer {
        /// The child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
        /// The state the offer should have.
        state: &'static str,
    },
    /// The child confirmed an offer elsewhere.
    #[error(
        "E2127  child {applicant_id:?} has confirmed an offer of programme {programme_id:?}; let the family give it back first"
    )]
    ConfirmedElsewhere {
        /// The child.
        applicant_id: String,
        /// The programme it confirmed.
        programme_id: String,
    },
    /// The child holds this place already.
    #[error(
        "E2128  child {applicant_id:?} holds a place of programme {programme_id:?} already; nothing is left to offer"
    )]
    HeldAlready {
        /// The child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
    },
    /// Joint wishes of siblings.
    #[error(
        "E2129  child {0:?} is to be placed together with siblings, which a pool does not do; let it join as independent and place the family in the city-wide round"
    )]
    SiblingsTogether(String),
    /// The round to begin with has joint options.
    #[error(
        "E2188  the pool was to begin with a round of {0} families with joint options or a siblings rule, which a pool does not keep; place them in the city-wide round, and begin with independent children"
    )]
    JointRound(usize),
    /// The round to begin with has budgets.
    #[error(
        "E2189  the pool was to begin with a round in which programmes have budgets, which a pool does not keep; give every programme and seat group a capacity"
    )]
    FlexibleRound,
    /// The rows of a joining child or application contradict themselves.
    #[error("E2130  the rows of child {applicant_id:?} are refused: {}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    BadRows {
        /// The child.
        applicant_id: String,
        /// All that is wrong with them.
        problems: Vec<InputProblem>,
    },
}

impl PoolError {
    /// The numbered code, as listed in [`crate::ERROR_CODES`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownSeats { .. } => error_codes::POOL_UNKNOWN_SEATS,
            Self::UnknownChild(_) => error_codes::POOL_UNKNOWN_CHILD,
            Self::DuplicateChild(_) => error_codes::POOL_DUPLICATE_CHILD,
            Self::Application { .. } => error_codes::POOL_APPLICATION,
            Self::NoFreeSeat { .. } => error_codes::POOL_NO_FREE_SEAT,
            Self::ReasonMissing { .. } => error_codes::POOL_REASON_MISSING,
            Self::NoSuchOffer { .. } => error_codes::POOL_NO_SUCH_OFFER,
            Self::ConfirmedElsewhere { .. } => error_codes::POOL_CONFIRMED_ELSEWHERE,
            Self::HeldAlready { .. } => error_codes::POOL_HELD_ALREADY,
            Self::SiblingsTogether(_) => error_codes::POOL_SIBLINGS,
            Self::JointRound(_) => error_codes::POOL_JOINT_ROUND,
            Self::FlexibleRound => error_codes::POOL_FLEXIBLE_ROUND,
            Self::BadRows { .. } => error_codes::POOL_BAD_ROWS,
        }
    }
}
