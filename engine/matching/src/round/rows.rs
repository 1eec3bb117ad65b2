//! The rows of a round in memory.

use domain::InputProblem;

use super::draft::{APPLICANTS, APPLICATIONS, Draft, PROGRAMMES};
use super::family_rows::FAMILY_OPTIONS;
use super::{GREATEST_RANK, Round};
use crate::error_codes as code;
use crate::flexible::{BudgetDrafts, BudgetRow, SeatWeightRow};

/// One row of `programmes.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgrammeRow {
    /// Programme, any text but the empty one.
    pub programme_id: String,
    /// Seat group; empty for the common group.
    pub seat_group: String,
    /// Seats, from 0, those held by enrolled children of the round included. At a flexible programme a
    /// cap of the group, [`NO_CAP`](crate::NO_CAP) for none.
    pub capacity: u32,
}

/// One row of `applications.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationRow {
    /// Applicant, any text but the empty one.
    pub applicant_id: String,
    /// Programme, one of the programmes of the round.
    pub programme_id: String,
    /// 1 = best wish; equal ranks are ties; at most 1,000,000,000.
    pub rank: u32,
    /// More points come first.
    pub points: i32,
    /// The smaller lot comes first among equal points; at most 4,294,967,294; `None` is a true tie
    /// with every lot.
    pub lot: Option<u32>,
}

/// How the children of a family want to be placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Siblings {
    /// Each child on its own.
    #[default]
    Independent,
    /// At one programme if possible: all together first, then the fewest unplaced and the fewest
    /// programmes.
    TogetherPreferred,
    /// All children that have wishes at one programme, or none of them anywhere.
    TogetherOnly,
}

impl Siblings {
    /// The word in `applicants.csv`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Independent => "independent",
            Self::TogetherPreferred => "together_preferred",
            Self::TogetherOnly => "together_only",
        }
    }
}

/// One row of `family_options.csv`: where one child goes in one joint option of its family.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FamilyOptionRow {
    /// Family, one that a child of the round belongs to.
    pub family_id: String,
    /// Number of the option, 1 = best, without gaps.
    pub option: u32,
    /// A child of the family.
    pub applicant_id: String,
    /// Programme; `None` when the child stays unplaced in this option.
    pub programme_id: Option<String>,
}

/// One row of `applicants.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApplicantRow {
    /// Applicant, any text but the empty one.
    pub applicant_id: String,
    /// Seat group of the child; empty for the common group.
    pub seat_group: String,
    /// Family; `None` for a child alone.
    pub family_id: Option<String>,
    /// How the family's children want to be placed.
    pub siblings: Siblings,
    /// Programme where the child holds a place of its group.
    pub enrolled_programme_id: Option<String>,
}

impl Round {
    /// Builds a round from rows in memory, for callers that do not read CSV.
    ///
    /// The rows may stand in any order. Row numbers in problems count from 1 within each slice.
    ///
    /// # Errors
    ///
    /// All problems at once: empty identifiers, ranks outside 1 to 1,000,000,000, duplicate rows,
    /// unknown programmes, contradicting siblings rules.
    ///
    /// ```
    /// use matching::{ApplicationRow, ProgrammeRow, Round};
    /// let programme = ProgrammeRow { programme_id: "P1".into(), seat_group: String::new(), capacity: 1 };
    /// let application = ApplicationRow {
    ///     applicant_id: "A1".into(), programme_id: "P2".into(), rank: 1, points: 3, lot: None,
    /// };
    /// let problems = Round::from_rows(&[programme], &[application], &[]).unwrap_err();
    /// assert_eq!(problems[0].code, "E2013");
    /// ```
    pub fn from_rows(
        programmes: &[ProgrammeRow],
        applications: &[ApplicationRow],
        applicants: &[ApplicantRow],
    ) -> Result<Self, Vec<InputProblem>> {
        Self::from_all_rows(programmes, applications, applicants, (&[], &[]), &[])
    }

    /// [`Round::from_rows`] with budgets and weights of flexible programmes.
    ///
    /// # Errors
    ///
    /// As [`Round::from_rows`], and budgets and weights that do not belong to each other and to the
    /// programmes.
    pub fn from_flexible_rows(
        programmes: &[ProgrammeRow],
        applications: &[ApplicationRow],
        applicants: &[ApplicantRow],
        budgets: &[BudgetRow],
        weights: &[SeatWeightRow],
    ) -> Result<Self, Vec<InputProblem>> {
        let flexible = (budgets, weights);
        Self::from_all_rows(programmes, applications, applicants, flexible, &[])
    }

    /// Builds a round whose families rank joint options, as in `family_options.csv`.
    ///
    /// # Errors
    ///
    /// All problems at once, those of [`Round::from_rows`] and those of the options: unknown
    /// families, children and programmes, children of another family, gaps, missing and double rows.
    pub fn from_rows_with_options(
        programmes: &[ProgrammeRow],
        applications: &[ApplicationRow],
        applicants: &[ApplicantRow],
        family_options: &[FamilyOptionRow],
    ) -> Result<Self, Vec<InputProblem>> {
        Self::from_all_rows(
            programmes,
            applications,
            applicants,
            (&[], &[]),
            family_options,
        )
    }

    fn from_all_rows(
        programmes: &[ProgrammeRow],
        applications: &[ApplicationRow],
        applicants: &[ApplicantRow],
        (budgets, weights): (&[BudgetRow], &[SeatWeightRow]),
        family_options: &[FamilyOptionRow],
    ) -> Result<Self, Vec<InputProblem>> {
        let mut draft = Draft::default();
        draft.budgets = BudgetDrafts::from_rows(budgets, weights, &mut draft.problems);
        for (row, given) in (1..).zip(programmes) {
            draft.refuse_empty(PROGRAMMES, row, "programme_id", &given.programme_id);
            draft.add_programme(
                row,
                &given.programme_id,
                &given.seat_group,
                Some(given.capacity),
            );
        }
        for (row, given) in (1..).zip(applications) {
            draft.refuse_empty(APPLICATIONS, row, "applicant_id", &given.applicant_id);
            if given.rank == 0 || given.rank > GREATEST_RANK {
                let problem =
                    InputProblem::new(code::RANK_OUT_OF_RANGE, APPLICATIONS, RANK_MESSAGE);
                draft.problems.push(
                    problem
                        .at(row, "rank", given.rank.to_string())
                        .remedy(RANK_REMEDY),
                );
                continue;
            }
            draft.add_application(
                row,
                &given.applicant_id,
                &given.programme_id,
                (given.rank, given.points, given.lot),
            );
        }
        for (row, given) in (1..).zip(applicants) {
            draft.refuse_empty(APPLICANTS, row, "applicant_id", &given.applicant_id);
            draft.add_applicant(
                row,
                &given.applicant_id,
                &given.seat_group,
                given.family_id.as_deref(),
                given.siblings,
                given.enrolled_programme_id.as_deref(),
            );
        }
        for (row, given) in (1..).zip(family_options) {
            draft.refuse_empty(FAMILY_OPTIONS, row, "family_id", &given.family_id);
            draft.refuse_empty(FAMILY_OPTIONS, row, "applicant_id", &given.applicant_id);
            draft.add_family_option(
                row,
                &given.family_id,
                given.option,
                &given.applicant_id,
                given.programme_id.as_deref(),
            );
        }
        draft.finish()
    }
}

pub(super) const RANK_MESSAGE: &str = "a rank is a number from 1 to 1000000000";
pub(super) const RANK_REMEDY: &str = "count ranks from 1, the best wish";

impl Draft {
    fn refuse_empty(&mut self, file: &str, row: u64, column: &str, text: &str) {
        if text.is_empty() {
            self.problems.push(
                InputProblem::new(code::EMPTY_FIELD, file, "the field is empty")
                    .at(row, column, text)
                    .remedy("fill in the field"),
            );
        }
    }
}
