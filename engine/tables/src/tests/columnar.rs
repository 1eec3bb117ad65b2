//! Parquet and Arrow files that are damaged or typed differently.

use domain::InputProblem;
use polars::frame::DataFrame;
use polars::prelude::{Column, DataType};
use polars_io::SerWriter;
use polars_io::ipc::IpcWriter;
use polars_io::parquet::write::ParquetWriter;

use super::{Files, small_city, written};
use crate::Format;
use crate::schema::TableName;

/// Any frame as a file, whatever the schema says.
fn file_of(format: Format, frame: &DataFrame) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut frame = frame.clone();
    match format {
        Format::Parquet => {
            ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
        }
        _ => IpcWriter::new(&mut bytes).finish(&mut frame).unwrap(),
    }
    bytes
}

/// The small city with births given as a frame in both formats.
fn with_births(columns: Vec<Column>) -> [(String, Files); 2] {
    let frame = DataFrame::new(columns[0].len(), columns).unwrap();
    [Format::Parquet, Format::Arrow].map(|format| {
        let bytes = file_of(format, &frame);
        let files = small_city().with_file(TableName::Births, format, bytes);
        (format!("births.{}", format.extension()), files)
    })
}

fn column<T, N>(name: &str, values: T) -> Column
where
    polars::prelude::Series: polars::prelude::NamedFrom<T, N>,
    N: ?Sized,
{
    use polars::prelude::NamedFrom;
    polars::prelude::Series::new(name.into(), values).into()
}

/// Damaged files give problems of this file, or pass if the damage hit nothing that matters.
fn only_of_contracts(problems: &[InputProblem]) {
    for problem in problems {
        assert!(problem.file.starts_with("contracts."), "{problem}");
    }
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    let city = small_city().read().unwrap();
    for format in [Format::Parquet, Format::Arrow] {
        let whole = written(
            TableName::Contracts,
            format,
            city.frame(TableName::Contracts),
        );
        let lengths = (0..whole.len())
            .step_by(61)
            .chain(whole.len() - 12..whole.len());
        for length in lengths {
            let cut = whole[..length].to_vec();
            let files = small_city().with_file(TableName::Contracts, format, cut);
            let file = format!("contracts.{}", format.extension());
            files.refused_whole("E1001", &file, None);
        }
    }
}

#[test]
fn a_file_with_damaged_bytes_anywhere_makes_no_panic() {
    let city = small_city().read().unwrap();
    for format in [Format::Parquet, Format::Arrow] {
        let whole = written(
            TableName::Contracts,
            format,
            city.frame(TableName::Contracts),
        );
        let mut refused = 0;
        for position in (0..whole.len()).step_by(5) {
            let mut damaged = whole.clone();
            damaged[position] ^= if position % 2 == 0 { 0x55 } else { 0xFF };
            let files = small_city().with_file(TableName::Contracts, format, damaged);
            let problems = files.read().err().unwrap_or_default();
            only_of_contracts(&problems);
            refused += usize::from(!problems.is_empty());
        }
        assert!(
            refused > 20,
            "{refused} damaged {format:?} files were refused"
        );
    }
}

#[test]
fn columns_of_other_types_are_refused_each_by_name() {
    let births = with_births(vec![
        column("area", [1i32]),
        column("year", ["2024"]),
        column("births", [40.0f64]),
    ]);
    for (file, files) in births {
        let problems = files.problems();
        let found: Vec<_> = problems
            .iter()
            .map(|p| (p.code, p.column.as_deref()))
            .collect();
        let expected = ["area", "births", "year"].map(|name| ("E1022", Some(name)));
        assert_eq!(found, expected);
        assert!(
            problems
                .iter()
                .all(|p| p.file == file && !p.remedy.is_empty())
        );
    }
}

#[test]
fn unknown_and_missing_columns_are_refused_in_every_format() {
    let births = with_births(vec![column("area", ["ost1"]), column("jahr", [2024i32])]);
    for (_, files) in births {
        let codes: Vec<_> = files.problems().iter().map(|p| p.code).collect();
        assert_eq!(codes, ["E1004", "E1003", "E1004"]); // births, jahr, year
    }
}

#[test]
fn columns_may_stand_in_any_order_and_whole_numbers_have_any_width() {
    let births = with_births(vec![
        column("births", [40i64, 37]),
        column("year", [2024i16, 2025]),
        column("area", ["ost1", "ost1"]),
    ]);
    let expected = small_city().read().unwrap();
    for (_, files) in births {
        let city = files.read().unwrap();
        let table = TableName::Births;
        assert_eq!(city.frame(table), expected.frame(table));
    }
}

#[test]
fn every_number_that_does_not_fit_is_refused_with_its_row() {
    let births = with_births(vec![
        column("area", ["ost1", "ost1", "ost1", "ost1"]),
        column("year", [2024i32, 2025, 2026, 1]),
        column("births", [40i64, 3_000_000_000, -3_000_000_000, 5]),
    ]);
    for (file, files) in births {
        let problems = files.problems();
        let found: Vec<_> = problems
            .iter()
            .map(|p| (p.code, p.row.unwrap(), p.value.as_deref().unwrap()))
            .collect();
        let expected = [
            ("E1007", 2, "3000000000"),
            ("E1007", 3, "-3000000000"),
            ("E1007", 4, "1"),
        ];
        assert_eq!(found, expected);
        assert!(problems.iter().all(|p| p.file == file));
    }
}

#[test]
fn nulls_and_empty_texts_in_required_columns_are_refused() {
    let births = with_births(vec![
        column("area", ["ost1", "ost1"]),
        column("year", [Some(2024i32), None]),
        column("births", [1i32, 2]),
    ]);
    for (file, files) in births {
        files.refused("E1006", &file, 2, "year", "");
    }
    let city = small_city().read().unwrap();
    let mut areas = city.frame(TableName::Areas).clone();
    let names = column("name", ["a", "b", "", "d", "e", "f"]);
    areas.with_column(names).unwrap();
    let bytes = file_of(Format::Parquet, &areas);
    small_city()
        .with_file(TableName::Areas, Format::Parquet, bytes)
        .refused("E1006", "areas.parquet", 3, "name", "");
}

#[test]
fn an_optional_column_of_nothing_but_nulls_needs_no_type() {
    let city = small_city().read().unwrap();
    let mut shapes = city.frame(TableName::AreaShapes).clone();
    let rows = shapes.height();
    shapes
        .with_column(Column::full_null("polygon".into(), rows, &DataType::Null))
        .unwrap();
    let bytes = file_of(Format::Arrow, &shapes);
    let files = small_city().with_file(TableName::AreaShapes, Format::Arrow, bytes);
    let read = files.read().unwrap();
    let polygons = read.frame(TableName::AreaShapes).column("polygon").unwrap();
    assert_eq!(
        (polygons.null_count(), polygons.dtype()),
        (rows, &DataType::String)
    );
}

#[test]
fn a_number_that_is_none_is_refused() {
    let city = small_city().read().unwrap();
    let mut staff = city.frame(TableName::Staff).clone();
    staff
        .with_column(column("weekly_hours", [f64::NAN, f64::INFINITY]))
        .unwrap();
    let bytes = file_of(Format::Parquet, &staff);
    let problems = small_city()
        .with_file(TableName::Staff, Format::Parquet, bytes)
        .problems();
    let found: Vec<_> = problems.iter().map(|p| (p.code, p.row)).collect();
    assert_eq!(found, [("E1007", Some(1)), ("E1007", Some(2))]);
}
