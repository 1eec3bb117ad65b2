//! Proofs of a computed round: the whole for the city, a part for a provider, a statement for a family.

use domain::{ApplicationId, CareType, ChildId, FacilityId};
use jiff::civil::Date;
use matching::{
    FamilyDecision, FamilyStatement, SuggestionInputs, SuggestionProof, SuggestionRound,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::Snapshot;

use super::city_round::CityRound;
use super::round::{Part, programme_id};
use super::{Analyses, AnalysisError};

/// The proof of a round with everything it was computed from: enough to work every line out once more.
#[derive(Debug, Clone)]
pub struct CityProof {
    /// Number of the change it was computed from.
    pub computed_from: u64,
    /// The proof.
    pub proof: SuggestionProof,
    /// What [`matching::verify_proof`] needs beside it.
    pub inputs: SuggestionInputs,
}

/// The part of a proof that is one facility's own.
#[derive(Debug, Clone, PartialEq)]
pub struct FacilityProof {
    /// Number of the change the round was computed from.
    pub computed_from: u64,
    /// Version of the engine.
    pub engine_version: String,
    /// SHA-256 over the inputs of the whole round.
    pub inputs_hash: String,
    /// Seal of the proof of the whole round: what the city and the auditor hold.
    pub seal: String,
    /// The facility's lines as the proof states them, without the places of its applicants elsewhere.
    pub programmes: Vec<Value>,
    /// Name of each programme with the SHA-256 of its lines in the proof, canonical JSON.
    pub line_hashes: Vec<(String, String)>,
    /// Lots of the children in these lines.
    pub lots: Vec<Value>,
    /// Applications for the facility whose stay found no room beside others.
    pub exclusions: Vec<Value>,
    /// The inputs that are the facility's own, as canonical files: its programmes, care offers, places,
    /// and the applications and recorded points of its lines.
    pub files: Vec<(&'static str, String)>,
}

/// What became of one wish, for the family.
#[derive(Debug, Clone, PartialEq)]
pub struct StatedWish {
    /// The application.
    pub application: ApplicationId,
    /// The facility.
    pub facility: FacilityId,
    /// The care type.
    pub care_type: CareType,
    /// Rank in the family's list.
    pub rank: u32,
    /// Place in line and how many stand in it, of those who take part.
    pub position: Option<(u32, u32)>,
    /// The points.
    pub points: i32,
    /// What each criterion gave, in the order of the criteria.
    pub contributions: Vec<(String, i32)>,
    /// What became of it: the decision of the round, or why the wish takes no part.
    pub decision: Value,
}

/// The statement for a family about one child: it names no other child.
#[derive(Debug, Clone, PartialEq)]
pub struct SuggestionStatement {
    /// The child.
    pub child: ChildId,
    /// First day of care the round is of.
    pub starts_on: Date,
    /// Number of the change it was computed from.
    pub computed_from: u64,
    /// Its open wishes, best first.
    pub wishes: Vec<StatedWish>,
}

impl Analyses {
    /// The proof of the round of [`Self::suggestions`].
    ///
    /// # Errors
    ///
    /// As [`Self::suggestions`].
    pub fn suggestion_proof(
        &self,
        snapshot: &Snapshot,
        starts_on: Date,
        today: Date,
        seed: u64,
    ) -> Result<CityProof, AnalysisError> {
        let round = self.city_round(snapshot, starts_on, today, seed)?;
        Ok(CityProof {
            computed_from: round.computed_from,
            proof: proof_of(&round)?,
            inputs: round.round.inputs().clone(),
        })
    }

    /// A facility's own part of [`Self::suggestion_proof`].
    ///
    /// The proof as a whole names where every child of the city is placed, so a provider gets its own
    /// lines with the hashes by which city and auditor find them in the whole.
    ///
    /// # Errors
    ///
    /// [`AnalysisError::UnknownFacility`], and as [`Self::suggestions`].
    pub fn facility_proof(
        &self,
        snapshot: &Snapshot,
        facility: &FacilityId,
        starts_on: Date,
        today: Date,
        seed: u64,
    ) -> Result<FacilityProof, AnalysisError> {
        if snapshot.facility(facility).is_none() {
            return Err(AnalysisError::UnknownFacility {
                facility: facility.clone(),
            });
        }
        let round = self.city_round(snapshot, starts_on, today, seed)?;
        let proof = proof_of(&round)?;
        let inputs = own_inputs(round.round.inputs(), facility);
        let is_own = |programme: &str| {
            inputs
                .programmes
                .iter()
                .any(|it| it.programme_id == programme)
        };
        let mut programmes = Vec::new();
        let mut line_hashes = Vec::new();
        for list in proof
            .programmes
            .iter()
            .filter(|it| is_own(&it.programme_id))
        {
            let stated = json!(list);
            let hash = hexadecimal(stated.to_string().as_bytes());
            line_hashes.push((list.programme_id.clone(), hash));
            programmes.push(without_other_places(stated));
        }
        let here = |child: &str| inputs.children.iter().any(|it| it.applicant_id == child);
        let lots = proof.lots.iter().filter(|it| here(&it.applicant_id));
        let exclusions = proof
            .exclusions
            .iter()
            .filter(|it| is_own(&it.programme_id));
        let lots = lots.map(|it| json!(it)).collect();
        let exclusions = exclusions.map(|it| json!(it)).collect();
        let shown = [
            "programmes.csv",
            "applications.csv",
            "recorded_points.csv",
            "care_offers.csv",
            "places.csv",
            "run.csv",
        ];
        let files = inputs.canonical_files().into_iter();
        Ok(FacilityProof {
            computed_from: round.computed_from,
            engine_version: proof.engine_version,
            inputs_hash: proof.inputs_hash,
            seal: proof.seal,
            programmes,
            line_hashes,
            lots,
            exclusions,
            files: files.filter(|(name, _)| shown.contains(name)).collect(),
        })
    }

    /// What became of the open wishes of a child, for its family.
    ///
    /// The round is that of `starts_on`, else of the first day wished earliest.
    ///
    /// # Errors
    ///
    /// As [`Self::suggestions`].
    pub fn suggestion_statement(
        &self,
        snapshot: &Snapshot,
        child: &ChildId,
        starts_on: Option<Date>,
        today: Date,
        seed: u64,
    ) -> Result<SuggestionStatement, AnalysisError> {
        let wished = snapshot.chunks().flat_map(|chunk| {
            let rows = chunk.applications.child.iter().zip(0..);
            let own = rows.filter(|(of, _)| *of == child);
            own.filter(|(_, row)| {
                chunk.applications.standing[*row] == store::ApplicationStanding::Open
            })
            .map(|(_, row)| chunk.applications.wished_start[row])
        });
        let starts_on = starts_on.unwrap_or_else(|| wished.min().unwrap_or(today).max(today));
        let round = self.city_round(snapshot, starts_on, today, seed)?;
        Ok(statement(&round, child))
    }
}

fn proof_of(round: &CityRound) -> Result<SuggestionProof, AnalysisError> {
    let of: &SuggestionRound = &round.round;
    SuggestionProof::new(of, &round.placed).map_err(AnalysisError::failed("suggestion proof"))
}

/// SHA-256 of some bytes.
fn hexadecimal(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The inputs of one facility: its programmes with all who apply for them there.
fn own_inputs(whole: &SuggestionInputs, facility: &FacilityId) -> SuggestionInputs {
    let mut own = whole.clone();
    let facility = facility.as_str();
    own.programmes.retain(|it| it.facility_id == facility);
    own.care_offers.retain(|it| it.facility_id == facility);
    own.places.retain(|it| it.facility_id == facility);
    let is_own = |programme: &str| own.programmes.iter().any(|it| it.programme_id == programme);
    own.applications.retain(|it| is_own(&it.programme_id));
    own.recorded_points.retain(|it| is_own(&it.programme_id));
    let applicants: std::collections::BTreeSet<&str> = own
        .applications
        .iter()
        .map(|it| it.applicant_id.as_str())
        .collect();
    own.children
        .retain(|it| applicants.contains(it.applicant_id.as_str()));
    own
}

/// Lines without the places that applicants get elsewhere: those are other providers' lists.
fn without_other_places(mut list: Value) -> Value {
    let lines = list["lines"].as_array_mut();
    for line in lines.into_iter().flatten() {
        if let Some(line) = line.as_object_mut() {
            line.remove("better_place");
        }
        if line["decision"]["kind"] == "placed_at_better_wish" {
            line["decision"] = json!({"kind": "placed_at_better_wish"});
        }
    }
    list
}

fn statement(round: &CityRound, child: &ChildId) -> SuggestionStatement {
    let lists: Vec<_> = round
        .wishes
        .iter()
        .filter(|wish| wish.child == *child)
        .filter_map(|wish| round.lists.get(&programme_id(&wish.programme)))
        .cloned()
        .collect();
    let stated = FamilyStatement::of(&lists, child.as_str());
    let mut own: Vec<_> = round
        .wishes
        .iter()
        .filter(|wish| wish.child == *child)
        .collect();
    own.sort_by(|a, b| (a.rank, &a.application).cmp(&(b.rank, &b.application)));
    let wishes = own.into_iter().map(|wish| {
        let name = programme_id(&wish.programme);
        let line = stated.wishes.iter().find(|it| it.programme_id == name);
        let line = line.filter(|_| wish.part == Part::Seeks);
        StatedWish {
            application: wish.application.clone(),
            facility: wish.programme.0.clone(),
            care_type: wish.programme.1,
            rank: wish.rank,
            position: line.map(|line| (line.position, line.applicants)),
            points: wish.points,
            contributions: line
                .into_iter()
                .flat_map(|line| &line.contributions)
                .map(|it| (it.criterion.clone(), it.points))
                .collect(),
            decision: match (line, wish.part) {
                (Some(line), _) => decision(&line.decision),
                (None, Part::No(reason)) => json!({"kind": reason}),
                (None, Part::Offered(_)) => json!({"kind": "offered"}),
                (None, Part::Confirmed) => json!({"kind": "offer_confirmed"}),
                (None, Part::Seeks) => json!({"kind": "no_free_place"}),
            },
        }
    });
    SuggestionStatement {
        child: child.clone(),
        starts_on: round.starts_on,
        computed_from: round.computed_from,
        wishes: wishes.collect(),
    }
}

fn decision(of: &FamilyDecision) -> Value {
    json!(of)
}
