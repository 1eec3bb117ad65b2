//! Tables as of a day.

use std::collections::BTreeMap;

use domain::{date_of, epoch_days};
use jiff::civil::{Date, date};
use polars::frame::DataFrame;
use polars::prelude::{Column, DataType, NamedFrom, Series};
use proptest::prelude::*;

use super::small_city;
use crate::City;
use crate::schema::TableName;

/// A version of a contract, days from a base.
#[derive(Debug, Clone)]
struct Version {
    contract: usize,
    version: i32,
    valid: (i32, Option<i32>),
    recorded: (i32, Option<i32>),
}

const BASE: i32 = 20_000;

fn day(offset: i32) -> Date {
    date_of(BASE + offset).unwrap()
}

/// Contracts with a first version each, then corrections in the order in which they become known.
fn histories() -> impl Strategy<Value = (Vec<Version>, Vec<(usize, i32)>)> {
    let first = (0..60i32, proptest::option::of(0..60i32), 0..30i32);
    let correction = (0..8usize, 0..10i32);
    (
        proptest::collection::vec(first, 1..8),
        proptest::collection::vec(correction, 0..12),
    )
        .prop_map(|(firsts, corrections)| {
            let versions = firsts.into_iter().enumerate();
            let versions = versions
                .map(|(contract, (from, length, recorded))| Version {
                    contract,
                    version: 1,
                    valid: (from, length.map(|length| from + length)),
                    recorded: (recorded, None),
                })
                .collect();
            (versions, corrections)
        })
}

/// Adds a correction `wait` days after the current version became known.
fn correct(versions: &mut Vec<Version>, contract: usize, wait: i32) -> Option<i32> {
    let current = versions
        .iter_mut()
        .find(|v| v.contract == contract && v.recorded.1.is_none())?;
    let known_from = current.recorded.0 + wait;
    current.recorded.1 = Some(known_from);
    let next = Version {
        version: current.version + 1,
        valid: (current.valid.0 + 3, None),
        recorded: (known_from, None),
        ..current.clone()
    };
    versions.push(next);
    Some(known_from)
}

/// The small city with these contracts in place of its own.
fn city(small: &City, versions: &[Version]) -> City {
    let template = small.frame(TableName::Contracts).slice(0, 1);
    let mut frame = template.clone();
    for _ in 1..versions.len() {
        frame.vstack_mut(&template).unwrap();
    }
    let days = |name: &str, day: &dyn Fn(&Version) -> Option<i32>| -> Column {
        let days: Vec<_> = versions.iter().map(|v| day(v).map(|d| BASE + d)).collect();
        let series = Series::new(name.into(), days)
            .cast(&DataType::Date)
            .unwrap();
        series.into()
    };
    let ids: Vec<_> = versions
        .iter()
        .map(|v| format!("V{}", v.contract))
        .collect();
    let numbers: Vec<_> = versions.iter().map(|v| v.version).collect();
    for column in [
        Series::new("contract_id".into(), ids).into(),
        Series::new("version".into(), numbers).into(),
        days("valid_from", &|v| Some(v.valid.0)),
        days("valid_to", &|v| v.valid.1),
        days("recorded_from", &|v| Some(v.recorded.0)),
        days("recorded_to", &|v| v.recorded.1),
    ] {
        frame.with_column(column).unwrap();
    }
    small
        .clone()
        .with_table(TableName::Contracts, frame)
        .unwrap()
}

/// Contract and version of the rows of a frame.
fn keys(frame: &DataFrame) -> Vec<(String, i32)> {
    let ids = frame.column("contract_id").unwrap().str().unwrap();
    let versions = frame.column("version").unwrap().i32().unwrap();
    let rows = ids.iter().zip(versions.iter());
    rows.map(|(id, version)| (id.unwrap().to_owned(), version.unwrap()))
        .collect()
}

fn expected(versions: &[Version], passes: impl Fn(&Version) -> bool) -> Vec<(String, i32)> {
    let passing = versions.iter().filter(|version| passes(version));
    passing
        .map(|v| (format!("V{}", v.contract), v.version))
        .collect()
}

fn valid_on(version: &Version, day: i32) -> bool {
    version.valid.0 <= day && version.valid.1.is_none_or(|to| day <= to)
}

fn known_on(version: &Version, day: i32) -> bool {
    version.recorded.0 <= day && version.recorded.1.is_none_or(|to| day < to)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn views_are_what_their_definition_says(
        (mut versions, corrections) in histories(), valid in 0..130i32, known in 0..130i32,
    ) {
        for (contract, wait) in corrections {
            correct(&mut versions, contract, wait);
        }
        let city = city(&small_city().read().unwrap(), &versions);
        let by_valid = city.valid_on(TableName::Contracts, day(valid)).unwrap();
        prop_assert_eq!(keys(&by_valid), expected(&versions, |v| valid_on(v, valid)));
        let by_known = city.contracts_known_on(day(known)).unwrap();
        prop_assert_eq!(keys(&by_known), expected(&versions, |v| known_on(v, known)));
        let both = city.contracts_valid_known(day(valid), day(known)).unwrap();
        prop_assert_eq!(
            keys(&both),
            expected(&versions, |v| valid_on(v, valid) && known_on(v, known))
        );
        let mut a_contract: BTreeMap<String, usize> = BTreeMap::new();
        for (contract, _) in keys(&by_known) {
            *a_contract.entry(contract).or_default() += 1;
        }
        prop_assert!(a_contract.values().all(|versions| *versions == 1));
    }

    #[test]
    fn a_view_of_a_past_day_stays_the_same_whatever_is_corrected_later(
        (mut versions, corrections) in histories(), valid in 0..130i32,
    ) {
        let small = small_city().read().unwrap();
        for (contract, wait) in corrections {
            let before = city(&small, &versions);
            let Some(corrected_on) = correct(&mut versions, contract, wait) else { continue };
            let after = city(&small, &versions);
            let past = day(corrected_on - 1);
            let (seen, seen_again) = (
                before.contracts_known_on(past).unwrap(),
                after.contracts_known_on(past).unwrap(),
            );
            prop_assert!(seen.equals_missing(&seen_again), "{seen}\n{seen_again}");
            let (seen, seen_again) = (
                before.contracts_valid_known(day(valid), past).unwrap(),
                after.contracts_valid_known(day(valid), past).unwrap(),
            );
            prop_assert!(seen.equals_missing(&seen_again));
        }
    }
}

#[test]
fn tables_with_a_span_have_a_view_and_others_refuse_it() {
    let city = small_city().read().unwrap();
    let licences = |day| city.valid_on(TableName::Licences, day).unwrap().height();
    assert_eq!(licences(date(2028, 7, 31)), 4);
    assert_eq!(licences(date(2028, 8, 1)), 3);
    assert!(city.valid_on(TableName::Births, date(2028, 7, 31)).is_err());
    assert_eq!(epoch_days(day(0)), BASE);
}
