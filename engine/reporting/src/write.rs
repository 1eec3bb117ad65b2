//! Writing extracts: `;`-separated, UTF-8, header row, line feed, one sequence of bytes per input.

use std::io::{self, Write};

use domain::{CareType, ReferenceDate};
use jiff::civil::Date;

use crate::costs::{CostPublication, CostRow};
use crate::error::WriteError;
use crate::federal::FederalExtract;
use crate::layout::{COST_FIELDS, FieldSpec, GRANT_FIELDS, STAFFING_FIELDS, Values, names};
use crate::manifest::{Hashing, Manifest, ManifestEntry};
use crate::parameters::{Parameters, Picked};
use crate::rational::Fraction;
use crate::records::{ChildRecord, Record, StaffRecord};
use crate::registers::RegisterName;
use crate::rules::RULE_SET_VERSION;
use crate::staffing::{StaffingRecord, StaffingRequirement};
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
pub(crate) struct Files<'a, W: Write> {
    open: &'a mut dyn FnMut(&str) -> io::Result<W>,
    manifest: Manifest,
}

impl<'a, W: Write> Files<'a, W> {
    pub(crate) fn new(
        open: &'a mut dyn FnMut(&str) -> io::Result<W>,
        reference: ReferenceDate,
        known_on: Date,
        parameters: &Parameters,
    ) -> Self {
        Self {
            open,
            manifest: Manifest {
                reference_date: reference.to_string(),
                known_on: known_on.to_string(),
                rule_set: RULE_SET_VERSION.to_owned(),
                parameters: parameters.version().to_owned(),
                files: Vec::new(),
            },
        }
    }

    /// Writes one file as `write` says; it gives the number of rows.
    pub(crate) fn with<F>(&mut self, file: &str, write: F) -> Result<(), WriteError>
    where
        F: FnOnce(&mut Hashing<W>) -> io::Result<u64>,
    {
        let failed = failed(file);
        let mut target = Hashing::new((self.open)(file).map_err(&failed)?);
        let rows = write(&mut target).map_err(&failed)?;
        target.flush().map_err(&failed)?;
        self.manifest.files.push(ManifestEntry {
            file: file.to_owned(),
            rows,
            sha256: target.finish(),
        });
        Ok(())
    }

    /// Writes rows under the columns the recipient wants.
    fn add(
        &mut self,
        file: &str,
        columns: &Picked,
        rows: impl Iterator<Item = Vec<String>>,
    ) -> Result<(), WriteError> {
        let header: Vec<&str> = columns.header.iter().map(String::as_str).collect();
        let rows = rows.map(|row| columns.row(row));
        self.with(file, |target| separated(target, &header, rows))
    }

    /// Writes records of one kind.
    fn records<'r, R: Record + 'r>(
        &mut self,
        file: &str,
        columns: &Picked,
        records: impl Iterator<Item = &'r R>,
    ) -> Result<(), WriteError> {
        self.add(file, columns, records.map(row))
    }

    /// Writes the manifest last.
    pub(crate) fn finish(self) -> Result<Manifest, WriteError> {
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
                manifest.parameters.clone(),
            ]
        });
        let header = [
            "datei",
            "zeilen",
            "sha256",
            "stichtag",
            "bekannt_am",
            "regelwerk",
            "parameter",
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

/// A cell as text.
pub(crate) fn cell_text(cell: Option<u32>, values: Values) -> String {
    match (cell, values) {
        (None, _) => String::new(),
        (Some(minutes), Values::TimeOfDay) => format!("{:02}:{:02}", minutes / 60, minutes % 60),
        (Some(day), Values::Day) => {
            let (year, month, day) = (day / 10_000, day / 100 % 100, day % 100);
            format!("{year:04}-{month:02}-{day:02}")
        }
        (Some(number), _) => number.to_string(),
    }
}

/// The cells of a record as text.
fn row<R: Record>(record: &R) -> Vec<String> {
    let cells = record.cells().into_iter().zip(R::FIELDS);
    let texts = cells.map(|(cell, field)| cell_text(cell, field.values));
    texts.collect()
}

/// The columns of a kind of record as the recipient wants them.
fn columns<R: Record>(extract: &FederalExtract, parameters: &Parameters) -> Picked {
    let map = parameters.column_map(R::FILE, extract.reference.date());
    Picked::of(map, &names(R::FIELDS))
}

/// The records of a facility; they are in order of facility.
pub(crate) fn of_facility<R>(records: &[R], facility: u32, of: impl Fn(&R) -> u32) -> &[R] {
    let begin = records.partition_point(|record| of(record) < facility);
    let end = records.partition_point(|record| of(record) <= facility);
    &records[begin..end.max(begin)]
}

/// Writes the federal extract: a file per kind of record (those of registers that were not given are
/// left out), one `kita_kind_NNNN.csv` and, with a staff register, one `kita_person_NNNN.csv` per
/// reported facility (header only if it has nobody) and `manifest.csv`, each to what `open` gives for
/// its name.
///
/// # Errors
///
/// [`WriteError::Failed`] names the file.
pub fn write_federal<W: Write>(
    extract: &FederalExtract,
    parameters: &Parameters,
    open: &mut dyn FnMut(&str) -> io::Result<W>,
) -> Result<Manifest, WriteError> {
    fn whole<R: Record, W: Write>(
        files: &mut Files<'_, W>,
        extract: &FederalExtract,
        parameters: &Parameters,
        records: &[R],
    ) -> Result<(), WriteError> {
        let columns = columns::<R>(extract, parameters);
        files.records(&format!("{}.csv", R::FILE), &columns, records.iter())
    }
    let mut files = Files::new(open, extract.reference, extract.known_on, parameters);
    let given = |register| extract.registers.has(register);
    whole(&mut files, extract, parameters, &extract.facilities)?;
    if given(RegisterName::Groups) {
        whole(&mut files, extract, parameters, &extract.groups)?;
    }
    whole(&mut files, extract, parameters, &extract.children)?;
    if given(RegisterName::Staff) {
        whole(&mut files, extract, parameters, &extract.staff)?;
    }
    if given(RegisterName::Childminders) {
        whole(&mut files, extract, parameters, &extract.childminders)?;
    }
    whole(&mut files, extract, parameters, &extract.childminding)?;
    if given(RegisterName::JointChildminding) {
        whole(&mut files, extract, parameters, &extract.joint_childminding)?;
    }
    let child_columns = columns::<ChildRecord>(extract, parameters);
    let staff_columns = columns::<StaffRecord>(extract, parameters);
    for facility in &extract.facilities {
        let number = facility.facility;
        let children = of_facility(&extract.children, number, |child| child.facility);
        let file = format!("{}_{number:04}.csv", ChildRecord::FILE);
        files.records(&file, &child_columns, children.iter())?;
        if given(RegisterName::Staff) {
            let staff = of_facility(&extract.staff, number, |person| person.facility);
            let file = format!("{}_{number:04}.csv", StaffRecord::FILE);
            files.records(&file, &staff_columns, staff.iter())?;
        }
    }
    files.finish()
}

/// The care type in the state's file.
pub(crate) const fn care_name(care: CareType) -> &'static str {
    match care {
        CareType::Childminding => "KTP",
        CareType::Nursery => "KRIPPE",
        CareType::Kindergarten => "KIGA",
        CareType::AfterSchool => "HORT",
    }
}

/// The cells of a grant row.
pub(crate) fn grant_row(record: &GrantRecord) -> Vec<String> {
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

/// The columns of a file as the recipient wants them.
fn columns_on(
    file: &str,
    fields: &[FieldSpec],
    reference: ReferenceDate,
    parameters: &Parameters,
) -> Picked {
    let map = parameters.column_map(file, reference.date());
    Picked::of(map, &names(fields))
}

/// Writes the state extract: `landeszuschuss_1april.csv` and `manifest.csv`.
///
/// # Errors
///
/// [`WriteError::Failed`] names the file.
pub fn write_state<W: Write>(
    extract: &StateExtract,
    parameters: &Parameters,
    open: &mut dyn FnMut(&str) -> io::Result<W>,
) -> Result<Manifest, WriteError> {
    let mut files = Files::new(open, extract.reference, extract.known_on, parameters);
    let file = "landeszuschuss_1april";
    let columns = columns_on(file, &GRANT_FIELDS, extract.reference, parameters);
    let rows = extract.records.iter().map(grant_row);
    files.add(&format!("{file}.csv"), &columns, rows)?;
    files.finish()
}

/// The cells of a staffing row.
pub(crate) fn staffing_row(record: &StaffingRecord) -> Vec<String> {
    let total = record.total().unwrap_or(Fraction::ZERO);
    let hours = Fraction::new(i128::from(record.daily_quarters), 4).unwrap_or(Fraction::ZERO);
    vec![
        record.facility.to_string(),
        care_name(record.care_type).to_owned(),
        record.children.to_string(),
        hours.decimals(2),
        record.by_key.decimals(4),
        record.supplements.decimals(4),
        total.decimals(4),
        total.to_string(),
    ]
}

/// Writes the staffing requirement: `personalbedarf.csv` and `manifest.csv`.
///
/// # Errors
///
/// [`WriteError::Failed`] names the file.
pub fn write_staffing<W: Write>(
    requirement: &StaffingRequirement,
    parameters: &Parameters,
    open: &mut dyn FnMut(&str) -> io::Result<W>,
) -> Result<Manifest, WriteError> {
    let (reference, known_on) = (requirement.reference, requirement.known_on);
    let mut files = Files::new(open, reference, known_on, parameters);
    let file = "personalbedarf";
    let columns = columns_on(file, &STAFFING_FIELDS, reference, parameters);
    let rows = requirement.records.iter().map(staffing_row);
    files.add(&format!("{file}.csv"), &columns, rows)?;
    files.finish()
}

/// The cells of a cost row.
fn cost_row(row: &CostRow) -> Vec<String> {
    let mut cells = vec![row.kind.to_string()];
    let amounts = [
        row.personnel,
        row.other,
        row.total,
        row.state,
        row.parents,
        row.municipality,
    ];
    cells.extend(amounts.iter().map(ToString::to_string));
    let capital = row.capital.iter();
    cells.extend(capital.map(|it| it.map_or_else(String::new, |amount| amount.to_string())));
    cells
}

/// Writes a cost publication: `betriebskosten_p14.csv` and `manifest.csv`, as of the last day of its
/// year.
///
/// # Errors
///
/// [`WriteError::Failed`] names the file.
pub fn write_costs<W: Write>(
    publication: &CostPublication,
    parameters: &Parameters,
    open: &mut dyn FnMut(&str) -> io::Result<W>,
) -> Result<Manifest, WriteError> {
    let last_day = jiff::civil::date(publication.year.clamp(1, 9999), 12, 31);
    let reference = ReferenceDate::new(last_day);
    let mut files = Files::new(open, reference, last_day, parameters);
    let file = "betriebskosten_p14";
    let columns = columns_on(file, &COST_FIELDS, reference, parameters);
    let rows = publication.rows.iter().map(cost_row);
    files.add(&format!("{file}.csv"), &columns, rows)?;
    files.finish()
}
