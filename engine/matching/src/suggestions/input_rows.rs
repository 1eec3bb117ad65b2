//! Rows of a suggestion round that contradict each other, and rows by what they belong to.

use std::collections::{BTreeMap, BTreeSet};

use domain::InputProblem;

use super::inputs::{PointsSource, RecordedPoints, SuggestionInputs};
use crate::catalogue::AnswerRow;
use crate::error_codes as code;

impl SuggestionInputs {
    /// Rows that contradict each other, all at once.
    pub(super) fn problems(&self) -> Vec<InputProblem> {
        let mut problems = Vec::new();
        let mut note = |file: &str, row: u64, column: &str, value: &str, message: &str| {
            problems.push(
                InputProblem::new(code::SUGGESTION_INPUT, file, message)
                    .at(row, column, value)
                    .remedy("correct the row"),
            );
        };
        let mut programmes = BTreeSet::new();
        for (row, it) in (1..).zip(&self.programmes) {
            let name = it.programme_id.as_str();
            if name.is_empty() || !programmes.insert(name) {
                note(
                    "programmes.csv",
                    row,
                    "programme_id",
                    name,
                    "the name is empty or appears twice",
                );
            }
            let needs_catalogue = it.points_from == PointsSource::Catalogue;
            if needs_catalogue && self.catalogues.of(&it.provider_id).is_none() {
                let message = "the provider has no criteria catalogue in force";
                note(
                    "programmes.csv",
                    row,
                    "provider_id",
                    &it.provider_id,
                    message,
                );
            }
        }
        let mut children = BTreeSet::new();
        for (row, it) in (1..).zip(&self.children) {
            let name = it.applicant_id.as_str();
            if name.is_empty() || !children.insert(name) {
                note(
                    "children.csv",
                    row,
                    "applicant_id",
                    name,
                    "the name is empty or appears twice",
                );
            }
        }
        let (mut pairs, mut ranks) = (BTreeSet::new(), BTreeSet::new());
        for (row, it) in (1..).zip(&self.applications) {
            let (file, child) = ("applications.csv", it.applicant_id.as_str());
            let programme = it.programme_id.as_str();
            if !children.contains(child) {
                note(
                    file,
                    row,
                    "applicant_id",
                    child,
                    "children.csv does not have this child",
                );
            }
            if !programmes.contains(programme) {
                note(
                    file,
                    row,
                    "programme_id",
                    programme,
                    "programmes.csv does not have this programme",
                );
            }
            if !pairs.insert((child, programme)) {
                note(
                    file,
                    row,
                    "programme_id",
                    programme,
                    "the child applies for this programme already",
                );
            }
            if it.rank == 0 || !ranks.insert((child, it.rank)) {
                let rank = it.rank.to_string();
                note(
                    file,
                    row,
                    "rank",
                    &rank,
                    "a rank is 1 or more, and no two of a child are equal",
                );
            }
        }
        let mut given = BTreeSet::new();
        for (row, it) in (1..).zip(&self.answers) {
            let file = "answers.csv";
            if !children.contains(it.applicant_id.as_str()) {
                let name = &it.applicant_id;
                note(
                    file,
                    row,
                    "applicant_id",
                    name,
                    "children.csv does not have this child",
                );
            }
            if !it.programme_id.is_empty() && !programmes.contains(it.programme_id.as_str()) {
                let name = &it.programme_id;
                note(
                    file,
                    row,
                    "programme_id",
                    name,
                    "programmes.csv does not have this programme",
                );
            }
            let name = (&it.applicant_id, &it.programme_id, &it.attribute);
            if !given.insert(name) {
                note(
                    file,
                    row,
                    "attribute",
                    &it.attribute,
                    "the answer is given twice",
                );
            }
        }
        self.find_wrong_records(&pairs, &mut note);
        problems
    }

    /// Recorded points of applications that there are not, and criteria recorded twice.
    fn find_wrong_records(
        &self,
        applications: &BTreeSet<(&str, &str)>,
        note: &mut impl FnMut(&str, u64, &str, &str, &str),
    ) {
        let mut given = BTreeSet::new();
        for (row, it) in (1..).zip(&self.recorded_points) {
            let file = "recorded_points.csv";
            let application = (it.applicant_id.as_str(), it.programme_id.as_str());
            if !applications.contains(&application) {
                let message = "applications.csv does not have this application";
                note(file, row, "programme_id", application.1, message);
            }
            if !given.insert((application, it.criterion.as_str())) {
                let message = "the criterion is recorded twice";
                note(file, row, "criterion", &it.criterion, message);
            }
        }
    }

    /// The points recorded for each application, by criterion.
    pub(super) fn recorded_of(&self) -> BTreeMap<(&str, &str), Vec<&RecordedPoints>> {
        let mut found: BTreeMap<(&str, &str), Vec<&RecordedPoints>> = BTreeMap::new();
        for row in &self.recorded_points {
            let application = (row.applicant_id.as_str(), row.programme_id.as_str());
            found.entry(application).or_default().push(row);
        }
        for rows in found.values_mut() {
            rows.sort();
        }
        found
    }

    /// The answers that count for each application: one for the programme goes before one for all.
    pub(super) fn answers_of(&self) -> BTreeMap<&str, Vec<&AnswerRow>> {
        let mut by_child: BTreeMap<&str, Vec<&AnswerRow>> = BTreeMap::new();
        for answer in &self.answers {
            by_child
                .entry(&answer.applicant_id)
                .or_default()
                .push(answer);
        }
        for answers in by_child.values_mut() {
            answers.sort();
        }
        by_child
    }
}
