//! The lines of the programmes: every application evaluated, checked over its whole stay and ranked.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use domain::InputProblem;

use super::inputs::{
    PointsSource, RecordedPoints, SuggestionApplication, SuggestionChild, SuggestionInputs,
    SuggestionProgramme,
};
use super::line::AheadBy;
use super::round::Candidate;
use crate::catalogue::{AnswerRow, Answers, Evaluation, TieRuleStep};
use crate::lottery::{DrawnFor, draw, lottery_number};
use crate::whole_stay::{StayLedger, StayRequest, SuitableApplication};

/// The order among equal points where a provider has no catalogue in force.
const USUAL_ORDER: &[TieRuleStep] = &[TieRuleStep::OlderChild, TieRuleStep::Key];

/// The order of the line of a programme.
pub(super) struct LineOrder<'a> {
    children: &'a [SuggestionChild],
    seed: u64,
    tie: &'a [TieRuleStep],
}

impl<'a> LineOrder<'a> {
    pub(super) fn of(
        inputs: &'a SuggestionInputs,
        children: &'a [SuggestionChild],
        programme: &SuggestionProgramme,
    ) -> Self {
        let catalogue = inputs.catalogues.of(&programme.provider_id);
        Self {
            children,
            seed: inputs.seed,
            tie: catalogue.map_or(USUAL_ORDER, |catalogue| catalogue.tie()),
        }
    }

    fn lot(&self, child: &SuggestionChild) -> (u64, u64) {
        let family = if child.family_id.is_empty() {
            &child.applicant_id
        } else {
            &child.family_id
        };
        let own = draw(self.seed, DrawnFor::Applicant, &child.applicant_id);
        (lottery_number(self.seed, family), own)
    }

    pub(super) fn compare(&self, a: &Candidate, b: &Candidate) -> (Ordering, AheadBy) {
        let points = b.evaluation.points.cmp(&a.evaluation.points);
        if points.is_ne() {
            return (points, AheadBy::Points);
        }
        let (one, other) = (&self.children[a.child], &self.children[b.child]);
        for step in self.tie {
            let (order, by) = match step {
                TieRuleStep::OlderChild => (one.born.cmp(&other.born), AheadBy::OlderChild),
                TieRuleStep::EarlierApplication => (
                    a.application.applied_on.cmp(&b.application.applied_on),
                    AheadBy::EarlierApplication,
                ),
                TieRuleStep::Key => (one.applicant_id.cmp(&other.applicant_id), AheadBy::Key),
                TieRuleStep::Lot => (self.lot(one).cmp(&self.lot(other)), AheadBy::Lot),
            };
            if order.is_ne() {
                return (order, by);
            }
        }
        (one.applicant_id.cmp(&other.applicant_id), AheadBy::Key)
    }
}

/// Evaluates, checks and ranks every application.
pub(super) fn rank_all(
    inputs: &SuggestionInputs,
    ledger: &StayLedger,
    programmes: &[SuggestionProgramme],
    children: &[SuggestionChild],
    problems: &mut Vec<InputProblem>,
) -> Vec<Vec<Candidate>> {
    let answers = inputs.answers_of();
    let recorded = inputs.recorded_of();
    let mut lines: Vec<Vec<Candidate>> = vec![Vec::new(); programmes.len()];
    for application in &inputs.applications {
        let programme =
            programmes.binary_search_by(|it| it.programme_id.cmp(&application.programme_id));
        let child = children.binary_search_by(|it| it.applicant_id.cmp(&application.applicant_id));
        let (Ok(programme), Ok(child)) = (programme, child) else {
            continue; // reported before
        };
        let at = &programmes[programme];
        let Some(evaluation) = evaluate(inputs, at, application, &answers, &recorded, problems)
        else {
            continue;
        };
        let request = StayRequest {
            facility_id: at.facility_id.clone(),
            care_type: at.care_type,
            born: children[child].born,
            first_day: application.first_day,
            daily_hours: application.daily_hours,
            inclusion_need: children[child].inclusion_need,
            settles_in: true,
        };
        lines[programme].push(Candidate {
            child,
            programme,
            rank: application.rank,
            evaluation,
            suitability: SuitableApplication::check(
                &application.applicant_id,
                &at.programme_id,
                request,
                ledger,
            ),
            behind_by: None,
            application: application.clone(),
        });
    }
    for (at, line) in programmes.iter().zip(&mut lines) {
        let order = LineOrder::of(inputs, children, at);
        line.sort_by(|a, b| order.compare(a, b).0);
        for second in 1..line.len() {
            line[second].behind_by = Some(order.compare(&line[second - 1], &line[second]).1);
        }
    }
    lines
}

/// The points of an application; `None` where its answers are refused.
fn evaluate(
    inputs: &SuggestionInputs,
    at: &SuggestionProgramme,
    application: &SuggestionApplication,
    answers: &BTreeMap<&str, Vec<&AnswerRow>>,
    recorded: &BTreeMap<(&str, &str), Vec<&RecordedPoints>>,
    problems: &mut Vec<InputProblem>,
) -> Option<Evaluation> {
    let child = application.applicant_id.as_str();
    if at.points_from == PointsSource::Recorded {
        let rows = recorded.get(&(child, at.programme_id.as_str()));
        let rows = rows.into_iter().flatten();
        return Some(Evaluation::recorded(
            rows.map(|row| (row.criterion.as_str(), row.points)),
        ));
    }
    let given: Vec<_> = answers
        .get(child)
        .into_iter()
        .flatten()
        .filter(|it| it.programme_id.is_empty() || it.programme_id == at.programme_id)
        .map(|it| (*it).clone())
        .collect();
    let checked = Answers::check(&given).map_err(|more| problems.extend(more));
    let catalogue = inputs.catalogues.of(&at.provider_id)?;
    Some(catalogue.evaluate(&checked.ok()?))
}
