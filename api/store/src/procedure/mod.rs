//! The placement procedure in the database: what can be asked, and what is told back.

pub(crate) mod catalogues;
pub(crate) mod log;
pub(crate) mod names;
pub(crate) mod overrides;
pub(crate) mod perform;
pub(crate) mod queries;
pub(crate) mod read;
mod records;
pub(crate) mod situation;
mod store;
pub(crate) mod suggestions;
pub(crate) mod write;

use std::future::Future;
use std::sync::Arc;

use domain::procedure::{ChildFile, Command, FacilityFile, ProviderFile, SuggestionList};
use domain::{
    ActorId, ApplicationId, ChildId, ContractId, FacilityId, OfferId, ProviderId, SuggestionListId,
};
use jiff::{Timestamp, civil::Date};

pub use overrides::OverriddenOffer;
pub use records::{
    Access, Audience, Envelope, Event, Export, FreedPlaceRecord, Grant, IdempotencyKey,
    ImportProgress, Job, LogReport, PerformError, Receipt, RecordedAccess, RecordedChange, Revised,
};

use crate::StoreError;
use crate::snapshot::Snapshot;

/// The procedure in the database. Every write is one named, retried transaction: state, audit entry,
/// event and job of every change, or nothing.
pub trait ProcedureStore: Send + Sync + 'static {
    /// Carries out a command: locks (children, then facilities, each by key), loads, lets the rules
    /// decide, writes.
    ///
    /// # Errors
    /// [`PerformError`]; nothing was changed.
    fn perform(
        &self,
        envelope: &Envelope,
        command: &Command,
    ) -> impl Future<Output = Result<Receipt, PerformError>> + Send;

    /// Decides as [`Self::perform`] does and writes nothing: a dry run.
    ///
    /// # Errors
    /// [`PerformError`].
    fn rehearse(
        &self,
        envelope: &Envelope,
        command: &Command,
    ) -> impl Future<Output = Result<Vec<domain::procedure::Change>, PerformError>> + Send;

    /// A child's file.
    ///
    /// # Errors
    /// [`StoreError`].
    fn child_file(
        &self,
        child: &ChildId,
    ) -> impl Future<Output = Result<Option<Revised<ChildFile>>, StoreError>> + Send;

    /// Whose application it is.
    ///
    /// # Errors
    /// [`StoreError`].
    fn child_of_application(
        &self,
        application: &ApplicationId,
    ) -> impl Future<Output = Result<Option<ChildId>, StoreError>> + Send;

    /// Whose offer it is.
    ///
    /// # Errors
    /// [`StoreError`].
    fn child_of_offer(
        &self,
        offer: &OfferId,
    ) -> impl Future<Output = Result<Option<ChildId>, StoreError>> + Send;

    /// Whose contract it is.
    ///
    /// # Errors
    /// [`StoreError`].
    fn child_of_contract(
        &self,
        contract: &ContractId,
    ) -> impl Future<Output = Result<Option<ChildId>, StoreError>> + Send;

    /// A facility with its places held from `today` on.
    ///
    /// # Errors
    /// [`StoreError`].
    fn facility_file(
        &self,
        facility: &FacilityId,
        today: Date,
    ) -> impl Future<Output = Result<Option<Revised<FacilityFile>>, StoreError>> + Send;

    /// A provider.
    ///
    /// # Errors
    /// [`StoreError`].
    fn provider_file(
        &self,
        provider: &ProviderId,
    ) -> impl Future<Output = Result<Option<Revised<ProviderFile>>, StoreError>> + Send;

    /// The newest state in columns, shared; refreshed by what changed since it was asked for last.
    ///
    /// # Errors
    /// [`StoreError`].
    fn snapshot(&self) -> impl Future<Output = Result<Arc<Snapshot>, StoreError>> + Send;

    /// Changes after a number, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn changes_after(
        &self,
        sequence: u64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<RecordedChange>, StoreError>> + Send;

    /// Events of a feed after a number, oldest first, at most `limit`; for the provider feed only
    /// those of `provider`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn events_after(
        &self,
        audience: Audience,
        provider: Option<&ProviderId>,
        sequence: u64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Event>, StoreError>> + Send;

    /// Writes an entry of the access log.
    ///
    /// # Errors
    /// [`StoreError`].
    fn record_access(
        &self,
        access: &Access,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Entries of the access log after a number, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn accesses_after(
        &self,
        sequence: u64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<RecordedAccess>, StoreError>> + Send;

    /// Checks both hash chains, that numbers have no gap and that every change has its event.
    ///
    /// # Errors
    /// [`StoreError`].
    fn verify_logs(&self) -> impl Future<Output = Result<LogReport, StoreError>> + Send;

    /// Takes the oldest waiting job, or one taken before `stale` and never finished; two callers never
    /// get the same.
    ///
    /// # Errors
    /// [`StoreError`].
    fn take_job(
        &self,
        now: Timestamp,
        stale: Timestamp,
    ) -> impl Future<Output = Result<Option<Job>, StoreError>> + Send;

    /// Marks a job as done.
    ///
    /// # Errors
    /// [`StoreError`].
    fn finish_job(
        &self,
        job: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Freed places, of one facility or all, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn freed_places(
        &self,
        facility: Option<&FacilityId>,
    ) -> impl Future<Output = Result<Vec<FreedPlaceRecord>, StoreError>> + Send;

    /// Children with open offers whose last day to answer lies before `today`, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn children_with_lapsed_offers(
        &self,
        today: Date,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<ChildId>, StoreError>> + Send;

    /// A suggestion list.
    ///
    /// # Errors
    /// [`StoreError`].
    fn suggestion_list(
        &self,
        list: &SuggestionListId,
    ) -> impl Future<Output = Result<Option<SuggestionList>, StoreError>> + Send;

    /// The newest suggestion list of every care type of a facility.
    ///
    /// # Errors
    /// [`StoreError`].
    fn newest_suggestions(
        &self,
        facility: &FacilityId,
    ) -> impl Future<Output = Result<Vec<SuggestionList>, StoreError>> + Send;

    /// Dates and progress of the loads of existing children, of one provider or all.
    ///
    /// # Errors
    /// [`StoreError`].
    fn import_progress(
        &self,
        provider: Option<&ProviderId>,
        today: Date,
    ) -> impl Future<Output = Result<Vec<ImportProgress>, StoreError>> + Send;

    /// Keeps a token by its SHA-256.
    ///
    /// # Errors
    /// [`StoreError`].
    fn keep_token(
        &self,
        token_sha256: &str,
        grant: &Grant,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// What a token allows, revoked or expired or not; `None` if it was never issued.
    ///
    /// # Errors
    /// [`StoreError`].
    fn grant_of(
        &self,
        token_sha256: &str,
    ) -> impl Future<Output = Result<Option<Grant>, StoreError>> + Send;

    /// Revokes every token of an account, at once; gives how many.
    ///
    /// # Errors
    /// [`StoreError`].
    fn revoke_tokens(
        &self,
        actor: &ActorId,
        now: Timestamp,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
}
