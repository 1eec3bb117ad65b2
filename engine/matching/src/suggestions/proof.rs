//! The proof file of a suggestion round.

use serde::{Deserialize, Serialize};

use super::line::ProgrammeSuggestions;
use super::round::{StayPlacements, SuggestionError, SuggestionRound};
use super::stays::{Exclusion, UnsettledApplication};
use crate::catalogue::{canonical_json, sha256_hex};
use crate::lottery::{DrawnFor, draw, lottery_number};

/// The format that this version writes.
pub const PROOF_FORMAT: &str = "placewright-suggestion-proof/3";

/// A catalogue as the proof states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofCatalogue {
    /// The provider.
    pub provider_id: String,
    /// Name.
    pub id: String,
    /// Version.
    pub version: u32,
    /// SHA-256 of the canonical form.
    pub hash: String,
    /// The canonical form.
    pub canonical: String,
}

/// The published lots of a child, as decimal digits: they exceed what some JSON readers hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofLot {
    /// The child.
    pub applicant_id: String,
    /// Lottery number of its family.
    pub family_lot: String,
    /// Its own number, which settles ties within a family.
    pub child_lot: String,
}

/// A placement of the city-wide round; `None` twice for an unplaced child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofPlacement {
    /// The child.
    pub applicant_id: String,
    /// Where it is placed.
    pub programme_id: Option<String>,
    /// Rank of the wish.
    pub rank: Option<u32>,
}

/// Everything that a suggestion round came to, with what is needed to work it out once more.
///
/// For the provider and the auditor: it names children by their keys. A family gets
/// [`crate::FamilyStatement`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestionProof {
    /// [`PROOF_FORMAT`].
    pub format: String,
    /// Version of the engine that wrote it.
    pub engine_version: String,
    /// Seed of the lottery, in decimal digits.
    pub seed: String,
    /// SHA-256 over the canonical input files.
    pub inputs_hash: String,
    /// Catalogues in force, by provider.
    pub catalogues: Vec<ProofCatalogue>,
    /// Lots, by child.
    pub lots: Vec<ProofLot>,
    /// Applications without room beside others, by child and programme.
    pub exclusions: Vec<Exclusion>,
    /// Applications that fit and stay out because the round goes in circles, by child and programme.
    pub unsettled: Vec<UnsettledApplication>,
    /// Placements of the city-wide round, by child.
    pub placements: Vec<ProofPlacement>,
    /// Families, or children without one, that block because no stable matching exists.
    pub blocking: Vec<String>,
    /// The lines, by programme.
    pub programmes: Vec<ProgrammeSuggestions>,
    /// SHA-256 of the canonical form of everything above.
    pub seal: String,
}

impl SuggestionProof {
    /// Writes down a round and its placements.
    ///
    /// # Errors
    ///
    /// [`SuggestionError`] when the placements do not belong to the round.
    pub fn new(round: &SuggestionRound, placed: &StayPlacements) -> Result<Self, SuggestionError> {
        let inputs = round.inputs();
        let seed = inputs.seed;
        let mut proof = Self {
            format: PROOF_FORMAT.to_owned(),
            engine_version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: seed.to_string(),
            inputs_hash: inputs.hash(),
            catalogues: inputs
                .catalogues
                .iter()
                .map(|it| ProofCatalogue {
                    provider_id: it.provider().to_owned(),
                    id: it.id().to_owned(),
                    version: it.version(),
                    hash: it.version_hash(),
                    canonical: it.canonical(),
                })
                .collect(),
            lots: round
                .children
                .iter()
                .map(|child| {
                    let family = if child.family_id.is_empty() {
                        &child.applicant_id
                    } else {
                        &child.family_id
                    };
                    let own = draw(seed, DrawnFor::Applicant, &child.applicant_id);
                    ProofLot {
                        applicant_id: child.applicant_id.clone(),
                        family_lot: lottery_number(seed, family).to_string(),
                        child_lot: own.to_string(),
                    }
                })
                .collect(),
            exclusions: placed.exclusions.clone(),
            unsettled: placed.unsettled.clone(),
            placements: placed
                .placements
                .iter()
                .map(|row| ProofPlacement {
                    applicant_id: row.applicant_id.clone(),
                    programme_id: row.place.as_ref().map(|it| it.programme_id.clone()),
                    rank: row.place.as_ref().map(|it| it.rank),
                })
                .collect(),
            blocking: placed.blocking.clone(),
            programmes: round.suggest_for(placed)?,
            seal: String::new(),
        };
        proof.seal = seal_of(&proof.value());
        Ok(proof)
    }

    /// The proof as JSON, indented; the same bytes for the same round.
    ///
    /// # Panics
    ///
    /// Never: a proof has text keys and plain values.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        text.expect("a proof has text keys and plain values")
    }

    fn value(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("a proof has text keys and plain values")
    }
}

/// SHA-256 of the canonical form of a proof without its seal.
pub(super) fn seal_of(proof: &serde_json::Value) -> String {
    let mut unsealed = proof.clone();
    if let Some(fields) = unsealed.as_object_mut() {
        fields.remove("seal");
    }
    sha256_hex(canonical_json(&unsealed).as_bytes())
}
