//! A CSV file read by the names of its columns.

use std::io::Read;

use super::codes::{self, Problems};

/// What happens to columns nobody asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FurtherColumns {
    Ignored,
    Refused,
}

/// Calls `each` with the row (from 1) and the fields of `columns`, in their order, for every row
/// that can be read; notes what is wrong with the others.
pub(super) fn read_rows(
    input: impl Read,
    columns: &[&str],
    further: FurtherColumns,
    problems: &mut Problems<'_>,
    mut each: impl FnMut(&mut Problems<'_>, u64, &[&str]),
) {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(input);
    let mut record = csv::ByteRecord::new();
    match reader.read_byte_record(&mut record) {
        Ok(true) => {}
        Ok(false) => return problems.file(codes::UNREADABLE, "the file is empty"),
        Err(error) => {
            return problems.file(codes::UNREADABLE, format!("reading broke off: {error}"));
        }
    }
    let Some(places) = find_columns(&record, columns, further, problems) else {
        return;
    };
    let width = record.len();
    let mut row = 0_u64;
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => row += 1,
            Ok(false) => break,
            Err(error) => {
                return problems.file(codes::UNREADABLE, format!("reading broke off: {error}"));
            }
        }
        if record.len() != width {
            let message = format!("the row has {} fields, the header {width}", record.len());
            problems.row(codes::FIELD_COUNT, row, message);
            continue;
        }
        let mut fields = Vec::with_capacity(places.len());
        for (column, &place) in columns.iter().zip(&places) {
            match std::str::from_utf8(&record[place]) {
                Ok(field) => fields.push(field),
                Err(_) => {
                    let shown = String::from_utf8_lossy(&record[place]);
                    let place = (row, *column, shown.as_ref());
                    problems.field(codes::NOT_UTF8, place, "the field is not UTF-8");
                }
            }
        }
        if fields.len() == places.len() {
            each(problems, row, &fields);
        }
    }
    if row == 0 {
        problems.file(codes::UNREADABLE, "the file has a header but no rows");
    }
}

/// Where each column stands; `None` with the problems noted.
fn find_columns(
    header: &csv::ByteRecord,
    columns: &[&str],
    further: FurtherColumns,
    problems: &mut Problems<'_>,
) -> Option<Vec<usize>> {
    let mut places: Vec<Option<usize>> = vec![None; columns.len()];
    let mut good = true;
    for (place, bytes) in header.iter().enumerate() {
        let name = match std::str::from_utf8(bytes) {
            Ok(name) if place == 0 => name.trim_start_matches('\u{feff}'),
            Ok(name) => name,
            Err(_) => {
                let number = place + 1;
                let message = format!("the name of column {number} is not UTF-8");
                problems.file(codes::NOT_UTF8, message);
                good = false;
                continue;
            }
        };
        let message = match columns.iter().position(|column| *column == name) {
            Some(number) if places[number].is_none() => {
                places[number] = Some(place);
                continue;
            }
            Some(_) => format!("the column {name:?} stands twice in the header"),
            None if further == FurtherColumns::Ignored => continue,
            None => format!("the column {name:?} is not part of the table"),
        };
        problems.file(codes::COLUMN, message);
        good = false;
    }
    for (column, place) in columns.iter().zip(&places) {
        if place.is_none() {
            problems.file(codes::COLUMN, format!("the column {column:?} is missing"));
            good = false;
        }
    }
    let places: Vec<usize> = places.into_iter().flatten().collect();
    good.then_some(places)
}
