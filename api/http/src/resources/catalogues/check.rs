//! `POST /v1/catalogues:check`: whether a catalogue can be read and is lawful (K63).

use std::collections::BTreeMap;

use axum::Json;
use jiff::civil::Date;
use matching::{
    AdmissibleAttribute, CatalogueMode, CriteriaCatalogue, Criterion, CriterionScope,
    MissingEvidence, TieRuleStep, Valuation,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{aside, parsed};
use crate::problem::Problem;
use crate::vocabulary::Day;
use crate::written::Write;

/// A catalogue to be checked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CatalogueText {
    /// The text of the TOML file.
    pub(super) catalogue: String,
}

/// A catalogue that can be read and is lawful.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CheckedCatalogue)]
pub(crate) struct CatalogueView {
    /// Name of the catalogue.
    catalogue: String,
    version: u32,
    /// SHA-256 of the meaning: comments, blank lines and order do not change it.
    version_hash: String,
    #[schema(value_type = Day)]
    valid_from: Date,
    provider: String,
    legal_basis: String,
    /// `points` or `lexicographic`.
    #[schema(value_type = String)]
    mode: CatalogueMode,
    /// What an answer without evidence is worth: `count` or `ignore`.
    #[schema(value_type = String)]
    evidence_missing: MissingEvidence,
    /// The order among equals; the last is `key` or `lot`.
    #[schema(value_type = Vec<String>)]
    tie: Vec<TieRuleStep>,
    /// By key.
    criteria: Vec<CriterionView>,
}

/// One criterion.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueCriterion)]
pub(crate) struct CriterionView {
    key: String,
    label_de: String,
    label_en: String,
    /// `global` (the city's) or `local` (the provider's).
    #[schema(value_type = String)]
    scope: CriterionScope,
    /// What it is built from: one of the closed list.
    #[schema(value_type = String)]
    attribute: AdmissibleAttribute,
    /// How the answer becomes points: `yes_no`, `choice`, `count` or `threshold`.
    kind: &'static str,
    /// Of a yes, or of a number within the bounds; a level of 1 in a lexicographic catalogue.
    points: Option<i32>,
    /// Of each word of a choice.
    options: Option<BTreeMap<String, i32>>,
    points_each: Option<i32>,
    /// Most that count.
    cap: Option<u32>,
    at_least: Option<u32>,
    at_most: Option<u32>,
    /// Place in a lexicographic catalogue, 1 decides first.
    order: Option<u32>,
    /// Evidence that is needed.
    evidence: Option<String>,
}

/// Checks a catalogue of criteria. Nothing is stored.
///
/// 422 `catalogue-refused` names every line that is wrong; criteria that the law forbids have the
/// number E2155 or E2157 and the reason.
#[utoipa::path(post, path = "/v1/catalogues:check", tag = "catalogues",
    request_body = CatalogueText, responses((status = 200, body = CatalogueView)))]
pub(crate) async fn check(write: Write<CatalogueText>) -> Result<Json<CatalogueView>, Problem> {
    let text = write.body.catalogue;
    aside(move || Ok(Json(view(&parsed(&text)?)))).await
}

pub(super) fn view(catalogue: &CriteriaCatalogue) -> CatalogueView {
    CatalogueView {
        catalogue: catalogue.id().to_owned(),
        version: catalogue.version(),
        version_hash: catalogue.version_hash(),
        valid_from: catalogue.valid_from(),
        provider: catalogue.provider().to_owned(),
        legal_basis: catalogue.legal_basis().to_owned(),
        mode: catalogue.mode(),
        evidence_missing: catalogue.evidence_missing(),
        tie: catalogue.tie().to_vec(),
        criteria: catalogue.criteria().iter().map(criterion_view).collect(),
    }
}

fn criterion_view(criterion: &Criterion) -> CriterionView {
    let mut view = CriterionView {
        key: criterion.key.clone(),
        label_de: criterion.german.clone(),
        label_en: criterion.english.clone(),
        scope: criterion.scope,
        attribute: criterion.attribute,
        kind: "yes_no",
        points: None,
        options: None,
        points_each: None,
        cap: None,
        at_least: None,
        at_most: None,
        order: criterion.order,
        evidence: criterion.evidence.clone(),
    };
    match &criterion.value {
        Valuation::YesNo { value } => view.points = Some(*value),
        Valuation::Choice { options } => {
            view.kind = "choice";
            view.options = Some(options.clone());
        }
        Valuation::Count { each, cap } => {
            view.kind = "count";
            view.points_each = Some(*each);
            view.cap = Some(*cap);
        }
        Valuation::Threshold {
            at_least,
            at_most,
            value,
        } => {
            view.kind = "threshold";
            view.points = Some(*value);
            view.at_least = *at_least;
            view.at_most = *at_most;
        }
    }
    view
}
