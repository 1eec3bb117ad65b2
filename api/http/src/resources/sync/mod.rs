//! `POST /v1/sync/contracts`: provider software hands contracts back (K34, K45).
//!
//! Nothing from before a contract comes in this way, and no contract that the portal does not know:
//! everything up to the contract is entered in the portal (K32, K33).

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::ContractId;
use domain::procedure::{Command, Refusal};
use serde::Deserialize;
use serde_json::Value;
use store::PerformError;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::{Kind, Problem};
use crate::resources::Served;
use crate::resources::contracts::{TermsGiven, found};
use crate::service::Service;
use crate::vocabulary::Key;
use crate::written::{Write, Written, answer, from_json};

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new().routes(routes!(push))
}

/// A contract as the provider's software has it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PushedContract {
    /// `contract`: nothing else is taken.
    #[allow(dead_code)] // read before, to tell pre-contract objects apart
    object: String,
    #[schema(value_type = Key)]
    contract: ContractId,
    terms: TermsGiven,
}

/// Takes a contract over: corrected where its terms differ, unchanged where they do not.
#[utoipa::path(post, path = "/v1/sync/contracts", tag = "sync", request_body = PushedContract,
    responses((status = 200, body = Written)))]
pub(crate) async fn push(service: Served, write: Write<Value>) -> Result<Response, Problem> {
    match write.body.get("object").and_then(Value::as_str) {
        None => {
            let detail = "say what is pushed: \"object\": \"contract\"";
            return Err(Problem::field(Kind::MISSING_FIELD, "object", detail));
        }
        Some("contract") => {}
        Some(_) => return Err(Problem::new(Kind::PRE_CONTRACT_OBJECT, "")),
    }
    let pushed: PushedContract = from_json(write.body.to_string().as_bytes())?;
    let known = found(&service, &write.caller, &pushed.contract).await;
    let (child, _) = known.map_err(|problem| {
        if problem.kind == Kind::NOT_FOUND {
            Problem::new(Kind::NOT_CONCLUDED_IN_PORTAL, "")
        } else {
            problem
        }
    })?;
    let command = Command::CorrectContract {
        child,
        contract: pushed.contract,
        terms: (&pushed.terms).into(),
    };
    match write.perform(&service, &command).await {
        Ok(receipt) => answer(&service, &write.caller, &receipt).await,
        Err(PerformError::Refused(Refusal::NothingToChange { .. })) => {
            Ok(Json(Written::default()).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
