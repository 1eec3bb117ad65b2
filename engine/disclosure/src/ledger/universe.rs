//! Atoms: the finest classification ever used, and cells as sets of them.
//!
//! Every classification has leaves. A code that another release takes apart is not a leaf but the
//! set of its parts, so the atoms refine as new classifications come. A cell is a box: of each
//! classification a set of leaves, all of them where the release does not mention it.

use std::collections::{BTreeMap, BTreeSet};

use super::stated::StatedRelease;

/// Stands for what a classification holds beside the codes named, where nobody listed all of them.
const REST: &str = "\u{1}rest";

/// A set of leaves.
pub(crate) type LeafSet = Vec<u64>;

/// Classification and set, ascending; classifications of which the box takes everything are absent.
pub(crate) type AtomBox = Vec<(u16, u32)>;

/// One classification with its leaves and the sets of leaves in use.
pub(crate) struct Base {
    pub(crate) leaves: usize,
    index: BTreeMap<String, usize>,
    parts: BTreeMap<String, BTreeSet<String>>,
    pub(crate) sets: Vec<LeafSet>,
    numbers: BTreeMap<LeafSet, u32>,
}

impl Base {
    fn expand(&self, code: &str, seen: &mut BTreeSet<String>, into: &mut BTreeSet<String>) {
        match self.parts.get(code) {
            Some(parts) if seen.insert(code.to_owned()) => {
                for part in parts {
                    self.expand(part, seen, into);
                }
            }
            _ => {
                into.insert(code.to_owned());
            }
        }
    }

    /// The leaves a code stands for.
    fn leaves_of(&self, code: &str) -> BTreeSet<String> {
        let mut leaves = BTreeSet::new();
        self.expand(code, &mut BTreeSet::new(), &mut leaves);
        leaves
    }

    fn set_of<'a>(&self, codes: impl Iterator<Item = &'a str>) -> LeafSet {
        let mut set = vec![0_u64; self.leaves.div_ceil(64)];
        for code in codes {
            for leaf in self.leaves_of(code) {
                if let Some(&at) = self.index.get(&leaf) {
                    set[at / 64] |= 1 << (at % 64);
                }
            }
        }
        set
    }

    fn is_everything(&self, set: &LeafSet) -> bool {
        let held: u32 = set.iter().map(|word| word.count_ones()).sum();
        held as usize == self.leaves
    }

    /// The number of a set; `None` for everything.
    fn number(&mut self, set: LeafSet) -> Option<u32> {
        if self.is_everything(&set) {
            return None;
        }
        if let Some(&number) = self.numbers.get(&set) {
            return Some(number);
        }
        let number = self.sets.len() as u32;
        self.sets.push(set.clone());
        self.numbers.insert(set, number);
        Some(number)
    }

    /// The leaves of a set by number.
    pub(crate) fn members(&self, set: Option<u32>) -> Vec<usize> {
        match set {
            None => (0..self.leaves).collect(),
            Some(number) => {
                let set = &self.sets[number as usize];
                (0..self.leaves).filter(|&leaf| holds(set, leaf)).collect()
            }
        }
    }
}

pub(crate) fn holds(set: &LeafSet, leaf: usize) -> bool {
    set[leaf / 64] >> (leaf % 64) & 1 == 1
}

/// The sets of one axis of a release in a universe.
pub(crate) struct AxisSets {
    pub(crate) base: u16,
    /// Per node.
    sets: Vec<NodeSet>,
    /// What the axis leaves out although it lists everything: empty for certain.
    pub(crate) absent: Option<u32>,
}

#[derive(Clone, Copy)]
enum NodeSet {
    All,
    Set(u32),
    Nothing,
}

/// All classifications of the releases given.
pub(crate) struct Universe {
    pub(crate) bases: Vec<Base>,
    numbers: BTreeMap<String, u16>,
}

impl Universe {
    pub(crate) fn of(releases: &[&StatedRelease]) -> Self {
        let mut codes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut parts: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        let mut listed: BTreeSet<&str> = BTreeSet::new();
        for release in releases {
            for (base, code, below) in &release.parts {
                let known = parts.entry(base.clone()).or_default();
                known
                    .entry(code.clone())
                    .or_default()
                    .extend(below.iter().cloned());
                let codes = codes.entry(base.clone()).or_default();
                codes.insert(code.clone());
            }
            for axis in &release.axes {
                if axis.exhaustive {
                    listed.insert(&axis.base);
                }
                let codes = codes.entry(axis.base.clone()).or_default();
                for node in &axis.nodes {
                    codes.extend(node.members.iter().flatten().cloned());
                    if let (true, false, Some(members)) =
                        (axis.declares, node.parts.is_empty(), &node.members)
                    {
                        let known = parts.entry(axis.base.clone()).or_default();
                        known
                            .entry(node.code.clone())
                            .or_default()
                            .extend(members.iter().cloned());
                    }
                }
            }
        }
        let mut universe = Self {
            bases: Vec::new(),
            numbers: BTreeMap::new(),
        };
        for (name, codes) in codes {
            let mut base = Base {
                leaves: 0,
                index: BTreeMap::new(),
                parts: parts.remove(&name).unwrap_or_default(),
                sets: Vec::new(),
                numbers: BTreeMap::new(),
            };
            let mut leaves: BTreeSet<String> =
                codes.iter().flat_map(|code| base.leaves_of(code)).collect();
            if !listed.contains(name.as_str()) {
                leaves.insert(REST.to_owned());
            }
            base.leaves = leaves.len();
            let numbered = leaves.into_iter().enumerate();
            base.index = numbered.map(|(at, leaf)| (leaf, at)).collect();
            universe.numbers.insert(name, universe.bases.len() as u16);
            universe.bases.push(base);
        }
        universe
    }

    /// The sets of every axis of a release.
    pub(crate) fn axes_of(&mut self, release: &StatedRelease) -> Vec<AxisSets> {
        let mut axes = Vec::with_capacity(release.axes.len());
        for axis in &release.axes {
            let number = self.numbers[&axis.base];
            let base = &mut self.bases[usize::from(number)];
            let mut named = vec![0_u64; base.leaves.div_ceil(64)];
            let mut sets = Vec::with_capacity(axis.nodes.len());
            for node in &axis.nodes {
                sets.push(match &node.members {
                    None => NodeSet::All,
                    Some(members) => {
                        let set = base.set_of(members.iter().map(String::as_str));
                        for (word, more) in named.iter_mut().zip(&set) {
                            *word |= more;
                        }
                        if set.iter().all(|&word| word == 0) {
                            NodeSet::Nothing
                        } else {
                            base.number(set).map_or(NodeSet::All, NodeSet::Set)
                        }
                    }
                });
            }
            let absent = if axis.exhaustive {
                let mut absent = vec![0_u64; named.len()];
                for leaf in (0..base.leaves).filter(|&leaf| !holds(&named, leaf)) {
                    absent[leaf / 64] |= 1 << (leaf % 64);
                }
                let is_empty = absent.iter().all(|&word| word == 0);
                (!is_empty).then(|| base.number(absent)).flatten()
            } else {
                None
            };
            axes.push(AxisSets {
                base: number,
                sets,
                absent,
            });
        }
        axes
    }

    /// The complement of a node within everything, as a box of one classification.
    pub(crate) fn complement(&mut self, base: u16, set: u32) -> Option<u32> {
        let base = &mut self.bases[usize::from(base)];
        let mut other = base.sets[set as usize].clone();
        for leaf in 0..base.leaves {
            other[leaf / 64] ^= 1 << (leaf % 64);
        }
        base.number(other)
    }

    /// Whether a box lies within another one.
    pub(crate) fn is_within(&self, inner: &AtomBox, outer: &AtomBox) -> bool {
        outer.iter().all(|&(base, outer_set)| {
            inner
                .iter()
                .find(|&&(other, _)| other == base)
                .is_some_and(|&(_, inner_set)| {
                    inner_set == outer_set || {
                        let sets = &self.bases[usize::from(base)].sets;
                        let pair = sets[inner_set as usize]
                            .iter()
                            .zip(&sets[outer_set as usize]);
                        pair.into_iter().all(|(inner, outer)| inner & !outer == 0)
                    }
                })
        })
    }
}

/// The box of a cell; `None` where it holds no atom at all.
pub(crate) fn box_of(axes: &[AxisSets], nodes: &[u32], universe: &Universe) -> Option<AtomBox> {
    let mut found: AtomBox = Vec::with_capacity(nodes.len());
    for (axis, &node) in axes.iter().zip(nodes) {
        match axis.sets[node as usize] {
            NodeSet::All => {}
            NodeSet::Nothing => return None,
            NodeSet::Set(set) => found.push((axis.base, set)),
        }
    }
    found.sort_unstable();
    // Two axes of one classification would need their intersection; a release has each once.
    debug_assert!(found.windows(2).all(|pair| pair[0].0 != pair[1].0));
    debug_assert!(
        found
            .iter()
            .all(|&(base, _)| usize::from(base) < universe.bases.len())
    );
    Some(found)
}
