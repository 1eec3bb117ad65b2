//! Ranked suggestions for free places, with the reason of every line, a proof and a refusal to publish.

mod family;
mod free_places;
mod input_rows;
mod inputs;
mod joint;
mod lab;
mod line;
mod proof;
mod publication;
mod published_stays;
mod ranking;
mod round;
mod running;
mod stays;
mod verify;

pub use family::{FamilyDecision, FamilyStatement, FamilyWish};
pub use inputs::{
    PointsSource, RecordedPoints, SUGGESTION_FILES, SuggestionApplication, SuggestionChild,
    SuggestionInputs, SuggestionProgramme,
};
pub use line::{AheadBy, BetterPlace, ProgrammeSuggestions, SuggestionDecision, SuggestionLine};
pub use proof::{PROOF_FORMAT, ProofCatalogue, ProofLot, ProofPlacement, SuggestionProof};
pub use publication::{
    PromiseGround, PromisedPlace, PublicationRefusal, Publishable, publication_check,
};
pub use published_stays::SettledFamily;
pub use round::{StayPlacements, SuggestionError, SuggestionRound};
pub use stays::{Exclusion, UnsettledApplication};
pub use verify::{ProofMismatch, verify_proof};
