//! `GET /v1/suggestion-proof`: the proof of a computed round, with everything it was computed from.

use std::collections::BTreeMap;

use axum::Json;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::not_publishable;
use crate::access::Caller;
use crate::asked::Asked;
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::Day;

/// Which round.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RoundAsked {
    /// First day of care of the round.
    #[param(value_type = Day)]
    pub(crate) starts_on: Date,
    /// Seed of the lottery; 0 if absent.
    #[serde(default)]
    #[param(value_type = Option<u64>)]
    pub(crate) seed: u64,
}

/// The proof of a round and its inputs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestionProofOfTheCity {
    #[schema(value_type = Day)]
    starts_on: Date,
    /// Number of the change it was computed from.
    computed_from: u64,
    /// Seed of the lottery.
    seed: u64,
    /// The canonical input files, by name: CSV.
    inputs: BTreeMap<String, String>,
    /// The proof: seed, hash of the inputs, lots, placements, and every line with its reason.
    #[schema(value_type = Object)]
    proof: Value,
}

/// Gives out the proof of the round of the suggestions, for the city's mediation and the auditor.
#[utoipa::path(get, path = "/v1/suggestion-proof", tag = "suggestions", params(RoundAsked),
    responses((status = 200, body = SuggestionProofOfTheCity)))]
pub(crate) async fn proof(
    service: Served,
    caller: Caller,
    Asked(asked): Asked<RoundAsked>,
) -> Result<Json<SuggestionProofOfTheCity>, Problem> {
    let RoundAsked { starts_on, seed } = asked;
    let today = service.clock.today();
    let made = service
        .analysed(move |analyses, snapshot| {
            analyses.suggestion_proof(snapshot, starts_on, today, seed)
        })
        .await?
        .map_err(|error| not_publishable(&caller, error))?;
    let files = made.inputs.canonical_files().into_iter();
    Ok(Json(SuggestionProofOfTheCity {
        starts_on,
        computed_from: made.computed_from,
        seed,
        inputs: files.map(|(name, text)| (name.to_owned(), text)).collect(),
        proof: serde_json::to_value(&made.proof).map_err(|error| Problem::failed(&error))?,
    }))
}
