//! What must hold in every generated city, whatever the seed.

use std::collections::{BTreeMap, BTreeSet};

use datasets::CitySpec;
use domain::{CareType, Month, StaffingRatio, completed_months};
use jiff::civil::{Date, date};
use proptest::prelude::*;
use tables::schema::TableName;

use crate::frames::City;
use crate::structure::{
    areas_form_a_tree_and_touch_both_ways_along_a_common_edge, every_table_follows_its_schema,
    keys_are_unique_references_resolve_and_periods_are_in_order,
};

/// Last day without an end.
const NEVER: i32 = i32::MAX;

fn day(date: Date) -> i32 {
    (date - jiff::civil::date(1970, 1, 1)).get_days()
}

fn date_of(day: i32) -> Date {
    date(1970, 1, 1)
        .checked_add(jiff::Span::new().days(day))
        .unwrap()
}

fn as_of() -> i32 {
    day(CitySpec::DEFAULT_AS_OF)
}

/// A current version of a contract.
struct Care {
    child: String,
    facility: String,
    care: CareType,
    from: i32,
    to: i32,
}

fn current_contracts(city: &City) -> Vec<Care> {
    let table = TableName::Contracts;
    let children = city.keys(table, "child_id");
    let facilities = city.keys(table, "facility_id");
    let cares = city.keys(table, "care_type");
    let from = city.numbers(table, "valid_from");
    let to = city.numbers(table, "valid_to");
    let replaced = city.numbers(table, "recorded_to");
    (0..children.len())
        .filter(|&row| replaced[row].is_none())
        .map(|row| Care {
            child: children[row].clone(),
            facility: facilities[row].clone(),
            care: cares[row].parse().unwrap(),
            from: from[row].unwrap(),
            to: to[row].unwrap_or(NEVER),
        })
        .collect()
}

fn births(city: &City) -> BTreeMap<String, i32> {
    let days = city.numbers(TableName::Children, "birth_date");
    let keys = city.keys(TableName::Children, "child_id");
    keys.into_iter()
        .zip(days.into_iter().map(Option::unwrap))
        .collect()
}

fn no_child_is_in_two_places(city: &City) {
    let mut stays: BTreeMap<String, Vec<(i32, i32)>> = BTreeMap::new();
    for contract in current_contracts(city) {
        stays
            .entry(contract.child)
            .or_default()
            .push((contract.from, contract.to));
    }
    for (child, mut stays) in stays {
        stays.sort_unstable();
        for pair in stays.windows(2) {
            assert!(pair[0].1 < pair[1].0, "{child} is in two places: {stays:?}");
        }
    }
}

/// Places bound on the 1st of every month, contracts, open and confirmed offers together, against
/// the licensed places while a licence is valid.
fn no_place_is_given_twice(city: &City) {
    let births = births(city);
    let first = Month::new(2019, 1).unwrap();
    let months: Vec<i32> = (0..150)
        .map(|plus| day(first.plus(plus).first_day()))
        .collect();
    let mut bound: BTreeMap<(String, CareType), Vec<i32>> = BTreeMap::new();
    for contract in current_contracts(city)
        .into_iter()
        .chain(reservations(city))
    {
        let born = date_of(births[&contract.child]);
        for (column, &on) in months.iter().enumerate() {
            if (contract.from..=contract.to).contains(&on) {
                let three = completed_months(born, date_of(on)).is_ok_and(|months| months >= 36);
                let care = if three {
                    contract.care.from_third_birthday()
                } else {
                    contract.care
                };
                let key = (contract.facility.clone(), care);
                bound.entry(key).or_insert_with(|| vec![0; months.len()])[column] += 1;
            }
        }
    }
    let licensed = licensed(city, &months);
    for (key, bound) in bound {
        let places = licensed
            .get(&key)
            .unwrap_or_else(|| panic!("{key:?} has no places"));
        for (column, (bound, places)) in bound.iter().zip(places).enumerate() {
            assert!(
                bound <= places,
                "{key:?} {}: {bound} of {places}",
                first.plus(column as i32)
            );
        }
    }
}

/// Licensed places on the given days, while a licence is valid.
fn licensed(city: &City, days: &[i32]) -> BTreeMap<(String, CareType), Vec<i32>> {
    let table = TableName::Licences;
    let mut licences: BTreeMap<String, Vec<(i32, i32)>> = BTreeMap::new();
    let (from, to) = (
        city.numbers(table, "valid_from"),
        city.numbers(table, "valid_to"),
    );
    for (row, facility) in city.keys(table, "facility_id").into_iter().enumerate() {
        let span = (from[row].unwrap(), to[row].unwrap_or(NEVER));
        licences.entry(facility).or_default().push(span);
    }
    for (facility, spans) in &licences {
        for pair in spans.windows(2) {
            assert_eq!(
                pair[0].1 + 1,
                pair[1].0,
                "{facility} has a gap between licences"
            );
        }
    }
    let table = TableName::Capacities;
    let (from, to) = (
        city.numbers(table, "valid_from"),
        city.numbers(table, "valid_to"),
    );
    let places = city.numbers(table, "licensed");
    let cares = city.keys(table, "care_type");
    let mut licensed: BTreeMap<(String, CareType), Vec<i32>> = BTreeMap::new();
    for (row, facility) in city.keys(table, "facility_id").into_iter().enumerate() {
        let valid = &licences[&facility];
        let key = (facility.clone(), cares[row].parse().unwrap());
        let counts = licensed.entry(key).or_insert_with(|| vec![0; days.len()]);
        for (count, on) in counts.iter_mut().zip(days) {
            let holds = from[row].unwrap() <= *on && *on <= to[row].unwrap_or(NEVER);
            if holds && valid.iter().any(|(from, to)| from <= on && on <= to) {
                *count += places[row].unwrap();
            }
        }
    }
    licensed
}

/// Open and confirmed offers as stays of a year, short of any later end.
fn reservations(city: &City) -> Vec<Care> {
    let table = TableName::Applications;
    let rows: BTreeMap<String, usize> = city
        .keys(table, "application_id")
        .into_iter()
        .enumerate()
        .map(|(row, key)| (key, row))
        .collect();
    let (children, facilities) = (
        city.keys(table, "child_id"),
        city.keys(table, "facility_id"),
    );
    let cares = city.keys(table, "care_type");
    let table = TableName::Offers;
    let starts = city.numbers(table, "starts_on");
    let states = city.keys(table, "state");
    let of = city.keys(table, "application_id");
    (0..of.len())
        .filter(|&row| ["open", "confirmed"].contains(&states[row].as_str()))
        .map(|row| Care {
            child: children[rows[&of[row]]].clone(),
            facility: facilities[rows[&of[row]]].clone(),
            care: cares[rows[&of[row]]].parse().unwrap(),
            from: starts[row].unwrap(),
            to: starts[row].unwrap() + 60,
        })
        .collect()
}

fn applications_offers_and_contracts_agree(city: &City) {
    let table = TableName::Applications;
    let (keys, children) = (
        city.keys(table, "application_id"),
        city.keys(table, "child_id"),
    );
    let (facilities, cares) = (
        city.keys(table, "facility_id"),
        city.keys(table, "care_type"),
    );
    let (states, ranks) = (city.keys(table, "state"), city.numbers(table, "rank"));
    let (wished, closed) = (
        city.numbers(table, "wished_start"),
        city.numbers(table, "closed_on"),
    );
    let contracts: BTreeSet<(String, String, String, i32)> = current_contracts(city)
        .into_iter()
        .map(|c| (c.child, c.facility, c.care.as_str().to_owned(), c.from))
        .collect();
    let mut by_child: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for row in 0..keys.len() {
        by_child.entry(&children[row]).or_default().push(row);
        assert_eq!(
            states[row] == "open",
            closed[row].is_none(),
            "{}",
            keys[row]
        );
        assert!(closed[row].is_none_or(|closed| closed <= as_of()));
        if states[row] == "contracted" {
            let contract = (
                children[row].clone(),
                facilities[row].clone(),
                cares[row].clone(),
                wished[row].unwrap(),
            );
            assert!(contracts.contains(&contract), "{contract:?} is missing");
        }
    }
    for (child, rows) in &by_child {
        assert!(rows.len() <= 5, "{child} has {} applications", rows.len());
        let ranks: BTreeSet<i32> = rows.iter().map(|&row| ranks[row].unwrap()).collect();
        let places: BTreeSet<&String> = rows.iter().map(|&row| &facilities[row]).collect();
        assert_eq!(
            (ranks.len(), places.len()),
            (rows.len(), rows.len()),
            "{child}"
        );
        let count = |state: &str| rows.iter().filter(|&&row| states[row] == state).count();
        assert!(count("contracted") <= 1, "{child}");
        assert!(
            count("contracted") == 0 || count("open") == 0,
            "{child} still seeks"
        );
        assert!(
            count("withdrawn_by_contract") == 0 || count("contracted") == 1,
            "{child}"
        );
    }
    let state_of: BTreeMap<&String, &String> = keys.iter().zip(&states).collect();
    let table = TableName::Offers;
    let closed = city.numbers(table, "closed_on");
    let (offered, reply_by) = (
        city.numbers(table, "offered_on"),
        city.numbers(table, "reply_by"),
    );
    for (row, application) in city.keys(table, "application_id").iter().enumerate() {
        let state = city_state(city, row);
        let application_state = state_of[application].as_str();
        let ends_with = match state.as_str() {
            "open" | "confirmed" => "open",
            "contracted" => "contracted",
            "declined_by_contract" => "withdrawn_by_contract",
            _ => application_state,
        };
        assert_eq!(application_state, ends_with, "offer {row} is {state}");
        assert_eq!(
            ["open", "confirmed"].contains(&state.as_str()),
            closed[row].is_none()
        );
        assert!(offered[row].unwrap() <= as_of());
        assert!(
            state != "open" || reply_by[row].unwrap() >= as_of(),
            "offer {row} is over"
        );
    }
}

fn city_state(city: &City, row: usize) -> String {
    city.frame(TableName::Offers)
        .column("state")
        .unwrap()
        .str()
        .unwrap()
        .get(row)
        .unwrap()
        .to_owned()
}

fn versions_of_contracts_follow_each_other(city: &City) {
    let table = TableName::Contracts;
    let mut versions: BTreeMap<String, Vec<(i32, i32, Option<i32>)>> = BTreeMap::new();
    let numbers = city.numbers(table, "version");
    let (from, to) = (
        city.numbers(table, "recorded_from"),
        city.numbers(table, "recorded_to"),
    );
    for (row, contract) in city.keys(table, "contract_id").into_iter().enumerate() {
        let version = (numbers[row].unwrap(), from[row].unwrap(), to[row]);
        assert!(
            version.1 <= as_of(),
            "{contract} is recorded after the day of the data"
        );
        versions.entry(contract).or_default().push(version);
    }
    for (contract, versions) in versions {
        for (expected, version) in (1..).zip(&versions) {
            assert_eq!(version.0, expected, "{contract}");
        }
        for pair in versions.windows(2) {
            assert_eq!(pair[0].2, Some(pair[1].1), "{contract}");
        }
        assert_eq!(versions.last().unwrap().2, None, "{contract}");
    }
}

/// Staffed places computed from the staff against those reported: within two places. Gives the
/// number of spans without a report.
fn the_staff_allows_the_places_reported(city: &City) -> i32 {
    let ratio = StaffingRatio::on(CitySpec::DEFAULT_AS_OF, &StaffingRatio::KNOWN);
    let present = |from: Option<i32>, to: Option<i32>| {
        from.unwrap() <= as_of() && to.is_none_or(|to| as_of() <= to)
    };
    let table = TableName::Staff;
    let (from, to) = (
        city.numbers(table, "valid_from"),
        city.numbers(table, "valid_to"),
    );
    let (roles, cares) = (city.keys(table, "role"), city.keys(table, "care_type"));
    let hours = city.decimals(table, "weekly_hours");
    let mut full_time: BTreeMap<(String, String), (f64, f64)> = BTreeMap::new();
    for (row, facility) in city.keys(table, "facility_id").into_iter().enumerate() {
        if present(from[row], to[row]) && roles[row] != "head" {
            let sums = full_time.entry((facility, cares[row].clone())).or_default();
            sums.0 += hours[row] / StaffingRatio::FULL_TIME_WEEKLY_HOURS;
            sums.1 += if roles[row] == "assistant" {
                hours[row] / 40.0
            } else {
                0.0
            };
        }
    }
    let table = TableName::Capacities;
    let (from, to) = (
        city.numbers(table, "valid_from"),
        city.numbers(table, "valid_to"),
    );
    let (staffed, cares) = (
        city.numbers(table, "staffed"),
        city.keys(table, "care_type"),
    );
    let mut unreported = 0;
    for (row, facility) in city.keys(table, "facility_id").into_iter().enumerate() {
        let care: CareType = cares[row].parse().unwrap();
        unreported += i32::from(staffed[row].is_none());
        if !present(from[row], to[row]) || care == CareType::Childminding {
            continue;
        }
        let (all, assistants) = full_time
            .get(&(facility.clone(), cares[row].clone()))
            .copied()
            .unwrap_or_default();
        assert!(
            assistants <= 0.2 * all + 1e-9,
            "{facility} {care}: too many assistants"
        );
        let computed = ratio.places(care, all).unwrap() as i32;
        if let Some(staffed) = staffed[row] {
            assert!(
                (computed - staffed).abs() <= 2,
                "{facility} {care}: {computed} {staffed}"
            );
        }
    }
    unreported
}

fn contracted_hours_fit_into_the_opening_hours(city: &City) {
    let table = TableName::Facilities;
    let (opens, closes) = (
        city.decimals(table, "opening_hour"),
        city.decimals(table, "closing_hour"),
    );
    let open: BTreeMap<String, f64> = city
        .keys(table, "facility_id")
        .into_iter()
        .zip(
            opens
                .iter()
                .zip(&closes)
                .map(|(opens, closes)| closes - opens),
        )
        .collect();
    for table in [TableName::Contracts, TableName::Applications] {
        let hours = city.decimals(table, "daily_hours");
        for (hours, facility) in hours.into_iter().zip(city.keys(table, "facility_id")) {
            assert!(
                table == TableName::Applications || hours <= open[&facility],
                "{facility}"
            );
            assert!(domain::DailyHours::new(hours).is_ok(), "{hours}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn every_city_keeps_the_rules_of_tables_and_of_care(seed in any::<u64>(), scale in 0.01..0.10f64) {
        let city = City::new(seed, scale);
        every_table_follows_its_schema(&city);
        keys_are_unique_references_resolve_and_periods_are_in_order(&city);
        areas_form_a_tree_and_touch_both_ways_along_a_common_edge(&city);
        no_child_is_in_two_places(&city);
        no_place_is_given_twice(&city);
        applications_offers_and_contracts_agree(&city);
        versions_of_contracts_follow_each_other(&city);
        the_staff_allows_the_places_reported(&city);
        contracted_hours_fit_into_the_opening_hours(&city);
    }
}

#[test]
fn a_city_of_the_size_of_dresden_keeps_the_rules_too() {
    let city = City::new(1, 1.0);
    keys_are_unique_references_resolve_and_periods_are_in_order(&city);
    areas_form_a_tree_and_touch_both_ways_along_a_common_edge(&city);
    no_child_is_in_two_places(&city);
    no_place_is_given_twice(&city);
    applications_offers_and_contracts_agree(&city);
    let unreported = the_staff_allows_the_places_reported(&city);
    assert!(
        unreported > 100,
        "{unreported} spans leave staffed places to the staff"
    );
    let areas = city.frame(TableName::Areas).height();
    assert_eq!(areas, 64 + 10);
}

#[test]
fn the_smallest_city_still_has_areas_districts_and_facilities() {
    for seed in 0..5 {
        let city = City::new(seed, 0.01);
        every_table_follows_its_schema(&city);
        no_place_is_given_twice(&city);
        assert!(city.frame(TableName::Facilities).height() >= 8);
        assert!(city.frame(TableName::Areas).height() >= 6);
    }
}
