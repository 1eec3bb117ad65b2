//! Offers: room, deadlines, answers, freed places.

use super::*;
use crate::{Month, SuggestionListId};

fn offer_with(change: impl FnOnce(&mut NewOffer)) -> Command {
    let mut offer = new_offer("o1", "a");
    change(&mut offer);
    Command::MakeOffer {
        child: child_id("c1"),
        offer,
    }
}

fn applied() -> City {
    let mut city = City::with_child("c1");
    city.does(&submit("c1", &[wish("a", "A", 1), wish("b", "B", 2)]));
    city
}

#[test]
fn an_offer_holds_its_place_for_the_whole_expected_stay_and_only_one_stands() {
    let mut city = applied();
    city.does(&make_offer("c1", "o1", "a"));
    let (_, offer) = city.file("c1").offer(&offer_id("o1")).unwrap();
    assert_eq!(offer.ends_on, date(2032, 7, 31));
    assert_eq!(offer.daily_hours, hours(9.0));
    assert_eq!(city.facility("A").held.len(), 1);
    assert_eq!(
        city.refuses(&make_offer("c1", "o2", "a")),
        Refusal::OfferOutstanding {
            offer: offer_id("o1")
        }
    );
    assert!(matches!(
        city.refuses(&make_offer("c1", "o1", "b")),
        Refusal::AlreadyKnown { .. }
    ));
}

#[test]
fn an_offer_that_leaves_the_suggested_order_says_why() {
    let mut city = applied();
    let row = |application: &str, position: u32, suggested: bool| SuggestionRow {
        position,
        application: application_id(application),
        child: child_id("c1"),
        points: 4,
        rank: 1,
        suggested,
        reason: "points".to_owned(),
    };
    let list = |rows: Vec<SuggestionRow>| SuggestionList {
        id: SuggestionListId::new("l1").unwrap(),
        facility: facility_id("A"),
        care_type: CareType::Nursery,
        starts_on: START,
        computed_from: 3,
        free_places: 1,
        rows,
        override_reason: None,
    };
    let missing = Refusal::OverrideReasonMissing {
        application: application_id("a"),
        list: SuggestionListId::new("l1").unwrap(),
    };
    let offer = make_offer("c1", "o1", "a");
    city.situation.waiting = [application_id("x")].into();
    for (rows, is_refused) in [
        (vec![row("a", 1, false)], true),
        (vec![], true),
        (vec![row("x", 1, true), row("a", 2, true)], true),
        (vec![row("y", 1, true), row("a", 2, true)], false),
        (vec![row("x", 1, false), row("a", 2, true)], false),
        (vec![row("a", 1, true), row("x", 2, true)], false),
    ] {
        city.situation.suggestions = Some(list(rows.clone()));
        let decided = crate::procedure::decide(&city.situation, &offer);
        assert_eq!(
            decided.err(),
            is_refused.then(|| missing.clone()),
            "{rows:?}"
        );
        let reasoned = offer_with(|offer| offer.override_reason = Some("hardship".to_owned()));
        assert!(crate::procedure::decide(&city.situation, &reasoned).is_ok());
    }
    let mut elsewhere = list(vec![]);
    elsewhere.facility = facility_id("B");
    city.situation.suggestions = Some(elsewhere);
    city.does(&offer);
}

#[test]
fn a_nursery_without_kindergarten_offers_until_the_month_before_the_third_birthday() {
    let mut city = City::with_child("c1");
    city.does(&submit("c1", &[wish("a", "N", 1)]));
    city.does(&make_offer("c1", "o1", "a"));
    let (_, offer) = city.file("c1").offer(&offer_id("o1")).unwrap();
    assert_eq!(offer.ends_on, date(2029, 2, 28));
}

#[test]
fn a_place_is_offered_only_if_it_is_free_in_every_month_of_the_stay() {
    let mut city = City::with_child("c1");
    // B has one kindergarten place; from March 2029 on it is c1's.
    city.contract("c1", "B");
    city.child("c2", date(2025, 10, 20));
    city.does(&submit("c2", &[wish("b", "B", 1)]));
    let mut second = new_offer("o2", "b");
    let refusal = city.refuses(&Command::MakeOffer {
        child: child_id("c2"),
        offer: second.clone(),
    });
    assert_eq!(
        refusal,
        Refusal::NoPlaceFree {
            facility: facility_id("B"),
            month: Month::new(2027, 9).unwrap(),
            care_type: CareType::Nursery,
            staffed: 1,
            held: 1
        }
    );
    // With a second nursery place the kindergarten place is still missing from March 2029 on.
    city.does(&Command::SetCapacity(capacity("B", CareType::Nursery, 2)));
    let refusal = city.refuses(&Command::MakeOffer {
        child: child_id("c2"),
        offer: second.clone(),
    });
    assert!(
        matches!(refusal, Refusal::NoPlaceFree { month, care_type: CareType::Kindergarten, .. }
            if month == Month::new(2029, 3).unwrap())
    );
    second.ends_on = Some(date(2029, 2, 28));
    city.does(&Command::MakeOffer {
        child: child_id("c2"),
        offer: second,
    });
}

#[test]
fn open_offers_and_blocked_places_take_room_too() {
    let mut city = applied();
    city.child("c2", BORN);
    city.does(&submit("c2", &[wish("b2", "B", 1), wish("a2", "A", 2)]));
    city.does(&make_offer("c1", "o1", "b"));
    assert!(matches!(
        city.refuses(&make_offer("c2", "o2", "b2")),
        Refusal::NoPlaceFree { held: 1, .. }
    ));
    let block = |places| Command::BlockPlaces {
        facility: facility_id("A"),
        span: BlockedSpan {
            care_type: CareType::Nursery,
            valid_from: date(2028, 1, 1),
            valid_to: Some(date(2028, 3, 31)),
            places,
        },
    };
    city.does(&block(2));
    assert!(matches!(
        city.refuses(&make_offer("c2", "o2", "a2")),
        Refusal::NoPlaceFree { month, held: 2, .. } if month == Month::new(2028, 1).unwrap()
    ));
    assert!(matches!(
        city.refuses(&block(2)),
        Refusal::NothingToChange { .. }
    ));
    city.does(&block(1));
    city.does(&make_offer("c2", "o2", "a2"));
}

#[test]
fn an_offer_is_for_days_to_come_and_answered_in_the_time_the_city_allows() {
    let city = applied();
    let refused = |change: fn(&mut NewOffer)| city.refuses(&offer_with(change));
    assert!(matches!(
        refused(|o| o.starts_on = date(2027, 1, 14)),
        Refusal::DateInThePast { .. }
    ));
    assert!(matches!(
        refused(|o| o.reply_by = date(2027, 1, 14)),
        Refusal::DateInThePast { .. }
    ));
    assert_eq!(
        refused(|o| o.reply_by = date(2027, 3, 17)),
        Refusal::ReplyTooLong {
            reply_by: date(2027, 3, 17),
            latest: date(2027, 3, 16)
        }
    );
    assert!(matches!(
        refused(|o| o.ends_on = Some(date(2027, 8, 31))),
        Refusal::DateOrder { .. }
    ));
    assert!(matches!(
        refused(|o| o.override_reason = Some(" ".to_owned())),
        Refusal::ReasonMissing { .. }
    ));
    assert!(matches!(
        refused(|o| o.override_reason = Some("x".repeat(65))),
        Refusal::NotOneOf { .. }
    ));
    assert!(matches!(
        refused(|o| o.starts_on = date(2029, 3, 10)),
        Refusal::AgeDoesNotFit { .. }
    ));
    assert!(
        decide(
            &city.situation,
            &offer_with(|o| o.reply_by = date(2027, 3, 16))
        )
        .is_ok()
    );
}

#[test]
fn an_offer_is_confirmed_once_and_in_time() {
    let mut city = applied();
    city.does(&make_offer("c1", "o1", "a"));
    city.situation.today = date(2027, 2, 16);
    assert!(matches!(
        city.refuses(&confirm("c1", "o1")),
        Refusal::OfferHasExpired { .. }
    ));
    city.situation.today = date(2027, 2, 15);
    city.does(&confirm("c1", "o1"));
    assert_eq!(
        city.refuses(&confirm("c1", "o1")),
        Refusal::OfferNotOpen {
            offer: offer_id("o1"),
            state: "confirmed"
        }
    );
    assert!(matches!(
        city.refuses(&confirm("c1", "o9")),
        Refusal::UnknownOffer { .. }
    ));
}

#[test]
fn two_confirmed_offers_are_a_conflict_until_one_is_released() {
    let mut city = applied();
    city.does(&make_offer("c1", "o1", "b"));
    city.does(&make_offer("c1", "o2", "a"));
    city.does(&confirm("c1", "o1"));
    let conflict = Refusal::OfferAlreadyConfirmed {
        offer: offer_id("o1"),
    };
    assert_eq!(city.refuses(&confirm("c1", "o2")), conflict);
    assert_eq!(city.refuses(&conclude("c1", "k1", "o2")), conflict);
    assert_eq!(
        kinds(&city.does(&decline("c1", "o1"))),
        ["offer.declined o1", "place.freed freed.o1"]
    );
    assert!(city.application("c1", "b").is_open());
    city.does(&confirm("c1", "o2"));
    city.does(&conclude("c1", "k1", "o2"));
}

#[test]
fn a_provider_takes_an_offer_back_with_a_reason_code() {
    let mut city = applied();
    city.does(&make_offer("c1", "o1", "a"));
    city.does(&confirm("c1", "o1"));
    let revoke = |reason: &str| Command::RevokeOffer {
        child: child_id("c1"),
        offer: offer_id("o1"),
        reason: reason.to_owned(),
    };
    assert!(matches!(
        city.refuses(&revoke("")),
        Refusal::ReasonMissing { .. }
    ));
    assert_eq!(
        kinds(&city.does(&revoke("group_closed"))),
        ["offer.revoked o1", "place.freed freed.o1"]
    );
    assert_eq!(
        city.refuses(&revoke("group_closed")),
        Refusal::OfferNotOpen {
            offer: offer_id("o1"),
            state: "revoked"
        }
    );
    assert!(matches!(
        city.refuses(&decline("c1", "o1")),
        Refusal::OfferNotOpen { .. }
    ));
}

#[test]
fn an_open_offer_expires_the_day_after_its_last_day_and_a_confirmed_one_does_not() {
    let mut city = applied();
    city.does(&make_offer("c1", "o1", "a"));
    city.does(&make_offer("c1", "o2", "b"));
    city.does(&confirm("c1", "o2"));
    let expire = Command::ExpireOffers {
        child: child_id("c1"),
    };
    city.situation.today = date(2027, 2, 15);
    assert!(matches!(
        city.refuses(&expire),
        Refusal::NothingToChange { .. }
    ));
    city.situation.today = date(2027, 2, 16);
    assert_eq!(
        kinds(&city.does(&expire)),
        ["offer.expired o1", "place.freed freed.o1"]
    );
    assert!(city.application("c1", "a").is_open());
    assert!(
        city.file("c1")
            .offer(&offer_id("o2"))
            .unwrap()
            .1
            .holds_a_place()
    );
}

#[test]
fn an_offer_of_a_freed_place_closes_the_oldest_one_that_waits() {
    let mut city = applied();
    city.child("c2", BORN);
    city.does(&submit("c2", &[wish("a2", "A", 1)]));
    for offer in ["o1", "o2"] {
        city.does(&make_offer("c1", offer, "a"));
        city.does(&decline("c1", offer));
    }
    // The second offer took up the place the first had freed.
    assert_eq!(city.facility("A").freed.len(), 1);
    city.does(&make_offer("c1", "o3", "b"));
    city.does(&decline("c1", "o3"));
    assert_eq!(
        kinds(&city.does(&make_offer("c2", "o4", "a2"))),
        ["offer.made o4", "freed_place.closed freed.o2"]
    );
    assert!(city.facility("A").freed.is_empty());
    assert_eq!(city.facility("B").freed.len(), 1);
}

#[test]
fn a_freed_place_for_which_nobody_waits_is_closed_once() {
    let mut city = applied();
    city.does(&make_offer("c1", "o1", "a"));
    city.does(&decline("c1", "o1"));
    let close = Command::CloseFreedPlace {
        facility: facility_id("A"),
        freed_place: crate::FreedPlaceId::new("freed.o1").unwrap(),
    };
    assert!(matches!(
        city.does(&close)[0],
        Change::FreedPlaceClosed {
            outcome: FreedPlaceOutcome::NobodyWaits,
            ..
        }
    ));
    assert!(matches!(
        city.refuses(&close),
        Refusal::UnknownFreedPlace { .. }
    ));
}

#[test]
fn a_job_is_no_person() {
    let job = Actor::System {
        job: "cascade".to_owned(),
    };
    assert_eq!(job.person("making an offer").unwrap_err().code(), "E9035");
    assert_eq!(
        Actor::Human(person()).person("making an offer"),
        Ok(&person())
    );
}
