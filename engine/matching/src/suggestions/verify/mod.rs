//! Independent check of a proof: works every line out once more from the inputs.
//!
//! Shares no code with what wrote the proof: it reads the catalogues from their canonical form, checks
//! stays on plain month numbers, orders lines by a key of its own and runs the round by its own loop.
//! What it comes to is compared with the proof field by field.

mod circles;
mod derive;
mod stay;

use serde::Serialize;
use serde_json::{Value, json};

use super::inputs::SuggestionInputs;
use super::proof::{PROOF_FORMAT, seal_of};
use crate::lottery::{DrawnFor, draw, lottery_number};
use derive::Derivation;

/// A field of a proof that is not what the inputs lead to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProofMismatch {
    /// Where, as a JSON pointer.
    pub pointer: String,
    /// What the proof states; `None` where it has nothing.
    pub stated: Option<Value>,
    /// What the inputs lead to; `None` where there should be nothing.
    pub derived: Option<Value>,
}

/// Works out every line of a proof once more and returns what differs: nothing if the proof holds.
///
/// The placements are re-derived too unless a family asks for its children to be placed together; then
/// they are taken as stated and every line is checked against them.
///
/// ```
/// # use serde_json::json;
/// // A proof that is no proof at all differs in every field.
/// # fn check(inputs: &matching::SuggestionInputs) {
/// assert!(!matching::verify_proof(&json!({}), inputs).is_empty());
/// # }
/// ```
#[must_use]
pub fn verify_proof(proof: &Value, inputs: &SuggestionInputs) -> Vec<ProofMismatch> {
    let derivation = Derivation::new(inputs);
    let exclusions = derivation.exclusions(&proof["exclusions"], &proof["placements"]);
    let unsettled = derivation.unsettled(&proof["unsettled"], &exclusions, &proof["placements"]);
    let out = circles::both(&exclusions, &unsettled);
    let placements = derivation.placements(&out, &proof["placements"]);
    let blocking = derivation.blocking(&proof["blocking"]);
    let derived = json!({
        "format": PROOF_FORMAT,
        "engine_version": env!("CARGO_PKG_VERSION"),
        "seed": inputs.seed.to_string(),
        "inputs_hash": inputs.hash(),
        "catalogues": derivation.catalogues(),
        "lots": lots(inputs),
        "exclusions": exclusions,
        "unsettled": unsettled,
        "placements": placements,
        "blocking": blocking,
        "programmes": derivation.programmes(&placements, (&exclusions, &unsettled), &blocking),
        "seal": seal_of(proof),
    });
    let mut mismatches = Vec::new();
    compare(String::new(), Some(proof), Some(&derived), &mut mismatches);
    for problem in derivation.overbooked(&placements) {
        mismatches.push(ProofMismatch {
            pointer: "/placements".to_owned(),
            stated: None,
            derived: Some(problem),
        });
    }
    mismatches
}

fn lots(inputs: &SuggestionInputs) -> Vec<Value> {
    let mut lots: Vec<(&str, Value)> = inputs
        .children
        .iter()
        .map(|child| {
            let id = child.applicant_id.as_str();
            let family = match child.family_id.as_str() {
                "" => id,
                family => family,
            };
            let lot = json!({
                "applicant_id": id,
                "family_lot": lottery_number(inputs.seed, family).to_string(),
                "child_lot": draw(inputs.seed, DrawnFor::Applicant, id).to_string(),
            });
            (id, lot)
        })
        .collect();
    lots.sort_by_key(|(id, _)| *id);
    lots.into_iter().map(|(_, lot)| lot).collect()
}

/// Compares two values in depth and notes the innermost differences.
fn compare(
    pointer: String,
    stated: Option<&Value>,
    derived: Option<&Value>,
    mismatches: &mut Vec<ProofMismatch>,
) {
    match (stated, derived) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            let mut keys: Vec<&String> = left.keys().chain(right.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                compare(
                    format!("{pointer}/{key}"),
                    left.get(key),
                    right.get(key),
                    mismatches,
                );
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) => {
            for at in 0..left.len().max(right.len()) {
                compare(
                    format!("{pointer}/{at}"),
                    left.get(at),
                    right.get(at),
                    mismatches,
                );
            }
        }
        _ if stated == derived => {}
        _ => mismatches.push(ProofMismatch {
            pointer,
            stated: stated.cloned(),
            derived: derived.cloned(),
        }),
    }
}
