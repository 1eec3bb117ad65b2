//! Requests that cannot be met are refused with the way out.

use forecast::{
    AgeGroup, Areas, BacktestRequest, Births, ForecastError, ForecastRequest, backtest, forecast,
};

use crate::tables::{Rows, request, small_city};

fn refusal(request: &ForecastRequest) -> ForecastError {
    let (rows, areas) = small_city();
    forecast(&rows.population(), None, &areas, request).unwrap_err()
}

#[test]
fn a_group_that_cuts_through_a_class_is_refused_with_both_named() {
    let error = refusal(&request(1, "K=3-3"));
    assert!(matches!(error, ForecastError::GroupCutsClass { .. }));
    insta::assert_snapshot!(error, @"the group K=3 cuts through the age class 3-4 of the population; move its border, or give the population by finer ages");
}

#[test]
fn a_group_with_ages_that_the_population_lacks_is_refused() {
    let error = refusal(&request(1, "H=6-9"));
    assert!(matches!(
        error,
        ForecastError::GroupLacksAge { missing: 6, .. }
    ));
    let error = refusal(&request(1, "K=3-7"));
    assert!(matches!(
        error,
        ForecastError::GroupLacksAge { missing: 6, .. }
    ));
}

#[test]
fn twin_groups_that_were_not_parsed_are_refused_too() {
    let group = AgeGroup::parse_list("U3=0-2").unwrap();
    let mut request = request(1, "");
    request.groups = [group.clone(), group].concat();
    assert!(matches!(refusal(&request), ForecastError::Group(_)));
}

#[test]
fn horizons_outside_one_to_fifty_are_refused() {
    assert_eq!(
        refusal(&request(0, "")),
        ForecastError::Horizon { horizon: 0 }
    );
    assert_eq!(
        refusal(&request(51, "")),
        ForecastError::Horizon { horizon: 51 }
    );
}

#[test]
fn origins_outside_the_table_or_too_early_are_refused_with_the_possible_ones() {
    for year in [2020, 2026, i32::MIN, i32::MAX] {
        let mut request = request(1, "");
        request.origin_year = Some(year);
        assert!(
            matches!(
                refusal(&request),
                ForecastError::Origin { earliest: 2021, .. }
            ),
            "{year}"
        );
    }
    let short = Rows::new(&["a"], 2020, 3, &["0", "1"], |_, _, _| 5.0);
    let error = forecast(&short.population(), None, &Areas::flat(), &request(1, "")).unwrap_err();
    insta::assert_snapshot!(error, @"a forecast from 2022 needs that year and three years before it, but the population has 2020 to 2022; choose an origin from 2023 on that the table has, or add years");
}

#[test]
fn a_back_test_needs_groups_and_origins_in_order() {
    let (rows, areas) = small_city();
    let run = |first: i32, last: i32, groups: Vec<AgeGroup>| {
        #[allow(clippy::reversed_empty_ranges, reason = "the refusal is under test")]
        let request = BacktestRequest {
            origins: first..=last,
            horizon: 2,
            groups,
        };
        backtest(&rows.population(), None, &areas, &request).map(|found| found.rows.len())
    };
    let groups = || AgeGroup::parse_list("U3=0-2").unwrap();
    assert_eq!(
        run(2024, 2023, groups()),
        Err(ForecastError::Origins {
            first: 2024,
            last: 2023
        })
    );
    assert_eq!(run(2023, 2024, Vec::new()), Err(ForecastError::NoGroup));
    assert!(matches!(
        run(2023, 2026, groups()),
        Err(ForecastError::Origin {
            origin_year: 2026,
            ..
        })
    ));
    // Two origins, two years ahead, seven areas.
    assert_eq!(run(2023, 2024, groups()), Ok(28));
}

#[test]
fn births_that_do_not_help_are_refused() {
    let births = |rows: &str| {
        Births::read(format!("area,year,births\n{rows}").as_bytes(), "births.csv").unwrap()
    };
    let run = |ages: &[&str], births: &Births| {
        let rows = Rows::new(&["a", "b"], 2020, 5, ages, |_, _, _| 10.0);
        forecast(
            &rows.population(),
            Some(births),
            &Areas::flat(),
            &request(1, ""),
        )
        .map(|_| ())
    };
    let late = births("_total,2023,20\n_total,2024,20\n");
    assert_eq!(
        run(&["0", "1"], &late),
        Err(ForecastError::TooFewBirths { origin_year: 2024 })
    );
    let enough = births("a,2022,9\na,2023,9\na,2024,9\nb,2022,11\nb,2023,11\nb,2024,11\n");
    assert_eq!(run(&["0", "1"], &enough), Ok(()));
    assert!(matches!(
        run(&["0-2", "3"], &enough),
        Err(ForecastError::BirthsNeedAgeZero { .. })
    ));
}
