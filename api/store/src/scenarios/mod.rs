//! Scenarios of planners: lines of versions, and what runs of them came to.

mod kept;
pub(crate) mod statements;

use std::future::Future;

use jiff::Timestamp;

use crate::hash::sha256_of;
use crate::session::{Session, retried, values};
use crate::{SqlStore, StoreError};
pub use kept::{
    MAXIMUM_SCENARIO_BYTES, NewScenarioResult, NewScenarioVersion, ScenarioKept, ScenarioResult,
    ScenarioVersion,
};

/// Scenarios. Every method is one transaction; a version once kept is never changed.
///
/// ```
/// use domain::procedure::Role;
/// use store::{NewScenarioVersion, ScenarioKept, ScenarioStore, SqlStore};
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let store = SqlStore::in_memory().await?;
/// let now: jiff::Timestamp = "2026-11-22T08:00:00Z".parse()?;
/// let first = NewScenarioVersion {
///     scenario: "s1", name: "close K2", text: "name = \"close K2\"", stored_by: "planner-1",
///     stored_role: Role::CityPlanner, idempotency: None,
/// };
/// store.create_scenario(&first, None, now).await?;
/// let second = NewScenarioVersion { text: "name = \"close K2\" # staff moves", ..first };
/// let ScenarioKept::Kept { version, .. } = store.change_scenario(&second, 1, now).await? else { panic!() };
/// assert_eq!(version.version, 2);
///
/// // Who looked at version 1 has to look again.
/// assert_eq!(store.change_scenario(&second, 1, now).await?, ScenarioKept::Changed { newest: 2 });
/// let (_, text) = store.scenario_version("s1", 1).await?.expect("it stays");
/// assert_eq!(text, first.text);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait ScenarioStore: Send + Sync + 'static {
    /// Keeps version 1 of a new scenario. The same account with the same idempotency key gets the
    /// version it handed in before; a parent that is not there is [`ScenarioKept::Unknown`].
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a key, name or text outside its limits or a key that is taken,
    /// [`StoreError::KeyReused`], [`StoreError::Transaction`].
    fn create_scenario(
        &self,
        new: &NewScenarioVersion<'_>,
        parent: Option<&str>,
        now: Timestamp,
    ) -> impl Future<Output = Result<ScenarioKept, StoreError>> + Send;

    /// Keeps the version after `expected`, if that is the newest.
    ///
    /// # Errors
    /// As [`Self::create_scenario`].
    fn change_scenario(
        &self,
        new: &NewScenarioVersion<'_>,
        expected: u64,
        now: Timestamp,
    ) -> impl Future<Output = Result<ScenarioKept, StoreError>> + Send;

    /// The newest version of a scenario with its text; `None` if there is no such scenario.
    ///
    /// # Errors
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn scenario(
        &self,
        scenario: &str,
    ) -> impl Future<Output = Result<Option<(ScenarioVersion, String)>, StoreError>> + Send;

    /// A version with its text; `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn scenario_version(
        &self,
        scenario: &str,
        version: u64,
    ) -> impl Future<Output = Result<Option<(ScenarioVersion, String)>, StoreError>> + Send;

    /// The newest versions of the scenarios after a key, in the order of the keys.
    ///
    /// # Errors
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn scenarios(
        &self,
        after: &str,
        most: u32,
    ) -> impl Future<Output = Result<Vec<ScenarioVersion>, StoreError>> + Send;

    /// The versions of a scenario after a number.
    ///
    /// # Errors
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn scenario_versions(
        &self,
        scenario: &str,
        after: u64,
        most: u32,
    ) -> impl Future<Output = Result<Vec<ScenarioVersion>, StoreError>> + Send;

    /// Keeps what a run came to; the same run again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Transaction`], also for a version that is not kept.
    fn keep_scenario_result(
        &self,
        new: &NewScenarioResult<'_>,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The newest result of a version, or without one of the newest version that has a result.
    ///
    /// # Errors
    /// [`StoreError::Transaction`], [`StoreError::Damaged`].
    fn scenario_result(
        &self,
        scenario: &str,
        version: Option<u64>,
    ) -> impl Future<Output = Result<Option<ScenarioResult>, StoreError>> + Send;
}

impl ScenarioStore for SqlStore {
    async fn create_scenario(
        &self,
        new: &NewScenarioVersion<'_>,
        parent: Option<&str>,
        now: Timestamp,
    ) -> Result<ScenarioKept, StoreError> {
        new.check()?;
        retried!(self.create_scenario_once(new, parent, now))
    }

    async fn change_scenario(
        &self,
        new: &NewScenarioVersion<'_>,
        expected: u64,
        now: Timestamp,
    ) -> Result<ScenarioKept, StoreError> {
        new.check()?;
        retried!(self.change_scenario_once(new, expected, now))
    }

    async fn scenario(
        &self,
        scenario: &str,
    ) -> Result<Option<(ScenarioVersion, String)>, StoreError> {
        let rows = self
            .database
            .rows(
                "read scenario",
                statements::SELECT_NEWEST,
                &values![scenario],
            )
            .await?;
        rows.first().map(kept::version_and_text).transpose()
    }

    async fn scenario_version(
        &self,
        scenario: &str,
        version: u64,
    ) -> Result<Option<(ScenarioVersion, String)>, StoreError> {
        let of = values![scenario, version];
        let rows = self
            .database
            .rows("read scenario version", statements::SELECT_VERSION, &of)
            .await?;
        rows.first().map(kept::version_and_text).transpose()
    }

    async fn scenarios(&self, after: &str, most: u32) -> Result<Vec<ScenarioVersion>, StoreError> {
        let page = values![after, most];
        let rows = self
            .database
            .rows("list scenarios", statements::SELECT_PAGE, &page)
            .await?;
        rows.iter().map(kept::version).collect()
    }

    async fn scenario_versions(
        &self,
        scenario: &str,
        after: u64,
        most: u32,
    ) -> Result<Vec<ScenarioVersion>, StoreError> {
        let page = values![scenario, after, most];
        let rows = self
            .database
            .rows("list scenario versions", statements::SELECT_VERSIONS, &page)
            .await?;
        rows.iter().map(kept::version).collect()
    }

    async fn keep_scenario_result(
        &self,
        new: &NewScenarioResult<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        retried!(self.keep_scenario_result_once(new, now))
    }

    async fn scenario_result(
        &self,
        scenario: &str,
        version: Option<u64>,
    ) -> Result<Option<ScenarioResult>, StoreError> {
        let name = "read result of scenario";
        let rows = match version {
            Some(version) => {
                let of = values![scenario, version];
                self.database
                    .rows(name, statements::SELECT_RESULT, &of)
                    .await?
            }
            None => {
                let of = values![scenario];
                self.database
                    .rows(name, statements::SELECT_NEWEST_RESULT, &of)
                    .await?
            }
        };
        rows.first().map(kept::result).transpose()
    }
}

impl SqlStore {
    async fn create_scenario_once(
        &self,
        new: &NewScenarioVersion<'_>,
        parent: Option<&str>,
        now: Timestamp,
    ) -> Result<ScenarioKept, StoreError> {
        let mut session = self.database.write("create scenario").await?;
        if let Some(known) = replayed(&mut session, new).await? {
            return Ok(known);
        }
        if let Some(parent) = parent {
            let found = session
                .row(statements::SELECT_NEWEST_NUMBER, &values![parent])
                .await?;
            if found.is_none() {
                return Ok(ScenarioKept::Unknown);
            }
        }
        let inserted = session
            .execute(statements::INSERT, &values![new.scenario, parent])
            .await?;
        if inserted == 0 {
            return Err(StoreError::Refused {
                what: "key of a scenario",
                value: new.scenario.to_owned(),
                remedy: "use a new key",
            });
        }
        insert_version(session, new, 1, now).await
    }

    async fn change_scenario_once(
        &self,
        new: &NewScenarioVersion<'_>,
        expected: u64,
        now: Timestamp,
    ) -> Result<ScenarioKept, StoreError> {
        let mut session = self.database.write("change scenario").await?;
        if let Some(known) = replayed(&mut session, new).await? {
            return Ok(known);
        }
        // The row is held from here on; whoever comes later finds another newest version.
        let raised = session
            .execute(statements::RAISE, &values![new.scenario, expected])
            .await?;
        if raised == 0 {
            let found = session
                .row(statements::SELECT_NEWEST_NUMBER, &values![new.scenario])
                .await?;
            return match found {
                Some(row) => Ok(ScenarioKept::Changed {
                    newest: row.number(0)?,
                }),
                None => Ok(ScenarioKept::Unknown),
            };
        }
        insert_version(session, new, expected + 1, now).await
    }

    async fn keep_scenario_result_once(
        &self,
        new: &NewScenarioResult<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut session = self.database.write("keep scenario result").await?;
        let (content, confidential) = (sha256_of(new.content), sha256_of(new.confidential));
        session
            .execute(
                statements::INSERT_CONTENT,
                &values![content.as_str(), new.content],
            )
            .await?;
        let row = values![
            new.run,
            new.scenario,
            new.version,
            new.sequence,
            content.as_str(),
            confidential.as_str(),
            new.confidential,
            now,
        ];
        session.execute(statements::INSERT_RESULT, &row).await?;
        session.commit().await
    }
}

/// The version that the same account handed in under the same idempotency key.
async fn replayed(
    session: &mut Session,
    new: &NewScenarioVersion<'_>,
) -> Result<Option<ScenarioKept>, StoreError> {
    let Some(idempotency) = new.idempotency else {
        return Ok(None);
    };
    let known = values![new.stored_by, idempotency.key.as_str()];
    let Some(row) = session.row(statements::SELECT_BY_KEY, &known).await? else {
        return Ok(None);
    };
    if row.optional_text_ref(8)? != Some(idempotency.request_sha256.as_str()) {
        return Err(StoreError::KeyReused);
    }
    Ok(Some(ScenarioKept::Kept {
        version: kept::version(&row)?,
        is_replay: true,
    }))
}

/// Writes a version and ends the transaction.
async fn insert_version(
    mut session: Session,
    new: &NewScenarioVersion<'_>,
    version: u64,
    now: Timestamp,
) -> Result<ScenarioKept, StoreError> {
    let sha256 = sha256_of(new.text.as_bytes());
    let row = values![
        new.scenario,
        version,
        new.name,
        new.text,
        sha256.as_str(),
        new.stored_by,
        new.stored_role.as_str(),
        now,
        new.idempotency.map(|it| it.key.as_str()),
        new.idempotency.map(|it| it.request_sha256.as_str()),
    ];
    session.execute(statements::INSERT_VERSION, &row).await?;
    let row = session
        .row(statements::SELECT_VERSION, &values![new.scenario, version])
        .await?;
    let (version, _) = row
        .as_ref()
        .map(kept::version_and_text)
        .transpose()?
        .ok_or_else(|| StoreError::Damaged {
            what: "scenario",
            name: new.scenario.to_owned(),
        })?;
    session.commit().await?;
    Ok(ScenarioKept::Kept {
        version,
        is_replay: false,
    })
}
