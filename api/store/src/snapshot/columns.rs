//! The tables of children as columns: one `Vec` per column, rows in the order of child and key.

use std::sync::Arc;

use domain::procedure::{Channel, ContractEnd, Sex, SiblingsRule};
use domain::{
    ApplicationId, AreaId, CareType, ChildId, ContractId, DailyHours, FacilityId, HouseholdId,
    OfferId,
};
use jiff::civil::Date;

/// Makes a row and its columns, with the order of the rows.
macro_rules! columns {
    (
        $(#[$table_doc:meta])* $columns:ident, ordered by ($($key:ident),+),
        $(#[$row_doc:meta])* $row:ident {
            $($(#[$doc:meta])* $field:ident: $type:ty,)+
        }
    ) => {
        $(#[$row_doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $row {
            $($(#[$doc])* pub $field: $type,)+
        }

        /// Nothing about a child is printed.
        impl std::fmt::Debug for $row {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($row)).finish_non_exhaustive()
            }
        }

        impl $row {
            /// What the rows are ordered by.
            pub(super) fn order(&self) -> impl Ord + '_ {
                ($(&self.$key,)+)
            }
        }

        $(#[$table_doc])*
        #[derive(Clone, Default, PartialEq, Eq)]
        pub struct $columns {
            $($(#[$doc])* pub $field: Vec<$type>,)+
        }

        /// The number of rows only.
        impl std::fmt::Debug for $columns {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({} rows)", stringify!($columns), self.len())
            }
        }

        impl $columns {
            /// Number of rows.
            #[must_use]
            pub const fn len(&self) -> usize {
                self.child.len()
            }

            /// Whether there is no row.
            #[must_use]
            pub const fn is_empty(&self) -> bool {
                self.child.is_empty()
            }

            /// A row by its position from 0; `None` beyond the last.
            #[must_use]
            pub fn row(&self, position: usize) -> Option<$row> {
                (position < self.len()).then(|| $row {
                    $($field: self.$field[position].clone(),)+
                })
            }

            /// All rows in order.
            pub fn rows(&self) -> impl Iterator<Item = $row> + '_ {
                (0..self.len()).filter_map(|position| self.row(position))
            }

            /// Adds a row at the end.
            pub(super) fn push(&mut self, row: $row) {
                $(self.$field.push(row.$field);)+
            }

            /// Adds rows of another table at the end.
            pub(super) fn extend_from(&mut self, other: &Self, rows: std::ops::Range<usize>) {
                $(self.$field.extend_from_slice(&other.$field[rows.clone()]);)+
            }
        }
    };
}

columns! {
    /// Children, ordered by child.
    Children, ordered by (child),
    /// A child under its pseudonym.
    ChildRow {
        /// The pseudonym.
        child: ChildId,
        /// Household; siblings share one.
        household: HouseholdId,
        /// Date of birth.
        birth_date: Date,
        /// Entry in the register of births.
        sex: Sex,
        /// Home area, the smallest.
        area: AreaId,
        /// Municipality key (AGS) of residence.
        municipality: u32,
        /// One custodian.
        single_custodian: bool,
        /// All custodians work, study or look for work.
        custodians_working: bool,
        /// Needs an inclusion place.
        inclusion_place: bool,
        /// Class attended, 1 to 13; `None` before school.
        school_class: Option<u8>,
        /// How it is to be placed beside its brothers and sisters.
        siblings: SiblingsRule,
        /// Whether consent to automatic withdrawal is in force (K39).
        has_consent: bool,
    }
}

columns! {
    /// Applications, ordered by child and application.
    Applications, ordered by (child, application),
    /// An application of a child at a facility.
    ApplicationRow {
        /// The child.
        child: ChildId,
        /// The key.
        application: ApplicationId,
        /// The wished facility.
        facility: FacilityId,
        /// The care type wished.
        care_type: CareType,
        /// 1 = best.
        rank: u32,
        /// First day of care wished.
        wished_start: Date,
        /// Hours of care a day wished.
        daily_hours: DailyHours,
        /// The day it counts from.
        applied_on: Date,
        /// How it came in.
        channel: Channel,
        /// The contract the child keeps until this one becomes a contract.
        transfer_from: Option<ContractId>,
        /// Version of the catalogue behind its points.
        catalogue_version: Option<Arc<str>>,
        /// Where it stands.
        standing: ApplicationStanding,
        /// The day it left the procedure.
        closed_on: Option<Date>,
        /// The contract it became, or that withdrew it.
        contract: Option<ContractId>,
    }
}

columns! {
    /// Points of criteria, ordered by child, application and criterion.
    Points, ordered by (child, application, criterion),
    /// Points of a criterion for an application.
    PointsRow {
        /// The child.
        child: ChildId,
        /// The application.
        application: ApplicationId,
        /// Name of the criterion.
        criterion: Arc<str>,
        /// What it contributes.
        points: i32,
    }
}

columns! {
    /// Offers, ordered by child, application and the order they were made in.
    Offers, ordered by (child, application, number),
    /// An offer of a place.
    OfferRow {
        /// The child.
        child: ChildId,
        /// The application it answers.
        application: ApplicationId,
        /// 1, 2, ... within the application.
        number: u32,
        /// The key.
        offer: OfferId,
        /// The facility.
        facility: FacilityId,
        /// Care type of the place at the start of the stay.
        care_type: CareType,
        /// First day of care offered.
        starts_on: Date,
        /// Last day of the stay the place is held for.
        ends_on: Date,
        /// Hours a day offered.
        daily_hours: DailyHours,
        /// The day it was made.
        offered_on: Date,
        /// Last day to answer.
        reply_by: Date,
        /// Where it stands.
        standing: OfferStanding,
        /// The day the family said yes.
        confirmed_on: Option<Date>,
        /// A contract that came in beside the confirmed offer (K38).
        conflict: Option<ContractId>,
        /// The day it was closed.
        closed_on: Option<Date>,
        /// The contract it became, or that declined it.
        contract: Option<ContractId>,
    }
}

columns! {
    /// Versions of care contracts, ordered by child, contract and version.
    ContractVersions, ordered by (child, contract, version),
    /// A version of a care contract, with valid and recorded time.
    ContractVersionRow {
        /// The child.
        child: ChildId,
        /// The contract.
        contract: ContractId,
        /// 1, 2, ... as corrected.
        version: u32,
        /// Where the child is cared for.
        facility: FacilityId,
        /// Care type at the start.
        care_type: CareType,
        /// Hours a day.
        daily_hours: DailyHours,
        /// Days a week, 1 to 7.
        days_per_week: u8,
        /// Takes lunch.
        lunch: bool,
        /// First day of care.
        valid_from: Date,
        /// Last day of care; before `valid_from` if the contract was cancelled before it began.
        valid_to: Date,
        /// Day this version became known.
        recorded_from: Date,
        /// Day the next version replaced it; `None` for the current version.
        recorded_to: Option<Date>,
        /// Why the contract ends early, if it does.
        end: Option<ContractEnd>,
    }
}

impl ContractVersionRow {
    /// Whether it is known now and care takes place on at least one day.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.recorded_to.is_none() && self.valid_from <= self.valid_to
    }
}

/// Makes an enumeration whose values have names in the database.
macro_rules! standings {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$value_doc])* $value,)+
        }

        impl $name {
            /// The name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $text,)+
                }
            }

            /// The value with a name.
            pub(super) fn named(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$value),)+
                    _ => None,
                }
            }
        }
    };
}

standings! {
    /// Where an application stands.
    ApplicationStanding {
        /// In the procedure.
        Open = "open",
        /// A care contract came of it.
        Contracted = "contracted",
        /// Withdrawn by the family, whatever its reason.
        Withdrawn = "withdrawn",
        /// Withdrawn by a contract elsewhere (K37).
        WithdrawnByContract = "withdrawn_by_contract",
    }
}

standings! {
    /// Where an offer stands.
    OfferStanding {
        /// Waiting for the family's answer; holds the place.
        Open = "open",
        /// The family said yes; holds the place.
        Confirmed = "confirmed",
        /// Became a contract.
        Contracted = "contracted",
        /// The family said no.
        Declined = "declined",
        /// The family did not answer in time.
        Expired = "expired",
        /// A contract elsewhere declined it.
        DeclinedByContract = "declined_by_contract",
        /// The provider took it back.
        Revoked = "revoked",
        /// Its application was withdrawn by the family.
        Withdrawn = "withdrawn",
    }
}

impl OfferStanding {
    /// Whether it holds a place: open or confirmed.
    #[must_use]
    pub const fn holds_a_place(self) -> bool {
        matches!(self, Self::Open | Self::Confirmed)
    }
}
