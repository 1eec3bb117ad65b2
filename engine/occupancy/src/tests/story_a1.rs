//! Acceptance story A1: district "Süd", kindergarten, as of 2026-04-01.

use std::fmt::Write as _;

use domain::{CareType, Freshness};
use jiff::civil::date;
use tables::schema::TableName;

use super::{Tables, cell, four, month};
use crate::{OccupancyCube, Totals};

const HOUSES: [(&str, u32, u32, u32, u32); 4] = [
    ("K1", 120, 110, 100, 96),
    ("K2", 90, 90, 80, 61),
    ("K3", 150, 140, 125, 118),
    ("K4", 60, 60, 60, 57),
];

/// The district with its four houses, and one house in another district.
fn story() -> Tables {
    let mut tables = Tables::default()
        .plus(
            TableName::Areas,
            "sued,,Süd\nsued1,sued,Südvorstadt\nnord,,Nord",
        )
        .plus(
            TableName::Providers,
            "T1,Stadt,municipal,secular,2000-01-01,\nT2,Verein,independent,secular,2000-01-01,",
        )
        .plus(
            TableName::Attestations,
            "T1,2026-04-01,2026-03-30\nT2,2026-04-01,2026-03-20\nT2,2026-03-01,2026-02-27",
        )
        .plus(TableName::Households, "W,sued1,false,true,14612000");
    let (mut children, mut contracts) = (String::new(), String::new());
    let houses = HOUSES.into_iter().chain([("N1", 50, 50, 50, 20)]);
    for (house, licensed, planned, staffed, count) in houses {
        let area = if house == "N1" { "nord" } else { "sued1" };
        let provider = if house == "K3" { "T2" } else { "T1" };
        let licence_ends = if house == "K2" { "2028-07-31" } else { "" };
        tables = tables
            .plus(
                TableName::Facilities,
                &format!("{house},{provider},Haus,day_care_centre,{area},51,13.7,2010-01-01,,true,0,6,17,0"),
            )
            .plus(TableName::Licences, &format!("{house},2010-01-01,{licence_ends}"))
            .plus(
                TableName::Capacities,
                &format!("{house},kindergarten,2010-01-01,,{licensed},{planned},{staffed}"),
            );
        for number in 0..count {
            writeln!(children, "{house}c{number},W,2022-05-01,male,false,").unwrap();
            writeln!(
                contracts,
                "{house}v{number},1,{house}c{number},{house},kindergarten,9,5,true,2025-08-01,2028-08-31,2025-05-01,"
            )
            .unwrap();
        }
    }
    tables
        .plus(TableName::Children, &children)
        .plus(TableName::Contracts, &contracts)
}

fn cube(tables: &Tables) -> OccupancyCube {
    tables.cube("2026-03", 36, date(2026, 4, 1))
}

/// Sums of the district: the areas that are "sued" or lie in it.
fn district(cube: &OccupancyCube, at: &str) -> Totals {
    let areas = ["sued", "sued1"];
    let inside = |position: usize| areas.contains(&cube.facilities()[position].area().as_str());
    cube.totals(CareType::Kindergarten, month(at), inside)
        .unwrap()
}

#[test]
fn the_district_shows_four_capacities_and_three_rates_with_their_age() {
    let cube = cube(&story());
    for (house, licensed, planned, staffed, contracts) in HOUSES {
        let bookable = staffed as i32 - contracts as i32;
        let found = four(&cube, house, CareType::Kindergarten, "2026-04");
        assert_eq!(found, (licensed, planned, staffed, bookable), "{house}");
    }
    let totals = district(&cube, "2026-04");
    assert_eq!((totals.licensed, totals.planned), (420, 400));
    assert_eq!((totals.staffed, totals.contracts), (365, 332));
    assert_eq!((totals.naive_free(), totals.bookable), (88, 33));
    let rate = |rate: Option<f64>| format!("{:.2}", rate.unwrap());
    assert_eq!(rate(totals.utilisation_of_licensed()), "79.05");
    assert_eq!(rate(totals.utilisation_of_planned()), "83.00");
    assert_eq!(rate(totals.utilisation_of_staffed()), "90.96");
    assert_eq!((totals.facilities, totals.unattested_facilities), (4, 0));
    assert_eq!(totals.oldest_attestation_days, Some(12)); // 20 March to 1 April
}

#[test]
fn bookable_places_of_an_unattested_provider_are_unknown_and_not_free() {
    let late = story().with(
        TableName::Attestations,
        "T1,2026-04-01,2026-03-30\nT2,2026-04-01,2026-04-02\nT2,2026-03-01,2026-02-27",
    );
    let cube = cube(&late);
    let totals = district(&cube, "2026-04");
    assert_eq!((totals.bookable, totals.unattested_facilities), (26, 1));
    assert_eq!((totals.staffed, totals.contracts), (365, 332));
    assert_eq!(totals.oldest_attestation_days, Some(33));
    let k3 = cube.index().position("K3").unwrap();
    assert_eq!(
        cube.freshness(k3, month("2026-04")),
        Some(Freshness::Unknown {
            last_attested_on: Some(date(2026, 2, 27))
        })
    );
    // In March nobody but T2 had attested.
    let march = district(&cube, "2026-03");
    assert_eq!(
        (march.unattested_facilities, march.oldest_attestation_days),
        (3, None)
    );
}

#[test]
fn months_to_come_are_as_fresh_as_the_month_of_today() {
    let ahead = |cube: &OccupancyCube| district(cube, "2027-09").unattested_facilities;
    let plain = cube(&story());
    assert_eq!(ahead(&plain), 4, "nobody can attest September 2027 yet");
    let looking_ahead = plain.as_fresh_as(month("2026-04"));
    assert_eq!(ahead(&looking_ahead), 0);
    assert_eq!(ahead(&looking_ahead.as_fresh_as(month("2026-05"))), 4);
}

#[test]
fn the_places_of_k2_vanish_with_its_licence_and_its_contracts_do_not() {
    let cube = cube(&story());
    let care = CareType::Kindergarten;
    assert_eq!(four(&cube, "K2", care, "2028-07"), (90, 90, 80, 19));
    assert_eq!(four(&cube, "K2", care, "2028-08"), (0, 0, 0, -61));
    assert_eq!(cell(&cube, "K2", care, "2028-08").contracts, 61);
    assert_eq!(four(&cube, "K2", care, "2028-09"), (0, 0, 0, 0));
    let totals = district(&cube, "2028-08");
    assert_eq!((totals.licensed, totals.contracts), (330, 332));
    assert_eq!(district(&cube, "2028-09").facilities, 3);
}

#[test]
fn sums_over_no_facility_have_no_rates_and_no_age() {
    let cube = cube(&story());
    let none = cube
        .totals(CareType::Nursery, month("2026-04"), |_| true)
        .unwrap();
    assert_eq!((none.facilities, none.oldest_attestation_days), (0, None));
    assert_eq!(none.utilisation_of_licensed(), None);
    assert!(
        cube.totals(CareType::Nursery, month("2030-01"), |_| true)
            .is_none()
    );
}
