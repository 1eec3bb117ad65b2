//! The ranked line of a programme, and why each child is suggested or not.

use serde::{Deserialize, Serialize};

use crate::catalogue::Contribution;
use crate::whole_stay::StayObstacle;

/// What puts one child of a line before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AheadBy {
    /// More points.
    Points,
    /// Equal points and older.
    OlderChild,
    /// Equal so far and an earlier application.
    EarlierApplication,
    /// Equal so far and a smaller key.
    Key,
    /// Equal so far and a smaller lottery number.
    Lot,
}

/// Why a child is suggested or not; checked by machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SuggestionDecision {
    /// The child is suggested for a free place here.
    Suggested,
    /// Age, hours or the months of the stay do not fit: the first reason.
    Unsuitable {
        /// The first reason.
        reason: StayObstacle,
    },
    /// The stay does not fit beside the stays of children that come first: the first reason.
    NoRoomBesideOthers {
        /// The first reason.
        reason: StayObstacle,
    },
    /// The current round places the child at a wish it ranks better.
    PlacedAtBetterWish {
        /// The child's place.
        programme_id: String,
        /// Rank of that wish.
        rank: u32,
    },
    /// There is no free place.
    NoFreePlace,
    /// All free places go to children further ahead.
    Full {
        /// Free places.
        free_places: u32,
        /// Points of the last child suggested.
        cut_off_points: i32,
        /// What the last child suggested is ahead by.
        decided_by: AheadBy,
        /// Place among those who want this place more than what they get, from 1.
        waiting_position: u32,
    },
    /// The stay would fit, but the round goes in a circle: were the child placed here, those who move on
    /// from it would leave a stay that does not fit. A person has to look at it.
    NoStableStays {
        /// The facility where a stay would not fit.
        facility_id: String,
        /// The first month and figure in the way there.
        reason: StayObstacle,
    },
    /// The rule of the family's brothers and sisters leads to another place, or to none.
    SiblingsRule,
    /// Nobody with a better claim stands in the way, but no stable matching exists in this round: rules
    /// of brothers and sisters contradict each other, and this is one of the fewest left aggrieved.
    NoStableMatching,
}

/// A child's own better place in the current round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BetterPlace {
    /// The programme.
    pub programme_id: String,
    /// Rank of the wish.
    pub rank: u32,
}

/// One child in the line of a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestionLine {
    /// Place in line, from 1, among all who applied.
    pub position: u32,
    /// The child.
    pub applicant_id: String,
    /// Rank of the wish, 1 = best.
    pub wish_rank: u32,
    /// Points under the catalogue.
    pub points: i32,
    /// What each criterion gives.
    pub contributions: Vec<Contribution>,
    /// What the child before in line is ahead by; `None` for the first.
    pub behind_by: Option<AheadBy>,
    /// Why the stay does not fit; empty where it does.
    pub obstacles: Vec<StayObstacle>,
    /// Where the current round places the child at a better wish, if it does.
    pub better_place: Option<BetterPlace>,
    /// Suggested or not, and why.
    pub decision: SuggestionDecision,
}

/// The line of a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgrammeSuggestions {
    /// The programme.
    pub programme_id: String,
    /// The provider.
    pub provider_id: String,
    /// Hash of the catalogue that the points come from.
    pub catalogue_hash: String,
    /// Free places.
    pub free_places: u32,
    /// Points of the last child suggested, where no place is left.
    pub cut_off_points: Option<i32>,
    /// Position of the last child suggested, where no place is left.
    pub cut_off_position: Option<u32>,
    /// Every applicant, first in line first.
    pub lines: Vec<SuggestionLine>,
}

impl ProgrammeSuggestions {
    /// The children suggested, first in line first.
    pub fn suggested(&self) -> impl Iterator<Item = &str> {
        self.lines
            .iter()
            .filter(|line| line.decision == SuggestionDecision::Suggested)
            .map(|line| line.applicant_id.as_str())
    }
}
