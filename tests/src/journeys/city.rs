//! A service over a fresh database, with a clock that the story sets.

use std::sync::Arc;

use axum::Router;
use domain::ActorId;
use domain::procedure::Role;
use http_api::analysis::{Analyses, StaticTables};
use http_api::{Clock, Service, issue_token, service_router};
use jiff::{SignedDuration, Timestamp, civil::Date};
use matching::SuggestionInputs;
use serde_json::Value;
use server::{Background, Ending, RunWorker, WorkDone};
use store::{Grant, ProcedureStore as _, SqlStore};
use tables::Format;
use tables::schema::TableName;
use workspace_tests::postgres::{self, TestDatabase};

use super::Database;
use super::client::{Answer, Client};

/// The district of the stories with its two neighbourhoods.
const AREAS: &str = "area,parent,name\nsued,,Süd\nsued1,sued,Südvorstadt\nsued2,sued,Zschertnitz\n";

/// A city that answers over HTTP.
pub(super) struct City {
    clock: Clock,
    store: SqlStore,
    router: Router,
    background: Background,
    run_worker: RunWorker,
    watcher: Client,
    _kept: Kept,
}

/// The database, gone when dropped.
enum Kept {
    Folder(#[allow(dead_code)] tempfile::TempDir),
    Database(#[allow(dead_code)] TestDatabase),
}

/// The areas of the stories: tables that the procedure does not change.
pub(super) fn areas() -> StaticTables {
    let tables = StaticTables::new().with(TableName::Areas, Format::Csv, AREAS.as_bytes());
    tables.expect("areas do not change")
}

impl City {
    /// A city on a day; `None` where there is no PostgreSQL, the reason is printed.
    pub(super) async fn open(database: Database, today: Date) -> Option<Self> {
        Self::open_with(database, today, areas()).await
    }

    /// A city on a day with other tables that the procedure does not change.
    pub(super) async fn open_with(
        database: Database,
        today: Date,
        tables: StaticTables,
    ) -> Option<Self> {
        let (kept, url) = match database {
            Database::Sqlite => {
                let folder = tempfile::tempdir().expect("temporary files can be written");
                let url = format!("sqlite:{}", folder.path().join("city.db").display());
                (Kept::Folder(folder), url)
            }
            Database::Postgres => {
                let database = postgres::database()?;
                let url = database.url().to_owned();
                (Kept::Database(database), url)
            }
        };
        let store = SqlStore::open(&url).await.expect("the database opens");
        let clock = Clock::fixed_on(today).expect("the story is in our time");
        let service = Service::new(store.clone(), clock.clone(), Analyses::new(tables.clone()));
        let router = service_router(service);
        let analyses = Arc::new(Analyses::new(tables));
        let background = Background::new(store.clone(), Arc::clone(&analyses), clock.clone());
        let run_worker = RunWorker::new(store.clone(), analyses, clock.clone());
        let watcher = Client::new(router.clone(), String::new());
        let mut city = Self {
            clock,
            store,
            router,
            background,
            run_worker,
            watcher,
            _kept: kept,
        };
        city.watcher = city.client(Role::CityAdmin, "watcher", None).await;
        Some(city)
    }

    /// Somebody at a second service over the same database.
    pub(super) fn at_another_service(&self, client: &Client) -> Client {
        let analyses = Analyses::new(areas());
        let service = Service::new(self.store.clone(), self.clock.clone(), analyses);
        client.at(service_router(service))
    }

    /// Sets the clock to noon of a day.
    pub(super) fn set_day(&self, day: Date) {
        self.clock.set_day(day).expect("the story is in our time");
    }

    /// Moves the clock.
    pub(super) fn advance(&self, by: SignedDuration) {
        self.clock.advance(by);
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Somebody with a token that holds for two years.
    pub(super) async fn client(&self, role: Role, actor: &str, provider: Option<&str>) -> Client {
        let until = self.now() + SignedDuration::from_hours(2 * 365 * 24);
        self.client_until(role, actor, provider, until).await
    }

    /// Somebody of the city with the token, as a person types it into a form.
    pub(super) async fn client_and_token(&self, role: Role, actor: &str) -> (Client, String) {
        let grant = Grant {
            actor: ActorId::new(actor).expect("the story's accounts are keys"),
            role,
            provider: None,
            expires_at: self.now() + SignedDuration::from_hours(24),
            revoked_at: None,
        };
        let token = issue_token(&self.store, &grant, self.now()).await;
        let token = token.expect("the token is kept");
        (Client::new(self.router.clone(), token.clone()), token)
    }

    /// Somebody with a token that holds until a moment.
    pub(super) async fn client_until(
        &self,
        role: Role,
        actor: &str,
        provider: Option<&str>,
        expires_at: Timestamp,
    ) -> Client {
        let grant = Grant {
            actor: ActorId::new(actor).expect("the story's accounts are keys"),
            role,
            provider: provider.map(|key| key.parse().expect("the story's providers are keys")),
            expires_at,
            revoked_at: None,
        };
        let token = issue_token(&self.store, &grant, self.now()).await;
        Client::new(self.router.clone(), token.expect("the token is kept"))
    }

    /// Lets the service do what it does by itself.
    pub(super) async fn work_off(&self) -> WorkDone {
        let done = self.background.work_off().await;
        done.expect("background work goes through")
    }

    /// Lets the service do the runs that wait.
    pub(super) async fn work_off_runs(&self) -> Vec<Ending> {
        let done = self.run_worker.work_off().await;
        done.expect("the queue is read")
    }

    /// What the round of a first day is computed from, as the engine takes it.
    pub(super) async fn round_inputs(&self, starts_on: &str, seed: u64) -> SuggestionInputs {
        let snapshot = self.store.snapshot().await.expect("the state is read");
        let starts_on = starts_on.parse().expect("the story's days are days");
        let today = self.clock.today();
        let made = Analyses::new(areas()).suggestion_proof(&snapshot, starts_on, today, seed);
        made.expect("the round is computed").inputs
    }

    /// Number and hash of the newest change.
    pub(super) async fn state(&self) -> (Value, Value) {
        let status = self.watcher.get("/v1/status").await.expect(200);
        (status["sequence"].clone(), status["changes_head"].clone())
    }

    /// The problem of a request that is refused, and that nothing was changed by it.
    pub(super) async fn refuses(
        &self,
        asked: impl Future<Output = Answer>,
        status: u16,
        name: &str,
    ) -> Value {
        let before = self.state().await;
        let problem = asked.await.refused(status, name);
        assert_eq!(
            self.state().await,
            before,
            "{name}: a refusal changes nothing"
        );
        problem
    }

    /// That a request goes through and changes nothing.
    pub(super) async fn leaves_as_is(&self, asked: impl Future<Output = Answer>) -> Answer {
        let before = self.state().await;
        let answer = asked.await;
        assert_eq!(
            self.state().await,
            before,
            "nothing may change: {}",
            answer.text()
        );
        answer
    }
}
