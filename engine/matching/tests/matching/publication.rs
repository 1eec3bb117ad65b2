//! A round that must not be published is refused, with the reasons numbered.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use crate::common::city::{application, hours, one_child, story_b};
use jiff::civil::date;
use matching::{
    Exclusion, Place, PlacementRow, PromiseGround, PromisedPlace, PublicationRefusal,
    SettledFamily, Siblings, StayObstacle, SuggestionInputs, SuggestionRound, UnsettledApplication,
    check_matching, publication_check,
};

fn check(
    inputs: SuggestionInputs,
    placements: &[PlacementRow],
    promises: &[PromisedPlace],
) -> Vec<PublicationRefusal> {
    let round = SuggestionRound::new(inputs.clone()).unwrap();
    // The checker of this test looks at each child alone: the rule on siblings is checked here.
    let mut alone = inputs;
    for child in &mut alone.children {
        child.siblings = Siblings::Independent;
    }
    let plain = SuggestionRound::new(alone).unwrap();
    let report = check_matching(&plain.round(&[]).unwrap(), placements);
    publication_check(&round, placements, promises, &report)
        .err()
        .unwrap_or_default()
}

fn codes(refusals: &[PublicationRefusal]) -> Vec<&'static str> {
    refusals.iter().map(PublicationRefusal::code).collect()
}

fn placed(rows: &[(&str, Option<(&str, u32)>)]) -> Vec<PlacementRow> {
    rows.iter()
        .map(|(child, place)| PlacementRow {
            applicant_id: (*child).to_owned(),
            place: place.map(|(programme, rank)| Place {
                programme_id: programme.to_owned(),
                rank,
            }),
        })
        .collect()
}

fn told() -> Vec<PlacementRow> {
    placed(&[
        ("c1", Some(("A", 1))),
        ("c2", Some(("C", 2))),
        ("c3", Some(("A", 1))),
        ("c4", Some(("B", 1))),
        ("c5", Some(("D", 2))),
        ("c6", None),
    ])
}

fn promise(child: &str, programme: &str, ground: PromiseGround, rank: u32) -> PromisedPlace {
    PromisedPlace {
        applicant_id: child.to_owned(),
        programme_id: programme.to_owned(),
        ground,
        rank,
    }
}

#[test]
fn story_b_may_be_published() {
    let round = SuggestionRound::new(story_b()).unwrap();
    let placements = round.place().unwrap().placements;
    assert_eq!(placements, told());
    let report = check_matching(&round.round(&[]).unwrap(), &placements);
    let publishable = publication_check(&round, &placements, &[], &report).unwrap();
    assert_eq!(publishable.placements(), placements);
}

#[test]
fn brothers_and_sisters_are_not_separated_against_their_rule() {
    let with = |rule| {
        let mut inputs = story_b();
        for number in [0, 1] {
            inputs.children[number].family_id = "F".to_owned();
            inputs.children[number].siblings = rule;
        }
        inputs
    };
    // c1 at A and c2 at C: both wish A, where c3 is ahead of c2 and both places would not hold all three.
    assert_eq!(
        codes(&check(with(Siblings::TogetherOnly), &told(), &[])),
        ["E2180"]
    );
    assert_eq!(
        codes(&check(with(Siblings::TogetherPreferred), &told(), &[])),
        [""; 0]
    );
    assert_eq!(
        codes(&check(with(Siblings::Independent), &told(), &[])),
        [""; 0]
    );
    // With three places at A nobody need be separated.
    let mut roomy = with(Siblings::TogetherPreferred);
    roomy.programmes[0].free_places = 3;
    // A place in the year alone is none in every month.
    assert!(!codes(&check(roomy.clone(), &told(), &[])).contains(&"E2180"));
    for month in &mut roomy.places {
        month.free_places += i32::from(month.facility_id == "A");
    }
    let refusals = check(roomy, &told(), &[]);
    assert!(refusals.contains(&PublicationRefusal::SiblingsSeparated {
        family_id: "F".to_owned(),
        applicant_id: "c1".to_owned(),
        sibling_id: "c2".to_owned(),
        together_at: Some("A".to_owned()),
    }));
}

#[test]
fn hours_and_age_that_do_not_fit_are_not_published() {
    let mut inputs = story_b();
    for row in &mut inputs.applications {
        if row.applicant_id == "c5" && row.programme_id == "D" {
            row.daily_hours = hours(11.0);
        }
    }
    inputs.children.push(one_child("c7", date(2023, 1, 1)));
    inputs.applications.push(application("c7", "B", 1));
    let mut placements = told();
    placements.push(PlacementRow {
        applicant_id: "c7".to_owned(),
        place: None,
    });
    let refusals = check(inputs.clone(), &placements, &[]);
    assert!(refusals.contains(&PublicationRefusal::Unsuitable {
        applicant_id: "c5".to_owned(),
        programme_id: "D".to_owned(),
        reasons: vec!["opens_too_short".to_owned()],
    }));
    placements[6].place = placements[3].place.take();
    let refusals = check(inputs, &placements, &[]);
    assert!(refusals.contains(&PublicationRefusal::Unsuitable {
        applicant_id: "c7".to_owned(),
        programme_id: "B".to_owned(),
        reasons: vec!["too_old".to_owned()],
    }));
}

#[test]
fn nobody_loses_a_promised_place() {
    use PromiseGround::{ConfirmedOffer, Enrolled, HeldOffer};
    let refused = |promise| codes(&check(story_b(), &told(), &[promise]));
    // c2 is placed at C, its second wish.
    assert_eq!(refused(promise("c2", "C", ConfirmedOffer, 2)), [""; 0]);
    assert_eq!(refused(promise("c2", "A", HeldOffer, 1)), ["E2182"]);
    assert_eq!(refused(promise("c2", "X", Enrolled, 3)), [""; 0]);
    assert_eq!(refused(promise("c2", "X", ConfirmedOffer, 3)), ["E2182"]);
    assert_eq!(refused(promise("c6", "B", HeldOffer, 2)), ["E2182"]);
    assert_eq!(refused(promise("c9", "B", Enrolled, 1)), ["E2182"]);
}

#[test]
fn placements_that_are_not_feasible_or_stable_are_not_published() {
    let mut crowded = told();
    crowded[5].place = Some(Place {
        programme_id: "C".to_owned(),
        rank: 1,
    });
    // Too many for the checker, for the free places, and in the months.
    assert_eq!(codes(&check(story_b(), &crowded, &[])), ["E2183"; 3]);
    let mut envious = told();
    envious[1].place = None;
    envious[5].place = Some(Place {
        programme_id: "C".to_owned(),
        rank: 1,
    });
    assert_eq!(codes(&check(story_b(), &envious, &[])), ["E2184"]);
    let mut foreign = told();
    foreign[4].place = Some(Place {
        programme_id: "B".to_owned(),
        rank: 3,
    });
    let refusals = check(story_b(), &foreign, &[]);
    assert!(codes(&refusals).contains(&"E2181") && codes(&refusals).contains(&"E2183"));
}

/// A family with a rule, of which somebody attends a facility.
fn settled(rule: Siblings, facilities: &[&str]) -> SettledFamily {
    SettledFamily {
        family_id: "F".to_owned(),
        seeking: ["c1", "c4"].map(str::to_owned).into(),
        facilities: facilities.iter().map(|it| (*it).to_owned()).collect(),
        siblings: rule,
    }
}

#[test]
fn a_whole_family_is_placed_beside_the_sister_who_attends() {
    let round = SuggestionRound::new(story_b()).unwrap();
    let placed = round.place().unwrap();
    // c1 is suggested at A, c4 at B.
    assert_eq!(placed.placements, told());
    let separated = |family: &SettledFamily| -> Vec<String> {
        let refusals = round.publish_beside(&placed, &[], std::slice::from_ref(family));
        let refusals = refusals.err().unwrap_or_default();
        let children = refusals.iter().map(|it| match it {
            PublicationRefusal::SiblingsSeparated { applicant_id, .. } => applicant_id.clone(),
            other => panic!("{other:?}"),
        });
        children.collect()
    };
    use Siblings::{Independent, TogetherOnly, TogetherPreferred};
    assert_eq!(separated(&settled(TogetherOnly, &["A"])), ["c4"]);
    assert_eq!(separated(&settled(TogetherOnly, &["B"])), ["c1"]);
    assert_eq!(separated(&settled(TogetherOnly, &["X"])), ["c1", "c4"]);
    assert_eq!(separated(&settled(TogetherOnly, &["A", "B"])), [""; 0]);
    assert_eq!(separated(&settled(Independent, &["X"])), [""; 0]);
    // At B, c1 would be behind c4; at A, c4 is behind c3: neither need be where the sister is.
    assert_eq!(separated(&settled(TogetherPreferred, &["A"])), [""; 0]);
    assert_eq!(separated(&settled(TogetherPreferred, &["B"])), [""; 0]);
    // With c4 elsewhere there is room for c1 at B, and its sister is there.
    let mut elsewhere = placed.clone();
    elsewhere.placements[3].place = None;
    let family = settled(TogetherPreferred, &["B"]);
    let refusals = round
        .publish_beside(&elsewhere, &[], &[family])
        .unwrap_err();
    assert!(refusals.contains(&PublicationRefusal::SiblingsSeparated {
        family_id: "F".to_owned(),
        applicant_id: "c1".to_owned(),
        sibling_id: String::new(),
        together_at: Some("B".to_owned()),
    }));
}

#[test]
fn nobody_is_left_out_of_a_line_who_finds_room() {
    let round = SuggestionRound::new(story_b()).unwrap();
    let placed = round.place().unwrap();
    round.publish(&placed, &[]).unwrap();
    let full = StayObstacle::NoPlace {
        care_type: domain::CareType::Nursery,
        month: crate::common::city::month(2027, 9),
        free: 0,
    };
    // Without c3 at A the round is stable for whoever takes the exclusion at its word.
    let exclusion = |child: &str, programme: &str| Exclusion {
        applicant_id: child.to_owned(),
        programme_id: programme.to_owned(),
        reason: full.clone(),
    };
    let out = [exclusion("c3", "A")];
    let options = matching::RoundOptions {
        seed: 7,
        ..Default::default()
    };
    let without = round.round(&out).unwrap();
    let mut wrong = placed.clone();
    wrong.placements = matching::solve(&without, &options).unwrap().placements();
    wrong.exclusions = out.to_vec();
    assert_ne!(wrong.placements, placed.placements);
    assert!(check_matching(&without, &wrong.placements).is_stable());
    assert_eq!(codes(&round.publish(&wrong, &[]).unwrap_err()), ["E2184"]);
    // Nor is somebody who has no room said to go in circles.
    let mut wrong = placed;
    wrong.unsettled = vec![UnsettledApplication {
        applicant_id: "c6".to_owned(),
        programme_id: "B".to_owned(),
        facility_id: "B".to_owned(),
        reason: full,
    }];
    assert_eq!(codes(&round.publish(&wrong, &[]).unwrap_err()), ["E2184"]);
}

#[test]
fn stays_that_do_not_fit_beside_each_other_are_not_published() {
    let mut inputs = story_b();
    let at_a = |care_type| {
        move |it: &&mut matching::MonthPlaces| it.facility_id == "A" && it.care_type == care_type
    };
    // One place at A in a single month of the stays of c1 and c3.
    let row = inputs
        .places
        .iter_mut()
        .filter(at_a(domain::CareType::Nursery))
        .nth(3);
    row.unwrap().free_places = 1;
    let refusals = check(inputs, &told(), &[]);
    assert_eq!(codes(&refusals), ["E2183"]);
    assert!(format!("{refusals:?}").contains("no_place"), "{refusals:?}");
}
