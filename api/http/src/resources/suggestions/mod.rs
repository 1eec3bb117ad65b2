//! `/v1/suggestions`: proposals with reasons, never decisions (K16, P10).

mod compute;
mod proof;
mod reorder;

use std::collections::BTreeMap;

use domain::procedure::{Role, SuggestionList, SuggestionRow};
use domain::{ApplicationId, CareType, ChildId, FacilityId, SuggestionListId};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::analysis::AnalysisError;
use crate::problem::Problem;
use crate::service::Service;
use crate::vocabulary::{CareTypeName, Day, Key, OverrideReasonName};

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(compute::compute))
        .routes(routes!(reorder::reorder))
        .routes(routes!(proof::proof))
}

pub(crate) use proof::RoundAsked;

/// A failed round as a problem: where the gate held it back, the mediation office and the auditor also
/// see which children are concerned.
pub(crate) fn not_publishable(caller: &Caller, error: AnalysisError) -> Problem {
    let sees_children = matches!(caller.role(), Role::CityMediation | Role::Auditor);
    let cases = match &error {
        AnalysisError::NotPublishable { refusals } if sees_children => {
            serde_json::to_value(refusals).ok()
        }
        _ => None,
    };
    let problem = Problem::from(error);
    match cases {
        Some(cases) => problem.with("cases", cases),
        None => problem,
    }
}

/// The line for the places of a facility and care type.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = SuggestionList)]
pub(crate) struct ListView {
    #[schema(value_type = Key)]
    id: SuggestionListId,
    #[schema(value_type = Key)]
    facility: FacilityId,
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    /// First day of care the places are looked at for.
    #[schema(value_type = Day)]
    starts_on: Date,
    /// Number of the change it was computed from.
    computed_from: u64,
    /// Free places found.
    free_places: u32,
    /// Reason code of the person who reordered it; null as computed.
    override_reason: Option<String>,
    rows: Vec<RowView>,
}

/// A line of a suggestion list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = SuggestionRow)]
pub(crate) struct RowView {
    /// Place in line, from 1.
    position: u32,
    #[schema(value_type = Key)]
    application: ApplicationId,
    #[schema(value_type = Key)]
    child: ChildId,
    /// Points of the provider's catalogue.
    points: i32,
    /// Rank of the wish.
    rank: u32,
    /// Whether the city-wide round suggests this child for a free place here.
    suggested: bool,
    /// What decided, for example `points`, or why not, for example `full`.
    reason: String,
    /// Reason code of the offer this application holds now, if that left the suggested order.
    #[schema(value_type = Option<OverrideReasonName>)]
    override_reason: Option<String>,
}

impl From<SuggestionRow> for RowView {
    fn from(row: SuggestionRow) -> Self {
        Self {
            position: row.position,
            application: row.application,
            child: row.child,
            points: row.points,
            rank: row.rank,
            suggested: row.suggested,
            reason: row.reason,
            override_reason: None,
        }
    }
}

/// Lists with the reasons of offers held now: lists keep none, because they are older than the offers.
pub(crate) async fn with_reasons(
    service: &Service,
    lists: impl IntoIterator<Item = SuggestionList>,
) -> Result<Vec<ListView>, Problem> {
    let offers = service.store.overridden_offers().await?;
    let held = offers.into_iter().filter(|offer| offer.holds_a_place);
    let reasons: BTreeMap<ApplicationId, String> = held
        .map(|offer| (offer.application, offer.reason))
        .collect();
    let mut views: Vec<ListView> = lists.into_iter().map(ListView::from).collect();
    for row in views.iter_mut().flat_map(|list| &mut list.rows) {
        row.override_reason = reasons.get(&row.application).cloned();
    }
    Ok(views)
}

impl From<SuggestionList> for ListView {
    fn from(list: SuggestionList) -> Self {
        Self {
            id: list.id,
            facility: list.facility,
            care_type: list.care_type,
            starts_on: list.starts_on,
            computed_from: list.computed_from,
            free_places: list.free_places,
            override_reason: list.override_reason,
            rows: list.rows.into_iter().map(Into::into).collect(),
        }
    }
}
