//! The federal extract at 1 March.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ChildId, FacilityId, FacilityKind, ReferenceDate, birthday};
use jiff::civil::Date;
use tables::City;

use crate::error::ExtractError;
use crate::notice::ProviderNotice;
use crate::records::{
    ChildFacts, ChildRecord, ChildminderRecord, ChildmindingRecord, FacilityRecord, GroupRecord,
    JointChildmindingRecord, StaffRecord,
};
use crate::registers::{ChildEntry, RegisterName, Registers};
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
    /// The contract counted.
    pub(crate) contract: String,
    pub(crate) version: u32,
    pub(crate) recorded_on: Date,
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
    /// `kita_gruppe`, by facility and group; empty without a register.
    pub groups: Vec<GroupRecord>,
    /// `kita_kind`, by facility and running number.
    pub children: Vec<ChildRecord>,
    /// `kita_person`, by facility and running number; empty without a register.
    pub staff: Vec<StaffRecord>,
    /// `ktp_person`, by site and running number; empty without a register.
    pub childminders: Vec<ChildminderRecord>,
    /// `ktp_kind`, by site and running number.
    pub childminding: Vec<ChildmindingRecord>,
    /// `grosstagespflege`, by joint site; empty without a register.
    pub joint_childminding: Vec<JointChildmindingRecord>,
    pub(crate) keys: Vec<ChildKey>,
    pub(crate) numbers: BTreeMap<FacilityId, u32>,
    pub(crate) age_groups: BTreeMap<FacilityId, AgeGroups>,
    pub(crate) registers: Registers,
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
            .field("staff", &self.staff.len())
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

    /// Records of persons: children, staff, childminders.
    #[must_use]
    pub fn person_count(&self) -> usize {
        self.children.len() + self.childminding.len() + self.staff.len() + self.childminders.len()
    }

    /// Different children behind the records.
    #[must_use]
    pub fn child_count(&self) -> usize {
        let children: BTreeSet<&ChildId> = self.keys.iter().map(|key| &key.child).collect();
        children.len()
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
/// The result does not depend on the order of rows in the tables and registers.
///
/// # Errors
///
/// [`ExtractError`] if the tables were not validated, or a register names what the city does not have:
/// see its variants.
pub fn federal_extract(
    city: &City,
    registers: &Registers,
    reference: ReferenceDate,
    known_on: Date,
) -> Result<FederalExtract, ExtractError> {
    registers.check(city, reference.date())?;
    let snapshot = Snapshot::read(city, reference.date(), known_on)?;
    let people = people(&snapshot, registers)?;
    let mut extract = FederalExtract {
        reference,
        known_on,
        facilities: Vec::new(),
        groups: Vec::new(),
        children: Vec::new(),
        staff: Vec::new(),
        childminders: Vec::new(),
        childminding: Vec::new(),
        joint_childminding: Vec::new(),
        registers: registers.clone(),
        keys: Vec::with_capacity(people.len()),
        numbers: BTreeMap::new(),
        age_groups: BTreeMap::new(),
        notices: Vec::new(),
    };
    for person in people {
        extract.add(person, reference.date());
    }
    extract.report_facilities(&snapshot)?;
    extract.report_registers(&snapshot);
    extract.notices.sort();
    Ok(extract)
}

/// A child at a facility, ready to be numbered.
struct Person<'a> {
    active: Active<'a>,
    facts: ChildFacts,
    entry: ChildEntry,
    other_arrangement: u32,
    child: ChildId,
    facility: FacilityId,
}

impl Person<'_> {
    /// Everything a record shows, in the order of running numbers.
    fn shown(&self) -> (u32, &ChildFacts, u32, [Option<u32>; 4]) {
        let entry = &self.entry;
        let rest = [
            entry.group,
            entry.kinship,
            entry.financing,
            entry.financing_extent,
        ];
        let number = self.active.site.number;
        (number, &self.facts, self.other_arrangement, rest)
    }
}

/// Children in the order of their records. Ties are rows that look the same, so that the pseudonym
/// that breaks them cannot be seen.
fn people<'a>(
    snapshot: &'a Snapshot,
    registers: &Registers,
) -> Result<Vec<Person<'a>>, ExtractError> {
    let runs = snapshot.runs();
    let active = snapshot.active(|facility| registers.day_of(facility, snapshot.day))?;
    let mut contracts_of: BTreeMap<&str, u32> = BTreeMap::new();
    for one in &active {
        *contracts_of.entry(&one.contract.child).or_default() += 1;
    }
    let mut people = Vec::with_capacity(active.len());
    for one in active {
        let contract = one.contract;
        let starts = runs.get(&(contract.child.as_str(), contract.facility.as_str()));
        let day = registers.day_of(&contract.facility, snapshot.day);
        let admission = starts
            .and_then(|starts| starts.iter().rfind(|start| **start <= day))
            .copied()
            .unwrap_or(contract.first_day);
        let unusable = |column| ExtractError::UnknownKey {
            contract: contract.contract.clone(),
            column,
        };
        let several = contracts_of.get(contract.child.as_str()).copied() > Some(1);
        let entry = registers.children.get(&contract.child);
        let entry = entry.cloned().unwrap_or_default();
        people.push(Person {
            facts: facts(&one, admission, &entry),
            entry,
            other_arrangement: yes_no(several),
            child: ChildId::new(&contract.child).map_err(|_| unusable("child_id"))?,
            facility: FacilityId::new(&contract.facility).map_err(|_| unusable("facility_id"))?,
            active: one,
        });
    }
    people.sort_by(|a, b| {
        a.shown()
            .cmp(&b.shown())
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

/// Integration aid: its kind from the register, else whether there is any.
fn inclusion_aid(child: bool, entry: &ChildEntry) -> u32 {
    let unknown_kind = if child { KIND_NOT_KNOWN } else { 0 };
    entry.integration_aid.unwrap_or(unknown_kind)
}

/// The code of integration aid whose kind is not known.
const KIND_NOT_KNOWN: u32 = 9;

/// What the survey asks about a child.
fn facts(active: &Active<'_>, admission: Date, entry: &ChildEntry) -> ChildFacts {
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
        inclusion_aid: inclusion_aid(child.inclusion, entry),
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
        self.note_missing(&person);
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
                kinship: person.entry.kinship,
                financing: person.entry.financing,
                financing_extent: person.entry.financing_extent,
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
                group: person.entry.group,
                facts: person.facts,
            });
            self.children.len() - 1
        };
        let contract = person.active.contract;
        self.keys.push(ChildKey {
            child: person.child,
            facility: person.facility,
            childminding,
            row,
            contract: contract.contract.clone(),
            version: contract.version,
            recorded_on: contract.recorded_on,
        });
    }

    /// Tells the provider what is missing of a child.
    fn note_missing(&mut self, person: &Person<'_>) {
        let facts = &person.facts;
        let asks_for_kind = self.registers.has(RegisterName::Children);
        let missing = [
            (
                facts.foreign_origin.is_none(),
                "herkunft_ausland",
                "foreign origin of a parent is missing: ask the family and enter it",
            ),
            (
                facts.family_language.is_none(),
                "familiensprache",
                "family language is missing: ask the family and enter it",
            ),
            (
                asks_for_kind && facts.inclusion_aid == KIND_NOT_KNOWN,
                "eingliederungshilfe",
                "kind of integration aid is missing: enter it in the child register",
            ),
        ];
        for (_, column, what) in missing.into_iter().filter(|(is_missing, ..)| *is_missing) {
            self.notices.push(ProviderNotice {
                provider: person.active.site.provider.clone(),
                facility: person.facility.clone(),
                child: person.child.clone(),
                column,
                text: format!("the {what}"),
            });
        }
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
                let entry = self.registers.facilities.get(id);
                let day = entry.and_then(|entry| entry.substitute_day);
                self.facilities.push(FacilityRecord {
                    facility: site.number,
                    municipality: entry.and_then(|entry| entry.municipality),
                    provider_kind: entry.and_then(|entry| entry.provider_kind),
                    legal_form: entry.and_then(|entry| entry.legal_form),
                    association: entry.and_then(|entry| entry.association),
                    special_feature: entry.and_then(|entry| entry.special_feature),
                    substitute_day: day.map(day_as_number),
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

    /// Adds groups, staff, childminders and joint childminding of the registers. Running numbers follow
    /// what the rows say.
    fn report_registers(&mut self, snapshot: &Snapshot) {
        let number = |facility: &str| snapshot.sites.get(facility).map(|site| site.number);
        for (facility, groups) in &self.registers.groups {
            let Some(facility) = number(facility) else {
                continue;
            };
            let records = groups.iter().map(|(&group, &kind)| GroupRecord {
                facility,
                group,
                kind,
            });
            self.groups.extend(records);
        }
        self.groups.sort();
        for (facility, staff) in &self.registers.staff {
            let facility = number(facility).unwrap_or_default();
            let records = staff.iter().cloned();
            self.staff
                .extend(records.map(|record| StaffRecord { facility, ..record }));
        }
        renumber(&mut self.staff, |record| {
            (record.facility, &mut record.number)
        });
        for (site, childminders) in &self.registers.childminders {
            let site = number(site).unwrap_or_default();
            let records = childminders.iter().cloned();
            self.childminders
                .extend(records.map(|record| ChildminderRecord { site, ..record }));
        }
        renumber(&mut self.childminders, |record| {
            (record.site, &mut record.number)
        });
        for (&joint, sites) in &self.registers.joint {
            let sites: BTreeSet<u32> = sites.iter().filter_map(|site| number(site)).collect();
            let persons = self
                .childminders
                .iter()
                .filter(|it| sites.contains(&it.site));
            let children = self
                .childminding
                .iter()
                .filter(|it| sites.contains(&it.site));
            self.joint_childminding.push(JointChildmindingRecord {
                site: joint,
                persons: u32::try_from(persons.count()).unwrap_or(u32::MAX),
                children: u32::try_from(children.count()).unwrap_or(u32::MAX),
            });
        }
    }
}

/// A day as the number YYYYMMDD.
fn day_as_number(day: Date) -> u32 {
    let (year, month) = year_and_month(day);
    year * 10_000 + month * 100 + u32::from(day.day().unsigned_abs())
}

/// Sorts records and numbers those of a facility from 1.
fn renumber<T: Ord>(records: &mut [T], place: impl Fn(&mut T) -> (u32, &mut u32)) {
    records.sort();
    let (mut current, mut last) = (0, 0);
    for record in records {
        let (facility, number) = place(record);
        last = if facility == current { last + 1 } else { 1 };
        current = facility;
        *number = last;
    }
}
