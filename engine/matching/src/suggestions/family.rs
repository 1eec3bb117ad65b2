//! What a family reads: its own lines, and no other child.

use serde::Serialize;

use super::line::{AheadBy, ProgrammeSuggestions, SuggestionDecision, SuggestionLine};
use crate::catalogue::Contribution;
use crate::whole_stay::StayObstacle;

/// What became of a wish, for the family.
///
/// Holds points, places in line and months, and no field that could name a child: not the child before,
/// not the one admitted last, not its age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FamilyDecision {
    /// The child is suggested here; the provider decides.
    Suggested,
    /// Age, hours or the months of the stay do not fit: every reason.
    Unsuitable {
        /// Every reason.
        reasons: Vec<StayObstacle>,
    },
    /// The stay does not fit beside those of children who come first.
    NoRoomBesideOthers {
        /// The first month in the way.
        reason: StayObstacle,
    },
    /// The child is likely to get a wish that the family ranks better.
    PlacedAtBetterWish {
        /// That programme.
        programme_id: String,
        /// Its rank in the family's list.
        rank: u32,
    },
    /// There is no free place.
    NoFreePlace,
    /// All free places go to children further ahead.
    Full {
        /// Free places.
        free_places: u32,
        /// Points that were needed.
        cut_off_points: i32,
        /// What decided against the last child admitted.
        decided_by: AheadBy,
        /// Place among those who wait, from 1.
        waiting_position: u32,
    },
    /// The stay would fit, but the round goes in a circle: placing the child here would leave another
    /// stay without room. A person has to look at it.
    NoStableStays {
        /// The facility where a stay would not fit.
        facility_id: String,
        /// The first month in the way there.
        reason: StayObstacle,
    },
    /// The family's rule for brothers and sisters leads elsewhere.
    SiblingsRule,
    /// Rules of brothers and sisters contradict each other in this round: a person has to look at it.
    NoStableMatching,
}

/// One wish in a family's statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FamilyWish {
    /// The programme.
    pub programme_id: String,
    /// Rank in the family's list.
    pub wish_rank: u32,
    /// Place in line.
    pub position: u32,
    /// How many applied.
    pub applicants: u32,
    /// The child's points.
    pub points: i32,
    /// What each criterion gave.
    pub contributions: Vec<Contribution>,
    /// What became of it.
    pub decision: FamilyDecision,
}

/// The statement for one family about one child. Its fields hold one child's key: its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FamilyStatement {
    /// The child.
    pub applicant_id: String,
    /// Its wishes, best first.
    pub wishes: Vec<FamilyWish>,
}

impl FamilyStatement {
    /// Draws the lines of one child out of the suggestions; without wishes for a child that has none.
    #[must_use]
    pub fn of(suggestions: &[ProgrammeSuggestions], applicant_id: &str) -> Self {
        let mut wishes: Vec<FamilyWish> = suggestions
            .iter()
            .filter_map(|list| {
                let own = |line: &&SuggestionLine| line.applicant_id == applicant_id;
                let line = list.lines.iter().find(own)?;
                Some(FamilyWish {
                    programme_id: list.programme_id.clone(),
                    wish_rank: line.wish_rank,
                    position: line.position,
                    applicants: list.lines.len() as u32,
                    points: line.points,
                    contributions: line.contributions.clone(),
                    decision: for_family(line),
                })
            })
            .collect();
        wishes.sort_by(|a, b| (a.wish_rank, &a.programme_id).cmp(&(b.wish_rank, &b.programme_id)));
        Self {
            applicant_id: applicant_id.to_owned(),
            wishes,
        }
    }
}

fn for_family(line: &SuggestionLine) -> FamilyDecision {
    match &line.decision {
        SuggestionDecision::Suggested => FamilyDecision::Suggested,
        SuggestionDecision::Unsuitable { .. } => FamilyDecision::Unsuitable {
            reasons: line.obstacles.clone(),
        },
        SuggestionDecision::NoRoomBesideOthers { reason } => FamilyDecision::NoRoomBesideOthers {
            reason: reason.clone(),
        },
        SuggestionDecision::PlacedAtBetterWish { programme_id, rank } => {
            FamilyDecision::PlacedAtBetterWish {
                programme_id: programme_id.clone(),
                rank: *rank,
            }
        }
        SuggestionDecision::NoFreePlace => FamilyDecision::NoFreePlace,
        SuggestionDecision::Full {
            free_places,
            cut_off_points,
            decided_by,
            waiting_position,
        } => FamilyDecision::Full {
            free_places: *free_places,
            cut_off_points: *cut_off_points,
            decided_by: *decided_by,
            waiting_position: *waiting_position,
        },
        SuggestionDecision::NoStableStays {
            facility_id,
            reason,
        } => FamilyDecision::NoStableStays {
            facility_id: facility_id.clone(),
            reason: reason.clone(),
        },
        SuggestionDecision::SiblingsRule => FamilyDecision::SiblingsRule,
        SuggestionDecision::NoStableMatching => FamilyDecision::NoStableMatching,
    }
}
