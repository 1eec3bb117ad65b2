//! Why an analysis gives no answer.

use std::collections::BTreeMap;

use domain::{AreaId, CareType, ErrorCode, FacilityId, InputProblem};
use matching::PublicationRefusal;

/// The error index of the analyses.
pub const ERROR_CODES: &[ErrorCode] = &[
    ErrorCode {
        code: "E8240",
        cause: "an area that the city does not have",
        remedy: "use a key of the table of areas",
    },
    ErrorCode {
        code: "E8241",
        cause: "a facility that the city does not have",
        remedy: "use a key of the list of facilities",
    },
    ErrorCode {
        code: "E8242",
        cause: "more months, or a later day, than an analysis looks at",
        remedy: "ask for 1 to 120 months, and for a first day within ten years",
    },
    ErrorCode {
        code: "E8243",
        cause: "a facility without places or applications of a care type",
        remedy: "use a care type of the facility",
    },
    ErrorCode {
        code: "E8244",
        cause: "the tables of the city contradict each other",
        remedy: "correct the row named first; the tables of areas come with `placewright import`",
    },
    ErrorCode {
        code: "E8245",
        cause: "an analysis failed",
        remedy: "report the correlation id",
    },
    ErrorCode {
        code: "E8246",
        cause: "the independent checker found a fault in suggestions",
        remedy: "do not use them; report the correlation id",
    },
    ErrorCode {
        code: "E8247",
        cause: "a table that changes with the procedure was given as one that does not",
        remedy: "give areas, staff, statistics attributes, population, births and dwellings only",
    },
    ErrorCode {
        code: "E8250",
        cause: "a round of suggestions would part brothers and sisters against their rule, place a child where hours, age or months do not fit, or take a promised place away; it is not answered",
        remedy: "look at the faults named; report the correlation id, and decide without suggestions meanwhile",
    },
];

/// How many reasons there are of each kind, by number: no child is named.
pub(crate) fn faults(refusals: &[PublicationRefusal]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for refusal in refusals {
        *counts.entry(refusal.code()).or_default() += 1;
    }
    counts
}

fn faults_in_words(refusals: &[PublicationRefusal]) -> String {
    let faults = faults(refusals).into_iter();
    let faults: Vec<String> = faults
        .map(|(code, count)| format!("{code}: {count}"))
        .collect();
    faults.join(", ")
}

/// Why an analysis gives no answer.
#[derive(Debug, thiserror::Error)]
pub enum AnalysisError {
    /// No such area.
    #[error("E8240: there is no area {area}; use a key of the table of areas")]
    UnknownArea {
        /// The area asked for.
        area: AreaId,
    },
    /// No such facility.
    #[error("E8241: there is no facility {facility}; use a key of the list of facilities")]
    UnknownFacility {
        /// The facility asked for.
        facility: FacilityId,
    },
    /// Out of range.
    #[error("E8242: {what} {value} lies outside what is looked at; {remedy}")]
    OutOfRange {
        /// What was asked for.
        what: &'static str,
        /// The value.
        value: String,
        /// The way out.
        remedy: &'static str,
    },
    /// Nothing there.
    #[error(
        "E8243: facility {facility} has neither places nor applications of care type {care_type}; use another care type"
    )]
    NoSuchPlaces {
        /// The facility.
        facility: FacilityId,
        /// The care type.
        care_type: CareType,
    },
    /// The tables do not go together.
    #[error("E8244: the tables of the city contradict each other: {first} ({more} more)")]
    Contradiction {
        /// The first problem. It names a row of a table made here, never a birth date.
        first: InputProblemText,
        /// How many others.
        more: usize,
    },
    /// A part of the engine refused what it was given.
    #[error("E8245: the analysis {what} failed ({source})")]
    Failed {
        /// Which analysis.
        what: &'static str,
        /// What was said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The checker disagrees with the solver.
    #[error(
        "E8246: the checker found {faults} faults in the suggestions; do not use them, report this"
    )]
    Faulty {
        /// Number of findings.
        faults: usize,
    },
    /// The gate before every answer holds a round back.
    #[error(
        "E8250: the round of suggestions is not answered, because it would do what must never happen ({}); look at the faults, report this",
        faults_in_words(refusals)
    )]
    NotPublishable {
        /// Every reason; they name children and stay inside.
        refusals: Vec<PublicationRefusal>,
    },
    /// Not a table of its own.
    #[error(
        "E8247: table {table} comes from the procedure and cannot be given; give areas, staff, statistics attributes, population, births and dwellings only"
    )]
    NotStatic {
        /// The table.
        table: String,
    },
}

/// A problem of a table without the value found, which may be personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputProblemText(String);

impl std::fmt::Display for InputProblemText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl AnalysisError {
    /// The stable number.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownArea { .. } => "E8240",
            Self::UnknownFacility { .. } => "E8241",
            Self::OutOfRange { .. } => "E8242",
            Self::NoSuchPlaces { .. } => "E8243",
            Self::Contradiction { .. } => "E8244",
            Self::Failed { .. } => "E8245",
            Self::Faulty { .. } => "E8246",
            Self::NotStatic { .. } => "E8247",
            Self::NotPublishable { .. } => "E8250",
        }
    }

    /// Whether something was asked for that is not there: an answer 404.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(
            self,
            Self::UnknownArea { .. } | Self::UnknownFacility { .. } | Self::NoSuchPlaces { .. }
        )
    }

    /// Whether a value was out of range: an answer 422.
    #[must_use]
    pub const fn is_out_of_range(&self) -> bool {
        matches!(self, Self::OutOfRange { .. })
    }

    /// Problems of tables, without the values.
    pub(super) fn contradiction(problems: &[InputProblem]) -> Self {
        let first = problems.first().map_or_else(String::new, |problem| {
            let row = problem.row.unwrap_or_default();
            let column = problem.column.as_deref().unwrap_or_default();
            format!(
                "{} {}, row {row}, column {column}",
                problem.code, problem.file
            )
        });
        Self::Contradiction {
            first: InputProblemText(first),
            more: problems.len().saturating_sub(1),
        }
    }

    /// Names the analysis in which a part of the engine refused.
    pub(crate) fn failed<E>(what: &'static str) -> impl Fn(E) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        move |source| Self::Failed {
            what,
            source: Box::new(source),
        }
    }
}
