//! `POST /v1/providers/{provider}/existing-children`: all rows or none, and the same file twice
//! changes nothing (K41).

use std::collections::BTreeMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::procedure::{Change, Command, Refusal};
use domain::{CareType, InputProblem, ProviderId};
use serde::{Deserialize, Serialize};
use store::{PerformError, ProcedureStore};
use utoipa::{IntoParams, ToSchema};

use crate::asked::{Asked, KeyOf};
use crate::existing_children::{Reading, TEMPLATE_VERSION, read_rows};
use crate::problem::{Kind, Problem};
use crate::resources::{Served, new_key};
use crate::vocabulary::CareTypeName;
use crate::written::{File, Write, replayed};

/// How the file is to be taken.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LoadAsked {
    /// Check only, change nothing.
    #[serde(default)]
    dry_run: bool,
    /// The care type the file is complete for, if one.
    #[param(value_type = Option<CareTypeName>)]
    care_type: Option<CareType>,
    /// Version of the template; the newest if absent.
    template_version: Option<u32>,
}

/// What a load did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Loaded {
    dry_run: bool,
    /// Rows of the file.
    rows: u64,
    /// Rows that changed something.
    changed: u64,
    /// Number of the newest change; null for a dry run, and if nothing changed.
    sequence: Option<u64>,
    /// How many changes of which kind; empty for a dry run.
    kinds: BTreeMap<String, u64>,
}

impl Loaded {
    const fn unchanged(dry_run: bool, rows: u64) -> Self {
        Self {
            dry_run,
            rows,
            changed: 0,
            sequence: None,
            kinds: BTreeMap::new(),
        }
    }
}

/// Loads existing children from a file as the template describes it.
#[utoipa::path(post, path = "/v1/providers/{provider}/existing-children", tag = "existing children",
    params(LoadAsked), request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = Loaded)))]
pub(crate) async fn load(
    service: Served,
    KeyOf(provider): KeyOf<ProviderId>,
    Asked(asked): Asked<LoadAsked>,
    mut write: Write<File>,
) -> Result<Response, Problem> {
    write.caller.require_provider(&provider)?;
    let version = asked.template_version.unwrap_or(TEMPLATE_VERSION);
    if version != TEMPLATE_VERSION {
        let detail = format!("template_version {version}: this service reads {TEMPLATE_VERSION}");
        return Err(Problem::field(
            Kind::WRONG_VALUE,
            "template_version",
            detail,
        ));
    }
    let File(bytes) = std::mem::replace(&mut write.body, File(Vec::new()));
    let read = tokio::task::spawn_blocking(move || read_rows(&bytes, &mut new_key)).await;
    let Reading { rows, problems } = read.map_err(|error| Problem::failed(&error))?;
    let row_count = rows.len() as u64;
    let command = Command::ImportExistingChildren {
        provider,
        care_type: asked.care_type,
        rows,
    };
    if !problems.is_empty() || asked.dry_run {
        let rehearsed = service.store.rehearse(&write.envelope, &command).await;
        return told(rehearsed, problems, row_count);
    }
    let receipt = match write.perform(&service, &command).await {
        Err(PerformError::Refused(Refusal::NothingToChange { .. })) => {
            return Ok(Json(Loaded::unchanged(false, row_count)).into_response());
        }
        performed => performed?,
    };
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    for change in &receipt.changes {
        *kinds.entry(change.kind.clone()).or_default() += 1;
    }
    let summary = receipt
        .changes
        .iter()
        .find(|it| it.kind == "existing_children.imported");
    let count = |name: &str| summary.and_then(|change| change.facts.get(name)?.as_u64());
    let loaded = Loaded {
        dry_run: false,
        rows: count("rows").unwrap_or(row_count),
        changed: count("changed").unwrap_or_default(),
        sequence: receipt.changes.last().map(|change| change.sequence),
        kinds,
    };
    Ok(replayed(&receipt, Json(loaded).into_response()))
}

/// What a rehearsal says, together with what could not be read.
fn told(
    rehearsed: Result<Vec<Change>, PerformError>,
    mut problems: Vec<InputProblem>,
    rows: u64,
) -> Result<Response, Problem> {
    let changes = match rehearsed {
        Ok(changes) => changes,
        Err(PerformError::Refused(Refusal::Import { problems: found })) => {
            problems.extend(found);
            Vec::new()
        }
        // Wrong rows first: they are what the sender can put right.
        Err(_) if !problems.is_empty() => Vec::new(),
        Err(PerformError::Refused(Refusal::NothingToChange { .. })) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    if !problems.is_empty() {
        return Err(Problem::import_refused(problems));
    }
    let changed = changes.iter().find_map(|change| match change {
        Change::ExistingChildrenImported { changed, .. } => Some(u64::from(*changed)),
        _ => None,
    });
    let loaded = Loaded {
        changed: changed.unwrap_or_default(),
        ..Loaded::unchanged(true, rows)
    };
    Ok(Json(loaded).into_response())
}
