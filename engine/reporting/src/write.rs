//! Writing extracts: `;`-separated, UTF-8, header row, line feed, one sequence of bytes per input.

use std::io::{self, Write};

use domain::CareType;

use crate::error::WriteError;
use crate::federal::FederalExtract;
use crate::layout::{GRANT_FIELDS, Values};
use crate::manifest::{Hashing, Manifest, ManifestEntry};
use crate::records::{ChildRecord, ChildmindingRecord, FacilityRecord, Record};
use crate::rules::RULE_SET_VERSION;
use crate::state::{GrantRecord, StateExtract};

/// The write error of a file.
pub(crate) fn failed(file: &str) -> impl Fn(io::Error) -> WriteError {
    let file = file.to_owned();
    move |source| WriteError::Failed {
        file: file.clone(),
        source,
    }
}

/// Opens targets by name, writes and hashes them.
struct Files<'a, W: Write> {
    open: &'a mut dyn FnMut(&str) -> io::Result<W>,
    manifest: Manifest,
}

impl<W: Write> Files<'_, W> {
    /// Writes one file of rows.
    fn add(
        &mut self,
        file: &str,
        header: &[&str],
        rows: impl Iterator<Item = Vec<String>>,
    ) -> Result<(), WriteError> {
        let failed = failed(file);
        let mut target = Hashing::new((self.open)(file).map_err(&failed)?);
        let count = separated(&mut target, header, rows).map_err(&failed)?;
        self.manifest.files.push(ManifestEntry {
            file: file.to_owned(),
            rows: count,
            sha256: target.finish(),
        });
        Ok(())
    }

    /// Writes records of one kind.
    fn records<'r, R: Record + 'r>(
        &mut self,
        file: &str,
        records: impl Iterator<Item = &'r R>,
    ) -> Result<(), WriteError> {
        let header: Vec<&str> = R::FIELDS.iter().map(|field| field.name).collect();
        self.add(file, &header, records.map(row))
    }

    /// Writes the manifest last.
    fn finish(self) -> Result<Manifest, WriteError> {
        let file = "manifest.csv";
        let failed = failed(file);
        let mut target = (self.open)(file).map_err(&failed)?;
        let manifest = self.manifest;
        let rows = manifest.files.iter().map(|entry| {
            vec![
                entry.file.clone(),
                entry.rows.to_string(),
                entry.sha256.clone(),
                manifest.reference_date.clone(),
                manifest.known_on.clone(),
                manifest.rule_set.clone(),
            ]
        });
        let header = [
            "datei",
            "zeilen",
            "sha256",
            "stichtag",
            "bekannt_am",
            "regelwerk",
        ];
        separated(&mut target, &header, rows).map_err(&failed)?;
        Ok(manifest)
    }
}

/// Writes a header and rows; gives the number of rows.
pub(crate) fn separated(
    to: &mut impl Write,
    header: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> io::Result<u64> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(to);
    writer.write_record(header)?;
    let mut count = 0;
    for row in rows {
        writer.write_record(&row)?;
        count += 1;
    }
    writer.flush()?;
    Ok(count)
}

/// The cells of a record as text.
fn row<R: Record>(record: &R) -> Vec<String> {
    let cells = record.cells().into_iter().zip(R::FIELDS);
    let texts = cells.map(|(cell, field)| match (cell, field.values) {
        (None, _) => String::new(),
        (Some(minutes), Values::TimeOfDay) => format!("{:02}:{:02}", minutes / 60, minutes % 60),
        (Some(number), _) => number.to_string(),
    });
    texts.collect()
}

/// Writes the federal extract: `kita_einrichtung.csv`, `kita_kind.csv`, `ktp_kind.csv`, one
/// `kita_kind_NNNN.csv` per reported facility (header only if it has no children) and
/// `manifest.csv`, each to what `open` gives for its name.
///
/// # Errors
///
/// [`WriteError::Failed`] names the file.
pub fn write_federal<W: Write>(
    extract: &FederalExtract,
    open: &mut dyn FnMut(&str) -> io::Result<W>,
) -> Result<Manifest, WriteError> {
    let mut files = Files {
        open,
        manifest: Manifest {
            reference_date: extract.reference.to_string(),
            known_on: extract.known_on.to_string(),
            rule_set: RULE_SET_VERSION.to_owned(),
            files: Vec::new(),
        },
    };
    let name = |stem: &str| format!("{stem}.csv");
    files.records(&name(FacilityRecord::FILE), extract.facilities.iter())?;
    files.records(&name(ChildRecord::FILE), extract.children.iter())?;
    files.records(&name(ChildmindingRecord::FILE), extract.childminding.iter())?;
    for facility in &extract.facilities {
        // Records are in order of facility.
        let number = facility.facility;
        let begin = extract
            .children
            .partition_point(|child| child.facility < number);
        let end = extract
            .children
            .partition_point(|child| child.facility <= number);
        let file = format!("{}_{number:04}.csv", ChildRecord::FILE);
        files.records(&file, extract.children[begin..end.max(begin)].iter())?;
    }
    files.finish()
}

/// The care type in the state's file.
const fn care_name(care: CareType) -> &'static str {
    match care {
        CareType::Childminding => "KTP",
        CareType::Nursery => "KRIPPE",
        CareType::Kindergarten => "KIGA",
        CareType::AfterSchool => "HORT",
    }
}

/// The cells of a grant row.
fn grant_row(record: &GrantRecord) -> Vec<String> {
    let (hours, rest) = (record.daily_quarters / 4, record.daily_quarters % 4 * 25);
    vec![
        record.facility.to_string(),
        u32::from(record.in_needs_plan).to_string(),
        care_name(record.care_type).to_owned(),
        format!("{hours},{rest:02}"),
        record.children.to_string(),
        record.inclusion_children.to_string(),
        record.equivalents.to_string(),
        record.base.to_string(),
        record.supplement.to_string(),
    ]
}

/// Writes the state extract: `landeszuschuss_1april.csv` and `manifest.csv`.
///
/// # Errors
///
/// [`WriteError::Failed`] names the file.
pub fn write_state<W: Write>(
    extract: &StateExtract,
    open: &mut dyn FnMut(&str) -> io::Result<W>,
) -> Result<Manifest, WriteError> {
    let mut files = Files {
        open,
        manifest: Manifest {
            reference_date: extract.reference.to_string(),
            known_on: extract.known_on.to_string(),
            rule_set: RULE_SET_VERSION.to_owned(),
            files: Vec::new(),
        },
    };
    let header: Vec<&str> = GRANT_FIELDS.iter().map(|field| field.name).collect();
    let rows = extract.records.iter().map(grant_row);
    files.add("landeszuschuss_1april.csv", &header, rows)?;
    files.finish()
}
