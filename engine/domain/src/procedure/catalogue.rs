//! Criteria catalogues of providers as the procedure keeps them: by version, never changed.

use jiff::civil::Date;

use super::actor::HumanActor;

/// A version of a provider's catalogue. What it says is the engine's to read and to judge; here it is a
/// text with its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueVersion {
    /// Name of the catalogue.
    pub catalogue: String,
    /// Version, from 1.
    pub version: u32,
    /// SHA-256 of the meaning, 64 lower-case hexadecimal digits.
    pub version_hash: String,
    /// First day on which it applies; it applies until the next one does.
    pub valid_from: Date,
    /// The text as handed in.
    pub text: String,
    /// Who handed it in.
    pub stored_by: HumanActor,
    /// The day it was handed in.
    pub stored_on: Date,
}

impl CatalogueVersion {
    /// How points name the version they come from: the number and the beginning of the hash.
    ///
    /// ```
    /// use domain::ActorId;
    /// use domain::procedure::{CatalogueVersion, HumanActor, Role};
    /// use jiff::civil::date;
    /// let version = CatalogueVersion {
    ///     catalogue: "kita-t1".to_owned(),
    ///     version: 2,
    ///     version_hash: "ab".repeat(32),
    ///     valid_from: date(2027, 8, 1),
    ///     text: String::new(),
    ///     stored_by: HumanActor { id: ActorId::new("head").unwrap(), role: Role::ProviderAdmin },
    ///     stored_on: date(2027, 1, 15),
    /// };
    /// assert_eq!(version.name(), "2-abababababab");
    /// ```
    #[must_use]
    pub fn name(&self) -> String {
        Self::name_of(self.version, &self.version_hash)
    }

    /// The name that a version would have.
    #[must_use]
    pub fn name_of(version: u32, version_hash: &str) -> String {
        let hash = version_hash.get(..12).unwrap_or(version_hash);
        format!("{version}-{hash}")
    }

    /// Of several versions of one provider the one in force on a day: the latest that has begun.
    #[must_use]
    pub fn in_force(versions: &[Self], on: Date) -> Option<&Self> {
        let begun = versions.iter().filter(|version| version.valid_from <= on);
        begun.max_by_key(|version| version.valid_from)
    }
}
