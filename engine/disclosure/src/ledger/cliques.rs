//! How few atoms are enough: classifications that no release crosses need not be crossed.
//!
//! Tables A × B and A × C say nothing about B × C. All non-negative tables of A × B × C with two given
//! tables A × B and A × C exist exactly if those two agree on A; so the attack may use the cells of
//! A × B and of A × C as unknowns, tied by their sums over A. In general (Vorob'ev 1962): draw an edge
//! between classifications that some release crosses, fill the graph up until it is chordal, and tie
//! neighbouring cliques of a junction tree on what they share.

use std::collections::BTreeSet;

/// Cliques of classifications and the ties between them.
pub(crate) struct Cliques {
    /// Classifications of each clique, ascending.
    pub(crate) members: Vec<Vec<u16>>,
    /// Two cliques and what they share.
    pub(crate) ties: Vec<(usize, usize, Vec<u16>)>,
}

impl Cliques {
    /// The cliques for a number of classifications and the groups that releases cross.
    pub(crate) fn of(bases: usize, groups: &[BTreeSet<u16>]) -> Self {
        let mut neighbours: Vec<BTreeSet<u16>> = vec![BTreeSet::new(); bases];
        for group in groups {
            for &base in group {
                let others = group.iter().copied().filter(|&other| other != base);
                neighbours[usize::from(base)].extend(others);
            }
        }
        let mut open: BTreeSet<u16> = (0..bases as u16).collect();
        let mut found: Vec<BTreeSet<u16>> = Vec::new();
        // Least fill first; equal ones by number.
        while let Some(next) = open
            .iter()
            .copied()
            .min_by_key(|&base| (fill(&neighbours, &open, base), base))
        {
            let around: Vec<u16> = neighbours[usize::from(next)]
                .iter()
                .copied()
                .filter(|other| open.contains(other))
                .collect();
            for &first in &around {
                let others = around.iter().copied().filter(|&second| second != first);
                neighbours[usize::from(first)].extend(others);
            }
            open.remove(&next);
            let clique: BTreeSet<u16> = around.into_iter().chain([next]).collect();
            if !found.iter().any(|other| clique.is_subset(other)) {
                found.push(clique);
            }
        }
        if found.is_empty() {
            found.push(BTreeSet::new());
        }
        let ties = tree(&found);
        Self {
            members: found
                .into_iter()
                .map(|clique| clique.into_iter().collect())
                .collect(),
            ties,
        }
    }

    /// The clique with the fewest classifications that has all those given.
    pub(crate) fn holding(&self, bases: &[u16]) -> Option<usize> {
        let fitting = (0..self.members.len())
            .filter(|&clique| bases.iter().all(|base| self.members[clique].contains(base)));
        fitting.min_by_key(|&clique| (self.members[clique].len(), clique))
    }
}

/// Edges missing between the open neighbours of a classification.
fn fill(neighbours: &[BTreeSet<u16>], open: &BTreeSet<u16>, base: u16) -> usize {
    let around: Vec<u16> = neighbours[usize::from(base)]
        .iter()
        .copied()
        .filter(|other| open.contains(other))
        .collect();
    let mut missing = 0;
    for (at, first) in around.iter().enumerate() {
        let known = &neighbours[usize::from(*first)];
        missing += around[at + 1..]
            .iter()
            .filter(|second| !known.contains(second))
            .count();
    }
    missing
}

/// The tree that shares most: cliques of a chordal graph form a junction tree that way.
fn tree(cliques: &[BTreeSet<u16>]) -> Vec<(usize, usize, Vec<u16>)> {
    let mut inside = vec![false; cliques.len()];
    inside[0] = true;
    let mut ties = Vec::new();
    for _ in 1..cliques.len() {
        let mut best: Option<(usize, usize, Vec<u16>)> = None;
        for from in (0..cliques.len()).filter(|&clique| inside[clique]) {
            for to in (0..cliques.len()).filter(|&clique| !inside[clique]) {
                let shared: Vec<u16> = cliques[from].intersection(&cliques[to]).copied().collect();
                if best
                    .as_ref()
                    .is_none_or(|(_, _, most)| shared.len() > most.len())
                {
                    best = Some((from, to, shared));
                }
            }
        }
        if let Some((from, to, shared)) = best {
            inside[to] = true;
            ties.push((from, to, shared));
        }
    }
    ties
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(groups: &[&[u16]]) -> Vec<BTreeSet<u16>> {
        groups
            .iter()
            .map(|group| group.iter().copied().collect())
            .collect()
    }

    #[test]
    fn two_tables_that_share_one_classification_stay_two_cliques() {
        let cliques = Cliques::of(3, &groups(&[&[0, 1], &[0, 2]]));
        assert_eq!(cliques.members, vec![vec![0, 1], vec![0, 2]]);
        assert_eq!(cliques.ties, vec![(0, 1, vec![0])]);
        assert_eq!(cliques.holding(&[2]), Some(1));
    }

    #[test]
    fn a_triangle_of_tables_needs_the_full_crossing() {
        let cliques = Cliques::of(3, &groups(&[&[0, 1], &[0, 2], &[1, 2]]));
        assert_eq!(cliques.members, vec![vec![0, 1, 2]]);
        assert!(cliques.ties.is_empty());
    }

    #[test]
    fn a_ring_of_four_is_filled_up() {
        let cliques = Cliques::of(4, &groups(&[&[0, 1], &[1, 2], &[2, 3], &[0, 3]]));
        assert_eq!(cliques.members.len(), 2);
        assert!(cliques.members.iter().all(|clique| clique.len() == 3));
        assert_eq!(cliques.ties[0].2.len(), 2);
    }
}
