//! Additive rounding: small counts become 0 or the base, and every sum still adds up.
//!
//! The idea is that of P. L. S. rounding (Langsrud and Heldal, the R package SmallCountRounding):
//! only small counts of the finest cells are changed, all totals are added up from the changed
//! cells, and the changes are chosen so that the totals stay close to the truth.

mod release;
mod search;

pub use release::{round, round_with_loss};
pub(crate) use search::Incidence;

use crate::loss::DisclosureLoss;
use search::{Cost, Neighbours, Search};

/// How counts are rounded.
///
/// ```
/// use disclosure::RoundingRule;
/// let rule = RoundingRule::new(5)?;
/// assert_eq!((rule.base(), rule.rounded_up_to()), (5, 4));
/// assert!(RoundingRule::new(1).is_err());
/// # Ok::<(), disclosure::RoundingError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct RoundingRule {
    base: u32,
    rounded_up_to: u32,
    zeros_may_rise: bool,
    /// Rounded counts behind a finest cell at most.
    #[serde(skip_serializing_if = "is_one")]
    counts_behind: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_one(number: &u32) -> bool {
    *number == 1
}

/// Why nothing was rounded. No message shows a count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoundingError {
    /// A base that rounds nothing or everything.
    #[error("E5074: the rounding base {found} is outside 2..=1000; 3, 5 and 10 are usual")]
    Base {
        /// The base given.
        found: u32,
    },
    /// Counts of `base - 1` and below are rounded, so more cannot be asked to be.
    #[error(
        "E5074: counts up to {found} are to be rounded to the base {base}; give a value from {} to 1000",
        base - 1
    )]
    RoundedUpTo {
        /// The value given.
        found: u32,
        /// The base.
        base: u32,
    },
    /// A base below the minimum frequency would show small counts.
    #[error(
        "E5075: the rounding base {base} of table {table:?} is below the minimum frequency {minimum}; a shown {base} would be a small count"
    )]
    BelowMinimum {
        /// The table.
        table: String,
        /// The base.
        base: u32,
        /// The minimum frequency.
        minimum: u32,
    },
    /// A sum names a cell that does not exist.
    #[error(
        "E5076: sum {sum} names the inner cell {cell}, and there are {cells}; number them from 0"
    )]
    UnknownCell {
        /// Number of the sum.
        sum: usize,
        /// The cell it names.
        cell: usize,
        /// Inner cells.
        cells: usize,
    },
}

impl RoundingError {
    /// The stable number of the rule broken.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Base { .. } | Self::RoundedUpTo { .. } => "E5074",
            Self::BelowMinimum { .. } => "E5075",
            Self::UnknownCell { .. } => "E5076",
        }
    }
}

impl RoundingRule {
    /// Counts from 1 to `base - 1` become 0 or `base`; a true 0 stays 0.
    ///
    /// # Errors
    /// [`RoundingError::Base`] outside 2 to 1,000.
    pub fn new(base: u32) -> Result<Self, RoundingError> {
        if !(2..=1000).contains(&base) {
            return Err(RoundingError::Base { found: base });
        }
        Ok(Self {
            base,
            rounded_up_to: base - 1,
            zeros_may_rise: false,
            counts_behind: 1,
        })
    }

    /// The same rule for larger counts: those up to `count` become multiples of the base.
    ///
    /// # Errors
    /// [`RoundingError::RoundedUpTo`] below `base - 1` and above 1,000.
    pub fn rounding_up_to(mut self, count: u32) -> Result<Self, RoundingError> {
        if count + 1 < self.base || count > 1000 {
            let (found, base) = (count, self.base);
            return Err(RoundingError::RoundedUpTo { found, base });
        }
        self.rounded_up_to = count;
        Ok(self)
    }

    /// The same rule with cells of 0 that may show the base, so that a shown base confirms nobody.
    #[must_use]
    pub fn letting_zeros_rise(mut self) -> Self {
        self.zeros_may_rise = true;
        self
    }

    /// The same rule for a table rounded together with others: a finest cell is the sum of up to so
    /// many rounded counts, and may differ by as many times `base - 1`.
    #[must_use]
    pub(crate) fn spread_over(mut self, counts: u32) -> Self {
        self.counts_behind = counts.max(1);
        self
    }

    /// Rounded counts behind a finest cell at most: 1 for a table rounded by itself.
    #[must_use]
    pub fn counts_behind(self) -> u32 {
        self.counts_behind
    }

    /// Whether a reader knows no count from 1 to `minimum - 1` to within fewer than `minimum`
    /// (METHOD_DISCLOSURE D3'), told by what a finest cell that is shown can stand for.
    ///
    /// That is so where the base is above the minimum. With both the same a shown 0 stands for 0 to
    /// `minimum - 1` and a shown base for 1 to `minimum`, which is one short. Sums tell no more:
    /// a sum and a difference of shown cells is one of rounded counts, and a set of children in
    /// which fewer than `minimum` are has a rounded count at least.
    ///
    /// ```
    /// # use disclosure::RoundingRule;
    /// assert!(!RoundingRule::new(3)?.keeps_small_counts_uncertain(3));
    /// assert!(RoundingRule::new(4)?.keeps_small_counts_uncertain(3));
    /// # Ok::<(), disclosure::RoundingError>(())
    /// ```
    #[must_use]
    pub fn keeps_small_counts_uncertain(self, minimum: u32) -> bool {
        (1..u64::from(minimum)).all(|count| {
            let base = u64::from(self.base);
            let below = count - count % base;
            let shown = [below, below + base];
            self.is_candidate(count)
                && shown.into_iter().all(|shown| {
                    let (least, greatest) = self.possible(shown);
                    greatest - least >= u64::from(minimum)
                })
        })
    }

    /// Whether besides a reader can neither confirm "somebody" nor "fewer than `minimum`" (D3): that
    /// takes zeros that may rise as well.
    #[must_use]
    pub fn keeps_small_counts_ambiguous(self, minimum: u32) -> bool {
        self.keeps_small_counts_uncertain(minimum)
            && (1..u64::from(minimum)).all(|count| {
                let base = u64::from(self.base);
                let below = count - count % base;
                [below, below + base].into_iter().all(|shown| {
                    let (least, greatest) = self.possible(shown);
                    least == 0 && greatest >= u64::from(minimum)
                })
            })
    }

    /// The base.
    #[must_use]
    pub fn base(self) -> u32 {
        self.base
    }

    /// The greatest count that is rounded.
    #[must_use]
    pub fn rounded_up_to(self) -> u32 {
        self.rounded_up_to
    }

    /// Whether a cell of 0 may show the base.
    #[must_use]
    pub fn zeros_may_rise(self) -> bool {
        self.zeros_may_rise
    }

    /// Counts a reader must think possible for a finest cell that shows `shown`.
    pub(crate) fn possible(self, shown: u64) -> (u64, u64) {
        let (base, limit) = (u64::from(self.base), u64::from(self.rounded_up_to));
        if self.counts_behind > 1 {
            let most = (base - 1) * u64::from(self.counts_behind);
            let rise = if self.zeros_may_rise {
                base * u64::from(self.counts_behind)
            } else {
                most
            };
            return (shown.saturating_sub(rise), shown.saturating_add(most));
        }
        let least = shown.saturating_sub(base - 1);
        let least = if shown == base && self.zeros_may_rise {
            0
        } else {
            least
        };
        // Counts above the limit show themselves, and so do multiples of the base.
        let greatest = (shown + base - 1).min(limit).max(shown);
        if shown.is_multiple_of(base) && least <= limit {
            (least, greatest)
        } else {
            (shown, shown)
        }
    }

    fn is_candidate(self, count: u64) -> bool {
        count <= u64::from(self.rounded_up_to)
            && if count == 0 {
                self.zeros_may_rise
            } else {
                !count.is_multiple_of(u64::from(self.base))
            }
    }

    /// Whether a sum may not be shown as it is.
    fn is_small(self, sum: u64) -> bool {
        sum <= u64::from(self.rounded_up_to)
            && if sum == 0 {
                self.zeros_may_rise
            } else {
                !sum.is_multiple_of(u64::from(self.base))
            }
    }
}

/// Rounded counts and their sums.
#[derive(Debug, Clone, PartialEq)]
pub struct RoundedCounts {
    /// Inner cells, in the order given: 0, a multiple of the base, or the count itself.
    pub inner: Vec<u64>,
    /// Published sums, in the order given: exactly the sums of the cells above.
    pub sums: Vec<u64>,
    /// What it cost over the published sums, **for internal use**.
    pub loss: DisclosureLoss,
}

/// Rounds inner cells of any linked tables so that no published sum is small: `sums` lists the inner
/// cells of each published sum.
///
/// Only small inner cells that contribute to a small published sum are changed; the others keep
/// their counts. For a table whose inner cells are published themselves use [`round`].
/// The result depends on the input alone.
///
/// # Errors
/// [`RoundingError::UnknownCell`].
///
/// ```
/// use disclosure::{round_sums, RoundingRule};
/// // Two areas, two care types: every cell, every margin and the total.
/// let inner = [1, 4, 2, 2];
/// let sums = [vec![0], vec![1], vec![2], vec![3], vec![0, 1], vec![2, 3], vec![0, 2], vec![1, 3], vec![0, 1, 2, 3]];
/// let rounded = round_sums(&inner, &sums, RoundingRule::new(3)?)?;
/// assert!(rounded.sums.iter().all(|&sum| sum == 0 || sum >= 3));
/// assert_eq!(rounded.sums[4], rounded.inner[0] + rounded.inner[1]);
/// # Ok::<(), disclosure::RoundingError>(())
/// ```
pub fn round_sums(
    inner: &[u64],
    sums: &[Vec<usize>],
    rule: RoundingRule,
) -> Result<RoundedCounts, RoundingError> {
    let mut of_cell: Vec<Vec<u32>> = vec![Vec::new(); inner.len()];
    for (number, sum) in sums.iter().enumerate() {
        for &cell in sum {
            let cells = inner.len();
            let (sum, unknown) = (
                number,
                RoundingError::UnknownCell {
                    sum: number,
                    cell,
                    cells,
                },
            );
            of_cell.get_mut(cell).ok_or(unknown)?.push(sum as u32);
        }
    }
    let add_up = |cells: &[u64]| -> Vec<u64> {
        let sums = sums.iter();
        sums.map(|sum| sum.iter().map(|&cell| cells[cell]).sum())
            .collect()
    };
    let exact = add_up(inner);
    let mut rounded = inner.to_vec();
    let mut chosen = vec![false; inner.len()];
    // Rounding can make a sum small that was not: its cells are rounded then as well.
    loop {
        let shown = add_up(&rounded);
        let mut grown = false;
        for (number, sum) in sums.iter().enumerate() {
            if rule.is_small(shown[number]) || rule.is_small(exact[number]) {
                for &cell in sum.iter().filter(|&&cell| rule.is_candidate(inner[cell])) {
                    grown |= !std::mem::replace(&mut chosen[cell], true);
                }
            }
        }
        if !grown {
            let loss = measure(&exact, &shown);
            let (inner, sums) = (rounded, shown);
            return Ok(RoundedCounts { inner, sums, loss });
        }
        let cells: Vec<usize> = (0..inner.len()).filter(|&cell| chosen[cell]).collect();
        let mut incidence = Incidence::new();
        for &cell in &cells {
            incidence.push(of_cell[cell].iter().copied());
        }
        let counts: Vec<u64> = cells.iter().map(|&cell| inner[cell]).collect();
        let found = choose(&counts, &incidence, sums.len(), rule);
        for (cell, count) in cells.into_iter().zip(found) {
            rounded[cell] = count;
        }
    }
}

fn measure(exact: &[u64], shown: &[u64]) -> DisclosureLoss {
    let shown = shown
        .iter()
        .map(|&shown| crate::loss::Reading::Shown(shown as f64));
    DisclosureLoss::measure(exact.iter().copied().zip(shown))
}

/// Elementary steps of one search.
const STEPS: u64 = 12_000_000;

/// Candidates up to which a chain looks at all of them for its next link.
const MOST_LOOKED_AT: usize = 1_500;

/// Candidates of a sum up to which they are looked at as a next link in large tables.
const MOST_SHARING: usize = 60;

/// The rounded count of every candidate: the multiple of the base below or above it.
pub(crate) fn choose(
    counts: &[u64],
    incidence: &Incidence,
    sums: usize,
    rule: RoundingRule,
) -> Vec<u64> {
    let base = u64::from(rule.base);
    let mut differences = vec![0_i64; sums];
    for (cell, &count) in counts.iter().enumerate() {
        for &sum in incidence.of(cell) {
            differences[sum as usize] -= (count % base) as i64;
        }
    }
    let of_sum = by_sum(incidence, sums);
    let neighbours = if counts.len() <= MOST_LOOKED_AT {
        Neighbours::All
    } else {
        let most = MOST_SHARING;
        Neighbours::Sharing {
            of_sum: &of_sum,
            most,
        }
    };
    let upper = vec![false; counts.len()];
    let mut search = Search::new(incidence, base as i64, upper, differences, STEPS);
    let square = Cost {
        linear: 0,
        square: 1,
        excess: 0,
        cap: 0,
    };
    search.turn_chains(square, &neighbours);
    let mut best = search.clone();
    // Lower the greatest difference as far as the steps go, then the mean.
    loop {
        let cap = search.greatest() - 1;
        search.allow(STEPS);
        search.turn_chains(
            Cost {
                linear: 10,
                square: 1,
                excess: 100_000,
                cap,
            },
            &neighbours,
        );
        let better = (search.greatest(), search.absolute()) < (best.greatest(), best.absolute());
        if better {
            best = search.clone();
        }
        if search.greatest() > cap || cap <= 0 {
            break;
        }
    }
    let mut last = best.clone();
    last.allow(STEPS);
    let cap = best.greatest();
    last.turn_chains(
        Cost {
            linear: 1,
            square: 0,
            excess: 100_000,
            cap,
        },
        &neighbours,
    );
    if (last.greatest(), last.absolute()) < (best.greatest(), best.absolute()) {
        best = last;
    }
    counts
        .iter()
        .zip(&best.upper)
        .map(|(&count, &upper)| count - count % base + if upper { base } else { 0 })
        .collect()
}

/// The candidates of every sum.
fn by_sum(incidence: &Incidence, sums: usize) -> Incidence {
    let mut lists: Vec<Vec<u32>> = vec![Vec::new(); sums];
    for cell in 0..incidence.cells() {
        for &sum in incidence.of(cell) {
            lists[sum as usize].push(cell as u32);
        }
    }
    let mut turned = Incidence::new();
    lists
        .into_iter()
        .for_each(|list| turned.push(list.into_iter()));
    turned
}
