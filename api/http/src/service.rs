//! What the API answers from.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use domain::{FacilityId, ProviderId};
use store::{ProcedureStore, Snapshot, SqlStore};

use crate::analysis::{Analyses, AnalysisError};
use crate::clock::Clock;
use crate::problem::Problem;
use crate::releases::LedgerAsRead;
use crate::view::PlannerView;

/// Bounds of every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest body, in bytes.
    pub body_bytes: usize,
    /// Largest file of existing children, in bytes.
    pub import_bytes: usize,
    /// Longest time for an answer.
    pub request_time: Duration,
}

impl Default for Limits {
    /// 1 MiB, 16 MiB, 60 seconds.
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            import_bytes: 16 * 1024 * 1024,
            request_time: Duration::from_secs(60),
        }
    }
}

/// Everything [`service_router`](crate::service_router) needs.
#[derive(Debug)]
pub struct Service {
    pub(crate) store: SqlStore,
    pub(crate) clock: Clock,
    pub(crate) analyses: Arc<Analyses>,
    pub(crate) view: Option<Arc<PlannerView>>,
    pub(crate) limits: Limits,
    pub(crate) engine_version: String,
    pub(crate) is_demo: bool,
    pub(crate) ledger: LedgerAsRead,
    /// Who runs which facility, as asked so far: a facility never changes hands.
    operators: RwLock<BTreeMap<FacilityId, ProviderId>>,
}

impl Service {
    /// A service without planner pages, with the usual limits.
    #[must_use]
    pub fn new(store: SqlStore, clock: Clock, analyses: Analyses) -> Self {
        Self {
            store,
            clock,
            analyses: Arc::new(analyses),
            view: None,
            limits: Limits::default(),
            engine_version: env!("CARGO_PKG_VERSION").to_owned(),
            is_demo: false,
            ledger: LedgerAsRead::default(),
            operators: RwLock::default(),
        }
    }

    /// With the planner pages.
    #[must_use]
    pub fn with_view(mut self, view: Arc<PlannerView>) -> Self {
        self.view = Some(view);
        self
    }

    /// What it computes with, to be shared with its background work.
    #[must_use]
    pub fn analyses(&self) -> Arc<Analyses> {
        Arc::clone(&self.analyses)
    }

    /// With other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// As a demo: all children are made up, and the status says so (K78).
    #[must_use]
    pub fn as_demo(mut self) -> Self {
        self.is_demo = true;
        self
    }

    /// The state in columns.
    pub(crate) async fn snapshot(&self) -> Result<Arc<Snapshot>, Problem> {
        Ok(self.store.snapshot().await?)
    }

    /// Computes something from the newest state, away from the threads that answer requests.
    pub(crate) async fn analyse<T: Send + 'static>(
        &self,
        analysis: impl FnOnce(&Analyses, &Snapshot) -> Result<T, AnalysisError> + Send + 'static,
    ) -> Result<T, Problem> {
        Ok(self.analysed(analysis).await??)
    }

    /// As [`Self::analyse`], with what the analysis says where it gives no answer.
    pub(crate) async fn analysed<T: Send + 'static>(
        &self,
        analysis: impl FnOnce(&Analyses, &Snapshot) -> Result<T, AnalysisError> + Send + 'static,
    ) -> Result<Result<T, AnalysisError>, Problem> {
        let snapshot = self.snapshot().await?;
        let analyses = Arc::clone(&self.analyses);
        let computed = tokio::task::spawn_blocking(move || analysis(&analyses, &snapshot)).await;
        computed.map_err(|error| Problem::failed(&error))
    }

    /// Who runs a facility; `None` if there is no such facility.
    pub(crate) async fn provider_of(
        &self,
        facility: &FacilityId,
    ) -> Result<Option<ProviderId>, Problem> {
        let known = {
            let operators = self.operators.read();
            let operators = operators.unwrap_or_else(PoisonError::into_inner);
            operators.get(facility).cloned()
        };
        if known.is_some() {
            return Ok(known);
        }
        let file = self.store.facility_file(facility, self.clock.today());
        let Some(file) = file.await? else {
            return Ok(None);
        };
        let provider = file.value.provider.provider.id().clone();
        let mut operators = self
            .operators
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        operators.insert(facility.clone(), provider.clone());
        Ok(Some(provider))
    }

    /// Whether the operating agreement of a provider is in force today (K19, K48).
    pub(crate) async fn takes_part(&self, provider: &ProviderId) -> Result<bool, Problem> {
        let file = self.store.provider_file(provider).await?;
        let today = self.clock.today();
        Ok(file.is_some_and(|file| file.value.provider.participates_on(today)))
    }
}
