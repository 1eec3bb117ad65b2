//! Perturbation tables: which change a count gets from its cell key.

use std::io::{Read, Write};

use domain::InputProblem;
use sha2::{Digest, Sha256};

use super::{CellKeyError, PerturbationParameters};
use crate::WriteError;

/// For every count the distribution of its change, laid out over the cell keys from 0 to 1.
///
/// A count beyond the last row uses the last row, or one of the last rows in turn where the table
/// was written for whole keys.
#[derive(Debug, Clone, PartialEq)]
pub struct PerturbationTable {
    rows: Vec<Row>,
    /// How many of the last rows repeat for ever.
    repeated: usize,
    /// Shown counts below this are suppressed; 0 and 1 suppress nothing.
    threshold: u32,
    /// Greatest change without its sign.
    reach: u32,
    parameters: Option<PerturbationParameters>,
}

/// The changes of one count, in the order in which they lie over the cell keys.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    steps: Vec<Step>,
}

/// One change: for cell keys from the end of the step before up to its own end.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    change: i32,
    probability: f64,
    /// First cell key, times 2^64, that is not part of it; the last step has all others.
    end: u64,
}

/// The end of a step in units of 2^-64; 1 is beyond them, and the last step needs no end.
fn end_of(cumulated: f64) -> u64 {
    (cumulated * 2.0_f64.powi(64)) as u64
}

impl Row {
    /// No change.
    pub(crate) fn certain() -> Self {
        Self::from_probabilities(&[(0, 1.0)])
    }

    pub(crate) fn from_probabilities(probabilities: &[(i32, f64)]) -> Self {
        let mut cumulated = 0.0;
        let steps = probabilities.iter().map(|&(change, probability)| {
            cumulated += probability;
            Step {
                change,
                probability,
                end: end_of(cumulated),
            }
        });
        Self::of(steps.collect())
    }

    /// The last step reaches to the end, whatever rounding left of the sum of probabilities.
    fn of(mut steps: Vec<Step>) -> Self {
        if let Some(last) = steps.last_mut() {
            last.end = u64::MAX;
        }
        Self { steps }
    }

    fn place(&self, key: u64) -> usize {
        let found = self.steps.iter().position(|step| key < step.end);
        found.unwrap_or(self.steps.len() - 1)
    }
}

/// Where a change stands in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Perturbation {
    /// What is added to the count.
    pub change: i32,
    /// Row of the table as a file, counted from 1 over all counts.
    pub file_row: usize,
}

/// Mean, variance, entropy and range of the changes of one count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PerturbationMoments {
    /// Sum of the probabilities.
    pub sum: f64,
    /// Mean change.
    pub mean: f64,
    /// Variance of the change.
    pub variance: f64,
    /// Entropy in nats.
    pub entropy: f64,
    /// Least change.
    pub least: i32,
    /// Greatest change.
    pub greatest: i32,
}

impl PerturbationTable {
    pub(crate) fn from_rows(
        rows: Vec<Row>,
        repeated: usize,
        parameters: Option<PerturbationParameters>,
    ) -> Self {
        let steps = rows.iter().flat_map(|row| &row.steps);
        let reach = steps.map(|step| step.change.unsigned_abs()).max();
        Self {
            rows,
            repeated,
            threshold: 0,
            reach: reach.unwrap_or(0),
            parameters,
        }
    }

    /// The same table with shown counts below `threshold` suppressed.
    #[must_use]
    pub fn suppressing_below(mut self, threshold: u32) -> Self {
        self.threshold = threshold;
        self
    }

    /// Counts with a row of their own, 0 included.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The parameters it was generated from; `None` for a table that was read.
    #[must_use]
    pub fn parameters(&self) -> Option<&PerturbationParameters> {
        self.parameters.as_ref()
    }

    /// The greatest change of any count, without its sign.
    #[must_use]
    pub fn maximum_deviation(&self) -> u32 {
        self.reach
    }

    /// The greatest count below which, 0 apart, nothing is ever shown.
    #[must_use]
    pub fn not_published_up_to(&self) -> u32 {
        let shown = |wanted: i64| {
            self.rows.iter().enumerate().any(|(count, row)| {
                let steps = row.steps.iter().filter(|step| step.probability > 0.0);
                steps
                    .into_iter()
                    .any(|step| count as i64 + i64::from(step.change) == wanted)
            })
        };
        let least = (1..=i64::from(self.maximum_deviation()) + 1).find(|&count| shown(count));
        let by_table = least.map_or(0, |least| u32::try_from(least - 1).unwrap_or(0));
        by_table.max(self.threshold.saturating_sub(1))
    }

    fn row_number(&self, count: u64) -> usize {
        let rows = self.rows.len();
        match usize::try_from(count) {
            Ok(count) if count < rows => count,
            _ => {
                // Less than `repeated`, which is a number of rows.
                let beyond = (count - rows as u64) % self.repeated as u64;
                rows - self.repeated + beyond as usize
            }
        }
    }

    /// The change of a count with this cell key, the sum of the record keys of its children.
    #[must_use]
    pub fn perturbation(&self, count: u64, cell_key: super::CellKey) -> Perturbation {
        let number = self.row_number(count);
        let place = self.rows[number].place(cell_key.0);
        let before: usize = self.rows[..number].iter().map(|row| row.steps.len()).sum();
        Perturbation {
            change: self.rows[number].steps[place].change,
            file_row: before + place + 1,
        }
    }

    /// What is shown of a count with this cell key; `None` where it is suppressed.
    #[must_use]
    pub fn shown(&self, count: u64, cell_key: super::CellKey) -> Option<u64> {
        let row = &self.rows[self.row_number(count)];
        let change = row.steps[row.place(cell_key.0)].change;
        let shown = count.saturating_add_signed(i64::from(change));
        (shown >= u64::from(self.threshold)).then_some(shown)
    }

    /// Moments of the change of a count.
    #[must_use]
    pub fn moments(&self, count: u64) -> PerturbationMoments {
        let steps = &self.rows[self.row_number(count)].steps;
        let sum_of = |term: &dyn Fn(f64, f64) -> f64| -> f64 {
            let terms = steps.iter();
            terms
                .map(|step| term(step.probability, f64::from(step.change)))
                .sum()
        };
        let mean = sum_of(&|p, v| p * v);
        let changes = || {
            let possible = steps.iter().filter(|step| step.probability > 0.0);
            possible.map(|step| step.change)
        };
        PerturbationMoments {
            sum: sum_of(&|p, _| p),
            mean,
            variance: sum_of(&|p, v| p * (v - mean).powi(2)),
            entropy: sum_of(&|p, _| if p > 0.0 { -p * p.ln() } else { 0.0 }),
            least: changes().min().unwrap_or(0),
            greatest: changes().max().unwrap_or(0),
        }
    }

    /// Counts that can have become `shown`, the least and the greatest; `None` stands for a
    /// suppressed cell.
    pub(crate) fn possible(&self, shown: Option<u64>) -> (u64, u64) {
        let reach = u64::from(self.reach);
        let (from, to) = match shown {
            Some(shown) => (shown.saturating_sub(reach), shown + reach),
            None => (0, u64::from(self.threshold) + reach),
        };
        let can_be = |count: u64| {
            let steps = self.rows[self.row_number(count)].steps.iter();
            let mut possible = steps.filter(|step| step.probability > 0.0);
            possible.any(|step| {
                let result = count.saturating_add_signed(i64::from(step.change));
                match shown {
                    Some(shown) => result == shown,
                    None => result < u64::from(self.threshold),
                }
            })
        };
        let own = shown.unwrap_or(0);
        let least = (from..=to).find(|&count| can_be(count)).unwrap_or(own);
        let greatest = (from..=to).rev().find(|&count| can_be(count));
        (least, greatest.unwrap_or(own))
    }

    /// SHA-256 of all rows in lower-case hexadecimal digits: two tables with the same digits change
    /// every count in the same way.
    #[must_use]
    pub fn content_hash(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(b"placewright perturbation table 1");
        digest.update((self.repeated as u64).to_le_bytes());
        digest.update(self.threshold.to_le_bytes());
        for row in &self.rows {
            digest.update((row.steps.len() as u64).to_le_bytes());
            for step in &row.steps {
                digest.update(step.change.to_le_bytes());
                digest.update(step.end.to_le_bytes());
            }
        }
        let bytes = digest.finalize();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Writes the columns of the R package ptable: count `i`, shown `j`, probability `p`, change
    /// `v`, and the cell keys from `p_int_lb` to `p_int_ub`.
    ///
    /// # Errors
    /// [`WriteError`] when the target cannot be written.
    pub fn write_csv<W: Write>(&self, target: W) -> Result<(), WriteError> {
        let mut writer = csv::Writer::from_writer(target);
        writer.write_record(["i", "j", "p", "v", "p_int_lb", "p_int_ub"])?;
        for (count, row) in self.rows.iter().enumerate() {
            let mut lower = 0.0;
            for (place, step) in row.steps.iter().enumerate() {
                let upper = if place + 1 == row.steps.len() {
                    1.0
                } else {
                    lower + step.probability
                };
                let shown = count as i64 + i64::from(step.change);
                writer.write_record([
                    count.to_string(),
                    shown.to_string(),
                    step.probability.to_string(),
                    step.change.to_string(),
                    lower.to_string(),
                    upper.to_string(),
                ])?;
                lower = upper;
            }
        }
        writer.flush().map_err(csv::Error::from)?;
        Ok(())
    }

    /// Reads a table of the R package ptable (or of tau-ARGUS, with semicolons): columns `i`, `v`
    /// and the upper ends of the cell keys, `p_int_ub`, `ub` or `p_ij_ub`; others are ignored.
    ///
    /// # Errors
    /// Every problem of the file, E5072.
    ///
    /// ```
    /// use disclosure::PerturbationTable;
    /// let file = "i,v,p_int_ub\n0,0,1\n1,-1,0.5\n1,1,1\n";
    /// let table = PerturbationTable::read(file.as_bytes(), "ptable.csv").expect("a good table");
    /// assert_eq!(table.moments(1).variance, 1.0);
    /// let refused = PerturbationTable::read("i,v,p_int_ub\n0,1,1\n".as_bytes(), "ptable.csv").unwrap_err();
    /// assert_eq!(refused[0].code, "E5072");
    /// ```
    pub fn read(input: impl Read, file: &str) -> Result<Self, Vec<InputProblem>> {
        super::read::fractions(input, file)
    }

    /// Reads a table of the cell-key method of the ONS: columns `pcv` (the count), `ckey` (0 to
    /// `modulus - 1`) and `pvalue` (the change). Counts beyond the last row use the last
    /// `repeated` rows in turn: 250 in the tables of the ONS.
    ///
    /// # Errors
    /// Every problem of the file, E5072.
    pub fn read_integer(
        input: impl Read,
        file: &str,
        modulus: u64,
        repeated: usize,
    ) -> Result<Self, Vec<InputProblem>> {
        super::read::integers(input, file, modulus, repeated)
    }

    /// Refuses what would make a table of children wrong whatever its key.
    pub(crate) fn from_ends(
        rows: Vec<Vec<(i32, f64)>>,
        repeated: usize,
    ) -> Result<Self, CellKeyError> {
        let mut finished = Vec::with_capacity(rows.len());
        for (count, row) in rows.into_iter().enumerate() {
            let wrong = |problem| CellKeyError::Table { count, problem };
            let mut steps = Vec::with_capacity(row.len());
            let mut lower = 0.0;
            for (change, upper) in row {
                if count as i64 + i64::from(change) < 0 {
                    return Err(wrong("a change would show a number below 0"));
                }
                if count == 0 && change != 0 {
                    return Err(wrong("a count of 0 would be changed"));
                }
                if !(upper >= lower && upper <= 1.0 + 1e-9) {
                    return Err(wrong("the ends of its keys do not rise from 0 to 1"));
                }
                steps.push(Step {
                    change,
                    probability: upper - lower,
                    end: end_of(upper),
                });
                lower = upper;
            }
            if (lower - 1.0).abs() > 1e-9 {
                return Err(wrong("its keys do not end at 1"));
            }
            finished.push(Row::of(steps));
        }
        if finished.is_empty() || repeated == 0 || repeated > finished.len() {
            let (count, problem) = (0, "the table has too few rows");
            return Err(CellKeyError::Table { count, problem });
        }
        Ok(Self::from_rows(finished, repeated, None))
    }
}
