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
    let kindergarten = figures(&apart, Kindergarten);
    assert_eq!(
        kindergarten,
        (vec![Kindergarten], suggested(&apart, Kindergarten))
    );
    let (care_types, placed) = figures(&apart, Nursery);
    assert!(!care_types.contains(&Kindergarten), "{care_types:?}");
    assert_eq!(placed, suggested(&apart, Nursery));

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
