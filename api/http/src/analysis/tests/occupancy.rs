//! Story A, step 1.

use domain::{AreaId, CareType::Kindergarten};
use jiff::civil::date;
use reporting::ReleaseDesk;

use super::{Made, analyses};
use crate::analysis::{AnalysisError, BookableState, OccupancyAnswer, OccupancyLine};

const HOUSES: [(&str, u32, u32, u32, u32); 4] = [
    ("K1", 120, 110, 100, 96),
    ("K2", 90, 90, 80, 61),
    ("K3", 150, 140, 125, 118),
    ("K4", 60, 60, 60, 57),
];

fn story(attested: &[&str]) -> Made {
    let mut made = Made::default()
        .provider("T1", &["2026-04"])
        .provider("T2", attested);
    for (house, licensed, planned, staffed, contracts) in HOUSES {
        let provider = if house == "K3" { "T2" } else { "T1" };
        made = made.facility(
            house,
            provider,
            &[(Kindergarten, licensed, planned, staffed)],
        );
        for number in 0..contracts {
            let child = format!("{house}c{number}");
            made = made.child(&child, "2022-05-01").contract(
                &child,
                house,
                Kindergarten,
                "2025-08-01",
                "2028-07-31",
            );
        }
    }
    made
}

fn ask(made: &Made, area: Option<&str>) -> Result<OccupancyAnswer, AnalysisError> {
    let area = area.map(|area| AreaId::new(area).unwrap());
    let today = date(2026, 4, 1);
    let mut desk = ReleaseDesk::default();
    analyses().occupancy(&made.snapshot(), area.as_ref(), today, today, &mut desk)
}

#[test]
fn the_district_shows_three_rates_naive_free_and_bookable_places_with_their_age() {
    let answer = ask(&story(&["2026-04"]), Some("sued")).unwrap();
    assert_eq!(answer.name, "Süd");
    let check = |line: &OccupancyLine| {
        assert_eq!((line.licensed, line.planned, line.staffed), (420, 400, 365));
        assert_eq!(line.contracts, Some(332));
        assert_eq!(line.utilisation_of_licensed_percent, Some(79.05));
        assert_eq!(line.utilisation_of_planned_percent, Some(83.0));
        assert_eq!(line.utilisation_of_staffed_percent, Some(90.96));
        assert_eq!(line.naive_free, Some(88));
        assert_eq!(
            (line.bookable.state, line.bookable.places),
            (BookableState::Known, Some(33))
        );
        assert_eq!((line.facilities, line.unattested_facilities), (4, 0));
        assert_eq!(line.data_age_days, Some(4));
    };
    check(&answer.total);
    assert_eq!(answer.care_types.len(), 1);
    assert_eq!(answer.care_types[0].care_type, Some(Kindergarten));
    check(&answer.care_types[0]);
    assert!(answer.method.en.contains("suppressed"));
    let city = ask(&story(&["2026-04"]), None).unwrap();
    assert_eq!(
        (city.area.as_str(), city.total.contracts),
        ("_total", Some(332))
    );
}

#[test]
fn places_of_an_unattested_provider_are_left_out_and_said_to_be_unknown() {
    let answer = ask(&story(&["2026-03"]), Some("sued")).unwrap();
    let total = &answer.total;
    assert_eq!(
        (total.bookable.state, total.bookable.places),
        (BookableState::KnownInPart, Some(26))
    );
    assert_eq!((total.staffed, total.unattested_facilities), (365, 1));
    let mut nobody = story(&[]);
    nobody.rows.providers[0].attestations.clear();
    let answer = ask(&nobody, Some("sued")).unwrap();
    for line in answer.care_types.iter().chain([&answer.total]) {
        assert_eq!(line.bookable.state, BookableState::Unknown);
        assert_eq!(line.bookable.places, None);
        assert_eq!(line.data_age_days, None);
    }
}

#[test]
fn a_small_count_of_children_is_not_shown_nor_what_would_give_it_away() {
    let made = Made::default()
        .provider("T1", &["2026-04"])
        .facility("K1", "T1", &[(Kindergarten, 10, 10, 10)])
        .child("k1", "2022-05-01")
        .contract("k1", "K1", Kindergarten, "2025-08-01", "2028-07-31");
    let answer = ask(&made, Some("sued")).unwrap();
    for line in answer.care_types.iter().chain([&answer.total]) {
        assert_eq!(
            (line.licensed, line.contracts, line.naive_free),
            (10, None, None)
        );
        assert_eq!(line.utilisation_of_staffed_percent, None);
        assert_eq!(
            (line.bookable.state, line.bookable.places),
            (BookableState::NotShown, None)
        );
    }
    let text = serde_json::to_string(&answer).unwrap();
    assert!(text.contains("\"state\":\"not_shown\""), "{text}");
}

#[test]
fn a_look_ahead_is_as_fresh_as_today() {
    let made = story(&["2026-04"]);
    let (analyses, mut desk) = (analyses(), ReleaseDesk::default());
    let (ahead, today) = (date(2026, 9, 1), date(2026, 4, 20));
    let answer = analyses
        .occupancy(&made.snapshot(), None, ahead, today, &mut desk)
        .unwrap();
    assert_eq!(answer.total.bookable.state, BookableState::Known);
    let later = date(2026, 5, 2);
    let answer = analyses
        .occupancy(&made.snapshot(), None, ahead, later, &mut desk)
        .unwrap();
    assert_eq!(answer.total.bookable.state, BookableState::Unknown);
}

#[test]
fn an_area_without_facilities_is_empty_and_an_unknown_one_is_refused() {
    let made = story(&["2026-04"]);
    let answer = ask(&made, Some("nord")).unwrap();
    assert_eq!((answer.total.licensed, answer.total.facilities), (0, 0));
    assert_eq!(ask(&made, Some("west")).unwrap_err().code(), "E8240");
}
