//! The planning input and the index of facilities.

use domain::{CareType, epoch_days};
use jiff::civil::date;
use proptest::prelude::*;

use super::small_city;
use crate::schema::TableName;
use crate::{CityError, FacilityIndex, OPEN_END};

#[test]
fn placements_hold_what_planning_needs_and_nothing_about_the_child() {
    let city = small_city().read().unwrap();
    let index = city.facility_index().unwrap();
    let placements = city.placements_known_on(date(2026, 1, 1), &index).unwrap();
    assert_eq!(placements.len(), 4);
    assert_eq!(index.iter().collect::<Vec<_>>(), ["H1", "K1", "K2", "P1"]);
    assert_eq!(placements.facility, [1, 2, 0, 3]);
    assert_eq!(placements.quarter_hours, [24, 36, 21, 32]);
    assert_eq!(placements.care_type[1], CareType::Nursery.index() as u8);
    assert_eq!(placements.last_day[1], OPEN_END);
    assert_eq!(placements.last_day[3], epoch_days(date(2027, 3, 31)));
    // Born on 29 February 2024.
    assert_eq!(placements.third_birthday[1], epoch_days(date(2027, 3, 1)));
    // Before the correction nine hours were known, and no other contract but one.
    let before = city.placements_known_on(date(2025, 5, 1), &index).unwrap();
    assert_eq!(before.quarter_hours, [36, 21]);
    let none = city.placements_known_on(date(2025, 3, 31), &index).unwrap();
    assert!(none.is_empty());
}

#[test]
fn a_contract_at_an_unknown_facility_is_refused_with_its_row() {
    let city = small_city().read().unwrap();
    let index = FacilityIndex::new(["K1".to_owned(), "H1".to_owned(), "P1".to_owned()]);
    let refused = city
        .placements_known_on(date(2026, 1, 1), &index)
        .unwrap_err();
    assert!(
        matches!(
            refused,
            CityError::Value {
                table: TableName::Contracts,
                row: 2,
                ..
            }
        ),
        "{refused}"
    );
}

#[test]
fn an_index_without_facilities_finds_none() {
    let index = FacilityIndex::new([]);
    assert!(index.is_empty() && index.id(0).is_none());
    assert_eq!(
        index.positions([Some("K1"), None].into_iter()),
        [None, None]
    );
}

proptest! {
    #[test]
    fn positions_are_those_of_a_binary_search(
        ids in proptest::collection::vec("[A-Za-z0-9._-]{1,20}", 0..200),
        others in proptest::collection::vec(proptest::option::of("[A-Za-z0-9._-]{1,20}"), 0..50),
    ) {
        let index = FacilityIndex::new(ids.clone());
        let asked = ids.iter().map(|id| Some(id.as_str()));
        let asked: Vec<_> = asked.chain(others.iter().map(Option::as_deref)).collect();
        let found = index.positions(asked.iter().copied());
        for (id, position) in asked.iter().zip(&found) {
            let searched = id.and_then(|id| index.position(id));
            prop_assert_eq!(position.map(|p| p as usize), searched);
            if let Some(position) = searched {
                prop_assert_eq!(index.id(position), *id);
            }
        }
        prop_assert!(found[..ids.len()].iter().all(Option::is_some));
        prop_assert!(index.iter().is_sorted());
    }
}
