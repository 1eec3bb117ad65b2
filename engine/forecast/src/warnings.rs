//! What a forecast had to assume, told beside it.

use crate::codes;
use crate::input::areas::AreaTree;
use crate::input::population::Population;

/// Years from which ratios, mixing and intervals rest on enough outcomes not to be mentioned.
const ENOUGH_YEARS: usize = 8;
/// Areas named in one message.
const NAMED: usize = 5;

/// Something that was done in place of what the data did not allow.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ForecastWarning {
    /// Number, listed in [`ERROR_CODES`](crate::ERROR_CODES) with cause and remedy.
    pub code: &'static str,
    /// What was found and what was done instead.
    pub message: String,
}

/// The warnings of a forecast that looked at `years` years.
pub(crate) fn find(population: &Population, tree: &AreaTree, years: usize) -> Vec<ForecastWarning> {
    let mut warnings = Vec::new();
    let mut warn = |code, message| warnings.push(ForecastWarning { code, message });
    if years < ENOUGH_YEARS {
        warn(
            codes::SHORT_HISTORY,
            format!(
                "only {years} years were known at the origin: ratios, mixing and above all intervals rest on {} outcomes",
                years.saturating_sub(3)
            ),
        );
    }
    if population.areas().len() == 1 {
        warn(
            codes::ONE_AREA,
            "the city has one area: nothing can be learned from neighbours, and its interval is the city's".to_owned(),
        );
    }
    let fractional = population
        .counts()
        .iter()
        .filter(|count| count.fract() > 0.0)
        .count();
    if fractional > 0 {
        warn(
            codes::FRACTIONAL_COUNTS,
            format!("{fractional} counts are not whole; they were used as they are"),
        );
    }
    for pair in population.classes().windows(2) {
        if pair[1].first() > pair[0].last() + 1 {
            let (from, to) = (pair[0], pair[1]);
            warn(
                codes::AGES_MISSING,
                format!(
                    "no ages stand between {from} and {to}; the older ones were followed across the gap"
                ),
            );
        }
    }
    let shallow: Vec<&str> = tree
        .areas
        .iter()
        .filter(|area| area.is_leaf && area.depth == 1 && tree.deepest > 1)
        .map(|area| area.code.as_str())
        .collect();
    if !shallow.is_empty() {
        let named = shallow[..shallow.len().min(NAMED)].join(", ");
        let more = if shallow.len() > NAMED { ", ..." } else { "" };
        warn(
            codes::AREA_WITHOUT_PARENT,
            format!(
                "{} areas have no area above them ({named}{more}); they were compared with the whole city",
                shallow.len()
            ),
        );
    }
    warnings
}
