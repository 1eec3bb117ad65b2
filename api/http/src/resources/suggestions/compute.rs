//! `POST /v1/suggestions:compute`: the city-wide round, told per facility.
//!
//! A list that says what the newest one says already is not kept again: the same state and request
//! give the same bytes.

use std::collections::BTreeSet;

use axum::Json;
use domain::procedure::{Command, SuggestionList};
use domain::{ApplicationId, CareType, FacilityId, SuggestionListId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Envelope, ProcedureStore};
use utoipa::ToSchema;

use super::{ListView, not_publishable, with_reasons};
use crate::access::hexadecimal;
use crate::problem::Problem;
use crate::resources::Served;
use crate::service::Service;
use crate::vocabulary::{CareTypeName, Day, Key};
use crate::written::Write;

/// What is to be computed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Computation {
    /// One facility; all that the asker may see if absent.
    #[schema(value_type = Option<Key>)]
    facility: Option<FacilityId>,
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    /// First day of care the places are looked at for.
    #[schema(value_type = Day)]
    starts_on: Date,
    /// Seed of the lottery that decides between equals.
    #[serde(default)]
    seed: u64,
}

/// The lists, in the order of the facilities.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Lists {
    lists: Vec<ListView>,
}

/// Computes suggestions. Nothing is offered: a person decides.
#[utoipa::path(post, path = "/v1/suggestions:compute", tag = "suggestions",
    request_body = Computation, responses((status = 200, body = Lists)))]
pub(crate) async fn compute(
    service: Served,
    write: Write<Computation>,
) -> Result<Json<Lists>, Problem> {
    let asked = &write.body;
    let caller = &write.caller;
    if let Some(facility) = &asked.facility {
        caller.require_facility(&service, facility).await?;
    }
    let (care_type, starts_on, seed) = (asked.care_type, asked.starts_on, asked.seed);
    let today = write.envelope.today;
    let computed = service.analysed(move |analyses, snapshot| {
        // Every list gets the key of what it says when it is kept.
        let mut unnamed = || SuggestionListId::new("unnamed").expect("letters only");
        analyses.suggestions(snapshot, care_type, starts_on, today, seed, &mut unnamed)
    });
    let mut lists = Vec::new();
    let computed = computed.await?;
    let computed = computed.map_err(|error| not_publishable(caller, error))?;
    for list in computed {
        let is_asked = asked
            .facility
            .as_ref()
            .is_none_or(|it| *it == list.facility);
        let provider = service.provider_of(&list.facility).await?;
        if is_asked && provider.is_some_and(|provider| caller.may_act_for(&provider)) {
            lists.push(kept(&service, &write.envelope, list).await?);
        }
    }
    let lists = with_reasons(&service, lists).await?;
    Ok(Json(Lists { lists }))
}

/// The list as kept: an earlier one that says the same, or this one.
async fn kept(
    service: &Service,
    envelope: &Envelope,
    mut list: SuggestionList,
) -> Result<SuggestionList, Problem> {
    let newest = service.store.newest_suggestions(&list.facility).await?;
    let newest = newest.into_iter().find(|it| it.care_type == list.care_type);
    let content = digest(&list, None);
    list.id = key(&content)?;
    if let Some(known) = service.store.suggestion_list(&list.id).await? {
        if newest.is_none_or(|newest| newest.id == known.id || is_reordered(&newest, &known)) {
            return Ok(known);
        }
        // The line was another in between and is what it was before: kept under a key of its own.
        list.id = key(&digest(&list, Some(list.computed_from)))?;
        if let Some(known) = service.store.suggestion_list(&list.id).await? {
            return Ok(known);
        }
    }
    let mut envelope = envelope.clone();
    if let Some(idempotency) = &mut envelope.idempotency {
        // One request keeps several lists: each has a key of its own.
        idempotency.key = hexadecimal(&Sha256::digest(format!(
            "{} {}",
            idempotency.key, list.facility
        )));
    }
    let command = Command::KeepSuggestions { list: list.clone() };
    let receipt = service.store.perform(&envelope, &command).await?;
    let first = receipt.changes.first().filter(|_| receipt.is_replay);
    let first = first.and_then(|change| change.subject.parse().ok());
    let Some(first) = first else {
        return Ok(list);
    };
    let first = service.store.suggestion_list(&first).await?;
    Ok(first.unwrap_or(list))
}

/// Whether a person put the known list into another order.
fn is_reordered(newest: &SuggestionList, known: &SuggestionList) -> bool {
    let applications = |list: &SuggestionList| -> BTreeSet<ApplicationId> {
        list.rows
            .iter()
            .map(|row| row.application.clone())
            .collect()
    };
    newest.override_reason.is_some()
        && newest.starts_on == known.starts_on
        && newest.free_places == known.free_places
        && applications(newest) == applications(known)
}

/// SHA-256 of what a list says.
fn digest(list: &SuggestionList, computed_from: Option<u64>) -> String {
    let said = serde_json::json!([
        list.facility,
        list.care_type,
        list.starts_on,
        list.free_places,
        list.rows,
        computed_from,
    ]);
    hexadecimal(&Sha256::digest(said.to_string().as_bytes()))
}

fn key(digest: &str) -> Result<SuggestionListId, Problem> {
    let text = format!("list-{}", digest.get(..32).unwrap_or(digest));
    SuggestionListId::new(&text).map_err(|error| Problem::failed(&error))
}
