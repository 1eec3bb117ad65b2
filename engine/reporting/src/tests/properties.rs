//! Invariants over random cities.

use domain::ReferenceDate;
use jiff::civil::date;
use proptest::prelude::*;
use proptest::sample::Index;
use tables::schema::TableName;

use super::city::{Folder, Tables, story};
use crate::{
    GrantTable, NineHourEquivalents, Parameters, Registers, check_federal, federal_extract,
    state_extract, write_federal, write_state,
};

type Bytes = std::collections::BTreeMap<String, Vec<u8>>;

/// The bytes of both extracts as known on a day.
fn bytes(tables: &Tables, known_on: jiff::civil::Date) -> Bytes {
    let city = tables.city();
    let folder = Folder::default();
    let reference = ReferenceDate::federal(2027).unwrap();
    write_federal(
        &federal_extract(&city, &Registers::none(), reference, known_on).unwrap(),
        Parameters::shipped(),
        &mut folder.open(),
    )
    .unwrap();
    let mut files = folder.files.take();
    let reference = ReferenceDate::state(2027).unwrap();
    let table = GrantTable::seen_in_2024();
    let extract = state_extract(&city, reference, known_on, &table).unwrap();
    write_state(&extract, Parameters::shipped(), &mut folder.open()).unwrap();
    for (name, bytes) in folder.files.take() {
        files.insert(format!("state/{name}"), bytes);
    }
    files
}

/// The story's city with more children: month of birth, facility, quarter hours, lunch.
fn cities() -> impl Strategy<Value = Tables> {
    let child = (0..96i32, 0..2usize, 4..48u32, any::<bool>(), 0..12i32);
    proptest::collection::vec(child, 0..25).prop_map(|children| {
        let mut tables = story();
        for (number, (months, site, quarters, lunch, start)) in children.into_iter().enumerate() {
            let born = domain::Month::new(2019, 1).unwrap().plus(months).first_day();
            let from = domain::Month::new(2026, 1).unwrap().plus(start).first_day();
            let facility = ["FA", "FB"][site];
            let hours = f64::from(quarters) / 4.0;
            let from = from.max(born);
            tables.push(TableName::Children, format!("x{number},H1,{born},male,false,"));
            tables.push(
                TableName::Contracts,
                format!("c-x{number},1,x{number},{facility},nursery,{hours},5,{lunch},{from},,2026-01-01,"),
            );
        }
        tables
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_child_rows_of_a_facility_are_its_number_of_children_and_are_numbered_without_gaps(
        tables in cities(),
    ) {
        let reference = ReferenceDate::federal(2027).unwrap();
        let extract = federal_extract(&tables.city(), &Registers::none(), reference, reference.date()).unwrap();
        for facility in &extract.facilities {
            let numbers: Vec<u32> = extract.children.iter()
                .filter(|child| child.facility == facility.facility)
                .map(|child| child.number)
                .collect();
            prop_assert_eq!(&numbers, &(1..=facility.children).collect::<Vec<_>>());
        }
        let found = check_federal(&extract, Parameters::shipped());
        prop_assert!(!found.iter().any(|f| matches!(f.rule.key(), "E1" | "E2" | "E3" | "E4" | "E6")));
    }

    #[test]
    fn the_order_of_rows_changes_no_byte(tables in cities(), swaps in proptest::collection::vec(any::<(Index, Index)>(), 40)) {
        let mut shuffled = tables.clone();
        for (_, rows) in shuffled.rows.values_mut() {
            if rows.is_empty() { continue; }
            for (a, b) in &swaps {
                let (a, b) = (a.index(rows.len()), b.index(rows.len()));
                rows.swap(a, b);
            }
        }
        prop_assert_eq!(bytes(&tables, date(2027, 4, 1)), bytes(&shuffled, date(2027, 4, 1)));
    }

    #[test]
    fn a_later_correction_changes_no_byte_of_what_was_known(tables in cities(), known in 1..9i8) {
        let mut corrected = tables.clone();
        corrected.correct_a4();
        let known_on = date(2027, 4, known);
        prop_assert_eq!(bytes(&tables, known_on), bytes(&corrected, known_on));
        prop_assert_ne!(bytes(&tables, date(2027, 4, 10)), bytes(&corrected, date(2027, 4, 10)));
    }

    #[test]
    fn pseudonyms_change_no_byte(tables in cities()) {
        let mut renamed = tables.clone();
        for table in [TableName::Children, TableName::StatisticsAttributes, TableName::Contracts] {
            for row in &mut renamed.rows.get_mut(&table).unwrap().1 {
                for (from, to) in [("x1", "a9x"), ("a1,", "zz,"), ("t1,", "0t,")] {
                    *row = row.replace(from, to);
                }
            }
        }
        prop_assert_eq!(bytes(&tables, date(2027, 4, 1)), bytes(&renamed, date(2027, 4, 1)));
    }

    #[test]
    fn four_decimals_are_the_exact_value_rounded_half_up(thirty_sixths in 0..2_000_000u32) {
        let shown = NineHourEquivalents::of_quarters(thirty_sixths).to_string();
        let (whole, decimals) = shown.split_once(',').unwrap();
        let shown: u64 = format!("{whole}{decimals}").parse().unwrap();
        let exact = u64::from(thirty_sixths) * 10_000;
        prop_assert!(shown * 36 <= exact + 18 && exact < shown * 36 + 18);
    }
}
