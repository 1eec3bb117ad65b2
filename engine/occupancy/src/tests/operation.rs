//! When a facility has places at all.

use domain::CareType::Kindergarten;
use jiff::civil::date;
use tables::schema::TableName;

use super::{Tables, four, one_facility};

/// Licensed places of K in the months from 2026-04 on.
fn licensed<const N: usize>(tables: &Tables) -> [u32; N] {
    let cube = tables.cube("2026-04", N, date(2026, 4, 1));
    std::array::from_fn(|position| {
        let month = cube.grid().months().first().plus(position as i32);
        four(&cube, "K", Kindergarten, &month.to_string()).0
    })
}

fn with_facility(opens: &str, closes: &str, in_needs_plan: bool) -> Tables {
    one_facility()
        .with(
            TableName::Facilities,
            &format!(
                "K,T,Haus,day_care_centre,A,51,13.7,{opens},{closes},{in_needs_plan},0,6,17,0"
            ),
        )
        .plus(TableName::Capacities, "K,kindergarten,2020-01-01,,40,40,40")
}

#[test]
fn a_facility_outside_the_needs_plan_has_no_places_but_its_contracts_count() {
    let outside = with_facility("2000-01-01", "", false).plus(
        TableName::Contracts,
        "V,1,M,K,kindergarten,9,5,true,2025-08-01,,2025-01-01,",
    );
    assert_eq!(licensed(&outside), [0, 0]);
    let cube = outside.cube("2026-04", 1, date(2026, 4, 1));
    assert_eq!(four(&cube, "K", Kindergarten, "2026-04"), (0, 0, 0, -1));
    assert_eq!(licensed(&with_facility("2000-01-01", "", true)), [40, 40]);
}

#[test]
fn places_begin_in_the_month_of_opening_and_end_with_the_month_of_closing() {
    let opening = with_facility("2026-05-31", "2026-07-01", true);
    assert_eq!(licensed(&opening), [0, 40, 40, 40, 0]);
}

#[test]
fn places_end_with_a_lost_licence_and_come_back_with_a_new_one() {
    let restored = with_facility("2000-01-01", "", true)
        .with(
            TableName::Licences,
            "K,2000-01-01,2026-05-10\nK,2026-08-01,",
        )
        .with(
            TableName::Capacities,
            "K,kindergarten,2020-01-01,2026-05-10,40,40,40\nK,kindergarten,2026-08-01,,30,30,30",
        );
    assert_eq!(licensed(&restored), [40, 40, 0, 0, 30, 30]);
}

#[test]
fn the_later_of_two_capacities_that_share_a_month_holds_in_any_order_of_rows() {
    let (old, new) = (
        "K,kindergarten,2020-01-01,2026-05-14,40,40,40\n",
        "K,kindergarten,2026-05-15,,25,25,20\n",
    );
    for rows in [format!("{old}{new}"), format!("{new}{old}")] {
        let changed = with_facility("2000-01-01", "", true).with(TableName::Capacities, &rows);
        assert_eq!(licensed(&changed), [40, 25, 25]);
    }
}

#[test]
fn places_whose_own_days_of_a_month_lie_outside_the_licence_do_not_count() {
    let changed = with_facility("2000-01-01", "", true)
        .with(TableName::Licences, "K,2000-01-01,2026-05-10")
        .with(
            TableName::Capacities,
            "K,kindergarten,2020-01-01,2026-05-14,40,40,40\nK,kindergarten,2026-05-15,,25,25,20",
        );
    assert_eq!(licensed(&changed), [40, 40, 0]);
}

#[test]
fn places_that_end_before_the_facility_opens_do_not_count() {
    let opening = with_facility("2026-05-20", "", true).with(
        TableName::Capacities,
        "K,kindergarten,2020-01-01,2026-05-10,40,40,40\nK,kindergarten,2026-07-01,,25,25,20",
    );
    assert_eq!(licensed(&opening), [0, 0, 0, 25]);
}

#[test]
fn places_reported_as_staffed_hold_whatever_the_staff_table_says() {
    let cube = with_facility("2000-01-01", "", true)
        .plus(
            TableName::Staff,
            "S,K,kindergarten,qualified,40,2020-01-01,",
        )
        .cube("2026-04", 1, date(2026, 4, 1));
    assert_eq!(four(&cube, "K", Kindergarten, "2026-04"), (40, 40, 40, 40));
}
