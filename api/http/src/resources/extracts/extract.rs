//! `GET /v1/statistics/extracts/{extract}` and its files.

use axum::Json;
use axum::extract::RawPathParams;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::FacilityId;
use reporting::Finding;
use serde::Serialize;
use utoipa::ToSchema;

use super::ExtractQuestion;
use crate::access::{Exported, hexadecimal};
use crate::analysis::{Drawn, ExtractKind};
use crate::asked::{Asked, KeyOf};
use crate::problem::Problem;
use crate::resources::Served;
use crate::service::Service;
use crate::vocabulary::{Day, Key};

/// An extract as drawn: its files, what the rules found, and exact numbers per facility.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Extract)]
pub(crate) struct ExtractView {
    /// `federal` or `state`.
    extract: &'static str,
    #[schema(value_type = Day)]
    reference_date: String,
    #[schema(value_type = Day)]
    known_on: String,
    /// Names this snapshot: the same hash means the same bytes.
    snapshot_sha256: String,
    /// Version of columns and rules.
    rule_set: String,
    /// Version of code lists, limits and rates.
    parameters: String,
    /// Different children.
    persons: u64,
    /// Rows.
    records: u64,
    files: Vec<FileView>,
    findings: Vec<FindingView>,
    facilities: Vec<FacilityView>,
    /// Of the state extract, four decimals.
    nine_hour_equivalents: Option<String>,
    /// Of the state extract, euros a year at the base rate.
    amount_eur: Option<String>,
}

/// A file of an extract.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExtractFile)]
pub(crate) struct FileView {
    file: String,
    rows: u64,
    sha256: String,
}

/// What a plausibility rule found, as `fehler` of DatML/RES.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlausibilityFinding)]
pub(crate) struct FindingView {
    /// Number of the rule.
    rule: &'static str,
    /// E blocks, W is to be confirmed, I is for information.
    weight: &'static str,
    file: &'static str,
    /// From 1 after the header; absent for the file as a whole.
    row: Option<u64>,
    column: &'static str,
    text: String,
    text_de: String,
    remedy: &'static str,
    remedy_de: &'static str,
}

impl From<&Finding> for FindingView {
    fn from(it: &Finding) -> Self {
        let (remedy_de, remedy) = it.rule.remedy();
        Self {
            rule: it.rule.key(),
            weight: it.severity.letter(),
            file: it.file,
            row: it.row,
            column: it.column,
            text: it.text.english.clone(),
            text_de: it.text.german.clone(),
            remedy,
            remedy_de,
        }
    }
}

/// A facility reported: the sender's key to the running number, and its exact numbers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExtractFacility)]
pub(crate) struct FacilityView {
    #[schema(value_type = Key)]
    facility: FacilityId,
    number: u32,
    /// Children before their third birthday, federal extract.
    under_three: Option<u32>,
    /// Children from their third birthday to school, federal extract.
    three_and_over: Option<u32>,
    /// Children at school, federal extract.
    school: Option<u32>,
    /// State extract, four decimals.
    nine_hour_equivalents: Option<String>,
}

async fn drawn(
    service: &Service,
    kind: ExtractKind,
    question: &ExtractQuestion,
) -> Result<Drawn, Problem> {
    let (reference, known_on) = (question.reference(), question.known_on());
    let form = question.format.form();
    let drawn = service.analyse(move |analyses, snapshot| {
        analyses.extract(snapshot, kind, form, reference, known_on)
    });
    drawn.await
}

/// Draws an official extract: files with hashes, findings, exact numbers per facility. Logged with
/// purpose and hash.
#[utoipa::path(get, path = "/v1/statistics/extracts/{extract}", tag = "statistics",
    params(ExtractQuestion), responses((status = 200, body = ExtractView)))]
pub(crate) async fn show(
    service: Served,
    KeyOf(kind): KeyOf<ExtractKind>,
    Asked(question): Asked<ExtractQuestion>,
) -> Result<Response, Problem> {
    let drawn = drawn(&service, kind, &question).await?;
    let snapshot_sha256 = drawn.manifest.snapshot_sha256();
    let export = question
        .purpose
        .export(snapshot_sha256.clone(), drawn.persons, drawn.records);
    let view = view(kind, snapshot_sha256, &drawn);
    let mut response = Json(view).into_response();
    response.extensions_mut().insert(Exported(export));
    Ok(response)
}

fn view(kind: ExtractKind, snapshot_sha256: String, drawn: &Drawn) -> ExtractView {
    let manifest = &drawn.manifest;
    let files = manifest.files.iter().map(|entry| FileView {
        file: entry.file.clone(),
        rows: entry.rows,
        sha256: entry.sha256.clone(),
    });
    let facilities = drawn
        .facilities
        .iter()
        .map(|(facility, number, ages, e9)| FacilityView {
            facility: facility.clone(),
            number: *number,
            under_three: ages.map(|ages| ages.under_three),
            three_and_over: ages.map(|ages| ages.three_and_over),
            school: ages.map(|ages| ages.school),
            nine_hour_equivalents: e9.map(|e9| e9.to_string()),
        });
    ExtractView {
        extract: kind.as_str(),
        reference_date: manifest.reference_date.clone(),
        known_on: manifest.known_on.clone(),
        snapshot_sha256,
        rule_set: manifest.rule_set.clone(),
        parameters: manifest.parameters.clone(),
        persons: drawn.persons,
        records: drawn.records,
        files: files.collect(),
        findings: drawn.findings.iter().map(Into::into).collect(),
        facilities: facilities.collect(),
        nine_hour_equivalents: drawn.total.map(|(e9, _)| e9.to_string()),
        amount_eur: drawn.total.map(|(_, amount)| amount.to_string()),
    }
}

/// Gives a file of an extract: CSV or DatML/RAW. Logged with purpose and hash.
#[utoipa::path(get, path = "/v1/statistics/extracts/{extract}/files/{file}", tag = "statistics",
    params(ExtractQuestion),
    responses((status = 200, body = String, content_type = "text/csv")))]
pub(crate) async fn file(
    service: Served,
    KeyOf(kind): KeyOf<ExtractKind>,
    names: RawPathParams,
    Asked(question): Asked<ExtractQuestion>,
) -> Result<Response, Problem> {
    let file = names.iter().find(|(name, _)| *name == "file");
    let file = file.ok_or_else(Problem::not_found)?.1.to_owned();
    let mut drawn = drawn(&service, kind, &question).await?;
    let bytes = drawn.files.remove(&file).ok_or_else(Problem::not_found)?;
    let entry = drawn.manifest.files.iter().find(|entry| entry.file == file);
    // The manifest itself is not in its list; nobody is in it.
    let (sha256, rows) = match entry {
        Some(entry) => (entry.sha256.clone(), entry.rows),
        None => (hexadecimal(&sha2_of(&bytes)), 0),
    };
    let is_xml = file.ends_with(".xml");
    let media_type = if is_xml {
        "application/xml"
    } else {
        "text/csv; charset=utf-8"
    };
    let tag = HeaderValue::from_str(&format!("\"{sha256}\""));
    let export = question
        .purpose
        .export(sha256, drawn.persons.min(rows), rows);
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Ok(tag) = tag {
        headers.insert(header::ETAG, tag);
    }
    response.extensions_mut().insert(Exported(export));
    Ok(response)
}

fn sha2_of(bytes: &[u8]) -> Vec<u8> {
    use sha2::{Digest as _, Sha256};
    Sha256::digest(bytes).to_vec()
}
