//! Suggestion lists kept for providers: proposals, never decisions.

use jiff::civil::Date;

use crate::{ApplicationId, CareType, ChildId, FacilityId, SuggestionListId};

/// One line of a suggestion list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SuggestionRow {
    /// Place in line, from 1.
    pub position: u32,
    /// The application.
    pub application: ApplicationId,
    /// The child, pseudonymous.
    pub child: ChildId,
    /// Points of the provider's catalogue.
    pub points: i32,
    /// Rank of the wish, 1 = best.
    pub rank: u32,
    /// Whether the city-wide round suggests this child for a free place here.
    pub suggested: bool,
    /// Machine-readable reason: what decided, for example `points`, or why not, for example `full`.
    pub reason: String,
}

/// The line for the places of a facility and care type, as computed from one state of the data.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SuggestionList {
    /// The key.
    pub id: SuggestionListId,
    /// The facility.
    pub facility: FacilityId,
    /// The care type.
    pub care_type: CareType,
    /// First day of care the places are looked at for.
    pub starts_on: Date,
    /// Change sequence of the data it was computed from.
    pub computed_from: u64,
    /// Free places found.
    pub free_places: u32,
    /// The line.
    pub rows: Vec<SuggestionRow>,
    /// Reason code of the person who reordered it; `None` as computed (K16).
    pub override_reason: Option<String>,
}
