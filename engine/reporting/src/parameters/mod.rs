//! Limits, code lists, rates, keys and column maps: dated data, not law in code.
//!
//! [`Parameters::shipped`] is `parameters.toml` of this crate; a city keeps its own copy and gives it to
//! [`Parameters::from_toml`].

mod columns;
mod file;
mod limits;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::{CareType, ReferenceDate};
use jiff::civil::Date;

pub(crate) use columns::Picked;
pub use columns::{ColumnMap, MappedColumn};
pub use limits::Limits;

use crate::error::ParameterError;
use crate::grant::GrantTable;
use crate::rational::Fraction;

/// What stands around a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Number of the sender at the statistics office.
    pub sender: String,
    /// Number of the recipient.
    pub recipient: String,
    /// The recipient checks and discards.
    pub test: bool,
    /// Number of the survey of day care centres.
    pub survey_day_care: String,
    /// Number of the survey of childminding.
    pub survey_childminding: String,
    /// Number of the report for the state grant.
    pub survey_state_grant: String,
}

/// What a list of codes rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeBasis {
    /// A law names the fact and its values.
    Statute,
    /// A survey form shows the codes.
    Form,
    /// Our choice; the statistics office confirms or replaces it.
    Assumption,
}

/// The codes of a column from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeList {
    /// First reference date.
    pub valid_from: Date,
    /// What it rests on.
    pub basis: CodeBasis,
    /// Codes with their German labels.
    pub codes: BTreeMap<u32, String>,
}

/// Staff demanded for children of a care type from a day on (§ 12(2) SächsKitaG).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffKey {
    /// First day.
    pub valid_from: Date,
    /// Full-time staff...
    pub full_time: Fraction,
    /// ... for so many children...
    pub children: Fraction,
    /// ... with so many hours a day.
    pub base_hours: Fraction,
    /// Whether leadership and indirect work come on top.
    pub with_supplements: bool,
    /// Where it was seen.
    pub source: String,
}

/// What comes on top of a key, in full-time staff per full-time member of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaffSupplements {
    /// Leadership.
    pub leadership: Fraction,
    /// Indirect work.
    pub indirect_work: Fraction,
}

/// All parameters.
///
/// ```
/// use reporting::Parameters;
/// let parameters = Parameters::shipped();
/// let day = jiff::civil::date(2027, 3, 1);
/// assert!(parameters.codes("geschlecht", day).unwrap().contains_key(&7));
/// let refused = Parameters::from_toml("version = 1").unwrap_err();
/// assert!(refused.to_string().starts_with("E6150"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    version: String,
    delivery: Delivery,
    limits: Vec<Limits>,
    code_lists: BTreeMap<String, Vec<CodeList>>,
    grants: GrantTable,
    supplements: StaffSupplements,
    staff_keys: BTreeMap<CareType, Vec<StaffKey>>,
    column_maps: Vec<ColumnMap>,
}

static SHIPPED: LazyLock<Parameters> = LazyLock::new(|| {
    Parameters::from_toml(include_str!("../../parameters.toml"))
        .expect("a test reads the shipped parameters")
});

/// The entry in use on a day: the latest that has begun, or the first.
fn in_use<T>(entries: &[T], begins: impl Fn(&T) -> Date, day: Date) -> Option<&T> {
    let latest = entries.iter().rfind(|entry| begins(entry) <= day);
    latest.or_else(|| entries.first())
}

impl Parameters {
    /// The parameters of this version.
    ///
    /// # Panics
    ///
    /// Never: a test reads them.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Reads parameters.
    ///
    /// # Errors
    ///
    /// [`ParameterError`] names the place: E6150 for the form, E6151 for a value.
    pub fn from_toml(text: &str) -> Result<Self, ParameterError> {
        file::read(text)
    }

    /// Version, part of every manifest.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What stands around a delivery.
    #[must_use]
    pub const fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// The limits on a reference date; before the first, the first.
    ///
    /// # Panics
    ///
    /// Never: parameters without limits are refused when read.
    #[must_use]
    pub fn limits_on(&self, reference: ReferenceDate) -> &Limits {
        in_use(&self.limits, |it| it.valid_from, reference.date())
            .expect("parameters without limits are refused")
    }

    /// The codes of a column on a day; before the first, the first; `None` for a column without a list.
    #[must_use]
    pub fn codes(&self, column: &str, day: Date) -> Option<&BTreeMap<u32, String>> {
        let lists = self.code_lists.get(column)?;
        in_use(lists, |it| it.valid_from, day).map(|list| &list.codes)
    }

    /// All lists of codes, by column, oldest first.
    #[must_use]
    pub const fn code_lists(&self) -> &BTreeMap<String, Vec<CodeList>> {
        &self.code_lists
    }

    /// Rates and rules of the state grant.
    #[must_use]
    pub const fn grants(&self) -> &GrantTable {
        &self.grants
    }

    /// The key of a care type on a day; `None` before the first, and where there is none
    /// (childminding).
    #[must_use]
    pub fn staff_key(&self, care: CareType, day: Date) -> Option<&StaffKey> {
        let keys = self.staff_keys.get(&care)?;
        keys.iter().rfind(|key| key.valid_from <= day)
    }

    /// What comes on top of keys.
    #[must_use]
    pub const fn staff_supplements(&self) -> StaffSupplements {
        self.supplements
    }

    /// The column map of a file on a day; `None` for the columns as they are.
    #[must_use]
    pub fn column_map(&self, file: &str, day: Date) -> Option<&ColumnMap> {
        let mut maps = self.column_maps.iter();
        maps.rfind(|map| map.file == file && map.valid_from <= day)
    }
}
