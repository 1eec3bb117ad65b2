//! The federal extract at 1 March.

use std::collections::BTreeMap;

use domain::{ChildId, FacilityId, FacilityKind, ReferenceDate, birthday};
use jiff::civil::Date;
use tables::City;

use crate::error::ExtractError;
use crate::notice::ProviderNotice;
use crate::records::{ChildFacts, ChildRecord, ChildmindingRecord, FacilityRecord};
use crate::snapshot::{Active, Snapshot};

/// Children of a facility by age on the reference date.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct AgeGroups {
    /// Third birthday still ahead.
    pub under_three: u32,
    /// Third birthday reached (that day included), not at school.
    pub three_and_over: u32,
    /// At school, whatever the age.
    pub school: u32,
}

opaque_debug!(AgeGroups);

/// Who stands behind a record; never written to a file of the extract.
#[derive(Clone)]
pub(crate) struct ChildKey {
    pub(crate) child: ChildId,
    pub(crate) facility: FacilityId,
    /// In `ktp_kind`, else in `kita_kind`.
    pub(crate) childminding: bool,
    /// Row of the record, from 0.
    pub(crate) row: usize,
}

/// The federal child and youth welfare statistics of a city at a day (§ 99(7), (7a) SGB VIII).
///
/// Single records: for the statistics office and nobody else (§ 103 SGB VIII).
#[derive(Clone)]
pub struct FederalExtract {
    /// The day counted.
    pub reference: ReferenceDate,
    /// The day whose knowledge counts.
    pub known_on: Date,
    /// `kita_einrichtung`, by running number.
    pub facilities: Vec<FacilityRecord>,
    /// `kita_kind`, by facility and running number.
    pub children: Vec<ChildRecord>,
    /// `ktp_kind`, by site and running number.
    pub childminding: Vec<ChildmindingRecord>,
    pub(crate) keys: Vec<ChildKey>,
    pub(crate) numbers: BTreeMap<FacilityId, u32>,
    pub(crate) age_groups: BTreeMap<FacilityId, AgeGroups>,
    notices: Vec<ProviderNotice>,
}

/// Shapes only: the records concern single persons.
impl std::fmt::Debug for FederalExtract {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FederalExtract")
            .field("reference", &format_args!("{}", self.reference))
            .field("known_on", &format_args!("{}", self.known_on))
            .field("facilities", &self.facilities.len())
            .field("children", &self.children.len())
            .field("childminding", &self.childminding.len())
            .finish()
    }
}

impl FederalExtract {
    /// The running number of every reported facility and childminder site: the sender's key to the
    /// column `einrichtung` or `pflegestelle`.
    #[must_use]
    pub const fn facility_numbers(&self) -> &BTreeMap<FacilityId, u32> {
        &self.numbers
    }

    /// Children of a facility or site by age; `None` if it is not reported.
    #[must_use]
    pub fn age_groups(&self, facility: &FacilityId) -> Option<AgeGroups> {
        self.numbers.get(facility)?;
        Some(self.age_groups.get(facility).copied().unwrap_or_default())
    }

    /// Facts that are missing, by pseudonym, for the provider that can ask the family.
    ///
    /// Ordered by provider, facility, child and column. Show each provider its own only.
    #[must_use]
    pub fn provider_notices(&self) -> &[ProviderNotice] {
        &self.notices
    }
}

/// Draws the federal extract of a day, from contracts as known on another.
///
/// The result does not depend on the order of rows in the tables.
///
/// # Errors
///
/// [`ExtractError`] if the tables were not validated: see its variants.
pub fn federal_extract(
    city: &City,
    reference: ReferenceDate,
    known_on: Date,
) -> Result<FederalExtract, ExtractError> {
    let snapshot = Snapshot::read(city, reference.date(), known_on)?;
    let people = people(&snapshot)?;
    let mut extract = FederalExtract {
        reference,
        known_on,
        facilities: Vec::new(),
        children: Vec::new(),
        childminding: Vec::new(),
        keys: Vec::with_capacity(people.len()),
        numbers: BTreeMap::new(),
        age_groups: BTreeMap::new(),
        notices: Vec::new(),
    };
    for person in people {
        extract.add(person, reference.date());
    }
    extract.report_facilities(&snapshot)?;
    extract.notices.sort();
    Ok(extract)
}

/// A child at a facility, ready to be numbered.
struct Person<'a> {
    active: Active<'a>,
    facts: ChildFacts,
    other_arrangement: u32,
    child: ChildId,
    facility: FacilityId,
}

/// Children in the order of their records. Ties are rows that look the same, so that the pseudonym
/// that breaks them cannot be seen.
fn people(snapshot: &Snapshot) -> Result<Vec<Person<'_>>, ExtractError> {
    let runs = snapshot.runs();
    let active = snapshot.active()?;
    let mut contracts_of: BTreeMap<&str, u32> = BTreeMap::new();
    for one in &active {
        *contracts_of.entry(&one.contract.child).or_default() += 1;
    }
    let mut people = Vec::with_capacity(active.len());
    for one in active {
        let contract = one.contract;
        let starts = runs.get(&(contract.child.as_str(), contract.facility.as_str()));
        let admission = starts
            .and_then(|starts| starts.iter().rfind(|start| **start <= snapshot.day))
            .copied()
            .unwrap_or(contract.first_day);
        let unusable = |column| ExtractError::UnknownKey {
            contract: contract.contract.clone(),
            column,
        };
        let several = contracts_of.get(contract.child.as_str()).copied() > Some(1);
        people.push(Person {
            facts: facts(&one, admission),
            other_arrangement: yes_no(several),
            child: ChildId::new(&contract.child).map_err(|_| unusable("child_id"))?,
            facility: FacilityId::new(&contract.facility).map_err(|_| unusable("facility_id"))?,
            active: one,
        });
    }
    people.sort_by(|a, b| {
        (a.active.site.number, &a.facts, a.other_arrangement)
            .cmp(&(b.active.site.number, &b.facts, b.other_arrangement))
            .then_with(|| a.child.cmp(&b.child))
            .then_with(|| a.active.contract.contract.cmp(&b.active.contract.contract))
    });
    Ok(people)
}

/// 1 yes, 2 no.
const fn yes_no(yes: bool) -> u32 {
    if yes { 1 } else { 2 }
}

/// Year and month of a day after the year 0.
fn year_and_month(day: Date) -> (u32, u32) {
    (
        u32::from(day.year().unsigned_abs()),
        u32::from(day.month().unsigned_abs()),
    )
}

/// What the survey asks about a child.
fn facts(active: &Active<'_>, admission: Date) -> ChildFacts {
    let (child, contract) = (active.child, active.contract);
    let (birth_year, birth_month) = year_and_month(child.birth);
    let (admission_year, admission_month) = year_and_month(admission);
    ChildFacts {
        birth_year,
        birth_month,
        admission_year,
        admission_month,
        sex: child.sex,
        attends_school: yes_no(child.school_class.is_some()),
        school_class: child.school_class,
        foreign_origin: child.foreign_origin.map(yes_no),
        family_language: child.german_at_home.map(yes_no),
        // Quarter hours a week, halves of an hour rounded up.
        weekly_hours: (contract.quarters * contract.days_per_week + 2) / 4,
        days_per_week: contract.days_per_week,
        lunch: yes_no(contract.lunch),
        inclusion_aid: yes_no(child.inclusion),
    }
}

impl FederalExtract {
    /// Numbers a child and adds its record.
    fn add(&mut self, person: Person<'_>, day: Date) {
        let site = person.active.site;
        let groups = self.age_groups.entry(person.facility.clone()).or_default();
        if person.active.child.school_class.is_some() {
            groups.school += 1;
        } else if birthday(person.active.child.birth, 3) <= day {
            groups.three_and_over += 1;
        } else {
            groups.under_three += 1;
        }
        let missing = [
            (
                "herkunft_ausland",
                person.facts.foreign_origin,
                "foreign origin of a parent",
            ),
            (
                "familiensprache",
                person.facts.family_language,
                "family language",
            ),
        ];
        for (column, value, what) in missing {
            if value.is_none() {
                self.notices.push(ProviderNotice {
                    provider: site.provider.clone(),
                    facility: person.facility.clone(),
                    child: person.child.clone(),
                    column,
                    text: format!("the {what} is missing: ask the family and enter it"),
                });
            }
        }
        let childminding = site.kind == FacilityKind::ChildminderSite;
        let row = if childminding {
            let previous = self
                .childminding
                .last()
                .filter(|last| last.site == site.number);
            self.childminding.push(ChildmindingRecord {
                site: site.number,
                number: previous.map_or(1, |last| last.number + 1),
                facts: person.facts,
                other_arrangement: person.other_arrangement,
            });
            self.childminding.len() - 1
        } else {
            let previous = self
                .children
                .last()
                .filter(|last| last.facility == site.number);
            self.children.push(ChildRecord {
                facility: site.number,
                number: previous.map_or(1, |last| last.number + 1),
                facts: person.facts,
            });
            self.children.len() - 1
        };
        self.keys.push(ChildKey {
            child: person.child,
            facility: person.facility,
            childminding,
            row,
        });
    }

    /// Adds the records of facilities open on the day that have a licence or children.
    fn report_facilities(&mut self, snapshot: &Snapshot) -> Result<(), ExtractError> {
        let mut children: BTreeMap<u32, u32> = BTreeMap::new();
        for child in &self.children {
            *children.entry(child.facility).or_default() += 1;
        }
        for (id, site) in &snapshot.sites {
            let facility = FacilityId::new(id).map_err(|error| ExtractError::Value {
                table: "facilities",
                row: site.number as usize,
                column: "facility_id",
                problem: error.to_string(),
            })?;
            let has_children = self.age_groups.contains_key(&facility);
            if !site.open || !(site.licensed || has_children) {
                continue;
            }
            self.numbers.insert(facility, site.number);
            if site.kind != FacilityKind::ChildminderSite {
                self.facilities.push(FacilityRecord {
                    facility: site.number,
                    licensed_places: site.places,
                    groups: site.groups,
                    children: children.get(&site.number).copied().unwrap_or(0),
                    closing_days: site.closing_days,
                    opens_at: site.opens_at,
                    closes_at: site.closes_at,
                });
            }
        }
        Ok(())
    }
}
