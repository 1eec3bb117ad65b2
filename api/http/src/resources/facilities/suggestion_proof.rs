//! `GET /v1/facilities/{facility}/suggestion-proof`: a facility's own part of the proof of a round.

use std::collections::BTreeMap;

use axum::Json;
use domain::FacilityId;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::asked::{Asked, KeyOf};
use crate::problem::Problem;
use crate::resources::Served;
use crate::resources::suggestions::{RoundAsked, not_publishable};
use crate::vocabulary::{Day, Key};

/// A facility's own lines of a proof, with the hashes of the whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestionProofOfAFacility {
    #[schema(value_type = Key)]
    facility: FacilityId,
    #[schema(value_type = Day)]
    starts_on: Date,
    /// Number of the change it was computed from.
    computed_from: u64,
    /// Seed of the lottery.
    seed: u64,
    /// Version of the engine.
    engine_version: String,
    /// SHA-256 over the inputs of the whole round.
    inputs_hash: String,
    /// Seal of the proof of the whole round, which city and auditor hold.
    seal: String,
    /// The lines with their reasons, without the places of the applicants elsewhere.
    #[schema(value_type = Vec<Object>)]
    programmes: Vec<Value>,
    /// SHA-256 of each programme's lines in the proof of the whole round, by programme.
    line_hashes: BTreeMap<String, String>,
    /// Lots of the children in the lines.
    #[schema(value_type = Vec<Object>)]
    lots: Vec<Value>,
    /// Applications whose stay found no room beside others.
    #[schema(value_type = Vec<Object>)]
    exclusions: Vec<Value>,
    /// The facility's own inputs: canonical files by name, CSV.
    inputs: BTreeMap<String, String>,
}

/// Gives a provider the proof of its own lines; those of another provider are refused.
#[utoipa::path(get, path = "/v1/facilities/{facility}/suggestion-proof", tag = "suggestions",
    params(RoundAsked), responses((status = 200, body = SuggestionProofOfAFacility)))]
pub(crate) async fn suggestion_proof(
    service: Served,
    caller: Caller,
    KeyOf(facility): KeyOf<FacilityId>,
    Asked(asked): Asked<RoundAsked>,
) -> Result<Json<SuggestionProofOfAFacility>, Problem> {
    caller.require_facility(&service, &facility).await?;
    let RoundAsked { starts_on, seed } = asked;
    let (today, of) = (service.clock.today(), facility.clone());
    let made = service
        .analysed(move |analyses, snapshot| {
            analyses.facility_proof(snapshot, &of, starts_on, today, seed)
        })
        .await?
        .map_err(|error| not_publishable(&caller, error))?;
    let files = made.files.into_iter();
    Ok(Json(SuggestionProofOfAFacility {
        facility,
        starts_on,
        computed_from: made.computed_from,
        seed,
        engine_version: made.engine_version,
        inputs_hash: made.inputs_hash,
        seal: made.seal,
        programmes: made.programmes,
        line_hashes: made.line_hashes.into_iter().collect(),
        lots: made.lots,
        exclusions: made.exclusions,
        inputs: files.map(|(name, text)| (name.to_owned(), text)).collect(),
    }))
}
