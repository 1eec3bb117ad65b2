//! Weights and budgets from staffing ratios.

use super::amount::{Amount, AmountError};

/// So many staff for so many children cared for so many hours a day.
///
/// The numbers are parameters of the caller: they differ by state and change with the law. For Saxony
/// the rules behind this crate's examples name 1:5 (nursery) and 1:12 (kindergarten) for 9 hours, and
/// 0.9:20 (after school) for 6 hours.
///
/// ```
/// use matching::{Amount, StaffingRatio, budget_for_seats};
/// let amount = |text: &str| text.parse::<Amount>().unwrap();
/// let nursery = StaffingRatio { staff: amount("1"), children: amount("5"), hours: amount("9") };
/// let after_school = StaffingRatio { staff: amount("0.9"), children: amount("20"), hours: amount("6") };
/// let weights = (nursery.weight(amount("9")).unwrap(), after_school.weight(amount("5")).unwrap());
/// assert_eq!((weights.0.to_string(), weights.1.to_string()), ("0.2".to_owned(), "0.0375".to_owned()));
/// // The staff that the seats of today need, which the programme may spread in another way.
/// let budget = budget_for_seats(&[(10, weights.0), (20, weights.1)]).unwrap();
/// assert_eq!(budget.to_string(), "2.75");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaffingRatio {
    /// Staff, in full-time equivalents.
    pub staff: Amount,
    /// Children they care for; above 0.
    pub children: Amount,
    /// Hours of care a day to which the ratio refers; above 0.
    pub hours: Amount,
}

impl StaffingRatio {
    /// Staff that one child needs who is cared for so many hours a day.
    ///
    /// # Errors
    ///
    /// [`AmountError`] when the ratio is for no children or no hours, or the exact weight has too
    /// many digits.
    pub fn weight(&self, daily_hours: Amount) -> Result<Amount, AmountError> {
        self.staff
            .divided_by(self.children)?
            .times(daily_hours)?
            .divided_by(self.hours)
    }
}

/// The staff that so many children of each weight need together.
///
/// # Errors
///
/// [`AmountError::TooManyDigits`].
pub fn budget_for_seats(seats: &[(u32, Amount)]) -> Result<Amount, AmountError> {
    seats.iter().try_fold(Amount::ZERO, |sum, (count, weight)| {
        sum.plus(weight.times(Amount::whole(u64::from(*count)))?)
    })
}
