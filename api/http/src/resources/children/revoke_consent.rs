//! `DELETE /v1/children/{child}/consents`: the consent is taken back.

use axum::response::Response;
use domain::ChildId;
use domain::procedure::Command;

use super::OnBehalf;
use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::Served;
use crate::written::{Write, Written, answer};

/// Takes the consent back; refused while two applications rest on it.
#[utoipa::path(delete, path = "/v1/children/{child}/consents", tag = "children",
    request_body = OnBehalf, responses((status = 200, body = Written)))]
pub(crate) async fn revoke_consent(
    service: Served,
    KeyOf(child): KeyOf<ChildId>,
    mut write: Write<OnBehalf>,
) -> Result<Response, Problem> {
    let mandate = write.body.on_behalf_of.take().map(Into::into);
    write.on_behalf_of(mandate)?;
    let receipt = write
        .perform(&service, &Command::RevokeConsent { child })
        .await?;
    answer(&service, &write.caller, &receipt).await
}
