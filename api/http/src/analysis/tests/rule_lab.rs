//! Story B, step 4, and that the lab replays the round of the suggestions.

use domain::CareType::{self, Childminding, Kindergarten, Nursery};
use jiff::civil::{Date, date};
use matching::Mechanism;

use super::{Made, analyses, facility, numbered, story_b};
use crate::analysis::RuleComparison;

const STARTS: Date = date(2027, 9, 1);
const TODAY: Date = date(2027, 1, 15);

fn compared(made: &Made, care_type: CareType) -> RuleComparison {
    let snapshot = made.snapshot();
    let compared = analyses().rule_lab(&snapshot, care_type, STARTS, TODAY, &Mechanism::ALL, 7);
    compared.unwrap()
}

/// Number of suggested children and the sum of their ranks.
fn suggested(made: &Made, care_type: CareType) -> (u64, u64) {
    let snapshot = made.snapshot();
    let lists = analyses().suggestions(&snapshot, care_type, STARTS, TODAY, 7, &mut numbered());
    let lists = lists.unwrap();
    let rows = lists.iter().flat_map(|list| &list.rows);
    let suggested = rows.filter(|row| row.suggested);
    suggested.fold((0, 0), |(placed, ranks), row| {
        (placed + 1, ranks + u64::from(row.rank))
    })
}

#[test]
fn first_wishes_first_leaves_c2_out_and_deferred_acceptance_does_what_is_suggested() {
    let made = story_b();
    let compared = compared(&made, Nursery);
    let ran: Vec<Mechanism> = compared
        .mechanisms
        .iter()
        .map(|it| it.report.mechanism)
        .collect();
    assert_eq!(ran, Mechanism::ALL);
    let family_optimal = &compared.mechanisms[0];
    let figures = (family_optimal.report.placed, family_optimal.report.rank_sum);
    assert_eq!(figures, suggested(&made, Nursery));
    assert_eq!(figures, (5, 7));
    assert!(family_optimal.envy.is_empty());
    let [pair] = &compared.mechanisms[2].envy[..] else {
        panic!("exactly one pair: {:?}", compared.mechanisms[2].envy);
    };
    assert_eq!((pair.child.as_str(), pair.holder.as_str()), ("c2", "c6"));
    assert_eq!((&pair.facility, pair.care_type), (&facility("C"), Nursery));
}

#[test]
fn the_order_of_the_rows_changes_nothing() {
    let first = story_b();
    let mut turned = first.clone();
    turned.rows.applications.reverse();
    turned.rows.children.reverse();
    turned.rows.points.rotate_left(5);
    assert_eq!(compared(&first, Nursery), compared(&turned, Nursery));
}

#[test]
fn care_types_that_a_child_wishes_for_side_by_side_are_replayed_together() {
    let apart = story_b()
        .child("k1", "2023-03-01")
        .wish("k1", "B", Kindergarten, 1, 5);
    let figures = |made: &Made, care_type| {
        let compared = compared(made, care_type);
        let report = &compared.mechanisms[0].report;
        (compared.care_types, (report.placed, report.rank_sum))
    };
    // Nursery and kindergarten of a house share its months: children move on from one to the other.
    for asked in [Nursery, Kindergarten] {
        let (care_types, (placed, ranks)) = figures(&apart, asked);
        assert!(care_types.contains(&Nursery) && care_types.contains(&Kindergarten));
        assert!(!care_types.contains(&CareType::AfterSchool));
        let (one, other) = (suggested(&apart, Nursery), suggested(&apart, Kindergarten));
        assert_eq!((placed, ranks), (one.0 + other.0, one.1 + other.1));
    }

    // k2 turns three soon and takes either.
    let tied = apart
        .child("k2", "2024-10-15")
        .wish("k2", "C", Nursery, 1, 1)
        .wish("k2", "B", Kindergarten, 2, 1);
    for asked in [Nursery, Childminding, Kindergarten] {
        let (care_types, (placed, ranks)) = figures(&tied, asked);
        assert_eq!(care_types.len(), 3, "{care_types:?}");
        let (one, other) = (suggested(&tied, Nursery), suggested(&tied, Kindergarten));
        assert_eq!((placed, ranks), (one.0 + other.0, one.1 + other.1));
    }
}

#[test]
fn brothers_and_sisters_are_replayed_by_their_rule_and_what_has_no_answer_is_left_out() {
    let mut made = story_b()
        .child("k1", "2023-05-01")
        .wish("k1", "B", Kindergarten, 1, 5)
        .wish("k1", "A", Kindergarten, 2, 5);
    for row in &mut made.rows.children {
        if ["k1", "c1"].contains(&row.child.as_str()) {
            row.household = "F".parse().unwrap();
            row.siblings = domain::procedure::SiblingsRule::TogetherOnly;
        }
    }
    let compared = compared(&made, Nursery);
    let left_out: Vec<_> = compared.left_out.iter().map(|it| it.code).collect();
    assert_eq!(left_out, ["E2070", "E2187", "E2187"]);
    assert_eq!(compared.mechanisms.len(), 4);
    let (one, other) = (suggested(&made, Nursery), suggested(&made, Kindergarten));
    let stable = &compared.mechanisms[0].report;
    assert_eq!(
        (stable.placed, stable.rank_sum),
        (one.0 + other.0, one.1 + other.1)
    );
    for it in &compared.mechanisms {
        // A nursery and a kindergarten of one house are together.
        let siblings = it.report.siblings;
        assert_eq!(siblings.families, 1);
        assert_eq!(
            siblings.together, siblings.with_places,
            "{:?}",
            it.report.mechanism
        );
    }
    assert_eq!(stable.siblings.together, 1);
}

#[test]
fn hours_that_do_not_fit_are_granted_under_no_mechanism() {
    let mut made = story_b();
    for row in &mut made.rows.applications {
        if row.application.as_str() == "c5-D" {
            row.daily_hours = super::hours(12.0);
        }
    }
    for it in compared(&made, Nursery).mechanisms {
        // c5 alone wishes D; A has two places, B and C one each.
        assert!(it.report.placed <= 4, "{:?}", it.report.mechanism);
    }
}
