//! The cheapest change of the atoms that moves a cell and touches few shown cells.
//!
//! A change gives every atom another count and so every cell another sum. Cells whose sum changes
//! have to be hidden; all others still agree. No equation has to be solved: any change of the
//! atoms that leaves none below 0 is another table, and its price is the weight of the shown cells
//! it touches. The changes tried are **blocks**: along some columns of the codes children move
//! between two codes, along the others nothing balances the move. One column is a transfer between
//! two atoms, two columns are the four corners of a rectangle, and so on.

use super::free::Free;
use super::lines::Lines;

/// Changes of free atoms, each atom once.
pub(crate) type Change = Vec<(u32, i64)>;

/// Neighbours per column tried in blocks of 1, 2, 3, … columns. Cheap transfers come first.
const NEIGHBOURS: [usize; 6] = [24, 24, 8, 4, 2, 2];

/// Neighbours per column tried in blocks of several columns that must not cost anything.
const NEAR: usize = 48;

/// Atoms of a cell tried as the first corner.
const FIRST_CORNERS: usize = 6;

/// What is hidden and what changing the atoms would cost.
pub(crate) struct Search<'f> {
    pub(crate) free: &'f Free,
    lines: &'f Lines,
    pub(crate) weights: Vec<u64>,
    pub(crate) hidden: Vec<bool>,
    /// Shown classes of each atom.
    open: Vec<Vec<u32>>,
    /// Per atom, the keys of its shown classes added up. A change whose signatures add up to
    /// nothing touches no shown class, but for a chance of one in 2^64, which is checked.
    signatures: Vec<u64>,
    /// The table changed so far.
    counts: Vec<i64>,
    values: Vec<i64>,
    sums: Vec<i64>,
    stamps: Vec<u32>,
    stamp: u32,
    touched: Vec<u32>,
    in_target: Vec<bool>,
}

/// What a block has to do.
struct Wanted {
    first: u32,
    amount: i64,
    /// What a touched class must keep.
    least: i64,
}

struct Best {
    cost: u64,
    corners: Change,
}

impl<'f> Search<'f> {
    pub(crate) fn new(free: &'f Free, lines: &'f Lines, weights: Vec<u64>) -> Self {
        let signature = |classes: &[u32]| {
            classes
                .iter()
                .fold(0_u64, |sum, &class| sum.wrapping_add(key(class)))
        };
        Self {
            open: free.containing.iter().map(<[u32]>::to_vec).collect(),
            signatures: free.containing.iter().map(signature).collect(),
            counts: free.counts.clone(),
            values: free.values.clone(),
            sums: vec![0; free.classes()],
            stamps: vec![0; free.classes()],
            stamp: 0,
            touched: Vec::new(),
            hidden: vec![false; free.classes()],
            in_target: vec![false; free.counts.len()],
            weights,
            free,
            lines,
        }
    }

    pub(crate) fn hide(&mut self, class: usize) {
        if !std::mem::replace(&mut self.hidden[class], true) {
            for &atom in self.free.members.of(class) {
                let atom = atom as usize;
                self.open[atom].retain(|&other| other as usize != class);
                self.signatures[atom] = self.signatures[atom].wrapping_sub(key(class as u32));
            }
        }
    }

    pub(crate) fn show(&mut self, class: usize) {
        if std::mem::replace(&mut self.hidden[class], false) {
            for &atom in self.free.members.of(class) {
                let atom = atom as usize;
                self.open[atom].push(class as u32);
                self.signatures[atom] = self.signatures[atom].wrapping_add(key(class as u32));
            }
        }
    }

    /// The cheapest change that moves `class` by `amount`, below `budget`, as one block or as
    /// steps of one child each; with the classes it touches that are not hidden.
    pub(crate) fn cheapest(
        &mut self,
        class: usize,
        amount: i64,
        least: i64,
        budget: u64,
    ) -> Option<(u64, Change)> {
        if amount == 0 {
            return Some((0, Change::new()));
        }
        let members = self.free.members.of(class);
        for &atom in members {
            self.in_target[atom as usize] = true;
        }
        let best = if amount > 0 {
            self.raised(class, amount, least, budget)
        } else {
            self.emptied(class, least, budget)
        };
        for &atom in self.free.members.of(class) {
            self.in_target[atom as usize] = false;
        }
        best
    }

    /// The cheapest single block that takes one child out of `class`.
    pub(crate) fn one_fewer(
        &mut self,
        class: usize,
        least: i64,
        budget: u64,
    ) -> Option<(u64, Change)> {
        let members = self.free.members.of(class);
        for &atom in members {
            self.in_target[atom as usize] = true;
        }
        let mut firsts = self.first_corners(class);
        firsts.retain(|&atom| self.counts[atom as usize] > 0);
        let best = self.best_of(&firsts, -1, least, budget);
        for &atom in self.free.members.of(class) {
            self.in_target[atom as usize] = false;
        }
        best
    }

    fn raised(
        &mut self,
        class: usize,
        amount: i64,
        least: i64,
        budget: u64,
    ) -> Option<(u64, Change)> {
        let firsts = self.first_corners(class);
        let whole = self.best_of(&firsts, amount, least, budget);
        if amount == 1 || whole.as_ref().is_some_and(|(cost, _)| *cost == 0) {
            return whole;
        }
        let limit = whole.as_ref().map_or(budget, |(cost, _)| *cost);
        let steps = self.in_steps(amount, least, limit, |_| firsts.clone());
        steps.or(whole)
    }

    fn emptied(&mut self, class: usize, least: i64, budget: u64) -> Option<(u64, Change)> {
        let firsts: Vec<u32> = self.free.members.of(class).to_vec();
        let firsts: Vec<u32> = firsts
            .into_iter()
            .filter(|&atom| self.counts[atom as usize] > 0)
            .collect();
        if let [only] = firsts[..] {
            let amount = -self.counts[only as usize];
            let whole = self.best_of(&[only], amount, least, budget);
            if amount == -1 || whole.as_ref().is_some_and(|(cost, _)| *cost == 0) {
                return whole;
            }
            let limit = whole.as_ref().map_or(budget, |(cost, _)| *cost);
            return self
                .in_steps(amount, least, limit, |_| vec![only])
                .or(whole);
        }
        let total: i64 = firsts.iter().map(|&atom| self.counts[atom as usize]).sum();
        self.in_steps(-total, least, budget, |search| {
            let left = firsts.iter().copied();
            left.filter(|&atom| search.counts[atom as usize] > 0)
                .collect()
        })
    }

    /// One child after the other, each by its cheapest block on the table left by the ones before.
    fn in_steps(
        &mut self,
        amount: i64,
        least: i64,
        budget: u64,
        firsts: impl Fn(&Self) -> Vec<u32>,
    ) -> Option<(u64, Change)> {
        let mut newly_hidden = Vec::new();
        let mut changes: Change = Vec::new();
        let mut cost = 0;
        let mut found = true;
        for _ in 0..amount.unsigned_abs() {
            let tried = firsts(self);
            let Some((step_cost, step)) =
                self.best_of(&tried, amount.signum(), least, budget.saturating_sub(cost))
            else {
                found = false;
                break;
            };
            cost += step_cost;
            for class in self.shown_classes_of(&step) {
                self.hide(class as usize);
                newly_hidden.push(class as usize);
            }
            self.apply(&step, 1);
            changes.extend(step);
        }
        self.apply(&changes, -1);
        for class in newly_hidden {
            self.show(class);
        }
        if !found {
            return None;
        }
        let changes = merged(changes);
        // What one step touches and a later one restores need not be hidden.
        let cost = self.cost_of(&changes, u64::MAX)?;
        (cost < budget).then_some((cost, changes))
    }

    /// Takes a child out of the table until [`Self::with`]: what a reader knows of itself.
    pub(crate) fn without(&mut self, insider: Option<u32>) {
        if let Some(atom) = insider {
            self.apply(&[(atom, -1)], 1);
        }
    }

    /// Puts the child back.
    pub(crate) fn with(&mut self, insider: Option<u32>) {
        if let Some(atom) = insider {
            self.apply(&[(atom, 1)], 1);
        }
    }

    /// Children of a class in the table as it is.
    pub(crate) fn value(&self, class: usize) -> i64 {
        self.values[class]
    }

    fn apply(&mut self, change: &[(u32, i64)], times: i64) {
        for &(atom, by) in change {
            self.counts[atom as usize] += by * times;
            for &class in self.free.containing.of(atom as usize) {
                self.values[class as usize] += by * times;
            }
        }
    }

    /// Atoms of the class to start from: the fullest first, then spread over the class.
    fn first_corners(&self, class: usize) -> Vec<u32> {
        let members = self.free.members.of(class);
        let mut full: Vec<u32> = members
            .iter()
            .copied()
            .filter(|&atom| self.counts[atom as usize] > 0)
            .collect();
        full.sort_by_key(|&atom| std::cmp::Reverse(self.counts[atom as usize]));
        full.truncate(FIRST_CORNERS);
        let step = members.len().div_ceil(FIRST_CORNERS).max(1);
        for &atom in members.iter().step_by(step) {
            if full.len() < FIRST_CORNERS && !full.contains(&atom) {
                full.push(atom);
            }
        }
        full
    }

    fn best_of(
        &mut self,
        firsts: &[u32],
        amount: i64,
        least: i64,
        budget: u64,
    ) -> Option<(u64, Change)> {
        let wanted = |&first: &u32| Wanted {
            first,
            amount,
            least,
        };
        // What costs nothing is told by signatures alone.
        let mut free = Best::below(budget.min(1));
        for wanted in firsts.iter().map(wanted) {
            self.free_blocks_at(&wanted, &mut free);
            if free.cost == 0 {
                return (!free.corners.is_empty()).then_some((0, free.corners));
            }
        }
        if budget <= 1 {
            return None;
        }
        let mut best = Best::below(budget);
        for wanted in firsts.iter().map(wanted) {
            self.blocks_at(&wanted, &mut best);
        }
        (!best.corners.is_empty()).then_some((best.cost, best.corners))
    }

    /// Blocks that touch no shown class.
    fn free_blocks_at(&mut self, wanted: &Wanted, best: &mut Best) {
        let first = wanted.first;
        self.consider(&[(first, wanted.amount)], wanted, best);
        let columns = self.lines.columns();
        let mut neighbours: Vec<Vec<u32>> = Vec::with_capacity(columns);
        let own = self.signatures[first as usize];
        for column in 0..columns {
            let line = self.lines.of_atom(column, first);
            for &other in line {
                if self.signatures[other as usize] == own && other != first {
                    let corners = [(first, wanted.amount), (other, -wanted.amount)];
                    self.consider(&corners, wanted, best);
                    if best.cost == 0 {
                        return;
                    }
                }
            }
            let place = line.iter().position(|&atom| atom == first).unwrap_or(0);
            let from = place.saturating_sub(NEAR / 2);
            let near = line[from..].iter().copied().take(NEAR + 1);
            let counts = &self.counts;
            neighbours.push(
                near.filter(|&other| other != first && counts[other as usize] >= wanted.amount)
                    .collect(),
            );
        }
        let mut corners = vec![(first, wanted.amount)];
        for size in 2..=columns.min(NEIGHBOURS.len()) {
            let most = if size == 2 {
                NEAR
            } else {
                NEIGHBOURS[1] / (size - 2)
            };
            self.extend(&neighbours, 0, (size, most), &mut corners, wanted, best);
        }
    }

    fn blocks_at(&mut self, wanted: &Wanted, best: &mut Best) {
        let first = wanted.first;
        self.consider(&[(first, wanted.amount)], wanted, best);
        let columns = self.lines.columns();
        let mut neighbours: Vec<Vec<u32>> = Vec::with_capacity(columns);
        for column in 0..columns {
            let line = self.lines.of_atom(column, first);
            let mut priced: Vec<(u64, u32)> = Vec::with_capacity(line.len());
            for &other in line.iter().filter(|&&other| other != first) {
                if self.counts[other as usize] < wanted.amount {
                    continue;
                }
                let corners = [(first, wanted.amount), (other, -wanted.amount)];
                // A transfer much dearer than the best block is no side of a cheaper one.
                let limit = best.cost.saturating_mul(3);
                let Some(price) = self.cost_of(&corners, limit) else {
                    continue;
                };
                if price < best.cost {
                    self.consider(&corners, wanted, best);
                }
                priced.push((price, other));
            }
            priced.sort_unstable();
            priced.truncate(NEIGHBOURS[1]);
            neighbours.push(priced.into_iter().map(|(_, other)| other).collect());
        }
        let mut corners = vec![(first, wanted.amount)];
        for size in 2..=columns.min(NEIGHBOURS.len()) {
            let most = NEIGHBOURS[size - 1];
            self.extend(&neighbours, 0, (size, most), &mut corners, wanted, best);
        }
    }

    /// Adds one more column, at or after `column`, to the corners so far.
    fn extend(
        &mut self,
        neighbours: &[Vec<u32>],
        column: usize,
        (left, most): (usize, usize),
        corners: &mut Change,
        wanted: &Wanted,
        best: &mut Best,
    ) {
        if left == 0 {
            self.consider(corners, wanted, best);
            return;
        }
        let before = corners.len();
        for next in column..=neighbours.len() - left {
            for &like in neighbours[next].iter().take(most) {
                if best.cost == 0 {
                    return;
                }
                for place in 0..before {
                    let (atom, by) = corners[place];
                    match self.lines.neighbour(next, atom, like) {
                        Some(other) if self.counts[other as usize] >= by => {
                            corners.push((other, -by));
                        }
                        _ => break,
                    }
                }
                if corners.len() == 2 * before {
                    self.extend(
                        neighbours,
                        next + 1,
                        (left - 1, most),
                        corners,
                        wanted,
                        best,
                    );
                }
                corners.truncate(before);
            }
        }
    }

    /// Keeps the corners where they are allowed and cheaper than the best so far.
    fn consider(&mut self, corners: &[(u32, i64)], wanted: &Wanted, best: &mut Best) {
        if best.cost == 1 && self.signature_of(corners) != 0 {
            return;
        }
        let moved: i64 = corners
            .iter()
            .filter(|&&(atom, _)| self.in_target[atom as usize])
            .map(|&(_, by)| by)
            .sum();
        let possible = corners
            .iter()
            .all(|&(atom, by)| self.counts[atom as usize] + by >= 0);
        if moved != wanted.amount || !possible {
            return;
        }
        let Some(cost) = self.cost_of(corners, best.cost) else {
            return;
        };
        if wanted.least > 0 && !self.keeps(corners, wanted.least) {
            return;
        }
        best.cost = cost;
        best.corners = corners.to_vec();
    }

    fn signature_of(&self, corners: &[(u32, i64)]) -> u64 {
        corners.iter().fold(0_u64, |sum, &(atom, by)| {
            sum.wrapping_add(self.signatures[atom as usize].wrapping_mul(by as u64))
        })
    }

    /// Adds the change up over all classes or over the shown ones.
    fn add_up(&mut self, corners: &[(u32, i64)], only_open: bool) {
        self.stamp += 1;
        self.touched.clear();
        for &(atom, by) in corners {
            let classes = if only_open {
                self.open[atom as usize].as_slice()
            } else {
                self.free.containing.of(atom as usize)
            };
            for &class in classes {
                let class = class as usize;
                if self.stamps[class] != self.stamp {
                    self.stamps[class] = self.stamp;
                    self.sums[class] = 0;
                    self.touched.push(class as u32);
                }
                self.sums[class] += by;
            }
        }
    }

    /// Weight of the shown classes that change; `None` from `limit` on.
    pub(crate) fn cost_of(&mut self, corners: &[(u32, i64)], limit: u64) -> Option<u64> {
        self.add_up(corners, true);
        let mut cost = 0;
        for &class in &self.touched {
            if self.sums[class as usize] != 0 {
                cost += self.weights[class as usize];
                if cost >= limit {
                    return None;
                }
            }
        }
        (cost < limit).then_some(cost)
    }

    /// Whether every class that changes keeps `least`.
    fn keeps(&mut self, corners: &[(u32, i64)], least: i64) -> bool {
        self.add_up(corners, false);
        self.touched.iter().all(|&class| {
            let sum = self.sums[class as usize];
            sum == 0 || self.values[class as usize] + sum >= least
        })
    }

    /// Shown classes a change touches.
    pub(crate) fn shown_classes_of(&mut self, change: &[(u32, i64)]) -> Vec<u32> {
        self.add_up(change, true);
        let touched = self.touched.iter().copied();
        touched
            .filter(|&class| self.sums[class as usize] != 0)
            .collect()
    }

    /// Hidden classes a change touches.
    pub(crate) fn hidden_classes_of(&mut self, change: &[(u32, i64)]) -> Vec<u32> {
        self.add_up(change, false);
        let touched = self.touched.iter().copied();
        touched
            .filter(|&class| self.sums[class as usize] != 0 && self.hidden[class as usize])
            .collect()
    }
}

impl Best {
    fn below(cost: u64) -> Self {
        Self {
            cost,
            corners: Change::new(),
        }
    }
}

/// A number of its own for each class, far apart (splitmix64).
fn key(class: u32) -> u64 {
    let mut mixed = u64::from(class + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Each atom once, no change of 0.
fn merged(mut changes: Change) -> Change {
    changes.sort_unstable();
    let mut merged: Change = Vec::with_capacity(changes.len());
    for (atom, by) in changes {
        match merged.last_mut() {
            Some((last, sum)) if *last == atom => *sum += by,
            _ => merged.push((atom, by)),
        }
    }
    merged.retain(|&(_, by)| by != 0);
    merged
}
