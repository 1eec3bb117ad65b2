//! The publication of operating costs (§ 14(2) SächsKitaG), checked to the cent.

mod check;
mod read;

use std::fmt;

use domain::CareType;

pub use check::check_costs;
pub use read::read_costs;

use crate::rational::Fraction;

/// An amount in euro cents, with its sign; two decimals and a decimal comma.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Amount(pub i64);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(f, "{sign}{},{:02}", cents / 100, cents % 100)
    }
}

/// A care type with its hours, as costs are published for: `krippe_9h`, `kiga_9h`, `hort_6h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CostKind {
    /// The care type.
    pub care_type: CareType,
    /// Quarter hours a day.
    pub quarters: u32,
}

impl CostKind {
    /// Hours a day.
    #[must_use]
    pub fn hours(self) -> Fraction {
        Fraction::new(i128::from(self.quarters), 4).unwrap_or(Fraction::ZERO)
    }
}

/// As in the file.
impl fmt::Display for CostKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.care_type {
            CareType::Childminding => "ktp",
            CareType::Nursery => "krippe",
            CareType::Kindergarten => "kiga",
            CareType::AfterSchool => "hort",
        };
        let hours = Fraction::new(i128::from(self.quarters), 4).unwrap_or(Fraction::ZERO);
        if hours.denominator() == 1 {
            write!(f, "{name}_{}h", hours.numerator())
        } else {
            write!(f, "{name}_{}h", hours.decimals(2))
        }
    }
}

/// Costs of a place and month, columns as in [`COST_FIELDS`](crate::COST_FIELDS).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostRow {
    /// Care type and hours.
    pub kind: CostKind,
    /// Costs of staff.
    pub personnel: Amount,
    /// Other costs.
    pub other: Amount,
    /// Both, as published.
    pub total: Amount,
    /// Covered by the state.
    pub state: Amount,
    /// Covered by parents.
    pub parents: Amount,
    /// Covered by municipality and provider.
    pub municipality: Amount,
    /// Depreciation, interest and rent, where told.
    pub capital: [Option<Amount>; 3],
}

/// The publication of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostPublication {
    /// The year the costs are of.
    pub year: i16,
    /// Rows in the order given.
    pub rows: Vec<CostRow>,
}
