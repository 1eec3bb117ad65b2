//! `GET /v1/audit/breach-report`: whom a breach concerns (Art. 33(3) GDPR, P11).

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use domain::ChildId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{ProcedureStore, RecordedAccess};
use utoipa::{IntoParams, ToSchema};

use super::{AccessEntry, ExportView};
use crate::asked::Asked;
use crate::problem::{Kind, Problem};
use crate::resources::Served;
use crate::service::Service;

/// Entries read at a time.
const PAGE: u32 = 1000;

/// Whose access, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BreachQuestion {
    /// The account.
    actor: String,
    /// First moment.
    #[param(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Moment after the last.
    #[param(value_type = String, format = DateTime)]
    until: Timestamp,
}

/// What an account saw in a span of time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BreachReport {
    actor: String,
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    /// Different persons: at least so many.
    persons_at_least: u64,
    /// Different persons: at most so many, had no export a person in common with another.
    persons_at_most: u64,
    /// Rows given out: one per answer about one person, those of every export.
    records: u64,
    /// Categories of data, with the number of answers.
    categories: Vec<CategoryView>,
    /// Exports of single records.
    exports: Vec<ExportView>,
    /// Attempts that were refused.
    refused: u64,
    /// The entries themselves, oldest first.
    accesses: Vec<AccessEntry>,
}

/// A category of data (K68).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DataCategory)]
pub(crate) struct CategoryView {
    category: &'static str,
    answers: u64,
}

/// The category of data a route gives out.
fn category(resource: &str) -> &'static str {
    let path = resource.split_once(' ').map_or(resource, |(_, path)| path);
    let parts: Vec<&str> = path.split('/').collect();
    match parts.get(2).copied().unwrap_or_default() {
        "statistics" => "statistics records with migration background and family language",
        "providers" if path.ends_with("statistics-notices") => "missing statistics facts",
        "children" => "child master data",
        "contracts" | "sync" | "events" => "contracts and history",
        "applications" | "offers" => "applications and offers",
        "audit" => "logs",
        _ => "rankings and suggestions",
    }
}

/// The child an entry is about, if it is about one.
async fn child_of(service: &Service, entry: &RecordedAccess) -> Result<Option<ChildId>, Problem> {
    let Some(subject) = &entry.subject else {
        return Ok(None);
    };
    let path = entry.resource.split_once(' ').map_or("", |(_, path)| path);
    let store = &service.store;
    let child = if path.starts_with("/v1/children/") {
        subject.parse().ok()
    } else if path.starts_with("/v1/contracts/") {
        match subject.parse() {
            Ok(contract) => store.child_of_contract(&contract).await?,
            Err(_) => None,
        }
    } else if path.starts_with("/v1/applications/") {
        match subject.parse() {
            Ok(application) => store.child_of_application(&application).await?,
            Err(_) => None,
        }
    } else if path.starts_with("/v1/offers/") {
        match subject.parse() {
            Ok(offer) => store.child_of_offer(&offer).await?,
            Err(_) => None,
        }
    } else {
        None
    };
    Ok(child)
}

/// Reports what an account was given in a span of time: persons, records, categories.
#[utoipa::path(get, path = "/v1/audit/breach-report", tag = "audit", params(BreachQuestion),
    responses((status = 200, body = BreachReport)))]
pub(crate) async fn report(
    service: Served,
    Asked(question): Asked<BreachQuestion>,
) -> Result<Json<BreachReport>, Problem> {
    if question.until <= question.from {
        let detail = "until does not lie after from";
        return Err(Problem::new(Kind::BAD_VALUE, detail));
    }
    let (mut children, mut categories) = (BTreeSet::new(), BTreeMap::new());
    let mut exported: BTreeMap<String, u64> = BTreeMap::new();
    let (mut records, mut refused) = (0, 0);
    let (mut exports, mut accesses) = (Vec::new(), Vec::new());
    let mut after = 0;
    loop {
        let page = service.store.accesses_after(after, PAGE).await?;
        let is_full = page.len() == PAGE as usize;
        for entry in page {
            after = entry.sequence;
            let is_meant = entry.actor_id == question.actor
                && (question.from..question.until).contains(&entry.recorded_at);
            if !is_meant {
                continue;
            }
            if entry.action == "refused" {
                refused += 1;
            } else {
                *categories.entry(category(&entry.resource)).or_insert(0) += 1;
                match &entry.export {
                    Some(export) => {
                        records += export.records;
                        exported.insert(export.content_sha256.clone(), export.persons);
                        exports.push(export.clone().into());
                    }
                    None => {
                        records += 1;
                        children.extend(child_of(&service, &entry).await?);
                    }
                }
            }
            accesses.push(entry.into());
        }
        if !is_full {
            break;
        }
    }
    let singly = children.len() as u64;
    let most = exported.values().copied().max().unwrap_or(0);
    let categories = categories.into_iter();
    Ok(Json(BreachReport {
        actor: question.actor,
        from: question.from,
        until: question.until,
        persons_at_least: singly.max(most),
        persons_at_most: singly + exported.values().sum::<u64>(),
        records,
        categories: categories
            .map(|(category, answers)| CategoryView { category, answers })
            .collect(),
        exports,
        refused,
        accesses,
    }))
}
