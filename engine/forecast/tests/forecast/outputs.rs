//! The files as people and tools read them.

use forecast::{AgeGroup, BacktestRequest, backtest, forecast};

use crate::tables::{request, small_city};

fn text(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_small_city_is_written_by_group() {
    let (rows, areas) = small_city();
    let found = forecast(
        &rows.population(),
        None,
        &areas,
        &request(2, "U3=0-2,K=3-5"),
    )
    .unwrap();
    insta::assert_snapshot!(text(|bytes| found.write_group_csv(bytes)));
}

#[test]
fn a_small_city_is_written_by_age() {
    let (rows, areas) = small_city();
    let found = forecast(&rows.population(), None, &areas, &request(1, "")).unwrap();
    insta::assert_snapshot!(text(|bytes| found.write_csv(bytes)));
}

#[test]
fn a_back_test_is_written_with_the_city_named_total() {
    let (rows, areas) = small_city();
    let request = BacktestRequest {
        origins: 2024..=2025,
        horizon: 1,
        groups: AgeGroup::parse_list("U3=0-2").unwrap(),
    };
    let found = backtest(&rows.population(), None, &areas, &request).unwrap();
    assert!(
        found
            .rows
            .iter()
            .all(|row| row.observed.is_some() == (row.origin_year == 2024))
    );
    insta::assert_snapshot!(text(|bytes| found.write_csv(bytes)));
}
