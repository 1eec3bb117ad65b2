//! `GET /v1/providers/{provider}/statistics-notices`: what a provider is asked to complete.

use axum::Json;
use domain::{ChildId, FacilityId, ProviderId, ReferenceDate};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::Caller;
use crate::asked::{Asked, KeyOf};
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::{Day, Key};

/// Before which extract.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct NoticeQuestion {
    /// The day the federal extract will count.
    #[param(value_type = Day)]
    reference_date: Date,
}

/// Facts that are missing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatisticsNotices)]
pub(crate) struct NoticesView {
    notices: Vec<NoticeView>,
}

/// A fact that is missing of a child.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatisticsNotice)]
pub(crate) struct NoticeView {
    #[schema(value_type = Key)]
    facility: FacilityId,
    #[schema(value_type = Key)]
    child: ChildId,
    /// Column of the extract.
    column: &'static str,
    text: String,
}

/// Lists what the provider's children lack for the federal extract, by pseudonym. The city does not see
/// it.
#[utoipa::path(get, path = "/v1/providers/{provider}/statistics-notices", tag = "statistics",
    params(NoticeQuestion), responses((status = 200, body = NoticesView)))]
pub(crate) async fn show(
    service: Served,
    caller: Caller,
    KeyOf(provider): KeyOf<ProviderId>,
    Asked(question): Asked<NoticeQuestion>,
) -> Result<Json<NoticesView>, Problem> {
    caller.require_provider(&provider)?;
    let reference = ReferenceDate::new(question.reference_date);
    let known_on = service.clock.today();
    let found = service.analyse(move |analyses, snapshot| {
        analyses.statistics_notices(snapshot, &provider, reference, known_on)
    });
    let notices = found.await?.into_iter().map(|it| NoticeView {
        facility: it.facility,
        child: it.child,
        column: it.column,
        text: it.text,
    });
    Ok(Json(NoticesView {
        notices: notices.collect(),
    }))
}
