//! Points as recorded by providers, and brothers and sisters in a suggestion round.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use crate::common::city::{application, generated, offer, one_child, places, story_b};
use domain::CareType;
use jiff::civil::date;
use matching::{
    CataloguesInForce, PlacementRow, PointsSource, PromiseGround, PromisedPlace, RecordedPoints,
    Siblings, StayPlacements, SuggestionDecision, SuggestionInputs, SuggestionProof,
    SuggestionRound, verify_proof,
};
use serde_json::Value;

/// The same city with the points that the catalogues give, recorded, and without catalogues.
fn recorded(inputs: &SuggestionInputs) -> SuggestionInputs {
    let round = SuggestionRound::new(inputs.clone()).unwrap();
    let placed = round.place().unwrap();
    let lists = round.suggest_for(&placed).unwrap();
    let mut recorded = inputs.clone();
    recorded.catalogues = CataloguesInForce::on([], date(2027, 1, 1)).unwrap();
    recorded.answers.clear();
    for list in &lists {
        for line in &list.lines {
            for share in &line.contributions {
                recorded.recorded_points.push(RecordedPoints {
                    applicant_id: line.applicant_id.clone(),
                    programme_id: list.programme_id.clone(),
                    criterion: share.criterion.clone(),
                    points: share.points,
                });
            }
        }
    }
    for programme in &mut recorded.programmes {
        programme.points_from = PointsSource::Recorded;
    }
    recorded
}

fn placed(inputs: &SuggestionInputs) -> (SuggestionRound, StayPlacements) {
    let round = SuggestionRound::new(inputs.clone()).unwrap();
    let placed = round.place().unwrap();
    (round, placed)
}

fn at(placed: &StayPlacements, child: &str) -> Option<String> {
    let rows: &[PlacementRow] = &placed.placements;
    let row = rows.iter().find(|row| row.applicant_id == child).unwrap();
    row.place.as_ref().map(|place| place.programme_id.clone())
}

fn proof_holds(inputs: &SuggestionInputs) -> bool {
    let (round, placed) = placed(inputs);
    let proof = SuggestionProof::new(&round, &placed).unwrap();
    let proof: Value = serde_json::from_str(&proof.to_json()).unwrap();
    verify_proof(&proof, inputs).is_empty()
}

fn decision(inputs: &SuggestionInputs, child: &str, programme: &str) -> SuggestionDecision {
    let (round, placed) = placed(inputs);
    let lists = round.suggest_for(&placed).unwrap();
    let list = lists
        .iter()
        .find(|it| it.programme_id == programme)
        .unwrap();
    let mut lines = list.lines.iter();
    let line = lines.find(|it| it.applicant_id == child).unwrap();
    line.decision.clone()
}

#[test]
fn points_as_recorded_give_what_the_catalogue_gives() {
    let inputs = story_b();
    let recorded = recorded(&inputs);
    assert_eq!(recorded.recorded_points.len(), 13 * 4);
    let (by_catalogue, by_record) = (placed(&inputs), placed(&recorded));
    assert_eq!(by_catalogue.1, by_record.1);
    assert!(proof_holds(&recorded));
    // One point more for c5 at A does not hold.
    let (round, placed) = by_record;
    let mut proof: Value =
        serde_json::to_value(SuggestionProof::new(&round, &placed).unwrap()).unwrap();
    proof["programmes"][0]["lines"][4]["points"] = 5.into();
    assert!(!verify_proof(&proof, &recorded).is_empty());
}

#[test]
fn recorded_points_of_no_application_and_criteria_recorded_twice_are_refused() {
    let mut inputs = recorded(&story_b());
    inputs.recorded_points[0].programme_id = "X".to_owned();
    let twice = inputs.recorded_points[5].clone();
    inputs.recorded_points.push(twice);
    let problems = SuggestionRound::new(inputs).unwrap_err();
    let columns: Vec<_> = problems.iter().map(|it| it.column.as_deref()).collect();
    assert_eq!(columns, [Some("programme_id"), Some("criterion")]);
    let mut without = story_b();
    without.catalogues = CataloguesInForce::on([], date(2027, 1, 1)).unwrap();
    assert!(SuggestionRound::new(without).is_err());
}

/// Story B with a kindergarten of one place at A and B, and a child of four that wishes both.
pub(crate) fn with_an_older_sibling(rule: Siblings) -> SuggestionInputs {
    let mut inputs = recorded(&story_b());
    let months = inputs.months;
    for (facility, provider) in [("A", "T1"), ("B", "T2")] {
        inputs
            .care_offers
            .push(offer(facility, CareType::Kindergarten));
        let mut programme = inputs.programmes[0].clone();
        programme.programme_id = format!("{facility}:kindergarten");
        programme.facility_id = facility.to_owned();
        programme.care_type = CareType::Kindergarten;
        programme.provider_id = provider.to_owned();
        programme.free_places = 1;
        inputs.programmes.push(programme);
        // One for it, and one for each child that moves on from the nursery.
        let rows = places(facility, CareType::Kindergarten, months, 4);
        inputs.places.extend(rows);
    }
    let mut older = one_child("k1", date(2023, 5, 1));
    older.family_id = "F".to_owned();
    older.siblings = rule;
    inputs.children.push(older);
    inputs
        .applications
        .push(application("k1", "B:kindergarten", 1));
    inputs
        .applications
        .push(application("k1", "A:kindergarten", 2));
    // c1: A, then B.
    inputs.children[0].family_id = "F".to_owned();
    inputs.children[0].siblings = rule;
    inputs
}

#[test]
fn a_nursery_and_a_kindergarten_of_one_house_are_together() {
    let alone = placed(&with_an_older_sibling(Siblings::Independent)).1;
    assert_eq!(at(&alone, "c1").as_deref(), Some("A"));
    assert_eq!(at(&alone, "k1").as_deref(), Some("B:kindergarten"));
    for rule in [Siblings::TogetherPreferred, Siblings::TogetherOnly] {
        let inputs = with_an_older_sibling(rule);
        let (round, placed) = placed(&inputs);
        assert_eq!(at(&placed, "c1").as_deref(), Some("A"));
        assert_eq!(at(&placed, "k1").as_deref(), Some("A:kindergarten"));
        assert_eq!(placed.blocking, [""; 0]);
        round.publish(&placed, &[]).unwrap();
        assert!(proof_holds(&inputs));
        assert_eq!(
            decision(&inputs, "k1", "B:kindergarten"),
            SuggestionDecision::SiblingsRule
        );
        // The same children apart are not published, whoever made the placements.
        let mut apart = placed.clone();
        let row = apart
            .placements
            .iter_mut()
            .find(|it| it.applicant_id == "k1");
        row.unwrap().place = Some(matching::Place {
            programme_id: "B:kindergarten".to_owned(),
            rank: 1,
        });
        let refusals = round.publish(&apart, &[]).unwrap_err();
        assert!(
            refusals.iter().any(|it| it.code() == "E2180"),
            "{refusals:?}"
        );
    }
}

#[test]
fn who_is_to_be_together_only_is_placed_together_or_not_at_all() {
    let mut inputs = with_an_older_sibling(Siblings::TogetherOnly);
    // c1 fits at A and B, the older child at neither: one of them alone is not placed.
    for row in &mut inputs.applications {
        if row.applicant_id == "k1" {
            row.daily_hours = crate::common::city::hours(11.0);
        }
    }
    let (round, placed) = placed(&inputs);
    assert_eq!((at(&placed, "c1"), at(&placed, "k1")), (None, None));
    round.publish(&placed, &[]).unwrap();
    assert_eq!(
        decision(&inputs, "c1", "A"),
        SuggestionDecision::SiblingsRule
    );
    // One strict rule binds the other child, too.
    let mut mixed = with_an_older_sibling(Siblings::TogetherPreferred);
    mixed.children[0].siblings = Siblings::TogetherOnly;
    mixed
        .applications
        .retain(|it| it.programme_id != "A:kindergarten");
    let placed = self::placed(&mixed).1;
    assert_eq!(
        (at(&placed, "c1").as_deref(), at(&placed, "k1").as_deref()),
        (None, None),
        "c1 loses B to c4, and k1 wishes nothing else"
    );
}

#[test]
fn rounds_with_brothers_and_sisters_may_be_published_and_proven() {
    let mut joint = 0;
    for seed in 0..12 {
        let mut inputs = recorded(&generated(seed, 60));
        for child in &mut inputs.children {
            let number = child.family_id.bytes().map(u32::from).sum::<u32>();
            child.siblings = match number % 3 {
                _ if child.family_id.is_empty() => Siblings::Independent,
                0 => Siblings::TogetherOnly,
                1 => Siblings::TogetherPreferred,
                _ => Siblings::Independent,
            };
            joint += u32::from(child.siblings != Siblings::Independent);
        }
        let (round, placed) = placed(&inputs);
        let published = round.publish(&placed, &[]);
        assert!(published.is_ok(), "seed {seed}: {published:?}");
        assert!(proof_holds(&inputs), "seed {seed}");
    }
    assert!(joint > 50, "{joint}");
}

#[test]
fn a_child_keeps_the_place_it_was_promised_and_a_round_that_forgets_it_is_refused() {
    let inputs = recorded(&story_b());
    let (round, placed) = placed(&inputs);
    let held = PromisedPlace {
        applicant_id: "c6".to_owned(),
        programme_id: "C".to_owned(),
        ground: PromiseGround::HeldOffer,
        rank: 1,
    };
    let published = round.publish(&placed, std::slice::from_ref(&held)).unwrap();
    let kept = published.placements().iter();
    let kept = kept.filter(|it| it.applicant_id == "c6" && it.place.is_some());
    assert_eq!(kept.count(), 1);
    let worse = PromisedPlace {
        applicant_id: "c2".to_owned(),
        programme_id: "A".to_owned(),
        ground: PromiseGround::ConfirmedOffer,
        rank: 1,
    };
    let refusals = round.publish(&placed, &[held, worse]).unwrap_err();
    let codes: Vec<_> = refusals.iter().map(|it| it.code()).collect();
    assert_eq!(codes, ["E2182"]);
}
