//! What can be wrong with a row of an initial load.

use crate::{ErrorCode, InputProblem};

use super::super::command::ExistingChild;

/// Name of the file in problems.
const FILE: &str = "existing_children";

/// The rules an imported row can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowRule {
    KeyTwice,
    ForeignFacility,
    UnknownChild,
    OtherBirthDate,
    ContractOverlaps,
    DateOrder,
    BeforeBirth,
    KeyOfAnother,
    CareTypeOff,
    OtherCareType,
    DaysPerWeek,
    ContractKeyTaken,
}

impl RowRule {
    const fn entry(self) -> &'static ErrorCode {
        &ERROR_CODES[self as usize]
    }

    const fn column(self) -> &'static str {
        match self {
            Self::KeyTwice | Self::KeyOfAnother => "provider_key",
            Self::ForeignFacility => "facility_id",
            Self::UnknownChild => "child_id",
            Self::OtherBirthDate | Self::BeforeBirth => "birth_date",
            Self::ContractOverlaps => "valid_from",
            Self::DateOrder => "valid_to",
            Self::CareTypeOff | Self::OtherCareType => "care_type",
            Self::DaysPerWeek => "days_per_week",
            Self::ContractKeyTaken => "contract",
        }
    }

    /// The value as written; nothing for what is a child's.
    fn value(self, row: &ExistingChild) -> Option<String> {
        match self {
            Self::KeyTwice | Self::KeyOfAnother => Some(row.provider_key.to_string()),
            Self::ForeignFacility => Some(row.facility.to_string()),
            Self::UnknownChild => Some(row.child.to_string()),
            Self::OtherBirthDate | Self::BeforeBirth => None,
            Self::ContractOverlaps => Some(row.terms.valid_from.to_string()),
            Self::DateOrder => row.terms.valid_to.map(|to| to.to_string()),
            Self::CareTypeOff | Self::OtherCareType => Some(row.terms.care_type.to_string()),
            Self::DaysPerWeek => Some(row.terms.days_per_week.to_string()),
            Self::ContractKeyTaken => Some(row.contract.to_string()),
        }
    }

    /// The problem of a row.
    pub(super) fn problem(self, row: &ExistingChild) -> InputProblem {
        let entry = self.entry();
        InputProblem {
            file: FILE.to_owned(),
            row: Some(row.row),
            column: Some(self.column().to_owned()),
            code: entry.code,
            value: self.value(row),
            message: entry.cause.to_owned(),
            remedy: entry.remedy.to_owned(),
        }
    }
}

/// The error index of the rows, in the order of [`RowRule`].
pub(in super::super) const ERROR_CODES: &[ErrorCode] = &[
    ErrorCode {
        code: "E9037",
        cause: "a provider key stands in two rows",
        remedy: "keep one of the rows",
    },
    ErrorCode {
        code: "E9038",
        cause: "the facility is not one of the provider's",
        remedy: "check the key of the facility",
    },
    ErrorCode {
        code: "E9039",
        cause: "the child named is not known",
        remedy: "leave the pseudonym empty for a child that is new, or check it",
    },
    ErrorCode {
        code: "E9040",
        cause: "the date of birth is not the one recorded for the child",
        remedy: "check the pseudonym and the date",
    },
    ErrorCode {
        code: "E9041",
        cause: "the child has another contract on some of the days",
        remedy: "correct the dates, or end the other contract",
    },
    ErrorCode {
        code: "E9042",
        cause: "the contract ends before it begins",
        remedy: "correct one of the dates",
    },
    ErrorCode {
        code: "E9043",
        cause: "the contract begins before the child was born",
        remedy: "correct one of the dates",
    },
    ErrorCode {
        code: "E9044",
        cause: "the provider key belongs to a contract of another child or facility",
        remedy: "give the contract a key of its own",
    },
    ErrorCode {
        code: "E9045",
        cause: "the care type is not in the portal for this provider",
        remedy: "ask the city to set the stage of the introduction",
    },
    ErrorCode {
        code: "E9046",
        cause: "the row is of another care type than the load",
        remedy: "hand it in with the load of its care type",
    },
    ErrorCode {
        code: "E9047",
        cause: "the number of days a week is not 1 to 7",
        remedy: "write 1 to 7",
    },
    ErrorCode {
        code: "E9048",
        cause: "a contract with this key exists",
        remedy: "use another key",
    },
];
