//! Story B, steps 3, 7 and 12, and what offers and rooms mean for suggestions.

use domain::CareType::{self, Childminding, Nursery};
use domain::procedure::SuggestionList;
use jiff::civil::{Date, date};
use store::{DatedCatalogue, OfferStanding};

use super::{Made, analyses, day, facility, numbered, story_b};
use crate::analysis::AnalysisError;

const STARTS: Date = date(2027, 9, 1);
const TODAY: Date = date(2027, 1, 15);

fn suggested(made: &Made) -> Vec<SuggestionList> {
    let lists =
        analyses().suggestions(&made.snapshot(), Nursery, STARTS, TODAY, 7, &mut numbered());
    lists.unwrap()
}

/// `child(points)` with `*` for the suggested, and the reason, in the order of the line.
fn line(lists: &[SuggestionList], at: &str) -> String {
    let list = lists
        .iter()
        .find(|list| list.facility.as_str() == at && list.care_type != CareType::Kindergarten);
    let list = list.unwrap();
    let rows = list.rows.iter().map(|row| {
        let star = if row.suggested { "*" } else { "" };
        format!("{}({}){star} {}", row.child, row.points, row.reason)
    });
    format!(
        "{} free: {}",
        list.free_places,
        rows.collect::<Vec<_>>().join(", ")
    )
}

fn names(lists: &[SuggestionList], at: &str) -> Vec<String> {
    let list = lists
        .iter()
        .find(|list| list.facility.as_str() == at)
        .unwrap();
    let rows = list.rows.iter().filter(|row| row.suggested);
    rows.map(|row| row.child.to_string()).collect()
}

#[test]
fn the_lines_and_suggestions_of_story_b3_come_out() {
    let lists = suggested(&story_b());
    assert_eq!(
        line(&lists, "A"),
        "2 free: c1(14)* points, c3(7)* points, c2(6) full_points, c4(6) better_wish, c5(4) full_points"
    );
    assert_eq!(
        line(&lists, "B"),
        "1 free: c3(7) better_wish, c4(6)* points, c1(4) better_wish, c6(0) full_points"
    );
    assert_eq!(
        line(&lists, "C"),
        "1 free: c3(7) better_wish, c2(4)* points, c6(2) full_points"
    );
    assert_eq!(line(&lists, "D"), "1 free: c5(4)* place_free");
    let places: Vec<_> = lists
        .iter()
        .map(|list| (list.facility.as_str(), list.care_type))
        .collect();
    assert_eq!(
        places,
        [
            ("A", Nursery),
            ("B", Nursery),
            ("C", Nursery),
            ("D", Childminding)
        ]
    );
}

#[test]
fn the_same_input_gives_the_same_bytes_whatever_the_order_of_the_rows() {
    let bytes = |made: &Made| serde_json::to_string(&suggested(made)).unwrap();
    let first = story_b();
    let mut turned = first.clone();
    turned.rows.applications.reverse();
    turned.rows.children.reverse();
    turned.rows.points.rotate_left(5);
    assert_eq!(bytes(&first), bytes(&first));
    assert_eq!(bytes(&first), bytes(&turned));
}

#[test]
fn equal_points_are_settled_by_age_and_then_by_the_key() {
    let one_place = |born: [&str; 2]| {
        let made = Made::default().provider("T1", &["2027-01"]).facility(
            "A",
            "T1",
            &[(Nursery, 1, 1, 1), (CareType::Kindergarten, 5, 5, 5)],
        );
        let made = made.child("x1", born[0]).child("x2", born[1]);
        made.wish("x1", "A", Nursery, 1, 5)
            .wish("x2", "A", Nursery, 1, 5)
    };
    let older_second = suggested(&one_place(["2026-06-02", "2026-06-01"]));
    assert_eq!(
        line(&older_second, "A"),
        "1 free: x2(5)* age, x1(5) full_age"
    );
    let twins = suggested(&one_place(["2026-06-01", "2026-06-01"]));
    assert_eq!(line(&twins, "A"), "1 free: x1(5)* key, x2(5) full_key");
}

#[test]
fn places_of_a_provider_that_did_not_attest_this_month_are_unknown_and_not_given() {
    let mut made = story_b();
    made.rows.providers[2].attestations.clear();
    let lists = suggested(&made);
    assert_eq!(
        line(&lists, "C"),
        "0 free: c3(7) better_wish, c2(4) not_attested, c6(2) not_attested"
    );
    assert_eq!(names(&lists, "A"), ["c1", "c3"]);
}

#[test]
fn after_c1_left_the_next_is_c2_and_the_chain_goes_on_to_c6() {
    // Step 7: c3, c4 and c5 have contracts, c2 has an open offer at C, c1 moved away.
    let made = story_b()
        .without("c1", "A")
        .without("c1", "B")
        .without("c3", "A")
        .without("c3", "B")
        .without("c3", "C")
        .without("c4", "A")
        .without("c4", "B")
        .without("c5", "A")
        .without("c5", "D")
        .contract("c3", "A", Nursery, "2027-09-01", "2032-07-31")
        .contract("c4", "B", Nursery, "2027-09-01", "2032-07-31")
        .contract("c5", "D", Childminding, "2027-09-01", "2029-06-30")
        .offer("c2", "C", Nursery, OfferStanding::Open);
    let lists = suggested(&made);
    assert_eq!(line(&lists, "A"), "1 free: c2(6)* place_free");
    assert_eq!(
        line(&lists, "C"),
        "0 free: c2(4) offered, c6(2) no_free_place"
    );
    let analyses = analyses();
    let chain = analyses
        .cascade_preview(&made.snapshot(), &facility("A"), Nursery, STARTS, TODAY, 7)
        .unwrap();
    assert!(chain.is_free_now);
    let moves: Vec<String> = chain
        .moves
        .iter()
        .map(|it| {
            let from = it
                .from
                .as_ref()
                .map_or("nowhere", |from| from.facility.as_str());
            format!("{} from {from} to {}", it.child, it.to.facility)
        })
        .collect();
    assert_eq!(moves, ["c2 from C to A", "c6 from nowhere to C"]);
    assert_eq!(chain.free_in_the_end, None);
}

#[test]
fn a_chain_can_be_asked_for_before_a_place_is_free() {
    let made = story_b()
        .without("c1", "A")
        .without("c3", "A")
        .contract("c1", "A", Nursery, "2027-09-01", "2032-07-31")
        .contract("c3", "A", Nursery, "2027-09-01", "2032-07-31")
        .without("c1", "B")
        .without("c3", "B")
        .without("c3", "C");
    let chain = analyses()
        .cascade_preview(&made.snapshot(), &facility("A"), Nursery, STARTS, TODAY, 7)
        .unwrap();
    assert!(!chain.is_free_now);
    // c2 would get C, were no place free at A; with one it moves on and C goes to c6.
    let moves: Vec<&str> = chain.moves.iter().map(|it| it.child.as_str()).collect();
    assert_eq!(moves, ["c2", "c6"]);
}

#[test]
fn a_child_that_wants_to_move_holds_its_place_in_the_chain() {
    let mut made = story_b()
        .without("c1", "A")
        .without("c1", "B")
        .contract("c1", "C", Nursery, "2027-02-01", "2032-07-31")
        .wish("c1", "A", Nursery, 1, 99);
    let move_wish = made.rows.applications.last_mut().unwrap();
    move_wish.transfer_from = Some("c1-C-v".parse().unwrap());
    for other in ["c3", "c4", "c5"] {
        made = made.without(other, "A");
    }
    made = made
        .without("c2", "A")
        .without("c3", "C")
        .without("c3", "B");
    let chain = analyses()
        .cascade_preview(&made.snapshot(), &facility("A"), Nursery, STARTS, TODAY, 7)
        .unwrap();
    let moves: Vec<_> = chain
        .moves
        .iter()
        .map(|it| {
            (
                it.child.as_str(),
                it.from.as_ref().map(|from| from.facility.as_str()),
            )
        })
        .collect();
    // One place of A is taken by c1 in any case; with one more nobody else wants it.
    assert_eq!(moves, []);
    assert_eq!(chain.free_in_the_end.unwrap().facility.as_str(), "A");
    let mut full = made.clone();
    full.rows.facilities[0].capacities[0].staffed = 0;
    full.sequence += 1;
    let chain = analyses()
        .cascade_preview(&full.snapshot(), &facility("A"), Nursery, STARTS, TODAY, 7)
        .unwrap();
    let moves: Vec<_> = chain
        .moves
        .iter()
        .map(|it| {
            (
                it.child.as_str(),
                it.from.as_ref().map(|from| from.facility.as_str()),
            )
        })
        .collect();
    assert_eq!(moves, [("c1", Some("C")), ("c2", None)]);
}

#[test]
fn a_confirmed_offer_takes_its_child_out_of_the_round() {
    let made = story_b().offer("c3", "B", Nursery, OfferStanding::Confirmed);
    let lists = suggested(&made);
    assert_eq!(
        line(&lists, "A"),
        "2 free: c1(14)* points, c3(7) offer_confirmed_elsewhere, c2(6)* age, c4(6) full_age, c5(4) full_points"
    );
    assert_eq!(
        line(&lists, "B"),
        "0 free: c3(7) offer_confirmed, c4(6) no_free_place, c1(4) better_wish, c6(0) better_wish"
    );
    assert_eq!(names(&lists, "C"), ["c6"]);
}

#[test]
fn a_child_is_suggested_only_where_a_place_is_free_for_its_whole_stay() {
    // The kindergarten places at A end before the children go to school.
    let mut made = story_b();
    for span in &mut made.rows.facilities[0].capacities {
        if span.care_type == CareType::Kindergarten {
            span.valid_to = Some(date(2030, 12, 31));
        }
    }
    let lists = suggested(&made);
    assert_eq!(
        line(&lists, "A"),
        "2 free: c1(14) no_room_for_stay, c3(7) no_room_for_stay, c2(6) no_room_for_stay, \
         c4(6) no_room_for_stay, c5(4) no_room_for_stay"
    );
    assert_eq!(names(&lists, "B"), ["c3"]);
}

#[test]
fn a_nursery_without_kindergarten_places_is_suggested_until_the_third_birthday() {
    let mut made = story_b();
    let before = line(&suggested(&made), "A");
    made.rows.facilities[0]
        .capacities
        .retain(|span| span.care_type == Nursery);
    assert_eq!(line(&suggested(&made), "A"), before);
}

#[test]
fn who_starts_later_or_would_be_too_old_takes_no_part() {
    let mut made = story_b();
    for row in &mut made.rows.applications {
        match row.application.as_str() {
            "c1-A" => row.wished_start = date(2028, 9, 1),
            "c5-D" => row.wished_start = date(2027, 10, 1),
            _ => {}
        }
    }
    let old = made
        .rows
        .children
        .iter_mut()
        .find(|row| row.child.as_str() == "c5");
    old.unwrap().birth_date = date(2023, 1, 1);
    let lists = suggested(&made);
    let at_a = line(&lists, "A");
    assert!(
        at_a.starts_with("2 free: c1(14) starts_later, c3(7)* place_free"),
        "{at_a}"
    );
    assert!(at_a.ends_with("c5(4) too_old"), "{at_a}");
    assert_eq!(line(&lists, "D"), "1 free: c5(4) stay_would_be_over");
}

#[test]
fn what_is_not_there_is_named() {
    let snapshot = story_b().snapshot();
    let analyses = analyses();
    let chain = |at: &str, care| {
        let chain = analyses.cascade_preview(&snapshot, &facility(at), care, STARTS, TODAY, 7);
        chain.unwrap_err()
    };
    assert_eq!(chain("X", Nursery).code(), "E8241");
    assert_eq!(chain("A", Childminding).code(), "E8243");
    let far = date(2050, 1, 1);
    let lists = analyses.suggestions(&snapshot, Nursery, far, TODAY, 7, &mut numbered());
    assert!(matches!(lists, Err(AnalysisError::OutOfRange { .. })));
}

#[test]
fn the_catalogue_in_force_orders_equal_points_and_one_to_come_does_not() {
    let catalogue = |from: &str| DatedCatalogue {
        valid_from: day(from),
        text: format!(
            "id = \"t1\"\nversion = 1\nvalid_from = {from}\nprovider = \"T1\"\nlegal_basis = \"statutes\"\n\
             mode = \"points\"\nevidence_missing = \"ignore\"\ntie = [\"key\"]\n\n[[local]]\nkey = \"sibling\"\n\
             german = \"Geschwisterkind\"\nenglish = \"Sibling\"\nattribute = \"sibling_at_facility\"\npoints = 10\n"
        ),
    };
    let made = |catalogues: Vec<DatedCatalogue>| {
        let mut made = Made::default()
            .provider("T1", &["2027-01"])
            .facility(
                "A",
                "T1",
                &[(Nursery, 1, 1, 1), (CareType::Kindergarten, 1, 1, 1)],
            )
            .child("a-younger", "2026-03-01")
            .child("z-older", "2026-02-01")
            .wish("a-younger", "A", Nursery, 1, 5)
            .wish("z-older", "A", Nursery, 1, 5);
        made.rows.providers[0].catalogues = catalogues;
        made
    };
    let first = |catalogues| names(&suggested(&made(catalogues)), "A");
    assert_eq!(first(vec![]), ["z-older"]);
    assert_eq!(first(vec![catalogue("2026-08-01")]), ["a-younger"]);
    assert_eq!(first(vec![catalogue("2027-08-01")]), ["z-older"]);
}
