//! Plays a history against the real store and looks after every step.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::procedure::{AgreementRules, Change, Command, FacilityFile, HeldPlace, Rules};
use domain::{ChildId, FacilityId};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use store::{
    Audience, Envelope, IdempotencyKey, PerformError, ProcedureStore as _, Receipt, SqlStore,
    sha256_of,
};

use super::columns;
use super::ground::{Founded, Ground};
use super::promises::{self, Before};
use super::recorder::{Decision, Recorder};
use super::step::{Step, Verb};
use super::world::{Request, World, months_after};

/// Every so many steps both hash chains are walked from their beginning and the feeds are read.
const STEPS_BETWEEN_VERIFICATIONS: usize = 8;

/// Every so many requests the files concerned are read again at once; the others when the next
/// decision loads them, and all of them in the columns of the snapshot.
const REQUESTS_BETWEEN_READINGS: u64 = 4;

/// Every so many requests the snapshot is carried on and compared, and at the end of the history.
const REQUESTS_BETWEEN_SNAPSHOTS: u64 = 3;

/// What happened in histories: shows that they are about something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) steps: u64,
    pub(super) accepted: u64,
    pub(super) refused: u64,
    pub(super) contracts: u64,
    pub(super) freed_places: u64,
    pub(super) repeated: u64,
    pub(super) stale: u64,
    pub(super) restarts: u64,
}

impl Tally {
    pub(super) const fn add(&mut self, other: Self) {
        self.steps += other.steps;
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.contracts += other.contracts;
        self.freed_places += other.freed_places;
        self.repeated += other.repeated;
        self.stale += other.stale;
        self.restarts += other.restarts;
    }
}

/// What is wrong, in words with keys.
type Checked<T = ()> = Result<T, String>;

macro_rules! check {
    ($holds:expr, $($message:tt)+) => {
        if !$holds {
            return Err(format!($($message)+));
        }
    };
}

/// Gives the moment of noon in Greenwich.
pub(super) fn noon_of(day: Date) -> Timestamp {
    day.at(12, 0, 0, 0)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .expect("a day of a history is far from the end of time")
        .timestamp()
}

/// A store in play with what should be in it.
pub(super) struct Player {
    ground: Ground,
    pub(super) store: SqlStore,
    recorder: Arc<Recorder>,
    pub(super) world: World,
    pub(super) sequence: u64,
    /// Up to which change the logs and feeds were looked at.
    verified: u64,
    seconds: i64,
    requests: u64,
    /// The last accepted request that had a key.
    remembered: Option<(Envelope, Command, Receipt)>,
    pub(super) jobs_taken: BTreeSet<(String, u64)>,
    pub(super) tally: Tally,
}

/// Plays a history on a fresh copy of the founded world.
pub(super) async fn play(
    founded: &Founded,
    rules: Option<Arc<dyn Rules>>,
    history: &[Step],
) -> Checked<Tally> {
    let recorder = Recorder::of(rules.unwrap_or_else(|| Arc::new(AgreementRules)));
    let (ground, store) = founded
        .ground(Arc::clone(&recorder) as Arc<dyn Rules>)
        .await;
    let mut player = Player {
        ground,
        store,
        recorder,
        world: founded.world.clone(),
        sequence: Founded::SEQUENCE,
        verified: Founded::SEQUENCE,
        seconds: 0,
        requests: 0,
        remembered: None,
        jobs_taken: BTreeSet::new(),
        tally: Tally::default(),
    };
    let outcome = player.play_all(history).await;
    let tally = player.tally;
    founded.give_back(player.store).await;
    outcome.map(|()| tally)
}

impl Player {
    async fn play_all(&mut self, history: &[Step]) -> Checked {
        for (number, step) in history.iter().enumerate() {
            let verify = number % STEPS_BETWEEN_VERIFICATIONS == 7;
            let played = self.play_step(step, verify).await;
            played.map_err(|fault| {
                let (name, numbers) = (step.verb.name(), step.numbers);
                format!("step {number} ({name} {numbers:?}): {fault}")
            })?;
        }
        self.finish_jobs().await?;
        if history.len().is_multiple_of(4) {
            self.restart().await?;
        }
        self.whole_snapshot_as_known().await?;
        self.verify().await
    }

    async fn play_step(&mut self, step: &Step, verify: bool) -> Checked {
        match step.verb {
            Verb::Days => {
                let days = i64::from(step.numbers[0] % 21) + 1;
                let day = self.world.today().saturating_add(days.days());
                return self.go_to(day, !step.numbers[1].is_multiple_of(4)).await;
            }
            Verb::Months => {
                let months = i32::from(step.numbers[0] % 8) + 1;
                let day = months_after(self.world.today(), months);
                return self.go_to(day, !step.numbers[1].is_multiple_of(4)).await;
            }
            Verb::Restart => return self.restart().await,
            Verb::Repeat => return self.repeat(step.numbers).await,
            Verb::Job => return self.work(step.numbers).await,
            _ => {}
        }
        let Some(request) = self.world.request(step) else {
            return Ok(());
        };
        self.tally.steps += 1;
        self.perform(&request, step.stale).await?;
        if verify {
            self.verify().await?;
        }
        Ok(())
    }

    /// Lets time pass; mostly the service's own job then lets offers expire.
    async fn go_to(&mut self, day: Date, expire: bool) -> Checked {
        self.world.go_to(day);
        let lapsed = self.world.offers(|offer| {
            matches!(offer.state, domain::procedure::OfferState::Open) && offer.reply_by < day
        });
        let lapsed: BTreeSet<ChildId> = lapsed
            .into_iter()
            .map(|(file, _, _)| file.child.id.clone())
            .collect();
        let found = self.store.children_with_lapsed_offers(day, 100).await;
        let found = found.map_err(|error| error.to_string())?;
        check!(
            found.iter().cloned().collect::<BTreeSet<_>>() == lapsed,
            "children with lapsed offers are {lapsed:?}, the store finds {found:?}"
        );
        if expire {
            for child in lapsed {
                let request = Request::of_a_job(Command::ExpireOffers { child });
                self.perform(&request, false).await?;
            }
        }
        Ok(())
    }

    /// Closes the database and opens it again, as a new process would.
    async fn restart(&mut self) -> Checked {
        let rules = Arc::clone(&self.recorder) as Arc<dyn Rules>;
        let Some(reopened) = self.ground.open_again(rules).await else {
            return Ok(());
        };
        let before = self.store.snapshot().await.map_err(|e| e.to_string())?;
        let closed = std::mem::replace(&mut self.store, reopened);
        closed.close().await;
        self.tally.restarts += 1;
        let rebuilt = self.store.snapshot().await.map_err(|e| e.to_string())?;
        check!(
            rebuilt == before,
            "the snapshot built anew differs from the one carried on"
        );
        Ok(())
    }

    pub(super) fn now(&mut self) -> Timestamp {
        self.seconds += 1;
        noon_of(self.world.today()) + self.seconds.seconds()
    }

    fn envelope(&mut self, request: &Request) -> Envelope {
        self.requests += 1;
        let number = self.requests;
        Envelope {
            actor: request.actor.clone(),
            on_behalf_of: None,
            correlation_id: format!("request-{number}"),
            at: self.now(),
            today: self.world.today(),
            idempotency: number.is_multiple_of(2).then(|| IdempotencyKey {
                key: format!("key-{number}"),
                request_sha256: sha256_of(format!("{:?}", request.command).as_bytes()),
            }),
            expected_revision: None,
        }
    }

    /// Asks for something and looks at everything it may have changed.
    pub(super) async fn perform(&mut self, request: &Request, stale: bool) -> Checked {
        let mut envelope = self.envelope(request);
        let child = request.command.only_child().cloned();
        // Sometimes the caller says what it saw, and is right unless it is to be wrong.
        let revision = match &child {
            Some(child) if stale || self.requests.is_multiple_of(5) => self.revision(child).await?,
            _ => None,
        };
        envelope.expected_revision = revision.map(|revision| revision + u64::from(stale));
        let before = Before::of(&self.world);
        drop(self.recorder.take());
        let outcome = self.store.perform(&envelope, &request.command).await;
        let decision = self.recorder.take();
        match outcome {
            Ok(receipt) => {
                check!(
                    !(stale && revision.is_some()),
                    "revision {:?} was expected, {revision:?} is there, and it was done",
                    envelope.expected_revision
                );
                check!(!receipt.is_replay, "a new request counts as repeated");
                let decision = decision.ok_or("nothing was decided")?;
                self.accepted(&before, request, &envelope, receipt, &decision)
                    .await
            }
            Err(PerformError::Store(error)) => Err(format!("the store failed: {error:?}")),
            Err(refused) => {
                self.tally.refused += 1;
                if stale && revision.is_some() {
                    self.tally.stale += 1;
                    check!(
                        matches!(refused, PerformError::RevisionChanged { .. }),
                        "an older revision was expected, the refusal is {refused}"
                    );
                }
                self.nothing_changed().await
            }
        }
    }

    async fn revision(&self, child: &ChildId) -> Checked<Option<u64>> {
        let file = self.store.child_file(child).await;
        let file = file.map_err(|error| error.to_string())?;
        let known = self.world.files.children.get(child);
        check!(
            file.as_ref().map(|file| &file.value) == known,
            "the file of child {child} is not as it was left"
        );
        Ok(file.map(|file| file.revision))
    }

    /// Compares what was done with what should have been done.
    async fn accepted(
        &mut self,
        before: &Before,
        request: &Request,
        envelope: &Envelope,
        receipt: Receipt,
        decision: &Decision,
    ) -> Checked {
        self.tally.accepted += 1;
        self.loaded_as_known(decision, &request.command)?;
        let changes = &decision.changes;
        let first = self.sequence + 1;
        self.world.apply(changes, first);
        self.sequence += u64::try_from(changes.len()).expect("a command makes few changes");
        self.count(changes);
        self.written_down(&receipt, envelope, changes, first)
            .await?;
        self.files_as_known(&request.command, changes).await?;
        promises::of_every_child(&self.world)?;
        promises::no_place_sold_twice(before, &self.world, &request.command)?;
        promises::freed_places_are_told(before, &self.world, changes)?;
        let has_key = envelope.idempotency.is_some();
        if has_key && !changes.is_empty() {
            self.remembered = Some((envelope.clone(), request.command.clone(), receipt));
        }
        Ok(())
    }

    fn count(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::ContractConcluded { .. } => self.tally.contracts += 1,
                Change::PlaceFreed { .. } => self.tally.freed_places += 1,
                _ => {}
            }
        }
    }

    /// The files a decision was made on are those known.
    fn loaded_as_known(&self, decision: &Decision, command: &Command) -> Checked {
        let situation = &decision.situation;
        check!(situation.today == self.world.today(), "another day");
        for (child, file) in &situation.children {
            check!(
                self.world.files.children.get(child) == Some(file),
                "the file of child {child} was loaded otherwise than known"
            );
        }
        for (provider, file) in &situation.providers {
            check!(
                self.world.files.providers.get(provider) == Some(file),
                "the file of provider {provider} was loaded otherwise than known"
            );
        }
        let decided_on = command.touches(&situation.children).facilities;
        for (facility, file) in &situation.facilities {
            let with_places = decided_on.contains(facility);
            self.facility_as_known(facility, file, with_places)?;
        }
        Ok(())
    }

    fn facility_as_known(
        &self,
        facility: &FacilityId,
        found: &FacilityFile,
        with_places: bool,
    ) -> Checked {
        let from = FacilityFile::held_from(self.world.today());
        let sorted = |file: &FacilityFile| -> Vec<HeldPlace> {
            let lasting = file.held.iter().filter(|held| from <= held.stay.last_day);
            let mut held: Vec<HeldPlace> = lasting.cloned().collect();
            held.sort_by(|a, b| a.holder.cmp(&b.holder));
            held
        };
        let known = self.world.files.facilities.get(facility);
        let known = known.ok_or_else(|| format!("facility {facility} should not exist"))?;
        let (mut expected, mut found) = (known.clone(), found.clone());
        if with_places {
            expected.held = sorted(known);
            found.held = sorted(&found);
        } else {
            // Only looked at: its places need not be loaded.
            (expected.held, found.held) = (Vec::new(), Vec::new());
            (expected.freed, found.freed) = (Vec::new(), Vec::new());
        }
        check!(
            expected == found,
            "the file of facility {facility} was loaded otherwise than known: {found:?} instead of {expected:?}"
        );
        Ok(())
    }

    /// Every change has its entry and its event, under the next numbers.
    async fn written_down(
        &self,
        receipt: &Receipt,
        envelope: &Envelope,
        changes: &[Change],
        first: u64,
    ) -> Checked {
        let written = self.store.changes_after(first - 1, 1000).await;
        let written = written.map_err(|error| error.to_string())?;
        check!(written == receipt.changes, "the log and the receipt differ");
        check!(
            written.len() == changes.len(),
            "{} changes have {} entries",
            changes.len(),
            written.len()
        );
        for ((entry, change), sequence) in written.iter().zip(changes).zip(first..) {
            check!(
                entry.sequence == sequence
                    && entry.kind == change.kind()
                    && entry.subject == change.subject()
                    && entry.child.as_ref() == change.child()
                    && entry.facts == change.facts()
                    && entry.correlation_id == envelope.correlation_id
                    && entry.actor_id == envelope.actor.id()
                    && entry.recorded_at == envelope.at,
                "entry {sequence} does not tell of {change:?}: {entry:?}"
            );
        }
        Ok(())
    }

    /// Files read again, and the snapshot, say what is known.
    async fn files_as_known(&self, command: &Command, changes: &[Change]) -> Checked {
        if self.requests.is_multiple_of(REQUESTS_BETWEEN_READINGS) {
            self.read_again(command, changes).await?;
        }
        let moved = |change: &Change| {
            matches!(
                change,
                Change::PlaceFreed { .. } | Change::FreedPlaceClosed { .. }
            )
        };
        if changes.iter().any(moved) {
            let mut freed = self
                .store
                .freed_places(None)
                .await
                .map_err(|error| error.to_string())?;
            freed.sort_by_key(|place| place.freed_sequence);
            check!(
                freed == self.world.freed,
                "freed places are {:?}, not {freed:?}",
                self.world.freed
            );
        }
        self.snapshot_as_known().await
    }

    async fn read_again(&self, command: &Command, changes: &[Change]) -> Checked {
        let mut children: BTreeSet<&ChildId> = changes.iter().filter_map(Change::child).collect();
        children.extend(command.only_child());
        for child in children {
            self.revision(child).await?;
        }
        let facilities: BTreeSet<&FacilityId> =
            changes.iter().filter_map(Change::facility).collect();
        for facility in facilities {
            let found = self.store.facility_file(facility, self.world.today()).await;
            let found = found.map_err(|error| error.to_string())?;
            let found = found.ok_or_else(|| format!("facility {facility} is not there"))?;
            self.facility_as_known(facility, &found.value, true)?;
        }
        Ok(())
    }

    async fn snapshot_as_known(&self) -> Checked {
        if !self.requests.is_multiple_of(REQUESTS_BETWEEN_SNAPSHOTS) {
            return Ok(());
        }
        self.whole_snapshot_as_known().await
    }

    async fn whole_snapshot_as_known(&self) -> Checked {
        let snapshot = self.store.snapshot().await.map_err(|e| e.to_string())?;
        let expected = columns::expected(&self.world, self.sequence);
        check!(
            *snapshot == expected,
            "the snapshot at {} differs from the files known at {}: {}",
            snapshot.sequence(),
            self.sequence,
            columns::differences(&snapshot, &expected)
        );
        Ok(())
    }

    /// After a refusal all is as before.
    async fn nothing_changed(&self) -> Checked {
        let written = self.store.changes_after(self.sequence, 1).await;
        let written = written.map_err(|error| error.to_string())?;
        check!(
            written.is_empty(),
            "a refused command wrote {:?}",
            written.first()
        );
        self.snapshot_as_known().await
    }

    /// The last request with a key comes again: nothing is done, the answer is the first one. Another
    /// request under its key is refused.
    async fn repeat(&mut self, [other, ..]: [u8; 4]) -> Checked {
        let Some((mut envelope, command, receipt)) = self.remembered.clone() else {
            return Ok(());
        };
        self.tally.repeated += 1;
        envelope.at = self.now();
        envelope.today = self.world.today();
        if other > 200
            && let Some(key) = envelope.idempotency.as_mut()
        {
            key.request_sha256 = sha256_of(b"another request");
        }
        let outcome = self.store.perform(&envelope, &command).await;
        match outcome {
            Err(PerformError::KeyReused { .. }) => {
                check!(other > 200, "a repeated request counts as another one");
            }
            Ok(again) => {
                check!(other <= 200, "another request took the key of the first");
                check!(again.is_replay, "a repeated request was done again");
                check!(
                    again.changes == receipt.changes,
                    "the answer to a repeated request is another one"
                );
            }
            Err(error) => return Err(format!("a repeated request failed: {error}")),
        }
        self.nothing_changed().await
    }

    /// Walks both chains and reads the feeds written since the last time.
    pub(super) async fn verify(&mut self) -> Checked {
        let report = self.store.verify_logs().await;
        let report = report.map_err(|error| error.to_string())?;
        check!(
            report.fault.is_none(),
            "the logs are wrong: {:?}",
            report.fault
        );
        check!(
            report.changes == self.sequence,
            "{} changes are logged, {} were made",
            report.changes,
            self.sequence
        );
        self.feeds_tell(self.verified).await?;
        self.verified = self.sequence;
        Ok(())
    }

    /// Provider software hears of contracts only (K34); portal and city together of everything, once.
    async fn feeds_tell(&self, after: u64) -> Checked {
        let written = self.store.changes_after(after, 1000).await;
        let written = written.map_err(|error| error.to_string())?;
        let mut told = Vec::new();
        let mut to_providers = Vec::new();
        for audience in [Audience::Provider, Audience::Portal, Audience::City] {
            let events = self.store.events_after(audience, None, after, 1000).await;
            for event in events.map_err(|error| error.to_string())? {
                if audience == Audience::Provider {
                    to_providers.push((event.sequence, event.event_type));
                } else {
                    told.push((event.sequence, event.event_type, event.facts));
                }
            }
        }
        told.sort_by_key(|(sequence, _, _)| *sequence);
        let contracts = written
            .iter()
            .filter(|entry| entry.kind.starts_with("contract."));
        let contracts = contracts.map(|entry| (entry.sequence, entry.kind.clone()));
        check!(
            contracts.eq(to_providers.iter().cloned()),
            "provider software hears of {to_providers:?}"
        );
        let expected = written
            .iter()
            .map(|entry| (entry.sequence, entry.kind.clone(), entry.facts.clone()));
        check!(
            expected.eq(told.iter().cloned()),
            "the events do not tell what was changed: {told:?}"
        );
        Ok(())
    }
}
