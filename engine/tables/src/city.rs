//! A city: all its tables, read, checked and ready to be asked.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    AreaId, Attestation, Facility, FacilityFacts, FacilityId, FacilityKind, InputProblem,
    LegalRegime, Licence, Location, Month, Provider, ProviderId, ProviderKind,
};
use jiff::civil::Date;
use polars::frame::DataFrame;
use polars::prelude::{Column as PolarsColumn, PolarsError};

use crate::read::physical;
use crate::row::Row;
use crate::schema::TableName;
use crate::source::TableSource;
use crate::validation::Validation;

/// Why a checked table could not be turned into values.
#[derive(Debug, thiserror::Error)]
pub enum CityError {
    /// A table does not have the columns or types of its schema.
    #[error(
        "table {table} was asked for values it does not hold: {source}; build the city with City::read or City::from_frames"
    )]
    Column {
        /// The table.
        table: TableName,
        /// What went wrong.
        #[source]
        source: PolarsError,
    },
    /// A value breaks a rule of the domain.
    #[error("table {table}, row {row}: {message}; validate the table first")]
    Value {
        /// The table.
        table: TableName,
        /// Row, from 1.
        row: usize,
        /// What went wrong.
        message: String,
    },
}

/// All tables of a city that passed validation.
///
/// A table that a city directory lacks is there with no rows.
#[derive(Clone)]
pub struct City {
    frames: BTreeMap<TableName, DataFrame>,
}

/// Shapes only: a city holds personal data.
impl std::fmt::Debug for City {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map()
            .entries(
                self.frames
                    .iter()
                    .map(|(t, frame)| (t.as_str(), frame.shape())),
            )
            .finish()
    }
}

/// An area with its place in the hierarchy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// Key.
    pub id: AreaId,
    /// The area it lies in.
    pub parent: Option<AreaId>,
    /// Name on pages.
    pub name: String,
}

/// Centre and outline of an area.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaShape {
    /// The area.
    pub area: AreaId,
    /// Its centre.
    pub centre: Location,
    /// Its outline as (longitude, latitude) pairs, the first repeated at the end; empty if unknown.
    pub outline: Vec<(f64, f64)>,
}

impl City {
    /// Reads and checks a city directory.
    ///
    /// `progress` hears each table with its number of rows when it is done.
    ///
    /// # Errors
    ///
    /// Every problem of every table, in order of file and row.
    pub fn read(
        sources: &BTreeMap<TableName, TableSource>,
        progress: &mut dyn FnMut(TableName, u64),
    ) -> Result<Self, Vec<InputProblem>> {
        let mut frames = BTreeMap::new();
        let mut validation = Validation::default();
        for (table, source) in sources {
            let frame = validation.table(*table, source, true);
            frames.insert(*table, frame.unwrap_or_else(|| empty(*table)));
            progress(*table, validation.rows.get(table).copied().unwrap_or(0));
        }
        validation.require(
            &sources.keys().copied().collect::<BTreeSet<_>>(),
            "the city directory",
        );
        validation.problems.into_result()?;
        Ok(Self::complete(frames))
    }

    /// Checks a city directory in bounded memory, keeping no rows.
    ///
    /// Gives the number of rows of each table.
    ///
    /// # Errors
    ///
    /// Every problem of every table, in order of file and row.
    pub fn check(
        sources: &BTreeMap<TableName, TableSource>,
        progress: &mut dyn FnMut(TableName, u64),
    ) -> Result<BTreeMap<TableName, u64>, Vec<InputProblem>> {
        let mut validation = Validation::default();
        for (table, source) in sources {
            validation.table(*table, source, false);
            progress(*table, validation.rows.get(table).copied().unwrap_or(0));
        }
        validation.require(
            &sources.keys().copied().collect::<BTreeSet<_>>(),
            "the city directory",
        );
        validation.problems.into_result()?;
        Ok(validation.rows)
    }

    /// Takes over frames that a generator or a test built with the schema's columns.
    ///
    /// Columns are checked and put into the order of the schema, others are left out; rows are not
    /// checked: use [`Self::read`] for anything that came from outside.
    ///
    /// # Errors
    ///
    /// [`CityError::Column`] if a column is missing or has another type.
    pub fn from_frames(frames: BTreeMap<TableName, DataFrame>) -> Result<Self, CityError> {
        let mut taken = BTreeMap::new();
        for (table, frame) in frames {
            let failed = |source| CityError::Column { table, source };
            let mut columns = Vec::with_capacity(table.schema().columns.len());
            for column in table.schema().columns {
                let found = frame.column(column.name).map_err(failed)?;
                if *found.dtype() != physical(column.kind) {
                    return Err(failed(PolarsError::SchemaMismatch(
                        format!("column {} has type {}", column.name, found.dtype()).into(),
                    )));
                }
                columns.push(found.clone());
            }
            let frame = DataFrame::new(frame.height(), columns).map_err(failed)?;
            taken.insert(table, frame);
        }
        Ok(Self::complete(taken))
    }

    /// Adds empty frames for absent tables.
    fn complete(mut frames: BTreeMap<TableName, DataFrame>) -> Self {
        for table in TableName::ALL {
            frames.entry(table).or_insert_with(|| empty(table));
        }
        Self { frames }
    }

    /// The rows of a table, columns in schema order.
    ///
    /// # Panics
    ///
    /// Never: every table is present since construction.
    #[must_use]
    pub fn frame(&self, table: TableName) -> &DataFrame {
        self.frames
            .get(&table)
            .expect("City::complete puts every table in")
    }

    /// Replaces a table, for scenarios and corrections.
    ///
    /// # Errors
    ///
    /// [`CityError::Column`] if a column is missing or has another type.
    pub fn with_table(mut self, table: TableName, frame: DataFrame) -> Result<Self, CityError> {
        self.frames.insert(table, frame);
        Self::from_frames(self.frames)
    }

    /// All areas in file order.
    ///
    /// # Errors
    ///
    /// [`CityError`] if the table was not validated.
    pub fn areas(&self) -> Result<Vec<Area>, CityError> {
        self.map_rows(TableName::Areas, |row| {
            Ok(Area {
                id: id(row, "area", AreaId::new)?,
                parent: row
                    .text("parent")?
                    .map(AreaId::new)
                    .transpose()
                    .map_err(said)?,
                name: row.filled("name")?.to_owned(),
            })
        })
    }

    /// Centres and outlines.
    ///
    /// # Errors
    ///
    /// [`CityError`] if the table was not validated, or an outline is no WKT polygon.
    pub fn area_shapes(&self) -> Result<Vec<AreaShape>, CityError> {
        self.map_rows(TableName::AreaShapes, |row| {
            Ok(AreaShape {
                area: id(row, "area", AreaId::new)?,
                centre: location(row)?,
                outline: match row.text("polygon")? {
                    Some(polygon) => crate::outline::parse(polygon).map_err(RowError::Said)?,
                    None => Vec::new(),
                },
            })
        })
    }

    /// All providers in file order.
    ///
    /// # Errors
    ///
    /// [`CityError`] if the table was not validated.
    pub fn providers(&self) -> Result<Vec<Provider>, CityError> {
        self.map_rows(TableName::Providers, |row| {
            Provider::new(
                id(row, "provider_id", ProviderId::new)?,
                coded(ProviderKind::ALL, ProviderKind::as_str, row.filled("kind")?)?,
                coded(
                    LegalRegime::ALL,
                    LegalRegime::as_str,
                    row.filled("legal_regime")?,
                )?,
                some_date(row, "participates_from")?,
                row.date("participates_to")?,
            )
            .map_err(said)
        })
    }

    /// All facilities with their licences, in file order.
    ///
    /// # Errors
    ///
    /// [`CityError`] if the tables were not validated.
    pub fn facilities(&self) -> Result<Vec<Facility>, CityError> {
        let mut licences: BTreeMap<String, Vec<Licence>> = BTreeMap::new();
        for (facility, licence) in self.map_rows(TableName::Licences, |row| {
            let valid_from = some_date(row, "valid_from")?;
            let licence = Licence {
                valid_from,
                valid_to: row.date("valid_to")?,
            };
            Ok((row.filled("facility_id")?.to_owned(), licence))
        })? {
            licences.entry(facility).or_default().push(licence);
        }
        self.map_rows(TableName::Facilities, |row| {
            Facility::new(FacilityFacts {
                id: id(row, "facility_id", FacilityId::new)?,
                provider: id(row, "provider_id", ProviderId::new)?,
                kind: coded(FacilityKind::ALL, FacilityKind::as_str, row.filled("kind")?)?,
                area: id(row, "area", AreaId::new)?,
                location: location(row)?,
                opens_on: some_date(row, "opens_on")?,
                closes_on: row.date("closes_on")?,
                in_needs_plan: row.flag("in_needs_plan")?,
                licences: licences
                    .get(row.filled("facility_id")?)
                    .cloned()
                    .unwrap_or_default(),
            })
            .map_err(said)
        })
    }

    /// Attestations by provider.
    ///
    /// # Errors
    ///
    /// [`CityError`] if the table was not validated.
    pub fn attestations(&self) -> Result<BTreeMap<ProviderId, Vec<Attestation>>, CityError> {
        let rows = self.map_rows(TableName::Attestations, |row| {
            let month = Month::of(some_date(row, "month")?);
            let attested_on = some_date(row, "attested_on")?;
            Ok((
                id(row, "provider_id", ProviderId::new)?,
                Attestation { month, attested_on },
            ))
        })?;
        let mut by_provider: BTreeMap<ProviderId, Vec<Attestation>> = BTreeMap::new();
        for (provider, attestation) in rows {
            by_provider.entry(provider).or_default().push(attestation);
        }
        Ok(by_provider)
    }
}

/// Why one row is no value.
#[derive(Debug)]
pub enum RowError {
    /// A column is missing or has another type.
    Column(PolarsError),
    /// A value breaks a rule, in words.
    Said(String),
}

impl From<PolarsError> for RowError {
    fn from(error: PolarsError) -> Self {
        Self::Column(error)
    }
}

/// An error of the domain in words.
fn said(error: impl std::fmt::Display) -> RowError {
    RowError::Said(error.to_string())
}

/// A filled identifier.
fn id<T, E: std::fmt::Display>(
    row: Row<'_>,
    column: &str,
    new: impl Fn(&str) -> Result<T, E>,
) -> Result<T, RowError> {
    new(row.filled(column)?).map_err(said)
}

/// The columns `latitude` and `longitude`.
fn location(row: Row<'_>) -> Result<Location, RowError> {
    let degrees = |column| Ok::<_, RowError>(row.decimal(column)?.unwrap_or(f64::NAN));
    Location::new(degrees("latitude")?, degrees("longitude")?).map_err(said)
}

/// A day that must be there.
fn some_date(row: Row<'_>, column: &str) -> Result<Date, RowError> {
    row.date(column)?
        .ok_or_else(|| RowError::Said(format!("{column} is empty")))
}

/// A value of a code list.
fn coded<T: Copy, const N: usize>(
    all: [T; N],
    name: impl Fn(T) -> &'static str,
    text: &str,
) -> Result<T, RowError> {
    all.into_iter()
        .find(|value| name(*value) == text)
        .ok_or_else(|| RowError::Said(format!("{text:?} is not in the code list")))
}

/// A table without rows.
fn empty(table: TableName) -> DataFrame {
    let columns = table
        .schema()
        .columns
        .iter()
        .map(|column| PolarsColumn::new_empty(column.name.into(), &physical(column.kind)))
        .collect();
    DataFrame::new(0, columns).unwrap_or_default()
}
