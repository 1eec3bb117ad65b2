//! The release ledger: no release is judged alone.
//!
//! A [`ReleaseLedger`] remembers every release of a population: which sets of children, what was said
//! of each, and the exact counts. Before a further table is written, the gate asks what a reader of all
//! releases together could calculate (METHOD_DISCLOSURE D1 to D4, D6, D7):
//!
//! - every small cell of **all** releases of the date, the differences of nested cells, and the
//!   categories of sensitive attributes, by linear programming over all of them at once;
//! - what changed since other dates: the rule of the module `movers`.
//!
//! A table that passes is written with all cells or with those of its own protection hidden. Otherwise
//! the [`Refusal`] names the published cells that give a cell away ([`ReleaseWitness`]) and holds a
//! request that passes ([`ReleaseProposal`]): more cells hidden, or a coarser table. Asking again for a
//! table that was released gives the same bytes and leaves the ledger as it is.
//!
//! The exact counts never leave: [`StatedRelease`] has no `Serialize` and a silent `Debug`, and its bytes are
//! for a table that only the service reads.

mod cliques;
mod differences;
mod error;
mod facts;
mod finding;
mod gate;
mod hiding;
mod kept;
mod movers;
mod polytope;
mod refusal;
mod reopen;
mod repair;
mod request;
mod stated;
mod universe;
mod witness;

use solver::{Interval, LinearForm, cell_bounds};

use crate::{AttackerAudit, AuditedCell, ReleasedTable, release_with_audit};
pub(crate) use error::LEDGER_CODES;
pub use error::LedgerError;
use facts::Facts;
use gate::Situation;
use polytope::{Polytope, Target};
pub use refusal::{Refusal, ReleaseProposal, StatedRefusal};
use repair::Effort;
pub use request::ReleaseRequest;
pub use stated::{Ambiguity, ReleaseScope, Shown, StatedCell, StatedRelease};
use universe::Universe;
pub use witness::{NamedCell, ReleaseWitness, WitnessTerm};

/// All releases, by which further ones are judged. Silent in `Debug`.
///
/// ```
/// use disclosure::{
///     ConfidentialTable, Dimension, DisclosurePolicy, Label, LedgerDecision, Member, ReleaseLedger,
///     ReleaseRequest, ReleaseScope,
/// };
/// let label = || Label::new("Kinder", "Children");
/// let members = |codes: &[&str]| codes.iter().map(|c| Member::new(*c, label())).collect::<Vec<_>>();
/// let dimension = |code: &str, codes: &[&str]| Dimension::new(code, label(), members(codes));
/// let scope = ReleaseScope::new("children_in_care", jiff::civil::date(2026, 3, 1));
/// let policy = DisclosurePolicy::default();
/// let mut ledger = ReleaseLedger::default();
///
/// // All children by area; then those of one care type only, which leaves one child of the others.
/// let areas = dimension("area", &["a", "b"]);
/// let all = ConfidentialTable::new("by_area", label(), vec![areas.clone()], vec![11, 30])?;
/// let request = ReleaseRequest::new(all, policy.clone(), scope.clone());
/// let LedgerDecision::Released(passed) = ledger.decide(&request)? else { panic!("nothing speaks against it") };
/// let table = ledger.record(*passed);
///
/// let some = ConfidentialTable::new("nursery", label(), vec![areas], vec![10, 20])?;
/// let next = ReleaseRequest::new(some, policy, scope).restricted_to("care_type", ["nursery"]);
/// let LedgerDecision::Refused(refusal) = ledger.decide(&next)? else { panic!("11 minus 10 is one child") };
/// let words = refusal.witness().expect("two cells are enough").english();
/// assert!(words.contains("table \"by_area\", cell \"a\" − table \"nursery\", cell \"a / nursery\""), "{words}");
///
/// // Asking again for the first gives the same bytes.
/// let LedgerDecision::Repeated(again) = ledger.decide(&request)? else { panic!("it is known") };
/// assert_eq!(serde_json::to_string(&*again)?, serde_json::to_string(&table)?);
/// assert_eq!(ledger.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct ReleaseLedger {
    kept: Vec<StatedRelease>,
}

/// What the gate says to a request.
#[derive(Debug)]
pub enum LedgerDecision {
    /// It passes; nothing is written yet.
    Released(Box<PassedRelease>),
    /// It was released before: the same bytes, and nothing to be written.
    Repeated(Box<ReleasedTable>),
    /// It does not pass.
    Refused(Box<Refusal>),
}

/// A table that passed the gate, with what the ledger keeps of it. Only the gate makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct PassedRelease {
    table: ReleasedTable,
    stated: StatedRelease,
}

impl PassedRelease {
    /// The table for readers.
    #[must_use]
    pub fn table(&self) -> &ReleasedTable {
        &self.table
    }

    /// What the ledger keeps.
    #[must_use]
    pub fn stated(&self) -> &StatedRelease {
        &self.stated
    }
}

/// What became of a release stated as sets.
#[derive(Debug)]
pub enum Admission {
    /// It passed and is in the ledger now.
    Written,
    /// It was there before.
    Known,
    /// It did not pass; the ledger is as it was.
    Refused(StatedRefusal),
}

impl ReleaseLedger {
    /// A ledger of the releases kept earlier.
    #[must_use]
    pub fn of(kept: Vec<StatedRelease>) -> Self {
        Self { kept }
    }

    /// The releases in the order they were written, for a ledger that has more of them.
    #[must_use]
    pub fn into_releases(self) -> Vec<StatedRelease> {
        self.kept
    }

    /// Number of releases.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether nothing was released.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The releases in the order they were written.
    #[must_use]
    pub fn releases(&self) -> &[StatedRelease] {
        &self.kept
    }

    /// Judges a request against all releases. Changes nothing.
    ///
    /// # Errors
    /// [`LedgerError`] for a request that contradicts itself or an earlier release, for a name that is
    /// taken, and when a proof or the solver fails; nothing may be released then.
    pub fn decide(&self, request: &ReleaseRequest) -> Result<LedgerDecision, LedgerError> {
        let mut stated = request.stated()?;
        if let Some(known) = self.find(&stated)? {
            let hidden: Vec<bool> = known
                .cells
                .iter()
                .map(|cell| cell.shown == Shown::Suppressed)
                .collect();
            let table = request.sealed_as(&hidden, &known.content_sha256);
            return Ok(LedgerDecision::Repeated(Box::new(table)));
        }
        let table = self.protect(request, &mut stated)?;
        let mut situation = Situation::new(&self.kept, &stated)?;
        let examination = situation.examine(&stated)?;
        if examination.findings.is_empty() {
            return Ok(LedgerDecision::Released(Box::new(PassedRelease {
                table,
                stated,
            })));
        }
        let witness = witness::witness(&situation, &stated, &examination)?;
        let findings = examination.findings.len();
        let hidden = repair::hide_until_safe(&mut situation, &stated, &examination, Effort::FULL)?;
        let proposal = match hidden {
            Some(cells) => Some(ReleaseProposal::hiding(request, &cells)),
            None => self.coarser(request)?,
        };
        let scope = request.scope().clone();
        Ok(LedgerDecision::Refused(Box::new(Refusal::new(
            stated.name,
            scope,
            findings,
            witness,
            proposal,
        ))))
    }

    /// The protection of the table by itself, and what the request hides besides.
    fn protect(
        &self,
        request: &ReleaseRequest,
        stated: &mut StatedRelease,
    ) -> Result<ReleasedTable, LedgerError> {
        let (alone, _) = release_with_audit(request.table.clone(), &request.policy)?;
        let mut hidden: Vec<bool> = alone.values().iter().map(Option::is_none).collect();
        for cell in request.hidden_cells()? {
            hidden[cell] = true;
        }
        for (cell, &is_hidden) in stated.cells.iter_mut().zip(&hidden) {
            cell.shown = if is_hidden {
                Shown::Suppressed
            } else {
                Shown::Exact
            };
        }
        let table = request.sealed(&hidden);
        stated.content_sha256 = table.content_hash().to_owned();
        Ok(table)
    }

    /// The first coarser table that passes, with more cells hidden if need be.
    fn coarser(&self, request: &ReleaseRequest) -> Result<Option<ReleaseProposal>, LedgerError> {
        for axis in (0..request.table.lattice.axes.len()).rev() {
            let Some(coarser) = request.coarser(axis)? else {
                continue;
            };
            let mut stated = coarser.stated()?;
            if self
                .kept
                .iter()
                .any(|kept| kept.scope == stated.scope && kept.name == stated.name)
            {
                continue;
            }
            self.protect(&coarser, &mut stated)?;
            let mut situation = Situation::new(&self.kept, &stated)?;
            let examination = situation.examine(&stated)?;
            let cells = if examination.findings.is_empty() {
                Some(Vec::new())
            } else {
                repair::hide_until_safe(&mut situation, &stated, &examination, Effort::FULL)?
            };
            if let Some(cells) = cells {
                let dimension = request.table.lattice.axes[axis].code.clone();
                return Ok(Some(ReleaseProposal::coarser(&coarser, dimension, &cells)));
            }
        }
        Ok(None)
    }

    /// Writes a release that passed, and hands its table out. To be called with the ledger that decided.
    pub fn record(&mut self, passed: PassedRelease) -> ReleasedTable {
        self.kept.push(passed.stated);
        passed.table
    }

    /// Judges a release of any method stated as sets, and writes it if it passes.
    ///
    /// # Errors
    /// As [`Self::decide`].
    pub fn admit(&mut self, stated: StatedRelease) -> Result<Admission, LedgerError> {
        if self.find(&stated)?.is_some() {
            return Ok(Admission::Known);
        }
        let mut situation = Situation::new(&self.kept, &stated)?;
        let examination = situation.examine(&stated)?;
        if examination.findings.is_empty() {
            self.kept.push(stated);
            return Ok(Admission::Written);
        }
        let witness = witness::witness(&situation, &stated, &examination)?;
        let hidden = repair::hide_until_safe(&mut situation, &stated, &examination, Effort::FULL)?;
        Ok(Admission::Refused(StatedRefusal::new(
            &stated,
            examination.findings.len(),
            witness,
            hidden,
        )))
    }

    /// What the ledger keeps of a table of a scope.
    #[must_use]
    pub fn known(&self, scope: &ReleaseScope, name: &str) -> Option<&StatedRelease> {
        let mut kept = self.kept.iter();
        kept.find(|kept| kept.scope == *scope && kept.name == name)
    }

    fn find(&self, stated: &StatedRelease) -> Result<Option<&StatedRelease>, LedgerError> {
        match self.known(&stated.scope, &stated.name) {
            Some(kept) if kept.identity == stated.identity => Ok(Some(kept)),
            Some(_) => Err(LedgerError::NameTaken {
                table: stated.name.clone(),
                scope: stated.scope.to_string(),
            }),
            None => Ok(None),
        }
    }

    /// Attacks all releases of a scope together: bounds of every suppressed cell of every table, from
    /// published numbers only. Tables in the order they were written.
    ///
    /// # Errors
    /// [`LedgerError`] when the releases contradict each other or the solver gives no answer.
    pub fn audit(&self, scope: &ReleaseScope) -> Result<Vec<(String, AttackerAudit)>, LedgerError> {
        let mut audits: Vec<(usize, AttackerAudit)> = Vec::new();
        for (number, release) in self.kept.iter().enumerate() {
            if release.scope == *scope {
                audits.push((number, AttackerAudit { cells: Vec::new() }));
            }
        }
        for (number, cell, bounds) in Situation::attack(&self.kept, scope)? {
            let release = &self.kept[number];
            let coordinates = release.coordinates(cell);
            let audited = AuditedCell {
                coordinates: coordinates.into_iter().map(str::to_owned).collect(),
                lower: bounds.lower.ceil().max(0.0) as u64,
                upper: bounds
                    .upper
                    .is_finite()
                    .then(|| bounds.upper.floor().max(0.0) as u64),
            };
            if let Some((_, audit)) = audits.iter_mut().find(|(own, _)| *own == number) {
                audit.cells.push(audited);
            }
        }
        let named = audits.into_iter();
        Ok(named
            .map(|(number, audit)| (self.kept[number].name.clone(), audit))
            .collect())
    }

    /// Bounds of sets of atoms of the releases stated as sets, from published numbers only.
    ///
    /// # Errors
    /// As [`Self::audit`].
    pub fn set_bounds(
        &self,
        scope: &ReleaseScope,
        sets: &[Vec<String>],
    ) -> Result<Vec<Interval>, LedgerError> {
        let releases: Vec<&StatedRelease> = self
            .kept
            .iter()
            .filter(|release| release.scope == *scope)
            .collect();
        let unlimited = Interval {
            lower: 0.0,
            upper: f64::INFINITY,
        };
        // The sets join as a release that says nothing, so that the atoms fit them.
        let cells = sets.iter().enumerate().map(|(number, atoms)| {
            StatedCell::new(number.to_string(), atoms.clone(), 0, Shown::Suppressed)
        });
        let asked = StatedRelease::of_sets(
            "asked",
            scope.clone(),
            1,
            crate::ZeroRule::Published,
            Ambiguity::Full,
            cells.collect(),
        )?;
        let everything: Vec<&StatedRelease> = releases.iter().copied().chain([&asked]).collect();
        let mut universe = Universe::of(&everything);
        let facts = Facts::of(&releases, &mut universe)?;
        let axes = universe.axes_of(&asked);
        let targets: Vec<Target> = (0..sets.len())
            .filter_map(|set| universe::box_of(&axes, &[set as u32], &universe))
            .map(Target::of)
            .collect();
        let polytope = Polytope::new(&universe, &facts, &targets)?;
        let failed = |source| LedgerError::Solver { source };
        let system = polytope.system().map_err(failed)?;
        let known: Vec<LinearForm> = polytope.targets.clone();
        let mut bounds = cell_bounds(&system, &known).map_err(failed)?;
        bounds.resize(sets.len(), unlimited);
        Ok(bounds)
    }
}

impl std::fmt::Debug for ReleaseLedger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReleaseLedger({} releases)", self.kept.len())
    }
}
