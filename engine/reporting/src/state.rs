//! The measure of the state grant at 1 April.

use std::collections::{BTreeMap, BTreeSet};

use domain::{CareType, FacilityId, ReferenceDate, birthday};
use jiff::Span;
use jiff::civil::{Date, date};
use tables::City;

use crate::error::ExtractError;
use crate::grant::{Cents, GrantRate, GrantRules, GrantTable, NineHourEquivalents};
use crate::snapshot::{Active, ContractRow, Snapshot};

/// Children of a facility with the same care type and hours, columns as in
/// [`GRANT_FIELDS`](crate::GRANT_FIELDS).
#[derive(Clone, PartialEq, Eq)]
pub struct GrantRecord {
    /// Running number of the facility.
    pub facility: u32,
    /// Whether the needs plan lists the facility.
    pub in_needs_plan: bool,
    /// Care type on the day: a nursery child counts as kindergarten child from its third birthday.
    pub care_type: CareType,
    /// Contracted quarter hours a day.
    pub daily_quarters: u32,
    /// Children.
    pub children: u32,
    /// Of them with integration aid.
    pub inclusion_children: u32,
    /// Nine-hour equivalents.
    pub equivalents: NineHourEquivalents,
    /// Base amount a year.
    pub base: Cents,
    /// Childminding supplement a year.
    pub supplement: Cents,
}

opaque_debug!(GrantRecord, Counted);

/// A contract that counts, kept to explain differences between runs.
#[derive(Clone)]
pub(crate) struct Counted {
    pub(crate) facility: FacilityId,
    pub(crate) version: u32,
    pub(crate) recorded_on: Date,
    pub(crate) care_type: CareType,
    pub(crate) quarters: u32,
    pub(crate) equivalents: NineHourEquivalents,
}

/// The children of 1 April as the state grant counts them.
#[derive(Clone)]
pub struct StateExtract {
    /// The day counted.
    pub reference: ReferenceDate,
    /// The day whose knowledge counts.
    pub known_on: Date,
    /// Rows by facility, care type and hours.
    pub records: Vec<GrantRecord>,
    /// The rate used: that of 1 January after the reference date (assumption; the measure of a year
    /// is paid in the next).
    pub rate: GrantRate,
    pub(crate) counted: BTreeMap<String, Counted>,
    /// Contracts in force that do not count because of their term.
    pub(crate) too_short: BTreeSet<String>,
    numbers: BTreeMap<FacilityId, u32>,
}

/// Shapes only.
impl std::fmt::Debug for StateExtract {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StateExtract")
            .field("reference", &format_args!("{}", self.reference))
            .field("known_on", &format_args!("{}", self.known_on))
            .field("records", &self.records.len())
            .field("contracts", &self.counted.len())
            .finish()
    }
}

impl StateExtract {
    /// Nine-hour equivalents of the city.
    #[must_use]
    pub fn total(&self) -> NineHourEquivalents {
        self.records.iter().map(|record| record.equivalents).sum()
    }

    /// Nine-hour equivalents of a facility; 0 if no child of it counts.
    #[must_use]
    pub fn total_of(&self, facility: &FacilityId) -> NineHourEquivalents {
        let number = self.numbers.get(facility);
        let of_it = self
            .records
            .iter()
            .filter(|record| Some(&record.facility) == number);
        of_it.map(|record| record.equivalents).sum()
    }

    /// The city's total at the base rate, rounded once: the headline figure, without the special
    /// rules for facilities outside the needs plan and without supplements.
    #[must_use]
    pub fn headline_amount(&self) -> Cents {
        self.total().amount(self.rate.base, 100)
    }

    /// Contracts counted, one per child and facility.
    #[must_use]
    pub fn contract_count(&self) -> usize {
        self.counted.len()
    }

    /// The running number of every facility with children that count.
    #[must_use]
    pub const fn facility_numbers(&self) -> &BTreeMap<FacilityId, u32> {
        &self.numbers
    }
}

/// Draws the state extract of a day, from contracts as known on another.
///
/// Counted are contracts in force on the day at facilities open on the day whose term is at least
/// the shortest of the rules.
///
/// # Errors
///
/// [`ExtractError::NoRate`] if the table has no rate for the year after; else as
/// [`crate::federal_extract`].
pub fn state_extract(
    city: &City,
    reference: ReferenceDate,
    known_on: Date,
    grants: &GrantTable,
) -> Result<StateExtract, ExtractError> {
    let day = reference.date();
    let on = date(day.year().saturating_add(1).min(9999), 1, 1);
    let rate = grants
        .rate_on(on)
        .ok_or(ExtractError::NoRate { on })?
        .clone();
    let snapshot = Snapshot::read(city, day, known_on)?;
    let mut active = snapshot.active(|_| day)?;
    let mut too_short = BTreeSet::new();
    active.retain(|one| {
        let counts = has_term(one.contract, grants.rules.shortest_term_months);
        if !counts {
            too_short.insert(one.contract.contract.clone());
        }
        counts
    });
    let mut cells: BTreeMap<(u32, bool, CareType, u32), (u32, u32)> = BTreeMap::new();
    let (mut counted, mut numbers) = (BTreeMap::new(), BTreeMap::new());
    for one in &active {
        let (contract, site) = (one.contract, one.site);
        let key = (
            site.number,
            site.in_needs_plan,
            care_on(one, day),
            contract.quarters,
        );
        let cell = cells.entry(key).or_default();
        cell.0 += 1;
        cell.1 += u32::from(one.child.inclusion);
        let facility =
            FacilityId::new(&contract.facility).map_err(|_| ExtractError::UnknownKey {
                contract: contract.contract.clone(),
                column: "facility_id",
            })?;
        numbers.insert(facility.clone(), site.number);
        let entry = Counted {
            facility,
            version: contract.version,
            recorded_on: contract.recorded_on,
            care_type: care_on(one, day),
            quarters: contract.quarters,
            equivalents: one_child(contract.quarters, &grants.rules),
        };
        counted.insert(contract.contract.clone(), entry);
    }
    let mostly_after_school = mostly_after_school(&cells);
    let records = cells.into_iter().map(|(key, children)| {
        let after_school = mostly_after_school.contains(&key.0);
        record(key, children, after_school, &rate, &grants.rules)
    });
    Ok(StateExtract {
        reference,
        known_on,
        records: records.collect(),
        rate: rate.clone(),
        counted,
        too_short,
        numbers,
    })
}

/// One child with so many quarter hours.
fn one_child(quarters: u32, rules: &GrantRules) -> NineHourEquivalents {
    NineHourEquivalents::of_quarters(quarters.min(rules.most_quarters))
}

/// Whether a contract runs for so many months (§ 188(2), (3) BGB).
fn has_term(contract: &ContractRow, months: i32) -> bool {
    let Some(last_day) = contract.last_day else {
        return true;
    };
    let first_day = contract.first_day;
    let Ok(same_day) = first_day.checked_add(Span::new().months(months)) else {
        return false;
    };
    // Without such a day in the month the term ends with the month's last day.
    let whole_term = if same_day.day() == first_day.day() {
        same_day.yesterday().unwrap_or(same_day)
    } else {
        same_day
    };
    whole_term <= last_day
}

/// The care type on a day.
pub(crate) fn care_on(active: &Active<'_>, day: Date) -> CareType {
    let care = active.contract.care;
    if birthday(active.child.birth, 3) <= day {
        care.from_third_birthday()
    } else {
        care
    }
}

/// Facilities where more than half of the children are in after-school care.
fn mostly_after_school(cells: &BTreeMap<(u32, bool, CareType, u32), (u32, u32)>) -> BTreeSet<u32> {
    let mut children: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
    for ((facility, _, care, _), (count, _)) in cells {
        let entry = children.entry(*facility).or_default();
        entry.0 += count;
        if *care == CareType::AfterSchool {
            entry.1 += count;
        }
    }
    let mostly = children
        .into_iter()
        .filter(|(_, (all, after_school))| 2 * after_school > *all);
    mostly.map(|(facility, _)| facility).collect()
}

/// A row with its amounts.
fn record(
    (facility, in_needs_plan, care_type, daily_quarters): (u32, bool, CareType, u32),
    (children, inclusion_children): (u32, u32),
    mostly_after_school: bool,
    rate: &GrantRate,
    rules: &GrantRules,
) -> GrantRecord {
    let one = one_child(daily_quarters, rules);
    let equivalents = one.times(children);
    let again = if !in_needs_plan && rules.outside_plan_inclusion_counts_again {
        one.times(inclusion_children)
    } else {
        NineHourEquivalents::default()
    };
    let percent = if !in_needs_plan && mostly_after_school {
        rules.outside_plan_after_school_percent
    } else {
        100
    };
    let supplement = if care_type == CareType::Childminding {
        rate.childminding_supplement
    } else {
        Cents(0)
    };
    let paid = equivalents.plus(again);
    GrantRecord {
        facility,
        in_needs_plan,
        care_type,
        daily_quarters,
        children,
        inclusion_children,
        equivalents,
        base: paid.amount(rate.base, percent),
        supplement: paid.amount(supplement, percent),
    }
}
