//! Transfers (Wechselanträge): the child keeps its place until the new contract.

use super::*;

/// c1 has a contract at B from September 2027 on and applies elsewhere.
fn moving() -> City {
    let mut city = City::with_child("c1");
    city.contract("c1", "B");
    city
}

fn wish_from(application: &str, facility: &str, rank: u32, start: Date) -> Wish {
    Wish {
        wished_start: start,
        ..wish(application, facility, rank)
    }
}

fn offer_from(offer: &str, application: &str, start: Date) -> Command {
    Command::MakeOffer {
        child: child_id("c1"),
        offer: NewOffer {
            starts_on: start,
            ..new_offer(offer, application)
        },
    }
}

#[test]
fn an_application_beside_a_contract_is_a_transfer_and_the_old_place_is_kept_until_the_new_contract()
{
    let mut city = moving();
    let start = date(2028, 3, 1);
    city.does(&submit(
        "c1",
        &[wish_from("t", "A", 1, start), wish_from("u", "N", 2, start)],
    ));
    assert_eq!(
        city.application("c1", "t").transfer_from,
        Some(contract_id("contract-c1-B"))
    );
    city.does(&offer_from("ot", "t", start));
    city.does(&confirm("c1", "ot"));
    assert_eq!(city.facility("B").held.len(), 1);
    let old_end = |city: &City| city.file("c1").contracts[0].current().valid_to;
    assert_eq!(old_end(&city), date(2032, 7, 31));
    assert_eq!(
        kinds(&city.does(&conclude("c1", "k2", "ot"))),
        [
            "offer.contracted ot",
            "application.contracted t",
            "contract.version_recorded contract-c1-B",
            "place.freed freed.contract-c1-B.2",
            "contract.concluded k2",
            "application.withdrawn u",
        ]
    );
    assert_eq!(old_end(&city), date(2028, 2, 29));
    assert_eq!(
        city.file("c1").contracts[0].end,
        Some(ContractEnd::Transfer)
    );
    let freed = &city.facility("B").freed[0];
    assert_eq!(
        (freed.care_type, freed.free_from),
        (CareType::Nursery, start)
    );
}

#[test]
fn a_move_before_the_old_contract_begins_cancels_it() {
    let mut city = moving();
    let start = date(2027, 8, 1);
    city.does(&submit("c1", &[wish_from("t", "A", 1, start)]));
    city.does(&offer_from("ot", "t", start));
    city.does(&conclude("c1", "k2", "ot"));
    let old = &city.file("c1").contracts[0];
    assert!(old.current().never_ran());
    assert_eq!(old.current().valid_to, date(2027, 8, 31));
    assert!(city.facility("B").held.is_empty());
    assert_eq!(city.facility("B").freed[0].free_from, START);
}

#[test]
fn a_move_within_a_full_facility_needs_no_second_place_and_frees_none() {
    let mut city = moving();
    let start = date(2028, 3, 15);
    city.does(&submit("c1", &[wish_from("t", "B", 1, start)]));
    city.does(&offer_from("ot", "t", start));
    let changes = city.does(&conclude("c1", "k2", "ot"));
    assert!(!kinds(&changes).iter().any(|kind| kind.starts_with("place")));
    // Old and new contract share March 2028; the child takes one place.
    assert_eq!(city.facility("B").held.len(), 2);
}

#[test]
fn a_transfer_also_leaves_the_contract_that_continues_the_old_one() {
    let mut city = moving();
    city.does(&Command::ContinueContract {
        child: child_id("c1"),
        contract: contract_id("contract-c1-B"),
        continuation: contract_id("k2"),
        terms: ContractTerms {
            daily_hours: hours(6.0),
            ..terms(CareType::Nursery, date(2028, 1, 1), date(2032, 7, 31))
        },
    });
    let start = date(2027, 12, 1);
    city.does(&submit("c1", &[wish_from("t", "A", 1, start)]));
    city.does(&offer_from("ot", "t", start));
    city.does(&conclude("c1", "k3", "ot"));
    let file = city.file("c1");
    let end = |id| file.contract(&contract_id(id)).unwrap().current().clone();
    assert_eq!(end("contract-c1-B").valid_to, date(2027, 11, 30));
    assert!(end("k2").never_ran());
}

#[test]
fn a_contract_that_is_not_left_stands_in_the_way() {
    let mut city = City::new();
    city.does(&import(
        "T2",
        &[ExistingChild {
            child: child_id("c1"),
            facts: facts_of_a_child(BORN),
            terms: terms(CareType::Nursery, date(2027, 1, 1), date(2027, 12, 31)),
            ..import_row(1, "key-1", "N")
        }],
    ));
    city.does(&import(
        "T2",
        &[ExistingChild {
            child: child_id("c1"),
            child_is_known: true,
            facts: facts_of_a_child(BORN),
            terms: terms(CareType::Nursery, date(2028, 1, 1), date(2028, 6, 30)),
            ..import_row(1, "key-2", "B")
        }],
    ));
    let start = date(2027, 11, 1);
    city.does(&submit("c1", &[wish_from("t", "A", 1, start)]));
    city.does(&offer_from("ot", "t", start));
    assert_eq!(
        city.refuses(&conclude("c1", "k1", "ot")),
        Refusal::ContractExists {
            contract: contract_id("contract-of-key-2"),
            from: date(2028, 1, 1),
            to: date(2028, 6, 30)
        }
    );
}

#[test]
fn an_application_for_care_after_the_contract_keeps_the_place_too() {
    let mut city = moving();
    city.does(&end("c1", "contract-c1-B", date(2028, 7, 31)));
    city.does(&submit("c1", &[wish_from("t", "A", 1, date(2028, 8, 1))]));
    assert_eq!(
        city.application("c1", "t").transfer_from,
        Some(contract_id("contract-c1-B"))
    );
    city.does(&offer_from("ot", "t", date(2028, 8, 1)));
    city.does(&conclude("c1", "k2", "ot"));
    assert_eq!(
        city.file("c1").contracts[0].current().valid_to,
        date(2028, 7, 31)
    );
}
