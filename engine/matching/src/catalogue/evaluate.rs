//! From the answers of an application to points, with the contribution of each criterion.

use std::collections::BTreeMap;

use domain::InputProblem;
use serde::{Deserialize, Serialize};

use super::attribute::{AdmissibleAttribute, AnswerKind, WORK_STATUS_VALUES};
use super::criterion::{CriteriaCatalogue, Criterion, CriterionScope, MissingEvidence, Valuation};
use super::forbidden::forbidden_word;
use crate::error_codes as code;

const ANSWERS: &str = "answers.csv";

/// One answer of a family, as it comes in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AnswerRow {
    /// The child.
    pub applicant_id: String,
    /// The programme it is for; empty for all programmes. One for a programme goes first.
    pub programme_id: String,
    /// Name of an [`AdmissibleAttribute`].
    pub attribute: String,
    /// `yes`, `no`, a word of the choice, or a whole number from 0.
    pub value: String,
    /// Whether the evidence was shown.
    pub evidence_shown: bool,
}

impl Evaluation {
    /// The sum of points that a provider recorded by criterion; rows in the order of their criteria.
    pub(crate) fn recorded<'a>(rows: impl IntoIterator<Item = (&'a str, i32)>) -> Self {
        let mut sum: i32 = 0;
        let mut contributions = Vec::new();
        for (criterion, points) in rows {
            sum = sum.saturating_add(points);
            contributions.push(Contribution {
                criterion: criterion.to_owned(),
                scope: CriterionScope::Local,
                answer: String::new(),
                evidence: EvidenceState::Recorded,
                points,
            });
        }
        Self {
            points: sum,
            contributions,
        }
    }
}

/// A checked answer.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    YesNo(bool),
    Choice(String),
    Number(u32),
}

/// The checked answers for one application.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers {
    values: BTreeMap<AdmissibleAttribute, (Value, bool)>,
}

impl Answers {
    /// Checks answers of one child for one programme; a later row replaces an earlier one.
    ///
    /// # Errors
    ///
    /// Every problem at once: attributes outside the closed list, with the legal reason where there is
    /// one, and values that the attribute does not have. Rows count from 1.
    ///
    /// ```
    /// use matching::{AnswerRow, Answers};
    /// let row = |attribute: &str, value: &str| AnswerRow {
    ///     applicant_id: "c1".into(), programme_id: String::new(),
    ///     attribute: attribute.into(), value: value.into(), evidence_shown: true,
    /// };
    /// assert!(Answers::check(&[row("single_parent", "yes")]).is_ok());
    /// let problems = Answers::check(&[row("religion", "yes"), row("distance_minutes", "near")]).unwrap_err();
    /// assert_eq!(problems.iter().map(|it| it.code).collect::<Vec<_>>(), ["E2155", "E2162"]);
    /// ```
    pub fn check(rows: &[AnswerRow]) -> Result<Self, Vec<InputProblem>> {
        let mut answers = Self::default();
        let mut problems = Vec::new();
        for (row, given) in (1..).zip(rows) {
            match checked(row, given) {
                Ok((attribute, value)) => {
                    answers
                        .values
                        .insert(attribute, (value, given.evidence_shown));
                }
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() {
            Ok(answers)
        } else {
            Err(problems)
        }
    }
}

fn checked(row: u64, given: &AnswerRow) -> Result<(AdmissibleAttribute, Value), InputProblem> {
    let Some(attribute) = AdmissibleAttribute::from_name(&given.attribute) else {
        let (code, message) = match forbidden_word(&given.attribute) {
            Some((_, ground)) => (
                code::ATTRIBUTE_FORBIDDEN,
                format!("placement must not know this: {}", ground.reason()),
            ),
            None => (
                code::ATTRIBUTE_UNKNOWN,
                "the attribute is not on the closed list of admissible ones".to_owned(),
            ),
        };
        return Err(InputProblem::new(code, ANSWERS, message)
            .at(row, "attribute", &given.attribute)
            .remedy("remove the answer"));
    };
    let value = match attribute.kind() {
        AnswerKind::YesNo => match given.value.as_str() {
            "yes" => Some(Value::YesNo(true)),
            "no" => Some(Value::YesNo(false)),
            _ => None,
        },
        AnswerKind::Choice => WORK_STATUS_VALUES
            .contains(&given.value.as_str())
            .then(|| Value::Choice(given.value.clone())),
        AnswerKind::Number => given.value.parse().ok().map(Value::Number),
    };
    let wanted = match attribute.kind() {
        AnswerKind::YesNo => "yes or no".to_owned(),
        AnswerKind::Choice => format!("one of {}", WORK_STATUS_VALUES.join(", ")),
        AnswerKind::Number => "a whole number from 0".to_owned(),
    };
    value.map(|value| (attribute, value)).ok_or_else(|| {
        InputProblem::new(
            code::ANSWER_VALUE,
            ANSWERS,
            format!("{} has no such value", attribute.name()),
        )
        .at(row, "value", &given.value)
        .remedy(format!("write {wanted}"))
    })
}

/// Whether the evidence of an answer was needed and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceState {
    /// None is asked for.
    NotNeeded,
    /// It was shown.
    Shown,
    /// It is missing.
    Missing,
    /// There is no answer.
    NoAnswer,
    /// The provider looked at answer and evidence and recorded the points.
    Recorded,
}

/// What one criterion gives to an application.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Contribution {
    /// Key of the criterion.
    pub criterion: String,
    /// Who set it.
    pub scope: CriterionScope,
    /// The answer as given; empty without one.
    pub answer: String,
    /// Whether the evidence was needed and shown.
    pub evidence: EvidenceState,
    /// What it adds to the sum.
    pub points: i32,
}

/// The value of an application under a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Sum of the contributions: more goes first. In a lexicographic catalogue the sum orders exactly as
    /// the criteria do one after the other.
    pub points: i32,
    /// One entry per criterion, by key.
    pub contributions: Vec<Contribution>,
}

impl CriteriaCatalogue {
    /// Evaluates the answers for one application.
    #[must_use]
    pub fn evaluate(&self, answers: &Answers) -> Evaluation {
        let contributions: Vec<Contribution> = self
            .criteria
            .iter()
            .map(|criterion| self.contribution(criterion, answers))
            .collect();
        // At most 200 criteria of at most 1,000 points, or a sum that was checked to fit.
        let points = contributions.iter().map(|it| it.points).sum();
        Evaluation {
            points,
            contributions,
        }
    }

    fn contribution(&self, criterion: &Criterion, answers: &Answers) -> Contribution {
        let given = answers.values.get(&criterion.attribute);
        let evidence = match given {
            None => EvidenceState::NoAnswer,
            Some(_) if criterion.evidence.is_none() => EvidenceState::NotNeeded,
            Some((_, true)) => EvidenceState::Shown,
            Some((_, false)) => EvidenceState::Missing,
        };
        let counts = match evidence {
            EvidenceState::Missing => self.evidence_missing == MissingEvidence::Count,
            EvidenceState::NoAnswer => false,
            EvidenceState::NotNeeded | EvidenceState::Shown | EvidenceState::Recorded => true,
        };
        let value = given
            .filter(|_| counts)
            .map_or(0, |(value, _)| worth(&criterion.value, value));
        let weight = self.weights.get(&criterion.key).copied().unwrap_or(0);
        Contribution {
            criterion: criterion.key.clone(),
            scope: criterion.scope,
            answer: given.map_or_else(String::new, |(value, _)| value.text()),
            evidence,
            points: value * weight,
        }
    }
}

impl Value {
    fn text(&self) -> String {
        match self {
            Self::YesNo(true) => "yes".to_owned(),
            Self::YesNo(false) => "no".to_owned(),
            Self::Choice(word) => word.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

fn worth(rule: &Valuation, answer: &Value) -> i32 {
    match (rule, answer) {
        (Valuation::YesNo { value }, Value::YesNo(true)) => *value,
        (Valuation::Choice { options }, Value::Choice(word)) => {
            options.get(word).copied().unwrap_or(0)
        }
        // A cap is at most 1,000: the cast is exact.
        (Valuation::Count { each, cap }, Value::Number(number)) => {
            each * (*number).min(*cap) as i32
        }
        (
            Valuation::Threshold {
                at_least,
                at_most,
                value,
            },
            Value::Number(number),
        ) => {
            let inside = at_least.is_none_or(|low| *number >= low)
                && at_most.is_none_or(|high| *number <= high);
            if inside { *value } else { 0 }
        }
        _ => 0,
    }
}
