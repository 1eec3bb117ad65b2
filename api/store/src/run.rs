//! Runs and what identifies them.

use std::fmt;

use jiff::Timestamp;

use crate::StoreError;
use crate::hash::{is_sha256, sha256_of};

/// What identifies a run: the same four give the same result bytes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RunIdentity {
    pub(crate) input_sha256: String,
    pub(crate) policy_version: String,
    pub(crate) seed: u64,
    pub(crate) engine_version: String,
}

impl RunIdentity {
    /// The four facts of a run: hash of all inputs (SHA-256, lower-case hexadecimal), version of the
    /// policy, seed and version of the engine.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a hash that is none, or an empty version.
    pub fn new(
        input_sha256: impl Into<String>,
        policy_version: impl Into<String>,
        seed: u64,
        engine_version: impl Into<String>,
    ) -> Result<Self, StoreError> {
        let identity = Self {
            input_sha256: input_sha256.into(),
            policy_version: policy_version.into(),
            seed,
            engine_version: engine_version.into(),
        };
        let refused = |what, value: &str, remedy| {
            Err(StoreError::Refused {
                what,
                value: value.to_owned(),
                remedy,
            })
        };
        if !is_sha256(&identity.input_sha256) {
            let remedy = "give 64 lower-case hexadecimal digits";
            return refused("input hash", &identity.input_sha256, remedy);
        }
        for (what, version) in [
            ("policy version", &identity.policy_version),
            ("engine version", &identity.engine_version),
        ] {
            if version.trim().is_empty() {
                return refused(what, version, "name the version");
            }
        }
        Ok(identity)
    }

    /// Hash of all inputs.
    #[must_use]
    pub fn input_sha256(&self) -> &str {
        &self.input_sha256
    }

    /// Version of the policy.
    #[must_use]
    pub fn policy_version(&self) -> &str {
        &self.policy_version
    }

    /// Seed of every random draw.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// Version of the engine.
    #[must_use]
    pub fn engine_version(&self) -> &str {
        &self.engine_version
    }

    /// The id that follows from the four facts, the same in every database.
    #[must_use]
    pub fn id(&self) -> RunId {
        let seed = self.seed.to_string();
        let mut facts = b"placewright run 1".to_vec();
        for fact in [
            &self.input_sha256,
            &self.policy_version,
            &seed,
            &self.engine_version,
        ] {
            // Lengths keep ("ab", "c") apart from ("a", "bc").
            facts.extend((fact.len() as u64).to_le_bytes());
            facts.extend(fact.as_bytes());
        }
        RunId(sha256_of(&facts)[..32].to_owned())
    }
}

/// Identifies a run: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct RunId(pub(crate) String);

impl RunId {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A run as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RecordedRun {
    /// Its id.
    pub id: RunId,
    /// What identifies it.
    pub identity: RunIdentity,
    /// When it was recorded first.
    pub recorded_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_one_of_the_four_facts_changes_the_id() {
        let hash = sha256_of(b"input");
        let id = |hash: &str, policy: &str, seed, engine: &str| {
            RunIdentity::new(hash, policy, seed, engine).unwrap().id()
        };
        let base = id(&hash, "ab", 1, "c");
        assert_eq!(base, id(&hash, "ab", 1, "c"));
        assert_eq!(base.as_str().len(), 32);
        for other in [
            id(&sha256_of(b"other"), "ab", 1, "c"),
            id(&hash, "a", 1, "bc"),
            id(&hash, "ab", 2, "c"),
            id(&hash, "ab", 1, "d"),
        ] {
            assert_ne!(base, other);
        }
    }
}
