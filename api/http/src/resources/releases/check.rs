//! `POST /v1/releases:check`: the gate, asked without releasing anything.

use axum::Json;
use disclosure::{
    ConfidentialTable, Dimension, DisclosurePolicy, Label, LedgerDecision, LedgerError, Member,
    Refusal, ReleaseRequest, ReleaseScope, ReleasedTable, TableError,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::{Kind, Problem};
use crate::resources::Served;
use crate::vocabulary::Day;
use crate::written::Write;

/// A table with its exact counts, and what it counts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReleaseQuestion)]
pub(crate) struct CheckQuestion {
    /// Name of the table.
    table: String,
    /// Which children are counted, as the list of releases names it.
    population: String,
    #[schema(value_type = Day)]
    reference_date: Date,
    /// 0 for the first account of the date.
    #[serde(default)]
    revision: u32,
    dimensions: Vec<DimensionAsked>,
    /// Counts of leaf cells; those left out are 0.
    cells: Vec<CountAsked>,
    /// Classifications the table does not show, of which it counts some codes only.
    #[serde(default)]
    restricted_to: Vec<RestrictionAsked>,
    /// Cells to be hidden besides, by their codes.
    #[serde(default)]
    hidden: Vec<Vec<String>>,
}

/// A dimension of the table.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReleaseDimension)]
pub(crate) struct DimensionAsked {
    code: String,
    /// The classification it is a level of, where that has another name.
    measured_as: Option<String>,
    members: Vec<MemberAsked>,
}

/// A member of a dimension.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReleaseMember)]
pub(crate) struct MemberAsked {
    code: String,
    /// The member it is a part of.
    parent: Option<String>,
}

/// An exact count.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReleaseCount)]
pub(crate) struct CountAsked {
    /// One per dimension.
    codes: Vec<String>,
    count: u32,
}

/// A part of the children.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReleaseRestriction)]
pub(crate) struct RestrictionAsked {
    classification: String,
    codes: Vec<String>,
}

/// What the gate says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReleaseDecision)]
pub(crate) struct CheckView {
    decision: Decision,
    /// Cells the table would be released without, by their codes; of a refused table none.
    suppressed: Vec<Vec<String>>,
    /// Cells and differences that would be given away, as far as they were looked for.
    findings: usize,
    /// Published cells that give one away, none of which can be left out. Internal.
    witness: Option<BothLanguages>,
    /// What would pass. Internal.
    proposal: Option<ProposalView>,
}

/// The decision.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReleaseDecisionName)]
pub(crate) enum Decision {
    /// The table can be released.
    Passes,
    /// It is released already.
    Known,
    /// It would give single children away.
    Refused,
}

/// A text in German and English.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BothLanguages {
    de: String,
    en: String,
}

/// A table that would pass.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReleaseProposal)]
pub(crate) struct ProposalView {
    #[serde(flatten)]
    text: BothLanguages,
    /// Cells to be hidden besides.
    hidden: Vec<Vec<String>>,
    /// The dimension to be made a level coarser, or left out.
    coarser: Option<String>,
}

impl From<&Refusal> for CheckView {
    fn from(refusal: &Refusal) -> Self {
        Self {
            decision: Decision::Refused,
            suppressed: Vec::new(),
            findings: refusal.findings(),
            witness: refusal.witness().map(|it| BothLanguages {
                de: it.german(),
                en: it.english(),
            }),
            proposal: refusal.proposal().map(|it| ProposalView {
                text: BothLanguages {
                    de: it.german(),
                    en: it.english(),
                },
                hidden: it.hidden().to_vec(),
                coarser: it.coarser_dimension().map(str::to_owned),
            }),
        }
    }
}

fn passing(decision: Decision, table: &ReleasedTable) -> CheckView {
    let hidden = table.cells().filter(|cell| cell.value.is_none());
    let codes = hidden.map(|cell| cell.coordinates.into_iter().map(str::to_owned).collect());
    CheckView {
        decision,
        suppressed: codes.collect(),
        findings: 0,
        witness: None,
        proposal: None,
    }
}

/// Asks the gate of the ledger about a table: whether it could be released, and if not, which published cells
/// give a cell away and what would pass. Nothing is released or kept.
#[utoipa::path(post, path = "/v1/releases:check", tag = "releases",
    request_body = CheckQuestion, responses((status = 200, body = CheckView)))]
pub(crate) async fn check(
    service: Served,
    write: Write<CheckQuestion>,
) -> Result<Json<CheckView>, Problem> {
    let request = request_of(write.body, service.analyses.policy()).map_err(wrong_table)?;
    let ledger = service.ledger().await?;
    let decided = tokio::task::spawn_blocking(move || ledger.decide(&request)).await;
    let decided = decided.map_err(|error| Problem::failed(&error))?;
    Ok(Json(match decided.map_err(|error| refused(&error))? {
        LedgerDecision::Released(passed) => passing(Decision::Passes, passed.table()),
        LedgerDecision::Repeated(table) => passing(Decision::Known, &table),
        LedgerDecision::Refused(refusal) => CheckView::from(&*refusal),
    }))
}

fn request_of(
    asked: CheckQuestion,
    policy: &DisclosurePolicy,
) -> Result<ReleaseRequest, TableError> {
    let label = |text: &str| Label::new(text, text);
    let dimensions = asked.dimensions.iter().map(|dimension| {
        let members = dimension.members.iter().map(|member| Member {
            code: member.code.clone(),
            label: label(&member.code),
            parent: member.parent.clone(),
        });
        Dimension::new(&dimension.code, label(&dimension.code), members.collect())
    });
    let records = asked.cells.iter().map(|cell| {
        let codes = cell.codes.iter().map(String::as_str);
        (codes.collect(), cell.count)
    });
    let (title, dimensions) = (label(&asked.table), dimensions.collect());
    let table = ConfidentialTable::from_records(&asked.table, title, dimensions, records)?;
    let scope = ReleaseScope::new(asked.population, asked.reference_date).revised(asked.revision);
    let mut request = ReleaseRequest::new(table, policy.clone(), scope).hiding(asked.hidden);
    for dimension in asked.dimensions {
        if let Some(classification) = dimension.measured_as {
            request = request.measured_as(dimension.code, classification);
        }
    }
    for restriction in asked.restricted_to {
        request = request.restricted_to(restriction.classification, restriction.codes);
    }
    Ok(request)
}

fn wrong_table(error: TableError) -> Problem {
    refused(&LedgerError::Table(error))
}

/// What is wrong with the request is told; a failure of the solver stays in the log.
fn refused(error: &LedgerError) -> Problem {
    match error {
        LedgerError::Damaged { .. } | LedgerError::Solver { .. } | LedgerError::Release(_) => {
            Problem::failed(error)
        }
        error => Problem::new(Kind::RELEASE_REQUEST_REFUSED, error.to_string())
            .with("ledger_code", error.code().into()),
    }
}
