//! Facilities, places and suggestion lists.

use super::*;
use crate::SuggestionListId;

#[test]
fn a_facility_is_entered_once_under_a_provider_that_takes_part() {
    let mut city = City::new();
    let register = |facility: &str, provider: &str| {
        Command::RegisterFacility(facility_registration(facility, provider))
    };
    assert!(matches!(
        city.refuses(&register("A", "T1")),
        Refusal::AlreadyKnown { .. }
    ));
    assert!(matches!(
        city.refuses(&register("E", "T9")),
        Refusal::UnknownProvider { .. }
    ));
    city.does(&Command::EndProvider {
        provider: provider_id("T1"),
        last_day: date(2027, 7, 31),
    });
    let mut late = facility_registration("E", "T1");
    late.facts.opens_on = date(2027, 8, 1);
    assert!(matches!(
        city.refuses(&Command::RegisterFacility(late)),
        Refusal::FacilityNotAvailable { .. }
    ));
    city.does(&register("E", "T1"));
}

#[test]
fn a_facility_is_described_within_its_ranges() {
    let city = City::new();
    let refused = |change: fn(&mut FacilityRegistration)| {
        let mut registration = facility_registration("E", "T1");
        change(&mut registration);
        city.refuses(&Command::RegisterFacility(registration))
    };
    for refusal in [
        refused(|r| r.name = String::new()),
        refused(|r| r.operation.groups = 101),
        refused(|r| r.operation.closing_days = 366),
        refused(|r| r.operation.closing_hour = 6.0),
        refused(|r| r.operation.opening_hour = f64::NAN),
    ] {
        assert!(matches!(refusal, Refusal::NotOneOf { .. }), "{refusal}");
    }
    for refusal in [
        refused(|r| r.facts.closes_on = Some(date(2020, 7, 31))),
        refused(|r| {
            r.facts.licences.push(Licence {
                valid_from: date(2026, 1, 1),
                valid_to: None,
            });
        }),
    ] {
        assert!(matches!(refusal, Refusal::DateOrder { .. }), "{refusal}");
    }
}

#[test]
fn a_facility_closes_after_it_opened() {
    let mut city = City::new();
    let close = |last_day| Command::CloseFacility {
        facility: facility_id("A"),
        last_day,
    };
    assert!(matches!(
        city.refuses(&close(date(2020, 7, 31))),
        Refusal::DateOrder { .. }
    ));
    city.does(&close(date(2028, 7, 31)));
    assert!(matches!(
        city.refuses(&close(date(2028, 7, 31))),
        Refusal::NothingToChange { .. }
    ));
}

#[test]
fn staff_never_allows_more_than_the_licence_and_a_childminder_never_more_than_five() {
    let mut city = City::new();
    let mut more = capacity("A", CareType::Nursery, 10);
    more.span.staffed = 11;
    assert!(matches!(
        city.refuses(&Command::SetCapacity(more)),
        Refusal::NotOneOf { .. }
    ));
    assert!(matches!(
        city.refuses(&Command::SetCapacity(capacity(
            "D",
            CareType::Childminding,
            6
        ))),
        Refusal::NotOneOf { .. }
    ));
    city.does(&Command::SetCapacity(capacity(
        "D",
        CareType::Childminding,
        5,
    )));
    assert!(matches!(
        city.refuses(&Command::SetCapacity(capacity(
            "D",
            CareType::Childminding,
            5
        ))),
        Refusal::NothingToChange { .. }
    ));
}

#[test]
fn places_from_a_day_on_replace_later_ones_and_end_the_one_before() {
    let mut city = City::new();
    let from = |day, places| {
        let mut change = capacity("A", CareType::Nursery, places);
        change.span.valid_from = day;
        Command::SetCapacity(change)
    };
    city.does(&from(date(2028, 1, 1), 4));
    city.does(&from(date(2027, 8, 1), 3));
    let nursery: Vec<_> = city
        .facility("A")
        .capacities
        .iter()
        .filter(|span| span.care_type == CareType::Nursery)
        .map(|span| (span.valid_from, span.valid_to, span.staffed))
        .collect();
    assert_eq!(
        nursery,
        [
            (date(2020, 8, 1), Some(date(2027, 7, 31)), 2),
            (date(2027, 8, 1), None, 3)
        ]
    );
}

#[test]
fn licences_follow_each_other_and_never_overlap() {
    let mut city = City::new();
    let grant = |from, to| Command::GrantLicence {
        facility: facility_id("A"),
        valid_from: from,
        valid_to: to,
        proof: reference("proof-1"),
    };
    assert!(matches!(
        city.refuses(&grant(TODAY, None)),
        Refusal::NothingToChange { .. }
    ));
    city.does(&Command::WithdrawLicence {
        facility: facility_id("A"),
        from: date(2027, 3, 1),
        notice: reference("notice-1"),
    });
    assert!(matches!(
        city.refuses(&grant(date(2027, 2, 28), None)),
        Refusal::DateOrder { .. }
    ));
    assert!(matches!(
        city.refuses(&grant(date(2027, 3, 1), Some(date(2027, 2, 1)))),
        Refusal::DateOrder { .. }
    ));
    city.does(&grant(date(2027, 6, 1), None));
    assert!(matches!(
        city.refuses(&grant(date(2027, 3, 1), Some(date(2027, 6, 1)))),
        Refusal::DateOrder { .. }
    ));
    city.does(&grant(date(2027, 3, 1), Some(date(2027, 5, 31))));
    assert_eq!(city.facility("A").facility.licences().len(), 3);
    // A loss before it all leaves no licence at all.
    city.does(&Command::WithdrawLicence {
        facility: facility_id("A"),
        from: date(2020, 8, 1),
        notice: reference("notice-2"),
    });
    assert!(city.facility("A").facility.licences().is_empty());
}

fn list() -> SuggestionList {
    let row = |position, application: &str, points| SuggestionRow {
        position,
        application: application_id(application),
        child: child_id("c1"),
        points,
        rank: 1,
        suggested: position == 1,
        reason: "points".to_owned(),
    };
    SuggestionList {
        id: SuggestionListId::new("s1").unwrap(),
        facility: facility_id("A"),
        care_type: CareType::Nursery,
        starts_on: START,
        computed_from: 17,
        free_places: 1,
        rows: vec![row(1, "a1", 14), row(2, "a2", 7), row(3, "a3", 4)],
        override_reason: None,
    }
}

#[test]
fn a_list_in_another_order_needs_a_reason_code_and_both_are_kept() {
    let mut city = City::new();
    city.does(&Command::KeepSuggestions { list: list() });
    let reorder = |order: &[&str], reason: &str| Command::ReorderSuggestions {
        facility: facility_id("A"),
        list: SuggestionListId::new("s1").unwrap(),
        reordered: SuggestionListId::new("s2").unwrap(),
        order: order.iter().map(|id| application_id(id)).collect(),
        reason: reason.to_owned(),
        by: person(),
    };
    assert!(matches!(
        city.refuses(&reorder(&["a1", "a3", "a2"], "")),
        Refusal::ReasonMissing { .. }
    ));
    for other in [&["a1", "a3"][..], &["a1", "a3", "a3"], &["a1", "a3", "x"]] {
        assert!(matches!(
            city.refuses(&reorder(other, "hardship")),
            Refusal::NotTheSameApplications { .. }
        ));
    }
    assert!(matches!(
        city.refuses(&reorder(&["a1", "a2", "a3"], "hardship")),
        Refusal::NothingToChange { .. }
    ));
    let changes = city.does(&reorder(&["a1", "a3", "a2"], "hardship"));
    let Change::SuggestionsReordered { before, after } = &changes[0] else {
        panic!("{changes:?}");
    };
    assert_eq!(before, &list());
    assert_eq!(after.rows[1].application, application_id("a3"));
    assert_eq!((after.rows[1].position, after.rows[1].points), (2, 4));
    assert_eq!(
        changes[0].facts()["after"]["order"],
        serde_json::json!(["a1", "a3", "a2"])
    );
    assert!(matches!(
        city.refuses(&reorder(&["a1", "a2", "a3"], "hardship")),
        Refusal::UnknownSuggestions { .. }
    ));
}

#[test]
fn a_computed_list_is_numbered_and_gives_no_reason_of_a_person() {
    let city = City::new();
    let mut list_with_gap = list();
    list_with_gap.rows[2].position = 4;
    let mut twice = list();
    twice.rows[2].application = application_id("a1");
    for wrong in [list_with_gap, twice] {
        assert!(matches!(
            city.refuses(&Command::KeepSuggestions { list: wrong }),
            Refusal::NotTheSameApplications { .. }
        ));
    }
    let mut overridden = list();
    overridden.override_reason = Some("hardship".to_owned());
    assert!(matches!(
        city.refuses(&Command::KeepSuggestions { list: overridden }),
        Refusal::NotOneOf { .. }
    ));
}
