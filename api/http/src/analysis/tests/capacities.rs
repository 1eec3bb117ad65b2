//! The four capacities of one facility.

use domain::CareType::{Kindergarten, Nursery};
use domain::Freshness;
use jiff::civil::date;
use store::OfferStanding;

use super::{analyses, facility, month, story_b};

#[test]
fn a_provider_sees_contracts_offers_and_what_is_left_month_by_month() {
    let made = story_b()
        .contract("c1", "A", Nursery, "2027-09-01", "2032-07-31")
        .offer("c3", "A", Nursery, OfferStanding::Open)
        .offer("c2", "A", Nursery, OfferStanding::Declined);
    let answer = analyses()
        .facility_capacities(
            &made.snapshot(),
            &facility("A"),
            month("2027-08"),
            2,
            date(2027, 1, 15),
        )
        .unwrap();
    assert_eq!(answer.provider.as_str(), "T1");
    let seen: Vec<_> = answer
        .months
        .iter()
        .map(|it| {
            (
                it.month.to_string(),
                it.care_type,
                it.contracts,
                it.reservations,
                it.bookable,
            )
        })
        .collect();
    let row = |month: &str, care, contracts, offers, bookable| {
        (month.to_owned(), care, contracts, offers, Some(bookable))
    };
    assert_eq!(
        seen,
        [
            row("2027-08", Nursery, 0, 0, 2),
            row("2027-08", Kindergarten, 0, 0, 9),
            row("2027-09", Nursery, 1, 1, 0),
            row("2027-09", Kindergarten, 0, 0, 9),
        ]
    );
    assert_eq!(
        answer.months[0].freshness,
        Freshness::Attested {
            attested_on: date(2026, 12, 28)
        }
    );
}

#[test]
fn bookable_places_are_unknown_without_an_attestation_of_this_month() {
    let snapshot = story_b().snapshot();
    let ask = |id: &str, months, today| {
        let first = month("2027-09");
        analyses().facility_capacities(&snapshot, &facility(id), first, months, today)
    };
    let answer = ask("C", 1, date(2027, 2, 1)).unwrap();
    assert!(answer.months.iter().all(|it| it.bookable.is_none()));
    let text = serde_json::to_string(&answer.months[0]).unwrap();
    assert!(
        text.contains("\"bookable\":null") && text.contains("\"freshness\":\"unknown\""),
        "{text}"
    );
    assert_eq!(ask("X", 1, date(2027, 2, 1)).unwrap_err().code(), "E8241");
    assert_eq!(ask("C", 0, date(2027, 2, 1)).unwrap_err().code(), "E8242");
    assert_eq!(ask("C", 121, date(2027, 2, 1)).unwrap_err().code(), "E8242");
}
