//! What a decision looks at, loaded and held.

use std::collections::{BTreeMap, BTreeSet};

use domain::procedure::{ChildFile, Command, FacilityFile, Policy, ProviderFile, Situation};
use domain::{ChildId, FacilityId, ProviderId, ReferenceId};
use jiff::civil::Date;

use super::read::{Modes, children, facilities, providers};
use super::{catalogues, suggestions};
use crate::session::{Among, Lock, Session, Value, statements, values};
use crate::{Revised, StoreError};

const PROVIDER_KEYS: Among = Among {
    name: "PROVIDER_KEYS",
    select: "select provider_key, child_id, contract_id from contract",
    key: "provider_key",
    and: " and provider_id = $1",
};

/// Statements of this module with one leading value.
#[cfg(test)]
pub(crate) const AMONG_OF_A_PROVIDER: &[(&Among, Lock)] = &[(&PROVIDER_KEYS, Lock::No)];

statements! {
    OPEN_APPLICATIONS = "select a.child_id, a.application_id from application a \
        join facility f on f.facility_id = a.facility_id \
        where f.provider_id = $1 and a.state = 'open'";
    IMPORT_DEADLINES = "select care_type, deadline from import_deadline \
        where provider_id = $1 and deadline is not null";
}

/// A situation with the revisions its files were read at.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) situation: Situation,
    /// Facilities held for writing.
    pub(super) held_facilities: BTreeSet<FacilityId>,
    child_revisions: BTreeMap<ChildId, u64>,
    facility_revisions: BTreeMap<FacilityId, u64>,
    provider_revisions: BTreeMap<ProviderId, u64>,
}

impl Loaded {
    /// Loads what a command needs; with `holds` it stays as it is until the end of the transaction.
    pub(super) async fn of(
        session: &mut Session,
        policy: Policy,
        today: Date,
        command: &Command,
        holds: bool,
    ) -> Result<Self, StoreError> {
        let (write, share) = if holds {
            (Lock::Write, Lock::Share)
        } else {
            (Lock::No, Lock::No)
        };
        let mut loaded = Self {
            situation: Situation {
                policy,
                ..Situation::on(today)
            },
            held_facilities: BTreeSet::new(),
            child_revisions: BTreeMap::new(),
            facility_revisions: BTreeMap::new(),
            provider_revisions: BTreeMap::new(),
        };
        loaded.load_children(session, command, write).await?;
        let touches = command.touches(&loaded.situation.children);
        let mut places = Modes::none();
        for facility in &touches.facilities {
            places.add(facility.clone(), write);
        }
        for facility in &touches.looks_at {
            places.add(facility.clone(), share);
        }
        let bare = facilities::bare(session, &places, today).await?;
        let mut run_by = Modes::none();
        for provider in &touches.providers {
            run_by.add(provider.clone(), write);
        }
        for facility in &bare {
            run_by.add(facility.provider().clone(), share);
        }
        let files = providers::files(session, &run_by).await?;
        let places = facilities::files(bare, &files)?;
        loaded.held_facilities = touches.facilities;
        loaded.keep(places, files, &touches.providers);
        loaded.load_rest(session, command).await?;
        Ok(loaded)
    }

    fn keep(
        &mut self,
        facilities: BTreeMap<FacilityId, Revised<FacilityFile>>,
        mut providers: BTreeMap<ProviderId, Revised<ProviderFile>>,
        touched: &BTreeSet<ProviderId>,
    ) {
        for (id, file) in facilities {
            self.facility_revisions.insert(id.clone(), file.revision);
            self.situation.facilities.insert(id, file.value);
        }
        for id in touched {
            if let Some(file) = providers.remove(id) {
                self.provider_revisions.insert(id.clone(), file.revision);
                self.situation.providers.insert(id.clone(), file.value);
            }
        }
    }

    /// Children are held before anything of theirs is read.
    async fn load_children(
        &mut self,
        session: &mut Session,
        command: &Command,
        lock: Lock,
    ) -> Result<(), StoreError> {
        let mut wanted = command.touches(&BTreeMap::new()).children;
        if let Some((provider, keys)) = command.import_keys() {
            self.situation.provider_keys = provider_keys(session, provider, &keys).await?;
            let holders = self.situation.provider_keys.values();
            wanted.extend(holders.map(|(child, _)| child.clone()));
        }
        let files: BTreeMap<ChildId, Revised<ChildFile>> =
            children::files(session, &wanted, lock).await?;
        for (id, file) in files {
            self.child_revisions.insert(id.clone(), file.revision);
            self.situation.children.insert(id, file.value);
        }
        Ok(())
    }

    /// What only some commands look at.
    async fn load_rest(
        &mut self,
        session: &mut Session,
        command: &Command,
    ) -> Result<(), StoreError> {
        let list = match command {
            // To see whether there is a list with this key.
            Command::KeepSuggestions { list } => Some(&list.id),
            _ => command.suggestion_list(),
        };
        if let Some(list) = list {
            self.situation.suggestions = suggestions::list(session, list).await?;
        }
        match command {
            Command::MakeOffer { child, offer } => {
                let file = self.situation.children.get(child);
                let of = file.and_then(|file| file.application(&offer.application));
                if let Some((facility, care)) = of.map(|of| (of.facility.clone(), of.care_type)) {
                    let newest = suggestions::newest_of(session, &facility, care).await?;
                    if let Some(list) = &newest {
                        self.situation.waiting = suggestions::waiting(session, list).await?;
                    }
                    self.situation.suggestions = newest;
                }
            }
            Command::StoreCatalogue { provider, .. } => {
                self.situation.catalogues = catalogues::of_provider(session, provider).await?;
            }
            Command::ScoreApplication {
                child, application, ..
            } => {
                let file = self.situation.children.get(child);
                let of = file.and_then(|file| file.application(application));
                if let Some(facility) = of.map(|of| of.facility.clone()) {
                    self.situation.catalogues = catalogues::of_facility(session, &facility).await?;
                }
            }
            Command::EndProvider { provider, .. } => {
                let key = values![provider];
                for row in session.rows(OPEN_APPLICATIONS, &key).await? {
                    let open = (row.parsed(0)?, row.parsed(1)?);
                    self.situation.open_applications.push(open);
                }
                self.situation.open_applications.sort();
            }
            Command::ImportExistingChildren { provider, .. }
            | Command::SetImportDeadline { provider, .. } => {
                let key = values![provider];
                for row in session.rows(IMPORT_DEADLINES, &key).await? {
                    let of = (provider.clone(), row.parsed(0)?);
                    self.situation.import_deadlines.insert(of, row.parsed(1)?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The revision a caller is asked about: of the child decided on, else of the facility, else of
    /// the provider; `None` if there is no such thing yet.
    pub(super) fn revision(&self, command: &Command) -> Option<u64> {
        let touches = command.touches(&BTreeMap::new());
        if let Some(child) = touches.children.first() {
            return self.child_revisions.get(child).copied();
        }
        if let Some(facility) = touches.facilities.first() {
            return self.facility_revisions.get(facility).copied();
        }
        let provider = touches.providers.first()?;
        self.provider_revisions.get(provider).copied()
    }
}

async fn provider_keys(
    session: &mut Session,
    provider: &ProviderId,
    keys: &BTreeSet<&ReferenceId>,
) -> Result<BTreeMap<ReferenceId, (ChildId, domain::ContractId)>, StoreError> {
    let keys: Vec<Value<'_>> = keys.iter().map(|key| Value::from(*key)).collect();
    let mut holders = BTreeMap::new();
    let rows = session
        .rows_among(&PROVIDER_KEYS, &values![provider], &keys, Lock::No)
        .await?;
    for row in rows {
        holders.insert(row.parsed(0)?, (row.parsed(1)?, row.parsed(2)?));
    }
    Ok(holders)
}
