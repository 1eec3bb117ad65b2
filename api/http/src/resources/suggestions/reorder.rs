//! `POST /v1/suggestions/{list}/reorder`: a person puts a list into another order (K16).

use axum::response::Response;
use domain::procedure::Command;
use domain::{ApplicationId, SuggestionListId};
use serde::Deserialize;
use store::ProcedureStore;
use utoipa::ToSchema;

use crate::asked::KeyOf;
use crate::problem::{Kind, Problem};
use crate::resources::{Served, fresh};
use crate::vocabulary::Key;
use crate::written::{Write, Written, answer};

/// The new order and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOrder {
    /// Every application of the list once.
    #[schema(value_type = Vec<Key>)]
    order: Vec<ApplicationId>,
    /// Reason code; needed.
    reason: Option<String>,
}

/// Puts a list into another order; both lists are kept.
#[utoipa::path(post, path = "/v1/suggestions/{list}/reorder", tag = "suggestions",
    request_body = NewOrder, responses((status = 201, body = Written)))]
pub(crate) async fn reorder(
    service: Served,
    KeyOf(list): KeyOf<SuggestionListId>,
    write: Write<NewOrder>,
) -> Result<Response, Problem> {
    let kept = service.store.suggestion_list(&list).await?;
    let kept = kept.ok_or_else(Problem::not_found)?;
    write
        .caller
        .require_facility(&service, &kept.facility)
        .await?;
    let reason = write.body.reason.clone().ok_or_else(|| {
        let detail = "another order needs a reason code (K16); give one";
        Problem::field(Kind::REASON_MISSING, "reason", detail)
    })?;
    let command = Command::ReorderSuggestions {
        facility: kept.facility,
        list,
        reordered: fresh()?,
        order: write.body.order.clone(),
        reason,
        by: write.caller.person(),
    };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
