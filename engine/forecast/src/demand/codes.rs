//! The numbered input problems of monthly demand.

use domain::{ErrorCode, InputProblem};

pub(crate) const BAD_COUNT: &str = "E4050";
pub(crate) const UNKNOWN_AREA: &str = "E4051";
pub(crate) const UNKNOWN_BAND: &str = "E4052";
pub(crate) const SHORT_SERIES: &str = "E4053";
pub(crate) const NO_OBSERVATION: &str = "E4054";
pub(crate) const ENTRY_DATE: &str = "E4055";
pub(crate) const RATE: &str = "E4056";
pub(crate) const FLOW_AREA: &str = "E4057";
pub(crate) const FLOW_COUNT: &str = "E4058";
pub(crate) const COORDINATES: &str = "E4059";
pub(crate) const NO_FLOWS: &str = "E4060";
pub(crate) const TIER_COUNT: &str = "E4061";
pub(crate) const APPLICATION: &str = "E4062";
pub(crate) const BANDS: &str = "E4063";
pub(crate) const BIRTH_MONTHS: &str = "E4064";
pub(crate) const TWICE: &str = "E4065";
pub(crate) const PATHS_AREAS: &str = "E4066";
pub(crate) const MONTHS: &str = "E4067";
pub(crate) const PATHS: &str = "E4068";
pub(crate) const AREAS: &str = "E4069";
pub(crate) const MONTH: &str = "E4070";

/// Every input problem of monthly demand, for the error index.
///
/// ```
/// assert!(forecast::DEMAND_ERROR_CODES.iter().all(|entry| entry.code.starts_with("E40")));
/// ```
pub const DEMAND_ERROR_CODES: &[ErrorCode] = &[
    entry(
        BAD_COUNT,
        "children in care are negative, no number, or more than there are children",
        "count each child once, and children and children in care on the same day",
    ),
    entry(
        UNKNOWN_AREA,
        "children in care are given for an area the forecast does not have, or that has areas below it",
        "give children in care by the smallest areas of the population",
    ),
    entry(
        UNKNOWN_BAND,
        "children in care are given for a band of ages that is not among the bands",
        "use one of the bands the message lists",
    ),
    entry(
        SHORT_SERIES,
        "warning: a series has too few years to learn how much it moves; the documented prior is used",
        "give at least four years, or accept the wider or narrower interval of the prior",
    ),
    entry(
        NO_OBSERVATION,
        "a band of ages has no children, so its take-up cannot be learned",
        "add children and children in care of the band, or leave the band out",
    ),
    entry(
        ENTRY_DATE,
        "a rule of school entry has no possible date or the rules are out of order",
        "give a cut-off such as 30 June, a later last day of voluntary entry, and rules by rising year",
    ),
    entry(
        RATE,
        "a shift of take-up is not within -1 to 1",
        "write five percentage points more as 0.05",
    ),
    entry(
        FLOW_AREA,
        "contracts are given from or to an area the forecast does not have, or that has areas below it",
        "give flows between the smallest areas of the population",
    ),
    entry(
        FLOW_COUNT,
        "a number of contracts between two areas is negative or no number",
        "give counts of 0 or more",
    ),
    entry(
        COORDINATES,
        "an area has no coordinates, or they are no numbers",
        "give one point per area in kilometres on a plane",
    ),
    entry(
        NO_FLOWS,
        "warning: no contracts show where children of an area are cared for; the gravity model alone is used",
        "add contracts, or read demand by area of care as an assumption",
    ),
    entry(
        TIER_COUNT,
        "a number of children by hours tier is negative or no number",
        "give counts of 0 or more",
    ),
    entry(
        APPLICATION,
        "an open application names an area or a band that is not known",
        "use the areas and bands of the take-up",
    ),
    entry(
        BANDS,
        "bands of ages overlap, leave a gap, or share a name",
        "cover every age from 0 to school entry and every grade asked for exactly once",
    ),
    entry(
        BIRTH_MONTHS,
        "shares of births by month are negative or do not add up to 1",
        "give twelve shares of 0 or more that add up to 1",
    ),
    entry(
        TWICE,
        "the same cell is given twice",
        "keep one row per area, band and month",
    ),
    entry(
        PATHS_AREAS,
        "the simulated children have other areas or fewer ages than the demand needs",
        "simulate the ages 0 to 12 of the same areas",
    ),
    entry(
        MONTHS,
        "months are asked for that the simulated children do not reach",
        "ask for months from the January after the origin to the December of the last year ahead",
    ),
    entry(
        PATHS,
        "too few simulated paths for quantiles",
        "simulate at least 40 paths; 1000 give steady intervals",
    ),
    entry(
        AREAS,
        "the areas are no tree with one root",
        "pass the areas as a forecast lists them",
    ),
    entry(
        MONTH,
        "a month of the take-up table is none",
        "write YYYY-MM, for example 2026-01",
    ),
    entry(
        "E4071",
        "warning: more children have a contract than the population has; there, all children count as in care",
        "compare the areas of residence and the reference dates of contracts and population",
    ),
    entry(
        "E4072",
        "warning: without shapes of the areas every child counts as cared for where it lives",
        "add the table area_shapes with the centre of each area",
    ),
];

const fn entry(code: &'static str, cause: &'static str, remedy: &'static str) -> ErrorCode {
    ErrorCode {
        code,
        cause,
        remedy,
    }
}

/// A problem of an input with the remedy of its code.
pub(crate) fn problem(code: &'static str, input: &str, message: impl Into<String>) -> InputProblem {
    let remedy = DEMAND_ERROR_CODES
        .iter()
        .find(|entry| entry.code == code)
        .map_or("", |entry| entry.remedy);
    InputProblem::new(code, input, message).remedy(remedy)
}

#[cfg(test)]
mod tests {
    use super::DEMAND_ERROR_CODES;

    #[test]
    fn codes_are_numbered_without_gaps_and_each_has_a_cause_and_a_remedy() {
        for (number, entry) in (4050..).zip(DEMAND_ERROR_CODES) {
            assert_eq!(entry.code, format!("E{number}"));
            assert!(!entry.cause.is_empty() && !entry.remedy.is_empty());
        }
    }
}
