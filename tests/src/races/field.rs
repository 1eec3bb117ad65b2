//! Where races are run, and how their outcome is looked at.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::procedure::{Command, Refusal, Role, Rules};
use jiff::civil::date;
use store::{PerformError, ProcedureStore as _, Receipt, SqlStore};
use tokio::sync::Barrier;
use workspace_tests::postgres::{self, TestDatabase};

use super::ground::{Ground, RUNNERS, open};

/// A kind of database, fresh ones to be had.
pub(super) enum Site {
    Sqlite,
    Postgres,
}

/// A database; gone when dropped.
enum Database {
    Folder(tempfile::TempDir),
    Postgres(TestDatabase),
}

impl Site {
    pub(super) fn sqlite() -> Option<Self> {
        Some(Self::Sqlite)
    }

    /// `None` where PostgreSQL cannot be started; the reason is printed.
    pub(super) fn postgres() -> Option<Self> {
        postgres::database().map(|_| Self::Postgres)
    }

    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "a SQLite file",
            Self::Postgres => "PostgreSQL",
        }
    }

    fn database(&self) -> Database {
        match self {
            Self::Sqlite => Database::Folder(tempfile::tempdir().expect("there is room for files")),
            Self::Postgres => Database::Postgres(postgres::database().expect("it ran before")),
        }
    }
}

impl Database {
    fn url(&self) -> String {
        match self {
            Self::Folder(folder) => format!("sqlite:{}", folder.path().join("city.db").display()),
            Self::Postgres(database) => database.url().to_owned(),
        }
    }
}

/// A database with the ground laid in it, and two stores with connections of their own: those of the
/// runners.
pub(super) struct Field {
    pub(super) ground: Ground,
    /// Children from round to round.
    pub(super) children: Vec<domain::ChildId>,
    /// Time spent in races, without preparation and checks.
    pub(super) racing: Duration,
    stores: [SqlStore; 2],
    _database: Database,
}

impl Field {
    /// Facilities get places for a contract in every round and the offers of one.
    pub(super) async fn on(site: &Site, rounds: usize) -> Self {
        let database = site.database();
        let url = database.url();
        let places = u32::try_from(rounds + RUNNERS).expect("there are few rounds");
        let ground = Ground::found(&url, date(2027, 1, 11), RUNNERS, places).await;
        let stores = [open(&url).await, open(&url).await];
        Self {
            ground,
            children: Vec::new(),
            racing: Duration::ZERO,
            stores,
            _database: database,
        }
    }

    /// Other rules for the runners, not for what prepares them.
    pub(super) fn decide_by(&mut self, rules: &Arc<dyn Rules>) {
        self.stores = self
            .stores
            .clone()
            .map(|store| store.with_rules(Arc::clone(rules)));
    }

    /// Carries out commands at the same time, half of them by each store.
    pub(super) async fn race(&mut self, commands: Vec<Command>) -> Outcome {
        let line = Arc::new(Barrier::new(commands.len() + 1));
        let runners: Vec<_> = commands
            .into_iter()
            .enumerate()
            .map(|(number, command)| {
                let store = self.stores[number % 2].clone();
                let envelope = self.ground.envelope(Role::ProviderStaff);
                let line = Arc::clone(&line);
                tokio::spawn(async move {
                    line.wait().await;
                    store.perform(&envelope, &command).await
                })
            })
            .collect();
        line.wait().await;
        let begin = Instant::now();
        let mut outcome = Outcome::default();
        for (number, runner) in runners.into_iter().enumerate() {
            match runner.await.expect("no runner panics") {
                Ok(receipt) => drop(outcome.won.insert(number, receipt)),
                Err(PerformError::Refused(refusal)) => {
                    outcome.refused.insert(number, refusal);
                }
                Err(error) => outcome.errors.push(format!("runner {number}: {error}")),
            }
        }
        self.racing += begin.elapsed();
        outcome
    }

    /// Both logs hold and every change has its event.
    pub(super) async fn logs_hold(&self) -> Result<(), String> {
        let report = self.ground.store.verify_logs().await;
        let report = report.map_err(|error| error.to_string())?;
        report.fault.map_or(Ok(()), Err)
    }
}

/// What the runners of a race were told.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) won: BTreeMap<usize, Receipt>,
    pub(super) refused: BTreeMap<usize, Refusal>,
    /// Answers that are no decision: what must not happen.
    errors: Vec<String>,
}

impl Outcome {
    /// The only winner with its receipt; all others were refused by the rules in one of the ways
    /// allowed.
    pub(super) fn only_winner(
        &self,
        is_allowed: impl Fn(&Refusal) -> bool,
    ) -> Result<(usize, &Receipt), String> {
        self.winners(1)?;
        match self.refused.values().find(|refusal| !is_allowed(refusal)) {
            Some(refusal) => Err(format!("refused for another reason: {refusal}")),
            None => {
                let (number, receipt) = self.won.first_key_value().expect("there is one");
                Ok((*number, receipt))
            }
        }
    }

    /// So many won, and nobody was told anything but a decision.
    pub(super) fn winners(&self, expected: usize) -> Result<(), String> {
        let won = self.won.len();
        if won == expected && self.errors.is_empty() {
            return Ok(());
        }
        Err(format!(
            "{expected} should have won, {won} did; refused: {:?}; errors: {:?}",
            self.refused.values().collect::<Vec<_>>(),
            self.errors
        ))
    }
}
