//! Why a plan has no set, in words.

use domain::InputProblem;

use super::facts::OptionKind;
use super::problem::{ChosenFacility, ClosurePlan};
use crate::codes as code;
use crate::findings::Language;

impl ClosurePlan {
    /// Why there is no set, as a problem of the scenario file: E4175 with the constraints that clash and
    /// the set that comes nearest, or E4182 if a limit ended the search. `None` if there is a set.
    #[must_use]
    pub fn refusal(&self, file: &str) -> Option<InputProblem> {
        if !self.sets.is_empty() {
            return None;
        }
        let Some(clash) = &self.clash else {
            let message = "a limit ended the search before a set of closures was found or excluded";
            let remedy = "raise node_limit or time_limit_seconds";
            return Some(InputProblem::new(code::SEARCH_UNDECIDED, file, message).remedy(remedy));
        };
        let named: Vec<String> = clash
            .constraints
            .iter()
            .map(|constraint| constraint.worded(Language::English))
            .collect();
        let nearest: Vec<String> = clash
            .relaxations
            .iter()
            .map(|it| it.constraint.worded(Language::English))
            .collect();
        let message = format!(
            "no set of closures and openings meets all constraints; these cannot hold together: {}; nearest comes: {} ({})",
            named.join(", and "),
            ChosenFacility::worded(&clash.nearest),
            nearest.join("; ")
        );
        let remedy = "relax one of the constraints named";
        Some(InputProblem::new(code::NO_SET, file, message).remedy(remedy))
    }
}

impl ChosenFacility {
    /// What closes and opens, in a sentence.
    #[must_use]
    pub fn worded(chosen: &[Self]) -> String {
        if chosen.is_empty() {
            return "nothing closes or opens".to_owned();
        }
        let parts: Vec<String> = chosen
            .iter()
            .map(|it| match it.kind {
                OptionKind::Close => format!("{} closes on {}", it.facility, it.day),
                OptionKind::Open => format!("{} opens on {}", it.facility, it.day),
            })
            .collect();
        parts.join(", ")
    }
}
