//! The desk at which tables are handed out: beside the release ledger, and never twice differently.

use std::collections::BTreeMap;

use disclosure::{
    LedgerError, PassedRelease, ReleaseLedger, ReleaseRequest, ReleaseScope, ReleasedTable,
    StatedRelease,
};
use jiff::civil::Date;

/// Why a table that was released cannot be shown again.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// E6210: its bytes were not handed over.
    #[error(
        "E6210  the release ledger knows table {table} of {scope}, but the table itself is not at hand; restore the last backup"
    )]
    NotAtHand {
        /// The table.
        table: String,
        /// Population, date and revision.
        scope: String,
    },
    /// The ledger gave no decision.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// A ledger, the tables it knows as far as they are needed, and what is released beside them.
///
/// ```
/// use disclosure::{
///     ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, ReleaseRequest, ReleaseScope,
/// };
/// let label = || Label::new("Kinder", "Children");
/// let request = |counts| {
///     let areas = vec![Member::new("a", label()), Member::new("b", label())];
///     let areas = vec![Dimension::new("area", label(), areas)];
///     let table = ConfidentialTable::new("by_area", label(), areas, counts)?;
///     let scope = ReleaseScope::new("children_in_care", jiff::civil::date(2026, 3, 1));
///     Ok::<_, disclosure::TableError>(ReleaseRequest::new(table, DisclosurePolicy::default(), scope))
/// };
/// let mut desk = reporting::ReleaseDesk::default();
/// let released = desk.release(&request(vec![11, 30])?)?.expect("nothing speaks against it");
/// // Other counts of the same date do not change what was said.
/// let again = desk.release(&request(vec![12, 30])?)?.expect("it was released");
/// assert_eq!((again.content_hash(), desk.passed().len()), (released.content_hash(), 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct ReleaseDesk {
    ledger: ReleaseLedger,
    /// By the hash of what readers see.
    tables: BTreeMap<String, ReleasedTable>,
    passed: Vec<PassedRelease>,
}

impl ReleaseDesk {
    /// A desk beside a ledger.
    #[must_use]
    pub fn beside(ledger: ReleaseLedger) -> Self {
        Self {
            ledger,
            ..Self::default()
        }
    }

    /// Hands a table over that the ledger knows, as the JSON its readers got.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Damaged`] for bytes that are another table.
    pub fn hand_over(&mut self, known: &StatedRelease, bytes: &[u8]) -> Result<(), LedgerError> {
        let table = known.reopened(bytes)?;
        self.tables.insert(table.content_hash().to_owned(), table);
        Ok(())
    }

    /// The ledger with everything released so far.
    #[must_use]
    pub fn ledger(&self) -> &ReleaseLedger {
        &self.ledger
    }

    /// What was released at this desk, to be kept in this order.
    #[must_use]
    pub fn passed(&self) -> &[PassedRelease] {
        &self.passed
    }

    /// Whether something of one of these scopes is released: what is not is left out for good.
    pub(crate) fn is_decided(&self, scopes: &[ReleaseScope]) -> bool {
        let mut releases = self.ledger.releases().iter();
        releases.any(|release| scopes.contains(release.scope()))
    }

    /// A table as it was released; `None` for one that was not.
    ///
    /// # Errors
    ///
    /// [`DeskError::NotAtHand`].
    pub fn released(
        &self,
        scope: &ReleaseScope,
        name: &str,
    ) -> Result<Option<ReleasedTable>, DeskError> {
        let Some(known) = self.ledger.known(scope, name) else {
            return Ok(None);
        };
        let table = self.tables.get(known.content_sha256());
        let table = table.ok_or_else(|| DeskError::NotAtHand {
            table: name.to_owned(),
            scope: scope.to_string(),
        })?;
        Ok(Some(table.clone()))
    }

    /// The table as it was released, or a release with whatever has to be hidden; `None` where hiding
    /// does not help.
    ///
    /// # Errors
    ///
    /// [`DeskError`]; nothing is released then.
    pub fn release(
        &mut self,
        request: &ReleaseRequest,
    ) -> Result<Option<ReleasedTable>, DeskError> {
        if let Some(known) = self.released(request.scope(), request.table_name())? {
            return Ok(Some(known));
        }
        let Some(passed) = self.ledger.decide_hiding(request)? else {
            return Ok(None);
        };
        let table = self.ledger.record(passed.clone());
        self.tables
            .insert(table.content_hash().to_owned(), table.clone());
        self.passed.push(passed);
        Ok(Some(table))
    }
}

/// The number of a revision: the day on which it was known, so that later ones follow.
pub(crate) fn revision_of(known_on: Date) -> u32 {
    let year = u32::try_from(known_on.year()).unwrap_or(0);
    let month = u32::from(known_on.month().unsigned_abs());
    year * 10_000 + month * 100 + u32::from(known_on.day().unsigned_abs())
}
