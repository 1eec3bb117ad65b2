//! The initial load of existing children (K41, K42).

use super::*;

fn codes(refusal: Refusal) -> Vec<(u64, &'static str)> {
    match refusal {
        Refusal::Import { problems } => problems
            .iter()
            .map(|problem| (problem.row.unwrap(), problem.code))
            .collect(),
        other => panic!("{other}"),
    }
}

fn row_of(child: &str, key: &str, from: Date, to: Date) -> ExistingChild {
    ExistingChild {
        child: child_id(child),
        child_is_known: true,
        facts: facts_of_a_child(BORN),
        terms: terms(CareType::Nursery, from, to),
        ..import_row(1, key, "N")
    }
}

#[test]
fn existing_children_are_taken_in_once_and_a_repeated_upload_changes_nothing() {
    let mut city = City::new();
    let rows = [import_row(1, "1", "A"), import_row(2, "2", "A")];
    assert_eq!(
        kinds(&city.does(&import("T1", &rows))),
        [
            "child.registered child-of-1",
            "contract.concluded contract-of-1",
            "child.registered child-of-2",
            "contract.concluded contract-of-2",
            "existing_children.imported T1",
        ]
    );
    assert_eq!(city.facility("A").held.len(), 2);
    assert_eq!(city.does(&import("T1", &rows)), []);
    // A new pseudonym for a key that is known is not used either.
    let mut again = rows[0].clone();
    again.child = child_id("fresh");
    again.contract = contract_id("fresh");
    assert_eq!(city.does(&import("T1", &[again])), []);
}

#[test]
fn existing_contracts_need_no_room() {
    let mut city = City::new();
    let rows: Vec<_> = (1..=5)
        .map(|row| import_row(row, &row.to_string(), "N"))
        .collect();
    city.does(&import("T2", &rows));
    assert_eq!(city.facility("N").held.len(), 5);
}

#[test]
fn a_known_key_with_other_terms_corrects_its_contract() {
    let mut city = City::new();
    let mut row = import_row(1, "1", "A");
    city.does(&import("T1", &[row.clone()]));
    row.terms.daily_hours = hours(6.0);
    row.terms.valid_to = Some(date(2027, 12, 31));
    assert_eq!(
        kinds(&city.does(&import("T1", &[row]))),
        [
            "contract.version_recorded contract-of-1",
            "place.freed freed.contract-of-1.2",
            "existing_children.imported T1",
        ]
    );
}

#[test]
fn a_file_handed_in_again_does_not_take_back_an_end_entered_since() {
    let mut city = City::new();
    let row = import_row(1, "1", "A");
    city.does(&import("T1", std::slice::from_ref(&row)));
    city.does(&end("child-of-1", "contract-of-1", date(2027, 3, 31)));
    assert_eq!(city.does(&import("T1", std::slice::from_ref(&row))), []);
    // What the file never said before is news.
    let mut longer = row;
    longer.terms.valid_to = Some(date(2028, 1, 31));
    assert_eq!(
        kinds(&city.does(&import("T1", &[longer]))),
        [
            "contract.version_recorded contract-of-1",
            "existing_children.imported T1",
        ]
    );
}

#[test]
fn every_wrong_row_is_named_at_once_and_nothing_is_taken_in() {
    let mut city = City::with_child("c1");
    city.does(&import("T1", &[import_row(1, "known", "A")]));
    let with = |row: u64, change: &dyn Fn(&mut ExistingChild)| {
        let mut existing = import_row(row, &format!("new-{row}"), "A");
        change(&mut existing);
        existing
    };
    let rows = [
        with(1, &|_| {}),
        with(2, &|r| r.provider_key = reference("new-1")),
        with(3, &|r| r.facility = facility_id("B")),
        with(4, &|r| r.child_is_known = true),
        with(5, &|r| r.child = child_id("c1")),
        with(6, &|r| r.child = child_id("child-of-new-1")),
        with(7, &|r| r.terms.valid_to = Some(date(2026, 7, 31))),
        with(8, &|r| r.facts.birth_date = date(2026, 8, 2)),
        with(9, &|r| {
            r.provider_key = reference("known");
            r.facility = facility_id("E");
        }),
        with(10, &|r| r.terms.days_per_week = 0),
        with(11, &|r| r.contract = contract_id("contract-of-new-1")),
        with(12, &|r| r.facility = facility_id("X")),
    ];
    city.open("E", "T1", &[]);
    let refusal = city.refuses(&import("T1", &rows));
    assert!(
        !format!("{refusal:?}").contains("2026-08-02"),
        "a date of birth is not told"
    );
    assert_eq!(
        codes(refusal),
        [
            (2, "E9037"),
            (3, "E9038"),
            (4, "E9039"),
            (5, "E9040"),
            (6, "E9041"),
            (7, "E9042"),
            (8, "E9043"),
            (9, "E9044"),
            (10, "E9047"),
            (11, "E9048"),
            (12, "E9038"),
        ]
    );
}

#[test]
fn a_care_type_that_is_off_or_of_another_load_is_a_wrong_row() {
    let mut city = City::new();
    city.does(&Command::SetRollout {
        provider: provider_id("T1"),
        step: RolloutStep {
            care_type: CareType::Nursery,
            stage: RolloutStage::Off,
            valid_from: TODAY,
        },
    });
    let load = Command::ImportExistingChildren {
        provider: provider_id("T1"),
        care_type: Some(CareType::Kindergarten),
        rows: vec![import_row(1, "1", "A")],
    };
    assert_eq!(codes(city.refuses(&load)), [(1, "E9045"), (1, "E9046")]);
}

#[test]
fn a_load_comes_by_the_date_agreed() {
    let mut city = City::new();
    let deadline = |day| Command::SetImportDeadline {
        provider: provider_id("T1"),
        care_type: CareType::Nursery,
        deadline: day,
    };
    assert!(matches!(
        city.refuses(&deadline(date(2027, 1, 14))),
        Refusal::DateInThePast { .. }
    ));
    city.does(&deadline(TODAY));
    assert!(matches!(
        city.refuses(&deadline(TODAY)),
        Refusal::NothingToChange { .. }
    ));
    let load = import("T1", &[import_row(1, "1", "A")]);
    city.situation.today = date(2027, 1, 16);
    assert_eq!(
        city.refuses(&load),
        Refusal::AfterDeadline {
            deadline: TODAY,
            today: date(2027, 1, 16)
        }
    );
    // Of another provider nothing was agreed.
    city.does(&import("T2", &[import_row(1, "of-t2", "N")]));
    city.situation.today = TODAY;
    city.does(&load);
}

#[test]
fn a_contract_that_has_begun_makes_later_wishes_transfers_and_keeps_their_offers() {
    let mut city = City::with_child("c1");
    city.does(&submit("c1", &[wish("a", "A", 1), wish("b", "B", 2)]));
    city.does(&make_offer("c1", "oa", "a"));
    city.does(&import(
        "T2",
        &[row_of("c1", "key", date(2026, 12, 1), date(2028, 7, 31))],
    ));
    for application in ["a", "b"] {
        let application = city.application("c1", application);
        assert!(application.is_open());
        assert_eq!(
            application.transfer_from,
            Some(contract_id("contract-of-key"))
        );
    }
    city.does(&conclude("c1", "k1", "oa"));
    assert_eq!(
        city.file("c1").contracts[0].current().valid_to,
        date(2027, 8, 31)
    );
}

#[test]
fn a_contract_to_come_closes_what_is_open_and_flags_what_is_confirmed() {
    let mut city = City::with_child("c1");
    city.does(&submit(
        "c1",
        &[wish("a", "A", 1), wish("b", "B", 2), wish("d", "D", 3)],
    ));
    for (offer, application) in [("oa", "a"), ("ob", "b")] {
        city.does(&make_offer("c1", offer, application));
    }
    city.does(&confirm("c1", "oa"));
    let load = import(
        "T2",
        &[row_of("c1", "key", date(2027, 8, 1), date(2029, 2, 28))],
    );
    assert_eq!(
        kinds(&city.does(&load)),
        [
            "contract.concluded contract-of-key",
            "offer.flagged oa",
            "offer.declined_by_contract ob",
            "place.freed freed.ob",
            "application.withdrawn b",
            "application.withdrawn d",
            "existing_children.imported T2",
        ]
    );
    let offer = city.application("c1", "a").holding_offer().unwrap();
    assert_eq!(
        offer.state,
        OfferState::Confirmed {
            on: TODAY,
            conflict: Some(contract_id("contract-of-key"))
        }
    );
    // The family must release one of the two.
    assert!(matches!(
        city.refuses(&conclude("c1", "k1", "oa")),
        Refusal::ContractExists { .. }
    ));
    let mut kept = City {
        situation: city.situation.clone(),
    };
    kept.does(&end("c1", "contract-of-key", date(2027, 7, 31)));
    kept.does(&conclude("c1", "k1", "oa"));
    assert_eq!(
        kinds(&city.does(&decline("c1", "oa"))),
        [
            "offer.declined oa",
            "place.freed freed.oa",
            "application.withdrawn a"
        ]
    );
}

#[test]
fn a_contract_that_has_ended_leaves_applications_alone() {
    let mut city = City::with_child("c1");
    city.does(&submit("c1", &[wish("a", "A", 1)]));
    city.does(&import(
        "T2",
        &[row_of("c1", "key", date(2026, 8, 1), date(2026, 12, 31))],
    ));
    assert_eq!(city.application("c1", "a").transfer_from, None);
    assert!(city.application("c1", "a").is_open());
}
