//! `GET /v1/offers/{offer}`

use axum::Json;
use domain::OfferId;

use super::{OfferView, found};
use crate::access::Caller;
use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;

/// Shows an offer.
#[utoipa::path(get, path = "/v1/offers/{offer}", tag = "offers",
    responses((status = 200, body = OfferView)))]
pub(crate) async fn show(
    service: Served,
    caller: Caller,
    KeyOf(offer): KeyOf<OfferId>,
) -> Result<Json<OfferView>, Problem> {
    let (child, application, offer) = found(&service, &caller, &offer).await?;
    let of_a_provider = caller.role().is_of_a_provider();
    let view = OfferView::of(&child, &application, &offer, of_a_provider);
    Ok(Json(view))
}
