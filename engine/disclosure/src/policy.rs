//! Which counts may be shown.

use std::collections::BTreeSet;

/// What happens to cells without any child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroRule {
    /// An empty cell is shown as 0. Readers then know that every suppressed cell holds at least
    /// one child; the protection keeps an upper bound even for a reader who uses that knowledge.
    Published,
    /// An empty cell counts as small and is suppressed, so that not even presence shows.
    Suppressed,
}

/// Why a policy is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Below three a single family could be recognised.
    #[error(
        "E5010: the minimum frequency {found} is outside 3..=1000; official statistics use 3 or more"
    )]
    Frequency {
        /// The value given.
        found: u32,
    },
    /// The stricter limit has to be stricter.
    #[error(
        "E5010: the minimum frequency {sensitive} of sensitive tables is below the general one, {general}; raise it"
    )]
    SensitiveBelowGeneral {
        /// Limit for sensitive tables.
        sensitive: u32,
        /// General limit.
        general: u32,
    },
    /// A version is needed to reproduce a release.
    #[error("E5010: the policy has an empty version; name it, for example \"2026-08\"")]
    NoVersion,
}

/// The rules a release follows; part of its published text.
///
/// ```
/// use disclosure::{DisclosurePolicy, ZeroRule};
/// let policy = DisclosurePolicy::new("2026-08", 3, 5, ZeroRule::Published)?.sensitive("family_language");
/// assert_eq!(policy.minimum_frequency("occupancy"), 3);
/// assert_eq!(policy.minimum_frequency("family_language"), 5);
/// assert!(DisclosurePolicy::new("2026-08", 1, 5, ZeroRule::Published).is_err());
/// # Ok::<(), disclosure::PolicyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DisclosurePolicy {
    version: String,
    general_minimum: u32,
    sensitive_minimum: u32,
    sensitive_tables: BTreeSet<String>,
    zeros: ZeroRule,
}

impl Default for DisclosurePolicy {
    /// Minimum 3 (standard of the Federal Employment Agency), 5 for sensitive tables, zeros shown.
    fn default() -> Self {
        Self {
            version: "default-1".to_owned(),
            general_minimum: 3,
            sensitive_minimum: 5,
            sensitive_tables: BTreeSet::new(),
            zeros: ZeroRule::Published,
        }
    }
}

impl DisclosurePolicy {
    /// A policy: counts from 1 to `general_minimum - 1` are never shown, in sensitive tables
    /// counts from 1 to `sensitive_minimum - 1`.
    ///
    /// # Errors
    /// [`PolicyError`] for a minimum outside 3 to 1,000, a sensitive minimum below the general
    /// one, or an empty version.
    pub fn new(
        version: impl Into<String>,
        general_minimum: u32,
        sensitive_minimum: u32,
        zeros: ZeroRule,
    ) -> Result<Self, PolicyError> {
        let version = version.into();
        if version.trim().is_empty() {
            return Err(PolicyError::NoVersion);
        }
        for found in [general_minimum, sensitive_minimum] {
            if !(3..=1000).contains(&found) {
                return Err(PolicyError::Frequency { found });
            }
        }
        if sensitive_minimum < general_minimum {
            return Err(PolicyError::SensitiveBelowGeneral {
                sensitive: sensitive_minimum,
                general: general_minimum,
            });
        }
        Ok(Self {
            version,
            general_minimum,
            sensitive_minimum,
            sensitive_tables: BTreeSet::new(),
            zeros,
        })
    }

    /// The same policy with the stricter minimum for the table of this name.
    #[must_use]
    pub fn sensitive(mut self, table: impl Into<String>) -> Self {
        self.sensitive_tables.insert(table.into());
        self
    }

    /// The smallest count that may be shown in a table, apart from 0.
    #[must_use]
    pub fn minimum_frequency(&self, table: &str) -> u32 {
        if self.sensitive_tables.contains(table) {
            self.sensitive_minimum
        } else {
            self.general_minimum
        }
    }

    /// Version of the policy.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What happens to empty cells.
    #[must_use]
    pub fn zeros(&self) -> ZeroRule {
        self.zeros
    }
}
