//! Files that cannot be read, and text that is not UTF-8.

use std::collections::BTreeMap;
use std::io;

use super::small_city;
use crate::schema::TableName;
use crate::{City, Format, TableSource};

#[test]
fn a_file_that_cannot_be_opened_is_a_problem() {
    for format in Format::ALL {
        let mut sources = small_city().sources();
        let gone = || Err(io::Error::new(io::ErrorKind::NotFound, "no such file"));
        sources.insert(
            TableName::Births,
            TableSource::new("births.x", format, gone),
        );
        let problems = City::read(&sources, &mut |_, _| {}).unwrap_err();
        let [problem] = &problems[..] else {
            panic!("{problems:?}");
        };
        assert_eq!((problem.code, problem.file.as_str()), ("E1001", "births.x"));
        assert!(problem.message.contains("no such file") && !problem.remedy.is_empty());
    }
}

#[test]
fn text_in_windows_1252_is_refused_with_its_row_and_column() {
    let text = small_city().text(TableName::Areas);
    let (before, after) = text.split_once("Süd\n").unwrap();
    let mut bytes = before.as_bytes().to_vec();
    bytes.extend_from_slice(b"S\xFCd\n");
    bytes.extend_from_slice(after.as_bytes());
    let files = small_city().with_bytes(TableName::Areas, &bytes);
    files.refused("E1002", "areas.csv", 2, "name", "S\u{fffd}d");
}

#[test]
fn a_header_in_windows_1252_is_refused() {
    small_city()
        .with_bytes(TableName::Births, b"area,year,Geburten f\xFCr\n")
        .refused_whole("E1002", "births.csv", Some("header field 3"));
}

#[test]
fn arbitrary_bytes_under_any_name_are_problems_and_no_panic() {
    let text = small_city().text(TableName::Births).into_bytes();
    for format in [Format::Parquet, Format::Arrow] {
        for bytes in [
            text.clone(),
            Vec::new(),
            b"PAR1".to_vec(),
            b"ARROW1\0\0".to_vec(),
            vec![0; 64],
        ] {
            let files = small_city().with_file(TableName::Births, format, bytes);
            let file = format!("births.{}", format.extension());
            files.refused_whole("E1001", &file, None);
        }
    }
    let zeros = small_city().with_bytes(TableName::Births, &[0; 64]);
    assert!(zeros.problems().iter().any(|p| p.code == "E1003"));
}

#[test]
fn a_city_directory_without_files_lacks_every_required_table() {
    let problems = City::check(&BTreeMap::new(), &mut |_, _| {}).unwrap_err();
    let required = TableName::ALL
        .iter()
        .filter(|t| t.schema().required)
        .count();
    assert_eq!(problems.len(), required);
    assert!(problems.iter().all(|p| p.code == "E1020"));
}

#[test]
fn formats_are_known_by_the_ending_of_a_file_name() {
    assert_eq!(Format::of_file_name("areas.CSV"), Some(Format::Csv));
    assert_eq!(Format::of_file_name("a.b.parquet"), Some(Format::Parquet));
    assert_eq!(Format::of_file_name("areas.xlsx"), None);
    assert_eq!(Format::of_file_name("arrow"), None);
}

#[test]
fn every_code_reported_here_is_in_the_index_once_and_in_order() {
    let codes: Vec<_> = crate::ERROR_CODES.iter().map(|entry| entry.code).collect();
    let expected: Vec<_> = (1001..=1025).map(|number| format!("E{number}")).collect();
    assert_eq!(codes, expected);
    let filled = |entry: &domain::ErrorCode| !entry.cause.is_empty() && !entry.remedy.is_empty();
    assert!(crate::ERROR_CODES.iter().all(filled));
}
