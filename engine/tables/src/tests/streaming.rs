//! Large files, checked chunk by chunk.

use std::fmt::Write as _;

use super::{Files, small_city, written};
use crate::schema::TableName;
use crate::{City, Format};

const ROWS: usize = 300_000;

/// A city with as many children as contracts.
fn large_city() -> Files {
    let mut children = small_city().text(TableName::Children);
    let mut contracts = small_city().text(TableName::Contracts);
    let header = contracts.find('\n').unwrap() + 1;
    contracts.truncate(header);
    for number in 1..=ROWS {
        let (month, day) = (number % 12 + 1, number % 28 + 1);
        writeln!(
            children,
            "L{number},W1,2022-{month:02}-{day:02},male,false,"
        )
        .unwrap();
        writeln!(
            contracts,
            "R{number},1,L{number},K1,kindergarten,9,5,true,2025-{month:02}-{day:02},2028-07-31,2025-01-01,"
        )
        .unwrap();
    }
    small_city()
        .with_text(TableName::Children, &children)
        .with_text(TableName::Contracts, &contracts)
}

#[test]
fn faults_in_a_large_file_are_found_at_their_rows_up_to_the_last() {
    let files = large_city();
    let rows = City::check(&files.sources(), &mut |_, _| {}).unwrap();
    assert_eq!(rows[&TableName::Contracts], ROWS as u64);
    let text = files
        .text(TableName::Contracts)
        .replace("R1,1,L1,K1,", "R1,1,L1,K7,")
        .replace(
            "R131072,1,L131072,K1,kindergarten,9,",
            "R131072,1,L131072,K1,kindergarten,14,",
        )
        .replace("R131073,1,", "R131072,1,")
        .replace("R262145,1,L262145,", "R262145,1,L262144,")
        .replace(
            "R300000,1,L300000,K1,kindergarten",
            "R300000,1,L300000,K1,Krippe",
        );
    let problems = City::check(
        &files.with_text(TableName::Contracts, &text).sources(),
        &mut |_, _| {},
    )
    .unwrap_err();
    let found: Vec<_> = problems.iter().map(|p| (p.code, p.row.unwrap())).collect();
    let expected = [
        ("E1011", 1),
        ("E1007", 131_072),
        ("E1010", 131_073),
        // Both versions of R131072 are known at once.
        ("E1015", 131_073),
        ("E1014", 262_145),
        ("E1008", 300_000),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_large_columnar_file_is_checked_slice_by_slice() {
    let files = large_city();
    let city = files.read().unwrap();
    let table = TableName::Contracts;
    let frame = city.frame(table);
    for format in [Format::Parquet, Format::Arrow] {
        let again = files
            .clone()
            .with_file(table, format, written(table, format, frame));
        let rows = City::check(&again.sources(), &mut |_, _| {}).unwrap();
        assert_eq!(rows[&table], ROWS as u64);
        assert!(again.read().unwrap().frame(table).equals_missing(frame));
    }
}
