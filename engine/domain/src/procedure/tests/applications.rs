//! Applications: consent, ranks, ages, availability.

use super::*;
use crate::IdentifierError;

fn staff(place: Channel, notice_given_on: Date, applied_on: Option<Date>) -> Entry {
    Entry::Staff {
        place,
        entered_by: person(),
        notice_given_on,
        on_behalf_of: Mandate {
            reference: reference("mandate-12"),
        },
        applied_on,
    }
}

fn entered(entry: Entry) -> Command {
    Command::SubmitApplications {
        child: child_id("c1"),
        wishes: vec![wish("a", "A", 1)],
        entry,
    }
}

#[test]
fn parallel_applications_need_consent_and_one_alone_does_not() {
    let mut city = City::with_child("c1");
    city.does(&Command::RevokeConsent {
        child: child_id("c1"),
    });
    let both = submit("c1", &[wish("a", "A", 1), wish("b", "B", 2)]);
    assert_eq!(city.refuses(&both), Refusal::ConsentMissing { open: 2 });
    city.does(&submit("c1", &[wish("a", "A", 1)]));
    let second = submit("c1", &[wish("b", "B", 2)]);
    assert_eq!(city.refuses(&second), Refusal::ConsentMissing { open: 2 });
    city.does(&consent("c1"));
    city.does(&second);
    assert_eq!(
        city.refuses(&Command::RevokeConsent {
            child: child_id("c1")
        }),
        Refusal::ConsentNeeded { open: 2 }
    );
}

#[test]
fn consent_is_known_once_dated_today_at_the_latest_and_names_its_text() {
    let city = City::with_child("c1");
    assert!(matches!(
        city.refuses(&consent("c1")),
        Refusal::NothingToChange { .. }
    ));
    let other = |text: &str, given_on| Command::GiveConsent {
        child: child_id("c1"),
        consent: Consent {
            text_version: text.to_owned(),
            channel: Channel::Onsite,
            given_on,
            given_by: ActorId::new("parent").unwrap(),
        },
    };
    assert!(matches!(
        city.refuses(&other("2", date(2027, 1, 16))),
        Refusal::DateInTheFuture { .. }
    ));
    assert!(matches!(
        city.refuses(&other("", TODAY)),
        Refusal::NotOneOf { .. }
    ));
}

#[test]
fn no_more_applications_are_open_than_the_city_allows_and_all_or_none_are_taken() {
    let mut city = City::with_child("c1");
    city.situation.policy.most_applications = 2;
    let three = [wish("a", "A", 1), wish("b", "B", 2), wish("d", "D", 3)];
    assert_eq!(
        city.refuses(&submit("c1", &three)),
        Refusal::TooManyApplications { open: 3, most: 2 }
    );
    city.does(&submit("c1", &three[..2]));
    assert_eq!(
        city.refuses(&submit("c1", &three[2..])),
        Refusal::TooManyApplications { open: 3, most: 2 }
    );
    assert_eq!(city.refuses(&submit("c1", &[])), Refusal::NoWishes);
}

#[test]
fn ranks_keys_and_facilities_are_wished_once() {
    let mut city = City::with_child("c1");
    city.does(&submit("c1", &[wish("a", "A", 1)]));
    let refused = |wish: Wish| city.refuses(&submit("c1", &[wish]));
    assert_eq!(refused(wish("b", "B", 1)), Refusal::RankTaken { rank: 1 });
    assert_eq!(refused(wish("b", "B", 0)), Refusal::RankTaken { rank: 0 });
    assert_eq!(refused(wish("b", "B", 21)), Refusal::RankTaken { rank: 21 });
    assert_eq!(
        refused(wish("b", "A", 2)),
        Refusal::AlreadyApplied {
            facility: facility_id("A")
        }
    );
    assert!(matches!(
        refused(wish("a", "B", 2)),
        Refusal::AlreadyKnown { .. }
    ));
    assert!(matches!(
        refused(wish("b", "X", 2)),
        Refusal::UnknownFacility { .. }
    ));
}

#[test]
fn a_wish_lies_ahead() {
    let city = City::with_child("c1");
    let mut past = wish("a", "A", 1);
    past.wished_start = date(2027, 1, 14);
    assert!(matches!(
        city.refuses(&submit("c1", &[past])),
        Refusal::DateInThePast { .. }
    ));
}

#[test]
fn the_age_at_the_start_fits_the_care_type() {
    let mut city = City::new();
    city.child("born-2024", date(2024, 12, 1));
    let on = |care_type, start| {
        let mut wish = wish("a", "A", 1);
        wish.care_type = care_type;
        wish.wished_start = start;
        decide(&city.situation, &submit("born-2024", &[wish])).is_ok()
    };
    assert!(on(CareType::Nursery, date(2027, 11, 30)));
    assert!(!on(CareType::Nursery, date(2027, 12, 1)));
    assert!(!on(CareType::Childminding, date(2027, 12, 1)));
    // 33 months are completed on 1 September 2027.
    assert!(!on(CareType::Kindergarten, date(2027, 8, 31)));
    assert!(on(CareType::Kindergarten, date(2027, 9, 1)));
    // School entry in 2031, or a year later where it is deferred.
    assert!(on(CareType::Kindergarten, date(2032, 7, 31)));
    assert!(!on(CareType::Kindergarten, date(2032, 8, 1)));
    assert!(!on(CareType::AfterSchool, date(2029, 11, 30)));
    assert!(on(CareType::AfterSchool, date(2029, 12, 1)));
    assert!(!on(CareType::AfterSchool, date(2036, 8, 1)));
}

#[test]
fn staff_enter_with_notice_mandate_and_the_day_on_paper() {
    let mut city = City::with_child("c1");
    let refused = |entry| city.refuses(&entered(entry));
    let tomorrow = date(2027, 1, 16);
    assert!(matches!(
        refused(staff(Channel::Onsite, tomorrow, None)),
        Refusal::DateInTheFuture { .. }
    ));
    assert!(matches!(
        refused(staff(Channel::Onsite, TODAY, Some(tomorrow))),
        Refusal::DateInTheFuture { .. }
    ));
    assert!(matches!(
        refused(staff(Channel::Online, TODAY, None)),
        Refusal::NotOneOf { .. }
    ));
    let paper = date(2026, 11, 2);
    city.does(&entered(staff(Channel::Mediation, TODAY, Some(paper))));
    let application = city.application("c1", "a");
    assert_eq!(application.applied_on, paper);
    assert_eq!(application.entry.channel(), Channel::Mediation);
}

#[test]
fn a_staff_entry_without_notice_or_mandate_cannot_be_read() {
    let whole = serde_json::to_value(staff(Channel::Onsite, TODAY, None)).unwrap();
    assert!(serde_json::from_value::<Entry>(whole.clone()).is_ok());
    for needed in ["notice_given_on", "on_behalf_of", "entered_by"] {
        let mut part = whole.clone();
        part.as_object_mut().unwrap().remove(needed);
        assert!(serde_json::from_value::<Entry>(part).is_err(), "{needed}");
    }
    assert_eq!(
        ReferenceId::new(""),
        Err(IdentifierError::Length { length: 0 })
    );
}

#[test]
fn a_child_is_entered_once_and_keeps_its_municipality() {
    let mut city = City::new();
    let mut facts = facts_of_a_child(BORN);
    facts.municipality = 14_627_140;
    let register = |facts: ChildFacts| Command::RegisterChild {
        child: Child {
            id: child_id("c9"),
            facts,
        },
    };
    let unborn = facts_of_a_child(date(2027, 1, 16));
    let refusal = city.refuses(&register(unborn));
    assert!(!refusal.to_string().contains("2027"), "{refusal}");
    city.does(&register(facts.clone()));
    assert_eq!(city.file("c9").child.facts.municipality, 14_627_140);
    assert!(matches!(
        city.refuses(&register(facts)),
        Refusal::AlreadyKnown { .. }
    ));
    let move_home = |municipality| Command::MoveHome {
        child: child_id("c9"),
        area: AreaId::new("sued").unwrap(),
        municipality,
    };
    assert!(matches!(
        city.refuses(&move_home(14_627_140)),
        Refusal::NothingToChange { .. }
    ));
    city.does(&move_home(14_612_000));
    assert_eq!(city.file("c9").child.facts.municipality, 14_612_000);
}

#[test]
fn the_family_puts_every_open_application_into_a_new_order() {
    let mut city = City::with_child("c1");
    city.does(&submit(
        "c1",
        &[wish("a", "A", 1), wish("b", "B", 2), wish("d", "D", 7)],
    ));
    let rank = |order: &[&str]| Command::RankApplications {
        child: child_id("c1"),
        order: order.iter().map(|id| application_id(id)).collect(),
    };
    assert_eq!(
        city.refuses(&rank(&["b", "a"])),
        Refusal::RankTaken { rank: 3 }
    );
    assert_eq!(
        city.refuses(&rank(&["b", "a", "b"])),
        Refusal::RankTaken { rank: 3 }
    );
    assert!(matches!(
        city.refuses(&rank(&["b", "a", "x"])),
        Refusal::UnknownApplication { .. }
    ));
    let changes = city.does(&rank(&["b", "a", "d"]));
    assert_eq!(changes.len(), 3);
    assert_eq!(city.application("c1", "d").rank, 3);
    assert!(matches!(
        city.refuses(&rank(&["b", "a", "d"])),
        Refusal::NothingToChange { .. }
    ));
}

#[test]
fn points_are_recorded_with_the_version_of_the_catalogue() {
    let mut city = City::with_child("c1");
    city.does(&submit("c1", &[wish("a", "A", 1)]));
    let score = |points: &[(&str, i32)], version: &str| Command::ScoreApplication {
        child: child_id("c1"),
        application: application_id("a"),
        points: points
            .iter()
            .map(|(criterion, points)| CriterionPoints {
                criterion: (*criterion).to_owned(),
                points: *points,
            })
            .collect(),
        catalogue_version: version.to_owned(),
    };
    for wrong in [
        score(&[("sibling", 1001)], "v1"),
        score(&[("", 1)], "v1"),
        score(&[("sibling", 1), ("sibling", 2)], "v1"),
        score(&[], ""),
    ] {
        assert!(matches!(city.refuses(&wrong), Refusal::NotOneOf { .. }));
    }
    city.does(&score(&[("work", 4), ("sibling", 10)], "v1"));
    assert_eq!(city.application("c1", "a").total_points(), 14);
    let again = score(&[("sibling", 10), ("work", 4)], "v1");
    assert!(matches!(
        city.refuses(&again),
        Refusal::NothingToChange { .. }
    ));
}

#[test]
fn a_withdrawn_application_frees_what_was_on_offer_and_is_closed_for_good() {
    let mut city = City::with_child("c1");
    city.does(&submit("c1", &[wish("a", "A", 1)]));
    city.does(&make_offer("c1", "o1", "a"));
    let withdraw = Command::WithdrawApplication {
        child: child_id("c1"),
        application: application_id("a"),
        moved_away: true,
    };
    assert_eq!(
        kinds(&city.does(&withdraw)),
        [
            "offer.withdrawn o1",
            "place.freed freed.o1",
            "application.withdrawn a"
        ]
    );
    assert!(matches!(
        city.application("c1", "a").state,
        ApplicationState::Withdrawn {
            cause: Withdrawal::MovedAway,
            ..
        }
    ));
    assert!(city.facility("A").held.is_empty());
    assert!(matches!(
        city.refuses(&withdraw),
        Refusal::ApplicationNotOpen { .. }
    ));
    assert!(matches!(
        city.refuses(&make_offer("c1", "o2", "a")),
        Refusal::ApplicationNotOpen { .. }
    ));
}
