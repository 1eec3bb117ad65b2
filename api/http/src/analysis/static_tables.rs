//! Tables of a city that the procedure does not change.

use std::collections::BTreeMap;
use std::sync::Arc;

use store::{Store, StoreError};
use tables::schema::TableName;
use tables::{Format, TableSource};

use super::AnalysisError;

/// The tables that the procedure does not write: they are kept as imported.
pub const STATIC: [TableName; 8] = [
    TableName::Areas,
    TableName::AreaShapes,
    TableName::AreaNeighbours,
    TableName::Staff,
    TableName::StatisticsAttributes,
    TableName::Population,
    TableName::Births,
    TableName::Dwellings,
];

/// Areas, staff, statistics attributes, population, births and dwellings: imported as tables and
/// untouched by the procedure. Cheap to clone.
///
/// ```
/// use http_api::analysis::StaticTables;
/// use tables::{Format, schema::TableName};
/// let areas = "area,parent,name\nsued,,Süd\n";
/// let tables = StaticTables::new().with(TableName::Areas, Format::Csv, areas.as_bytes())?;
/// let refused = tables.with(TableName::Children, Format::Csv, b"".as_slice());
/// assert_eq!(refused.unwrap_err().code(), "E8247");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct StaticTables(BTreeMap<TableName, (Format, Arc<[u8]>)>);

/// Names and sizes only.
impl std::fmt::Debug for StaticTables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sizes = self
            .0
            .iter()
            .map(|(name, (_, bytes))| (name.as_str(), bytes.len()));
        f.debug_map().entries(sizes).finish()
    }
}

impl StaticTables {
    /// No table: every area named by a facility or child stands at the top.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With a table.
    ///
    /// # Errors
    ///
    /// [`AnalysisError::NotStatic`] for a table that the procedure changes.
    pub fn with(
        mut self,
        table: TableName,
        format: Format,
        bytes: impl Into<Arc<[u8]>>,
    ) -> Result<Self, AnalysisError> {
        if !STATIC.contains(&table) {
            return Err(AnalysisError::NotStatic {
                table: table.to_string(),
            });
        }
        self.0.insert(table, (format, bytes.into()));
        Ok(self)
    }

    /// The tables imported into a database; those that were never imported are left out.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database does not answer.
    pub async fn of_store(store: &impl Store) -> Result<Self, StoreError> {
        let mut found = BTreeMap::new();
        for table in STATIC {
            if let Some(kept) = store.table_snapshot(table.as_str()).await? {
                let bytes: Arc<[u8]> = kept.bytes.into();
                found.insert(table, (format_of(&bytes), bytes));
            }
        }
        Ok(Self(found))
    }

    /// All tables as sources.
    pub(super) fn sources(&self) -> BTreeMap<TableName, TableSource> {
        let tables = self.0.iter();
        tables
            .map(|(table, (format, bytes))| {
                let file = format!("{table}.{}", format.extension());
                (*table, TableSource::bytes(file, *format, Arc::clone(bytes)))
            })
            .collect()
    }

    /// The areas as CSV, as they were given; only the header if they were not.
    pub(super) fn areas(&self) -> Result<Vec<u8>, AnalysisError> {
        let given = self.csv(TableName::Areas)?;
        Ok(given.unwrap_or_else(|| b"area,parent,name\n".to_vec()))
    }

    /// A table as CSV; `None` if it was not given.
    pub(super) fn csv(&self, table: TableName) -> Result<Option<Vec<u8>>, AnalysisError> {
        let Some((format, bytes)) = self.0.get(&table) else {
            return Ok(None);
        };
        if *format == Format::Csv {
            return Ok(Some(bytes.to_vec()));
        }
        let source = TableSource::bytes(table.as_str(), *format, Arc::clone(bytes));
        let csv = tables::csv_of(&source);
        csv.map(Some)
            .map_err(|problem| AnalysisError::contradiction(&[problem]))
    }
}

/// The format by the first bytes of a file.
fn format_of(bytes: &[u8]) -> Format {
    if bytes.starts_with(b"PAR1") {
        Format::Parquet
    } else if bytes.starts_with(b"ARROW1") {
        Format::Arrow
    } else {
        Format::Csv
    }
}
