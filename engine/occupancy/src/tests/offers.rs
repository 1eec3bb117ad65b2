//! Offers and blocked places bind places.

use domain::CareType::{Kindergarten, Nursery};
use jiff::civil::date;
use tables::schema::TableName;

use super::{Tables, cell, four, one_facility};

/// Ten places each for nursery and kindergarten, and an application of the child N.
fn applied() -> Tables {
    one_facility()
        .plus(
            TableName::Capacities,
            "K,nursery,2020-01-01,,10,10,10\nK,kindergarten,2020-01-01,,10,10,10",
        )
        .plus(
            TableName::Applications,
            "AN,N,K,nursery,1,2026-05-01,9,2026-01-01,open,",
        )
}

fn reserved(tables: &Tables, known_on: jiff::civil::Date) -> [u32; 4] {
    let cube = tables.cube("2026-04", 60, known_on);
    let at = |care, month| cell(&cube, "K", care, month).reservations;
    [
        at(Nursery, "2026-04"),
        at(Nursery, "2026-05"),
        at(Kindergarten, "2027-03"),
        at(Kindergarten, "2030-08"),
    ]
}

#[test]
fn a_nursery_offer_reserves_kindergarten_from_the_month_of_the_third_birthday_on() {
    let offered = applied().plus(
        TableName::Offers,
        "O,AN,2026-05-04,2026-03-01,2026-03-15,confirmed,",
    );
    let cube = offered.cube("2026-04", 60, date(2026, 4, 1));
    let at = |care, month| cell(&cube, "K", care, month).reservations;
    assert_eq!([at(Nursery, "2026-04"), at(Nursery, "2026-05")], [0, 1]);
    assert_eq!([at(Nursery, "2027-02"), at(Nursery, "2027-03")], [1, 0]);
    assert_eq!(
        [at(Kindergarten, "2027-02"), at(Kindergarten, "2027-03")],
        [0, 1]
    );
    // Six by 30 June 2030: kindergarten to 31 July 2030.
    assert_eq!(
        [at(Kindergarten, "2030-07"), at(Kindergarten, "2030-08")],
        [1, 0]
    );
    assert_eq!(four(&cube, "K", Nursery, "2026-05"), (10, 10, 10, 9));
}

#[test]
fn only_open_and_confirmed_offers_reserve() {
    for (state, closed_on, expected) in [
        ("open", "", 1),
        ("confirmed", "", 1),
        ("declined", "2026-03-10", 0),
        ("expired", "2026-03-16", 0),
        ("revoked", "2026-04-01", 0),
        ("declined_by_contract", "2026-03-10", 0),
        ("contracted", "2026-03-10", 0),
    ] {
        let offer = format!("O,AN,2026-05-04,2026-03-01,2026-03-15,{state},{closed_on}");
        let offered = applied().plus(TableName::Offers, &offer);
        let [_, may, _, _] = reserved(&offered, date(2026, 4, 1));
        assert_eq!(may, expected, "{state}");
    }
}

#[test]
fn an_offer_counts_as_it_stood_on_the_day_known() {
    let offered = applied().plus(
        TableName::Offers,
        "O,AN,2026-05-04,2026-03-01,2026-03-15,contracted,2026-03-12",
    );
    assert_eq!(reserved(&offered, date(2026, 2, 28))[1], 0);
    assert_eq!(reserved(&offered, date(2026, 3, 1))[1], 1);
    assert_eq!(reserved(&offered, date(2026, 3, 11))[1], 1);
    assert_eq!(reserved(&offered, date(2026, 3, 12))[1], 0);
}

#[test]
fn an_application_holds_one_place_whatever_the_order_of_its_offers() {
    let (early, late) = (
        "O1,AN,2026-05-04,2026-03-01,2026-03-15,open,\n",
        "O2,AN,2026-06-01,2026-03-02,2026-03-15,open,\n",
    );
    for offers in [format!("{early}{late}"), format!("{late}{early}")] {
        let offered = applied().plus(TableName::Offers, &offers);
        assert_eq!(reserved(&offered, date(2026, 4, 1)), [0, 1, 1, 0]);
    }
}

#[test]
fn blocked_places_and_contracts_are_taken_off_in_their_months() {
    let bound = applied()
        .plus(
            TableName::BlockedPlaces,
            "K,nursery,2026-05-15,2026-06-01,3",
        )
        .plus(
            TableName::Contracts,
            "V,1,M,K,kindergarten,9,5,true,2026-06-30,2026-07-01,2026-01-01,",
        );
    let cube = bound.cube("2026-04", 6, date(2026, 4, 1));
    let nursery = |month| four(&cube, "K", Nursery, month).3;
    assert_eq!(
        ["2026-04", "2026-05", "2026-06", "2026-07"].map(nursery),
        [10, 7, 7, 10]
    );
    let kindergarten = |month| four(&cube, "K", Kindergarten, month).3;
    assert_eq!(
        ["2026-05", "2026-06", "2026-07", "2026-08"].map(kindergarten),
        [10, 9, 9, 10]
    );
}
