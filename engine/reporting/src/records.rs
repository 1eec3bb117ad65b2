//! The rows of the federal files. Numbers stand exactly as the files show them.

use crate::layout::{CHILD_FIELDS, CHILDMINDING_FIELDS, FACILITY_FIELDS, FieldSpec};

/// A facility (`kita_einrichtung`), columns as in [`FACILITY_FIELDS`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FacilityRecord {
    /// Running number.
    pub facility: u32,
    /// Places by operating licence; 0 without a valid licence.
    pub licensed_places: u32,
    /// Number of groups; 0 = no group structure.
    pub groups: u32,
    /// Children in total.
    pub children: u32,
    /// Closing days on regular opening days in the previous year.
    pub closing_days: u32,
    /// Opens at, minutes since midnight.
    pub opens_at: u32,
    /// Closes at, minutes since midnight.
    pub closes_at: u32,
}

/// What the survey asks about a child, whoever cares for it.
///
/// Ordered as the columns are, which is the order of running numbers.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChildFacts {
    /// Year of birth.
    pub birth_year: u32,
    /// Month of birth.
    pub birth_month: u32,
    /// Year of admission.
    pub admission_year: u32,
    /// Month of admission.
    pub admission_month: u32,
    /// 1 male, 2 female, 3 divers, 7 no entry.
    pub sex: u32,
    /// 1 attends school, 2 does not.
    pub attends_school: u32,
    /// Class attended.
    pub school_class: Option<u32>,
    /// 1 a parent is of foreign origin, 2 none; `None` not told.
    pub foreign_origin: Option<u32>,
    /// 1 German, 2 another; `None` not told.
    pub family_language: Option<u32>,
    /// Contracted hours a week, halves rounded up.
    pub weekly_hours: u32,
    /// Days of care a week.
    pub days_per_week: u32,
    /// 1 takes lunch, 2 does not.
    pub lunch: u32,
    /// 1 receives integration aid, 2 does not.
    pub inclusion_aid: u32,
}

/// A child in a facility (`kita_kind`), columns as in [`CHILD_FIELDS`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChildRecord {
    /// Running number of the facility.
    pub facility: u32,
    /// Running number of the child in the facility, from 1.
    pub number: u32,
    /// What the survey asks.
    pub facts: ChildFacts,
}

/// A child in childminding (`ktp_kind`), columns as in [`CHILDMINDING_FIELDS`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChildmindingRecord {
    /// Running number of the childminder site.
    pub site: u32,
    /// Running number of the child at the site, from 1.
    pub number: u32,
    /// What the survey asks.
    pub facts: ChildFacts,
    /// 1 the child is also cared for elsewhere, 2 it is not.
    pub other_arrangement: u32,
}

opaque_debug!(FacilityRecord, ChildFacts, ChildRecord, ChildmindingRecord);

/// A row of a federal file.
pub(crate) trait Record {
    /// Its columns.
    const FIELDS: &'static [FieldSpec];
    /// File stem.
    const FILE: &'static str;
    /// Its cells in the order of the columns; `None` is an empty cell.
    fn cells(&self) -> Vec<Option<u32>>;
}

impl Record for FacilityRecord {
    const FIELDS: &'static [FieldSpec] = &FACILITY_FIELDS;
    const FILE: &'static str = "kita_einrichtung";
    fn cells(&self) -> Vec<Option<u32>> {
        vec![
            Some(self.facility),
            Some(self.licensed_places),
            Some(self.groups),
            Some(self.children),
            Some(self.closing_days),
            Some(self.opens_at),
            Some(self.closes_at),
        ]
    }
}

impl ChildFacts {
    /// The cells after the two numbers, in the order both child files share.
    fn cells(&self) -> [Option<u32>; 13] {
        [
            Some(self.sex),
            Some(self.birth_month),
            Some(self.birth_year),
            Some(self.admission_month),
            Some(self.admission_year),
            Some(self.attends_school),
            self.school_class,
            self.foreign_origin,
            self.family_language,
            Some(self.weekly_hours),
            Some(self.days_per_week),
            Some(self.lunch),
            Some(self.inclusion_aid),
        ]
    }

    /// Months from the month of birth to the month of admission or another; negative if earlier.
    pub(crate) fn months_since_birth(&self, year: i64, month: i64) -> i64 {
        (year - i64::from(self.birth_year)) * 12 + month - i64::from(self.birth_month)
    }
}

impl Record for ChildRecord {
    const FIELDS: &'static [FieldSpec] = &CHILD_FIELDS;
    const FILE: &'static str = "kita_kind";
    fn cells(&self) -> Vec<Option<u32>> {
        let mut cells = vec![Some(self.facility), Some(self.number)];
        cells.extend(self.facts.cells());
        cells
    }
}

impl Record for ChildmindingRecord {
    const FIELDS: &'static [FieldSpec] = &CHILDMINDING_FIELDS;
    const FILE: &'static str = "ktp_kind";
    fn cells(&self) -> Vec<Option<u32>> {
        let mut cells = vec![Some(self.site), Some(self.number)];
        cells.extend(self.facts.cells());
        cells.push(Some(self.other_arrangement));
        cells
    }
}
