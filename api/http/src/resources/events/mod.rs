//! `GET /v1/events`: the change feed, as CloudEvents (K34, K45).
//!
//! Provider software gets contracts of its own facilities and nothing else; the portal everything
//! about applications, offers and contracts; the city providers, facilities and places. A cursor is the
//! number of an event: the same cursor gives the same events again, byte for byte.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::procedure::Role;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Audience, Event, ProcedureStore};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{Caller, NothingRead};
use crate::asked::{Asked, limit, next_page};
use crate::problem::Problem;
use crate::resources::Served;
use crate::service::Service;

const NEXT_CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new().routes(routes!(list))
}

/// From where, and how many.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FeedPage {
    /// Number of the last event known; 0 for the beginning.
    #[serde(default)]
    after: u64,
    /// Entries of a page, 1 to 1000.
    limit: Option<u32>,
}

/// An event (CloudEvents 1.0).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) struct CloudEvent {
    /// `1.0`.
    specversion: &'static str,
    /// Number of the change; the cursor.
    id: String,
    /// `urn:placewright`.
    source: &'static str,
    /// For example `de.placewright.contract.concluded`.
    #[serde(rename = "type")]
    event_type: String,
    /// Key of what it is about.
    subject: String,
    /// RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
    /// `application/json`.
    datacontenttype: &'static str,
    /// Keys, states and dates.
    #[schema(value_type = Object)]
    data: Value,
}

impl From<Event> for CloudEvent {
    fn from(event: Event) -> Self {
        Self {
            specversion: "1.0",
            id: event.sequence.to_string(),
            source: "urn:placewright",
            event_type: format!("de.placewright.{}", event.event_type),
            subject: event.subject,
            time: event.occurred_at,
            datacontenttype: "application/json",
            data: event.facts,
        }
    }
}

/// Gives events of the asker's feed.
#[utoipa::path(get, path = "/v1/events", tag = "events", params(FeedPage),
    responses((status = 200, body = Vec<CloudEvent>,
        content_type = "application/cloudevents-batch+json")))]
pub(crate) async fn list(
    service: Served,
    caller: Caller,
    Asked(page): Asked<FeedPage>,
) -> Result<Response, Problem> {
    let limit = limit(page.limit)?;
    let audience = match caller.role() {
        Role::Portal => Audience::Portal,
        role if role.is_of_a_provider() => Audience::Provider,
        _ => Audience::City,
    };
    let own = caller.own_provider();
    let events = service.store.events_after(audience, own, page.after, limit);
    let events: Vec<CloudEvent> = events.await?.into_iter().map(Into::into).collect();
    let cursor = events
        .last()
        .map_or(page.after.to_string(), |last| last.id.clone());
    let body = serde_json::to_vec(&events).map_err(|error| Problem::failed(&error))?;
    let mut response = body.into_response();
    if events.is_empty() {
        response.extensions_mut().insert(NothingRead);
    }
    let link = format!(
        "<{}>; rel=\"next\"",
        next_page("/v1/events", &cursor, limit, "")
    );
    let headers = response.headers_mut();
    let media_type = HeaderValue::from_static("application/cloudevents-batch+json");
    headers.insert(header::CONTENT_TYPE, media_type);
    for (name, text) in [(NEXT_CURSOR, cursor), (header::LINK, link)] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
    Ok(response)
}
