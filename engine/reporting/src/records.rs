//! The rows of the federal files. Numbers stand exactly as the files show them.

use crate::layout::{
    CHILD_FIELDS, CHILDMINDER_FIELDS, CHILDMINDING_FIELDS, FACILITY_FIELDS, FieldSpec,
    GROUP_FIELDS, JOINT_CHILDMINDING_FIELDS, STAFF_FIELDS,
};

/// A facility (`kita_einrichtung`), columns as in [`FACILITY_FIELDS`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FacilityRecord {
    /// Running number.
    pub facility: u32,
    /// Municipality key, eight digits; `None` without a register.
    pub municipality: Option<u32>,
    /// Kind of provider.
    pub provider_kind: Option<u32>,
    /// Legal form of the provider.
    pub legal_form: Option<u32>,
    /// Association of the provider.
    pub association: Option<u32>,
    /// Special feature.
    pub special_feature: Option<u32>,
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
    /// The day counted instead of the reference date, YYYYMMDD.
    pub substitute_day: Option<u32>,
}

/// A group of a facility (`kita_gruppe`), columns as in [`GROUP_FIELDS`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupRecord {
    /// Running number of the facility.
    pub facility: u32,
    /// Number of the group in the facility.
    pub group: u32,
    /// Kind of group.
    pub kind: u32,
}

/// What is told of pedagogical and administrative staff only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StaffDetails {
    /// Month of birth.
    pub birth_month: Option<u32>,
    /// Year of birth.
    pub birth_year: Option<u32>,
    /// Highest vocational qualification.
    pub qualification: Option<u32>,
    /// Position in the occupation.
    pub position: Option<u32>,
    /// Kind of employment.
    pub employment: Option<u32>,
    /// First work area.
    pub work_area: Option<u32>,
    /// Second work area.
    pub second_work_area: Option<u32>,
    /// Group.
    pub group: Option<u32>,
    /// Month since which in the facility.
    pub since_month: Option<u32>,
    /// Year since which in the facility.
    pub since_year: Option<u32>,
}

/// A member of staff (`kita_person`), columns as in [`STAFF_FIELDS`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StaffRecord {
    /// Running number of the facility.
    pub facility: u32,
    /// Running number in the facility, from 1.
    pub number: u32,
    /// Sex, coded.
    pub sex: u32,
    /// Contracted hours a week, halves rounded up.
    pub weekly_hours: u32,
    /// The rest.
    pub details: StaffDetails,
}

/// A childminder (`ktp_person`), columns as in [`CHILDMINDER_FIELDS`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChildminderRecord {
    /// Running number of the childminder site.
    pub site: u32,
    /// Running number at the site, from 1.
    pub number: u32,
    /// Sex, coded.
    pub sex: u32,
    /// Month of birth.
    pub birth_month: u32,
    /// Year of birth.
    pub birth_year: u32,
    /// Kind of qualification.
    pub qualification: u32,
    /// Extent of the qualification.
    pub qualification_extent: u32,
    /// Highest school degree.
    pub school_degree: u32,
    /// Highest vocational or university degree.
    pub vocational_degree: u32,
    /// Children cared for.
    pub children: u32,
    /// Of them in the person's home, the child's home, other rooms.
    pub by_place: [u32; 3],
}

/// Joint childminding (`grosstagespflege`), columns as in [`JOINT_CHILDMINDING_FIELDS`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct JointChildmindingRecord {
    /// Running number of the joint site.
    pub site: u32,
    /// Persons.
    pub persons: u32,
    /// Their children.
    pub children: u32,
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
    /// 0 no integration aid, else its kind; 9 where the kind is not known.
    pub inclusion_aid: u32,
}

/// A child in a facility (`kita_kind`), columns as in [`CHILD_FIELDS`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChildRecord {
    /// Running number of the facility.
    pub facility: u32,
    /// Running number of the child in the facility, from 1.
    pub number: u32,
    /// Group.
    pub group: Option<u32>,
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
    /// Kinship to the carer.
    pub kinship: Option<u32>,
    /// Kind of public financing.
    pub financing: Option<u32>,
    /// Extent of public financing.
    pub financing_extent: Option<u32>,
}

opaque_debug!(
    FacilityRecord,
    GroupRecord,
    StaffDetails,
    StaffRecord,
    ChildminderRecord,
    JointChildmindingRecord,
    ChildFacts,
    ChildRecord,
    ChildmindingRecord
);

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
            self.municipality.map(|key| key / 1_000_000),
            self.municipality.map(|key| key / 1_000 % 1_000),
            self.municipality.map(|key| key % 1_000),
            self.provider_kind,
            self.legal_form,
            self.association,
            self.special_feature,
            Some(self.licensed_places),
            Some(self.groups),
            Some(self.children),
            Some(self.closing_days),
            Some(self.opens_at),
            Some(self.closes_at),
            self.substitute_day,
        ]
    }
}

impl Record for GroupRecord {
    const FIELDS: &'static [FieldSpec] = &GROUP_FIELDS;
    const FILE: &'static str = "kita_gruppe";
    fn cells(&self) -> Vec<Option<u32>> {
        vec![Some(self.facility), Some(self.group), Some(self.kind)]
    }
}

impl Record for StaffRecord {
    const FIELDS: &'static [FieldSpec] = &STAFF_FIELDS;
    const FILE: &'static str = "kita_person";
    fn cells(&self) -> Vec<Option<u32>> {
        let details = &self.details;
        vec![
            Some(self.facility),
            Some(self.number),
            Some(self.sex),
            Some(self.weekly_hours),
            details.birth_month,
            details.birth_year,
            details.qualification,
            details.position,
            details.employment,
            details.work_area,
            details.second_work_area,
            details.group,
            details.since_month,
            details.since_year,
        ]
    }
}

impl Record for ChildminderRecord {
    const FIELDS: &'static [FieldSpec] = &CHILDMINDER_FIELDS;
    const FILE: &'static str = "ktp_person";
    fn cells(&self) -> Vec<Option<u32>> {
        let [own_home, childs_home, other_rooms] = self.by_place;
        [
            self.site,
            self.number,
            self.sex,
            self.birth_month,
            self.birth_year,
            self.qualification,
            self.qualification_extent,
            self.school_degree,
            self.vocational_degree,
            self.children,
            own_home,
            childs_home,
            other_rooms,
        ]
        .map(Some)
        .to_vec()
    }
}

impl Record for JointChildmindingRecord {
    const FIELDS: &'static [FieldSpec] = &JOINT_CHILDMINDING_FIELDS;
    const FILE: &'static str = "grosstagespflege";
    fn cells(&self) -> Vec<Option<u32>> {
        vec![Some(self.site), Some(self.persons), Some(self.children)]
    }
}

impl ChildFacts {
    /// Months from the month of birth to the month of admission or another; negative if earlier.
    pub(crate) fn months_since_birth(&self, year: i64, month: i64) -> i64 {
        (year - i64::from(self.birth_year)) * 12 + month - i64::from(self.birth_month)
    }
}

impl Record for ChildRecord {
    const FIELDS: &'static [FieldSpec] = &CHILD_FIELDS;
    const FILE: &'static str = "kita_kind";
    fn cells(&self) -> Vec<Option<u32>> {
        let facts = &self.facts;
        vec![
            Some(self.facility),
            Some(self.number),
            self.group,
            Some(facts.sex),
            Some(facts.birth_month),
            Some(facts.birth_year),
            Some(facts.admission_month),
            Some(facts.admission_year),
            Some(facts.attends_school),
            facts.school_class,
            facts.foreign_origin,
            facts.family_language,
            Some(facts.weekly_hours),
            Some(facts.days_per_week),
            Some(facts.lunch),
            Some(facts.inclusion_aid),
        ]
    }
}

impl Record for ChildmindingRecord {
    const FIELDS: &'static [FieldSpec] = &CHILDMINDING_FIELDS;
    const FILE: &'static str = "ktp_kind";
    fn cells(&self) -> Vec<Option<u32>> {
        let facts = &self.facts;
        vec![
            Some(self.site),
            Some(self.number),
            Some(facts.sex),
            Some(facts.birth_month),
            Some(facts.birth_year),
            Some(facts.admission_month),
            Some(facts.admission_year),
            Some(facts.attends_school),
            facts.school_class,
            facts.foreign_origin,
            facts.family_language,
            self.kinship,
            Some(facts.weekly_hours),
            Some(facts.days_per_week),
            Some(facts.lunch),
            self.financing,
            self.financing_extent,
            Some(facts.inclusion_aid),
            Some(self.other_arrangement),
        ]
    }
}
