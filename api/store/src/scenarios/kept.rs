//! Scenarios, their versions and results as the database has them.

use std::fmt;

use domain::procedure::Role;
use jiff::Timestamp;

use crate::StoreError;
use crate::hash::sha256_of;
use crate::procedure::IdempotencyKey;
use crate::session::Row;

/// Largest text of a scenario, in bytes.
pub const MAXIMUM_SCENARIO_BYTES: usize = 256 * 1024;

/// A version to keep.
#[derive(Debug, Clone, Copy)]
pub struct NewScenarioVersion<'a> {
    /// Key of the scenario: 1 to 64 visible ASCII characters.
    pub scenario: &'a str,
    /// Its name on pages, 1 to 200 characters.
    pub name: &'a str,
    /// The scenario file, at most [`MAXIMUM_SCENARIO_BYTES`].
    pub text: &'a str,
    /// Account that hands it in.
    pub stored_by: &'a str,
    /// Role of the account.
    pub stored_role: Role,
    /// A key of the account under which the same request may come again.
    pub idempotency: Option<&'a IdempotencyKey>,
}

impl NewScenarioVersion<'_> {
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let refused = |what, value: &str, remedy| {
            Err(StoreError::Refused {
                what,
                value: value.chars().take(200).collect(),
                remedy,
            })
        };
        let visible = self.scenario.bytes().all(|byte| byte.is_ascii_graphic());
        if !visible || !(1..=64).contains(&self.scenario.len()) {
            let remedy = "give 1 to 64 visible ASCII characters";
            return refused("key of a scenario", self.scenario, remedy);
        }
        if !(1..=200).contains(&self.name.chars().count()) {
            let remedy = "give 1 to 200 characters";
            return refused("name of a scenario", self.name, remedy);
        }
        if self.text.len() > MAXIMUM_SCENARIO_BYTES {
            let size = format!("{} bytes", self.text.len());
            return refused("text of a scenario", &size, "give at most 256 KiB");
        }
        Ok(())
    }
}

/// A version of a scenario, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioVersion {
    /// Key of the scenario.
    pub scenario: String,
    /// Number of the version, from 1.
    pub version: u64,
    /// Its name on pages.
    pub name: String,
    /// The scenario this one was made from.
    pub parent: Option<String>,
    /// Hash of the text.
    pub text_sha256: String,
    /// Account that handed it in.
    pub stored_by: String,
    /// Role of the account.
    pub stored_role: Role,
    /// When.
    pub stored_at: Timestamp,
}

/// What came of handing a version in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScenarioKept {
    /// The version.
    Kept {
        /// As it is kept.
        version: ScenarioVersion,
        /// Whether it was kept before, under the same idempotency key.
        is_replay: bool,
    },
    /// Another version came in between.
    Changed {
        /// Number of the newest version.
        newest: u64,
    },
    /// There is no such scenario, or no such parent.
    Unknown,
}

/// The result of a run of a version, to keep.
#[derive(Clone, Copy)]
pub struct NewScenarioResult<'a> {
    /// Key of the run.
    pub run: &'a str,
    /// Key of the scenario.
    pub scenario: &'a str,
    /// The version.
    pub version: u64,
    /// The change up to which the state was looked at.
    pub sequence: u64,
    /// JSON; counts of children only as released.
    pub content: &'a [u8],
    /// JSON with exact counts of children.
    pub confidential: &'a [u8],
}

/// Keys only: the counts are for the mediation office.
impl fmt::Debug for NewScenarioResult<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewScenarioResult")
            .field("run", &self.run)
            .field("scenario", &self.scenario)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// The result of a run of a version.
#[derive(Clone, PartialEq, Eq)]
pub struct ScenarioResult {
    /// Key of the run.
    pub run: String,
    /// Key of the scenario.
    pub scenario: String,
    /// The version.
    pub version: u64,
    /// The change up to which the state was looked at.
    pub sequence: u64,
    /// Hash of the content.
    pub content_sha256: String,
    /// When the run finished.
    pub finished_at: Timestamp,
    /// JSON; counts of children only as released.
    pub content: Vec<u8>,
    /// JSON with exact counts of children. **Confidential**: for the mediation office, and for the gate
    /// before everybody else.
    pub confidential: Vec<u8>,
}

/// Keys only: the counts are for the mediation office.
impl fmt::Debug for ScenarioResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScenarioResult")
            .field("run", &self.run)
            .field("scenario", &self.scenario)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// A version of a row with the first eight columns of every `select` of versions.
pub(super) fn version(row: &Row) -> Result<ScenarioVersion, StoreError> {
    Ok(ScenarioVersion {
        scenario: row.text(0)?,
        version: row.number(1)?,
        name: row.text(2)?,
        parent: row.optional_text(3)?,
        text_sha256: row.text(4)?,
        stored_by: row.text(5)?,
        stored_role: row.named(6, Role::named)?,
        stored_at: row.parsed(7)?,
    })
}

/// A version with its text.
pub(super) fn version_and_text(row: &Row) -> Result<(ScenarioVersion, String), StoreError> {
    let (version, text) = (version(row)?, row.text(8)?);
    if sha256_of(text.as_bytes()) != version.text_sha256 {
        return Err(StoreError::Damaged {
            what: "scenario",
            name: version.scenario,
        });
    }
    Ok((version, text))
}

pub(super) fn result(row: &Row) -> Result<ScenarioResult, StoreError> {
    let result = ScenarioResult {
        run: row.text(0)?,
        scenario: row.text(1)?,
        version: row.number(2)?,
        sequence: row.number(3)?,
        content_sha256: row.text(4)?,
        finished_at: row.parsed(5)?,
        content: row.bytes(6)?,
        confidential: row.bytes(8)?,
    };
    let is_whole = sha256_of(&result.content) == result.content_sha256
        && sha256_of(&result.confidential) == row.text_ref(7)?;
    if !is_whole {
        return Err(StoreError::Damaged {
            what: "result of scenario",
            name: result.scenario,
        });
    }
    Ok(result)
}
