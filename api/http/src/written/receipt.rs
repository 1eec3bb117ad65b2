//! What a write answers: made from its receipt alone, so that a repetition answers the same.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use store::{Receipt, RecordedChange};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::problem::Problem;
use crate::service::Service;

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What a write did: its changes, and the key of what is new.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, ToSchema)]
pub(crate) struct Written {
    /// Number of the newest change; null if nothing changed.
    pub(crate) sequence: Option<u64>,
    /// What changed, in order. Provider roles see the changes of their own facilities only.
    pub(crate) changes: Vec<WrittenChange>,
    /// Key of the new provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<String>,
    /// Key of the new facility.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) facility: Option<String>,
    /// Pseudonym of the new child.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) child: Option<String>,
    /// Keys of the new applications, in the order of the wishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) applications: Option<Vec<String>>,
    /// Key of the new offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) offer: Option<String>,
    /// Key of the new contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contract: Option<String>,
    /// Key of the new suggestion list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) list: Option<String>,
}

/// A change as the change log has it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, ToSchema)]
pub(crate) struct WrittenChange {
    /// Its number.
    pub(crate) sequence: u64,
    /// What happened, for example `offer.made`.
    pub(crate) kind: String,
    /// Key of what changed.
    pub(crate) subject: String,
    /// Keys, states and dates.
    #[schema(value_type = Object)]
    pub(crate) facts: Value,
}

impl Written {
    fn of(receipt: &Receipt) -> Self {
        let subjects = |kind: &'static str| {
            let changes = receipt.changes.iter().filter(move |it| it.kind == kind);
            changes.map(|change| change.subject.clone())
        };
        let applications: Vec<String> = subjects("application.submitted").collect();
        let mut lists = subjects("suggestions.reordered").chain(subjects("suggestions.kept"));
        Self {
            sequence: receipt.changes.last().map(|change| change.sequence),
            changes: Vec::new(),
            provider: subjects("provider.registered").next(),
            facility: subjects("facility.registered").next(),
            child: subjects("child.registered").next(),
            applications: (!applications.is_empty()).then_some(applications),
            offer: subjects("offer.made").next(),
            contract: subjects("contract.concluded").next(),
            list: lists.next(),
        }
    }

    fn is_something_new(&self) -> bool {
        let keys = [
            &self.provider,
            &self.facility,
            &self.child,
            &self.offer,
            &self.contract,
            &self.list,
        ];
        keys.iter().any(|key| key.is_some()) || self.applications.is_some()
    }
}

/// The answer to a write: 201 where something new came into being, else 200.
pub(crate) async fn answer(
    service: &Service,
    caller: &Caller,
    receipt: &Receipt,
) -> Result<Response, Problem> {
    let mut written = Written::of(receipt);
    for change in &receipt.changes {
        if may_see(service, caller, change).await? {
            written.changes.push(WrittenChange {
                sequence: change.sequence,
                kind: change.kind.clone(),
                subject: change.subject.clone(),
                facts: change.facts.clone(),
            });
        }
    }
    let status = if written.is_something_new() {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(replayed(receipt, (status, Json(written)).into_response()))
}

/// Marks an answer that repeats an earlier one.
pub(crate) fn replayed(receipt: &Receipt, mut response: Response) -> Response {
    if receipt.is_replay {
        let yes = HeaderValue::from_static("true");
        response.headers_mut().insert(REPLAYED, yes);
    }
    response
}

/// A provider does not hear where else a child has applied.
async fn may_see(
    service: &Service,
    caller: &Caller,
    change: &RecordedChange,
) -> Result<bool, Problem> {
    if !caller.role().is_of_a_provider() {
        return Ok(true);
    }
    let provider = match (&change.provider, &change.facility) {
        (Some(provider), _) => Some(provider.clone()),
        (None, Some(facility)) => service.provider_of(facility).await?,
        (None, None) => return Ok(true),
    };
    Ok(provider.is_some_and(|provider| caller.may_act_for(&provider)))
}
