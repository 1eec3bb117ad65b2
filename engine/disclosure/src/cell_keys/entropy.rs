//! Perturbation tables of our own: for every count the distribution of greatest entropy.

use super::CellKeyError;
use super::table::{PerturbationTable, Row};

/// What a perturbation table has to keep to.
///
/// ```
/// use disclosure::{PerturbationParameters, PerturbationTable};
/// let parameters = PerturbationParameters::new(5, 3.0)?.publishing_nothing_up_to(2)?.staying(0.5)?;
/// let table = PerturbationTable::of_greatest_entropy(&parameters)?;
/// assert_eq!(table.rows(), 9);
///
/// // A count of 1 would have to become 0 or 3 and more: its variance is 2 at least.
/// let parameters = PerturbationParameters::new(5, 2.0)?.publishing_nothing_up_to(2)?;
/// let refused = PerturbationTable::of_greatest_entropy(&parameters).unwrap_err();
/// assert_eq!(refused.code(), "E5071");
/// # Ok::<(), disclosure::CellKeyError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct PerturbationParameters {
    /// No count is changed by more (D), 1 to 50.
    pub(crate) maximum_deviation: u32,
    /// Variance of the change (V), above 0.
    pub(crate) variance: f64,
    /// Counts from 1 to this are never shown (js).
    pub(crate) not_published_up_to: u32,
    /// How likely a count stays as it is, where it may be shown (p_stay); as entropy has it if
    /// `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stay: Option<f64>,
}

impl PerturbationParameters {
    /// Changes of at most `maximum_deviation` with this variance and mean 0.
    ///
    /// # Errors
    /// [`CellKeyError::Parameter`] for a deviation outside 1 to 50 and a variance that is not above
    /// 0 and at most the square of the deviation.
    pub fn new(maximum_deviation: u32, variance: f64) -> Result<Self, CellKeyError> {
        if !(1..=50).contains(&maximum_deviation) {
            return Err(CellKeyError::Parameter {
                name: "maximum_deviation",
                found: f64::from(maximum_deviation),
                rule: "lie between 1 and 50",
            });
        }
        if !(variance > 0.0 && variance <= f64::from(maximum_deviation).powi(2)) {
            return Err(CellKeyError::Parameter {
                name: "variance",
                found: variance,
                rule: "lie above 0 and not above the square of the maximum deviation",
            });
        }
        Ok(Self {
            maximum_deviation,
            variance,
            not_published_up_to: 0,
            stay: None,
        })
    }

    /// The same, and no count from 1 to `count` is ever shown.
    ///
    /// # Errors
    /// [`CellKeyError::Parameter`] for a count above the maximum deviation.
    pub fn publishing_nothing_up_to(mut self, count: u32) -> Result<Self, CellKeyError> {
        if count > self.maximum_deviation {
            return Err(CellKeyError::Parameter {
                name: "not_published_up_to",
                found: f64::from(count),
                rule: "not be above the maximum deviation",
            });
        }
        self.not_published_up_to = count;
        Ok(self)
    }

    /// The same, and counts that may be shown stay as they are with this probability.
    ///
    /// # Errors
    /// [`CellKeyError::Parameter`] outside 0 to 1, ends excluded.
    pub fn staying(mut self, probability: f64) -> Result<Self, CellKeyError> {
        if !(probability > 0.0 && probability < 1.0) {
            return Err(CellKeyError::Parameter {
                name: "stay",
                found: probability,
                rule: "lie above 0 and below 1",
            });
        }
        self.stay = Some(probability);
        Ok(self)
    }

    /// The first count from which on all counts have the same distribution.
    fn last_row(&self) -> u32 {
        let (greatest, hidden) = (self.maximum_deviation, self.not_published_up_to);
        if hidden == 0 {
            greatest
        } else {
            greatest + hidden + 1
        }
    }

    /// Changes a count may get.
    fn support(&self, count: u32) -> Vec<i32> {
        // At most 101 by construction.
        let (count, greatest) = (count as i32, self.maximum_deviation as i32);
        let hidden = 1..=self.not_published_up_to as i32;
        (-greatest..=greatest)
            .filter(|change| {
                let shown = count + change;
                shown >= 0 && !hidden.contains(&shown)
            })
            .collect()
    }
}

impl PerturbationTable {
    /// The table of greatest entropy: for every count from 1 on, among all distributions over the
    /// allowed changes with mean 0 and the given variance (and the given probability to stay), the
    /// one that tells least. A count of 0 stays 0.
    ///
    /// # Errors
    /// [`CellKeyError::Infeasible`] where some count has no such distribution that gives every
    /// allowed change a probability above 0; on the border of what is possible the noise would be a
    /// fixed change or two, which protects nobody.
    pub fn of_greatest_entropy(parameters: &PerturbationParameters) -> Result<Self, CellKeyError> {
        let mut rows = vec![Row::certain()];
        for count in 1..=parameters.last_row() {
            rows.push(row(parameters, count)?);
        }
        Ok(Self::from_rows(rows, 1, Some(*parameters)))
    }
}

fn row(parameters: &PerturbationParameters, count: u32) -> Result<Row, CellKeyError> {
    let support = parameters.support(count);
    let stay = parameters.stay.filter(|_| support.contains(&0));
    let free: Vec<i32> = match stay {
        Some(_) => support
            .iter()
            .copied()
            .filter(|&change| change != 0)
            .collect(),
        None => support.clone(),
    };
    let share = 1.0 - stay.unwrap_or(0.0);
    let variance = parameters.variance / share;
    let infeasible = |(least, greatest): (f64, f64)| CellKeyError::Infeasible {
        count,
        least: least * share,
        greatest: greatest * share,
        variance: parameters.variance,
    };
    let range = variances(&free).ok_or_else(|| infeasible((0.0, 0.0)))?;
    if !(range.0 < variance && variance < range.1) {
        return Err(infeasible(range));
    }
    let found = greatest_entropy(&free, variance).ok_or_else(|| infeasible(range))?;
    let mut probabilities: Vec<(i32, f64)> = free
        .into_iter()
        .zip(found)
        .map(|(change, probability)| (change, probability * share))
        .chain(stay.map(|stay| (0, stay)))
        .collect();
    probabilities.sort_by_key(|&(change, _)| change);
    Ok(Row::from_probabilities(&probabilities))
}

/// Least and greatest variance of distributions with mean 0 over these changes; `None` where there
/// is no such distribution. Both are taken by distributions over two neighbours of 0, or 0 itself,
/// and over the two ends.
fn variances(changes: &[i32]) -> Option<(f64, f64)> {
    let least = f64::from(*changes.iter().min()?);
    let greatest = f64::from(*changes.iter().max()?);
    if changes.contains(&0) {
        return Some((0.0, -least * greatest));
    }
    let below = f64::from(*changes.iter().filter(|&&change| change < 0).max()?);
    let above = f64::from(*changes.iter().filter(|&&change| change > 0).min()?);
    Some((-below * above, -least * greatest))
}

/// Newton steps; a dozen are usual.
const MOST_STEPS: usize = 500;

/// Greatest error of mean and variance.
const EXACT: f64 = 1e-11;

/// The distribution of greatest entropy with mean 0 and this variance: `p(v)` is proportional to
/// `exp(a v + b v^2)`, and `a` and `b` minimise the convex function
/// `ln sum exp(a v + b (v^2 - variance))`, whose gradient are the errors of the two moments.
fn greatest_entropy(changes: &[i32], variance: f64) -> Option<Vec<f64>> {
    let (mut a, mut b) = (0.0_f64, 0.0_f64);
    let mut value = dual(changes, variance, a, b);
    for _ in 0..MOST_STEPS {
        let probabilities = distribution(changes, variance, a, b);
        let moment = |power: &dyn Fn(f64) -> f64| -> f64 {
            let pairs = changes.iter().zip(&probabilities);
            pairs.map(|(&v, p)| p * power(f64::from(v))).sum()
        };
        let gradient = [moment(&|v| v), moment(&|v| v * v - variance)];
        if gradient.iter().all(|error| error.abs() < EXACT) {
            return Some(probabilities);
        }
        let spread = moment(&|v| (v - gradient[0]).powi(2));
        let mixed = moment(&|v| (v - gradient[0]) * (v * v - variance - gradient[1]));
        let curved = moment(&|v| (v * v - variance - gradient[1]).powi(2));
        let determinant = spread * curved - mixed * mixed;
        if determinant <= 0.0 {
            return None;
        }
        let step = [
            -(curved * gradient[0] - mixed * gradient[1]) / determinant,
            -(spread * gradient[1] - mixed * gradient[0]) / determinant,
        ];
        let slope = step[0] * gradient[0] + step[1] * gradient[1];
        let mut length = 1.0;
        loop {
            let next = dual(
                changes,
                variance,
                a + length * step[0],
                b + length * step[1],
            );
            // The last steps change the value by less than its rounding.
            if next <= value + 1e-4 * length * slope + 1e-15 * value.abs().max(1.0) {
                a += length * step[0];
                b += length * step[1];
                value = next;
                break;
            }
            length /= 2.0;
            if length < 1e-12 {
                return None;
            }
        }
    }
    None
}

fn exponents(changes: &[i32], variance: f64, a: f64, b: f64) -> Vec<f64> {
    let changes = changes.iter().map(|&v| f64::from(v));
    changes.map(|v| a * v + b * (v * v - variance)).collect()
}

fn dual(changes: &[i32], variance: f64, a: f64, b: f64) -> f64 {
    let exponents = exponents(changes, variance, a, b);
    let greatest = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = exponents.iter().map(|e| (e - greatest).exp()).sum();
    greatest + sum.ln()
}

fn distribution(changes: &[i32], variance: f64, a: f64, b: f64) -> Vec<f64> {
    let exponents = exponents(changes, variance, a, b);
    let greatest = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = exponents.iter().map(|e| (e - greatest).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}
