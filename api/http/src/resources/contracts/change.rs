//! `POST /v1/contracts/{contract}/continuation` and `/correction`: other terms from a day on, and
//! what was recorded wrongly.

use axum::response::Response;
use domain::ContractId;
use domain::procedure::Command;

use super::{TermsGiven, found};
use crate::asked::KeyOf;
use crate::problem::Problem;
use crate::resources::{Served, fresh};
use crate::written::{Write, Written, answer};

/// Continues a contract with other terms: a new contract follows it (Änderungsvertrag).
#[utoipa::path(post, path = "/v1/contracts/{contract}/continuation", tag = "contracts",
    request_body = TermsGiven, responses((status = 201, body = Written)))]
pub(crate) async fn continue_contract(
    service: Served,
    KeyOf(contract): KeyOf<ContractId>,
    write: Write<TermsGiven>,
) -> Result<Response, Problem> {
    let (child, _) = found(&service, &write.caller, &contract).await?;
    let command = Command::ContinueContract {
        child,
        contract,
        continuation: fresh()?,
        terms: (&write.body).into(),
    };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}

/// Corrects a contract: what was known before stays readable as of its day.
#[utoipa::path(post, path = "/v1/contracts/{contract}/correction", tag = "contracts",
    request_body = TermsGiven, responses((status = 200, body = Written)))]
pub(crate) async fn correct(
    service: Served,
    KeyOf(contract): KeyOf<ContractId>,
    write: Write<TermsGiven>,
) -> Result<Response, Problem> {
    let (child, _) = found(&service, &write.caller, &contract).await?;
    let command = Command::CorrectContract {
        child,
        contract,
        terms: (&write.body).into(),
    };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
