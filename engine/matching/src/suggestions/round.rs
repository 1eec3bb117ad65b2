//! From lines to a city-wide round, from its placements to suggestions.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use domain::InputProblem;

use super::inputs::{SuggestionChild, SuggestionInputs, SuggestionProgramme};
use super::line::{AheadBy, BetterPlace, ProgrammeSuggestions, SuggestionDecision, SuggestionLine};
use super::ranking::{Candidate, LineOrder, rank_all};
use super::stays::{Exclusion, fit_stays};
use crate::placements::PlacementRow;
use crate::round::{ApplicantRow, ApplicationRow, ProgrammeRow, Round, Siblings};
use crate::solve::{RoundOptions, SolveError, solve};
use crate::whole_stay::{StayLedger, StayObstacle};

/// A checked suggestion round: every application evaluated, checked over its whole stay and ranked.
#[derive(Debug, Clone)]
pub struct SuggestionRound {
    pub(super) inputs: SuggestionInputs,
    pub(super) ledger: StayLedger,
    pub(super) programmes: Vec<SuggestionProgramme>,
    pub(super) children: Vec<SuggestionChild>,
    /// By programme: its line, first first.
    pub(super) lines: Vec<Vec<Candidate>>,
}

/// Placements of the current round with the applications that found no room beside others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayPlacements {
    /// One row per child, by child.
    pub placements: Vec<PlacementRow>,
    /// Applications taken out because their stay does not fit beside those that come first.
    pub exclusions: Vec<Exclusion>,
    /// Applications taken out on the way that would fit in the end: none as a rule. They are listed so
    /// that nobody is passed over unseen.
    pub unsettled: Vec<Exclusion>,
}

/// No suggestions can be made of placements.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SuggestionError {
    /// The city-wide round could not be run.
    #[error(transparent)]
    Round(#[from] SolveError),
    /// The rows of the city-wide round contradict each other.
    #[error("the city-wide round could not be built: {0:?}")]
    Rows(Vec<InputProblem>),
    /// No rule explains a decision.
    #[error(
        "no rule explains why child {applicant_id:?} is not suggested for {programme_id:?}; the placements do not belong to this round"
    )]
    Unexplained {
        /// The child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
    },
    /// A child is placed where it did not apply or does not fit.
    #[error(
        "the placements put child {applicant_id:?} at {programme_id:?}, where it did not apply or does not fit; the placements do not belong to this round"
    )]
    NotSuitable {
        /// The child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
    },
}

impl SuggestionRound {
    /// Checks and ranks the inputs.
    ///
    /// # Errors
    ///
    /// Every problem of every table at once: rows that contradict each other (E2171, E2170), answers
    /// that are malformed (E2162) or hold what placement must not know (E2155).
    pub fn new(inputs: SuggestionInputs) -> Result<Self, Vec<InputProblem>> {
        let mut problems = inputs.problems();
        let ledger = StayLedger::new(&inputs.care_offers, &inputs.places, inputs.months);
        let ledger = ledger.map_err(|more| problems.extend(more)).ok();
        let mut programmes = inputs.programmes.clone();
        programmes.sort();
        let mut children = inputs.children.clone();
        children.sort();
        let mut lines = Vec::new();
        if let Some(ledger) = ledger.as_ref().filter(|_| problems.is_empty()) {
            lines = rank_all(&inputs, ledger, &programmes, &children, &mut problems);
        }
        match ledger {
            Some(ledger) if problems.is_empty() => Ok(Self {
                inputs,
                ledger,
                programmes,
                children,
                lines,
            }),
            _ => {
                problems.sort();
                problems.dedup();
                Err(problems)
            }
        }
    }

    /// The inputs.
    #[must_use]
    pub const fn inputs(&self) -> &SuggestionInputs {
        &self.inputs
    }

    /// The city-wide round of all suitable applications but those excluded: points as evaluated, lots as
    /// the tie rules of each programme order its applicants.
    ///
    /// # Errors
    ///
    /// As [`Round::from_rows`].
    pub fn round(&self, exclusions: &[Exclusion]) -> Result<Round, Vec<InputProblem>> {
        let excluded: BTreeSet<(&str, &str)> = exclusions
            .iter()
            .map(|it| (it.applicant_id.as_str(), it.programme_id.as_str()))
            .collect();
        let mut applications = Vec::new();
        for (programme, line) in self.programmes.iter().zip(&self.lines) {
            for (lot, candidate) in (0..).zip(line) {
                let child = &self.children[candidate.child].applicant_id;
                let name = (child.as_str(), programme.programme_id.as_str());
                if candidate.suitability.is_ok() && !excluded.contains(&name) {
                    applications.push(ApplicationRow {
                        applicant_id: child.clone(),
                        programme_id: programme.programme_id.clone(),
                        rank: candidate.rank,
                        points: candidate.evaluation.points,
                        lot: Some(lot),
                    });
                }
            }
        }
        let programmes: Vec<ProgrammeRow> = self
            .programmes
            .iter()
            .map(|it| ProgrammeRow {
                programme_id: it.programme_id.clone(),
                seat_group: String::new(),
                capacity: it.free_places,
            })
            .collect();
        let applicants: Vec<ApplicantRow> = self
            .children
            .iter()
            .map(|it| ApplicantRow {
                applicant_id: it.applicant_id.clone(),
                seat_group: String::new(),
                family_id: (!it.family_id.is_empty()).then(|| it.family_id.clone()),
                siblings: it.siblings,
                enrolled_programme_id: None,
            })
            .collect();
        Round::from_rows(&programmes, &applications, &applicants)
    }

    /// Runs the city-wide round so that the stays of all children placed fit together in every month.
    ///
    /// Where the stays of children placed at a facility exceed its places in some month, the last in
    /// line among those that no longer fit leaves that line, and the round is run again.
    ///
    /// # Errors
    ///
    /// [`SuggestionError`] when the round cannot be run.
    pub fn place(&self) -> Result<StayPlacements, SuggestionError> {
        fit_stays(self, |exclusions| {
            let round = self.round(exclusions).map_err(SuggestionError::Rows)?;
            let options = RoundOptions {
                seed: self.inputs.seed,
                ..RoundOptions::default()
            };
            Ok(solve(&round, &options)?.placements())
        })
    }

    /// The ranked suggestions of every programme under the placements of the current round.
    ///
    /// # Errors
    ///
    /// [`SuggestionError::Unexplained`] or [`SuggestionError::NotSuitable`] when the placements do not
    /// belong to this round.
    pub fn suggest(
        &self,
        placements: &[PlacementRow],
        exclusions: &[Exclusion],
    ) -> Result<Vec<ProgrammeSuggestions>, SuggestionError> {
        let places: BTreeMap<&str, (&str, u32)> = placements
            .iter()
            .filter_map(|row| {
                let place = row.place.as_ref()?;
                Some((
                    row.applicant_id.as_str(),
                    (place.programme_id.as_str(), place.rank),
                ))
            })
            .collect();
        self.refuse_foreign(&places)?;
        let excluded: BTreeMap<(&str, &str), &StayObstacle> = exclusions
            .iter()
            .map(|it| {
                (
                    (it.applicant_id.as_str(), it.programme_id.as_str()),
                    &it.reason,
                )
            })
            .collect();
        (0..self.programmes.len())
            .map(|programme| self.suggest_for(programme, &places, &excluded))
            .collect()
    }

    /// Nobody may be placed where it did not apply or does not fit.
    fn refuse_foreign(&self, places: &BTreeMap<&str, (&str, u32)>) -> Result<(), SuggestionError> {
        for (applicant, (place, rank)) in places {
            let programme = self
                .programmes
                .binary_search_by(|it| it.programme_id.as_str().cmp(place));
            let fits = programme.is_ok_and(|programme| {
                self.lines[programme].iter().any(|it| {
                    self.children[it.child].applicant_id == *applicant
                        && it.rank == *rank
                        && it.suitability.is_ok()
                })
            });
            if !fits {
                return Err(SuggestionError::NotSuitable {
                    applicant_id: (*applicant).to_owned(),
                    programme_id: (*place).to_owned(),
                });
            }
        }
        Ok(())
    }

    fn suggest_for(
        &self,
        number: usize,
        places: &BTreeMap<&str, (&str, u32)>,
        excluded: &BTreeMap<(&str, &str), &StayObstacle>,
    ) -> Result<ProgrammeSuggestions, SuggestionError> {
        let programme = &self.programmes[number];
        let name = programme.programme_id.as_str();
        let line = &self.lines[number];
        let place_of = |it: &Candidate| {
            places
                .get(self.children[it.child].applicant_id.as_str())
                .copied()
        };
        let suggested = |it: &Candidate| place_of(it).is_some_and(|(place, _)| place == name);
        let last = line.iter().rposition(suggested);
        let taken = line.iter().filter(|it| suggested(it)).count();
        let full = taken == programme.free_places as usize;
        let full_behind = last.filter(|_| full);
        let mut waiting = 0;
        let mut lines = Vec::with_capacity(line.len());
        for (position, candidate) in line.iter().enumerate() {
            let applicant = self.children[candidate.child].applicant_id.as_str();
            let better = place_of(candidate).filter(|(_, rank)| *rank < candidate.rank);
            let decision = if suggested(candidate) {
                SuggestionDecision::Suggested
            } else {
                let cut_off = full_behind.filter(|last| *last < position);
                let cut_off = cut_off.map(|last| &line[last]);
                let reason = excluded.get(&(applicant, name)).copied();
                self.decide(programme, candidate, better, reason, cut_off, &mut waiting)?
            };
            lines.push(SuggestionLine {
                position: position as u32 + 1,
                applicant_id: applicant.to_owned(),
                wish_rank: candidate.rank,
                points: candidate.evaluation.points,
                contributions: candidate.evaluation.contributions.clone(),
                behind_by: candidate.behind_by,
                obstacles: match &candidate.suitability {
                    Ok(_) => Vec::new(),
                    Err(unsuitable) => unsuitable.obstacles.clone(),
                },
                better_place: better.map(|(programme_id, rank)| BetterPlace {
                    programme_id: programme_id.to_owned(),
                    rank,
                }),
                decision,
            });
        }
        let cut_off = full_behind;
        Ok(ProgrammeSuggestions {
            programme_id: name.to_owned(),
            provider_id: programme.provider_id.clone(),
            catalogue_hash: self
                .inputs
                .catalogues
                .of(&programme.provider_id)
                .map(crate::CriteriaCatalogue::version_hash)
                .unwrap_or_default(),
            free_places: programme.free_places,
            cut_off_points: cut_off.map(|last| line[last].evaluation.points),
            cut_off_position: cut_off.map(|last| last as u32 + 1),
            lines,
        })
    }

    /// Why a child is not suggested; `cut_off` is the last child suggested where no place is left and that
    /// child comes first.
    fn decide(
        &self,
        programme: &SuggestionProgramme,
        candidate: &Candidate,
        better: Option<(&str, u32)>,
        excluded: Option<&StayObstacle>,
        cut_off: Option<&Candidate>,
        waiting: &mut u32,
    ) -> Result<SuggestionDecision, SuggestionError> {
        let child = &self.children[candidate.child];
        if let Err(unsuitable) = &candidate.suitability
            && let Some(reason) = unsuitable.obstacles.first()
        {
            return Ok(SuggestionDecision::Unsuitable {
                reason: reason.clone(),
            });
        }
        if let Some((programme_id, rank)) = better {
            return Ok(SuggestionDecision::PlacedAtBetterWish {
                programme_id: programme_id.to_owned(),
                rank,
            });
        }
        if let Some(reason) = excluded {
            return Ok(SuggestionDecision::NoRoomBesideOthers {
                reason: reason.clone(),
            });
        }
        if programme.free_places == 0 {
            return Ok(SuggestionDecision::NoFreePlace);
        }
        if let Some(last) = cut_off {
            *waiting += 1;
            return Ok(SuggestionDecision::Full {
                free_places: programme.free_places,
                cut_off_points: last.evaluation.points,
                decided_by: self.compare(programme, last, candidate).1,
                waiting_position: *waiting,
            });
        }
        if child.siblings != Siblings::Independent {
            return Ok(SuggestionDecision::SiblingsRule);
        }
        Err(SuggestionError::Unexplained {
            applicant_id: child.applicant_id.clone(),
            programme_id: programme.programme_id.clone(),
        })
    }

    fn compare(
        &self,
        programme: &SuggestionProgramme,
        a: &Candidate,
        b: &Candidate,
    ) -> (Ordering, AheadBy) {
        let order = LineOrder {
            children: &self.children,
            seed: self.inputs.seed,
            tie: self
                .inputs
                .catalogues
                .of(&programme.provider_id)
                .map_or(&[], |catalogue| catalogue.tie()),
        };
        order.compare(a, b)
    }

    /// First day of care that a candidate wishes.
    pub(super) fn first_day_of(candidate: &Candidate) -> jiff::civil::Date {
        candidate.application.first_day
    }
}
