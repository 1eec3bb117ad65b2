//! When applications waited for a place.

use std::collections::BTreeMap;

use domain::InputProblem;
use jiff::civil::Date;
use serde::Serialize;

use super::find_wish;
use crate::error_codes as code;
use crate::round::Round;

/// A time in which an application waited for a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct WaitingSpan {
    /// The child.
    pub applicant_id: String,
    /// The programme.
    pub programme_id: String,
    /// First day.
    pub from: Date,
    /// The day from which on it no longer waited; `None` if it still does.
    pub until: Option<Date>,
}

/// The spans by position of the wish; a wish without any waits all the time.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    spans: BTreeMap<usize, Vec<(Date, Option<Date>)>>,
}

impl Waiting {
    /// Finds the wishes; a problem for each span of an application that the round does not have.
    pub(super) fn of(
        round: &Round,
        spans: &[WaitingSpan],
        problems: &mut Vec<InputProblem>,
    ) -> Self {
        let mut waiting = Self::default();
        for (row, span) in (1..).zip(spans) {
            match find_wish(round, &span.applicant_id, &span.programme_id) {
                Some((_, wish)) => {
                    let own = waiting.spans.entry(wish).or_default();
                    own.push((span.from, span.until));
                }
                None => problems.push(
                    InputProblem::new(
                        code::UNKNOWN_DECISION_APPLICATION,
                        "waiting spans",
                        "the child has no application for this programme with seats of its group",
                    )
                    .at(row, "applicant_id", &span.applicant_id)
                    .remedy("correct the ids, or add the application to the declared round"),
                ),
            }
        }
        waiting
    }

    /// Whether a wish waits on a day.
    pub(super) fn waits(&self, wish: usize, on: Date) -> bool {
        let Some(spans) = self.spans.get(&wish) else {
            return true;
        };
        let covers = |(from, until): &(Date, Option<Date>)| {
            *from <= on && until.is_none_or(|until| on < until)
        };
        spans.iter().any(covers)
    }

    /// Whether a wish waits in the end, and waited on a day if one is given.
    pub(super) fn waits_on(&self, wish: usize, since: Option<Date>) -> bool {
        let Some(spans) = self.spans.get(&wish) else {
            return true;
        };
        spans.iter().any(|(_, until)| until.is_none())
            && since.is_none_or(|day| self.waits(wish, day))
    }
}
