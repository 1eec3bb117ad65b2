//! Contracts against each other: one place a child, one known version a contract.

use super::{Files, small_city};
use crate::schema::TableName;

/// The small city with a second contract of the child C4, which is with a childminder until
/// 2027-03-31.
fn second(care: &str, from: &str, to: &str) -> Files {
    small_city().plus(
        TableName::Contracts,
        &format!("V5,1,C4,K1,{care},9,5,true,{from},{to},2026-01-01,\n"),
    )
}

#[test]
fn a_child_in_two_places_on_one_day_is_refused() {
    let problem = second("nursery", "2027-03-31", "").refused(
        "E1014",
        "contracts.csv",
        6,
        "valid_from",
        "2027-03-31",
    );
    assert!(problem.message.contains("row 5"), "{problem}");
    assert!(second("nursery", "2027-04-01", "").problems().is_empty());
    assert!(
        second("nursery", "2025-01-01", "2025-09-30")
            .problems()
            .is_empty()
    );
}

#[test]
fn an_open_end_overlaps_everything_after_it() {
    let problem = small_city()
        .plus(
            TableName::Contracts,
            "V5,1,C2,K1,nursery,9,5,true,2199-01-01,,2026-01-01,\n",
        )
        .refused("E1014", "contracts.csv", 6, "valid_from", "2199-01-01");
    assert!(problem.message.contains("open end"), "{problem}");
}

#[test]
fn after_school_care_with_childminding_is_allowed() {
    assert!(
        second("after_school", "2026-01-01", "")
            .problems()
            .is_empty()
    );
    second("kindergarten", "2026-01-01", "").refused(
        "E1014",
        "contracts.csv",
        6,
        "valid_from",
        "2026-01-01",
    );
    // A third contract is measured against both.
    let both = second("after_school", "2026-01-01", "").plus(
        TableName::Contracts,
        "V6,1,C4,H1,after_school,3,5,true,2026-06-01,,2026-01-01,\n",
    );
    both.refused("E1014", "contracts.csv", 7, "valid_from", "2026-06-01");
}

#[test]
fn superseded_versions_take_no_place() {
    let moved = small_city().plus(
        TableName::Contracts,
        "V1,3,C1,K2,kindergarten,9,5,true,2025-08-01,,2026-02-01,\n",
    );
    let superseded = moved.with(
        TableName::Contracts,
        "2025-09-10,\n",
        "2025-09-10,2026-02-01\n",
    );
    assert!(superseded.problems().is_empty());
}

#[test]
fn versions_known_at_the_same_time_are_refused() {
    let overlap = small_city().with(TableName::Contracts, "2025-09-10\n", "2025-09-11\n");
    let problem = overlap.refused("E1015", "contracts.csv", 2, "recorded_from", "2025-09-10");
    assert!(problem.message.contains("row 1"), "{problem}");
}

#[test]
fn two_current_versions_are_one_fault_and_not_two_places() {
    let both_current =
        small_city().with(TableName::Contracts, "2025-05-01,2025-09-10", "2025-05-01,");
    both_current.refused("E1015", "contracts.csv", 2, "recorded_from", "2025-09-10");
}

#[test]
fn a_long_known_version_is_measured_against_all_later_ones() {
    let rows = "V7,1,C5,K1,nursery,9,5,true,2026-08-01,,2025-01-01,2026-01-01\n\
                V7,2,C5,K1,nursery,8,5,true,2026-08-01,,2025-02-01,2025-03-01\n\
                V7,3,C5,K1,nursery,7,5,true,2026-08-01,,2025-04-01,2025-05-01\n\
                V7,4,C5,K1,nursery,7,5,true,2026-08-01,,2026-01-01,\n";
    let problems = small_city().plus(TableName::Contracts, rows).problems();
    let found: Vec<_> = problems.iter().map(|p| (p.code, p.row)).collect();
    assert_eq!(found, [("E1015", Some(7)), ("E1015", Some(8))]);
}

#[test]
fn a_version_corrected_on_its_own_day_was_never_known() {
    let rows = "V7,1,C5,K1,nursery,9,5,true,2026-08-01,,2025-02-01,2025-02-01\n\
                V7,2,C5,K1,nursery,8,5,true,2026-08-01,,2025-02-01,\n";
    assert!(
        small_city()
            .plus(TableName::Contracts, rows)
            .problems()
            .is_empty()
    );
}

#[test]
fn many_contracts_of_one_child_are_checked_in_linear_time() {
    let contract = |number: usize| {
        let (year, month, day) = (1900 + number / 336, number / 28 % 12 + 1, number % 28 + 1);
        let date = format!("{year}-{month:02}-{day:02}");
        format!("M{number},1,C5,K1,nursery,9,5,true,{date},{date},2026-01-01,\n")
    };
    let rows: String = (0..100_000).map(contract).collect();
    let files = small_city().plus(TableName::Contracts, &rows);
    assert!(files.problems().is_empty());
    // An open end at the beginning overlaps all the others, which is found in one pass, too.
    let open = files.with(
        TableName::Contracts,
        "1900-01-01,1900-01-01,",
        "1900-01-01,,",
    );
    assert_eq!(open.problems().len(), 99_999);
}
