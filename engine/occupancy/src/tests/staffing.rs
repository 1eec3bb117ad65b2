//! Staffed places computed from the staff present.

use domain::CareType::{Childminding, Kindergarten, Nursery};
use jiff::civil::date;
use tables::schema::TableName;

use super::{Tables, cell, four, one_facility};

/// Places are licensed; how many are staffed follows from the staff.
fn unreported(staff: &str) -> Tables {
    one_facility()
        .plus(
            TableName::Capacities,
            "K,nursery,2018-01-01,,60,60,\nK,kindergarten,2018-01-01,,60,60,",
        )
        .plus(TableName::Staff, staff)
}

#[test]
fn assistants_count_up_to_a_fifth_of_the_staff_and_heads_not_at_all() {
    for (assistants, places) in [(0, 24), (10, 27), (20, 30), (40, 30)] {
        let mut staff = String::from(
            "S1,K,kindergarten,qualified,40,2020-01-01,
             S2,K,kindergarten,qualified,40,2020-01-01,
             S3,K,kindergarten,head,40,2020-01-01,",
        );
        if assistants > 0 {
            staff.push_str(&format!(
                "\nS4,K,kindergarten,assistant,{assistants},2020-01-01,"
            ));
        }
        // 1:12 in 2024; 80 qualified hours allow at most 20 hours of assistants.
        let cube = unreported(&staff).cube("2024-01", 1, date(2024, 1, 1));
        assert_eq!(
            four(&cube, "K", Kindergarten, "2024-01").2,
            places,
            "{assistants}"
        );
    }
}

#[test]
fn assistants_alone_staff_no_place() {
    let cube =
        unreported("S,K,nursery,assistant,40,2020-01-01,").cube("2024-01", 1, date(2024, 1, 1));
    assert_eq!(four(&cube, "K", Nursery, "2024-01").2, 0);
}

#[test]
fn the_staffing_keys_of_the_month_decide() {
    let staff = "S1,K,kindergarten,qualified,40,2020-01-01,
                 S2,K,kindergarten,qualified,40,2020-01-01,
                 S3,K,nursery,qualified,40,2020-01-01,
                 S4,K,nursery,qualified,40,2020-01-01,2026-09-15";
    let cube = unreported(staff).cube("2025-07", 24, date(2026, 1, 1));
    let kindergarten = |month| four(&cube, "K", Kindergarten, month).2;
    assert_eq!(
        ["2025-07", "2025-08", "2026-08"].map(kindergarten),
        [24, 21, 21]
    );
    // 1:5, then 1:4.5014 from August 2026 on; S4 leaves in September.
    let nursery = |month| four(&cube, "K", Nursery, month).2;
    assert_eq!(
        ["2026-07", "2026-08", "2026-09", "2026-10"].map(nursery),
        [10, 9, 9, 4]
    );
}

#[test]
fn more_staff_than_the_licence_needs_makes_no_more_places() {
    let rows: String = (0..10)
        .map(|number| format!("S{number},K,kindergarten,qualified,40,2020-01-01,\n"))
        .collect();
    let cube = unreported(&rows).cube("2024-01", 1, date(2024, 1, 1));
    assert_eq!(four(&cube, "K", Kindergarten, "2024-01"), (60, 60, 60, 60));
}

#[test]
fn the_places_of_a_childminder_are_those_of_the_licence() {
    let tables = one_facility().plus(TableName::Capacities, "K,childminding,2020-01-01,,5,4,");
    let cube = tables.cube("2024-01", 1, date(2024, 1, 1));
    assert_eq!(four(&cube, "K", Childminding, "2024-01"), (5, 4, 5, 5));
}

#[test]
fn contracted_hours_decide_the_staff_required() {
    let tables = unreported("S,K,nursery,qualified,30,2020-01-01,").plus(
        TableName::Contracts,
        "V1,1,N,K,nursery,4.5,5,true,2025-01-01,,2024-01-01,
         V2,1,M,K,kindergarten,9,5,true,2025-02-01,,2024-01-01,",
    );
    let cube = tables.cube("2025-01", 3, date(2025, 1, 1));
    let required = |care, month| cell(&cube, "K", care, month).staff_required;
    assert!((required(Nursery, "2025-01") - 0.1).abs() < 1e-12);
    assert!((required(Kindergarten, "2025-02") - 1.0 / 12.0).abs() < 1e-12);
    assert_eq!(required(Kindergarten, "2025-01"), 0.0);
    assert!((cell(&cube, "K", Nursery, "2025-01").staff_present - 0.75).abs() < 1e-12);
}

#[test]
fn a_post_handed_over_within_a_month_counts_once() {
    let staff = "S1,K,kindergarten,qualified,40,2020-01-01,2024-02-02
                 S2,K,kindergarten,qualified,40,2024-02-03,
                 S3,K,kindergarten,qualified,40,2024-03-05,2024-03-25";
    let cube = unreported(staff).cube("2024-01", 4, date(2024, 1, 1));
    let places = ["2024-01", "2024-02", "2024-03", "2024-04"]
        .map(|month| four(&cube, "K", Kindergarten, month).2);
    // 1:12 in 2024; S3 is on no 1st of a month.
    assert_eq!(places, [12, 12, 12, 12]);
}
