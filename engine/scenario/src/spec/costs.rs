//! What care costs and what the state pays: dated parameters with their sources.

use std::collections::BTreeMap;

use domain::CareType;
use jiff::civil::{Date, date};

use super::parse::{day, each as each_in};
use super::section::{Section, Source};
use crate::codes as code;

/// Most euros a key may name.
const MOST_EUROS: f64 = 1e12;

/// Cost of a place from a day on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OperatingCost {
    /// First day.
    pub valid_from: Date,
    /// The care type.
    pub care_type: CareType,
    /// Euros for a staffed place and month.
    pub euros_per_place_and_month: f64,
}

/// State grant from a day on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StateGrant {
    /// First day.
    pub valid_from: Date,
    /// Euros for a child of nine hours and year.
    pub euros_per_year: f64,
    /// Euros more for a child with a childminder and year.
    pub childminding_supplement: f64,
}

/// Costs, grant and budgets of a scenario.
///
/// Unless the file says otherwise:
///
/// - a nursery place of nine hours costs 1,518 euros a month and a kindergarten place 711 (Dresden,
///   reckoned from parent fees of 2024 and their share of the costs of 2023; DOMAIN_RULES 4.2, D20);
///   no figure is known for childminding and after-school care, so they cost nothing until given;
/// - the state grants 3,455 euros a year for a child of nine hours, hours above nine ignored, and
///   420 more with a childminder (§ 18 SächsKitaG; DOMAIN_RULES 4.1, L6);
/// - children are contracted 8.695 hours a day on average, after-school children 6, and count
///   0.9528 children of nine hours, after-school children 2/3 (tiers assumed in DOMAIN_RULES 4.2).
#[derive(Debug, Clone, PartialEq)]
pub struct Costs {
    operating: Vec<OperatingCost>,
    grants: Vec<StateGrant>,
    budgets: BTreeMap<i32, f64>,
    daily_hours: [f64; CareType::COUNT],
    grant_equivalents: [f64; CareType::COUNT],
}

/// Mean contracted hours a day: 4.5, 6, 7, 8, 9, 10 and 11 hours at 3, 5, 4, 6, 72, 8 and 2 %.
const HOURS: f64 = 8.695;
/// The same with hours above nine cut, in children of nine hours.
const EQUIVALENT: f64 = 8.575 / 9.0;

impl Default for Costs {
    fn default() -> Self {
        let cost = |care_type, euros_per_place_and_month| OperatingCost {
            valid_from: date(2024, 1, 1),
            care_type,
            euros_per_place_and_month,
        };
        let by_care = |usual, after_school| {
            CareType::ALL.map(|care| match care {
                CareType::AfterSchool => after_school,
                _ => usual,
            })
        };
        Self {
            operating: vec![
                cost(CareType::Nursery, 1518.0),
                cost(CareType::Kindergarten, 711.0),
            ],
            grants: vec![StateGrant {
                valid_from: date(2024, 1, 1),
                euros_per_year: 3455.0,
                childminding_supplement: 420.0,
            }],
            budgets: BTreeMap::new(),
            daily_hours: by_care(HOURS, 6.0),
            grant_equivalents: by_care(EQUIVALENT, 6.0 / 9.0),
        }
    }
}

impl Costs {
    /// Euros for a staffed place of a care type in a month; `None` if no cost is known. Before the
    /// first day of all known costs the first holds.
    #[must_use]
    pub fn place_and_month(&self, care: CareType, day: Date) -> Option<f64> {
        let of_care = || self.operating.iter().filter(|it| it.care_type == care);
        let valid = of_care().filter(|it| it.valid_from <= day);
        let found = valid
            .max_by_key(|it| it.valid_from)
            .or(of_care().min_by_key(|it| it.valid_from));
        found.map(|it| it.euros_per_place_and_month)
    }

    /// Euros of state grant for a child of a care type in a month, at its mean hours.
    ///
    /// ```
    /// use domain::CareType;
    /// let costs = scenario::Costs::default();
    /// let day = jiff::civil::date(2027, 4, 1);
    /// let year = 12.0 * costs.grant_of_child_and_month(CareType::Kindergarten, day);
    /// assert!((year - 3455.0 * 8.575 / 9.0).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn grant_of_child_and_month(&self, care: CareType, day: Date) -> f64 {
        let valid = self.grants.iter().filter(|it| it.valid_from <= day);
        let found = valid
            .max_by_key(|it| it.valid_from)
            .or(self.grants.iter().min_by_key(|it| it.valid_from));
        let Some(grant) = found else {
            return 0.0;
        };
        let supplement = match care {
            CareType::Childminding => grant.childminding_supplement,
            _ => 0.0,
        };
        (grant.euros_per_year * self.grant_equivalents[care.index()] + supplement) / 12.0
    }

    /// Mean contracted hours a day of a care type.
    #[must_use]
    pub const fn daily_hours(&self, care: CareType) -> f64 {
        self.daily_hours[care.index()]
    }

    /// What the measures may cost more than the baseline in a calendar year, euros.
    #[must_use]
    pub const fn budgets(&self) -> &BTreeMap<i32, f64> {
        &self.budgets
    }
}

/// Reads `[costs]`.
pub(super) fn read(source: &mut Source<'_>, top: Section<'_>) -> Costs {
    let mut costs = Costs::default();
    let Some(section) = source.only_section(top, "costs", "[costs]") else {
        return costs;
    };
    let keys = [
        "operating",
        "state_grant",
        "budget",
        "daily_hours",
        "grant_equivalents",
    ];
    source.refuse_other_keys(section, &keys);
    let operating = each_in(
        source,
        section,
        "operating",
        "[[costs.operating]]",
        operating,
    );
    // What the file says of a care type replaces what is assumed of it.
    let given = |care| {
        operating
            .iter()
            .any(|it: &OperatingCost| it.care_type == care)
    };
    costs.operating.retain(|it| !given(it.care_type));
    costs.operating.extend(&operating);
    let grants = each_in(
        source,
        section,
        "state_grant",
        "[[costs.state_grant]]",
        grant,
    );
    if !grants.is_empty() {
        costs.grants = grants;
    }
    for (line, year, euros) in each_in(source, section, "budget", "[[costs.budget]]", budget) {
        if costs.budgets.insert(year, euros).is_some() {
            source.note(
                code::GIVEN_TWICE,
                line,
                "year",
                &year.to_string(),
                "the budget of this year is given twice",
                "keep one of them",
            );
        }
    }
    by_care(source, section, "daily_hours", 12.0, &mut costs.daily_hours);
    by_care(
        source,
        section,
        "grant_equivalents",
        2.0,
        &mut costs.grant_equivalents,
    );
    costs
}

fn operating(source: &mut Source<'_>, section: Section<'_>) -> Option<OperatingCost> {
    let keys = ["valid_from", "care_type", "euros_per_place_and_month"];
    source.refuse_other_keys(section, &keys);
    let valid_from = day(source, section, "valid_from");
    let care_type = source.care_type(section);
    let euros = euros(source, section, "euros_per_place_and_month");
    Some(OperatingCost {
        valid_from: valid_from?,
        care_type: care_type?,
        euros_per_place_and_month: euros?,
    })
}

fn grant(source: &mut Source<'_>, section: Section<'_>) -> Option<StateGrant> {
    let keys = ["valid_from", "euros_per_year", "childminding_supplement"];
    source.refuse_other_keys(section, &keys);
    let valid_from = day(source, section, "valid_from");
    let per_year = euros(source, section, "euros_per_year");
    let supplement = euros(source, section, "childminding_supplement");
    Some(StateGrant {
        valid_from: valid_from?,
        euros_per_year: per_year?,
        childminding_supplement: supplement?,
    })
}

fn budget(source: &mut Source<'_>, section: Section<'_>) -> Option<(u64, i32, f64)> {
    source.refuse_other_keys(section, &["year", "euros"]);
    let year = source.need(section, "year");
    let year = year.and_then(|found| source.whole(found, 1900, 2199));
    let found = source.need(section, "euros")?;
    let euros = source.number(found, -MOST_EUROS, MOST_EUROS)?;
    if euros < 0.0 {
        source.note(
            code::NEGATIVE_BUDGET,
            found.line(),
            "euros",
            &euros.to_string(),
            "a budget cannot be negative",
            "give 0 or more; a saving that is wanted is no budget",
        );
        return None;
    }
    Some((section.line, i32::try_from(year?).ok()?, euros))
}

fn euros(source: &mut Source<'_>, section: Section<'_>, key: &'static str) -> Option<f64> {
    let found = source.need(section, key)?;
    source.number(found, 0.0, MOST_EUROS)
}

/// A table with one number for a care type, such as `daily_hours = { nursery = 8.5 }`.
fn by_care(
    source: &mut Source<'_>,
    section: Section<'_>,
    key: &'static str,
    most: f64,
    values: &mut [f64; CareType::COUNT],
) {
    let Some(inner) = source.only_section(section, key, "the table of care types") else {
        return;
    };
    source.refuse_other_keys(inner, &CareType::ALL.map(CareType::as_str));
    for care in CareType::ALL {
        let number = source.find(inner, care.as_str());
        if let Some(number) = number.and_then(|found| source.number(found, 0.0, most)) {
            values[care.index()] = number;
        }
    }
}
