//! Decision audit: real decisions against the declared order.
//!
//! [`audit_decisions`] replays decisions in time order. An admission that passes over a child with
//! higher priority which still wants the place is an override; it is listed with its reason, or
//! without one. What envy is left in the end is attributed to recorded reasons, and [`Pattern`]s are
//! sought that equal points do not explain.

mod decisions;
mod exact;
mod patterns;
mod waiting;

use std::collections::{BTreeMap, BTreeSet};

use domain::InputProblem;
use jiff::civil::Date;
use serde::Serialize;

pub use decisions::{Decision, DecisionKind, read_decisions};
pub use patterns::{
    CriterionKey, CriterionKeyError, CriterionValue, PATTERN_LIMITS, Pattern, PatternOptions,
};

use waiting::Waiting;
pub use waiting::WaitingSpan;

use crate::error_codes as code;
use crate::placements::{Place, PlacementRow};
use crate::rolling::{Deviation, DeviationReason, EnvyAttribution, attribute_with};
use crate::round::{NONE, Round, Wish};

/// An admission that passed over children with higher priority.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Override {
    /// Day of the admission.
    pub decided_on: Date,
    /// The programme.
    pub programme_id: String,
    /// The seat group.
    pub seat_group: String,
    /// The child admitted.
    pub applicant_id: String,
    /// Reason of the admission; `None` where none was given.
    pub reason: Option<DeviationReason>,
    /// Children passed over, bytewise.
    pub passed_over: Vec<PassedOver>,
    /// Whether the admission has a reason, or each child passed over was so with one.
    pub explained: bool,
}

/// A child that an admission passed over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PassedOver {
    /// The child.
    pub applicant_id: String,
    /// Reason recorded for passing it over, that day or before.
    pub reason: Option<DeviationReason>,
}

/// Overrides of one programme or reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct OverrideCount {
    /// Admissions out of order.
    pub overrides: u64,
    /// Children passed over, once for each admission.
    pub passed_over: u64,
    /// Overrides without a reason.
    pub unexplained: u64,
}

/// The result of an audit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditReport {
    /// Decisions replayed.
    pub decisions: u64,
    /// Admissions among them.
    pub admissions: u64,
    /// Admissions beyond the seats of the programme, bytewise by programme, group and day.
    pub above_capacity: Vec<(String, String, Date)>,
    /// Every admission out of order, by day, then programme.
    pub overrides: Vec<Override>,
    /// Overrides by reason; under the empty text those without. A reason recorded for a child passed
    /// over counts as well as that of the admission.
    pub by_reason: BTreeMap<String, OverrideCount>,
    /// Overrides by programme.
    pub by_programme: BTreeMap<String, OverrideCount>,
    /// Envy that is left in the end, with the reasons that explain it.
    pub envy: EnvyAttribution,
    /// Patterns whose adjusted p-value is at most the false share allowed, the most improbable first.
    pub patterns: Vec<Pattern>,
    /// Tests made in the search.
    pub pattern_tests: u64,
    /// The false share allowed.
    pub false_share: f64,
    /// What the patterns can and cannot say.
    pub limits: &'static [&'static str],
}

/// Audits decisions against the declared order.
///
/// `round` holds the declared points and lots of all applications. `criteria` are the values of
/// declared criteria for which patterns are sought. A child is passed over by an admission if it
/// applied for the same programme and group, comes strictly before the child admitted by points or
/// lot, and has no place so far that it ranks as good or better. Passing a child over with a reason
/// holds from that day on. An admitted child that is admitted elsewhere later moves there; one that
/// gives its place up holds the place it had when the round began, if any.
///
/// The result does not depend on the order of decisions or values given: decisions are replayed by
/// day, then programme, then child.
///
/// # Errors
///
/// Every decision at once for a child, programme or application that the round does not have (E2134)
/// or that admits a child twice at one programme (E2135), rows counted from 1 as given; a false share
/// outside 0 to 1 (E2140).
///
/// ```
/// use matching::{PatternOptions, RoundFiles, audit_decisions, read_decisions, read_round};
/// let round = read_round(RoundFiles::new(
///     "programme_id,seat_group,capacity\nP,,1\n".as_bytes(),
///     "applicant_id,programme_id,rank,points,lot\nA,P,1,9,1\nB,P,1,5,2\n".as_bytes(),
/// )).unwrap();
/// let decisions = read_decisions(
///     "programme_id,applicant_id,decision,reason,decided_on\nP,B,admit,hardship,2027-03-15\n".as_bytes(),
/// ).unwrap();
/// let report = audit_decisions(&round, &decisions, &[], &PatternOptions::default()).unwrap();
/// assert_eq!((report.overrides[0].passed_over.len(), report.by_reason["hardship"].unexplained), (1, 0));
/// assert_eq!((report.envy.all.pairs, report.envy.unexplained.pairs), (1, 0));
/// ```
pub fn audit_decisions(
    round: &Round,
    decisions: &[Decision],
    criteria: &[CriterionValue],
    options: &PatternOptions,
) -> Result<AuditReport, Vec<InputProblem>> {
    audit_decisions_over_time(round, decisions, &[], criteria, options)
}

/// As [`audit_decisions`], where applications come and go: only a child that waits on the day of an
/// admission is passed over by it, and only one that waits on and waited then envies in the end.
///
/// An application without a span waits all the time; one with several waits in each of them.
///
/// # Errors
///
/// As [`audit_decisions`]; spans of applications that the round does not have (E2134).
///
/// ```
/// use jiff::civil::date;
/// use matching::{
///     PatternOptions, RoundFiles, WaitingSpan, audit_decisions_over_time, read_decisions, read_round,
/// };
/// let round = read_round(RoundFiles::new(
///     "programme_id,seat_group,capacity\nP,,1\n".as_bytes(),
///     "applicant_id,programme_id,rank,points,lot\nA,P,1,9,1\nB,P,1,5,2\n".as_bytes(),
/// )).unwrap();
/// let decisions = read_decisions(
///     "programme_id,applicant_id,decision,reason,decided_on\nP,B,admit,,2027-03-15\n".as_bytes(),
/// ).unwrap();
/// let overrides = |applied_on| {
///     let span = WaitingSpan {
///         applicant_id: "A".into(), programme_id: "P".into(), from: applied_on, until: None,
///     };
///     let options = PatternOptions::default();
///     let report = audit_decisions_over_time(&round, &decisions, &[span], &[], &options).unwrap();
///     (report.overrides.len(), report.envy.all.pairs)
/// };
/// assert_eq!(overrides(date(2027, 3, 15)), (1, 1));
/// assert_eq!(overrides(date(2027, 3, 16)), (0, 0));
/// ```
pub fn audit_decisions_over_time(
    round: &Round,
    decisions: &[Decision],
    waiting: &[WaitingSpan],
    criteria: &[CriterionValue],
    options: &PatternOptions,
) -> Result<AuditReport, Vec<InputProblem>> {
    let mut problems = Vec::new();
    let mut replay = Replay::new(round, Waiting::of(round, waiting, &mut problems));
    let mut known: Vec<(&Decision, usize, usize)> = Vec::new();
    for (row, decision) in (1..).zip(decisions) {
        match find(round, decision) {
            Some((applicant, wish)) => known.push((decision, applicant, wish)),
            None => problems.push(unknown(row, decision)),
        }
    }
    if !(options.false_share > 0.0 && options.false_share <= 1.0) {
        let message = format!(
            "a share of false findings of {} is none",
            options.false_share
        );
        problems.push(
            InputProblem::new(code::FALSE_SHARE, "options", message)
                .remedy("give a share above 0, at most 1"),
        );
    }
    known.sort_unstable();
    let mut holding: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (decision, applicant, wish) in &known {
        match decision.decision {
            DecisionKind::PassOver => {}
            DecisionKind::Admit if holding.insert((*applicant, *wish)) => {}
            DecisionKind::Admit => problems.push(admitted_twice(decision)),
            DecisionKind::GiveUp => {
                holding.remove(&(*applicant, *wish));
            }
        }
    }
    if !problems.is_empty() {
        problems.sort();
        return Err(problems);
    }
    for day in known.chunk_by(|a, b| a.0.decided_on == b.0.decided_on) {
        replay.day(day);
    }
    Ok(replay.report(known.len() as u64, criteria, options))
}

/// Applicant and position of the wish that a decision is about.
fn find(round: &Round, decision: &Decision) -> Option<(usize, usize)> {
    find_wish(round, &decision.applicant_id, &decision.programme_id)
}

/// Applicant and position of the wish of a child for a programme.
fn find_wish(round: &Round, applicant: &str, programme: &str) -> Option<(usize, usize)> {
    let applicant = round.applicants.find_sorted(applicant)?;
    let programme = round.programmes.find_sorted(programme)?;
    let mut range = round.wish_range(applicant);
    let wish = range.find(|wish| {
        let wish = &round.wishes[*wish];
        wish.programme as usize == programme && wish.seat != NONE
    })?;
    Some((applicant, wish))
}

fn unknown(row: u64, decision: &Decision) -> InputProblem {
    let message = format!(
        "child {:?} has no application for programme {:?} with seats of its group",
        decision.applicant_id, decision.programme_id
    );
    InputProblem::new(code::UNKNOWN_DECISION_APPLICATION, "decisions.csv", message)
        .at(row, "applicant_id", &decision.applicant_id)
        .remedy("correct the ids, or add the application to the declared round")
}

fn admitted_twice(decision: &Decision) -> InputProblem {
    let message = format!(
        "child {:?} is admitted twice by programme {:?}",
        decision.applicant_id, decision.programme_id
    );
    InputProblem::new(code::ADMITTED_TWICE, "decisions.csv", message).remedy("keep one of the rows")
}

/// Decisions so far.
struct Replay<'round> {
    round: &'round Round,
    waiting: Waiting,
    /// Wish admitted for each applicant, or the place it held before; [`NONE`] without.
    granted: Vec<u32>,
    /// Day of the admission that holds, by applicant.
    granted_on: Vec<Option<Date>>,
    /// Applications of each seat.
    applied: Vec<Vec<(usize, usize)>>,
    placed: Vec<u32>,
    /// Reasons for passing over, by wish.
    passed: BTreeMap<usize, DeviationReason>,
    deviations: Vec<Deviation>,
    overrides: Vec<Override>,
    above_capacity: Vec<(String, String, Date)>,
    admissions: u64,
}

impl<'round> Replay<'round> {
    fn new(round: &'round Round, waiting: Waiting) -> Self {
        let mut replay = Self {
            round,
            waiting,
            granted: vec![NONE; round.applicant_count()],
            granted_on: vec![None; round.applicant_count()],
            applied: vec![Vec::new(); round.seats.len()],
            placed: vec![0; round.seats.len()],
            passed: BTreeMap::new(),
            deviations: Vec::new(),
            overrides: Vec::new(),
            above_capacity: Vec::new(),
            admissions: 0,
        };
        for applicant in 0..round.applicant_count() {
            for position in round.wish_range(applicant) {
                let wish = &round.wishes[position];
                if wish.seat == NONE {
                    continue;
                }
                replay.applied[wish.seat as usize].push((applicant, position));
                if round.is_own_place(applicant, wish) {
                    replay.granted[applicant] = position as u32;
                    replay.placed[wish.seat as usize] += 1;
                }
            }
        }
        replay
    }

    /// All decisions of one day: what is passed over with a reason counts for its admissions, and
    /// children admitted anywhere that day are not passed over.
    fn day(&mut self, decisions: &[(&Decision, usize, usize)]) {
        for (decision, _, wish) in decisions {
            if let (DecisionKind::PassOver, Some(reason)) = (decision.decision, decision.reason) {
                self.passed.insert(*wish, reason);
            }
        }
        let admissions = || {
            decisions
                .iter()
                .filter(|one| one.0.decision == DecisionKind::Admit)
        };
        self.give_up(decisions);
        for (decision, applicant, wish) in admissions() {
            self.admissions += 1;
            self.granted_on[*applicant] = Some(decision.decided_on);
            let seat = self.round.wishes[*wish].seat as usize;
            let before = std::mem::replace(&mut self.granted[*applicant], *wish as u32);
            if let Some(before) = self.round.wishes.get(before as usize) {
                self.placed[before.seat as usize] -= 1;
            }
            self.placed[seat] += 1;
        }
        for (decision, applicant, wish) in admissions() {
            let seat = self.round.wishes[*wish].seat as usize;
            if self.placed[seat] > self.round.seats[seat].capacity {
                let (programme, group) = self.round.seat_name(seat);
                let place = (programme.to_owned(), group.to_owned(), decision.decided_on);
                self.above_capacity.push(place);
            }
            self.judge(decision, *applicant, *wish);
        }
        self.give_up(decisions);
    }

    /// Places given up that are held now: a child goes back to the place it had at first, if any.
    fn give_up(&mut self, decisions: &[(&Decision, usize, usize)]) {
        let given = decisions
            .iter()
            .filter(|one| one.0.decision == DecisionKind::GiveUp);
        for (_, applicant, wish) in given {
            if self.granted[*applicant] != *wish as u32 {
                continue;
            }
            let round = self.round;
            self.placed[round.wishes[*wish].seat as usize] -= 1;
            self.granted_on[*applicant] = None;
            let mut range = round.wish_range(*applicant);
            let own = range.find(|wish| round.is_own_place(*applicant, &round.wishes[*wish]));
            self.granted[*applicant] = own.map_or(NONE, |own| own as u32);
            if let Some(own) = own {
                self.placed[round.wishes[own].seat as usize] += 1;
            }
        }
    }

    /// Lists an admission if it passes somebody over.
    fn judge(&mut self, decision: &Decision, applicant: usize, wish: usize) {
        let round = self.round;
        let given = &round.wishes[wish];
        if round.is_own_place(applicant, given) {
            return;
        }
        if let Some(reason) = decision.reason {
            self.deviations.push(Deviation {
                applicant_id: decision.applicant_id.clone(),
                programme_id: decision.programme_id.clone(),
                reason,
            });
        }
        let wants = |other: usize, theirs: &Wish| {
            let got = round.wishes.get(self.granted[other] as usize);
            got.is_none_or(|got| theirs.rank < got.rank)
        };
        let mut passed_over: Vec<PassedOver> = self.applied[given.seat as usize]
            .iter()
            .filter(|(other, position)| {
                let theirs = &round.wishes[*position];
                comes_before(round, (*other, theirs), given)
                    && wants(*other, theirs)
                    && self.waiting.waits(*position, decision.decided_on)
            })
            .map(|(other, position)| PassedOver {
                applicant_id: round.applicants.get(*other).to_owned(),
                reason: self.passed.get(position).copied(),
            })
            .collect();
        if passed_over.is_empty() {
            return;
        }
        passed_over.sort_unstable();
        let (programme, group) = round.seat_name(given.seat as usize);
        self.overrides.push(Override {
            decided_on: decision.decided_on,
            programme_id: programme.to_owned(),
            seat_group: group.to_owned(),
            applicant_id: decision.applicant_id.clone(),
            reason: decision.reason,
            explained: decision.reason.is_some()
                || passed_over.iter().all(|one| one.reason.is_some()),
            passed_over,
        });
    }

    fn report(
        mut self,
        decisions: u64,
        criteria: &[CriterionValue],
        options: &PatternOptions,
    ) -> AuditReport {
        let round = self.round;
        let placements: Vec<PlacementRow> = round
            .applicant_ids()
            .zip(&self.granted)
            .map(|(applicant, granted)| PlacementRow {
                applicant_id: applicant.to_owned(),
                place: round.wishes.get(*granted as usize).map(|wish| Place {
                    programme_id: round.programmes.get(wish.programme as usize).to_owned(),
                    rank: wish.rank,
                }),
            })
            .collect();
        let envy = self.envy(&placements);
        self.overrides.sort_unstable();
        self.above_capacity.sort_unstable();
        let all = patterns::patterns(round, &self.granted, criteria);
        let pattern_tests = all.len() as u64;
        let mut patterns: Vec<Pattern> = all
            .into_iter()
            .filter(|pattern| pattern.adjusted_p_value <= options.false_share)
            .collect();
        patterns.sort_by(|a, b| a.p_value.total_cmp(&b.p_value)); // stable: then bytewise
        AuditReport {
            decisions,
            admissions: self.admissions,
            above_capacity: self.above_capacity,
            by_reason: count(&self.overrides, reasons),
            by_programme: count(&self.overrides, |one| vec![one.programme_id.clone()]),
            envy,
            overrides: self.overrides,
            patterns,
            pattern_tests,
            false_share: options.false_share,
            limits: PATTERN_LIMITS,
        }
    }

    /// Envy in the end; a reason for passing the envious child over explains it, too.
    fn envy(&self, placements: &[PlacementRow]) -> EnvyAttribution {
        let round = self.round;
        let position = |applicant, wish: &Wish| {
            let mut range = round.wish_range(applicant);
            range.find(|position| round.wishes[*position] == *wish)
        };
        let passed_over = |applicant, wish: &Wish| {
            let position = position(applicant, wish)?;
            self.passed.get(&position).copied()
        };
        let counts = |applicant, wish: &Wish, other: usize| {
            position(applicant, wish)
                .is_none_or(|it| self.waiting.waits_on(it, self.granted_on[other]))
        };
        attribute_with(round, placements, &self.deviations, passed_over, counts)
    }
}

/// Whether a child has strictly higher priority than a wish at the same seat.
fn comes_before(round: &Round, (applicant, wish): (usize, &Wish), other: &Wish) -> bool {
    let lots = wish.given_lot().zip(other.given_lot());
    round.is_own_place(applicant, wish)
        || wish.points > other.points
        || (wish.points == other.points && lots.is_some_and(|(own, theirs)| own < theirs))
}

/// Reason codes that an override counts under.
fn reasons(one: &Override) -> Vec<String> {
    if !one.explained {
        return vec![String::new()];
    }
    let passed = one.passed_over.iter().filter_map(|passed| passed.reason);
    let own: BTreeSet<DeviationReason> = match one.reason {
        Some(reason) => [reason].into(),
        None => passed.collect(),
    };
    own.into_iter()
        .map(|reason| reason.code().to_owned())
        .collect()
}

fn count(
    overrides: &[Override],
    keys: impl Fn(&Override) -> Vec<String>,
) -> BTreeMap<String, OverrideCount> {
    let mut counts: BTreeMap<String, OverrideCount> = BTreeMap::new();
    for one in overrides {
        for key in keys(one) {
            let count = counts.entry(key).or_default();
            count.overrides += 1;
            count.passed_over += one.passed_over.len() as u64;
            count.unexplained += u64::from(!one.explained);
        }
    }
    counts
}
