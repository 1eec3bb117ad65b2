//! Stays over every month: age, hours, places, settling-in, inclusion, and the guaranteed move to
//! kindergarten.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use crate::common::city::{hours, month, offer, places};
use domain::{CareType, HoursTier, Month, MonthRange, third_birthday};
use jiff::civil::{Date, date};
use matching::{
    CareOffer, MonthPlaces, Reservation, StayLedger, StayObstacle, StayRequest,
    SuitableApplication, grant_in_sequence,
};
use proptest::prelude::*;

fn months() -> MonthRange {
    MonthRange::new(month(2027, 1), 96)
}

fn request(care_type: CareType, born: Date, first_day: Date) -> StayRequest {
    StayRequest {
        facility_id: "F".to_owned(),
        care_type,
        born,
        first_day,
        daily_hours: hours(9.0),
        inclusion_need: false,
        settles_in: true,
    }
}

fn ledger(offers: &[CareOffer], rows: &[MonthPlaces]) -> StayLedger {
    StayLedger::new(offers, rows, months()).unwrap()
}

fn house(nursery: i32, kindergarten: i32) -> (Vec<CareOffer>, Vec<MonthPlaces>) {
    let offers = vec![
        offer("F", CareType::Nursery),
        offer("F", CareType::Kindergarten),
    ];
    let mut rows = places("F", CareType::Nursery, months(), nursery);
    rows.extend(places("F", CareType::Kindergarten, months(), kindergarten));
    (offers, rows)
}

fn names(result: Result<matching::PlannedStay, Vec<StayObstacle>>) -> Vec<&'static str> {
    result.map_or_else(
        |all| all.iter().map(StayObstacle::name).collect(),
        |_| Vec::new(),
    )
}

#[test]
fn a_nursery_child_takes_a_kindergarten_place_from_the_month_of_its_third_birthday() {
    let (offers, rows) = house(1, 1);
    let mut ledger = ledger(&offers, &rows);
    let reserved = ledger
        .reserve(&request(
            CareType::Nursery,
            date(2026, 3, 10),
            date(2027, 9, 1),
        ))
        .unwrap();
    let free = |ledger: &StayLedger, care, year, m| ledger.free("F", care, month(year, m)).unwrap();
    assert_eq!(free(&ledger, CareType::Nursery, 2029, 2), 0);
    assert_eq!(free(&ledger, CareType::Nursery, 2029, 3), 1);
    assert_eq!(free(&ledger, CareType::Kindergarten, 2029, 2), 1);
    assert_eq!(free(&ledger, CareType::Kindergarten, 2029, 3), 0);
    assert_eq!(free(&ledger, CareType::Kindergarten, 2032, 7), 0);
    assert_eq!(free(&ledger, CareType::Kindergarten, 2032, 8), 1);
    ledger.release(reserved);
    assert_eq!(free(&ledger, CareType::Kindergarten, 2029, 3), 1);
}

#[test]
fn a_pure_nursery_keeps_a_child_until_the_month_before_its_third_birthday() {
    let (offers, rows) = house(1, 1);
    let ledger = ledger(&offers[..1], &rows[..96]);
    let stay = ledger
        .check(&request(
            CareType::Nursery,
            date(2026, 3, 10),
            date(2027, 9, 1),
        ))
        .unwrap();
    assert!(stay.ends_at_three());
    assert_eq!(
        stay.months().last(),
        Some(&(month(2029, 2), CareType::Nursery))
    );
    // Starting in the month of the birthday would be no stay at all.
    let late = ledger.check(&request(
        CareType::Nursery,
        date(2026, 3, 10),
        date(2029, 3, 1),
    ));
    assert_eq!(names(late), ["too_old"]);
}

#[test]
fn age_decides_by_care_type() {
    let (mut offers, mut rows) = house(5, 5);
    for care in [CareType::AfterSchool, CareType::Childminding] {
        offers.push(offer("F", care));
        rows.extend(places("F", care, months(), 5));
    }
    let ledger_of = |offers: &[CareOffer]| StayLedger::new(offers, &rows, months()).unwrap();
    let check = |offers: &[CareOffer], care, born, first| {
        names(ledger_of(offers).check(&request(care, born, first)))
    };
    let born = date(2025, 6, 15);
    use CareType::{AfterSchool, Childminding, Kindergarten, Nursery};
    assert_eq!(check(&offers, Nursery, born, date(2028, 6, 14)), [""; 0]);
    assert_eq!(
        check(&offers, Nursery, born, date(2028, 6, 15)),
        ["too_old"]
    );
    assert_eq!(
        check(&offers, Kindergarten, born, date(2028, 6, 14)),
        ["too_young"]
    );
    assert_eq!(
        check(&offers, Kindergarten, born, date(2028, 6, 15)),
        [""; 0]
    );
    offers[1].from_34th_month = true;
    assert_eq!(
        check(&offers, Kindergarten, born, date(2028, 3, 14)),
        ["too_young"]
    );
    assert_eq!(
        check(&offers, Kindergarten, born, date(2028, 3, 15)),
        [""; 0]
    );
    assert_eq!(
        check(&offers, Kindergarten, born, date(2031, 8, 1)),
        ["too_old"]
    );
    assert_eq!(
        check(&offers, AfterSchool, born, date(2031, 7, 31)),
        ["too_young"]
    );
    assert_eq!(check(&offers, AfterSchool, born, date(2031, 8, 1)), [""; 0]);
    assert_eq!(
        check(&offers, Childminding, born, date(2028, 6, 30)),
        [""; 0]
    );
    assert_eq!(
        check(&offers, Childminding, born, date(2028, 7, 1)),
        ["too_old"]
    );
    offers[0].youngest_months = 12;
    let unborn = check(&offers, Nursery, date(2028, 1, 31), date(2028, 1, 1));
    assert_eq!(unborn, ["too_young"]);
    let obstacle = ledger_of(&offers)
        .check(&request(Nursery, date(2027, 2, 2), date(2028, 2, 1)))
        .unwrap_err();
    assert_eq!(
        obstacle,
        [StayObstacle::TooYoung {
            care_type: Nursery,
            age_months: 11,
            needed_months: 12
        }]
    );
}

#[test]
fn hours_must_fit_the_tiers_and_the_opening_of_nursery_and_kindergarten() {
    let (mut offers, rows) = house(1, 1);
    offers[0].tiers = vec![HoursTier::UpTo6, HoursTier::UpTo9];
    offers[1].longest_day = hours(8.0);
    let ledger = ledger(&offers, &rows);
    let wish = |daily: f64| StayRequest {
        daily_hours: hours(daily),
        ..request(CareType::Nursery, date(2026, 3, 10), date(2027, 9, 1))
    };
    assert_eq!(names(ledger.check(&wish(6.0))), [""; 0]);
    assert_eq!(names(ledger.check(&wish(4.5))), ["tier_not_offered"]);
    assert_eq!(names(ledger.check(&wish(9.0))), ["opens_too_short"]);
    let suitable = SuitableApplication::check("c", "P", wish(9.0), &ledger);
    assert!(
        suitable
            .unwrap_err()
            .to_string()
            .contains("opens_too_short")
    );
}

#[test]
fn every_month_in_the_way_is_named_with_its_figure() {
    let (mut offers, mut rows) = house(2, 2);
    offers[1].last_month = Some(month(2031, 12));
    for row in &mut rows {
        match (row.care_type, row.month) {
            (CareType::Nursery, m) if m == month(2027, 9) => row.settling_in_slots = Some(0),
            (CareType::Nursery, m) if m == month(2028, 1) => row.free_places = -1,
            _ => row.inclusion_places = 1,
        }
    }
    let ledger = ledger(&offers, &rows);
    let wish = StayRequest {
        inclusion_need: true,
        ..request(CareType::Nursery, date(2026, 3, 10), date(2027, 9, 1))
    };
    let obstacles = ledger.check(&wish).unwrap_err();
    let care_type = CareType::Nursery;
    assert_eq!(
        obstacles[..4],
        [
            StayObstacle::NoInclusionPlace {
                care_type,
                month: month(2027, 9),
                free: 0
            },
            StayObstacle::NoSettlingInSlot {
                care_type,
                month: month(2027, 9),
                free: 0
            },
            StayObstacle::NoPlace {
                care_type,
                month: month(2028, 1),
                free: -1
            },
            StayObstacle::NoInclusionPlace {
                care_type,
                month: month(2028, 1),
                free: 0
            },
        ]
    );
    let closed = |m| StayObstacle::GroupClosed {
        care_type: CareType::Kindergarten,
        month: month(2032, m),
    };
    assert_eq!(obstacles[4..], (1..=7).map(closed).collect::<Vec<_>>());
}

#[test]
fn what_one_child_takes_is_not_offered_to_the_next() {
    let (offers, rows) = house(2, 1);
    let mut ledger = ledger(&offers, &rows);
    let wish = |child: &str, born, ledger: &StayLedger| {
        SuitableApplication::check(
            child,
            "P",
            request(CareType::Nursery, born, date(2027, 9, 1)),
            ledger,
        )
        .unwrap()
    };
    let applications = [
        wish("a", date(2026, 3, 10), &ledger),
        wish("b", date(2026, 5, 10), &ledger),
    ];
    let granted = grant_in_sequence(&mut ledger, &applications);
    assert!(granted[0].is_ok());
    let care_type = CareType::Kindergarten;
    let reasons = granted[1].as_ref().unwrap_err();
    assert_eq!(
        reasons[0],
        StayObstacle::NoPlace {
            care_type,
            month: month(2029, 5),
            free: 0
        }
    );
}

#[test]
fn rows_that_contradict_each_other_are_refused_together() {
    let (mut offers, mut rows) = house(1, 1);
    offers.push(offers[0].clone());
    offers[1].last_month = Some(month(2019, 1));
    rows.push(rows[0].clone());
    rows.push(MonthPlaces {
        facility_id: "G".to_owned(),
        ..rows[0].clone()
    });
    rows.push(MonthPlaces {
        month: month(2026, 12),
        ..rows[0].clone()
    });
    let problems = StayLedger::new(&offers, &rows, months()).unwrap_err();
    assert_eq!(problems.len(), 5);
    assert!(problems.iter().all(|it| it.code == "E2170"));
}

fn children() -> impl Strategy<Value = Vec<(i64, i32, bool, bool, bool)>> {
    proptest::collection::vec(
        (
            0..1500_i64,
            0..30_i32,
            any::<bool>(),
            any::<bool>(),
            any::<bool>(),
        ),
        1..25,
    )
}

proptest! {
    /// Whatever is reserved and released: every child with a reservation holds exactly one place of its
    /// facility in every month of its stay, the kindergarten place after the third birthday included; no
    /// month is overbooked; and releasing all gives back exactly what was there.
    #[test]
    fn a_child_turning_three_keeps_a_place_of_its_facility(
        children in children(), nursery in 0..5_i32, kindergarten in 0..5_i32,
    ) {
        let (offers, mut rows) = house(nursery, kindergarten);
        for row in &mut rows {
            row.inclusion_places = 1;
            row.settling_in_slots = Some(2);
        }
        let mut ledger = ledger(&offers, &rows);
        let before = ledger.clone();
        let mut held: Vec<(StayRequest, Reservation)> = Vec::new();
        for (days, start, older, inclusion_need, leaves) in children {
            let born = date(2025, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            let first = month(2027, 9).plus(start).first_day();
            let care = if older { CareType::Kindergarten } else { CareType::Nursery };
            let wish = StayRequest { inclusion_need, ..request(care, born, first) };
            if let Ok(reservation) = ledger.reserve(&wish) {
                held.push((wish, reservation));
            }
            if leaves && held.len() > 2 {
                ledger.release(held.remove(0).1);
            }
            for position in 0..months().count() {
                let at = months().first().plus(i32::try_from(position).unwrap());
                for (care, offered) in [(CareType::Nursery, nursery), (CareType::Kindergarten, kindergarten)] {
                    let taken = held.iter().filter(|(_, it)| it.stay().months().contains(&(at, care)));
                    let free = ledger.free("F", care, at).unwrap();
                    prop_assert!(free >= 0);
                    prop_assert_eq!(free, offered - i32::try_from(taken.count()).unwrap());
                }
            }
        }
        for (wish, reservation) in &held {
            let end = Month::of(domain::expected_last_day(wish.care_type, wish.born));
            let mut expected = Month::of(wish.first_day);
            for &(at, care) in reservation.stay().months() {
                prop_assert_eq!(at, expected);
                expected = expected.plus(1);
                let three = at >= Month::of(third_birthday(wish.born));
                let due = if three { CareType::Kindergarten } else { wish.care_type };
                prop_assert_eq!(care, due);
            }
            let known = months().first().plus(95);
            prop_assert_eq!(expected, end.plus(1).min(known.plus(1)));
        }
        for (_, reservation) in held {
            ledger.release(reservation);
        }
        prop_assert_eq!(ledger, before);
    }

    /// A guaranteed stay is booked in full even where the places are exceeded, and says in which months.
    #[test]
    fn a_guaranteed_move_to_kindergarten_is_booked_and_an_excess_is_named(kindergarten in 0..3_i32) {
        let (offers, rows) = house(3, kindergarten);
        let mut ledger = ledger(&offers, &rows);
        for number in 1..=3_i32 {
            let enrolled = StayRequest {
                settles_in: false,
                ..request(CareType::Nursery, date(2025, 3, 10), date(2026, 9, 1))
            };
            let (reservation, exceeded) = ledger.guarantee(&enrolled).unwrap();
            prop_assert!(reservation.stay().months().iter().any(|(_, care)| *care == CareType::Kindergarten));
            prop_assert_eq!(exceeded.is_empty(), number <= kindergarten);
        }
        prop_assert_eq!(ledger.free("F", CareType::Kindergarten, month(2028, 3)), Some(kindergarten - 3));
    }
}
