//! What is locked, what is told, and how keys are made.

use super::*;
use std::collections::BTreeMap;

fn names<T: ToString>(keys: impl IntoIterator<Item = T>) -> Vec<String> {
    keys.into_iter().map(|key| key.to_string()).collect()
}

#[test]
fn a_submission_looks_at_the_wished_facilities_and_locks_the_child() {
    let touches = submit("c1", &[wish("a", "A", 1), wish("b", "B", 2)]).touches(&BTreeMap::new());
    assert_eq!(names(&touches.children), ["c1"]);
    assert_eq!(names(&touches.looks_at), ["A", "B"]);
    assert!(touches.facilities.is_empty());
}

#[test]
fn a_conclusion_locks_every_facility_whose_places_it_changes() {
    let mut city = City::with_child("c1");
    city.contract("c1", "N");
    city.does(&submit(
        "c1",
        &[wish("a", "A", 1), wish("b", "B", 2), wish("d", "D", 3)],
    ));
    city.does(&make_offer("c1", "oa", "a"));
    city.does(&make_offer("c1", "ob", "b"));
    let command = conclude("c1", "k2", "oa");
    let first = command.touches(&BTreeMap::new());
    assert_eq!(names(&first.children), ["c1"]);
    assert!(first.facilities.is_empty());
    let second = command.touches(&city.situation.children);
    assert_eq!(names(&second.facilities), ["A", "B", "N"]);
    let changed: std::collections::BTreeSet<_> = city
        .does(&command)
        .iter()
        .filter_map(|change| change.facility().cloned())
        .collect();
    assert!(changed.is_subset(&second.facilities));
}

#[test]
fn administration_locks_its_provider_or_facility() {
    let none = BTreeMap::new();
    let provider = Command::EndProvider {
        provider: provider_id("T1"),
        last_day: TODAY,
    };
    assert_eq!(names(&provider.touches(&none).providers), ["T1"]);
    let facility = Command::RegisterFacility(facility_registration("E", "T1")).touches(&none);
    assert_eq!(names(&facility.providers), ["T1"]);
    assert_eq!(names(&facility.facilities), ["E"]);
    let load = import("T1", &[import_row(1, "1", "A")]);
    let touches = load.touches(&none);
    assert_eq!(names(&touches.children), ["child-of-1"]);
    assert_eq!(names(&touches.facilities), ["A"]);
    let (by, keys) = load.import_keys().unwrap();
    assert_eq!((by.as_str(), names(keys)), ("T1", vec!["1".to_owned()]));
}

#[test]
fn nothing_personal_is_told_of_any_change() {
    let mut city = City::new();
    let mut told = Vec::new();
    let mut does = |city: &mut City, command: &Command| {
        for change in city.does(command) {
            told.push(format!("{} {:?}", change.facts(), change));
        }
    };
    let mut facts = facts_of_a_child(date(2026, 3, 17));
    facts.household = HouseholdId::new("household-77").unwrap();
    facts.area = AreaId::new("area-77").unwrap();
    facts.municipality = 14_777_777;
    let register = Command::RegisterChild {
        child: Child {
            id: child_id("c1"),
            facts: facts.clone(),
        },
    };
    does(&mut city, &register);
    does(&mut city, &consent("c1"));
    does(&mut city, &submit("c1", &[wish("a", "A", 1)]));
    does(&mut city, &make_offer("c1", "oa", "a"));
    does(&mut city, &conclude("c1", "k1", "oa"));
    let row = ExistingChild {
        facts,
        ..import_row(1, "1", "A")
    };
    let shorter = ContractTerms {
        valid_from: date(2026, 8, 1),
        ..row.terms.clone()
    };
    does(&mut city, &import("T1", &[row]));
    does(
        &mut city,
        &end("child-of-1", "contract-of-1", date(2027, 1, 31)),
    );
    does(&mut city, &correct("child-of-1", "contract-of-1", shorter));
    let told = told.join("\n");
    for secret in ["2026-03-17", "household-77", "area-77", "14777777", "emale"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
    assert!(told.contains("contract-of-1"));
}

#[test]
fn provider_software_hears_of_contracts_only_and_every_event_finds_its_facility() {
    let mut city = City::with_child("c1");
    city.does(&submit("c1", &[wish("a", "A", 1), wish("b", "B", 2)]));
    city.does(&make_offer("c1", "oa", "a"));
    city.does(&make_offer("c1", "ob", "b"));
    let before = city.situation.clone();
    let changes = city.does(&conclude("c1", "k1", "oa"));
    let contracts: Vec<_> = changes
        .iter()
        .filter(|change| change.is_about_a_contract())
        .collect();
    assert_eq!(contracts.len(), 1);
    assert_eq!(contracts[0].subject(), "k1");
    for change in &changes {
        let facility = before.facility_of(change).unwrap();
        let expected = if ["b", "ob", "freed.ob"].contains(&change.subject().as_str()) {
            "B"
        } else {
            "A"
        };
        assert_eq!(facility.as_str(), expected, "{}", change.kind());
        assert!(before.provider_of(change).is_some());
    }
}

#[test]
fn the_key_of_a_freed_place_is_its_cause_and_fits_every_key() {
    let offer = |id: &str| FreedPlaceCause::OfferClosed {
        offer: offer_id(id),
    };
    let uuid = "0190b6a4-7f3e-7c1a-9d2b-1f2e3d4c5b6a";
    assert_eq!(offer(uuid).key(1).as_str(), format!("freed.{uuid}"));
    let contract = FreedPlaceCause::ContractShortened {
        contract: contract_id(uuid),
    };
    assert_eq!(contract.key(12).as_str(), format!("freed.{uuid}.12"));
    let (long, other) = ("a".repeat(64), format!("{}b", "a".repeat(63)));
    assert_ne!(offer(&long).key(1), offer(&other).key(1));
    assert_eq!(offer(&long).key(1), offer(&long).key(1));
}

#[test]
fn every_code_is_listed_once_and_in_order() {
    assert!(
        ERROR_CODES
            .windows(2)
            .all(|pair| pair[0].code < pair[1].code)
    );
    assert!(
        ERROR_CODES
            .iter()
            .all(|entry| !entry.cause.is_empty() && !entry.remedy.is_empty())
    );
    assert_eq!(ERROR_CODES.last().unwrap().code, "E9048");
    assert!(
        ERROR_CODES
            .iter()
            .any(|entry| entry.code == Refusal::NoWishes.code())
    );
}

#[test]
fn every_decision_is_also_made_by_the_rules_of_the_agreement() {
    let city = City::with_child("c1");
    let command = submit("c1", &[wish("a", "A", 1)]);
    assert_eq!(
        AgreementRules.decide(&city.situation, &command),
        decide(&city.situation, &command)
    );
}
