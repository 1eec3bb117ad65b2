//! Contracts: other terms from a day on, corrections, ends.

use jiff::civil::Date;

use super::super::change::Change;
use super::super::child::ChildFile;
use super::super::command::ContractTerms;
use super::super::contract::{CareContract, ContractEnd, ContractVersion, FirstRecord};
use super::super::refusal::Refusal;
use super::super::situation::Situation;
use super::look_up::{child, contract, day_before, days_per_week, facility, in_order, not_past};
use super::{Decision, availability, beside, freeing};
use crate::{ChildId, ContractId, Month, expected_last_day};

/// Other terms from a day on: the contract ends the day before, another continues it.
pub(super) fn continue_with(
    situation: &Situation,
    id: &ChildId,
    old: &ContractId,
    continuation: &ContractId,
    terms: &ContractTerms,
) -> Decision {
    let today = situation.today;
    let file = child(situation, id)?;
    let old = contract(file, old)?;
    let current = running(old, today)?;
    if file.contract(continuation).is_some() {
        return Err(Refusal::AlreadyKnown {
            what: "contract",
            key: continuation.to_string(),
        });
    }
    let new = continuing_version(file, old, current, terms, today)?;
    let (old_stay, new_stay) = (file.stay_of(current), file.stay_of(&new));
    let place = facility(situation, &old.facility)?;
    let needed = availability::newly_needed(&old_stay, &new_stay, today);
    availability::room(place, needed, |held| held.child != *id)?;

    let mut ended = freeing::next_version(current, today);
    ended.valid_to = day_before(new.valid_from);
    let given_up = given_up_by_continuing(old, &old_stay, &new_stay, ended.version, today);
    let concluded = CareContract {
        id: continuation.clone(),
        facility: old.facility.clone(),
        first_record: FirstRecord::Continuation { of: old.id.clone() },
        // Notice that was given still stands behind the same last day.
        end: old.end.filter(|_| new.valid_to == current.valid_to),
        versions: vec![new],
    };
    let mut changes = vec![
        Change::ContractVersionRecorded {
            child: id.clone(),
            contract: old.id.clone(),
            version: ended,
            end: Some(ContractEnd::Continued),
        },
        Change::ContractConcluded {
            child: id.clone(),
            contract: concluded,
        },
    ];
    changes.extend(given_up);
    Ok(changes)
}

/// The version a continuing contract begins with: within the contract, of another kind, at an age that
/// fits, beside no other contract.
fn continuing_version(
    file: &ChildFile,
    old: &CareContract,
    current: &ContractVersion,
    terms: &ContractTerms,
    today: Date,
) -> Result<ContractVersion, Refusal> {
    days_per_week(terms.days_per_week)?;
    not_past("the first day of the new terms", terms.valid_from, today)?;
    in_order(
        "the first day of the new terms, after the first of the contract",
        super::look_up::day_after(current.valid_from),
        terms.valid_from,
    )?;
    in_order(
        "the last day of the contract, with the first day of the new terms",
        terms.valid_from,
        current.valid_to,
    )?;
    let new = version_of(terms, terms.valid_to.unwrap_or(current.valid_to), 1, today);
    in_order("the end of the new terms", new.valid_from, new.valid_to)?;
    let month = Month::of(new.valid_from);
    if same_terms(
        &ContractVersion {
            valid_from: new.valid_from,
            ..current.clone()
        },
        &new,
    ) {
        return Err(Refusal::NothingToChange { what: "the terms" });
    }
    if file.stay_of(current).care_type_in(month) != file.stay_of(&new).care_type_in(month) {
        availability::age_fits(new.care_type, file.child.facts.birth_date, new.valid_from)?;
    }
    no_other_contract(file, &new, &old.id)?;
    Ok(new)
}

/// What the line of contracts no longer holds.
fn given_up_by_continuing(
    old: &CareContract,
    old_stay: &super::super::stay_months::Stay,
    new_stay: &super::super::stay_months::Stay,
    version: u32,
    today: Date,
) -> Option<Change> {
    freeing::given_up(old_stay, new_stay, today)
        .map(|(care_type, free_from)| freeing::freed(old, version, care_type, free_from))
}

/// What was recorded was wrong: another version from today's knowledge on.
pub(super) fn correct(
    situation: &Situation,
    id: &ChildId,
    corrected: &ContractId,
    terms: &ContractTerms,
) -> Decision {
    let today = situation.today;
    let file = child(situation, id)?;
    let corrected = contract(file, corrected)?;
    days_per_week(terms.days_per_week)?;
    let version = corrected_version(file, corrected, terms, today)?;
    let place = facility(situation, &corrected.facility)?;
    let needed = availability::newly_needed(
        &file.stay_of(corrected.current()),
        &file.stay_of(&version),
        today,
    );
    availability::room(place, needed, |held| held.child != *id)?;
    Ok(record_correction(file, corrected, version, today))
}

/// The version a correction records: dates in order, after the birth, beside no other contract.
fn corrected_version(
    file: &ChildFile,
    corrected: &CareContract,
    terms: &ContractTerms,
    today: Date,
) -> Result<ContractVersion, Refusal> {
    let born = file.child.facts.birth_date;
    let current = corrected.current();
    let valid_to = terms
        .valid_to
        .unwrap_or_else(|| availability::usual_last_day(terms.care_type, born, terms.valid_from));
    in_order("the end of the contract", terms.valid_from, valid_to)?;
    if terms.valid_from < born {
        return Err(Refusal::AgeDoesNotFit {
            care_type: terms.care_type,
            start: terms.valid_from,
        });
    }
    if terms.care_type != current.care_type {
        availability::age_fits(terms.care_type, born, terms.valid_from)?;
    }
    let next = freeing::next_version(current, today);
    let version = ContractVersion {
        recorded_from: next.recorded_from,
        ..version_of(terms, valid_to, next.version, today)
    };
    if same_terms(current, &version) {
        return Err(Refusal::NothingToChange { what: "the terms" });
    }
    no_other_contract(file, &version, &corrected.id)?;
    Ok(version)
}

/// The version, the place it gives up, and transfers where the contract runs beside open
/// applications. The recorded end stays unless the contract now lasts as long as expected.
pub(super) fn record_correction(
    file: &ChildFile,
    corrected: &CareContract,
    version: ContractVersion,
    today: Date,
) -> Vec<Change> {
    let expected = expected_last_day(version.care_type, file.child.facts.birth_date);
    let end = corrected
        .end
        .filter(|_| version.valid_to < expected && !version.never_ran());
    let place = freeing::by_version(file, corrected, &version, today);
    let runs = today <= version.valid_to && !version.never_ran();
    let mut changes = vec![Change::ContractVersionRecorded {
        child: file.child.id.clone(),
        contract: corrected.id.clone(),
        version,
        end,
    }];
    changes.extend(place);
    if runs {
        changes.extend(beside::become_transfers(file, &corrected.id));
    }
    changes
}

/// A contract ends before its expected end; a day before its first cancels it.
pub(super) fn end(
    situation: &Situation,
    id: &ChildId,
    ended: &ContractId,
    last_day: Date,
    cause: ContractEnd,
) -> Decision {
    let file = child(situation, id)?;
    let ended = contract(file, ended)?;
    let current = running(ended, situation.today)?;
    in_order(
        "the end of the contract, as agreed",
        last_day,
        current.valid_to,
    )?;
    if last_day == current.valid_to {
        return Err(Refusal::NothingToChange {
            what: "the end of the contract",
        });
    }
    Ok(freeing::shorten(
        file,
        ended,
        last_day,
        cause,
        situation.today,
    ))
}

/// The current version of a contract that runs or is to come.
fn running(contract: &CareContract, today: Date) -> Result<&ContractVersion, Refusal> {
    let current = contract.current();
    if current.never_ran() || current.valid_to < today {
        return Err(Refusal::ContractEnded {
            contract: contract.id.clone(),
        });
    }
    Ok(current)
}

/// No contract but the one changed shares a day with the new terms.
fn no_other_contract(
    file: &ChildFile,
    new: &ContractVersion,
    changed: &ContractId,
) -> Result<(), Refusal> {
    match overlapping(file, new, Some(changed)) {
        Some(other) => Err(Refusal::ContractExists {
            contract: other.id.clone(),
            from: other.current().valid_from,
            to: other.current().valid_to,
        }),
        None => Ok(()),
    }
}

/// The first contract, but for one, that shares a day with a version.
pub(super) fn overlapping<'a>(
    file: &'a ChildFile,
    version: &ContractVersion,
    but: Option<&ContractId>,
) -> Option<&'a CareContract> {
    file.contracts.iter().find(|contract| {
        Some(&contract.id) != but
            && contract
                .current()
                .overlaps(version.valid_from, version.valid_to)
    })
}

/// Terms as a version known from today on.
pub(super) fn version_of(
    terms: &ContractTerms,
    valid_to: Date,
    version: u32,
    today: Date,
) -> ContractVersion {
    ContractVersion {
        version,
        care_type: terms.care_type,
        daily_hours: terms.daily_hours,
        days_per_week: terms.days_per_week,
        lunch: terms.lunch,
        valid_from: terms.valid_from,
        valid_to,
        recorded_from: today,
        recorded_to: None,
    }
}

/// Whether two versions agree on everything but when they were known.
pub(super) fn same_terms(a: &ContractVersion, b: &ContractVersion) -> bool {
    let terms = |v: &ContractVersion| {
        (
            v.care_type,
            v.daily_hours,
            v.days_per_week,
            v.lunch,
            v.valid_from,
            v.valid_to,
        )
    };
    terms(a) == terms(b)
}
