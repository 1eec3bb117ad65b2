//! From which earlier class each age class is aged.

use crate::age::AgeClass;

/// Longest way back, in years, that a cohort is followed to find its younger self.
const LONGEST_LAG: usize = 6;

/// How a class of a year follows from a class of earlier years:
/// `target(t) = ratio · Σ from(t − lag)` over the lags `first_lag..=last_lag`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Step {
    pub(crate) from: usize,
    pub(crate) first_lag: usize,
    pub(crate) last_lag: usize,
}

impl Step {
    /// Mean number of years between source and target.
    pub(crate) fn span(&self) -> f64 {
        f64::midpoint(self.first_lag as f64, self.last_lag as f64)
    }

    /// Sum of the source, where `at` gives the source class by year.
    pub(crate) fn source(&self, year: usize, at: impl Fn(usize) -> f64) -> f64 {
        (self.first_lag..=self.last_lag)
            .map(|lag| at(year - lag))
            .sum()
    }
}

/// The step of every class; `None` for the first class, which newborns enter.
///
/// 1. A class is followed back to the oldest single-age class below it: the persons aged 3-4 are
///    those who were 2 one and two years ago.
/// 2. If that is more than six years back, or there is no single age below, to the class before it,
///    as many years back as their middles lie apart.
/// 3. If that is more than six years back too, or further back than there are `years`, the class is
///    followed by itself one year ago: most persons of a wide class stay in it.
pub(crate) fn steps(classes: &[AgeClass], years: usize) -> Vec<Option<Step>> {
    let step = |(class, &ages): (usize, &AgeClass)| {
        let before = class.checked_sub(1)?;
        let single = classes[..class]
            .iter()
            .rposition(|other| other.width() == 1);
        let cohort = single.map(|from| {
            let age = classes[from].first();
            Step {
                from,
                first_lag: usize::from(ages.first() - age),
                last_lag: usize::from(ages.last() - age),
            }
        });
        let lag = (ages.middle() - classes[before].middle()).round() as usize;
        let neighbour = Step {
            from: before,
            first_lag: lag,
            last_lag: lag,
        };
        let stock = Step {
            from: class,
            first_lag: 1,
            last_lag: 1,
        };
        let reachable = |step: &Step| step.last_lag <= LONGEST_LAG && step.last_lag < years;
        Some(
            cohort
                .filter(reachable)
                .unwrap_or(if reachable(&neighbour) {
                    neighbour
                } else {
                    stock
                }),
        )
    };
    classes.iter().enumerate().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(text: &str, years: usize) -> Vec<Option<(usize, usize, usize)>> {
        let classes: Vec<AgeClass> = text.split(',').map(|age| age.parse().unwrap()).collect();
        steps(&classes, years)
            .iter()
            .map(|step| step.map(|step| (step.from, step.first_lag, step.last_lag)))
            .collect()
    }

    #[test]
    fn grouped_ages_are_followed_back_to_the_last_single_age() {
        assert_eq!(
            spans("0,1,2,3-4,5", 10),
            [
                None,
                Some((0, 1, 1)),
                Some((1, 1, 1)),
                Some((2, 1, 2)),
                Some((2, 3, 3))
            ]
        );
    }

    #[test]
    fn classes_without_single_ages_follow_the_class_before_and_wide_ones_themselves() {
        assert_eq!(
            spans("0-2,3-5,6-9", 10),
            [None, Some((0, 3, 3)), Some((1, 4, 4))]
        );
        assert_eq!(
            spans("0,1-17,18-64", 10),
            [None, Some((1, 1, 1)), Some((2, 1, 1))]
        );
        assert_eq!(spans("0,1,2,3-4,5", 3)[4], Some((3, 2, 2)));
        assert_eq!(spans("0-2,3-5", 3), [None, Some((1, 1, 1))]);
    }
}
