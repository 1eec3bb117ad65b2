//! Why a picture cannot be drawn.

use domain::ErrorCode;

/// The error index of this crate.
pub const ERROR_CODES: &[ErrorCode] = &[
    ErrorCode {
        code: "E8101",
        cause: "a chart was asked for without anything to draw",
        remedy: "give at least one month, area, year or measure",
    },
    ErrorCode {
        code: "E8102",
        cause: "a chart names a cell, area or group its source does not have",
        remedy: "use codes of the released table or of the forecast",
    },
    ErrorCode {
        code: "E8103",
        cause: "the places and the released series do not have the same months, or a month twice",
        remedy: "give one row of places and one slice labelled YYYY-MM per month",
    },
    ErrorCode {
        code: "E8104",
        cause: "the outline of an area is no ring of at least three corners",
        remedy: "correct the polygon of the area",
    },
    ErrorCode {
        code: "E8105",
        cause: "the picture could not be drawn",
        remedy: "keep the input and report it as a defect",
    },
];

/// Why a picture cannot be drawn. No message shows a count of children.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    /// Nothing to draw.
    #[error("E8101: the {chart} has nothing to draw; give at least one {what}")]
    Empty {
        /// Which chart.
        chart: &'static str,
        /// What is missing.
        what: &'static str,
    },
    /// A code the source does not have.
    #[error("E8102: {what} {code:?} is not in the source of the {chart}; use one of its codes")]
    Unknown {
        /// Which chart.
        chart: &'static str,
        /// What the code names.
        what: &'static str,
        /// The code.
        code: String,
    },
    /// Months that do not belong together.
    #[error("E8103: month {month:?} {problem}; give one row of places and one slice per month")]
    Months {
        /// The month, as labelled.
        month: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// An outline that is no ring.
    #[error(
        "E8104: the outline of area {area:?} is no ring of finite corners; correct the polygon"
    )]
    Outline {
        /// Code of the area.
        area: String,
    },
    /// The backend failed.
    #[error("E8105: the picture could not be drawn: {said}; report it as a defect")]
    Drawing {
        /// What the backend said.
        said: String,
    },
}

impl ChartError {
    /// The stable number of the rule broken.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "E8101",
            Self::Unknown { .. } => "E8102",
            Self::Months { .. } => "E8103",
            Self::Outline { .. } => "E8104",
            Self::Drawing { .. } => "E8105",
        }
    }

    pub(crate) fn drawing(said: impl std::fmt::Display) -> Self {
        Self::Drawing {
            said: said.to_string(),
        }
    }
}
