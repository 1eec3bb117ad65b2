//! Ranked suggestions for free places, with the reason of every line and a proof.

mod inputs;
mod line;
mod round;
mod stays;

pub use inputs::{
    SUGGESTION_FILES, SuggestionApplication, SuggestionChild, SuggestionInputs, SuggestionProgramme,
};
pub use line::{AheadBy, BetterPlace, ProgrammeSuggestions, SuggestionDecision, SuggestionLine};
pub use round::{StayPlacements, SuggestionError, SuggestionRound};
pub use stays::Exclusion;
