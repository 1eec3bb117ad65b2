//! Counts of children that leave only through disclosure control.
//!
//! None of these types can be serialised or displayed, and their `Debug` hides the numbers. The
//! caller hands the numbers to `disclosure`, which says what may be shown.

use std::fmt;

use domain::{CareType, FacilityId};
use jiff::civil::Date;

/// A count of children.
#[derive(Clone, Copy, PartialEq)]
pub struct ConfidentialCount(f64);

impl ConfidentialCount {
    pub(crate) const fn new(children: f64) -> Self {
        Self(children)
    }

    /// The number, for disclosure control and nothing else. It may have a fraction where children
    /// under contract were scaled to a forecast.
    #[must_use]
    pub const fn children_for_disclosure(self) -> f64 {
        self.0
    }
}

impl fmt::Debug for ConfidentialCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConfidentialCount(hidden)")
    }
}

/// Children of a closing facility whose contract lasts beyond its last day.
///
/// A contract without an agreed end counts as lasting beyond it, as occupancy counts it. A child
/// counts once, in the care type it has on the day after the closing (or at its start, if later).
#[derive(Clone, PartialEq)]
pub struct ConfidentialDisplacement {
    facility: FacilityId,
    closes_on: Date,
    children: [u32; CareType::COUNT],
}

impl ConfidentialDisplacement {
    pub(crate) const fn new(
        facility: FacilityId,
        closes_on: Date,
        children: [u32; CareType::COUNT],
    ) -> Self {
        Self {
            facility,
            closes_on,
            children,
        }
    }

    /// The facility that closes.
    #[must_use]
    pub const fn facility(&self) -> &FacilityId {
        &self.facility
    }

    /// Its last day.
    #[must_use]
    pub const fn closes_on(&self) -> Date {
        self.closes_on
    }

    /// The number of children in a care type, for disclosure control and nothing else.
    #[must_use]
    pub const fn children_for_disclosure(&self, care: CareType) -> u32 {
        self.children[care.index()]
    }
}

impl fmt::Debug for ConfidentialDisplacement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfidentialDisplacement")
            .field("facility", &self.facility)
            .field("closes_on", &self.closes_on)
            .finish_non_exhaustive()
    }
}
