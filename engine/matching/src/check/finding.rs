//! What the checker can find wrong with a matching, and how it says so.

use std::fmt;

use serde::Serialize;

/// Something wrong with a matching.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Finding {
    /// The round does not have the applicant.
    UnknownApplicant {
        /// The applicant.
        applicant_id: String,
    },
    /// The applicant has more than one row; the first is taken.
    DuplicateRow {
        /// The applicant.
        applicant_id: String,
    },
    /// The applicant of the round has no row; counted as unplaced.
    Missing {
        /// The applicant.
        applicant_id: String,
    },
    /// The applicant did not apply for the programme; counted as unplaced.
    NotApplied {
        /// The applicant.
        applicant_id: String,
        /// The programme, perhaps not of the round.
        programme_id: String,
    },
    /// The programme has no seats of the applicant's group; counted as unplaced.
    GroupClosed {
        /// The applicant.
        applicant_id: String,
        /// The programme.
        programme_id: String,
    },
    /// The rank in the row is not the rank of the wish.
    WrongRank {
        /// The applicant.
        applicant_id: String,
        /// The programme.
        programme_id: String,
        /// Rank in the placements.
        stated: u32,
        /// Rank in the wish list.
        wished: u32,
    },
    /// More children than seats.
    OverCapacity {
        /// The programme.
        programme_id: String,
        /// The seat group.
        seat_group: String,
        /// Seats.
        capacity: u32,
        /// Children placed.
        placed: u32,
    },
    /// The children of a flexible programme need more than its budget.
    OverBudget {
        /// The programme.
        programme_id: String,
        /// Its budget, exact.
        budget: String,
        /// What the children need, exact.
        needed: String,
    },
    /// An enrolled child lost its place without getting a better wish.
    BelowOwnPlace {
        /// The child.
        applicant_id: String,
        /// The programme where it was enrolled.
        enrolled_programme_id: String,
    },
    /// A child was denied a free seat that it wants more than its place.
    Waste {
        /// The child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
        /// The seat group.
        seat_group: String,
    },
    /// A seat that a child wants more than its place is held by a child with lower priority. A true
    /// tie is no envy.
    JustifiedEnvy {
        /// The envious child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
        /// The seat group.
        seat_group: String,
        /// The child in the seat with the lowest claim.
        admitted_applicant_id: String,
    },
    /// What a family has is none of its joint options: its children are separated against its rule,
    /// or placed against its ranking.
    NotAnOption {
        /// The family.
        family_id: String,
    },
    /// A family likes a joint option better than what it has, and nothing stands in the way.
    BlockingFamily {
        /// The family.
        family_id: String,
        /// Place of the option among the family's admissible options, from 1.
        option: u32,
        /// Programme of each child in the option; `None` = unplaced.
        would_get: Vec<(String, Option<String>)>,
        /// The seats of the option; at each, `ahead + needed <= capacity`.
        seats: Vec<BlockingSeat>,
    },
}

/// One seat of an option that a family blocks with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct BlockingSeat {
    /// The programme.
    pub programme_id: String,
    /// The seat group.
    pub seat_group: String,
    /// Seats.
    pub capacity: u32,
    /// Children of other families placed here over whom not every child of the family that the option
    /// sends here has a strictly better claim.
    pub ahead: u32,
    /// Children of the family that the option sends here.
    pub needed: u32,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownApplicant { applicant_id } => {
                write!(f, "applicant {applicant_id} is not in the round")
            }
            Self::DuplicateRow { applicant_id } => {
                write!(f, "applicant {applicant_id} has more than one row")
            }
            Self::Missing { applicant_id } => write!(f, "applicant {applicant_id} has no row"),
            Self::NotApplied {
                applicant_id,
                programme_id,
            } => {
                write!(
                    f,
                    "applicant {applicant_id} did not apply for {programme_id}"
                )
            }
            Self::GroupClosed {
                applicant_id,
                programme_id,
            } => {
                write!(
                    f,
                    "{programme_id} has no seats for the group of applicant {applicant_id}"
                )
            }
            Self::WrongRank {
                applicant_id,
                programme_id,
                stated,
                wished,
            } => write!(
                f,
                "applicant {applicant_id} ranks {programme_id} {wished}, not {stated}"
            ),
            Self::OverCapacity {
                programme_id,
                seat_group,
                capacity,
                placed,
            } => write!(
                f,
                "{programme_id}, group {seat_group:?}, has {capacity} seats and {placed} children"
            ),
            Self::OverBudget {
                programme_id,
                budget,
                needed,
            } => write!(
                f,
                "{programme_id} has a budget of {budget} and children who need {needed}"
            ),
            Self::BelowOwnPlace {
                applicant_id,
                enrolled_programme_id,
            } => write!(
                f,
                "applicant {applicant_id} lost the place at {enrolled_programme_id} without getting a better wish"
            ),
            Self::Waste {
                applicant_id,
                programme_id,
                seat_group,
            } => write!(
                f,
                "applicant {applicant_id} was denied a free seat of {programme_id}, group {seat_group:?}"
            ),
            Self::JustifiedEnvy {
                applicant_id,
                programme_id,
                seat_group,
                admitted_applicant_id,
            } => {
                write!(
                    f,
                    "applicant {applicant_id} comes before {admitted_applicant_id} at {programme_id}, group {seat_group:?}, and wants that seat more"
                )
            }
            Self::NotAnOption { family_id } => {
                write!(
                    f,
                    "what family {family_id} has is none of its joint options"
                )
            }
            Self::BlockingFamily {
                family_id,
                option,
                seats,
                ..
            } => {
                write!(
                    f,
                    "family {family_id} wants its option {option} more, and nothing stands in the way:"
                )?;
                for (number, seat) in seats.iter().enumerate() {
                    write!(
                        f,
                        "{} {}, group {:?}, has {} seats, {} children ahead, {} needed",
                        if number > 0 { ";" } else { "" },
                        seat.programme_id,
                        seat.seat_group,
                        seat.capacity,
                        seat.ahead,
                        seat.needed
                    )?;
                }
                Ok(())
            }
        }
    }
}
