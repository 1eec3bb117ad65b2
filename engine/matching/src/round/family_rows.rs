//! Rows about families, before the round is built.

use domain::InputProblem;

use super::NONE;
use super::draft::Draft;
use super::rows::Siblings;
use crate::error_codes as code;

pub(super) const FAMILY_OPTIONS: &str = "family_options.csv";

/// The siblings rule of one row of `applicants.csv`.
pub(super) struct PersonRule {
    pub(super) applicant: u32,
    pub(super) family: u32,
    pub(super) siblings: Siblings,
    pub(super) row: u64,
}

/// One row of `family_options.csv`.
pub(super) struct OptionDraft {
    pub(super) family: u32,
    pub(super) option: u32,
    pub(super) applicant: u32,
    /// [`NONE`] = unplaced.
    pub(super) programme: u32,
    pub(super) row: u64,
}

impl Draft {
    /// Adds one row of `family_options.csv`; `programme` is `None` when the child stays unplaced.
    pub(super) fn add_family_option(
        &mut self,
        row: u64,
        family: &str,
        option: u32,
        applicant: &str,
        programme: Option<&str>,
    ) {
        let refuse = |code, column, value: &str, message: &str, remedy: &str| {
            InputProblem::new(code, FAMILY_OPTIONS, message)
                .at(row, column, value)
                .remedy(remedy)
        };
        let programme = programme.map_or(Some(NONE), |programme| {
            let number = self.find_programme(programme.as_bytes());
            if number.is_none() {
                let unknown = code::UNKNOWN_OPTION_PROGRAMME;
                self.refuse_programme(unknown, FAMILY_OPTIONS, row, programme);
            }
            number
        });
        let family_number = self.families.find(family.as_bytes());
        let number = self.applicants.find(applicant.as_bytes());
        if self.people_unreadable && (family_number.is_none() || number.is_none()) {
            return;
        }
        let Some(family_number) = family_number else {
            self.problems.push(refuse(
                code::UNKNOWN_FAMILY,
                "family_id",
                family,
                "applicants.csv has no child of this family",
                "name the family in the rows of its children, or correct the family_id",
            ));
            return;
        };
        if number.is_none() {
            self.problems.push(refuse(
                code::UNKNOWN_OPTION_CHILD,
                "applicant_id",
                applicant,
                "the round does not have this child",
                "add the child to applicants.csv, or correct the applicant_id",
            ));
        }
        if let Some(applicant) = number {
            self.options.push(OptionDraft {
                family: family_number,
                option,
                applicant,
                programme: programme.unwrap_or(NONE),
                row,
            });
        }
    }
}
