//! From a snapshot to the tables of a city.
//!
//! What the procedure knows and the tables do not say:
//!
//! - an offer withdrawn with its application counts as `declined`;
//! - a version of a contract that was cancelled before it began is left out;
//! - places stand only where a licence is valid, because a row of `capacities` must not reach over a
//!   gap between licences; months and places counted are the same;
//! - the facts of a household are those of its first child;
//! - an area that the table of areas does not list stands at the top under its own key.

use std::collections::{BTreeMap, BTreeSet};

use domain::{FacilityId, Licence};
use jiff::civil::Date;
use store::{FacilityRecord, OfferStanding, Snapshot};
use tables::schema::TableName;
use tables::{City, Format, TableSource};

use super::{AnalysisError, StaticTables};

/// The tables of a city from a snapshot and the tables that the procedure does not change.
///
/// # Errors
///
/// [`AnalysisError::Contradiction`] if they do not go together.
pub fn city_of(snapshot: &Snapshot, tables: &StaticTables) -> Result<City, AnalysisError> {
    read(snapshot, tables, tables.sources(), None)
}

/// The tables that occupancy and suggestions need: areas, and everything of the procedure, or of one
/// facility only.
pub(super) fn planning_city(
    snapshot: &Snapshot,
    tables: &StaticTables,
    only: Option<&FacilityId>,
) -> Result<City, AnalysisError> {
    read(snapshot, tables, BTreeMap::new(), only)
}

fn read(
    snapshot: &Snapshot,
    tables: &StaticTables,
    mut sources: BTreeMap<TableName, TableSource>,
    only: Option<&FacilityId>,
) -> Result<City, AnalysisError> {
    let mut sheets = Sheets::new(only);
    for record in snapshot.facilities().filter(|it| is_one_of(only, it.id())) {
        sheets.facility(record);
    }
    for record in snapshot.providers() {
        if sheets.providers.contains(record.id().as_str()) || only.is_none() {
            sheets.provider(record);
        }
    }
    for chunk in snapshot.chunks() {
        sheets.chunk(chunk);
    }
    let areas = with_missing_areas(tables.areas()?, &sheets.areas);
    sources.insert(
        TableName::Areas,
        TableSource::bytes("areas.csv", Format::Csv, areas),
    );
    for (table, bytes) in sheets.finish() {
        let file = format!("{table} of the procedure");
        sources.insert(table, TableSource::bytes(file, Format::Csv, bytes));
    }
    City::read(&sources, &mut |_, _| {}).map_err(|problems| AnalysisError::contradiction(&problems))
}

/// The table of areas with a row for every area that is named elsewhere.
fn with_missing_areas(mut areas: Vec<u8>, named: &BTreeSet<String>) -> Vec<u8> {
    let mut known = BTreeSet::new();
    let mut reader = csv::Reader::from_reader(areas.as_slice());
    let position = reader
        .headers()
        .ok()
        .and_then(|headers| headers.iter().position(|name| name == "area"));
    let columns = reader.headers().map_or(0, csv::StringRecord::len);
    // A table that cannot be read is told of when the city is read.
    for row in reader.records().flatten() {
        known.extend(position.and_then(|at| row.get(at)).map(str::to_owned));
    }
    let headers = reader.headers().cloned().unwrap_or_default();
    if columns == 3 && position.is_some() {
        if !areas.ends_with(b"\n") {
            areas.push(b'\n');
        }
        for area in named.difference(&known) {
            let cells = headers.iter().map(|name| match name {
                "area" | "name" => area.as_str(),
                _ => "",
            });
            // Keys hold neither commas nor quotation marks.
            areas.extend_from_slice(cells.collect::<Vec<_>>().join(",").as_bytes());
            areas.push(b'\n');
        }
    }
    areas
}

/// A table being written.
struct Sheet(csv::Writer<Vec<u8>>);

impl Sheet {
    fn new(table: TableName) -> Self {
        let mut sheet = Self(csv::Writer::from_writer(Vec::new()));
        sheet.row(table.schema().columns.iter().map(|column| column.name));
        sheet
    }

    /// Adds a row. Writing to memory cannot fail, and a row of another width is told of when the city
    /// is read.
    fn row<T: AsRef<[u8]>>(&mut self, cells: impl IntoIterator<Item = T>) {
        let _ = self.0.write_record(cells);
    }
}

/// Whether a facility is the one that is asked for, if one is.
fn is_one_of(only: Option<&FacilityId>, facility: &FacilityId) -> bool {
    only.is_none_or(|only| only == facility)
}

/// A cell of a day that may be missing.
fn day(date: Option<Date>) -> String {
    date.map_or_else(String::new, |date| date.to_string())
}

/// All tables of the procedure.
struct Sheets<'a> {
    only: Option<&'a FacilityId>,
    sheets: BTreeMap<TableName, Sheet>,
    areas: BTreeSet<String>,
    providers: BTreeSet<String>,
    households: BTreeSet<String>,
}

const WRITTEN: [TableName; 12] = [
    TableName::Providers,
    TableName::RolloutStages,
    TableName::Attestations,
    TableName::Facilities,
    TableName::Licences,
    TableName::Capacities,
    TableName::BlockedPlaces,
    TableName::Households,
    TableName::Children,
    TableName::Applications,
    TableName::Offers,
    TableName::Contracts,
];

impl<'a> Sheets<'a> {
    fn new(only: Option<&'a FacilityId>) -> Self {
        let tables = WRITTEN.into_iter().chain([TableName::CriteriaPoints]);
        Self {
            only,
            sheets: tables.map(|table| (table, Sheet::new(table))).collect(),
            areas: BTreeSet::new(),
            providers: BTreeSet::new(),
            households: BTreeSet::new(),
        }
    }

    fn row<T: AsRef<[u8]>>(&mut self, table: TableName, cells: impl IntoIterator<Item = T>) {
        if let Some(sheet) = self.sheets.get_mut(&table) {
            sheet.row(cells);
        }
    }

    fn finish(self) -> impl Iterator<Item = (TableName, Vec<u8>)> {
        let written = self.sheets.into_iter();
        written.map(|(table, sheet)| (table, sheet.0.into_inner().unwrap_or_default()))
    }

    fn provider(&mut self, record: &store::ProviderRecord) {
        let it = &record.registration;
        self.row(
            TableName::Providers,
            [
                it.id.as_str(),
                &it.name,
                it.kind.as_str(),
                it.regime.as_str(),
                &it.participates_from.to_string(),
                &day(it.participates_to),
            ],
        );
        for step in &record.rollout {
            self.row(
                TableName::RolloutStages,
                [
                    it.id.as_str(),
                    step.care_type.as_str(),
                    step.stage.as_str(),
                    &step.valid_from.to_string(),
                ],
            );
        }
        for attestation in &record.attestations {
            self.row(
                TableName::Attestations,
                [
                    it.id.as_str(),
                    &attestation.month.first_day().to_string(),
                    &attestation.attested_on.to_string(),
                ],
            );
        }
    }

    fn facility(&mut self, record: &FacilityRecord) {
        let registration = &record.registration;
        let (it, operation) = (&registration.facts, &registration.operation);
        self.areas.insert(it.area.to_string());
        self.providers.insert(it.provider.to_string());
        self.row(
            TableName::Facilities,
            [
                it.id.as_str(),
                it.provider.as_str(),
                &registration.name,
                it.kind.as_str(),
                it.area.as_str(),
                &it.location.latitude().to_string(),
                &it.location.longitude().to_string(),
                &it.opens_on.to_string(),
                &day(it.closes_on),
                flag(it.in_needs_plan),
                &operation.groups.to_string(),
                &operation.opening_hour.to_string(),
                &operation.closing_hour.to_string(),
                &operation.closing_days.to_string(),
            ],
        );
        for licence in &it.licences {
            self.row(
                TableName::Licences,
                [
                    it.id.as_str(),
                    &licence.valid_from.to_string(),
                    &day(licence.valid_to),
                ],
            );
        }
        let licensed = merged(&it.licences);
        for span in &record.capacities {
            for (from, to) in within(&licensed, span.valid_from, span.valid_to) {
                self.row(
                    TableName::Capacities,
                    [
                        it.id.as_str(),
                        span.care_type.as_str(),
                        &from.to_string(),
                        &day(to),
                        &span.licensed.to_string(),
                        &span.planned.to_string(),
                        &span.staffed.to_string(),
                    ],
                );
            }
        }
        for span in &record.blocked {
            self.row(
                TableName::BlockedPlaces,
                [
                    it.id.as_str(),
                    span.care_type.as_str(),
                    &span.valid_from.to_string(),
                    &day(span.valid_to),
                    &span.places.to_string(),
                ],
            );
        }
    }

    fn chunk(&mut self, chunk: &store::Chunk) {
        let mut children = BTreeSet::new();
        let mut applications = BTreeSet::new();
        let only = self.only;
        for row in chunk
            .offers
            .rows()
            .filter(|row| is_one_of(only, &row.facility))
        {
            // An offer stands on an application of the same child at the same facility.
            applications.insert(row.application.clone());
            let state = match row.standing {
                OfferStanding::Withdrawn => OfferStanding::Declined.as_str(),
                other => other.as_str(),
            };
            self.row(
                TableName::Offers,
                [
                    row.offer.as_str(),
                    row.application.as_str(),
                    &row.starts_on.to_string(),
                    &row.offered_on.to_string(),
                    &row.reply_by.to_string(),
                    state,
                    &day(row.closed_on),
                ],
            );
        }
        for row in chunk.contracts.rows() {
            // Cancelled before it began.
            if row.valid_to < row.valid_from || !is_one_of(only, &row.facility) {
                continue;
            }
            children.insert(row.child.clone());
            self.contract(&row);
        }
        for row in chunk.applications.rows() {
            if self.only.is_some() && !applications.contains(&row.application) {
                continue;
            }
            children.insert(row.child.clone());
            self.application(&row);
        }
        // Points change no occupancy: they are left out of the tables of one facility.
        if self.only.is_none() {
            self.points(chunk);
        }
        for row in chunk.children.rows() {
            if self.only.is_none() || children.contains(&row.child) {
                self.child(&row);
            }
        }
    }

    fn contract(&mut self, row: &store::ContractVersionRow) {
        self.row(
            TableName::Contracts,
            [
                row.contract.as_str(),
                &row.version.to_string(),
                row.child.as_str(),
                row.facility.as_str(),
                row.care_type.as_str(),
                &row.daily_hours.hours().to_string(),
                &row.days_per_week.to_string(),
                flag(row.lunch),
                &row.valid_from.to_string(),
                &row.valid_to.to_string(),
                &row.recorded_from.to_string(),
                &day(row.recorded_to),
            ],
        );
    }

    fn application(&mut self, row: &store::ApplicationRow) {
        self.row(
            TableName::Applications,
            [
                row.application.as_str(),
                row.child.as_str(),
                row.facility.as_str(),
                row.care_type.as_str(),
                &row.rank.to_string(),
                &row.wished_start.to_string(),
                &row.daily_hours.hours().to_string(),
                &row.applied_on.to_string(),
                row.standing.as_str(),
                &day(row.closed_on),
            ],
        );
    }

    fn points(&mut self, chunk: &store::Chunk) {
        let versions: BTreeMap<_, _> = chunk
            .applications
            .application
            .iter()
            .zip(&chunk.applications.catalogue_version)
            .collect();
        for row in chunk.points.rows() {
            let version = versions.get(&row.application).copied().cloned().flatten();
            self.row(
                TableName::CriteriaPoints,
                [
                    row.application.as_str(),
                    &row.criterion,
                    &row.points.to_string(),
                    version.as_deref().unwrap_or("unnamed"),
                ],
            );
        }
    }

    fn child(&mut self, row: &store::ChildRow) {
        self.areas.insert(row.area.to_string());
        if self.households.insert(row.household.to_string()) {
            self.row(
                TableName::Households,
                [
                    row.household.as_str(),
                    row.area.as_str(),
                    flag(row.single_custodian),
                    flag(row.custodians_working),
                    &row.municipality.to_string(),
                ],
            );
        }
        let class = row.school_class.map(|class| class.to_string());
        self.row(
            TableName::Children,
            [
                row.child.as_str(),
                row.household.as_str(),
                &row.birth_date.to_string(),
                row.sex.as_str(),
                flag(row.inclusion_place),
                class.as_deref().unwrap_or_default(),
            ],
        );
    }
}

const fn flag(yes: bool) -> &'static str {
    if yes { "true" } else { "false" }
}

/// Licences without overlaps and without gaps of no day, in order.
fn merged(licences: &[Licence]) -> Vec<(Date, Option<Date>)> {
    let mut sorted: Vec<_> = licences
        .iter()
        .map(|it| (it.valid_from, it.valid_to))
        .collect();
    sorted.sort();
    let mut spans: Vec<(Date, Option<Date>)> = Vec::new();
    for (from, to) in sorted {
        match spans.last_mut() {
            Some((_, None)) => {}
            Some((_, Some(end))) if from <= end.tomorrow().unwrap_or(*end) => {
                let later = to.map(|to| to.max(*end));
                if let Some(last) = spans.last_mut() {
                    last.1 = later;
                }
            }
            _ => spans.push((from, to)),
        }
    }
    spans
}

/// The parts of a span that lie within others.
fn within(
    spans: &[(Date, Option<Date>)],
    from: Date,
    to: Option<Date>,
) -> impl Iterator<Item = (Date, Option<Date>)> {
    spans.iter().filter_map(move |(first, last)| {
        let start = from.max(*first);
        let end = match (to, *last) {
            (None, end) | (end, None) => end,
            (Some(a), Some(b)) => Some(a.min(b)),
        };
        end.is_none_or(|end| start <= end).then_some((start, end))
    })
}
