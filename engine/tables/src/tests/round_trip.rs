//! What is written is read again, by this crate and by arrow-rs.

use std::collections::BTreeMap;
use std::io::Cursor;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Date32Type, Float64Type, Int32Type};
use arrow::ipc::reader::FileReader;
use polars::frame::DataFrame;
use proptest::prelude::*;

use super::random_city::{Numbers, frames};
use super::{small_city, written};
use crate::schema::{ColumnKind, TableName};
use crate::{City, Format, TableSource, TableWriter, WriteError};

/// Writes all frames in one format and reads the city again.
fn read_again(frames: &BTreeMap<TableName, DataFrame>, format: Format) -> City {
    let sources = frames.iter().map(|(table, frame)| {
        let file = format!("{table}.{}", format.extension());
        let source = TableSource::bytes(file, format, written(*table, format, frame));
        (*table, source)
    });
    City::read(&sources.collect(), &mut |_, _| {})
        .unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// One cell as text; bits for numbers, so that equal means equal.
fn polars_cell(frame: &DataFrame, name: &str, kind: ColumnKind, row: usize) -> Option<String> {
    let column = frame.column(name).unwrap();
    match kind {
        ColumnKind::Date => {
            let days = column.date().unwrap().physical().get(row)?;
            Some(days.to_string())
        }
        ColumnKind::Integer(..) => Some(column.i32().unwrap().get(row)?.to_string()),
        ColumnKind::Decimal(..) => Some(column.f64().unwrap().get(row)?.to_bits().to_string()),
        ColumnKind::Flag => Some(column.bool().unwrap().get(row)?.to_string()),
        _ => Some(column.str().unwrap().get(row)?.to_owned()),
    }
}

/// The same cell as arrow-rs reads it.
fn arrow_cell(batch: &RecordBatch, name: &str, kind: ColumnKind, row: usize) -> Option<String> {
    let column = batch.column_by_name(name).unwrap();
    if column.is_null(row) {
        return None;
    }
    Some(match kind {
        ColumnKind::Date => column.as_primitive::<Date32Type>().value(row).to_string(),
        ColumnKind::Integer(..) => column.as_primitive::<Int32Type>().value(row).to_string(),
        ColumnKind::Decimal(..) => {
            let number = column.as_primitive::<Float64Type>().value(row);
            number.to_bits().to_string()
        }
        ColumnKind::Flag => column.as_boolean().value(row).to_string(),
        _ => column.as_string::<i64>().value(row).to_owned(),
    })
}

/// arrow-rs reads the same values from an Arrow file.
fn read_by_arrow_rs(table: TableName, frame: &DataFrame) {
    let bytes = written(table, Format::Arrow, frame);
    let reader = FileReader::try_new(Cursor::new(bytes), None).unwrap();
    let columns = table.schema().columns;
    let names: Vec<_> = reader
        .schema()
        .fields()
        .iter()
        .map(|f| f.name().clone())
        .collect();
    assert_eq!(names, columns.iter().map(|c| c.name).collect::<Vec<_>>());
    let mut first = 0;
    for batch in reader {
        let batch = batch.unwrap();
        for column in columns {
            for row in 0..batch.num_rows() {
                assert_eq!(
                    arrow_cell(&batch, column.name, column.kind, row),
                    polars_cell(frame, column.name, column.kind, first + row),
                    "{table}.{} row {row}",
                    column.name
                );
            }
        }
        first += batch.num_rows();
    }
    assert_eq!(first, frame.height());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn every_city_written_in_any_format_is_read_again_as_it_was(rows in 0..30usize, seed: u64) {
        let frames = frames(rows, &mut Numbers(seed));
        for format in Format::ALL {
            let city = read_again(&frames, format);
            for (table, frame) in &frames {
                prop_assert!(
                    city.frame(*table).equals_missing(frame),
                    "{table} as {format:?}:\n{}\n{frame}", city.frame(*table)
                );
            }
        }
        for (table, frame) in &frames {
            read_by_arrow_rs(*table, frame);
        }
    }
}

#[test]
fn a_table_without_rows_is_written_with_its_columns_in_every_format() {
    let none = frames(0, &mut Numbers(1));
    for format in Format::ALL {
        let sources: BTreeMap<_, _> = none
            .keys()
            .map(|table| {
                let mut bytes = Vec::new();
                // Not even an empty chunk is written.
                let writer = TableWriter::new(*table, format, &mut bytes).unwrap();
                writer.finish().unwrap();
                (*table, TableSource::bytes(table.as_str(), format, bytes))
            })
            .collect();
        let city = City::read(&sources, &mut |_, _| {}).unwrap();
        for (table, frame) in &none {
            assert_eq!(city.frame(*table), frame, "{table} as {format:?}");
        }
    }
}

#[test]
fn chunks_of_any_size_make_one_table() {
    let city = small_city().read().unwrap();
    let table = TableName::Contracts;
    let frame = city.frame(table);
    for format in Format::ALL {
        let mut bytes = Vec::new();
        let mut writer = TableWriter::new(table, format, &mut bytes).unwrap();
        for (from, rows) in [(0, 2), (2, 0), (2, 3)] {
            writer.write(&frame.slice(from, rows)).unwrap();
        }
        writer.finish().unwrap();
        let again = small_city().with_file(table, format, bytes).read().unwrap();
        assert!(again.frame(table).equals_missing(frame), "{format:?}");
    }
}

#[test]
fn the_same_table_gives_the_same_bytes() {
    let city = small_city().read().unwrap();
    for format in Format::ALL {
        for table in TableName::ALL {
            let once = written(table, format, city.frame(table));
            assert_eq!(once, written(table, format, city.frame(table)));
        }
    }
}

#[test]
fn a_chunk_with_other_columns_or_types_is_refused() {
    let city = small_city().read().unwrap();
    let mut writer = TableWriter::new(TableName::Births, Format::Parquet, Vec::new()).unwrap();
    let other = writer.write(city.frame(TableName::Dwellings)).unwrap_err();
    assert!(matches!(&other, WriteError::Columns { found, .. } if found.len() == 3));
    assert!(other.to_string().contains("dwellings"), "{other}");
    let mut wide = city.frame(TableName::Births).clone();
    let births = wide.column("births").unwrap();
    let births = births.cast(&polars::prelude::DataType::Int64).unwrap();
    wide.with_column(births).unwrap();
    let wrong = writer.write(&wide).unwrap_err();
    assert!(wrong.to_string().contains("births (i64)"), "{wrong}");
    writer.write(city.frame(TableName::Births)).unwrap();
}

#[test]
fn frames_are_taken_over_in_the_order_of_the_schema_and_refused_with_another_type() {
    let city = small_city().read().unwrap();
    let births = city.frame(TableName::Births);
    let turned = births.select(["births", "area", "year"]).unwrap();
    let taken = city.clone().with_table(TableName::Births, turned).unwrap();
    assert_eq!(taken.frame(TableName::Births), births);
    let lacking = births.select(["births", "area"]).unwrap();
    let refused = city.with_table(TableName::Births, lacking).unwrap_err();
    assert!(refused.to_string().contains("births"), "{refused}");
}
