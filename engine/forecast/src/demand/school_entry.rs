//! School entry: the cut-off, deferral and voluntary early entry.

use domain::InputProblem;

use super::codes;

/// The law of school entry from a school year on (§ 27 SächsSchulG).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchoolEntryRule {
    /// First school year, by the calendar year in which it starts, that the rule holds for.
    pub from_school_year: i32,
    /// Month and day by which a child is six to enter in the same year.
    pub cut_off: (u8, u8),
    /// Month and day by which a child is six to be allowed to enter a year early.
    pub voluntary_until: (u8, u8),
    /// Month whose first day counts school entrants at school: August, as the school year begins on
    /// 1 August and kindergarten ends on 31 July.
    pub starts_in: u8,
}

/// The rules by school year.
///
/// ```
/// use forecast::{SchoolCalendar, SchoolEntryRule};
/// let saxony = SchoolCalendar::saxony();
/// assert_eq!(saxony.rule(2026).cut_off, (6, 30));
/// let wrong = SchoolEntryRule { cut_off: (6, 31), ..saxony.rule(2026) };
/// assert_eq!(SchoolCalendar::new(vec![wrong]).expect_err("refused")[0].code, "E4055");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolCalendar {
    rules: Vec<SchoolEntryRule>,
}

/// Days of a month, 29 February left out: its births turn six on 1 March in most years.
const DAYS: [u8; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

fn is_date((month, day): (u8, u8)) -> bool {
    (1..=12).contains(&month) && (1..=DAYS[usize::from(month) - 1]).contains(&day)
}

impl SchoolCalendar {
    /// Checks rules: real dates, voluntary entry not before the cut-off, school years rising.
    ///
    /// # Errors
    ///
    /// Every problem at once (E4055).
    pub fn new(rules: Vec<SchoolEntryRule>) -> Result<Self, Vec<InputProblem>> {
        let mut problems = Vec::new();
        let mut refuse = |message: String| {
            problems.push(codes::problem(codes::ENTRY_DATE, "school entry", message));
        };
        if rules.is_empty() {
            refuse("there is no rule".to_owned());
        }
        for rule in &rules {
            let year = rule.from_school_year;
            for (name, date) in [
                ("cut-off", rule.cut_off),
                ("last voluntary day", rule.voluntary_until),
            ] {
                if !is_date(date) {
                    refuse(format!(
                        "the {name} of {year}, month {} day {}, is no day of every year",
                        date.0, date.1
                    ));
                }
            }
            if rule.voluntary_until < rule.cut_off {
                refuse(format!("voluntary entry of {year} ends before the cut-off"));
            }
            if !(1..=12).contains(&rule.starts_in) {
                refuse(format!(
                    "school of {year} starts in month {}",
                    rule.starts_in
                ));
            }
        }
        if rules
            .windows(2)
            .any(|pair| pair[0].from_school_year >= pair[1].from_school_year)
        {
            refuse("the rules are not by rising school year".to_owned());
        }
        if problems.is_empty() {
            Ok(Self { rules })
        } else {
            Err(problems)
        }
    }

    /// Six by 30 June, voluntary to 30 September, school from 1 August.
    #[must_use]
    pub fn saxony() -> Self {
        let rule = SchoolEntryRule {
            from_school_year: 1900,
            cut_off: (6, 30),
            voluntary_until: (9, 30),
            starts_in: 8,
        };
        Self { rules: vec![rule] }
    }

    /// The rule of a school year; the first rule also holds for all years before it.
    #[must_use]
    pub fn rule(&self, school_year: i32) -> SchoolEntryRule {
        let before = self
            .rules
            .iter()
            .rfind(|rule| rule.from_school_year <= school_year);
        *before.unwrap_or(&self.rules[0])
    }

    /// The school year a month lies in, by the calendar year in which it starts.
    #[must_use]
    pub fn school_year(&self, month: domain::Month) -> i32 {
        let year = month.year();
        year - i32::from(month.month() < i32::from(self.rule(year).starts_in))
    }
}

/// Share of the births of a month that lie on or before a date.
fn by((month, day): (u8, u8), birth_month: u8) -> f64 {
    match birth_month.cmp(&month) {
        std::cmp::Ordering::Less => 1.0,
        std::cmp::Ordering::Equal => f64::from(day) / f64::from(DAYS[usize::from(month) - 1]),
        std::cmp::Ordering::Greater => 0.0,
    }
}

/// Rates of deferral and early entry by school year.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryRates {
    /// School year of the first rates.
    pub first_school_year: i32,
    /// From the first school year on, deferral (share of the children who would have to enter) and
    /// early entry (share of those born after the cut-off who may); years outside take the nearest.
    pub rates: Vec<(f64, f64)>,
}

impl EntryRates {
    /// The same rates in every year.
    #[must_use]
    pub fn constant(deferral: f64, early: f64) -> Self {
        Self {
            first_school_year: 2026,
            rates: vec![(deferral, early)],
        }
    }

    fn of(&self, school_year: i32) -> (f64, f64) {
        let last = self.rates.len().saturating_sub(1);
        let place = usize::try_from(school_year - self.first_school_year)
            .unwrap_or(0)
            .min(last);
        self.rates.get(place).copied().unwrap_or((0.0, 0.0))
    }
}

/// How the children of a month of birth enter school: shares by the school year in which they turn
/// six (`[0]`), one later and two later. They add up to 1; a child is deferred at most once.
#[must_use]
pub fn entry_shares(
    calendar: &SchoolCalendar,
    rates: &EntryRates,
    birth_year: i32,
    birth_month: u8,
) -> [f64; 3] {
    let sixth = birth_year + 6;
    let rule = calendar.rule(sixth);
    let due = by(rule.cut_off, birth_month);
    let may = by(rule.voluntary_until, birth_month) - due;
    let (deferred, early) = rates.of(sixth);
    let next_deferred = rates.of(sixth + 1).0;
    let waiting = 1.0 - due - may * early;
    [
        due * (1.0 - deferred) + may * early,
        due * deferred + waiting * (1.0 - next_deferred),
        waiting * next_deferred,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rates(deferred: f64, early: f64) -> EntryRates {
        EntryRates::constant(deferred, early)
    }

    #[test]
    fn a_child_born_in_june_enters_with_six_and_one_born_in_july_a_year_later() {
        let saxony = SchoolCalendar::saxony();
        assert_eq!(
            entry_shares(&saxony, &rates(0.0, 0.0), 2020, 6),
            [1.0, 0.0, 0.0]
        );
        assert_eq!(
            entry_shares(&saxony, &rates(0.0, 0.0), 2020, 7),
            [0.0, 1.0, 0.0]
        );
        assert_eq!(
            entry_shares(&saxony, &rates(0.25, 0.0), 2020, 6),
            [0.75, 0.25, 0.0]
        );
        assert_eq!(
            entry_shares(&saxony, &rates(0.0, 0.25), 2020, 9),
            [0.25, 0.75, 0.0]
        );
        assert_eq!(
            entry_shares(&saxony, &rates(0.0, 0.25), 2020, 10),
            [0.0, 1.0, 0.0]
        );
    }

    #[test]
    fn a_cut_off_within_a_month_divides_its_births_and_holds_from_its_year_on() {
        let saxony = SchoolCalendar::saxony().rule(2026);
        let mid = SchoolEntryRule {
            from_school_year: 2027,
            cut_off: (9, 15),
            voluntary_until: (12, 31),
            ..saxony
        };
        let calendar = SchoolCalendar::new(vec![saxony, mid]).unwrap();
        assert_eq!(
            entry_shares(&calendar, &rates(0.0, 0.0), 2020, 9),
            [0.0, 1.0, 0.0]
        );
        assert_eq!(
            entry_shares(&calendar, &rates(0.0, 0.0), 2021, 9),
            [0.5, 0.5, 0.0]
        );
    }

    #[test]
    fn impossible_dates_and_rules_out_of_order_are_refused() {
        let saxony = SchoolCalendar::saxony().rule(2026);
        let wrong = [
            vec![],
            vec![SchoolEntryRule {
                cut_off: (2, 30),
                ..saxony
            }],
            vec![SchoolEntryRule {
                cut_off: (0, 1),
                ..saxony
            }],
            vec![SchoolEntryRule {
                voluntary_until: (5, 1),
                ..saxony
            }],
            vec![SchoolEntryRule {
                starts_in: 13,
                ..saxony
            }],
            vec![saxony, saxony],
        ];
        for rules in wrong {
            let problems = SchoolCalendar::new(rules).unwrap_err();
            assert!(
                problems
                    .iter()
                    .all(|problem| problem.code == codes::ENTRY_DATE)
            );
        }
    }

    proptest! {
        #[test]
        fn every_child_enters_exactly_once(deferred in 0.0..=1.0, early in 0.0..=1.0, month in 1..=12u8) {
            let shares = entry_shares(&SchoolCalendar::saxony(), &rates(deferred, early), 2021, month);
            prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            prop_assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)));
        }
    }
}
