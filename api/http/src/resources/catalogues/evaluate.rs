//! `POST /v1/catalogues:evaluate`: what the answers of applications are worth under a catalogue.
//!
//! Answers are neither stored nor logged: the forms here cannot be printed.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use domain::procedure::CatalogueVersion;
use domain::{ApplicationId, InputProblem, ProviderId};
use matching::{
    AnswerRow, Answers, Contribution, CriteriaCatalogue, CriterionScope, EvidenceState,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{aside, parsed, require_own};
use crate::problem::{Kind, Problem};
use crate::resources::Served;
use crate::service::Service;
use crate::vocabulary::Key;
use crate::written::Write;

/// Most applications of one request.
const MOST_APPLICATIONS: usize = 1000;

/// Number of the problem of a repeated answer.
const REPEATED: &str = "E8235";

/// A catalogue, and what families answered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvaluationAsked {
    /// The text of the TOML file; if absent, the provider's catalogue in force today.
    catalogue: Option<String>,
    /// At most 1000 applications; one answer to each attribute.
    answers: Vec<AnswerGiven>,
}

/// One answer of a family.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CatalogueAnswer)]
pub(crate) struct AnswerGiven {
    #[schema(value_type = Key)]
    application: ApplicationId,
    /// One of the closed list.
    attribute: String,
    /// `yes`, `no`, a word of the choice, or a whole number from 0, as a text.
    value: String,
    /// Whether the evidence was shown.
    #[serde(default)]
    evidence_shown: bool,
}

/// What the applications are worth.
#[derive(Serialize, ToSchema)]
#[schema(as = CatalogueEvaluation)]
pub(crate) struct EvaluationView {
    /// Name of the catalogue.
    catalogue: String,
    version: u32,
    version_hash: String,
    /// To be recorded as `catalogue_version` with the points, once the catalogue is in force.
    catalogue_version: String,
    /// By key.
    applications: Vec<ApplicationWorth>,
}

/// What an application is worth.
#[derive(Serialize, ToSchema)]
#[schema(as = EvaluatedApplication)]
pub(crate) struct ApplicationWorth {
    #[schema(value_type = Key)]
    application: ApplicationId,
    total_points: i32,
    /// One entry per criterion, by key: `criterion` and `points` are what
    /// `PUT /v1/applications/{application}/points` takes.
    contributions: Vec<ContributionView>,
}

/// What one criterion gives.
#[derive(Serialize, ToSchema)]
#[schema(as = CriterionContribution)]
pub(crate) struct ContributionView {
    /// Key of the criterion.
    criterion: String,
    /// `global` or `local`.
    #[schema(value_type = String)]
    scope: CriterionScope,
    /// The answer; empty without one.
    answer: String,
    /// `not_needed`, `shown`, `missing` or `no_answer`.
    #[schema(value_type = String)]
    evidence: EvidenceState,
    points: i32,
}

impl From<Contribution> for ContributionView {
    fn from(contribution: Contribution) -> Self {
        Self {
            criterion: contribution.criterion,
            scope: contribution.scope,
            answer: contribution.answer,
            evidence: contribution.evidence,
            points: contribution.points,
        }
    }
}

/// Evaluates answers under a catalogue of the own provider. Nothing is stored: people record the points.
///
/// 409 `no-catalogue-in-force` without a text where none is in force; 422
/// `catalogue-of-another-provider`; 422 `catalogue-refused` as in the check; 422 `answers-refused` names
/// every answer by its place, from 1, and never its value.
#[utoipa::path(post, path = "/v1/catalogues:evaluate", tag = "catalogues",
    request_body = EvaluationAsked, responses((status = 200, body = EvaluationView)))]
pub(crate) async fn evaluate(
    service: Served,
    write: Write<EvaluationAsked>,
) -> Result<Json<EvaluationView>, Problem> {
    let asked = write.body;
    let provider = write.caller.own_provider().cloned();
    let provider = provider.ok_or_else(Problem::not_found)?;
    let text = match asked.catalogue {
        Some(text) => text,
        None => in_force(&service, &provider).await?,
    };
    aside(move || {
        let catalogue = parsed(&text)?;
        require_own(&catalogue, &provider)?;
        Ok(Json(evaluated(&catalogue, asked.answers)?))
    })
    .await
}

/// The text of the provider's catalogue in force.
async fn in_force(service: &Service, provider: &ProviderId) -> Result<String, Problem> {
    let versions = service.store.catalogues(provider).await?;
    let in_force = CatalogueVersion::in_force(&versions, service.clock.today());
    let text = in_force.map(|version| version.text.clone());
    text.ok_or_else(|| {
        let detail = "no catalogue of the provider is in force today; hand one in or send its text";
        Problem::field(Kind::NO_CATALOGUE, "catalogue", detail)
    })
}

fn evaluated(
    catalogue: &CriteriaCatalogue,
    given: Vec<AnswerGiven>,
) -> Result<EvaluationView, Problem> {
    let applications: Vec<ApplicationId> = given.iter().map(|it| it.application.clone()).collect();
    let rows: Vec<AnswerRow> = given.into_iter().map(row).collect();
    let mut problems = Answers::check(&rows).err().unwrap_or_default();
    problems.extend(repeated(&rows));
    refuse(problems)?;
    let mut answers: BTreeMap<ApplicationId, Vec<AnswerRow>> = BTreeMap::new();
    for (application, row) in applications.into_iter().zip(rows) {
        answers.entry(application).or_default().push(row);
    }
    if answers.len() > MOST_APPLICATIONS {
        let detail = format!("at most {MOST_APPLICATIONS} applications are taken at a time");
        return Err(Problem::field(Kind::WRONG_VALUE, "answers", detail));
    }
    let mut worth = Vec::with_capacity(answers.len());
    for (application, rows) in answers {
        let checked = Answers::check(&rows)
            .map_err(|problems| Problem::rows_refused(Kind::ANSWERS_REFUSED, &problems))?;
        let evaluation = catalogue.evaluate(&checked);
        let contributions = evaluation.contributions.into_iter();
        worth.push(ApplicationWorth {
            application,
            total_points: evaluation.points,
            contributions: contributions.map(Into::into).collect(),
        });
    }
    let version_hash = catalogue.version_hash();
    Ok(EvaluationView {
        catalogue: catalogue.id().to_owned(),
        version: catalogue.version(),
        catalogue_version: CatalogueVersion::name_of(catalogue.version(), &version_hash),
        version_hash,
        applications: worth,
    })
}

/// The answer as the catalogue takes it: an application is for one programme, so it stands for both.
fn row(given: AnswerGiven) -> AnswerRow {
    AnswerRow {
        applicant_id: given.application.to_string(),
        programme_id: String::new(),
        attribute: given.attribute,
        value: given.value,
        evidence_shown: given.evidence_shown,
    }
}

/// Answers of an application to an attribute it has answered before.
fn repeated(rows: &[AnswerRow]) -> Vec<InputProblem> {
    let mut seen = BTreeSet::new();
    let again = (1..).zip(rows).filter(|(_, row)| {
        let is_new = seen.insert((row.applicant_id.as_str(), row.attribute.as_str()));
        !is_new
    });
    again
        .map(|(number, row)| {
            let message = "the application has answered this before";
            InputProblem::new(REPEATED, "answers", message)
                .at(number, "attribute", &row.attribute)
                .remedy("keep one of the answers")
        })
        .collect()
}

fn refuse(mut problems: Vec<InputProblem>) -> Result<(), Problem> {
    if problems.is_empty() {
        return Ok(());
    }
    problems.sort_by(|a, b| (a.row, &a.column, a.code).cmp(&(b.row, &b.column, b.code)));
    Err(Problem::rows_refused(Kind::ANSWERS_REFUSED, &problems))
}
