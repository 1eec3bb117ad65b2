//! Cell keys: every count gets a little noise that depends on the children counted and on nothing
//! else.
//!
//! Each child has a record key, a secret function of its pseudonym and the reference date. The sum
//! of the keys of the children of a cell, modulo 1, is its cell key, and count and cell key together
//! pick the change from a perturbation table. The same children therefore show as the same number
//! wherever they are counted (definition D8); a count of 0 stays 0; totals do not add up.

mod counts;
mod entropy;
mod read;
mod secret;
mod table;

pub use counts::{KeyedCounts, MemberNumber};
pub use entropy::PerturbationParameters;
pub use secret::{DatedKey, RecordKey, SecretKey};
pub use table::{Perturbation, PerturbationMoments, PerturbationTable};

use crate::loss::DisclosureLoss;
use crate::method::ProtectionMethod;
use crate::{DisclosurePolicy, ReleasedTable};

/// Why nothing was perturbed. No message shows a count, a key or a secret.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CellKeyError {
    /// A parameter out of range.
    #[error("E5070: {name} is {found} and has to {rule}")]
    Parameter {
        /// Its name.
        name: &'static str,
        /// The value given.
        found: f64,
        /// The range.
        rule: &'static str,
    },
    /// No distribution meets the parameters.
    #[error(
        "E5071: no perturbation table has the variance {variance}: a count of {count} needs one strictly between {least:.4} and {greatest:.4}; change the variance, or publish smaller counts"
    )]
    Infeasible {
        /// The first count without a distribution.
        count: u32,
        /// Its least variance.
        least: f64,
        /// Its greatest variance.
        greatest: f64,
        /// The variance asked for.
        variance: f64,
    },
    /// A table of changes that would show wrong numbers.
    #[error("E5072: the changes of the count {count} are not usable: {problem}")]
    Table {
        /// The count.
        count: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// An unusable secret.
    #[error("E5073: the secret of the record keys is refused: {problem}")]
    Secret {
        /// What is wrong.
        problem: &'static str,
    },
    /// Less noise than the policy asks for.
    #[error(
        "E5078: the perturbation of table {table:?} changes counts by {deviation} at most, the minimum frequency is {minimum}; take a maximum deviation of {minimum} or more"
    )]
    TooLittle {
        /// The table.
        table: String,
        /// The greatest change.
        deviation: u32,
        /// The minimum frequency.
        minimum: u32,
    },
}

impl CellKeyError {
    /// The stable number of the rule broken.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Parameter { .. } => "E5070",
            Self::Infeasible { .. } => "E5071",
            Self::Table { .. } => "E5072",
            Self::Secret { .. } => "E5073",
            Self::TooLittle { .. } => "E5078",
        }
    }
}

/// The sum of record keys modulo 1.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CellKey(pub(crate) u64);

impl CellKey {
    /// Of these children, in any order.
    #[must_use]
    pub fn of(records: impl IntoIterator<Item = RecordKey>) -> Self {
        let keys = records.into_iter().map(|key| key.0);
        Self(keys.fold(0, u64::wrapping_add))
    }

    /// From 0 up to 1.
    #[must_use]
    pub fn fraction(self) -> f64 {
        self.0 as f64 / 2.0_f64.powi(64)
    }
}

impl std::fmt::Debug for CellKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CellKey(..)")
    }
}

/// What a release says about its noise.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CellKeyMethod {
    /// Greatest change of any count.
    pub maximum_deviation: u32,
    /// Variance of the changes; `None` where the counts of the table differ in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variance: Option<f64>,
    /// Counts from 1 to this are never shown.
    pub not_published_up_to: u32,
    /// How likely a count stays as it is; `None` where this was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stay: Option<f64>,
    /// Version of the secret. Numbers of different versions are not consistent with each other.
    pub key_version: String,
    /// [`PerturbationTable::content_hash`].
    pub table_sha256: String,
    #[serde(skip)]
    table: PerturbationTable,
}

impl CellKeyMethod {
    pub(crate) fn new(table: &PerturbationTable, key_version: &str) -> Self {
        let parameters = table.parameters();
        Self {
            maximum_deviation: table.maximum_deviation(),
            variance: parameters.map(|parameters| parameters.variance),
            not_published_up_to: table.not_published_up_to(),
            stay: parameters.and_then(|parameters| parameters.stay),
            key_version: key_version.to_owned(),
            table_sha256: table.content_hash(),
            table: table.clone(),
        }
    }

    /// Counts that can have become this number, or a suppressed cell.
    pub(crate) fn possible(&self, shown: Option<u64>) -> (u64, u64) {
        self.table.possible(shown)
    }

    pub(crate) fn words(&self) -> Vec<String> {
        ["cell-keys", &self.key_version, &self.table_sha256]
            .map(str::to_owned)
            .to_vec()
    }
}

/// Perturbs every count of a table, totals included, and consumes the exact counts.
///
/// What a cell shows depends on its count, on the keys of its children, on `table` and on the
/// version of the secret only. Empty cells show 0, and so do some small ones. Nothing adds up, and
/// readers are told so.
///
/// # Errors
/// [`CellKeyError::TooLittle`] where the greatest change is below the minimum frequency.
///
/// ```
/// use disclosure::{perturb, Dimension, DisclosurePolicy, KeyedCounts, Label, Member};
/// use disclosure::{PerturbationParameters, PerturbationTable, SecretKey};
/// let label = |text: &str| Label::new(text, text);
/// let areas = ["a", "b"].map(|code| Member::new(code, label(code))).to_vec();
/// let mut counts = KeyedCounts::new("demo", label("Kinder"), vec![Dimension::new("area", label("area"), areas)])?;
/// let secret = SecretKey::new("2026", &[7; 32])?;
/// let keys = secret.on(jiff::civil::date(2026, 3, 1));
/// for child in 0..20 {
///     counts.add_record(&["a"], keys.record_key(&format!("child {child}")))?;
/// }
/// let parameters = PerturbationParameters::new(5, 3.0)?.publishing_nothing_up_to(2)?;
/// let table = PerturbationTable::of_greatest_entropy(&parameters)?;
/// let released = perturb(counts, &table, secret.version(), &DisclosurePolicy::default())?;
/// // The area and the total count the same children.
/// assert_eq!(released.display(&["a"]), released.display(&["_total"]));
/// assert_eq!(released.display(&["b"]).as_deref(), Some("0"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[allow(clippy::needless_pass_by_value)] // consuming the counts is the point
pub fn perturb(
    counts: KeyedCounts,
    table: &PerturbationTable,
    key_version: &str,
    policy: &DisclosurePolicy,
) -> Result<ReleasedTable, CellKeyError> {
    perturb_with_loss(counts, table, key_version, policy).map(|(released, _)| released)
}

/// As [`perturb`], with what it cost, **for internal use**.
///
/// # Errors
/// As [`perturb`].
#[allow(clippy::needless_pass_by_value)] // consuming the counts is the point
pub fn perturb_with_loss(
    mut counts: KeyedCounts,
    table: &PerturbationTable,
    key_version: &str,
    policy: &DisclosurePolicy,
) -> Result<(ReleasedTable, DisclosureLoss), CellKeyError> {
    let minimum = policy.minimum_frequency(&counts.name);
    let deviation = table.maximum_deviation();
    if deviation < minimum {
        return Err(CellKeyError::TooLittle {
            table: counts.name,
            deviation,
            minimum,
        });
    }
    counts.finish();
    let cells = counts.counts.iter().zip(&counts.keys);
    let shown: Vec<Option<u64>> = cells
        .map(|(&count, key)| table.shown(count, CellKey(key.0)))
        .collect();
    let loss = DisclosureLoss::of_shown(&counts.counts, &shown);
    let method = ProtectionMethod::CellKeys(CellKeyMethod::new(table, key_version));
    let KeyedCounts {
        name,
        label,
        lattice,
        ..
    } = counts;
    let released = ReleasedTable::seal_values(&name, &label, &lattice, shown, policy, method);
    Ok((released, loss))
}
