//! Which facilities take applications: K11, K19, K27, K43, K47, K48.

use super::*;

fn reason(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::FacilityNotAvailable { reason, .. } => reason,
        other => panic!("{other}"),
    }
}

#[test]
fn a_facility_outside_the_needs_plan_takes_no_applications() {
    let mut city = City::with_child("c1");
    let plan = |in_needs_plan| Command::SetNeedsPlan {
        facility: facility_id("A"),
        in_needs_plan,
    };
    assert!(matches!(
        city.refuses(&plan(true)),
        Refusal::NothingToChange { .. }
    ));
    city.does(&plan(false));
    let apply = submit("c1", &[wish("a", "A", 1)]);
    assert_eq!(reason(city.refuses(&apply)), "it is not in the needs plan");
    city.does(&plan(true));
    city.does(&apply);
}

#[test]
fn a_lost_licence_blocks_applications_offers_and_conclusions_at_once_until_it_is_proven_again() {
    let mut city = City::with_child("c1");
    city.child("c2", BORN);
    let kept = city.contract("c2", "A");
    city.does(&submit("c1", &[wish("a", "A", 1), wish("b", "B", 2)]));
    city.does(&make_offer("c1", "o1", "b"));
    let withdraw = |facility: &str, from| Command::WithdrawLicence {
        facility: facility_id(facility),
        from,
        notice: reference("notice-3"),
    };
    city.does(&withdraw("A", TODAY));
    city.does(&withdraw("B", TODAY));
    assert_eq!(
        reason(city.refuses(&make_offer("c1", "o2", "a"))),
        "it has no operating licence today"
    );
    assert_eq!(
        reason(city.refuses(&conclude("c1", "k1", "o1"))),
        "it has no operating licence today"
    );
    assert!(matches!(
        city.refuses(&withdraw("A", TODAY)),
        Refusal::NothingToChange { .. }
    ));
    // The contract stays, unchanged.
    assert_eq!(city.file("c2").contract(&kept).unwrap().versions.len(), 1);
    city.does(&Command::GrantLicence {
        facility: facility_id("A"),
        valid_from: TODAY,
        valid_to: None,
        proof: reference("proof-4"),
    });
    city.does(&make_offer("c1", "o2", "a"));
}

#[test]
fn a_licence_that_ends_before_the_wished_start_is_not_enough() {
    let mut city = City::with_child("c1");
    city.does(&Command::WithdrawLicence {
        facility: facility_id("A"),
        from: date(2027, 8, 1),
        notice: reference("notice-3"),
    });
    assert_eq!(
        reason(city.refuses(&submit("c1", &[wish("a", "A", 1)]))),
        "it has no operating licence on the first day of care"
    );
}

#[test]
fn a_facility_to_come_takes_applications_for_days_from_its_opening_on() {
    let mut city = City::with_child("c1");
    let mut coming = facility_registration("E", "T1");
    coming.facts.opens_on = date(2027, 9, 1);
    coming.facts.licences = Vec::new();
    city.does(&Command::RegisterFacility(coming));
    city.does(&Command::SetCapacity(capacity("E", CareType::Nursery, 1)));
    let apply = |start| {
        let mut wish = wish("a", "E", 1);
        wish.wished_start = start;
        submit("c1", &[wish])
    };
    assert_eq!(
        reason(city.refuses(&apply(date(2027, 8, 31)))),
        "it is not open on the first day of care"
    );
    assert_eq!(
        reason(city.refuses(&apply(START))),
        "it has no operating licence on the first day of care"
    );
    city.does(&Command::GrantLicence {
        facility: facility_id("E"),
        valid_from: START,
        valid_to: None,
        proof: reference("proof-1"),
    });
    city.does(&apply(START));
    city.does(&Command::MakeOffer {
        child: child_id("c1"),
        offer: NewOffer {
            ends_on: Some(date(2029, 2, 28)),
            ..new_offer("o1", "a")
        },
    });
}

#[test]
fn a_provider_takes_part_from_its_first_to_its_last_day() {
    let mut city = City::with_child("c1");
    city.does(&submit("c1", &[wish("a", "A", 1), wish("b", "B", 2)]));
    city.situation.open_applications = vec![(child_id("c1"), application_id("b"))];
    let leave = |last_day| Command::EndProvider {
        provider: provider_id("T2"),
        last_day,
    };
    assert!(matches!(
        city.refuses(&leave(date(2027, 1, 14))),
        Refusal::DateInThePast { .. }
    ));
    assert_eq!(
        kinds(&city.does(&leave(date(2027, 6, 30)))),
        [
            "provider.participation_ends T2",
            "application.provider_leaves b"
        ]
    );
    assert!(matches!(
        city.refuses(&leave(date(2027, 6, 30))),
        Refusal::NothingToChange { .. }
    ));
    assert_eq!(
        reason(city.refuses(&make_offer("c1", "o1", "b"))),
        "its provider does not take part in the portal on the first day of care"
    );
    city.situation.today = date(2027, 7, 1);
    let mut early = wish("n", "N", 3);
    early.wished_start = date(2027, 7, 15);
    assert_eq!(
        reason(city.refuses(&submit("c1", &[early]))),
        "its provider does not take part in the portal today"
    );
}

#[test]
fn the_stage_of_the_introduction_opens_applications_first_and_contracts_last() {
    let mut city = City::with_child("c1");
    let stage = |stage| Command::SetRollout {
        provider: provider_id("T1"),
        step: RolloutStep {
            care_type: CareType::Nursery,
            stage,
            valid_from: TODAY,
        },
    };
    let apply = submit("c1", &[wish("a", "A", 1)]);
    for closed in [
        RolloutStage::Off,
        RolloutStage::Import,
        RolloutStage::ReadOnly,
    ] {
        city.does(&stage(closed));
        assert_eq!(
            reason(city.refuses(&apply)),
            "the care type is not open for applications in the portal"
        );
    }
    city.does(&stage(RolloutStage::Registration));
    city.does(&apply);
    city.does(&make_offer("c1", "o1", "a"));
    assert_eq!(
        reason(city.refuses(&conclude("c1", "k1", "o1"))),
        "contracts of the care type are not yet concluded in the portal"
    );
    city.does(&stage(RolloutStage::Full));
    city.does(&conclude("c1", "k1", "o1"));
}

#[test]
fn a_facility_offers_nothing_beyond_its_last_day_and_keeps_its_contracts() {
    let mut city = City::with_child("c1");
    let kept = city.contract("c1", "A");
    city.child("c2", BORN);
    city.does(&Command::CloseFacility {
        facility: facility_id("A"),
        last_day: date(2028, 7, 31),
    });
    assert_eq!(
        city.file("c1").contract(&kept).unwrap().current().valid_to,
        date(2032, 7, 31)
    );
    city.does(&submit("c2", &[wish("a", "A", 1)]));
    city.does(&make_offer("c2", "o2", "a"));
    let (_, offer) = city.file("c2").offer(&offer_id("o2")).unwrap();
    assert_eq!(offer.ends_on, date(2028, 7, 31));
    let mut late = new_offer("o3", "a");
    late.ends_on = Some(date(2028, 8, 1));
    city.does(&decline("c2", "o2"));
    assert!(matches!(
        city.refuses(&Command::MakeOffer {
            child: child_id("c2"),
            offer: late
        }),
        Refusal::NoPlaceFree { .. }
    ));
}
