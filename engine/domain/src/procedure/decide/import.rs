//! The initial load of existing children (Bestandskinder, K41, K42): all rows or none.

use std::collections::{BTreeMap, BTreeSet};

use super::super::change::Change;
use super::super::child::{Child, ChildFile};
use super::super::command::ExistingChild;
use super::super::contract::{CareContract, ContractVersion, FirstRecord};
use super::super::facility_file::ProviderFile;
use super::super::refusal::Refusal;
use super::super::situation::Situation;
use super::import_problems::RowRule;
use super::look_up::provider;
use super::{Decision, availability, beside, contracts, freeing};
use crate::{CareType, ChildId, ContractId, InputProblem, ProviderId, RolloutStage, stage_on};

/// Takes a load in. Contracts that exist are facts: no room is asked for (K33 excepts them). A load
/// that changes nothing leaves no trace.
pub(super) fn decide(
    situation: &Situation,
    id: &ProviderId,
    care_type: Option<CareType>,
    rows: &[ExistingChild],
) -> Decision {
    let by = provider(situation, id)?;
    in_time(situation, id, care_type, rows)?;
    let mut load = Load {
        situation,
        by,
        care_type,
        children: BTreeMap::new(),
        keys: BTreeSet::new(),
        contracts: BTreeSet::new(),
        problems: Vec::new(),
        changes: Vec::new(),
        changed: 0,
    };
    for row in rows {
        load.take(row);
    }
    if !load.problems.is_empty() {
        return Err(Refusal::Import {
            problems: load.problems,
        });
    }
    let mut changes = load.changes;
    if !changes.is_empty() {
        changes.push(Change::ExistingChildrenImported {
            provider: id.clone(),
            care_type,
            rows: u32::try_from(rows.len()).unwrap_or(u32::MAX),
            changed: load.changed,
            on: situation.today,
        });
    }
    Ok(changes)
}

/// No care type of the load is past its date.
fn in_time(
    situation: &Situation,
    id: &ProviderId,
    care_type: Option<CareType>,
    rows: &[ExistingChild],
) -> Result<(), Refusal> {
    let care_types: BTreeSet<CareType> = rows
        .iter()
        .map(|row| row.terms.care_type)
        .chain(care_type)
        .collect();
    for care_type in care_types {
        if let Some(deadline) = situation.import_deadlines.get(&(id.clone(), care_type))
            && *deadline < situation.today
        {
            return Err(Refusal::AfterDeadline {
                deadline: *deadline,
                today: situation.today,
            });
        }
    }
    Ok(())
}

/// A load on its way: rows see what the rows before them did.
struct Load<'a> {
    situation: &'a Situation,
    by: &'a ProviderFile,
    care_type: Option<CareType>,
    /// Files of the children changed so far.
    children: BTreeMap<ChildId, ChildFile>,
    keys: BTreeSet<&'a str>,
    contracts: BTreeSet<&'a ContractId>,
    problems: Vec<InputProblem>,
    changes: Vec<Change>,
    changed: u32,
}

impl<'a> Load<'a> {
    /// Takes a row in, or notes everything wrong with it.
    fn take(&mut self, row: &'a ExistingChild) {
        let mut broken = self.broken_by_itself(row);
        let known = self.situation.provider_keys.get(&row.provider_key);
        let child = known.map_or(&row.child, |(child, _)| child);
        let file = self
            .children
            .get(child)
            .or_else(|| self.situation.children.get(child));
        let version = self.version(row);
        let decided = match (known, file) {
            (Some((_, contract)), Some(file)) => {
                self.known_contract(row, file, contract, &version, &mut broken)
            }
            (Some(_), None) => {
                broken.push(RowRule::KeyOfAnother);
                Vec::new()
            }
            (None, None) if row.child_is_known => {
                broken.push(RowRule::UnknownChild);
                Vec::new()
            }
            (None, None) => {
                let new = Child {
                    id: row.child.clone(),
                    facts: row.facts.clone(),
                };
                let file = ChildFile::new(new.clone());
                let mut changes = vec![Change::ChildRegistered { child: new }];
                changes.extend(self.new_contract(row, &file, version));
                changes
            }
            (None, Some(file)) => {
                self.check_child(row, file, &version, None, &mut broken);
                if file.contract(&row.contract).is_some() {
                    broken.push(RowRule::ContractKeyTaken);
                }
                self.new_contract(row, file, version)
            }
        };
        if known.is_none() && !self.contracts.insert(&row.contract) {
            broken.push(RowRule::ContractKeyTaken);
        }
        if broken.is_empty() {
            self.keep(child, decided);
        } else {
            self.problems
                .extend(broken.into_iter().map(|rule| rule.problem(row)));
        }
    }

    /// Folds the changes of a row in, so that later rows see them.
    fn keep(&mut self, child: &ChildId, decided: Vec<Change>) {
        if decided.is_empty() {
            return;
        }
        self.changed = self.changed.saturating_add(1);
        for change in &decided {
            if let Change::ChildRegistered { child: new } = change {
                self.children
                    .insert(new.id.clone(), ChildFile::new(new.clone()));
            } else if let Some(file) = self.children.get_mut(child) {
                file.apply(change);
            } else if let Some(file) = self.situation.children.get(child) {
                let mut file = file.clone();
                file.apply(change);
                self.children.insert(child.clone(), file);
            }
        }
        self.changes.extend(decided);
    }

    /// Rules a row breaks whatever is known of the child.
    fn broken_by_itself(&mut self, row: &'a ExistingChild) -> Vec<RowRule> {
        let terms = &row.terms;
        let today = self.situation.today;
        let mut broken = Vec::new();
        let mut unless = |holds: bool, rule: RowRule| {
            if !holds {
                broken.push(rule);
            }
        };
        unless(
            self.keys.insert(row.provider_key.as_str()),
            RowRule::KeyTwice,
        );
        let facility = self.situation.facilities.get(&row.facility);
        unless(
            facility.is_some_and(|file| file.facility.provider() == self.by.provider.id()),
            RowRule::ForeignFacility,
        );
        unless(
            stage_on(&self.by.rollout, terms.care_type, today) != RolloutStage::Off,
            RowRule::CareTypeOff,
        );
        unless(
            self.care_type.is_none_or(|of| of == terms.care_type),
            RowRule::OtherCareType,
        );
        unless((1..=7).contains(&terms.days_per_week), RowRule::DaysPerWeek);
        unless(
            row.facts.birth_date <= terms.valid_from && row.facts.birth_date <= today,
            RowRule::BeforeBirth,
        );
        unless(
            terms.valid_from <= self.version(row).valid_to,
            RowRule::DateOrder,
        );
        broken
    }

    /// The terms of a row, known from today on.
    fn version(&self, row: &ExistingChild) -> ContractVersion {
        let terms = &row.terms;
        let valid_to = terms.valid_to.unwrap_or_else(|| {
            availability::usual_last_day(terms.care_type, row.facts.birth_date, terms.valid_from)
        });
        contracts::version_of(terms, valid_to, 1, self.situation.today)
    }

    /// A child that is known is the same child, and has no other contract on the days.
    fn check_child(
        &self,
        row: &ExistingChild,
        file: &ChildFile,
        version: &ContractVersion,
        but: Option<&ContractId>,
        broken: &mut Vec<RowRule>,
    ) {
        if file.child.facts.birth_date != row.facts.birth_date {
            broken.push(RowRule::OtherBirthDate);
        }
        if contracts::overlapping(file, version, but).is_some() {
            broken.push(RowRule::ContractOverlaps);
        }
    }

    /// A row whose key is known corrects its contract, or changes nothing. Handing in an old file again
    /// does not take back an end that was entered since.
    fn known_contract(
        &self,
        row: &ExistingChild,
        file: &ChildFile,
        id: &ContractId,
        version: &ContractVersion,
        broken: &mut Vec<RowRule>,
    ) -> Vec<Change> {
        let Some(contract) = file.contract(id) else {
            broken.push(RowRule::KeyOfAnother);
            return Vec::new();
        };
        let other_child = row.child_is_known && file.child.id != row.child;
        if other_child || contract.facility != row.facility {
            broken.push(RowRule::KeyOfAnother);
        }
        if contracts::same_terms(contract.current(), version) {
            self.check_child(row, file, contract.current(), Some(id), broken);
            return Vec::new();
        }
        if contract.end.is_some()
            && contract
                .versions
                .iter()
                .any(|it| contracts::same_terms(it, version))
        {
            // The file is older than the end: what it says was true before, and is no news.
            return Vec::new();
        }
        self.check_child(row, file, version, Some(id), broken);
        let next = freeing::next_version(contract.current(), self.situation.today);
        let version = ContractVersion {
            version: next.version,
            recorded_from: next.recorded_from,
            ..version.clone()
        };
        contracts::record_correction(file, contract, version, self.situation.today)
    }

    /// A row with a new key is a contract that exists, with what follows for the open applications.
    fn new_contract(
        &self,
        row: &ExistingChild,
        file: &ChildFile,
        version: ContractVersion,
    ) -> Vec<Change> {
        let today = self.situation.today;
        let (begins, ends) = (version.valid_from, version.valid_to);
        let concluded = Change::ContractConcluded {
            child: file.child.id.clone(),
            contract: CareContract {
                id: row.contract.clone(),
                facility: row.facility.clone(),
                first_record: FirstRecord::Import {
                    provider_key: row.provider_key.clone(),
                },
                versions: vec![version],
                end: None,
            },
        };
        let follows = if ends < today {
            Vec::new()
        } else if begins <= today {
            beside::beside_begun(file, &row.contract, begins, today)
        } else {
            beside::close_others(file, None, &row.contract, today)
        };
        std::iter::once(concluded).chain(follows).collect()
    }
}
