//! Hours tiers by care type: shares that drift together.

use std::collections::BTreeMap;

use domain::{CareType, HoursTier, InputProblem};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::codes;

/// Number of tiers.
pub(crate) const TIERS: usize = HoursTier::ALL.len();

/// Children by contracted hours on a day of a year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TierCount {
    /// Care type.
    pub care_type: CareType,
    /// Calendar year.
    pub year: i32,
    /// Tier of contracted hours.
    pub tier: HoursTier,
    /// Children.
    pub children: f64,
}

/// Step of a tier's logarithm in a year where the series is short: an assumption.
const PRIOR_STEP: f64 = 0.05;
/// Years the assumption is worth.
const PRIOR_YEARS: f64 = 3.0;

/// Shares of the tiers of each care type and how they move.
#[derive(Debug, Clone, PartialEq)]
pub struct HoursTiers {
    /// By care type: logarithm of each tier's share in the last year; `None` without counts.
    last: [Option<[f64; TIERS]>; CareType::COUNT],
    step_variance: [f64; CareType::COUNT],
    year: i32,
}

impl HoursTiers {
    /// Nothing known.
    #[must_use]
    pub fn unknown() -> Self {
        Self {
            last: [None; CareType::COUNT],
            step_variance: [0.0; CareType::COUNT],
            year: 0,
        }
    }

    /// Learns the shares of the last year and the yearly step, from counts in any order.
    ///
    /// # Errors
    ///
    /// Every problem at once: E4061 counts, E4065 a tier given twice for a year.
    pub fn learn(counts: &[TierCount]) -> Result<Self, Vec<InputProblem>> {
        let mut problems = Vec::new();
        let mut cells: BTreeMap<(CareType, i32), [Option<f64>; TIERS]> = BTreeMap::new();
        for count in counts {
            let what = format!("{} {} {}", count.care_type, count.year, count.tier.label());
            if !(count.children >= 0.0 && count.children.is_finite()) {
                let message = format!("{what}: {} children", count.children);
                problems.push(codes::problem(codes::TIER_COUNT, "hours tiers", message));
            }
            let slot =
                &mut cells.entry((count.care_type, count.year)).or_default()[count.tier as usize];
            if slot.replace(count.children).is_some() {
                problems.push(codes::problem(
                    codes::TWICE,
                    "hours tiers",
                    format!("{what} is given twice"),
                ));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut tiers = Self::unknown();
        tiers.year = cells.keys().map(|(_, year)| *year).max().unwrap_or(0);
        for care in CareType::ALL {
            let years: Vec<(i32, [f64; TIERS], f64)> = cells
                .iter()
                .filter(|((of, _), _)| *of == care)
                .map(|((_, year), row)| {
                    let row = row.map(|children| children.unwrap_or(0.0));
                    (*year, row, row.iter().sum::<f64>())
                })
                .filter(|(_, _, total)| *total > 0.0)
                .collect();
            let Some((_, row, total)) = years.last() else {
                continue;
            };
            let half = |row: &[f64; TIERS], total: f64| {
                row.map(|n| ((n + 0.5 / TIERS as f64) / (total + 0.5)).ln())
            };
            tiers.last[care.index()] = Some(half(row, *total));
            let (mut sum, mut weights) = (0.0, 0.0);
            for pair in years.windows(2) {
                let (before, after) = (half(&pair[0].1, pair[0].2), half(&pair[1].1, pair[1].2));
                for tier in 0..TIERS {
                    let counting = 1.0 / (pair[0].1[tier] + 0.5) + 1.0 / (pair[1].1[tier] + 0.5);
                    let weight = 1.0 / (counting + PRIOR_STEP * PRIOR_STEP);
                    sum += weight * ((after[tier] - before[tier]).powi(2) - counting)
                        / f64::from(pair[1].0 - pair[0].0);
                    weights += weight;
                }
            }
            let own = if weights > 0.0 {
                (sum / weights).max(0.0)
            } else {
                0.0
            };
            let steps = years.len().saturating_sub(1) as f64;
            tiers.step_variance[care.index()] =
                (PRIOR_YEARS * PRIOR_STEP * PRIOR_STEP + steps * own) / (PRIOR_YEARS + steps);
        }
        Ok(tiers)
    }

    /// Whether the hours of a care type are known.
    #[must_use]
    pub fn knows(&self, care: CareType) -> bool {
        self.last[care.index()].is_some()
    }

    /// Without any movement.
    #[must_use]
    pub fn held(mut self) -> Self {
        self.step_variance = [0.0; CareType::COUNT];
        self
    }

    /// Shares of one path by year from `first_year` on and care type; they add up to 1 in each, or to 0
    /// where nothing is known.
    pub fn path(
        &self,
        first_year: i32,
        years: usize,
        rng: &mut impl Rng,
    ) -> Vec<[[f64; TIERS]; CareType::COUNT]> {
        let mut logs = self.last;
        let mut path = Vec::with_capacity(years);
        for year in self.year.min(first_year)..first_year + years as i32 {
            for (logs, variance) in logs.iter_mut().zip(self.step_variance) {
                for log in logs.iter_mut().flatten() {
                    let step: f64 = StandardNormal.sample(rng);
                    *log += if year > self.year {
                        variance.sqrt() * step
                    } else {
                        0.0
                    };
                }
            }
            if year >= first_year {
                path.push(logs.map(|logs| {
                    let raw = logs.map_or([0.0; TIERS], |logs| logs.map(f64::exp));
                    let sum: f64 = raw.iter().sum();
                    raw.map(|value| if sum > 0.0 { value / sum } else { 0.0 })
                }));
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn counts() -> Vec<TierCount> {
        let mut counts = Vec::new();
        for year in 2020..=2025 {
            for (tier, children) in HoursTier::ALL
                .into_iter()
                .zip([30.0, 50.0, 40.0, 60.0, 720.0, 80.0, 20.0])
            {
                counts.push(TierCount {
                    care_type: CareType::Nursery,
                    year,
                    tier,
                    children,
                });
            }
        }
        counts
    }

    #[test]
    fn shares_add_up_to_one_in_every_year_and_stand_still_without_steps() {
        let tiers = HoursTiers::learn(&counts()).unwrap();
        let path = tiers.path(2026, 5, &mut ChaCha8Rng::seed_from_u64(1));
        for year in &path {
            assert!((year[CareType::Nursery.index()].iter().sum::<f64>() - 1.0).abs() < 1e-12);
            assert_eq!(year[CareType::Kindergarten.index()], [0.0; TIERS]);
        }
        assert_ne!(path[0], path[4]);
        let still = tiers
            .held()
            .path(2026, 5, &mut ChaCha8Rng::seed_from_u64(1));
        assert_eq!(still[0], still[4]);
        assert!((still[0][CareType::Nursery.index()][4] - 0.72).abs() < 1e-3);
    }

    #[test]
    fn negative_counts_and_tiers_given_twice_are_refused() {
        let mut wrong = counts();
        wrong[0].children = -1.0;
        wrong.push(wrong[3]);
        let problems = HoursTiers::learn(&wrong).unwrap_err();
        assert_eq!(problems[0].code, codes::TIER_COUNT);
        assert_eq!(problems[1].code, codes::TWICE);
    }
}
