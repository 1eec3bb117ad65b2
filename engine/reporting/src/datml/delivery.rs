//! Extracts as deliveries: one document per facility, one for all childminding, one for the state grant.

use std::borrow::Cow;
use std::io::{self, Write};

use domain::ReferenceDate;

use super::raw::{Context, Feature, Inside, Item, Message, Order, RawDocument, Row, Segment, Text};
use super::{read_raw, validate_raw, write_raw};
use crate::error::WriteError;
use crate::federal::FederalExtract;
use crate::layout::GRANT_FIELDS;
use crate::manifest::Manifest;
use crate::parameters::Parameters;
use crate::records::{ChildRecord, FacilityRecord, GroupRecord, Record, StaffRecord};
use crate::rules::{Finding, Rule, Severity, Wording};
use crate::state::StateExtract;
use crate::write::{Files, cell_text, grant_row, of_facility};

/// A fact of a row; an empty cell has no value.
fn feature(name: &'static str, text: String) -> Item {
    let value = (!text.is_empty()).then_some(Cow::Owned(text));
    Item::Feature(Feature::new(name, value))
}

/// A record as a row: the first column says which facility and stands outside.
fn row<R: Record>(record: &R) -> Row {
    let cells = record.cells().into_iter().zip(R::FIELDS).skip(1);
    let items = cells.map(|(cell, field)| feature(field.name, cell_text(cell, field.values)));
    Row {
        items: items.collect(),
        ..Row::default()
    }
}

/// A record as a row with all columns.
fn whole_row<R: Record>(record: &R) -> Row {
    let cells = record.cells().into_iter().zip(R::FIELDS);
    let items = cells.map(|(cell, field)| feature(field.name, cell_text(cell, field.values)));
    Row {
        items: items.collect(),
        ..Row::default()
    }
}

/// Rows of a kind as a segment; `None` without rows, for a data segment has at least one.
fn segment(kind: &'static str, rows: Vec<Row>) -> Option<Context> {
    (!rows.is_empty()).then(|| Context {
        material: Some(Cow::Borrowed(kind)),
        inside: Inside::Data(Segment {
            id: None,
            rows: Order::Rows(rows),
        }),
        ..Context::default()
    })
}

/// A delivery of one message.
fn document(
    parameters: &Parameters,
    reference: ReferenceDate,
    survey: &str,
    respondent: Option<u32>,
    segments: Vec<Context>,
) -> RawDocument {
    let delivery = parameters.delivery();
    let month = reference.month();
    let day = reference.date().day().unsigned_abs();
    let context = Context {
        survey: Some(Cow::Owned(survey.to_owned())),
        period: Some((
            u16::try_from(month.year()).unwrap_or_default(),
            Some((u8::try_from(month.month()).unwrap_or_default(), Some(day))),
        )),
        respondent: Some(match respondent {
            Some(number) => Cow::Owned(number.to_string()),
            None => Cow::Owned(delivery.sender.clone()),
        }),
        declares_decimal_comma: true,
        auxiliary: respondent
            .map(|number| {
                (
                    Text::Borrowed("einrichtung"),
                    Text::Owned(number.to_string()),
                )
            })
            .into_iter()
            .collect(),
        inside: Inside::Segments(segments),
        ..Context::default()
    };
    let mut document = RawDocument {
        test: delivery.test,
        sender: Cow::Owned(delivery.sender.clone()),
        recipient: Cow::Owned(delivery.recipient.clone()),
        messages: vec![Message { id: None, context }],
        count: None,
    };
    document.count = Some(document.weight());
    document
}

/// Rule E22: what was written is valid, and reads as what was meant.
pub(crate) fn check_document(
    name: &str,
    meant: &RawDocument,
    bytes: &[u8],
    found: &mut Vec<Finding>,
) {
    let mut note = |german: String, english: String| {
        found.push(Finding {
            file: "datml",
            row: None,
            column: "dokument",
            rule: Rule::E22,
            severity: Severity::Block,
            text: Wording { german, english },
        });
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        note(
            format!("{name}: kein UTF-8"),
            format!("{name}: it is no UTF-8"),
        );
        return;
    };
    match validate_raw(text) {
        Ok(faults) => {
            for fault in faults {
                note(format!("{name}: {fault}"), format!("{name}: {fault}"));
            }
        }
        Err(error) => note(format!("{name}: {error}"), format!("{name}: {error}")),
    }
    if read_raw(text).as_ref() != Ok(meant) {
        note(
            format!("{name}: zurückgelesen ist es ein anderes Dokument"),
            format!("{name}: read back it is another document"),
        );
    }
}

/// Writes a document and checks it.
fn deliver<W: Write>(
    files: &mut Files<'_, W>,
    name: &str,
    document: &RawDocument,
    found: &mut Vec<Finding>,
) -> Result<(), WriteError> {
    let mut bytes = Vec::with_capacity(1 << 16);
    files.with(name, |target| {
        write_raw(document, &mut bytes)?;
        target.write_all(&bytes)?;
        Ok(document.count.unwrap_or_default())
    })?;
    check_document(name, document, &bytes, found);
    Ok(())
}

/// Writes the federal extract as DatML/RAW: `kita_NNNN.xml` per reported facility, `ktp.xml` and
/// `manifest.csv`; findings are those of rule E22.
///
/// # Errors
///
/// [`WriteError::Failed`] names the file.
pub fn write_federal_datml<W: Write>(
    extract: &FederalExtract,
    parameters: &Parameters,
    open: &mut dyn FnMut(&str) -> io::Result<W>,
) -> Result<(Manifest, Vec<Finding>), WriteError> {
    let (reference, known_on) = (extract.reference, extract.known_on);
    let mut files = Files::new(open, reference, known_on, parameters);
    let mut found = Vec::new();
    for facility in &extract.facilities {
        let number = facility.facility;
        let groups = of_facility(&extract.groups, number, |it| it.facility);
        let children = of_facility(&extract.children, number, |it| it.facility);
        let staff = of_facility(&extract.staff, number, |it| it.facility);
        let segments = [
            segment(FacilityRecord::FILE, vec![row(facility)]),
            segment(GroupRecord::FILE, groups.iter().map(row).collect()),
            segment(ChildRecord::FILE, children.iter().map(row).collect()),
            segment(StaffRecord::FILE, staff.iter().map(row).collect()),
        ];
        let segments = segments.into_iter().flatten().collect();
        let survey = &parameters.delivery().survey_day_care;
        let document = document(parameters, reference, survey, Some(number), segments);
        let name = format!("kita_{number:04}.xml");
        deliver(&mut files, &name, &document, &mut found)?;
    }
    let segments = [
        segment(
            "ktp_person",
            extract.childminders.iter().map(whole_row).collect(),
        ),
        segment(
            "ktp_kind",
            extract.childminding.iter().map(whole_row).collect(),
        ),
        segment(
            "grosstagespflege",
            extract.joint_childminding.iter().map(whole_row).collect(),
        ),
    ];
    let segments: Vec<Context> = segments.into_iter().flatten().collect();
    if !segments.is_empty() {
        let survey = &parameters.delivery().survey_childminding;
        let document = document(parameters, reference, survey, None, segments);
        deliver(&mut files, "ktp.xml", &document, &mut found)?;
    }
    Ok((files.finish()?, found))
}

/// Writes the state extract as DatML/RAW: `landeszuschuss_1april.xml` (none without a row) and
/// `manifest.csv`; findings are those of rule E22.
///
/// # Errors
///
/// [`WriteError::Failed`] names the file.
pub fn write_state_datml<W: Write>(
    extract: &StateExtract,
    parameters: &Parameters,
    open: &mut dyn FnMut(&str) -> io::Result<W>,
) -> Result<(Manifest, Vec<Finding>), WriteError> {
    let (reference, known_on) = (extract.reference, extract.known_on);
    let mut files = Files::new(open, reference, known_on, parameters);
    let mut found = Vec::new();
    let rows = extract.records.iter().map(|record| {
        let cells = GRANT_FIELDS.iter().zip(grant_row(record));
        Row {
            items: cells
                .map(|(field, text)| feature(field.name, text))
                .collect(),
            ..Row::default()
        }
    });
    if let Some(segment) = segment("landeszuschuss_1april", rows.collect()) {
        let survey = &parameters.delivery().survey_state_grant;
        let document = document(parameters, reference, survey, None, vec![segment]);
        deliver(
            &mut files,
            "landeszuschuss_1april.xml",
            &document,
            &mut found,
        )?;
    }
    Ok((files.finish()?, found))
}
