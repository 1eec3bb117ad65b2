//! `/v1/runs`: forecasts, back-tests, demand, levers and scenarios: what takes longer than a request may.

mod cancel;
mod list;
mod request;
mod result;
mod show;

use jiff::Timestamp;
use serde::Serialize;
use store::{RequestedRun, RunState};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::service::Service;
use crate::vocabulary::Key;

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(request::create, list::list))
        .routes(routes!(show::show))
        .routes(routes!(cancel::cancel))
        .routes(routes!(result::show))
}

/// A run: who asked for it, where it stands, how far it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Run)]
pub(crate) struct RunView {
    #[schema(value_type = Key)]
    run: String,
    /// `forecast`, `backtest`, `demand`, `levers`, `official` or `scenario`.
    kind: String,
    /// `waiting`, `running`, `finished`, `failed` or `cancelled`.
    state: &'static str,
    /// Account that asked for it.
    requested_by: String,
    #[schema(value_type = String, format = DateTime)]
    requested_at: Timestamp,
    /// Hash of the request.
    request_sha256: String,
    /// How often a process took it.
    attempts: u32,
    progress: ProgressView,
    /// Whether it is to stop.
    cancel_asked: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    problem: Option<RunProblem>,
    /// Hash of the result, once there is one.
    result_sha256: Option<String>,
    /// Address of the result, once there is one.
    result: Option<String>,
}

/// How far a run is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunProgress)]
pub(crate) struct ProgressView {
    /// What is being done.
    step: String,
    /// Parts done.
    done: u64,
    /// Parts in all; 0 if that is not known.
    of: u64,
}

/// Why a run failed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunProblem {
    /// Stable number.
    code: String,
    /// What happened and what to do.
    detail: String,
}

impl From<RequestedRun> for RunView {
    fn from(run: RequestedRun) -> Self {
        let mut view = Self {
            kind: run.kind,
            state: run.state.as_str(),
            requested_by: run.requested_by,
            requested_at: run.requested_at,
            request_sha256: run.request_sha256,
            attempts: run.attempts,
            progress: ProgressView {
                step: run.progress.step,
                done: run.progress.done,
                of: run.progress.of,
            },
            cancel_asked: false,
            ended_at: None,
            problem: None,
            result_sha256: None,
            result: None,
            run: run.key,
        };
        match run.state {
            RunState::Waiting => {}
            RunState::Running { cancel_asked, .. } => view.cancel_asked = cancel_asked,
            RunState::Finished { result_sha256, at } => {
                view.result_sha256 = Some(result_sha256);
                view.result = Some(format!("/v1/runs/{}/result", view.run));
                view.ended_at = Some(at);
            }
            RunState::Failed { code, problem, at } => {
                view.problem = Some(RunProblem {
                    code,
                    detail: problem,
                });
                view.ended_at = Some(at);
            }
            RunState::Cancelled { at } => {
                view.cancel_asked = true;
                view.ended_at = Some(at);
            }
        }
        view
    }
}
