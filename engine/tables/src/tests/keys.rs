//! Keys, references and the limits on rows and problems.

use std::sync::Arc;

use super::{small_city, written};
use crate::keys::hash_text;
use crate::read::Limits;
use crate::schema::TableName;
use crate::validation::{Validation, duplicates};
use crate::{Format, MOST_PROBLEMS_KEPT, Problems, TableSource};

#[test]
fn a_repeated_key_is_refused_at_its_second_row() {
    let problem = small_city()
        .plus(
            TableName::Offers,
            "O1,A2,2026-08-01,2026-01-15,2026-01-29,declined,2026-01-20\n",
        )
        .refused("E1010", "offers.csv", 3, "offer_id", "O1");
    assert!(problem.message.contains("row 1"), "{problem}");
}

#[test]
fn a_repeated_key_of_several_columns_is_refused() {
    small_city()
        .plus(TableName::Population, "sued1,2024,0,9\nsued1,2023,0,9\n")
        .refused(
            "E1010",
            "population.csv",
            4,
            "area + year + age",
            "sued1 + 2024 + 0",
        );
    small_city()
        .plus(TableName::Attestations, "T2,2026-04-01,2026-03-02\n")
        .refused(
            "E1010",
            "attestations.csv",
            3,
            "provider_id + month",
            "T2 + 2026-04-01",
        );
}

#[test]
fn every_repetition_is_reported_against_the_first_row() {
    let problems = small_city()
        .plus(TableName::AreaNeighbours, "ost1,ost2\nost1,ost2\n")
        .problems();
    let found: Vec<_> = problems.iter().map(|p| (p.code, p.row)).collect();
    assert_eq!(found, [("E1010", Some(3)), ("E1010", Some(4))]);
    assert!(problems.iter().all(|p| p.message.contains("row 1")));
}

#[test]
fn rows_that_only_share_a_hash_are_no_duplicates() {
    let source = TableSource::bytes(
        "births.csv",
        Format::Csv,
        &b"area,year,births\nost1,2024,1\nost2,2024,1\nost1,2024,2\n"[..],
    );
    let mut problems = Problems::default();
    // All three rows are claimed to have the hash 7.
    let suspects = [(7, 1), (7, 2), (7, 3)];
    let schema = TableName::Births.schema();
    duplicates(schema, &source, Limits::default(), &suspects, &mut problems);
    let (problems, _) = problems.into_sorted();
    let rows: Vec<_> = problems.iter().map(|p| p.row).collect();
    assert_eq!(rows, [Some(3)]);
}

#[test]
fn a_reference_that_leads_nowhere_is_refused() {
    small_city()
        .with(TableName::Children, "C5,W2", "C5,W9")
        .refused("E1011", "children.csv", 5, "household_id", "W9");
    small_city()
        .with(TableName::Areas, "sued1,sued,", "sued1,west,")
        .refused("E1011", "areas.csv", 5, "parent", "west");
}

#[test]
fn hashes_of_texts_stay_the_same_from_build_to_build() {
    assert_eq!(hash_text("K1"), hash_text("K1"));
    assert_ne!(hash_text("K1"), hash_text("K2"));
}

#[test]
fn problems_beyond_the_limit_are_counted() {
    let rows: String = (0..MOST_PROBLEMS_KEPT + 10)
        .map(|row| format!("ost1,{},{},x\n", 1900 + row / 121 % 300, row % 121))
        .collect();
    let files = small_city().with_text(TableName::Births, "area,year,births\n");
    let problems = files
        .with_text(
            TableName::Population,
            &format!("area,year,age,count\n{rows}"),
        )
        .problems();
    assert_eq!(problems.len(), MOST_PROBLEMS_KEPT + 1);
    let last = problems.last().unwrap();
    assert_eq!((last.code, last.file.as_str()), ("E1024", "all files"));
    assert!(!last.remedy.is_empty());
    // 200,010 unreadable counts, and the keys of 300 years × 121 ages repeat.
    let repeated = MOST_PROBLEMS_KEPT + 10 - 300 * 121;
    assert!(
        last.message.starts_with(&(10 + repeated).to_string()),
        "{last}"
    );
    let shown = &problems[..MOST_PROBLEMS_KEPT];
    assert!(shown.iter().all(|p| p.code == "E1005"));
    assert!(shown.is_sorted_by_key(|p| p.row));
}

#[test]
fn a_table_with_too_many_rows_is_refused_in_every_format() {
    let city = small_city().read().unwrap();
    let population = city.frame(TableName::Population);
    for format in Format::ALL {
        let bytes: Arc<[u8]> = written(TableName::Population, format, population).into();
        for (most_rows, refused) in [(2, true), (3, false)] {
            let mut validation = Validation::default();
            validation.limits = Limits {
                chunk_rows: 2,
                most_rows,
            };
            let table = |rows: &str| TableSource::bytes("areas.csv", Format::Csv, rows.as_bytes());
            let areas = table("area,parent,name\nost1,,O\nsued1,,S\n");
            validation.table(TableName::Areas, &areas, false);
            let source = TableSource::bytes("population", format, Arc::clone(&bytes));
            validation.table(TableName::Population, &source, false);
            let problems = validation.problems.into_result().err().unwrap_or_default();
            assert_eq!(problems.iter().any(|p| p.code == "E1025"), refused);
            assert_eq!(problems.len(), usize::from(refused), "{problems:?}");
        }
    }
}

#[test]
fn chunks_of_any_size_give_the_same_problems_and_rows() {
    let files = small_city()
        .plus(
            TableName::Population,
            "sued1,2024,0,9\nsued1,x,0,9\n,2024,5,1\n",
        )
        .plus(
            TableName::Contracts,
            "V9,1,C1,K1,kindergarten,9,5,true,2026-01-01,,2025-05-01,\n",
        );
    let with_chunks = |chunk_rows| {
        let mut validation = Validation::default();
        validation.limits = Limits {
            chunk_rows,
            ..Limits::default()
        };
        for (table, source) in &files.sources() {
            validation.table(*table, source, false);
        }
        (validation.problems.into_sorted(), validation.rows)
    };
    let whole = with_chunks(1000);
    assert_eq!(whole.0.0.len(), 4, "{:?}", whole.0);
    for chunk_rows in 1..7 {
        assert_eq!(with_chunks(chunk_rows), whole);
    }
}
