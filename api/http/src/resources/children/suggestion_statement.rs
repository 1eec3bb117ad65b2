//! `GET /v1/children/{child}/suggestion-statement`: what became of a child's wishes, for its family.

use axum::Json;
use domain::{ApplicationId, CareType, ChildId, FacilityId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::ProcedureStore;
use utoipa::{IntoParams, ToSchema};

use crate::access::Caller;
use crate::analysis::StatedWish;
use crate::asked::{Asked, KeyOf};
use crate::problem::Problem;
use crate::resources::Served;
use crate::resources::suggestions::not_publishable;
use crate::vocabulary::{CareTypeName, Day, Key};

/// Which round.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatementAsked {
    /// First day of care of the round; the earliest day the child wishes if absent.
    #[param(value_type = Option<Day>)]
    starts_on: Option<Date>,
    /// Seed of the lottery; 0 if absent.
    #[serde(default)]
    #[param(value_type = Option<u64>)]
    seed: u64,
}

/// What became of a child's open wishes in the round as it stands. It names no other child.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestionStatementView {
    #[schema(value_type = Key)]
    child: ChildId,
    /// First day of care of the round.
    #[schema(value_type = Day)]
    starts_on: Date,
    /// Number of the change it was computed from.
    computed_from: u64,
    /// Best first.
    wishes: Vec<StatedWishView>,
}

/// What became of one wish.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatedWish)]
pub(crate) struct StatedWishView {
    #[schema(value_type = Key)]
    application: ApplicationId,
    #[schema(value_type = Key)]
    facility: FacilityId,
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    /// Rank in the family's list.
    rank: u32,
    /// Place in line; null where the wish takes no part.
    position: Option<u32>,
    /// How many stand in line; null where the wish takes no part.
    applicants: Option<u32>,
    points: i32,
    /// What each criterion gave.
    contributions: Vec<CriterionGave>,
    /// What became of it: `kind` and its figures.
    #[schema(value_type = Object)]
    decision: Value,
}

/// What a criterion gave.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CriterionGave {
    criterion: String,
    points: i32,
}

impl From<StatedWish> for StatedWishView {
    fn from(stated: StatedWish) -> Self {
        let contributions = stated.contributions.into_iter();
        Self {
            application: stated.application,
            facility: stated.facility,
            care_type: stated.care_type,
            rank: stated.rank,
            position: stated.position.map(|it| it.0),
            applicants: stated.position.map(|it| it.1),
            points: stated.points,
            contributions: contributions
                .map(|(criterion, points)| CriterionGave { criterion, points })
                .collect(),
            decision: stated.decision,
        }
    }
}

/// Tells a family what became of its wishes, and why.
#[utoipa::path(get, path = "/v1/children/{child}/suggestion-statement", tag = "children",
    params(StatementAsked), responses((status = 200, body = SuggestionStatementView)))]
pub(crate) async fn suggestion_statement(
    service: Served,
    caller: Caller,
    KeyOf(child): KeyOf<ChildId>,
    Asked(asked): Asked<StatementAsked>,
) -> Result<Json<SuggestionStatementView>, Problem> {
    if service.store.child_file(&child).await?.is_none() {
        return Err(Problem::not_found());
    }
    let StatementAsked { starts_on, seed } = asked;
    let today = service.clock.today();
    let made = service
        .analysed(move |analyses, snapshot| {
            analyses.suggestion_statement(snapshot, &child, starts_on, today, seed)
        })
        .await?
        .map_err(|error| not_publishable(&caller, error))?;
    Ok(Json(SuggestionStatementView {
        child: made.child,
        starts_on: made.starts_on,
        computed_from: made.computed_from,
        wishes: made.wishes.into_iter().map(Into::into).collect(),
    }))
}
