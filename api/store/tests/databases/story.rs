//! A city whose files are folded beside the database and compared after every step.

use domain::procedure::{Actor, Command, Refusal, Situation};
use domain::{ActorId, ChildId, FacilityId, ProviderId};
use jiff::{Timestamp, civil::Date};
use store::{Envelope, PerformError, ProcedureStore as _, Receipt, SqlStore};

use crate::city::{TODAY, entering, founding, person};
use crate::database::Subject;

pub(crate) fn noon(day: Date) -> Timestamp {
    day.at(12, 0, 0, 0)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .unwrap()
        .timestamp()
}

pub(crate) fn on(day: Date) -> Envelope {
    Envelope {
        actor: Actor::Human(person()),
        on_behalf_of: None,
        correlation_id: "test".to_owned(),
        at: noon(day),
        today: day,
        idempotency: None,
        expected_revision: None,
    }
}

pub(crate) fn envelope() -> Envelope {
    on(TODAY)
}

/// Carries a command out that must not be refused.
pub(crate) async fn does(store: &SqlStore, command: &Command) -> Receipt {
    match store.perform(&envelope(), command).await {
        Ok(receipt) => receipt,
        Err(error) => panic!("{}: {error}", command.name()),
    }
}

/// Makes the city and enters children.
pub(crate) async fn found(store: &SqlStore, children: &[&str]) {
    for command in founding() {
        does(store, &command).await;
    }
    for child in children {
        for command in entering(child) {
            does(store, &command).await;
        }
    }
}

/// The database and the files folded beside it.
pub(crate) struct Story<'s> {
    pub(crate) subject: &'s Subject,
    pub(crate) files: Situation,
    pub(crate) kinds: std::collections::BTreeSet<&'static str>,
}

impl<'s> Story<'s> {
    pub(crate) async fn begin(subject: &'s Subject, children: &[&str]) -> Self {
        let mut story = Self {
            subject,
            files: Situation::on(TODAY),
            kinds: std::collections::BTreeSet::new(),
        };
        for command in founding() {
            story.step(&command).await;
        }
        for child in children {
            for command in entering(child) {
                story.step(&command).await;
            }
        }
        story
    }

    /// Carries a command out and compares every file with the one folded.
    pub(crate) async fn step(&mut self, command: &Command) -> Receipt {
        let store = &self.subject.store;
        let today = self.files.today;
        let receipt = match store.perform(&on(today), command).await {
            Ok(receipt) => receipt,
            Err(error) => panic!("{}: {error}", command.name()),
        };
        let changes = self.subject.decided.take();
        assert_eq!(receipt.changes.len(), changes.len());
        for (recorded, change) in receipt.changes.iter().zip(&changes) {
            self.kinds.insert(change.kind());
            assert_eq!(recorded.kind, change.kind());
            assert_eq!(recorded.subject, change.subject());
            assert_eq!(recorded.facts, change.facts());
            assert_eq!(recorded.child.as_ref(), change.child());
            assert_eq!(recorded.transaction, command.name());
        }
        self.files.apply(&changes);
        self.compare(command.name()).await;
        receipt
    }

    pub(crate) async fn refused(&self, command: &Command) -> Refusal {
        let outcome = self
            .subject
            .store
            .perform(&on(self.files.today), command)
            .await;
        match outcome {
            Err(PerformError::Refused(refusal)) => refusal,
            other => panic!("{} was not refused: {other:?}", command.name()),
        }
    }

    async fn compare(&self, after: &str) {
        let store = &self.subject.store;
        for (id, file) in &self.files.children {
            let read = store.child_file(id).await.unwrap().unwrap();
            assert_eq!(&read.value, file, "child {id} after {after}");
        }
        for (id, file) in &self.files.providers {
            let read = store.provider_file(id).await.unwrap().unwrap();
            assert_eq!(&read.value, file, "provider {id} after {after}");
        }
        for (id, file) in &self.files.facilities {
            let read = store.facility_file(id, self.files.today).await.unwrap();
            let mut read = read.unwrap().value;
            let mut file = file.clone();
            for held in [&mut read.held, &mut file.held] {
                held.sort_by(|a, b| a.holder.cmp(&b.holder)); // no order is promised
            }
            assert_eq!(read, file, "facility {id} after {after}");
        }
        // Carried on over every change, and read anew.
        let carried_on = store.snapshot().await.unwrap();
        let read_anew = store.snapshot_read_anew().await.unwrap();
        assert!(*carried_on == read_anew, "the snapshot after {after}");
        assert_eq!(carried_on.child_count(), self.files.children.len());
    }
}

pub(crate) async fn child_revision(store: &SqlStore, child: &ChildId) -> u64 {
    store.child_file(child).await.unwrap().unwrap().revision
}

pub(crate) async fn facility_revision(store: &SqlStore, facility: &FacilityId) -> u64 {
    let file = store.facility_file(facility, TODAY).await.unwrap();
    file.unwrap().revision
}

pub(crate) async fn provider_revision(store: &SqlStore, provider: &ProviderId) -> u64 {
    store
        .provider_file(provider)
        .await
        .unwrap()
        .unwrap()
        .revision
}

pub(crate) fn account(name: &str) -> ActorId {
    ActorId::new(name).unwrap()
}
