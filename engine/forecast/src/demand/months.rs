//! From the stocks of 31 December to the children of each band on the first of a month.

use domain::{InputProblem, Month};

use super::bands::{CareBands, CarePhase};
use super::codes;
use super::school_entry::{EntryRates, SchoolCalendar, entry_shares};

/// Ages whose stock is needed: 0 to 12, the oldest in grade 4 after a deferral.
pub const STOCK_AGES: usize = 13;

/// Births by month of the year, shares that add up to 1.
///
/// ```
/// use forecast::BirthMonths;
/// assert!(BirthMonths::new([1.0 / 12.0; 12]).is_ok());
/// assert_eq!(BirthMonths::new([0.5; 12]).expect_err("adds up to 6").code, "E4064");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BirthMonths {
    shares: [f64; 12],
}

impl BirthMonths {
    /// One twelfth each.
    #[must_use]
    pub const fn uniform() -> Self {
        Self {
            shares: [1.0 / 12.0; 12],
        }
    }

    /// Shares of January to December.
    ///
    /// # Errors
    ///
    /// E4064 for shares that are negative or do not add up to 1 within 1e-6.
    pub fn new(shares: [f64; 12]) -> Result<Self, InputProblem> {
        let sum: f64 = shares.iter().sum();
        let usable = shares.iter().all(|share| (0.0..=1.0).contains(share));
        if !usable || (sum - 1.0).abs() > 1e-6 {
            let message = format!("the shares of births by month add up to {sum}");
            return Err(codes::problem(
                codes::BIRTH_MONTHS,
                "births by month",
                message,
            ));
        }
        Ok(Self {
            shares: shares.map(|share| share / sum),
        })
    }
}

/// One weight: the band's children hold `weight` times a stock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weight {
    pub(crate) band: usize,
    /// 0 for 31 December of the year before the month, 1 for that of its own year.
    pub(crate) stock: usize,
    pub(crate) age: usize,
    pub(crate) weight: f64,
}

/// How the children of each band on the first of a month follow from two stocks.
///
/// A year of birth is one cohort: aged `k` on 31 December of the year `k` after its birth. Between
/// two Decembers its number runs in a straight line (moves), and each month of birth has its share. A
/// child born in a month counts from the first of the next on, turns a year older on the first after
/// its birthday's month, and is at school from the first month of the school year it enters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MonthWeights {
    pub(crate) weights: Vec<Weight>,
}

impl MonthWeights {
    pub(crate) fn new(
        bands: &CareBands,
        calendar: &SchoolCalendar,
        births: &BirthMonths,
        rates: &EntryRates,
        month: Month,
    ) -> Self {
        let school_year = calendar.school_year(month);
        let into_year = f64::from(month.month() - 1) / 12.0;
        let mut dense = vec![0.0; bands.all().len() * 2 * STOCK_AGES];
        for cohort in 0..STOCK_AGES {
            let birth_year = month.year() - cohort as i32;
            for (birth_month, share) in (1..=12_u8).zip(births.shares) {
                let months = 12 * cohort as i32 + month.month() - i32::from(birth_month) - 1;
                if months < 0 {
                    continue;
                }
                let shares = entry_shares(calendar, rates, birth_year, birth_month);
                let mut add = |band: Option<usize>, part: f64| {
                    let Some(band) = band.filter(|_| part > 0.0) else {
                        return;
                    };
                    let at = |stock: usize, age: usize| (band * 2 + stock) * STOCK_AGES + age;
                    if cohort == 0 {
                        dense[at(1, 0)] += part * share;
                        return;
                    }
                    dense[at(0, cohort - 1)] += part * share * (1.0 - into_year);
                    dense[at(1, cohort)] += part * share * into_year;
                };
                let age = u8::try_from(months / 12).unwrap_or(u8::MAX);
                if age < 3 {
                    add(bands.place(CarePhase::UnderThree, age), 1.0);
                    continue;
                }
                let mut before_school = 0.0;
                for (entry, part) in (birth_year + 6..).zip(shares) {
                    if entry > school_year {
                        before_school += part;
                    } else if let Ok(grade) = u8::try_from(school_year - entry + 1) {
                        add(bands.place(CarePhase::Grades, grade), part);
                    }
                }
                add(bands.place(CarePhase::Preschool, age), before_school);
            }
        }
        let weights = dense
            .iter()
            .enumerate()
            .filter(|(_, weight)| **weight > 0.0);
        let weights = weights
            .map(|(place, &weight)| Weight {
                band: place / (2 * STOCK_AGES),
                stock: place / STOCK_AGES % 2,
                age: place % STOCK_AGES,
                weight,
            })
            .collect();
        Self { weights }
    }

    /// Children of each band, from the stock at the end of the year before and of the own year.
    pub(crate) fn children(&self, stocks: [&[f64]; 2], bands: &mut [f64]) {
        bands.fill(0.0);
        for part in &self.weights {
            bands[part.band] +=
                part.weight * stocks[part.stock].get(part.age).copied().unwrap_or(0.0);
        }
    }
}

/// Children of each band on the first of a month, from single-age stocks (ages 0 to 12) of
/// 31 December before the month and of the month's own year.
///
/// For the children behind an observed number in care; on the first of January the second stock
/// does not matter.
#[must_use]
pub fn children_by_band(
    bands: &CareBands,
    calendar: &SchoolCalendar,
    births: &BirthMonths,
    rates: &EntryRates,
    month: Month,
    stocks: [&[f64]; 2],
) -> Vec<f64> {
    let mut children = vec![0.0; bands.all().len()];
    MonthWeights::new(bands, calendar, births, rates, month).children(stocks, &mut children);
    children
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rates(deferred: f64, early: f64) -> EntryRates {
        EntryRates::constant(deferred, early)
    }

    fn at(month: &str, deferred: f64, stock: &[f64]) -> Vec<f64> {
        children_by_band(
            &CareBands::saxony(),
            &SchoolCalendar::saxony(),
            &BirthMonths::uniform(),
            &rates(deferred, 0.0),
            month.parse().unwrap(),
            [stock, stock],
        )
    }

    #[test]
    fn a_steady_city_of_120_a_year_fills_its_kindergarten_until_august() {
        let stock = [120.0; STOCK_AGES];
        let july = at("2026-07", 0.0, &stock);
        let august = at("2026-08", 0.0, &stock);
        // On 1 July: 3-year-olds 120; from four on, those born from July 2019 to June 2022.
        assert!((july[3] - 120.0).abs() < 1e-9, "{july:?}");
        assert!((july[4] - 360.0).abs() < 1e-9, "{july:?}");
        // In August a whole year of birth leaves, and ten children a month keep coming.
        let kindergarten = |children: &[f64]| children[3] + children[4];
        assert!((kindergarten(&august) - kindergarten(&july) + 110.0).abs() < 1e-9);
        let september = at("2026-09", 0.0, &stock);
        assert!((kindergarten(&september) - kindergarten(&august) - 10.0).abs() < 1e-9);
        for grade in 5..9 {
            assert!((july[grade] - 120.0).abs() < 1e-9 && (august[grade] - 120.0).abs() < 1e-9);
        }
    }

    #[test]
    fn a_deferred_child_stays_in_kindergarten_for_a_year() {
        let stock = [120.0; STOCK_AGES];
        let (none, tenth) = (at("2026-09", 0.0, &stock), at("2026-09", 0.1, &stock));
        assert!(
            (tenth[4] - none[4] - 12.0).abs() < 1e-9,
            "{none:?} {tenth:?}"
        );
        assert!(
            (tenth[5] - none[5]).abs() < 1e-9,
            "last year's deferred take their place"
        );
    }

    #[test]
    fn a_nursery_child_moves_on_the_first_after_its_third_birthday() {
        // One year of birth only: 2023, twelve children a month; aged 2 at the end of 2025.
        let mut stocks = [[0.0; STOCK_AGES]; 2];
        (stocks[0][2], stocks[1][3]) = (144.0, 144.0);
        for (month, moved) in [
            ("2026-01", 0.0),
            ("2026-02", 12.0),
            ("2026-08", 84.0),
            ("2026-12", 132.0),
        ] {
            let children = children_by_band(
                &CareBands::saxony(),
                &SchoolCalendar::saxony(),
                &BirthMonths::uniform(),
                &rates(0.0, 0.0),
                month.parse().unwrap(),
                [&stocks[0], &stocks[1]],
            );
            assert!((children[3] - moved).abs() < 1e-9, "{month}: {children:?}");
            assert!(
                (children[2] - (144.0 - moved)).abs() < 1e-9,
                "{month}: {children:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_child_is_lost_or_counted_twice_up_to_grade_four(
            deferred in 0.0..=1.0, early in 0.0..=1.0, month in 1..=12i32, age in 1..9usize,
        ) {
            let mut stocks = [[0.0; STOCK_AGES]; 2];
            stocks[0][age - 1] = 100.0;
            stocks[1][age] = 100.0;
            let children = children_by_band(
                &CareBands::saxony(),
                &SchoolCalendar::saxony(),
                &BirthMonths::uniform(),
                &rates(deferred, early),
                Month::new(2026, month).unwrap(),
                [&stocks[0], &stocks[1]],
            );
            prop_assert!((children.iter().sum::<f64>() - 100.0).abs() < 1e-9, "{:?}", children);
            prop_assert!(children.iter().all(|count| *count >= 0.0));
        }
    }
}
