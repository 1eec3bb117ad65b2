//! Five classes of equal size for a map.

/// Upper ends of the classes, ascending; the last one is the highest value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Classes {
    /// Lowest and highest value of each class, both inside.
    pub(crate) ranges: Vec<(f64, f64)>,
}

impl Classes {
    /// At most `most` classes with about the same number of values each; equal values stay together.
    pub(crate) fn of(values: &[f64], most: usize) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let mut ranges: Vec<(f64, f64)> = Vec::new();
        let mut start = 0;
        for class in 1..=most {
            let mut end = (sorted.len() * class).div_ceil(most).max(start);
            while end > start && end < sorted.len() && sorted[end] == sorted[end - 1] {
                end += 1;
            }
            if end > start {
                ranges.push((sorted[start], sorted[end - 1]));
                start = end;
            }
        }
        Self { ranges }
    }

    /// The class of a value.
    pub(crate) fn class(&self, value: f64) -> usize {
        let place = self.ranges.iter().position(|(_, high)| value <= *high);
        place.unwrap_or(self.ranges.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::Classes;

    #[test]
    fn classes_hold_about_the_same_number_of_values() {
        let values: Vec<f64> = (1..=20).map(f64::from).collect();
        let classes = Classes::of(&values, 5);
        assert_eq!(classes.ranges[0], (1.0, 4.0));
        assert_eq!(classes.ranges[4], (17.0, 20.0));
        assert_eq!(classes.class(9.0), 2);
    }

    #[test]
    fn equal_values_share_a_class_and_few_values_make_fewer_classes() {
        let classes = Classes::of(&[3.0, 3.0, 3.0, 3.0, 9.0], 5);
        assert_eq!(classes.ranges, [(3.0, 3.0), (9.0, 9.0)]);
        assert_eq!(Classes::of(&[], 5).ranges.len(), 0);
    }
}
