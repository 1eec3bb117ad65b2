//! Providers: the agreement, the introduction, attestations.

use super::*;
use crate::Month;

#[test]
fn a_provider_joins_once_with_an_agreement_in_order_and_a_name() {
    let city = City::new();
    let register = |change: fn(&mut ProviderRegistration)| {
        let mut new = registration("T3");
        change(&mut new);
        decide(&city.situation, &Command::RegisterProvider(new))
    };
    assert!(register(|_| {}).is_ok());
    assert!(matches!(
        register(|r| r.id = provider_id("T1")),
        Err(Refusal::AlreadyKnown { .. })
    ));
    assert!(matches!(
        register(|r| r.participates_to = Some(date(2022, 11, 7))),
        Err(Refusal::DateOrder { .. })
    ));
    assert!(matches!(
        register(|r| r.name = "x".repeat(201)),
        Err(Refusal::NotOneOf { .. })
    ));
}

#[test]
fn a_step_of_the_introduction_replaces_the_one_of_the_same_day() {
    let mut city = City::new();
    let step = |stage| Command::SetRollout {
        provider: provider_id("T1"),
        step: RolloutStep {
            care_type: CareType::Nursery,
            stage,
            valid_from: date(2026, 1, 1),
        },
    };
    assert!(matches!(
        city.refuses(&step(RolloutStage::Full)),
        Refusal::NothingToChange { .. }
    ));
    city.does(&step(RolloutStage::ReadOnly));
    let file = &city.situation.providers[&provider_id("T1")];
    assert_eq!(file.rollout.len(), 4);
    // The facilities know it as well.
    assert_eq!(city.situation.facilities[&facility_id("A")].provider, *file);
}

#[test]
fn a_provider_attests_each_month_once_and_at_most_the_next_one_ahead() {
    let mut city = City::new();
    let attest = |month| Command::Attest {
        provider: provider_id("T1"),
        month: Month::new(2027, month).unwrap(),
    };
    city.does(&attest(2));
    city.does(&attest(1));
    assert!(matches!(
        city.refuses(&attest(2)),
        Refusal::NothingToChange { .. }
    ));
    assert!(matches!(
        city.refuses(&attest(3)),
        Refusal::DateInTheFuture { .. }
    ));
    let attestations = &city.situation.providers[&provider_id("T1")].attestations;
    assert_eq!(attestations[0].month, Month::new(2027, 1).unwrap());
    assert!(attestations.iter().all(|given| given.attested_on == TODAY));
}

#[test]
fn what_is_not_known_is_refused_by_name() {
    let city = City::with_child("c1");
    let codes = [
        city.refuses(&confirm("c9", "o1")),
        city.refuses(&end("c1", "k9", TODAY)),
        city.refuses(&make_offer("c1", "o1", "a9")),
        city.refuses(&import("T9", &[])),
        city.refuses(&Command::CloseFacility {
            facility: facility_id("X"),
            last_day: TODAY,
        }),
    ]
    .map(|refusal| (refusal.code(), refusal.class()));
    assert_eq!(
        codes,
        [
            ("E9001", RefusalClass::NotFound),
            ("E9004", RefusalClass::NotFound),
            ("E9002", RefusalClass::NotFound),
            ("E9006", RefusalClass::NotFound),
            ("E9005", RefusalClass::NotFound),
        ]
    );
}
