//! A refusal: what would be given away, and what would pass.

use std::fmt;

use super::request::ReleaseRequest;
use super::stated::{ReleaseScope, StatedRelease};
use super::witness::ReleaseWitness;

/// Why a table was refused. What [`fmt::Display`] shows tells nothing about any cell and may go to
/// anybody; witness and proposal are internal.
#[derive(Debug)]
pub struct Refusal {
    table: String,
    scope: ReleaseScope,
    findings: usize,
    witness: Option<ReleaseWitness>,
    proposal: Option<ReleaseProposal>,
}

impl Refusal {
    pub(crate) fn new(
        table: String,
        scope: ReleaseScope,
        findings: usize,
        witness: Option<ReleaseWitness>,
        proposal: Option<ReleaseProposal>,
    ) -> Self {
        Self {
            table,
            scope,
            findings,
            witness,
            proposal,
        }
    }

    /// The stable number of a refusal.
    pub const CODE: &'static str = "E5098";

    /// Cells and differences that would be given away, as far as they were looked for.
    #[must_use]
    pub fn findings(&self) -> usize {
        self.findings
    }

    /// The published cells that give one cell away. **Internal.**
    #[must_use]
    pub fn witness(&self) -> Option<&ReleaseWitness> {
        self.witness.as_ref()
    }

    /// A request that passes the same ledger. **Internal.** `None` where none was found.
    #[must_use]
    pub fn proposal(&self) -> Option<&ReleaseProposal> {
        self.proposal.as_ref()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "E5098: table {:?} of {} was not released: together with earlier releases it would give single \
             children away",
            self.table, self.scope
        )
    }
}

/// A request that passes where another one did not.
#[derive(Debug, Clone)]
pub struct ReleaseProposal {
    request: ReleaseRequest,
    hidden: Vec<Vec<String>>,
    coarser: Option<String>,
}

impl ReleaseProposal {
    pub(crate) fn hiding(request: &ReleaseRequest, cells: &[usize]) -> Self {
        let lattice = &request.table.lattice;
        let hidden: Vec<Vec<String>> = cells
            .iter()
            .map(|&cell| {
                lattice
                    .coordinates(cell)
                    .into_iter()
                    .map(str::to_owned)
                    .collect()
            })
            .collect();
        Self {
            request: request.clone().hiding(hidden.clone()),
            hidden,
            coarser: None,
        }
    }

    pub(crate) fn coarser(request: &ReleaseRequest, dimension: String, cells: &[usize]) -> Self {
        Self {
            coarser: Some(dimension),
            ..Self::hiding(request, cells)
        }
    }

    /// The request to decide next.
    #[must_use]
    pub fn request(&self) -> &ReleaseRequest {
        &self.request
    }

    /// The cells it hides besides, by their codes.
    #[must_use]
    pub fn hidden(&self) -> &[Vec<String>] {
        &self.hidden
    }

    /// The dimension that is a level coarser, or left out.
    #[must_use]
    pub fn coarser_dimension(&self) -> Option<&str> {
        self.coarser.as_deref()
    }

    /// In German.
    #[must_use]
    pub fn german(&self) -> String {
        let cells = self.cells();
        match (&self.coarser, self.hidden.is_empty()) {
            (None, _) => format!("Zusätzlich sperren: {cells}."),
            (Some(dimension), true) => {
                format!("Die Gliederung „{dimension}“ eine Stufe gröber fassen.")
            }
            (Some(dimension), false) => {
                format!(
                    "Die Gliederung „{dimension}“ eine Stufe gröber fassen und sperren: {cells}."
                )
            }
        }
    }

    /// In English.
    #[must_use]
    pub fn english(&self) -> String {
        let cells = self.cells();
        match (&self.coarser, self.hidden.is_empty()) {
            (None, _) => format!("Suppress as well: {cells}."),
            (Some(dimension), true) => format!("Make dimension \"{dimension}\" one level coarser."),
            (Some(dimension), false) => {
                format!("Make dimension \"{dimension}\" one level coarser and suppress: {cells}.")
            }
        }
    }

    fn cells(&self) -> String {
        const MOST_NAMED: usize = 20;
        let named = self
            .hidden
            .iter()
            .take(MOST_NAMED)
            .map(|codes| codes.join(" / "));
        let mut text = named.collect::<Vec<_>>().join("; ");
        if self.hidden.len() > MOST_NAMED {
            text.push_str(&format!("; … (+{})", self.hidden.len() - MOST_NAMED));
        }
        text
    }
}

/// Why a release stated as sets was refused.
#[derive(Debug)]
pub struct StatedRefusal {
    /// Cells and differences that would be given away, as far as they were looked for.
    pub findings: usize,
    /// The published cells that give one cell away. **Internal.**
    pub witness: Option<ReleaseWitness>,
    /// Codes of the cells that, suppressed as well, make it pass; `None` where none do. **Internal.**
    pub hide: Option<Vec<String>>,
}

impl StatedRefusal {
    pub(crate) fn new(
        stated: &StatedRelease,
        findings: usize,
        witness: Option<ReleaseWitness>,
        hidden: Option<Vec<usize>>,
    ) -> Self {
        let names = |cells: Vec<usize>| {
            let cells = cells.into_iter();
            cells
                .map(|cell| stated.coordinates(cell).join(" / "))
                .collect()
        };
        Self {
            findings,
            witness,
            hide: hidden.map(names),
        }
    }
}
