//! The conclusion of a contract closes everything else (K33, K37, K38).

use super::*;

fn three_offers() -> City {
    let mut city = City::with_child("c1");
    city.does(&submit(
        "c1",
        &[
            wish("a", "A", 1),
            wish("b", "B", 2),
            wish("d", "D", 3),
            wish("n", "N", 4),
        ],
    ));
    city.does(&make_offer("c1", "oa", "a"));
    city.does(&make_offer("c1", "ob", "b"));
    city.does(&make_offer("c1", "od", "d"));
    city
}

#[test]
fn a_contract_withdraws_every_other_application_and_declines_every_open_offer() {
    let mut city = three_offers();
    let changes = city.does(&conclude("c1", "k1", "oa"));
    assert_eq!(
        kinds(&changes),
        [
            "offer.contracted oa",
            "application.contracted a",
            "contract.concluded k1",
            "offer.declined_by_contract ob",
            "place.freed freed.ob",
            "application.withdrawn b",
            "offer.declined_by_contract od",
            "place.freed freed.od",
            "application.withdrawn d",
            "application.withdrawn n",
        ]
    );
    assert!(city.file("c1").applications.iter().all(|a| !a.is_open()));
    let contract = city.file("c1").contract(&contract_id("k1")).unwrap();
    assert_eq!(contract.current().valid_from, START);
    assert_eq!(contract.current().valid_to, date(2032, 7, 31));
    assert_eq!(
        contract.first_record,
        FirstRecord::Offer {
            offer: offer_id("oa")
        }
    );
    assert!(matches!(
        city.application("c1", "b").state,
        ApplicationState::Withdrawn {
            cause: Withdrawal::ByContract { .. },
            ..
        }
    ));
    assert_eq!(
        city.facility("A").held[0].holder,
        Holder::Contract(contract_id("k1"))
    );
    assert!(city.facility("B").held.is_empty());
}

#[test]
fn a_confirmed_offer_is_concluded_after_its_last_day_to_answer_and_an_open_one_is_not() {
    let mut city = three_offers();
    city.does(&confirm("c1", "oa"));
    city.situation.today = date(2027, 2, 16);
    assert!(matches!(
        city.refuses(&conclude("c1", "k1", "ob")),
        Refusal::OfferHasExpired { .. }
    ));
    city.does(&conclude("c1", "k1", "oa"));
}

#[test]
fn no_contract_comes_of_a_closed_offer_or_an_unknown_one() {
    let mut city = three_offers();
    city.does(&decline("c1", "oa"));
    assert_eq!(
        city.refuses(&conclude("c1", "k1", "oa")),
        Refusal::OfferNotOpen {
            offer: offer_id("oa"),
            state: "declined"
        }
    );
    assert!(matches!(
        city.refuses(&conclude("c1", "k1", "o9")),
        Refusal::UnknownOffer { .. }
    ));
    city.does(&conclude("c1", "k1", "ob"));
    assert!(matches!(
        city.refuses(&conclude("c1", "k2", "ob")),
        Refusal::OfferNotOpen {
            state: "contracted",
            ..
        }
    ));
}

#[test]
fn a_contract_may_start_today_and_not_in_the_past() {
    let mut city = three_offers();
    city.does(&confirm("c1", "oa"));
    city.situation.today = date(2027, 9, 2);
    assert!(matches!(
        city.refuses(&conclude("c1", "k1", "oa")),
        Refusal::DateInThePast { .. }
    ));
    city.situation.today = START;
    city.does(&conclude("c1", "k1", "oa"));
}

#[test]
fn a_week_has_one_to_seven_days() {
    let city = three_offers();
    for days_per_week in [0, 8] {
        let wrong = Command::ConcludeContract {
            child: child_id("c1"),
            conclusion: Conclusion {
                contract: contract_id("k1"),
                offer: offer_id("oa"),
                days_per_week,
                lunch: false,
                by: person(),
            },
        };
        assert!(matches!(city.refuses(&wrong), Refusal::NotOneOf { .. }));
    }
}

#[test]
fn parallel_applications_without_consent_come_to_no_contract() {
    let mut city = three_offers();
    let file = city.situation.children.get_mut(&child_id("c1")).unwrap();
    file.consent = None;
    assert_eq!(
        city.refuses(&conclude("c1", "k1", "oa")),
        Refusal::ConsentMissing { open: 4 }
    );
}

#[test]
fn the_last_place_goes_to_one_contract_however_many_offers_are_out() {
    let mut city = three_offers();
    city.child("c2", BORN);
    city.does(&submit("c2", &[wish("a2", "A", 1)]));
    city.does(&make_offer("c2", "o2", "a2"));
    // Two offers are out when the staff of one of the two places leaves.
    city.does(&Command::SetCapacity(CapacityChange {
        facility: facility_id("A"),
        span: CapacitySpan {
            staffed: 1,
            ..capacity("A", CareType::Nursery, 2).span
        },
    }));
    city.does(&conclude("c2", "k2", "o2"));
    assert!(matches!(
        city.refuses(&conclude("c1", "k1", "oa")),
        Refusal::NoPlaceFree {
            staffed: 1,
            held: 1,
            ..
        }
    ));
    city.does(&conclude("c1", "k1", "ob"));
}

#[test]
fn blocked_places_are_not_contracted() {
    let mut city = three_offers();
    city.does(&Command::BlockPlaces {
        facility: facility_id("B"),
        span: BlockedSpan {
            care_type: CareType::Kindergarten,
            valid_from: date(2030, 5, 1),
            valid_to: None,
            places: 1,
        },
    });
    assert!(matches!(
        city.refuses(&conclude("c1", "k1", "ob")),
        Refusal::NoPlaceFree {
            care_type: CareType::Kindergarten,
            ..
        }
    ));
}
