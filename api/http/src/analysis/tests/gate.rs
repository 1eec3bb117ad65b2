//! The gate before every answer: a round that would do what never may happen is held back.

use domain::CareType::{Kindergarten, Nursery};
use domain::procedure::SiblingsRule;
use jiff::civil::{Date, date};
use matching::{Place, PromiseGround, PromisedPlace, StayPlacements};
use store::OfferStanding;

use super::{Made, analyses, hours, numbered, story_b};
use crate::analysis::city_round::gate;
use crate::analysis::{AnalysisError, faults};
use crate::problem::Problem;

const STARTS: Date = date(2027, 9, 1);
const TODAY: Date = date(2027, 1, 15);

impl Made {
    /// Puts a child into a household with a rule.
    fn of_household(mut self, child: &str, household: &str, rule: SiblingsRule) -> Self {
        for row in &mut self.rows.children {
            if row.child.as_str() == child {
                row.household = household.parse().unwrap();
                row.siblings = rule;
            }
        }
        self
    }
}

/// Story B with a brother of c1 in kindergarten age who wishes B and then A.
fn with_a_brother(rule: SiblingsRule) -> Made {
    story_b()
        .child("k1", "2023-05-01")
        .wish("k1", "B", Kindergarten, 1, 5)
        .wish("k1", "A", Kindergarten, 2, 5)
        .of_household("k1", "F", rule)
        .of_household("c1", "F", rule)
}

/// The child's suggested facility with care type.
fn places(made: &Made) -> Vec<String> {
    let snapshot = made.snapshot();
    let mut found = Vec::new();
    for care_type in [Nursery, Kindergarten] {
        let lists = analyses().suggestions(&snapshot, care_type, STARTS, TODAY, 7, &mut numbered());
        for list in lists.unwrap() {
            let rows = list.rows.iter().filter(|row| row.suggested);
            found.extend(rows.map(|row| format!("{}@{}", row.child, list.facility)));
        }
    }
    found.sort();
    found
}

/// Hands a corrupted result to the gate and gives its faults.
fn held_back(
    made: &Made,
    promises: &[PromisedPlace],
    corrupt: impl Fn(&mut StayPlacements),
) -> AnalysisError {
    let round = analyses()
        .city_round(&made.snapshot(), STARTS, TODAY, 7)
        .unwrap();
    gate(&round.round, &round.placed, &[], &[]).unwrap();
    let mut placed = round.placed.clone();
    corrupt(&mut placed);
    gate(&round.round, &placed, promises, &[]).unwrap_err()
}

fn put(placed: &mut StayPlacements, child: &str, place: Option<(&str, u32)>) {
    let mut rows = placed.placements.iter_mut();
    let row = rows.find(|row| row.applicant_id == child).unwrap();
    row.place = place.map(|(programme_id, rank)| Place {
        programme_id: programme_id.to_owned(),
        rank,
    });
}

fn codes(error: &AnalysisError) -> Vec<&'static str> {
    let AnalysisError::NotPublishable { refusals } = error else {
        panic!("{error}");
    };
    faults(refusals).into_keys().collect()
}

#[test]
fn brothers_and_sisters_of_two_ages_are_suggested_at_one_house() {
    use SiblingsRule::{Independent, TogetherOnly, TogetherPreferred};
    assert!(places(&with_a_brother(Independent)).contains(&"k1@B".to_owned()));
    for rule in [TogetherPreferred, TogetherOnly] {
        let found = places(&with_a_brother(rule));
        assert!(found.contains(&"k1@A".to_owned()), "{found:?}");
        assert!(found.contains(&"c1@A".to_owned()), "{found:?}");
    }
}

#[test]
fn a_brother_with_a_place_draws_the_other_to_it() {
    use SiblingsRule::{Independent, TogetherOnly, TogetherPreferred};
    let held = |rule| {
        with_a_brother(rule)
            .without("k1", "A")
            .without("k1", "B")
            .contract("k1", "B", Kindergarten, "2026-08-01", "2029-07-31")
            .without("c3", "B")
            .without("c4", "B")
    };
    let at = |rule, place: &str| places(&held(rule)).contains(&place.to_owned());
    assert!(at(Independent, "c1@A"));
    assert!(at(TogetherPreferred, "c1@B") && at(TogetherOnly, "c1@B"));
    let made = held(TogetherOnly);
    let lists = analyses()
        .suggestions(&made.snapshot(), Nursery, STARTS, TODAY, 7, &mut numbered())
        .unwrap();
    let rows = lists.iter().flat_map(|list| &list.rows);
    let reasons: Vec<&str> = rows
        .filter(|row| row.application.as_str() == "c1-A")
        .map(|row| row.reason.as_str())
        .collect();
    assert_eq!(reasons, ["sibling_elsewhere"]);
}

#[test]
fn a_round_that_parts_brothers_and_sisters_is_held_back() {
    for rule in [SiblingsRule::TogetherPreferred, SiblingsRule::TogetherOnly] {
        let error = held_back(&with_a_brother(rule), &[], |placed| {
            put(placed, "k1", Some(("B:kindergarten", 1)));
        });
        assert_eq!(error.code(), "E8250");
        assert!(codes(&error).contains(&"E2180"), "{error}");
        let problem = Problem::from(error);
        let text = format!("{problem:?}");
        assert!(text.contains("siblings_separated"), "{text}");
        assert!(
            !text.contains("\"k1\"") && !text.contains("\"c1\""),
            "{text}"
        );
    }
}

#[test]
fn a_round_with_hours_that_do_not_fit_is_held_back() {
    let mut made = story_b();
    for row in &mut made.rows.applications {
        if row.application.as_str() == "c5-D" {
            row.daily_hours = hours(12.0);
        }
    }
    let lists = places(&made);
    assert!(!lists.contains(&"c5@D".to_owned()), "{lists:?}");
    let error = held_back(&made, &[], |placed| {
        put(placed, "c5", Some(("D:childminding", 2)));
    });
    assert!(codes(&error).contains(&"E2181"), "{error}");
}

#[test]
fn a_round_that_takes_a_promised_place_away_is_held_back() {
    let promised = |ground| PromisedPlace {
        applicant_id: "c2".to_owned(),
        programme_id: "C:nursery".to_owned(),
        ground,
        rank: 2,
    };
    for ground in [PromiseGround::ConfirmedOffer, PromiseGround::HeldOffer] {
        let error = held_back(&story_b(), &[promised(ground)], |placed| {
            put(placed, "c2", Some(("B:nursery", 3)));
        });
        assert!(codes(&error).contains(&"E2182"), "{error}");
    }
    // As computed nobody loses one: who holds an offer is suggested only where it wishes more to be.
    let made = story_b().offer("c2", "C", Nursery, OfferStanding::Open);
    assert!(!places(&made).iter().any(|it| it.starts_with("c2")));
}

#[test]
fn a_place_that_the_family_declined_is_not_suggested_again() {
    let declined = story_b().offer("c1", "A", Nursery, OfferStanding::Declined);
    assert!(places(&story_b()).contains(&"c1@A".to_owned()));
    let found = places(&declined);
    assert!(!found.contains(&"c1@A".to_owned()), "{found:?}");
    // The application stays open, and the others of the child take part.
    assert!(
        found.contains(&"c1@B".to_owned()) || found.contains(&"c3@A".to_owned()),
        "{found:?}"
    );
    let lists = analyses()
        .suggestions(
            &declined.snapshot(),
            Nursery,
            STARTS,
            TODAY,
            7,
            &mut numbered(),
        )
        .unwrap();
    let rows = lists.iter().flat_map(|list| &list.rows);
    let mut own = rows.filter(|row| row.application.as_str() == "c1-A");
    assert_eq!(own.next().unwrap().reason, "offer_declined");
    // An offer that expired says nothing.
    let expired = story_b().offer("c1", "A", Nursery, OfferStanding::Expired);
    assert!(places(&expired).contains(&"c1@A".to_owned()));
}

#[test]
fn a_child_placed_away_from_the_house_of_its_brother_is_held_back() {
    use matching::SettledFamily;
    let made = story_b();
    let round = analyses()
        .city_round(&made.snapshot(), STARTS, TODAY, 7)
        .unwrap();
    let family = SettledFamily {
        family_id: "F".to_owned(),
        seeking: ["c1".to_owned()].into(),
        facilities: ["B".to_owned()].into(),
        siblings: matching::Siblings::TogetherOnly,
    };
    let error = gate(&round.round, &round.placed, &[], &[family]).unwrap_err();
    assert_eq!(codes(&error), ["E2180"]);
}
