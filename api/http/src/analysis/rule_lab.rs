//! Rule lab: what other mechanisms would have done with the round of the suggestions.

use std::collections::{BTreeMap, BTreeSet};

use domain::{CareType, ChildId, FacilityId};
use jiff::civil::Date;
use matching::{LabOptions, ListedEnvy, Mechanism, MechanismReport, replay};
use store::Snapshot;

use super::round::{Part, Standing, Wish};
use super::suggestions::together;
use super::{Analyses, AnalysisError};

/// What several mechanisms did with one round. Nothing is offered and nothing is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleComparison {
    /// Number of the change it was computed from.
    pub computed_from: u64,
    /// The care types of the round: children who wish for two of them tie these together.
    pub care_types: Vec<CareType>,
    /// One entry per mechanism, in the order of [`Mechanism::ALL`].
    pub mechanisms: Vec<ReplayedMechanism>,
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
    /// points and lots, so that [`Mechanism::FamilyOptimal`] places exactly the children suggested.
    ///
    /// The round has the care types that are suggested together with `care_type`, and any other one that
    /// a child of these wishes for too; nobody else could change what comes out. Mechanisms named twice
    /// are replayed once. The same snapshot, days, mechanisms and seed give the same report. The wishes
    /// are those of today's rules: what families would wish for under others is not known.
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
        let mut standing = self.standing(snapshot, starts_on, today)?;
        standing.refuse_without_room(|_| 0);
        let care_types = care_types(&standing, care_type);
        let round = standing.round(
            |wish| wish.part == Part::Seeks && care_types.contains(&wish.programme.1),
            |programme| standing.seats.get(programme).map_or(0, |seats| seats.free),
            &BTreeMap::new(),
        )?;
        let options = LabOptions {
            seed,
            ..LabOptions::default()
        };
        let mut replayed = Vec::new();
        for mechanism in Mechanism::ALL {
            if !mechanisms.contains(&mechanism) {
                continue;
            }
            let report =
                replay(&round, mechanism, &options).map_err(AnalysisError::failed("rule lab"))?;
            refuse_faults(&report)?;
            let envy = report.justified_envy.iter().map(envied_place);
            let envy = envy.collect::<Result<_, _>>()?;
            replayed.push(ReplayedMechanism { report, envy });
        }
        Ok(RuleComparison {
            computed_from: snapshot.sequence(),
            care_types: care_types.into_iter().collect(),
            mechanisms: replayed,
        })
    }
}

/// The care types that have to be looked at together: those suggested together, and what their children
/// wish for besides.
fn care_types(standing: &Standing, asked: CareType) -> BTreeSet<CareType> {
    let mut wished: BTreeMap<&ChildId, BTreeSet<CareType>> = BTreeMap::new();
    let seeking = |wish: &&Wish| wish.part == Part::Seeks;
    for wish in standing.wishes.iter().filter(seeking) {
        wished
            .entry(&wish.child)
            .or_default()
            .insert(wish.programme.1);
    }
    let combinations: BTreeSet<&BTreeSet<CareType>> = wished.values().collect();
    let mut found: BTreeSet<CareType> = together(asked).iter().copied().collect();
    loop {
        let before = found.len();
        for combination in &combinations {
            if !combination.is_disjoint(&found) {
                found.extend(combination.iter().copied());
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Refuses a report that cannot be right.
fn refuse_faults(report: &MechanismReport) -> Result<(), AnalysisError> {
    let is_stable = matches!(
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
