//! The search for the rounding whose sums stay closest.
//!
//! Every candidate cell is either at its lower or at its upper multiple of the base. A chain turns
//! one candidate, then the one that repairs most of the harm, and so on; the best prefix of the
//! chain is kept if it is better than where it started. The work is limited by a number of
//! elementary steps, so that the result depends on the input alone.

/// Lists of sums, one per inner cell, one after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Incidence {
    starts: Vec<usize>,
    sums: Vec<u32>,
}

impl Incidence {
    pub(crate) fn new() -> Self {
        Self {
            starts: vec![0],
            sums: Vec::new(),
        }
    }

    /// The sums of one more cell.
    pub(crate) fn push(&mut self, sums: impl Iterator<Item = u32>) {
        self.sums.extend(sums);
        self.starts.push(self.sums.len());
    }

    pub(crate) fn of(&self, cell: usize) -> &[u32] {
        &self.sums[self.starts[cell]..self.starts[cell + 1]]
    }

    pub(crate) fn cells(&self) -> usize {
        self.starts.len() - 1
    }
}

/// What a difference costs: `linear |d| + square d^2 + excess max(0, |d| - cap)`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) linear: i64,
    pub(crate) square: i64,
    pub(crate) excess: i64,
    pub(crate) cap: i64,
}

impl Cost {
    fn of(self, difference: i64) -> i64 {
        let size = difference.abs();
        self.linear * size + self.square * size * size + self.excess * (size - self.cap).max(0)
    }
}

/// The state of the search.
#[derive(Debug, Clone)]
pub(crate) struct Search<'a> {
    /// Sums of each candidate.
    candidates: &'a Incidence,
    base: i64,
    /// Whether a candidate is at its upper multiple.
    pub(crate) upper: Vec<bool>,
    /// What every sum shows minus what it counts.
    pub(crate) differences: Vec<i64>,
    /// Elementary steps left.
    steps: u64,
}

/// Candidates turned by one chain at most.
const LONGEST_CHAIN: usize = 8;

impl<'a> Search<'a> {
    pub(crate) fn new(
        candidates: &'a Incidence,
        base: i64,
        upper: Vec<bool>,
        differences: Vec<i64>,
        steps: u64,
    ) -> Self {
        Self {
            candidates,
            base,
            upper,
            differences,
            steps,
        }
    }

    pub(crate) fn greatest(&self) -> i64 {
        self.differences.iter().map(|d| d.abs()).max().unwrap_or(0)
    }

    pub(crate) fn absolute(&self) -> i64 {
        self.differences.iter().map(|d| d.abs()).sum()
    }

    pub(crate) fn allow(&mut self, steps: u64) {
        self.steps = steps;
    }

    fn step_of(&self, candidate: usize) -> i64 {
        if self.upper[candidate] {
            -self.base
        } else {
            self.base
        }
    }

    /// By how much the cost changes when the candidate is turned.
    fn change(&self, candidate: usize, cost: Cost) -> i64 {
        let step = self.step_of(candidate);
        let sums = self.candidates.of(candidate).iter();
        sums.map(|&sum| {
            let difference = self.differences[sum as usize];
            cost.of(difference + step) - cost.of(difference)
        })
        .sum()
    }

    fn turn(&mut self, candidate: usize) {
        let step = self.step_of(candidate);
        for &sum in self.candidates.of(candidate) {
            self.differences[sum as usize] += step;
        }
        self.upper[candidate] = !self.upper[candidate];
    }

    /// Turns single candidates until none helps; the most helpful first would cost more than it
    /// gives.
    pub(crate) fn turn_single(&mut self, cost: Cost) {
        loop {
            let mut turned = false;
            for candidate in 0..self.candidates.cells() {
                if self.change(candidate, cost) < 0 {
                    self.turn(candidate);
                    turned = true;
                }
            }
            if !turned {
                return;
            }
        }
    }

    /// Chains from every candidate until none helps or the steps are used up.
    pub(crate) fn turn_chains(&mut self, cost: Cost, neighbours: &Neighbours<'_>) {
        self.turn_single(cost);
        let number = self.candidates.cells();
        let mut since_success = 0;
        let mut start = 0;
        let mut used = vec![false; number];
        while since_success < number && self.steps > 0 {
            if self.chain(start, cost, neighbours, &mut used) {
                since_success = 0;
            } else {
                since_success += 1;
            }
            start = (start + 1) % number;
        }
    }

    fn chain(
        &mut self,
        start: usize,
        cost: Cost,
        neighbours: &Neighbours<'_>,
        used: &mut [bool],
    ) -> bool {
        let mut turned = vec![start];
        let mut sum = self.change(start, cost);
        let (mut best, mut kept) = (sum.min(0), usize::from(sum < 0));
        self.turn(start);
        used[start] = true;
        while turned.len() < LONGEST_CHAIN {
            let worsened = turned[turned.len() - 1];
            let mut next: Option<(i64, usize)> = None;
            let mut look = |candidate: usize, search: &mut Self| {
                if used[candidate] {
                    return;
                }
                let change = search.change(candidate, cost);
                let length = search.candidates.of(candidate).len() as u64;
                search.steps = search.steps.saturating_sub(length);
                if next.is_none_or(|(least, _)| change < least) {
                    next = Some((change, candidate));
                }
            };
            match neighbours {
                Neighbours::All => {
                    (0..self.candidates.cells()).for_each(|candidate| look(candidate, self));
                }
                Neighbours::Sharing { of_sum, most } => {
                    // The sums hit by the last turn, those with few candidates: where a repair is.
                    for &hit in self.candidates.of(worsened) {
                        let sharing = of_sum.of(hit as usize);
                        if sharing.len() <= *most {
                            for &candidate in sharing {
                                look(candidate as usize, self);
                            }
                        }
                    }
                }
            }
            let Some((change, candidate)) = next else {
                break;
            };
            sum += change;
            self.turn(candidate);
            used[candidate] = true;
            turned.push(candidate);
            if sum < best {
                (best, kept) = (sum, turned.len());
            }
        }
        for (position, &candidate) in turned.iter().enumerate().rev() {
            used[candidate] = false;
            if position >= kept {
                self.turn(candidate);
            }
        }
        kept > 0
    }
}

/// Where the next link of a chain is looked for.
pub(crate) enum Neighbours<'a> {
    /// Among all candidates.
    All,
    /// Among those that share a sum of at most so many candidates with the last link.
    Sharing { of_sum: &'a Incidence, most: usize },
}
