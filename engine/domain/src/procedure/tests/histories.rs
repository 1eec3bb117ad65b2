//! Random histories of four children at four facilities: what always holds, after every decision.

mod promises;
mod steps;

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{TestCaseError, TestRunner};

use super::*;
use steps::{Step, step};

const CHILDREN: [(&str, Date); 4] = [
    ("c1", BORN),
    ("c2", date(2025, 6, 1)),
    ("c3", date(2024, 2, 29)),
    ("c4", date(2024, 12, 1)),
];

/// What happened in a history.
#[derive(Default)]
struct Seen {
    kinds: BTreeSet<&'static str>,
    refusals: BTreeSet<&'static str>,
    freed: BTreeSet<String>,
}

/// Lives through a history and checks every promise after every step.
fn live_through(history: &[Step], seen: &mut Seen) -> Result<(), TestCaseError> {
    let mut city = City::new();
    city.situation.policy.most_applications = 3;
    for (child, born) in CHILDREN {
        city.child(child, born);
    }
    seen.freed.clear();
    for (number, step) in history.iter().enumerate() {
        let Some(command) = steps::command(&mut city, number, step) else {
            continue;
        };
        let before = city.situation.clone();
        let decided = decide(&city.situation, &command);
        prop_assert_eq!(&city.situation, &before, "deciding changes nothing");
        promises::needs_only_what_it_locks(&city.situation, &command, &decided)?;
        match decided {
            Err(refusal) => {
                seen.refusals.insert(refusal.code());
            }
            Ok(changes) => {
                promises::changes_only_what_it_locks(&city.situation, &command, &changes)?;
                city.situation.apply(&changes);
                promises::always(&city.situation)?;
                if promises::takes_places(&command) {
                    promises::sells_no_place_twice(&before, &city.situation)?;
                }
                for change in &changes {
                    seen.kinds.insert(change.kind());
                    if let Change::PlaceFreed { freed_place, .. } = change {
                        prop_assert!(
                            seen.freed.insert(freed_place.id.to_string()),
                            "{} was freed twice",
                            freed_place.id
                        );
                    }
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn what_is_promised_holds_after_every_step_of_a_history(
        history in prop::collection::vec(step(), 1..80),
    ) {
        live_through(&history, &mut Seen::default())?;
    }
}

#[test]
fn the_histories_reach_every_kind_of_change_and_most_refusals() {
    let mut runner = TestRunner::deterministic();
    let histories = prop::collection::vec(step(), 80);
    let mut seen = Seen::default();
    for _ in 0..80 {
        let history = histories.new_tree(&mut runner).unwrap().current();
        live_through(&history, &mut seen).unwrap();
    }
    for kind in [
        "application.submitted",
        "application.withdrawn",
        "application.became_transfer",
        "application.contracted",
        "offer.made",
        "offer.confirmed",
        "offer.declined",
        "offer.expired",
        "offer.revoked",
        "offer.withdrawn",
        "offer.declined_by_contract",
        "offer.flagged",
        "offer.contracted",
        "contract.concluded",
        "contract.version_recorded",
        "place.freed",
        "freed_place.closed",
        "existing_children.imported",
        "facility.licence_withdrawn",
        "facility.licence_granted",
        "facility.capacity_set",
        "facility.places_blocked",
    ] {
        assert!(seen.kinds.contains(kind), "{kind} was never reached");
    }
    for code in [
        "E9010", "E9011", "E9012", "E9020", "E9021", "E9022", "E9023", "E9024", "E9025", "E9026",
        "E9027", "E9028", "E9029", "E9033", "E9034",
    ] {
        assert!(seen.refusals.contains(code), "{code} was never reached");
    }
}
