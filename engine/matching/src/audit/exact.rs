//! An exact test over strata, and the rule for many tests at once.

/// Children of one stratum: equal points at one programme and group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Stratum {
    pub(super) children: u64,
    pub(super) admitted: u64,
    /// Children with the attribute.
    pub(super) with: u64,
    pub(super) admitted_with: u64,
}

impl Stratum {
    /// Whether chance could have decided otherwise.
    pub(super) fn is_informative(&self) -> bool {
        (1..self.children).contains(&self.admitted) && (1..self.children).contains(&self.with)
    }

    /// Number of children with the attribute that chance alone would admit on average.
    pub(super) fn expected(&self) -> f64 {
        self.admitted as f64 * self.with as f64 / self.children as f64
    }

    /// Fewest children with the attribute among the admitted, and the probability of each number from
    /// there on: the hypergeometric distribution.
    fn distribution(&self) -> (u64, Vec<f64>) {
        let without = self.children - self.with;
        let least = self.admitted.saturating_sub(without);
        let most = self.admitted.min(self.with);
        // Each probability from the one before it, scaled to the greatest, then normed.
        let mut logs = vec![0.0];
        for with in least..most {
            let up = ((self.with - with) * (self.admitted - with)) as f64;
            let down = ((with + 1) * (without + with + 1 - self.admitted)) as f64;
            logs.push(logs[logs.len() - 1] + up.ln() - down.ln());
        }
        let greatest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut shares: Vec<f64> = logs.iter().map(|log| (log - greatest).exp()).collect();
        let sum: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= sum);
        (least, shares)
    }
}

/// The two-sided probability that chance alone makes the number of admitted children with the
/// attribute, summed over the strata, as improbable as it is.
///
/// With one stratum this is the exact test of Fisher; with several it is the exact conditional test of
/// a common odds ratio of 1. Outcomes as probable as the one found, but for rounding, count as such.
pub(super) fn two_sided(strata: &[Stratum]) -> f64 {
    let mut least = 0;
    let mut sum = vec![1.0];
    for stratum in strata {
        let (from, shares) = stratum.distribution();
        least += from;
        let mut next = vec![0.0; sum.len() + shares.len() - 1];
        for (a, one) in sum.iter().enumerate() {
            for (b, other) in shares.iter().enumerate() {
                next[a + b] += one * other;
            }
        }
        sum = next;
    }
    let found: u64 = strata.iter().map(|stratum| stratum.admitted_with).sum();
    let at = sum[(found - least) as usize] * (1.0 + 1e-7);
    sum.iter()
        .filter(|share| **share <= at)
        .sum::<f64>()
        .min(1.0)
}

/// Adjusted p-values after Benjamini and Hochberg 1995, in the order given: those of at most q make a
/// list in which at most a share of q is expected to be false.
pub(super) fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]).then(a.cmp(b)));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut least = 1.0_f64;
    for (place, test) in order.into_iter().enumerate().rev() {
        least = least.min(p_values[test] * p_values.len() as f64 / (place + 1) as f64);
        adjusted[test] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stratum(children: u64, admitted: u64, with: u64, admitted_with: u64) -> Stratum {
        Stratum {
            children,
            admitted,
            with,
            admitted_with,
        }
    }

    #[test]
    fn one_stratum_gives_the_published_values_of_fishers_test() {
        // Fisher's lady tasting tea: 8 cups, 4 and 4, all right, or three of four right.
        assert!((two_sided(&[stratum(8, 4, 4, 4)]) - 2.0 / 70.0).abs() < 1e-12);
        assert!((two_sided(&[stratum(8, 4, 4, 3)]) - 34.0 / 70.0).abs() < 1e-12);
        // R, fisher.test(matrix(c(1, 9, 11, 3), 2)): 0.002759.
        assert!((two_sided(&[stratum(24, 12, 10, 1)]) - 0.002_759_456).abs() < 1e-8);
    }

    #[test]
    fn several_strata_are_counted_out() {
        // Two strata of two children, one admitted each, always the one with the attribute: 1 of 4
        // outcomes, and its mirror image.
        let strata = [stratum(2, 1, 1, 1); 2];
        assert!((two_sided(&strata) - 0.5).abs() < 1e-12);
        let strata = [stratum(2, 1, 1, 1); 6];
        assert!((two_sided(&strata) - 2.0 / 64.0).abs() < 1e-12);
        assert_eq!(two_sided(&[]), 1.0);
    }

    #[test]
    fn adjusted_p_values_are_those_of_the_rule() {
        let adjusted = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.5]);
        let expected = [0.04, 0.16 / 3.0, 0.16 / 3.0, 0.5];
        for (found, expected) in adjusted.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12);
        }
        assert!(benjamini_hochberg(&[]).is_empty());
    }
}
