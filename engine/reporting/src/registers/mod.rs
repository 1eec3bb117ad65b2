//! Facts of the survey that the city's tables do not have, from files of the provider or the office.
//!
//! Every file is optional; what it would fill stays empty without it. [`RegisterName::columns`] is the
//! schema: CSV, comma, header row, UTF-8. All wrong rows are told at once.

mod entries;
mod schema;
mod sheet;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use domain::InputProblem;
use jiff::civil::Date;
use tables::City;
use tables::schema::TableName;

pub use schema::{RegisterColumn, RegisterName, RegisterValue};

use crate::error::ExtractError;
use crate::records::{ChildminderRecord, StaffRecord};

/// What the facility register says.
#[derive(Clone)]
pub(crate) struct FacilityEntry {
    pub(crate) municipality: Option<u32>,
    pub(crate) provider_kind: Option<u32>,
    pub(crate) legal_form: Option<u32>,
    pub(crate) association: Option<u32>,
    pub(crate) special_feature: Option<u32>,
    pub(crate) substitute_day: Option<Date>,
}

/// What the child register says.
#[derive(Clone, Default)]
pub(crate) struct ChildEntry {
    pub(crate) group: Option<u32>,
    pub(crate) integration_aid: Option<u32>,
    pub(crate) kinship: Option<u32>,
    pub(crate) financing: Option<u32>,
    pub(crate) financing_extent: Option<u32>,
}

/// Where an entry stands, to be told if it goes with nothing.
#[derive(Clone)]
struct Named {
    register: RegisterName,
    file: String,
    row: u64,
    key: String,
}

/// The registers given.
///
/// ```
/// use reporting::{RegisterName, Registers};
/// let file = "facility_id,group,group_type\nK1,1,2\nK1,1,3\n";
/// let refused = Registers::none()
///     .with(&mut [(RegisterName::Groups, "groups.csv".to_owned(), &mut file.as_bytes())])
///     .unwrap_err();
/// assert_eq!((refused[0].code, refused[0].row), ("E6134", Some(2)));
/// ```
#[derive(Clone, Default)]
pub struct Registers {
    pub(crate) facilities: BTreeMap<String, FacilityEntry>,
    pub(crate) groups: BTreeMap<String, BTreeMap<u32, u32>>,
    pub(crate) children: BTreeMap<String, ChildEntry>,
    /// By facility; numbers are given when an extract is drawn.
    pub(crate) staff: BTreeMap<String, Vec<StaffRecord>>,
    pub(crate) childminders: BTreeMap<String, Vec<ChildminderRecord>>,
    /// Sites by number of the joint site.
    pub(crate) joint: BTreeMap<u32, BTreeSet<String>>,
    given: BTreeSet<RegisterName>,
    named: Vec<Named>,
}

/// Which were given; the contents concern single persons.
impl std::fmt::Debug for Registers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Registers").field(&self.given).finish()
    }
}

/// A register to read: which, the file's name as the user knows it, and its bytes.
pub type RegisterSource<'a> = (RegisterName, String, &'a mut dyn Read);

impl Registers {
    /// No register.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// With the registers of these files, replacing those of the same name.
    ///
    /// # Errors
    ///
    /// Every wrong row of every file: E6130 to E6135.
    pub fn with(mut self, sources: &mut [RegisterSource<'_>]) -> Result<Self, Vec<InputProblem>> {
        let mut problems = Vec::new();
        for (register, file, reader) in sources {
            self.forget(*register);
            match sheet::read(*register, file, reader) {
                Ok(rows) => entries::take(&mut self, *register, file, rows, &mut problems),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() {
            Ok(self)
        } else {
            Err(problems)
        }
    }

    /// The registers given.
    #[must_use]
    pub const fn given(&self) -> &BTreeSet<RegisterName> {
        &self.given
    }

    /// Whether a register was given.
    pub(crate) fn has(&self, register: RegisterName) -> bool {
        self.given.contains(&register)
    }

    fn forget(&mut self, register: RegisterName) {
        self.given.insert(register);
        self.named.retain(|it| it.register != register);
        match register {
            RegisterName::Facilities => self.facilities.clear(),
            RegisterName::Groups => self.groups.clear(),
            RegisterName::Children => self.children.clear(),
            RegisterName::Staff => self.staff.clear(),
            RegisterName::Childminders => self.childminders.clear(),
            RegisterName::JointChildminding => self.joint.clear(),
        }
    }

    /// The day on which a facility is counted.
    pub(crate) fn day_of(&self, facility: &str, reference: Date) -> Date {
        let entry = self.facilities.get(facility);
        entry
            .and_then(|entry| entry.substitute_day)
            .unwrap_or(reference)
    }

    /// Days other than the reference date on which facilities are counted.
    pub(crate) fn substitute_days(&self) -> BTreeSet<Date> {
        let entries = self.facilities.values();
        entries.filter_map(|entry| entry.substitute_day).collect()
    }

    /// Whether every key goes with a row of the city, and every substitute day lies before the
    /// reference date.
    pub(crate) fn check(&self, city: &City, reference: Date) -> Result<(), ExtractError> {
        let mut problems = Vec::new();
        let facilities = keys(city, TableName::Facilities, "facility_id")?;
        let children = keys(city, TableName::Children, "child_id")?;
        for named in &self.named {
            let (known, column) = if named.register == RegisterName::Children {
                (&children, "child_id")
            } else {
                (&facilities, "facility_id")
            };
            if !known.contains(&named.key) {
                let message = format!("the city has no {column} like this");
                let problem = InputProblem::new("E6135", &named.file, message);
                let problem = problem.at(named.row, column, named.key.clone());
                problems.push(problem.remedy("correct the key or take the row out"));
            }
            let day = self.day_of(&named.key, reference);
            if named.register == RegisterName::Facilities && day > reference {
                let message = "the substitute day lies after the reference date".to_owned();
                let problem = InputProblem::new("E6136", &named.file, message);
                let problem = problem.at(named.row, "substitute_day", day.to_string());
                let remedy =
                    "give the last month-end before the reference date on which it was open";
                problems.push(problem.remedy(remedy));
            }
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(ExtractError::Registers { problems })
        }
    }
}

/// All keys of a table.
fn keys(
    city: &City,
    table: TableName,
    name: &'static str,
) -> Result<BTreeSet<String>, ExtractError> {
    let frame = city.frame(table);
    let source = frame.column(name).and_then(|column| column.str());
    let ids = source.map_err(|source| tables::CityError::Column { table, source })?;
    Ok((0..frame.height())
        .filter_map(|row| ids.get(row).map(str::to_owned))
        .collect())
}
