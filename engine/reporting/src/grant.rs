//! Parameters and exact numbers of the state grant (§ 18 SächsKitaG).

use std::fmt;

use jiff::civil::{Date, date};

use crate::error::GrantTableError;

/// Quarter hours of the nine-hour day that equivalents refer to.
const BASE_QUARTERS: u32 = 36;

/// Children converted to nine hours a day, exact: a whole number of thirty-sixths (quarter hours of
/// nine hours).
///
/// ```
/// use reporting::NineHourEquivalents;
/// let six_hours = NineHourEquivalents::of_quarters(24);
/// assert_eq!(six_hours.thirty_sixths(), 24);
/// assert_eq!(six_hours.to_string(), "0,6667");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct NineHourEquivalents(u64);

impl NineHourEquivalents {
    /// One child with so many quarter hours a day that count.
    #[must_use]
    pub fn of_quarters(quarters: u32) -> Self {
        Self(u64::from(quarters))
    }

    /// The exact value times 36.
    #[must_use]
    pub const fn thirty_sixths(self) -> u64 {
        self.0
    }

    /// The sum of two.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    /// So many children alike.
    #[must_use]
    pub fn times(self, children: u32) -> Self {
        Self(self.0 * u64::from(children))
    }

    /// The amount at a yearly rate for nine hours, times a percentage, rounded half up to a cent.
    #[must_use]
    pub fn amount(self, rate: Cents, percent: u32) -> Cents {
        let denominator = u128::from(BASE_QUARTERS) * 100;
        let numerator = u128::from(self.0) * u128::from(rate.0) * u128::from(percent);
        let rounded = (2 * numerator + denominator) / (2 * denominator);
        Cents(u64::try_from(rounded).unwrap_or(u64::MAX))
    }
}

/// Four decimals, rounded half up, decimal comma.
impl fmt::Display for NineHourEquivalents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = u64::from(BASE_QUARTERS);
        let rounded = (self.0 * 20_000 + base) / (2 * base);
        write!(f, "{},{:04}", rounded / 10_000, rounded % 10_000)
    }
}

impl std::iter::Sum for NineHourEquivalents {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Self::plus)
    }
}

/// An amount of money in euro cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Cents(pub u64);

/// Euros with two decimals and a decimal comma.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{:02}", self.0 / 100, self.0 % 100)
    }
}

/// The grant per year for a child with nine hours a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRate {
    /// First day of payment at this rate.
    pub valid_from: Date,
    /// Every care type.
    pub base: Cents,
    /// Added for a child in childminding.
    pub childminding_supplement: Cents,
    /// Where the amounts were seen.
    pub source: String,
}

/// How children count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRules {
    /// Quarter hours a day above which nothing counts: 36 (proven for facilities outside the needs
    /// plan by SächsZuErstVO, assumed for all).
    pub most_quarters: u32,
    /// Shortest term of a contract that counts, in months: 2.
    pub shortest_term_months: i32,
    /// Percent of the amount for a facility outside the needs plan with mostly after-school
    /// children: 90.
    pub outside_plan_after_school_percent: u32,
    /// Whether a child with integration aid counts once more outside the needs plan.
    pub outside_plan_inclusion_counts_again: bool,
}

/// Rates over time and the rules of counting: data that the city keeps, not law in code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantTable {
    rates: Vec<GrantRate>,
    /// How children count.
    pub rules: GrantRules,
}

impl Default for GrantRules {
    fn default() -> Self {
        Self {
            most_quarters: BASE_QUARTERS,
            shortest_term_months: 2,
            outside_plan_after_school_percent: 90,
            outside_plan_inclusion_counts_again: true,
        }
    }
}

impl GrantTable {
    /// Rates in any order.
    ///
    /// # Errors
    ///
    /// [`GrantTableError::Twice`] if two start on one day.
    pub fn new(mut rates: Vec<GrantRate>, rules: GrantRules) -> Result<Self, GrantTableError> {
        rates.sort_by_key(|rate| rate.valid_from);
        for pair in rates.windows(2) {
            if pair[0].valid_from == pair[1].valid_from {
                let on = pair[0].valid_from;
                return Err(GrantTableError::Twice { on });
            }
        }
        Ok(Self { rates, rules })
    }

    /// The one rate whose sources agree: 3,455 euros, childminding 420 euros more, seen from
    /// September 2024 on.
    ///
    /// Sources contradict each other on the amounts from August 2025 on; add them with
    /// [`Self::new`] when the notice of the authority is there.
    #[must_use]
    pub fn seen_in_2024() -> Self {
        Self {
            rates: vec![GrantRate {
                valid_from: date(2024, 9, 1),
                base: Cents(345_500),
                childminding_supplement: Cents(42_000),
                source: "kita.sachsen.de, finanzierung-646, September 2024".to_owned(),
            }],
            rules: GrantRules::default(),
        }
    }

    /// The rate on a day, if one is known.
    #[must_use]
    pub fn rate_on(&self, day: Date) -> Option<&GrantRate> {
        self.rates.iter().rfind(|rate| rate.valid_from <= day)
    }
}
