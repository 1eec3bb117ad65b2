//! Decision audit: what providers decided against the order of their lines.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ApplicationId, CareType, ChildId, OfferId};
use jiff::civil::Date;
use matching::{
    ApplicantRow, ApplicationRow, AuditReport, CriterionKey, CriterionValue, Decision,
    DecisionKind, DeviationReason, PatternOptions, ProgrammeRow, Round, Siblings, WaitingSpan,
    audit_decisions_over_time,
};
use store::{ApplicationStanding, Chunk, OfferRow, OfferStanding, Snapshot};

use super::round::programme_id;
use super::{Analyses, AnalysisError};

/// The decisions of providers, replayed.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionAudit {
    /// Number of the change it was computed from.
    pub computed_from: u64,
    /// The report; programmes are named `facility:care_type`.
    pub report: AuditReport,
    /// Names of criteria that no patterns were sought for, because their names cannot be those of a
    /// criterion that may decide.
    pub criteria_left_out: Vec<String>,
}

/// Rows for the engine, as far as they are collected.
#[derive(Default)]
struct Collected {
    applications: Vec<ApplicationRow>,
    births: BTreeMap<String, Date>,
    decisions: Vec<Decision>,
    waiting: Vec<WaitingSpan>,
    criteria: Vec<CriterionValue>,
    left_out: BTreeSet<String>,
}

impl Analyses {
    /// Replays every offer made for a care type, or for all, against points and age as they are now.
    ///
    /// An offer is an admission, on its day; it ends on the day it was declined, taken back or expired.
    /// Another child is passed over if its application was open that day, had no offer and none
    /// declined so far, and comes before by points, then by age; children born on one day are equals.
    /// An application whose offer expired, or was taken back, waits again. `reasons` are those
    /// recorded with offers; what is none of the codes counts as `other`. The same snapshot and
    /// reasons give the same report.
    ///
    /// Points are those of today: what was recorded at the time of an offer is in the change log.
    /// Whether hours, start or group suit is not looked at: that is what reasons are for.
    ///
    /// # Errors
    ///
    /// [`AnalysisError::Contradiction`] if the rows do not go together.
    pub fn decision_audit(
        &self,
        snapshot: &Snapshot,
        care_type: Option<CareType>,
        reasons: &BTreeMap<OfferId, String>,
    ) -> Result<DecisionAudit, AnalysisError> {
        let mut collected = Collected::default();
        for chunk in snapshot.chunks() {
            collected.add(chunk, care_type, reasons);
        }
        let round = collected.round()?;
        let report = audit_decisions_over_time(
            &round,
            &collected.decisions,
            &collected.waiting,
            &collected.criteria,
            &PatternOptions::default(),
        )
        .map_err(|problems| AnalysisError::contradiction(&problems))?;
        Ok(DecisionAudit {
            computed_from: snapshot.sequence(),
            report,
            criteria_left_out: collected.left_out.into_iter().collect(),
        })
    }
}

impl Collected {
    fn add(
        &mut self,
        chunk: &Chunk,
        care_type: Option<CareType>,
        reasons: &BTreeMap<OfferId, String>,
    ) {
        let mut points: BTreeMap<&ApplicationId, Vec<(&str, i32)>> = BTreeMap::new();
        let given = chunk.points.criterion.iter().zip(&chunk.points.points);
        for (application, (criterion, value)) in chunk.points.application.iter().zip(given) {
            let own = points.entry(application).or_default();
            own.push((criterion, *value));
        }
        let mut offers: BTreeMap<ApplicationId, Vec<OfferRow>> = BTreeMap::new();
        for offer in chunk.offers.rows() {
            let own = offers.entry(offer.application.clone()).or_default();
            own.push(offer);
        }
        for child in chunk.children.rows() {
            self.births
                .insert(child.child.to_string(), child.birth_date);
        }
        // A child may have applied at a place several times: the newest application counts.
        let mut newest: BTreeMap<(ChildId, String), store::ApplicationRow> = BTreeMap::new();
        for row in chunk.applications.rows() {
            if care_type.is_some_and(|care_type| care_type != row.care_type) {
                continue;
            }
            let programme = programme_id(&(row.facility.clone(), row.care_type));
            let key = (row.child.clone(), programme);
            let is_newer = newest.get(&key).is_none_or(|known| {
                let order = |row: &store::ApplicationRow| {
                    let is_open = row.standing == ApplicationStanding::Open;
                    (row.applied_on, is_open, row.application.clone())
                };
                order(known) < order(&row)
            });
            if is_newer {
                newest.insert(key, row);
            }
        }
        for ((child, programme), row) in newest {
            let own = points.get(&row.application).map_or(&[][..], Vec::as_slice);
            let sum = own
                .iter()
                .fold(0_i32, |sum, (_, value)| sum.saturating_add(*value));
            self.criteria(&child, &programme, own);
            self.applications.push(ApplicationRow {
                applicant_id: child.to_string(),
                programme_id: programme.clone(),
                rank: row.rank,
                points: sum,
                lot: None,
            });
            let made = offers.remove(&row.application).unwrap_or_default();
            self.course(&row, &programme, &made, reasons);
        }
    }

    fn criteria(&mut self, child: &ChildId, programme: &str, points: &[(&str, i32)]) {
        for (criterion, value) in points {
            match CriterionKey::new(criterion) {
                Ok(criterion) => self.criteria.push(CriterionValue {
                    applicant_id: child.to_string(),
                    programme_id: Some(programme.to_owned()),
                    criterion,
                    value: format!("{value} points"),
                }),
                Err(_) => {
                    self.left_out.insert((*criterion).to_owned());
                }
            }
        }
    }

    /// The decisions about an application, and when it waited.
    fn course(
        &mut self,
        row: &store::ApplicationRow,
        programme: &str,
        offers: &[OfferRow],
        reasons: &BTreeMap<OfferId, String>,
    ) {
        let child = row.child.as_str();
        let decided = |on, decision, reason| Decision {
            decided_on: on,
            decision,
            programme_id: programme.to_owned(),
            applicant_id: child.to_owned(),
            reason,
        };
        let mut waits_from = Some(row.applied_on);
        let mut admitted = Vec::new();
        for offer in offers {
            if let Some(from) = waits_from.take() {
                self.span(child, programme, from, Some(offer.offered_on));
            }
            let reason = reasons.get(&offer.offer).map(|code| known_reason(code));
            let admission = decided(offer.offered_on, DecisionKind::Admit, reason);
            // Given up and offered again on one day: the child held the place all the time.
            let again = admitted
                .pop_if(|last: &mut Decision| {
                    last.decision == DecisionKind::GiveUp && last.decided_on >= offer.offered_on
                })
                .is_some();
            if !again {
                admitted.push(admission);
            }
            let Some(ended_on) = ended_on(offer) else {
                continue;
            };
            admitted.push(decided(ended_on, DecisionKind::GiveUp, None));
            if matches!(
                offer.standing,
                OfferStanding::Expired | OfferStanding::Revoked
            ) {
                waits_from = Some(ended_on);
            }
        }
        self.decisions.extend(admitted);
        if let Some(from) = waits_from {
            self.span(child, programme, from, row.closed_on);
        }
    }

    fn span(&mut self, child: &str, programme: &str, from: Date, until: Option<Date>) {
        self.waiting.push(WaitingSpan {
            applicant_id: child.to_owned(),
            programme_id: programme.to_owned(),
            from,
            until,
        });
    }

    /// The declared order: points, then age. Every programme has as many seats as children hold one in
    /// the end: the procedure offers no place that is not free, so seats are not what is audited.
    fn round(&mut self) -> Result<Round, AnalysisError> {
        let days: BTreeSet<Date> = self.births.values().copied().collect();
        let lots: BTreeMap<Date, u32> = days.into_iter().zip(0..).collect();
        for row in &mut self.applications {
            let born = self.births.get(&row.applicant_id);
            row.lot = born.and_then(|born| lots.get(born)).copied();
        }
        let mut held: BTreeMap<&str, i64> = BTreeMap::new();
        for row in &self.applications {
            held.entry(&row.programme_id).or_default();
        }
        for decision in &self.decisions {
            *held.entry(&decision.programme_id).or_default() += match decision.decision {
                DecisionKind::Admit => 1,
                DecisionKind::GiveUp => -1,
                DecisionKind::PassOver => 0,
            };
        }
        let programmes: Vec<ProgrammeRow> = held
            .into_iter()
            .map(|(programme, held)| ProgrammeRow {
                programme_id: programme.to_owned(),
                seat_group: String::new(),
                capacity: u32::try_from(held).unwrap_or(0),
            })
            .collect();
        let children: BTreeSet<&str> = self
            .applications
            .iter()
            .map(|row| row.applicant_id.as_str())
            .collect();
        let applicants: Vec<ApplicantRow> = children
            .into_iter()
            .map(|child| ApplicantRow {
                applicant_id: child.to_owned(),
                siblings: Siblings::Independent,
                ..ApplicantRow::default()
            })
            .collect();
        Round::from_rows(&programmes, &self.applications, &applicants)
            .map_err(|problems| AnalysisError::contradiction(&problems))
    }
}

/// The day on which an offer came to nothing; `None` while it holds a place or became a contract.
fn ended_on(offer: &OfferRow) -> Option<Date> {
    match offer.standing {
        OfferStanding::Open | OfferStanding::Confirmed | OfferStanding::Contracted => None,
        OfferStanding::Declined
        | OfferStanding::Expired
        | OfferStanding::DeclinedByContract
        | OfferStanding::Revoked
        | OfferStanding::Withdrawn => Some(offer.closed_on.unwrap_or(offer.reply_by)),
    }
}

/// A reason as recorded; what is none of the codes is another one.
fn known_reason(code: &str) -> DeviationReason {
    code.parse().unwrap_or(DeviationReason::Other)
}
