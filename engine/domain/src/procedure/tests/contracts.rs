//! Contracts all year: other terms, corrections, ends (K17).

use super::*;
use crate::Month;

fn continue_with(terms: ContractTerms) -> Command {
    Command::ContinueContract {
        child: child_id("c1"),
        contract: contract_id("contract-c1-A"),
        continuation: contract_id("k2"),
        terms,
    }
}

/// c1 is at A from September 2027 to July 2032.
fn contracted() -> City {
    let mut city = City::with_child("c1");
    city.contract("c1", "A");
    city
}

const EXPECTED: Date = date(2032, 7, 31);

#[test]
fn other_hours_from_a_day_on_are_a_continuing_contract() {
    let mut city = contracted();
    let shorter = ContractTerms {
        daily_hours: hours(6.0),
        valid_to: None,
        ..terms(CareType::Nursery, date(2028, 1, 15), EXPECTED)
    };
    assert_eq!(
        kinds(&city.does(&continue_with(shorter))),
        [
            "contract.version_recorded contract-c1-A",
            "contract.concluded k2"
        ]
    );
    let file = city.file("c1");
    let (old, new) = (
        &file.contracts[0],
        file.contract(&contract_id("k2")).unwrap(),
    );
    assert_eq!(old.current().valid_to, date(2028, 1, 14));
    assert_eq!(old.end, Some(ContractEnd::Continued));
    assert_eq!(new.current().valid_to, EXPECTED);
    assert_eq!(new.current().daily_hours, hours(6.0));
    assert_eq!(
        new.first_record,
        FirstRecord::Continuation {
            of: contract_id("contract-c1-A")
        }
    );
}

#[test]
fn notice_that_was_given_stands_behind_the_continuing_contract() {
    let mut city = contracted();
    city.does(&end("c1", "contract-c1-A", date(2028, 7, 31)));
    let shorter = ContractTerms {
        daily_hours: hours(6.0),
        valid_to: None,
        ..terms(CareType::Nursery, date(2028, 1, 1), EXPECTED)
    };
    city.does(&continue_with(shorter));
    let new = city.file("c1").contract(&contract_id("k2")).unwrap();
    assert_eq!(new.current().valid_to, date(2028, 7, 31));
    assert_eq!(new.end, Some(ContractEnd::ByFamily));
}

#[test]
fn new_terms_begin_within_the_contract_and_not_in_the_past() {
    let mut city = contracted();
    let from = |day| continue_with(terms(CareType::Nursery, day, EXPECTED));
    assert!(matches!(
        city.refuses(&from(date(2027, 1, 14))),
        Refusal::DateInThePast { .. }
    ));
    assert!(matches!(
        city.refuses(&from(START)),
        Refusal::DateOrder { .. }
    ));
    assert!(matches!(
        city.refuses(&from(date(2032, 8, 1))),
        Refusal::DateOrder { .. }
    ));
    assert!(matches!(
        city.refuses(&from(date(2028, 1, 1))),
        Refusal::NothingToChange { .. }
    ));
    city.does(&end("c1", "contract-c1-A", date(2027, 12, 31)));
    city.situation.today = date(2028, 1, 1);
    assert_eq!(
        city.refuses(&from(date(2028, 2, 1))),
        Refusal::ContractEnded {
            contract: contract_id("contract-c1-A")
        }
    );
}

#[test]
fn kindergarten_follows_nursery_from_the_34th_month_and_frees_the_nursery_place() {
    let mut city = contracted();
    let from = |day| continue_with(terms(CareType::Kindergarten, day, EXPECTED));
    // 33 months are completed on 10 December 2028.
    assert!(matches!(
        city.refuses(&from(date(2028, 12, 1))),
        Refusal::AgeDoesNotFit { .. }
    ));
    assert_eq!(
        kinds(&city.does(&from(date(2029, 1, 1)))),
        [
            "contract.version_recorded contract-c1-A",
            "contract.concluded k2",
            "place.freed freed.contract-c1-A.2"
        ]
    );
    let freed = &city.facility("A").freed[0];
    assert_eq!(freed.care_type, CareType::Nursery);
    assert_eq!(freed.free_from, date(2029, 1, 1));
}

#[test]
fn an_earlier_change_to_kindergarten_needs_a_kindergarten_place_then() {
    let mut city = contracted();
    city.does(&Command::BlockPlaces {
        facility: facility_id("A"),
        span: BlockedSpan {
            care_type: CareType::Kindergarten,
            valid_from: date(2028, 10, 1),
            valid_to: Some(date(2029, 1, 31)),
            places: 3,
        },
    });
    let from = |day| continue_with(terms(CareType::Kindergarten, day, EXPECTED));
    assert!(matches!(
        city.refuses(&from(date(2029, 1, 15))),
        Refusal::NoPlaceFree { month, .. } if month == Month::new(2029, 1).unwrap()
    ));
    city.does(&from(date(2029, 2, 1)));
}

#[test]
fn a_correction_keeps_what_was_known_before() {
    let mut city = contracted();
    city.situation.today = date(2027, 10, 4);
    let wrong = ContractTerms {
        daily_hours: hours(4.5),
        ..terms(CareType::Nursery, START, EXPECTED)
    };
    city.does(&correct("c1", "contract-c1-A", wrong.clone()));
    assert!(matches!(
        city.refuses(&correct("c1", "contract-c1-A", wrong)),
        Refusal::NothingToChange { .. }
    ));
    // A second correction of the same day is a third version.
    city.does(&correct(
        "c1",
        "contract-c1-A",
        terms(CareType::Nursery, date(2027, 9, 6), EXPECTED),
    ));
    let versions = &city.file("c1").contracts[0].versions;
    let known: Vec<_> = versions
        .iter()
        .map(|v| (v.version, v.recorded_from, v.recorded_to))
        .collect();
    let then = date(2027, 10, 4);
    assert_eq!(
        known,
        [
            (1, TODAY, Some(then)),
            (2, then, Some(then)),
            (3, then, None)
        ]
    );
    assert_eq!(versions[0].valid_from, START);
}

#[test]
fn a_longer_contract_needs_room_in_the_months_it_gains_and_a_shorter_one_frees_a_place() {
    let mut city = City::with_child("c1");
    city.contract("c1", "B");
    let until = |day| correct("c1", "contract-c1-B", terms(CareType::Nursery, START, day));
    assert_eq!(
        kinds(&city.does(&until(date(2029, 2, 28)))),
        [
            "contract.version_recorded contract-c1-B",
            "place.freed freed.contract-c1-B.2"
        ]
    );
    let freed = &city.facility("B").freed[0];
    assert_eq!(freed.care_type, CareType::Kindergarten);
    assert_eq!(freed.free_from, date(2029, 3, 1));
    // Somebody else is offered the kindergarten place.
    city.child("c2", date(2024, 3, 1));
    let mut kindergarten = wish("b2", "B", 1);
    kindergarten.care_type = CareType::Kindergarten;
    city.does(&submit("c2", &[kindergarten]));
    city.does(&make_offer("c2", "o2", "b2"));
    assert!(matches!(
        city.refuses(&until(EXPECTED)),
        Refusal::NoPlaceFree {
            care_type: CareType::Kindergarten,
            held: 1,
            ..
        }
    ));
    city.does(&decline("c2", "o2"));
    city.does(&until(EXPECTED));
}

#[test]
fn neither_a_correction_nor_new_terms_lay_two_contracts_over_one_day() {
    let mut city = contracted();
    city.does(&end("c1", "contract-c1-A", date(2028, 2, 29)));
    city.does(&submit(
        "c1",
        &[Wish {
            wished_start: date(2028, 3, 1),
            ..wish("b", "B", 1)
        }],
    ));
    city.does(&Command::MakeOffer {
        child: child_id("c1"),
        offer: NewOffer {
            starts_on: date(2028, 3, 1),
            ..new_offer("ob", "b")
        },
    });
    city.does(&conclude("c1", "k2", "ob"));
    let continuation = Command::ContinueContract {
        child: child_id("c1"),
        contract: contract_id("contract-c1-A"),
        continuation: contract_id("k3"),
        terms: terms(CareType::Nursery, date(2028, 1, 1), date(2028, 3, 1)),
    };
    assert!(matches!(
        city.refuses(&continuation),
        Refusal::ContractExists { .. }
    ));
    assert!(matches!(
        city.refuses(&correct(
            "c1",
            "contract-c1-A",
            terms(CareType::Nursery, START, date(2028, 3, 1))
        )),
        Refusal::ContractExists { .. }
    ));
    assert!(matches!(
        city.refuses(&correct(
            "c1",
            "contract-c1-A",
            terms(CareType::Nursery, date(2026, 3, 9), date(2026, 3, 9))
        )),
        Refusal::AgeDoesNotFit { .. }
    ));
    assert!(matches!(
        city.refuses(&correct(
            "c1",
            "contract-c1-A",
            terms(CareType::Nursery, START, date(2027, 8, 1))
        )),
        Refusal::DateOrder { .. }
    ));
}

#[test]
fn a_contract_known_to_run_again_makes_open_applications_transfers() {
    let mut city = contracted();
    city.situation.today = date(2028, 1, 10);
    city.does(&end("c1", "contract-c1-A", date(2027, 12, 31)));
    city.does(&submit(
        "c1",
        &[Wish {
            wished_start: date(2028, 3, 1),
            ..wish("b", "B", 1)
        }],
    ));
    assert_eq!(city.application("c1", "b").transfer_from, None);
    let changes = city.does(&correct(
        "c1",
        "contract-c1-A",
        terms(CareType::Nursery, START, date(2028, 2, 29)),
    ));
    assert_eq!(
        kinds(&changes).last().unwrap(),
        "application.became_transfer b"
    );
}

#[test]
fn a_contract_ends_before_its_expected_end_and_frees_its_place() {
    let mut city = contracted();
    for wrong in [date(2032, 8, 1), EXPECTED] {
        assert!(matches!(
            city.refuses(&end("c1", "contract-c1-A", wrong)),
            Refusal::DateOrder { .. } | Refusal::NothingToChange { .. }
        ));
    }
    assert_eq!(
        kinds(&city.does(&end("c1", "contract-c1-A", date(2028, 7, 31)))),
        [
            "contract.version_recorded contract-c1-A",
            "place.freed freed.contract-c1-A.2"
        ]
    );
    assert_eq!(
        city.file("c1").contracts[0].end,
        Some(ContractEnd::ByFamily)
    );
    assert_eq!(city.facility("A").freed[0].free_from, date(2028, 8, 1));
}

#[test]
fn an_end_before_the_first_day_cancels_the_contract_and_what_never_ran_does_not_end() {
    let mut city = contracted();
    city.does(&end("c1", "contract-c1-A", date(2027, 3, 1)));
    let contract = city.file("c1").contracts[0].clone();
    assert!(contract.current().never_ran());
    assert_eq!(contract.current().valid_to, date(2027, 8, 31));
    assert!(city.facility("A").held.is_empty());
    assert_eq!(city.facility("A").freed[0].free_from, START);
    assert!(matches!(
        city.refuses(&end("c1", "contract-c1-A", date(2027, 3, 1))),
        Refusal::ContractEnded { .. }
    ));
}

#[test]
fn an_end_in_the_past_is_recorded_and_the_place_counts_to_the_end_of_its_month() {
    let mut city = contracted();
    city.situation.today = date(2028, 1, 20);
    city.does(&end("c1", "contract-c1-A", date(2028, 1, 10)));
    assert_eq!(city.facility("A").held.len(), 1);
    city.child("c2", BORN);
    let all_taken = Command::BlockPlaces {
        facility: facility_id("A"),
        span: BlockedSpan {
            care_type: CareType::Nursery,
            valid_from: date(2028, 1, 1),
            valid_to: None,
            places: 1,
        },
    };
    city.does(&all_taken);
    let start = date(2028, 1, 25);
    city.does(&submit(
        "c2",
        &[Wish {
            wished_start: start,
            ..wish("a2", "A", 1)
        }],
    ));
    let offer = |starts_on| Command::MakeOffer {
        child: child_id("c2"),
        offer: NewOffer {
            starts_on,
            reply_by: date(2028, 2, 1),
            ..new_offer("o2", "a2")
        },
    };
    assert!(matches!(
        city.refuses(&offer(start)),
        Refusal::NoPlaceFree { .. }
    ));
    city.does(&offer(date(2028, 2, 1)));
}
