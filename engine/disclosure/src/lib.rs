//! ConfidentialTable to ReleasedTable: the only way out for a count of children.
//!
//! Exact counts live in a [`ConfidentialTable`], which can be neither printed nor serialised.
//! [`release`] applies a [`DisclosurePolicy`] and gives a [`ReleasedTable`], which can be
//! serialised and cannot be made in any other way. A number that stands alone goes through
//! [`ReleasedCount`].
//!
//! A [`ProtectionSpec`] says in a file what is counted and under which rule: [`read_microdata`] makes
//! its tables from records, and [`read_published`] reads a table somebody else published, for
//! [`audit_published`] to attack.
//!
//! **Architecture invariant:** no type with a small count of children has a public accessor,
//! `Serialize` or a revealing `Debug`. The compiler keeps it:
//!
//! Serialising exact counts does not compile,
//! ```compile_fail,E0277
//! # use disclosure::{ConfidentialTable, Dimension, Label, Member};
//! # let label = || Label::new("Kinder", "Children");
//! # let areas = Dimension::new("area", label(), vec![Member::new("a", label()), Member::new("b", label())]);
//! let table = ConfidentialTable::new("demo", label(), vec![areas], vec![2, 40])?;
//! let text = serde_json::to_string(&table)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//! serialising the released table does.
//! ```
//! # use disclosure::{release, ConfidentialTable, Dimension, DisclosurePolicy, Label, Member};
//! # let label = || Label::new("Kinder", "Children");
//! # let areas = Dimension::new("area", label(), vec![Member::new("a", label()), Member::new("b", label())]);
//! let table = ConfidentialTable::new("demo", label(), vec![areas], vec![2, 40])?;
//! let text = serde_json::to_string(&release(table, &DisclosurePolicy::default())?)?;
//! # assert!(text.contains("suppressed"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Building a released table by hand does not compile,
//! ```compile_fail,E0451
//! # use disclosure::{release, ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, ReleasedTable};
//! # let label = || Label::new("Kinder", "Children");
//! # let areas = Dimension::new("area", label(), vec![Member::new("a", label()), Member::new("b", label())]);
//! # let table = ConfidentialTable::new("demo", label(), vec![areas], vec![2, 40])?;
//! let released = release(table, &DisclosurePolicy::default())?;
//! let forged = ReleasedTable { name: "forged".to_owned(), ..released };
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//! reading it does.
//! ```
//! # use disclosure::{release, ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, ReleasedTable};
//! # let label = || Label::new("Kinder", "Children");
//! # let areas = Dimension::new("area", label(), vec![Member::new("a", label()), Member::new("b", label())]);
//! # let table = ConfidentialTable::new("demo", label(), vec![areas], vec![2, 40])?;
//! let released = release(table, &DisclosurePolicy::default())?;
//! let name = released.name().to_owned();
//! # assert_eq!(name, "demo");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod audit;
mod cell_keys;
mod confidential;
mod count;
mod dimension;
mod error;
mod instance;
mod lattice;
mod ledger;
mod loss;
mod merging;
mod method;
mod note;
mod perturbing_codes;
mod policy;
mod release;
mod released;
mod released_amounts;
mod rounding;
mod series;
mod spec;
mod suppression;
#[cfg(test)]
mod tests;

pub use audit::{AttackerAudit, AuditedCell, audit};
pub use cell_keys::{
    CellKey, CellKeyError, CellKeyMethod, DatedKey, KeyedCounts, MemberNumber, Perturbation,
    PerturbationMoments, PerturbationParameters, PerturbationTable, RecordKey, SecretKey, perturb,
    perturb_with_loss,
};
pub use confidential::ConfidentialTable;
pub use count::ReleasedCount;
pub use dimension::{Dimension, Label, Member, TOTAL_CODE};
pub use error::{ERROR_CODES, ReleaseError, TableError, WriteError};
pub use instance::{
    Atom, CellInterval, Code, CodeList, Contribution, Instance, InstanceAudit, LinkedChildren,
    MagnitudeInstance, MagnitudePattern, MagnitudeRule, OpenAttack, Pattern, ProtectionError,
    PublishedSum, PublishedSums, SuppressionRule, TableLayout, release_linked,
};
pub use ledger::{
    Admission, Ambiguity, LedgerDecision, LedgerError, NamedCell, PassedRelease, Refusal,
    ReleaseLedger, ReleaseProposal, ReleaseRequest, ReleaseScope, ReleaseWitness, Shown,
    StatedCell, StatedRefusal, StatedRelease, WitnessTerm,
};
pub use loss::{DisclosureLoss, LossMetric};
pub use merging::{
    MergedArea, MergingError, MergingRule, MethodChoice, merge, merge_or_suppress, merge_with_loss,
};
pub use method::{KnownInterval, ProtectionMethod};
pub use note::MethodNote;
pub use policy::{DisclosurePolicy, PolicyError, ZeroRule};
pub use release::{InternalAudit, release, release_with_audit};
pub use released::{
    CellStatus, ReleaseLoss, ReleasedCell, ReleasedDimension, ReleasedMember, ReleasedTable,
};
pub use released_amounts::{AmountRules, ReleasedAmount, ReleasedAmounts};
pub use rounding::{
    RoundedCounts, RoundingError, RoundingRule, round, round_sums, round_with_loss,
};
pub use series::{ReleasedSeries, ReleasedSlice, release_series};
pub use spec::{
    AmountAudit, AuditError, LinkedTables, ProtectError, ProtectionSpec, PublishedTable,
    SpecDocument, audit_published, audit_published_amounts, linked_tables, protect,
    protect_amounts, read_microdata, read_published,
};

/// Most dimensions of a table.
pub const MAXIMUM_DIMENSIONS: usize = 4;

/// Most cells of a table, totals included.
pub const MAXIMUM_CELLS: usize = 200_000;
