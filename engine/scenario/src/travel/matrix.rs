//! A matrix of travel times from the city's GIS or timetable router.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use domain::{AreaId, FacilityId, InputProblem};
use tables::schema::TableName;
use tables::{City, Problems, RowError};

use super::{Origin, TravelMode, TravelTimes};
use crate::codes as code;
use crate::error::ScenarioError;
use crate::spec::ScenarioSpec;

/// Longest way a matrix may hold: a day.
const MOST_MINUTES: f64 = 1440.0;

/// Column and where it stands.
struct Columns {
    area: usize,
    facility: usize,
    minutes: usize,
    mode: Option<usize>,
}

/// Home areas and facilities between which minutes are needed.
struct Needed {
    areas: BTreeSet<AreaId>,
    homes: BTreeSet<AreaId>,
    facilities: BTreeSet<FacilityId>,
}

impl TravelTimes {
    /// Reads a matrix: CSV with the columns `area,facility,minutes` and, if it holds several modes,
    /// `mode`. It needs every pair of an area where children live and a facility of the city or of the
    /// scenario, in the mode asked for. Rows may come in any order.
    ///
    /// # Errors
    ///
    /// [`ScenarioError::Input`] with every problem at once: unknown areas, facilities or modes, minutes
    /// that are negative, no number or longer than a day, pairs given twice, and pairs that are missing.
    pub fn read_matrix(
        city: &City,
        spec: &ScenarioSpec,
        file: &str,
        matrix: impl Read,
    ) -> Result<Self, ScenarioError> {
        let mode = spec.travel().mode;
        let needed = Needed::of(city, spec)?;
        let mut problems = Problems::default();
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(matrix);
        let mut rows: BTreeMap<AreaId, BTreeMap<FacilityId, f64>> = BTreeMap::new();
        match columns(file, &mut reader) {
            Err(problem) => problems.push(problem),
            Ok(columns) => {
                read_rows(
                    file,
                    &mut reader,
                    &columns,
                    mode,
                    &needed,
                    &mut rows,
                    &mut problems,
                );
                needed.note_missing(file, mode, &rows, &mut problems);
            }
        }
        problems.into_result().map_err(ScenarioError::Input)?;
        Ok(Self {
            mode,
            origin: Origin::Matrix(rows),
        })
    }
}

fn columns(file: &str, reader: &mut csv::Reader<impl Read>) -> Result<Columns, InputProblem> {
    let wrong = |found: String| {
        InputProblem::new(
            code::MATRIX_HEADER,
            file,
            "the columns are not those of a matrix",
        )
        .at(1, "", found)
        .remedy("give area,facility,minutes and, for several modes, mode")
    };
    let headers = reader
        .headers()
        .map_err(|error| wrong(error.to_string()))?
        .clone();
    let shown: Vec<&str> = headers.iter().collect();
    let place = |name: &str| shown.iter().position(|header| *header == name);
    let known = ["area", "facility", "minutes", "mode"];
    let mut seen = BTreeSet::new();
    let is_clean = shown
        .iter()
        .all(|header| known.contains(header) && seen.insert(*header));
    match (place("area"), place("facility"), place("minutes")) {
        (Some(area), Some(facility), Some(minutes)) if is_clean => Ok(Columns {
            area,
            facility,
            minutes,
            mode: place("mode"),
        }),
        _ => Err(wrong(shown.join(",").chars().take(200).collect())),
    }
}

#[allow(
    clippy::too_many_arguments,
    reason = "one pass over the rows of one file"
)]
fn read_rows(
    file: &str,
    reader: &mut csv::Reader<impl Read>,
    columns: &Columns,
    mode: TravelMode,
    needed: &Needed,
    rows: &mut BTreeMap<AreaId, BTreeMap<FacilityId, f64>>,
    problems: &mut Problems,
) {
    let mut seen: BTreeSet<(TravelMode, AreaId, FacilityId)> = BTreeSet::new();
    for (number, record) in (2..).zip(reader.records()) {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let problem =
                    InputProblem::new(code::MATRIX_VALUE, file, format!("this is no row: {error}"))
                        .at(number, "", "")
                        .remedy("write UTF-8 with a field for each column");
                problems.push(problem);
                continue;
            }
        };
        let field = |at: usize| record.get(at).unwrap_or_default().trim();
        let mut note = |code, column: &str, value: &str, message: String, remedy: &str| {
            problems.push(
                InputProblem::new(code, file, message)
                    .at(number, column, value.chars().take(80).collect::<String>())
                    .remedy(remedy),
            );
        };
        let area = AreaId::new(field(columns.area)).ok();
        let area = area.filter(|area| needed.areas.contains(area));
        if area.is_none() {
            let message = "the city has no area of this key".to_owned();
            let remedy = "use a key of table areas, or remove the row";
            note(
                code::MATRIX_AREA,
                "area",
                field(columns.area),
                message,
                remedy,
            );
        }
        let facility = FacilityId::new(field(columns.facility)).ok();
        let facility = facility.filter(|it| needed.facilities.contains(it));
        if facility.is_none() {
            let message = "neither the city nor the scenario has a facility of this key".to_owned();
            let remedy = "use a key of table facilities or of [[open]], or remove the row";
            let value = field(columns.facility);
            note(code::MATRIX_FACILITY, "facility", value, message, remedy);
        }
        let given = field(columns.minutes);
        let minutes = given.parse::<f64>().ok();
        let minutes = minutes.filter(|minutes| (0.0..=MOST_MINUTES).contains(minutes));
        if minutes.is_none() {
            let message = format!("minutes from 0 to {MOST_MINUTES} are needed");
            let remedy = "write the minutes of one way as 12 or 12.5";
            note(code::MATRIX_VALUE, "minutes", given, message, remedy);
        }
        let of_row = match columns.mode {
            None => Some(mode),
            Some(at) => match field(at).parse::<TravelMode>() {
                Ok(of_row) => Some(of_row),
                Err(error) => {
                    let remedy = "correct the mode";
                    note(
                        code::MATRIX_VALUE,
                        "mode",
                        field(at),
                        error.to_string(),
                        remedy,
                    );
                    None
                }
            },
        };
        let (Some(area), Some(facility), Some(of_row)) = (area, facility, of_row) else {
            continue;
        };
        if !seen.insert((of_row, area.clone(), facility.clone())) {
            let message = format!("the way from {area} to {facility} is given twice");
            note(
                code::MATRIX_TWICE,
                "area",
                area.as_str(),
                message,
                "keep one of the rows",
            );
        } else if let Some(minutes) = minutes.filter(|_| of_row == mode) {
            rows.entry(area).or_default().insert(facility, minutes);
        } else if of_row == mode {
            // Told already; a way that cannot be read is not missing as well.
            rows.entry(area).or_default().insert(facility, 0.0);
        }
    }
}

impl Needed {
    fn of(city: &City, spec: &ScenarioSpec) -> Result<Self, ScenarioError> {
        let areas = city.areas()?.into_iter().map(|area| area.id).collect();
        let homes = city.map_rows(TableName::Households, |row| {
            AreaId::new(row.filled("area")?).map_err(|error| RowError::Said(error.to_string()))
        })?;
        let facilities = city.facilities()?;
        let mut known: BTreeSet<FacilityId> = facilities.iter().map(|it| it.id().clone()).collect();
        known.extend(spec.openings().iter().map(|it| it.facility.clone()));
        Ok(Self {
            areas,
            homes: homes.into_iter().collect(),
            facilities: known,
        })
    }

    /// One problem for each area with a way missing.
    fn note_missing(
        &self,
        file: &str,
        mode: TravelMode,
        rows: &BTreeMap<AreaId, BTreeMap<FacilityId, f64>>,
        problems: &mut Problems,
    ) {
        for area in &self.homes {
            let has = |facility: &FacilityId| {
                rows.get(area).is_some_and(|row| row.contains_key(facility))
            };
            let missing: Vec<&FacilityId> = self.facilities.iter().filter(|it| !has(it)).collect();
            let Some(first) = missing.first() else {
                continue;
            };
            let message = format!(
                "children live in {area}, and {} of {} ways from there ({}) are missing, the first to {first}",
                missing.len(),
                self.facilities.len(),
                mode.as_str()
            );
            problems.push(
                InputProblem::new(code::MATRIX_MISSING, file, message)
                    .at(0, "area", area.as_str())
                    .remedy(
                        "add a row for each facility; a matrix is never completed by estimates",
                    ),
            );
        }
    }
}
