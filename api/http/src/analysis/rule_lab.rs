//! Rule lab: what other mechanisms would have done with the round of the suggestions.

use domain::{CareType, ChildId, FacilityId};
use jiff::civil::Date;
use matching::{
    LabOptions, ListedEnvy, Mechanism, MechanismReport, SolveError, SuggestionError,
    SuggestionRound,
};
use store::Snapshot;

use super::suggestions::together;
use super::{Analyses, AnalysisError};

/// What several mechanisms did with one round. Nothing is offered and nothing is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleComparison {
    /// Number of the change it was computed from.
    pub computed_from: u64,
    /// The care types of the round: those that wishes, brothers and sisters and stays tie together.
    pub care_types: Vec<CareType>,
    /// One entry per mechanism that was replayed, in the order of [`Mechanism::ALL`].
    pub mechanisms: Vec<ReplayedMechanism>,
    /// Mechanisms asked for that have no answer in this round.
    pub left_out: Vec<LeftOutMechanism>,
}

/// A mechanism that is not defined for the round, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOutMechanism {
    /// The mechanism.
    pub mechanism: Mechanism,
    /// The number of the reason.
    pub code: &'static str,
    /// The reason, in words.
    pub reason: String,
}

/// What one mechanism did with the round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayedMechanism {
    /// The figures, from the independent checker.
    pub report: MechanismReport,
    /// The pairs of justified envy of the report, by child, then place.
    pub envy: Vec<EnviedPlace>,
}

/// A child that was passed over at a place it wants more than its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnviedPlace {
    /// The envious child.
    pub child: ChildId,
    /// The facility it wants more.
    pub facility: FacilityId,
    /// The care type there.
    pub care_type: CareType,
    /// The child with the lowest claim that got a place there.
    pub holder: ChildId,
}

impl Analyses {
    /// Replays the round of [`Self::suggestions`] under other mechanisms: the same wishes, places,
    /// points and lots, the months of every stay beside the others, and brothers and sisters by their
    /// rule, so that [`Mechanism::FamilyOptimal`] places exactly the children suggested.
    ///
    /// The round has the care types that are suggested together with `care_type`, and any other one tied
    /// to these by a child's wishes, by brothers and sisters, or by children who move on from a nursery;
    /// nobody else could change what comes out. Mechanisms named twice are replayed once; one that is not
    /// defined where brothers and sisters are placed together is left out with its number. The same
    /// snapshot, days, mechanisms and seed give the same report. The wishes are those of today's rules:
    /// what families would wish for under others is not known.
    ///
    /// # Errors
    ///
    /// As [`Self::suggestions`]; [`AnalysisError::Faulty`] also if a mechanism breaks a rule of
    /// feasibility, or a stable one leaves justified envy or a free place denied.
    pub fn rule_lab(
        &self,
        snapshot: &Snapshot,
        care_type: CareType,
        starts_on: Date,
        today: Date,
        mechanisms: &[Mechanism],
        seed: u64,
    ) -> Result<RuleComparison, AnalysisError> {
        let failed = AnalysisError::failed("rule lab");
        let city = self.city_round(snapshot, starts_on, today, seed)?;
        let inputs = city.round.inputs();
        let (inputs, care_types) = inputs.connected_with(together(care_type));
        let round =
            SuggestionRound::new(inputs).map_err(|rows| AnalysisError::contradiction(&rows))?;
        let options = LabOptions {
            seed,
            ..LabOptions::default()
        };
        let (mut replayed, mut left_out) = (Vec::new(), Vec::new());
        for mechanism in Mechanism::ALL {
            if !mechanisms.contains(&mechanism) {
                continue;
            }
            let report = match round.replay(mechanism, &options) {
                Ok(report) => report,
                Err(SuggestionError::Round(error)) if has_no_answer(&error) => {
                    left_out.push(LeftOutMechanism {
                        mechanism,
                        code: error.code(),
                        reason: error.to_string(),
                    });
                    continue;
                }
                Err(error) => return Err(failed(error)),
            };
            // Where rules of brothers and sisters contradict each other, the round says so itself.
            refuse_faults(&report, city.placed.blocking.is_empty())?;
            let envy = report.justified_envy.iter().map(envied_place);
            let envy = envy.collect::<Result<_, _>>()?;
            replayed.push(ReplayedMechanism { report, envy });
        }
        Ok(RuleComparison {
            computed_from: snapshot.sequence(),
            care_types,
            mechanisms: replayed,
            left_out,
        })
    }
}

/// Whether a mechanism, not the round, is what cannot be run.
const fn has_no_answer(error: &SolveError) -> bool {
    matches!(
        error,
        SolveError::ProgrammeSideWithSiblings | SolveError::BlindSum { .. }
    )
}

/// Refuses a report that cannot be right.
fn refuse_faults(report: &MechanismReport, one_exists: bool) -> Result<(), AnalysisError> {
    let is_stable = one_exists
        && matches!(
            report.mechanism,
            Mechanism::FamilyOptimal | Mechanism::ProgrammeOptimal
        );
    let faults = if is_stable {
        report.envious_children + report.denied_free_seat
    } else {
        0
    };
    let faults = faults + u64::from(!report.feasible);
    if faults == 0 {
        return Ok(());
    }
    Err(AnalysisError::Faulty {
        faults: usize::try_from(faults).unwrap_or(usize::MAX),
    })
}

fn envied_place(envy: &ListedEnvy) -> Result<EnviedPlace, AnalysisError> {
    let child = |id: &str| ChildId::new(id).map_err(AnalysisError::failed("rule lab"));
    // A programme is named `facility:care_type`.
    let programme = envy.programme_id.as_str();
    let (facility, care_type) = programme.split_once(':').unwrap_or((programme, ""));
    Ok(EnviedPlace {
        child: child(&envy.applicant_id)?,
        facility: FacilityId::new(facility).map_err(AnalysisError::failed("rule lab"))?,
        care_type: care_type
            .parse()
            .map_err(AnalysisError::failed("rule lab"))?,
        holder: child(&envy.admitted_applicant_id)?,
    })
}
