//! Nothing is lost between cells and sums.

use domain::{CareType, Month, MonthRange};
use jiff::civil::date;
use proptest::prelude::*;
use tables::schema::TableName;

use super::Tables;
use crate::{OccupancyCube, OccupancyError, OccupancyRequest};

const CARES: [&str; 4] = ["childminding", "nursery", "kindergarten", "after_school"];

/// A facility: licensed places, staffed places if reported, blocked places, in the needs plan.
type Facility = (u32, Option<u32>, u32, bool);
/// A child: facility, care type, first month, months stayed, under contract or with an offer.
type Child = (usize, usize, i32, i32, bool);

fn tables(facilities: &[Facility], children: &[Child]) -> Tables {
    let first: Month = "2026-01".parse().unwrap();
    let mut tables = Tables::default()
        .plus(TableName::Areas, "A,,Ort")
        .plus(
            TableName::Providers,
            "T,Stadt,municipal,secular,2000-01-01,",
        )
        .plus(TableName::Households, "W,A,false,true,14612000");
    for offset in 0..12 {
        let day = first.plus(offset).first_day();
        tables = tables.plus(TableName::Attestations, &format!("T,{day},2025-12-20"));
    }
    for (number, (licensed, staffed, blocked, planned)) in facilities.iter().enumerate() {
        let staffed = staffed.map_or(String::new(), |staffed| staffed.min(*licensed).to_string());
        tables = tables
            .plus(
                TableName::Facilities,
                &format!(
                    "F{number},T,Haus,day_care_centre,A,51,13.7,2000-01-01,,{planned},0,6,17,0"
                ),
            )
            .plus(TableName::Licences, &format!("F{number},2000-01-01,"))
            .plus(
                TableName::Staff,
                &format!("S{number},F{number},nursery,qualified,40,2020-01-01,"),
            );
        for care in CARES {
            tables = tables
                .plus(
                    TableName::Capacities,
                    &format!("F{number},{care},2020-01-01,,{licensed},{licensed},{staffed}"),
                )
                .plus(
                    TableName::BlockedPlaces,
                    &format!("F{number},{care},2026-03-01,2026-06-30,{blocked}"),
                );
        }
    }
    for (number, (facility, care, from, months, contract)) in children.iter().enumerate() {
        let (facility, care) = (facility % facilities.len(), CARES[*care]);
        let starts = first.plus(*from).first_day();
        let ends = first.plus(from + months).last_day();
        let born = starts.year() - 3;
        let child = format!("C{number},W,{born}-05-20,male,false,");
        tables = tables.plus(TableName::Children, &child);
        tables = if *contract {
            tables.plus(
                TableName::Contracts,
                &format!(
                    "V{number},1,C{number},F{facility},{care},9,5,true,{starts},{ends},2025-01-01,"
                ),
            )
        } else {
            tables
                .plus(
                    TableName::Applications,
                    &format!(
                        "A{number},C{number},F{facility},{care},1,{starts},9,2025-01-01,open,"
                    ),
                )
                .plus(
                    TableName::Offers,
                    &format!("O{number},A{number},{starts},2025-12-01,2026-01-15,open,"),
                )
        };
    }
    tables
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn bookable_places_and_everything_bound_are_the_staffed_places(
        facilities in proptest::collection::vec(
            (0..30u32, proptest::option::of(0..30u32), 0..4u32, any::<bool>()), 1..5),
        children in proptest::collection::vec(
            (0..5usize, 0..4usize, -6..12i32, 0..20i32, any::<bool>()), 0..25),
    ) {
        let cube = tables(&facilities, &children).cube("2026-01", 12, date(2026, 1, 1));
        let (mut contracts, mut reservations) = (0, 0);
        for care in CareType::ALL {
            for month in cube.grid().months().iter() {
                let mut cells = [0_i64; 5];
                for facility in 0..facilities.len() {
                    let cell = cube.cell(facility, care, month).unwrap();
                    let four = cell.capacities;
                    prop_assert!(four.staffed <= four.licensed);
                    cells[0] += i64::from(four.bookable);
                    cells[1] += i64::from(cell.contracts);
                    cells[2] += i64::from(cell.reservations);
                    cells[3] += i64::from(cell.blocked);
                    cells[4] += i64::from(four.staffed);
                }
                prop_assert_eq!(cells[..4].iter().sum::<i64>(), cells[4]);
                let totals = cube.totals(care, month, |_| true).unwrap();
                prop_assert_eq!(totals.unattested_facilities, 0);
                let bound = totals.contracts + totals.reservations + totals.blocked;
                prop_assert_eq!(totals.bookable + bound, totals.staffed);
                prop_assert_eq!((totals.contracts, totals.reservations), (cells[1], cells[2]));
                contracts += totals.contracts;
                reservations += totals.reservations;
            }
        }
        // A child is counted once in every month of its stay, whatever the care type becomes.
        let months_of = |contract: bool| -> i64 {
            let stays = children.iter().filter(|child| child.4 == contract);
            stays
                .map(|(_, _, from, months, _)| i64::from(((from + months).min(11) - (*from).max(0) + 1).max(0)))
                .sum()
        };
        prop_assert_eq!(contracts, months_of(true));
        prop_assert!(reservations == 0 || children.iter().any(|child| !child.4));
    }
}

#[test]
fn a_cube_over_no_month_is_refused() {
    let request = OccupancyRequest::new(
        MonthRange::new("2026-01".parse().unwrap(), 0),
        date(2026, 1, 1),
    );
    let city = tables(&[(1, None, 0, true)], &[]).city();
    let refused = OccupancyCube::build(&city, &request).unwrap_err();
    assert!(matches!(refused, OccupancyError::Grid(_)), "{refused}");
}
