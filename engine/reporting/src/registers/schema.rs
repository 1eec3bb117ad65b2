//! The columns of the files.

/// A register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RegisterName {
    /// One row per facility.
    Facilities,
    /// One row per group of a facility.
    Groups,
    /// One row per child.
    Children,
    /// One row per member of staff.
    Staff,
    /// One row per childminder.
    Childminders,
    /// One row per childminder site that belongs to a joint site.
    JointChildminding,
}

/// What a cell of a register may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegisterValue {
    /// A key of the city's tables: letters, digits, `-`, `_`, `.`.
    Key,
    /// A whole number, both bounds included.
    Number(u32, u32),
    /// Hours in quarter hours, for example 38.5.
    Hours,
    /// A day, `YYYY-MM-DD`.
    Day,
}

/// A column of a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegisterColumn {
    /// Name in the header.
    pub name: &'static str,
    /// Whether a cell may be empty.
    pub may_be_empty: bool,
    /// What it may hold; codes are checked by rule E3.
    pub value: RegisterValue,
    /// Meaning.
    pub meaning: &'static str,
}

const fn must(name: &'static str, value: RegisterValue, meaning: &'static str) -> RegisterColumn {
    RegisterColumn {
        name,
        may_be_empty: false,
        value,
        meaning,
    }
}

const fn may(name: &'static str, value: RegisterValue, meaning: &'static str) -> RegisterColumn {
    RegisterColumn {
        may_be_empty: true,
        ..must(name, value, meaning)
    }
}

const CODE: RegisterValue = RegisterValue::Number(0, 99);
const COUNT: RegisterValue = RegisterValue::Number(0, 999);
const MONTH: RegisterValue = RegisterValue::Number(1, 12);
const YEAR: RegisterValue = RegisterValue::Number(1900, 2199);
const GROUP: RegisterValue = RegisterValue::Number(1, 100);
const FACILITY: RegisterColumn = must("facility_id", RegisterValue::Key, "the facility");

#[rustfmt::skip] // one column per line or two: read as tables
mod columns {
    use super::{CODE, COUNT, FACILITY, GROUP, MONTH, RegisterColumn, RegisterValue, YEAR, may, must};

    pub(super) const FACILITIES: &[RegisterColumn] = &[
        FACILITY,
        may("municipality", RegisterValue::Number(1_000_000, 16_999_999), "municipality key (AGS) of the site"),
        may("provider_type", CODE, "code of traeger_art"),
        may("legal_form", CODE, "code of traeger_rechtsform"),
        may("association", CODE, "code of verband"),
        may("special_feature", CODE, "code of besonderheit"),
        may("substitute_day", RegisterValue::Day,
            "last month-end on which it was open, if it is closed on the reference date"),
    ];
    pub(super) const GROUPS: &[RegisterColumn] = &[
        FACILITY,
        must("group", GROUP, "number of the group"),
        must("group_type", CODE, "code of gruppen_art"),
    ];
    pub(super) const CHILDREN: &[RegisterColumn] = &[
        must("child_id", RegisterValue::Key, "the child's pseudonym"),
        may("group", GROUP, "number of its group"),
        may("integration_aid", CODE, "code of eingliederungshilfe"),
        may("kinship", CODE, "code of verwandtschaft, childminding only"),
        may("financing_type", CODE, "code of finanzierung_art, childminding only"),
        may("financing_extent", CODE, "code of finanzierung_umfang, childminding only"),
    ];
    pub(super) const STAFF: &[RegisterColumn] = &[
        FACILITY,
        must("sex", CODE, "code of geschlecht"),
        must("weekly_hours", RegisterValue::Hours, "contracted hours a week"),
        may("birth_month", MONTH, "month of birth"),
        may("birth_year", YEAR, "year of birth"),
        may("qualification", CODE, "code of abschluss"),
        may("position", CODE, "code of stellung_im_beruf"),
        may("employment", CODE, "code of art_beschaeftigung"),
        may("work_area_1", CODE, "code of arbeitsbereich_1; empty for technical staff"),
        may("work_area_2", CODE, "code of arbeitsbereich_2"),
        may("group", GROUP, "number of the group"),
        may("since_month", MONTH, "month since which in the facility"),
        may("since_year", YEAR, "year since which in the facility"),
    ];
    pub(super) const CHILDMINDERS: &[RegisterColumn] = &[
        FACILITY,
        must("sex", CODE, "code of geschlecht"),
        must("birth_month", MONTH, "month of birth"),
        must("birth_year", YEAR, "year of birth"),
        must("qualification_type", CODE, "code of qualifikation_art"),
        must("qualification_extent", CODE, "code of qualifikation_umfang"),
        must("school_degree", CODE, "code of schulabschluss"),
        must("vocational_degree", CODE, "code of berufsabschluss"),
        must("children", COUNT, "children cared for on the reference date"),
        must("children_own_home", COUNT, "of them in the person's home"),
        must("children_childs_home", COUNT, "of them in the child's home"),
        must("children_other_rooms", COUNT, "of them in other rooms"),
    ];
    pub(super) const JOINT: &[RegisterColumn] = &[
        must("joint_site", RegisterValue::Number(1, 999_999), "number of the joint site"),
        FACILITY,
    ];
}

impl RegisterName {
    /// All registers.
    pub const ALL: [Self; 6] = [
        Self::Facilities,
        Self::Groups,
        Self::Children,
        Self::Staff,
        Self::Childminders,
        Self::JointChildminding,
    ];

    /// Name of the file without extension.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Facilities => "facility_register",
            Self::Groups => "group_register",
            Self::Children => "child_register",
            Self::Staff => "staff_register",
            Self::Childminders => "childminder_register",
            Self::JointChildminding => "joint_childminding_register",
        }
    }

    /// The columns.
    #[must_use]
    pub const fn columns(self) -> &'static [RegisterColumn] {
        match self {
            Self::Facilities => columns::FACILITIES,
            Self::Groups => columns::GROUPS,
            Self::Children => columns::CHILDREN,
            Self::Staff => columns::STAFF,
            Self::Childminders => columns::CHILDMINDERS,
            Self::JointChildminding => columns::JOINT,
        }
    }
}
