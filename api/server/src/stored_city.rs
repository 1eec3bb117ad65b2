//! A whole city into the database and out of it again.

use domain::procedure::HumanActor;
use http_api::Clock;
use http_api::analysis::{Analyses, STATIC, StaticTables, city_of};
use store::{ProcedureStore as _, SqlStore};
use tables::schema::TableName;
use tables::{City, TableSource};

use crate::database;
use crate::failure::Failure;
use crate::procedure_tables;

/// Loads a checked city: the procedure's tables row by row in one transaction, the others as they
/// are. `false` if the same city was there already and nothing changed.
pub(crate) async fn load(
    store: &SqlStore,
    city: &City,
    actor: &HumanActor,
    clock: &Clock,
) -> Result<bool, Failure> {
    let rows = procedure_tables::city_load(city, clock.today())?;
    let is_new = procedure_tables::load(store, &rows, actor, clock).await?;
    let new_tables = database::keep_tables(store, city, &STATIC).await?;
    Ok(is_new || new_tables > 0)
}

/// The city in a database as it stands; `None` while it has no facility.
pub(crate) async fn read(store: &SqlStore) -> Result<Option<City>, Failure> {
    let snapshot = store.snapshot().await?;
    if snapshot.facilities().len() == 0 {
        return Ok(None);
    }
    let tables = StaticTables::of_store(store).await?;
    // Minutes of work for a state: off the threads that answer.
    let city = tokio::task::spawn_blocking(move || city_of(&snapshot, &tables))
        .await
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
    Ok(Some(city))
}

/// The city in a database that must exist and hold one.
pub(crate) async fn read_existing(address: &str) -> Result<City, Failure> {
    let store = database::open_existing(address).await?;
    let city = read(&store).await?;
    store.close().await;
    city.ok_or_else(|| {
        Failure::argument(
            "E8009",
            &database::shown(address),
            "the database holds no city",
            "run `placewright import city DIR` first",
        )
    })
}

/// The city in a database with one of its kept tables replaced, everything checked together.
pub(crate) async fn with_table(
    store: &SqlStore,
    table: TableName,
    source: TableSource,
) -> Result<City, Failure> {
    let snapshot = store.snapshot().await?;
    let tables = StaticTables::of_store(store).await?;
    let mut sources = database::sources_of(&city_of(&snapshot, &tables)?)?;
    sources.insert(table, source);
    City::read(&sources, &mut |_, _| {}).map_err(Failure::Input)
}

/// What the API computes from a database.
pub(crate) async fn analyses(store: &SqlStore) -> Result<Analyses, Failure> {
    Ok(Analyses::new(StaticTables::of_store(store).await?))
}
