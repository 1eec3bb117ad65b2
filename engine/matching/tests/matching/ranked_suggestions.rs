//! Ranked suggestions: acceptance story B, whole stays, order of rows.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use crate::common::city::{application, generated, month, one_child, story_b};
use domain::CareType;
use jiff::civil::date;
use matching::{
    AheadBy, PlacementRow, ProgrammeSuggestions, StayObstacle, SuggestionDecision,
    SuggestionInputs, SuggestionRound, check_matching,
};

fn suggestions(inputs: SuggestionInputs) -> (Vec<PlacementRow>, Vec<ProgrammeSuggestions>) {
    let round = SuggestionRound::new(inputs).unwrap();
    let placed = round.place().unwrap();
    let lists = round
        .suggest(&placed.placements, &placed.exclusions)
        .unwrap();
    (placed.placements, lists)
}

#[test]
fn story_b3_ranks_and_suggests_as_told() {
    let (placements, lists) = suggestions(story_b());
    let told: Vec<String> = lists
        .iter()
        .map(|list| {
            let line: Vec<String> = list
                .lines
                .iter()
                .map(|line| format!("{}({})", line.applicant_id, line.points))
                .collect();
            let suggested: Vec<&str> = list.suggested().collect();
            format!(
                "{}: {} -> {}",
                list.programme_id,
                line.join(", "),
                suggested.join(", ")
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "A: c1(14), c3(7), c2(6), c4(6), c5(4) -> c1, c3",
            "B: c3(7), c4(6), c1(4), c6(0) -> c4",
            "C: c3(7), c2(4), c6(2) -> c2",
            "D: c5(4) -> c5",
        ]
    );
    assert!(
        placements
            .iter()
            .all(|row| row.place.is_some() == (row.applicant_id != "c6"))
    );
    let round = SuggestionRound::new(story_b()).unwrap();
    let report = check_matching(&round.round(&[]).unwrap(), &placements);
    assert_eq!((report.justified_envy, report.waste), (0, 0));
    // At A, c2 and c4 are equal on points: the older child goes first.
    assert_eq!(lists[0].lines[3].behind_by, Some(AheadBy::OlderChild));
    assert_eq!(
        lists[0].lines[2].decision,
        SuggestionDecision::Full {
            free_places: 2,
            cut_off_points: 7,
            decided_by: AheadBy::Points,
            waiting_position: 1,
        }
    );
    assert_eq!(
        lists[1].lines[0].decision,
        SuggestionDecision::PlacedAtBetterWish {
            programme_id: "A".to_owned(),
            rank: 1,
        }
    );
    let shares: Vec<(&str, i32)> = lists[0].lines[0]
        .contributions
        .iter()
        .map(|it| (it.criterion.as_str(), it.points))
        .collect();
    assert_eq!(
        shares,
        [("near", 0), ("sibling", 10), ("single", 0), ("work", 4)]
    );
}

#[test]
fn the_order_of_the_rows_changes_no_byte() {
    let mut turned = generated(5, 60);
    let straight = turned.clone();
    turned.programmes.reverse();
    turned.children.reverse();
    turned.applications.reverse();
    turned.answers.reverse();
    turned.care_offers.reverse();
    turned.places.reverse();
    assert_eq!(straight.hash(), turned.hash());
    let json = |inputs| serde_json::to_string(&suggestions(inputs).1).unwrap();
    assert_eq!(json(straight), json(turned));
}

#[test]
fn the_second_child_finds_no_kindergarten_place_beside_the_first() {
    let mut inputs = story_b();
    // A has a kindergarten with one place: c1 and c3 would both need it from spring 2029 on.
    inputs
        .care_offers
        .push(crate::common::city::offer("A", CareType::Kindergarten));
    inputs.places.extend(crate::common::city::places(
        "A",
        CareType::Kindergarten,
        inputs.months,
        1,
    ));
    let (_, lists) = suggestions(inputs);
    assert_eq!(lists[0].suggested().collect::<Vec<_>>(), ["c1"]);
    assert_eq!(
        lists[0].lines[1].decision,
        SuggestionDecision::NoRoomBesideOthers {
            reason: StayObstacle::NoPlace {
                care_type: CareType::Kindergarten,
                month: month(2029, 3),
                free: 0,
            }
        }
    );
}

#[test]
fn a_child_whose_hours_do_not_fit_is_ranked_but_never_suggested() {
    let mut inputs = story_b();
    inputs.children.push(one_child("c0", date(2026, 1, 1)));
    let mut late = application("c0", "D", 1);
    late.daily_hours = crate::common::city::hours(11.0);
    inputs.applications.push(late);
    let (_, lists) = suggestions(inputs);
    assert_eq!(lists[3].suggested().collect::<Vec<_>>(), ["c5"]);
    let line = lists[3]
        .lines
        .iter()
        .find(|line| line.applicant_id == "c0")
        .unwrap();
    assert!(matches!(
        line.decision,
        SuggestionDecision::Unsuitable {
            reason: StayObstacle::OpensTooShort {
                wished_quarter_hours: 44,
                longest_quarter_hours: 42,
                ..
            }
        }
    ));
}

#[test]
fn generated_cities_leave_no_line_unexplained_and_no_stay_without_its_places() {
    let (mut excluded, mut unsettled) = (0, 0);
    for seed in 0..40 {
        let inputs = generated(seed, 80);
        let round = SuggestionRound::new(inputs).unwrap();
        let placed = round.place().unwrap();
        unsettled += placed.unsettled.len();
        excluded += placed.exclusions.len();
        round
            .suggest(&placed.placements, &placed.exclusions)
            .unwrap();
        let report = check_matching(&round.round_of(&placed).unwrap(), &placed.placements);
        assert!(report.is_stable());
    }
    assert!(excluded > 10, "{excluded}");
    assert_eq!(unsettled, 0, "of {excluded}");
}
