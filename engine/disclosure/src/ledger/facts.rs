//! What all releases of one scope say together, cell by cell.

use std::collections::BTreeMap;

use super::LedgerError;
use super::stated::{Ambiguity, Shown, StatedRelease};
use super::universe::{AtomBox, AxisSets, Universe, box_of};
use crate::policy::ZeroRule;

/// No upper limit.
pub(crate) const NO_LIMIT: u64 = u64::MAX;

/// One set of atoms and everything said of it.
pub(crate) struct Fact {
    pub(crate) key: AtomBox,
    pub(crate) count: u64,
    pub(crate) least: u64,
    pub(crate) most: u64,
    /// Release and cell; empty where an axis leaves the atoms out.
    pub(crate) sources: Vec<(usize, usize)>,
    /// Follows from finer exact cells of the same table.
    pub(crate) implied: bool,
    /// The strictest `k` under which the cell is small; 0 where it is under none.
    pub(crate) minimum: u32,
    /// Only the width is asked for (D3').
    pub(crate) width_only: bool,
    /// Readers know that somebody is in it: zeros are shown and this cell is not.
    pub(crate) filled: bool,
}

impl Fact {
    pub(crate) fn is_exact(&self) -> bool {
        self.least == self.most
    }

    pub(crate) fn is_limited(&self) -> bool {
        self.least > 0 || self.most < NO_LIMIT
    }

    /// Whether a release says more than nothing of the cell.
    pub(crate) fn has_source(&self, release: usize) -> bool {
        self.sources.iter().any(|&(number, _)| number == release)
    }
}

/// All facts of one scope.
pub(crate) struct Facts {
    pub(crate) list: Vec<Fact>,
    pub(crate) index: BTreeMap<AtomBox, usize>,
    /// Per release and cell the number of its fact; `None` for a cell without atoms.
    pub(crate) of_cell: Vec<Vec<Option<usize>>>,
}

impl Facts {
    /// Gathers the releases of one scope. Two that disagree about a cell are refused.
    pub(crate) fn of(
        releases: &[&StatedRelease],
        universe: &mut Universe,
    ) -> Result<Self, LedgerError> {
        let mut facts = Self {
            list: Vec::new(),
            index: BTreeMap::new(),
            of_cell: Vec::with_capacity(releases.len()),
        };
        for (number, release) in releases.iter().enumerate() {
            let axes = universe.axes_of(release);
            facts.add_absent(releases, number, &axes, universe)?;
            let mut of_cell = Vec::with_capacity(release.cells.len());
            for cell in 0..release.cells.len() {
                let place = box_of(&axes, &release.cells[cell].nodes, universe);
                of_cell.push(match place {
                    Some(place) => Some(facts.add(releases, (number, cell), place)?),
                    None => None,
                });
            }
            facts.of_cell.push(of_cell);
        }
        for (number, release) in releases.iter().enumerate() {
            facts.mark_implied(number, release);
        }
        Ok(facts)
    }

    fn add(
        &mut self,
        releases: &[&StatedRelease],
        (number, cell): (usize, usize),
        key: AtomBox,
    ) -> Result<usize, LedgerError> {
        let release = releases[number];
        let stated = &release.cells[cell];
        let place = self.fact(key, stated.count);
        let fact = &mut self.list[place];
        if fact.count != stated.count {
            let other = fact
                .sources
                .first()
                .map(|&(other, _)| releases[other].name.clone());
            return Err(LedgerError::Contradiction {
                table: release.name.clone(),
                cell: release.coordinates(cell).join(" / "),
                other: other.unwrap_or_else(|| "a table that leaves the cell out".to_owned()),
                scope: release.scope.to_string(),
            });
        }
        let (least, most) = match stated.shown {
            Shown::Exact => (stated.count, stated.count),
            Shown::Suppressed => (0, NO_LIMIT),
            Shown::Within { least, most } => (least, most),
        };
        fact.least = fact.least.max(least);
        fact.most = fact.most.min(most);
        fact.sources.push((number, cell));
        fact.filled |=
            stated.shown == Shown::Suppressed && release.rules.zeros == ZeroRule::Published;
        if release.rules.is_sensitive(stated.count) {
            // The fuller protection wins where two releases differ.
            let full = release.rules.ambiguity == Ambiguity::Full;
            fact.width_only = !full && (fact.minimum == 0 || fact.width_only);
            fact.minimum = fact.minimum.max(release.rules.minimum);
        }
        Ok(place)
    }

    fn fact(&mut self, key: AtomBox, count: u64) -> usize {
        if let Some(&place) = self.index.get(&key) {
            return place;
        }
        let place = self.list.len();
        self.index.insert(key.clone(), place);
        self.list.push(Fact {
            key,
            count,
            least: 0,
            most: NO_LIMIT,
            sources: Vec::new(),
            implied: false,
            minimum: 0,
            width_only: false,
            filled: false,
        });
        place
    }

    /// A classification listed in full says that nobody is outside of the list.
    fn add_absent(
        &mut self,
        releases: &[&StatedRelease],
        number: usize,
        axes: &[AxisSets],
        universe: &Universe,
    ) -> Result<(), LedgerError> {
        let release = releases[number];
        for (position, axis) in axes.iter().enumerate() {
            let Some(absent) = axis.absent else { continue };
            let mut key: AtomBox = vec![(axis.base, absent)];
            for (other, filter) in release.axes.iter().enumerate() {
                if other != position && !filter.exhaustive {
                    let mut nodes = vec![0_u32; axes.len()];
                    nodes[other] = 0;
                    let one = std::slice::from_ref(&axes[other]);
                    key.extend(box_of(one, &nodes[..1], universe).unwrap_or_default());
                }
            }
            key.sort_unstable();
            let place = self.fact(key, 0);
            let fact = &mut self.list[place];
            if fact.count != 0 {
                let source = fact.sources.first().copied();
                let (other, cell) = source.unwrap_or((number, 0));
                return Err(LedgerError::Contradiction {
                    table: releases[other].name.clone(),
                    cell: releases[other].coordinates(cell).join(" / "),
                    other: release.name.clone(),
                    scope: release.scope.to_string(),
                });
            }
            (fact.least, fact.most) = (0, 0);
        }
        Ok(())
    }

    fn mark_implied(&mut self, number: usize, release: &StatedRelease) {
        let places = release.places();
        for (cell, stated) in release.cells.iter().enumerate() {
            let Some(fact) = self.of_cell[number][cell] else {
                continue;
            };
            if !self.list[fact].is_exact() || self.list[fact].implied {
                continue;
            }
            let mut nodes = stated.nodes.clone();
            let mut implied = false;
            for (position, axis) in release.axes.iter().enumerate() {
                let own = nodes[position];
                let parts = &axis.nodes[own as usize].parts;
                implied |= !parts.is_empty()
                    && parts.iter().all(|&part| {
                        nodes[position] = part;
                        let below = places
                            .get(nodes.as_slice())
                            .map(|&below| self.of_cell[number][below]);
                        match below {
                            // A dimension with one member: the same children follow from nothing.
                            Some(Some(part)) => part != fact && self.list[part].is_exact(),
                            // A part without atoms is empty.
                            Some(None) => true,
                            None => false,
                        }
                    });
                nodes[position] = own;
            }
            self.list[fact].implied = implied;
        }
    }
}
