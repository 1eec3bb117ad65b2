//! A released table from the bytes kept of it, so that whoever asks again gets what was released.

use serde::Deserialize;

use super::{LedgerError, StatedRelease};
use crate::lattice::Lattice;
use crate::policy::ZeroRule;
use crate::{Dimension, DisclosurePolicy, Label, Member, ReleasedTable, TOTAL_CODE};

/// What readers saw of a table, as far as it cannot be derived.
#[derive(Deserialize)]
struct Kept {
    name: String,
    label: KeptLabel,
    dimensions: Vec<KeptDimension>,
    cells: Vec<KeptCell>,
    policy: KeptPolicy,
}

#[derive(Deserialize)]
struct KeptLabel {
    de: String,
    en: String,
}

#[derive(Deserialize)]
struct KeptDimension {
    code: String,
    label: KeptLabel,
    members: Vec<KeptMember>,
}

#[derive(Deserialize)]
struct KeptMember {
    code: String,
    label: KeptLabel,
    parent: Option<String>,
}

#[derive(Deserialize)]
struct KeptCell {
    coordinates: Vec<String>,
    value: Option<u64>,
}

#[derive(Deserialize)]
struct KeptPolicy {
    version: String,
    general_minimum: u32,
    sensitive_minimum: u32,
    sensitive_tables: Vec<String>,
    zeros: String,
}

impl From<KeptLabel> for Label {
    fn from(kept: KeptLabel) -> Self {
        Self::new(kept.de, kept.en)
    }
}

impl KeptDimension {
    fn dimension(self) -> Dimension {
        let members = self.members.into_iter();
        let members = members.filter(|member| member.code != TOTAL_CODE);
        let members = members.map(|member| Member {
            code: member.code,
            label: member.label.into(),
            parent: member.parent.filter(|parent| parent != TOTAL_CODE),
        });
        Dimension::new(self.code, self.label.into(), members.collect())
    }
}

impl KeptPolicy {
    fn policy(self) -> Option<DisclosurePolicy> {
        let zeros = match self.zeros.as_str() {
            "published" => ZeroRule::Published,
            "suppressed" => ZeroRule::Suppressed,
            _ => return None,
        };
        let (general, sensitive) = (self.general_minimum, self.sensitive_minimum);
        let policy = DisclosurePolicy::new(self.version, general, sensitive, zeros).ok()?;
        let tables = self.sensitive_tables.into_iter();
        Some(tables.fold(policy, DisclosurePolicy::sensitive))
    }
}

impl StatedRelease {
    /// The table of this release from the JSON that readers got of it: the same bytes again.
    ///
    /// Only the bytes of this very release give a table: what they show must have the hash that the
    /// ledger keeps.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] for any other bytes.
    ///
    /// ```
    /// use disclosure::{
    ///     ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, ReleaseLedger, ReleaseRequest,
    ///     ReleaseScope,
    /// };
    /// let label = || Label::new("Kinder", "Children");
    /// let areas = vec![Member::new("a", label()), Member::new("b", label())];
    /// let areas = Dimension::new("area", label(), areas);
    /// let table = ConfidentialTable::new("by_area", label(), vec![areas], vec![11, 30])?;
    /// let scope = ReleaseScope::new("children_in_care", jiff::civil::date(2026, 3, 1));
    /// let request = ReleaseRequest::new(table, DisclosurePolicy::default(), scope);
    /// let passed = ReleaseLedger::default().decide_hiding(&request)?.expect("nothing speaks against it");
    /// let bytes = serde_json::to_vec(passed.table())?;
    /// assert_eq!(passed.stated().reopened(&bytes)?, *passed.table());
    /// let other = String::from_utf8(bytes)?.replace("\"value\":11", "\"value\":12");
    /// assert_eq!(passed.stated().reopened(other.as_bytes()).unwrap_err().code(), "E5094");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reopened(&self, bytes: &[u8]) -> Result<ReleasedTable, LedgerError> {
        let damaged = || LedgerError::Damaged {
            problem: "the table shown is not the one released",
        };
        let kept: Kept = serde_json::from_slice(bytes).map_err(|_| damaged())?;
        let policy = kept.policy.policy().ok_or_else(damaged)?;
        let dimensions = kept.dimensions.into_iter();
        let dimensions: Vec<Dimension> = dimensions.map(KeptDimension::dimension).collect();
        let lattice = Lattice::new(dimensions).map_err(|_| damaged())?;
        let mut values = vec![None; lattice.cells()];
        let mut seen = 0;
        for cell in &kept.cells {
            let codes: Vec<&str> = cell.coordinates.iter().map(String::as_str).collect();
            values[lattice.find(&codes).ok_or_else(damaged)?] = cell.value;
            seen += 1;
        }
        if seen != lattice.cells() || kept.name != self.name {
            return Err(damaged());
        }
        let table =
            ReleasedTable::of_values(&kept.name, &kept.label.into(), &lattice, values, &policy);
        // Releases from before the note spoke of the ledger have the hash of the note they had.
        [table.clone().judged_beside_others(), table]
            .into_iter()
            .find(|table| table.content_hash() == self.content_sha256)
            .ok_or_else(damaged)
    }
}
