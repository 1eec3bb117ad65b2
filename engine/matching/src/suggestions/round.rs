//! From inputs to lines, from lines to a city-wide round, from its placements to suggestions.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use domain::InputProblem;

use super::inputs::{
    SuggestionApplication, SuggestionChild, SuggestionInputs, SuggestionProgramme,
};
use super::joint::{Household, family_options, households};
use super::line::{AheadBy, BetterPlace, ProgrammeSuggestions, SuggestionDecision, SuggestionLine};
use super::ranking::{LineOrder, rank_all};
use super::running::RunningRound;
use super::stays::{Exclusion, UnsettledApplication, fit_stays};
use crate::catalogue::Evaluation;
use crate::placements::PlacementRow;
use crate::round::{ApplicantRow, ApplicationRow, ProgrammeRow, Round, Siblings};
use crate::solve::SolveError;
use crate::whole_stay::{StayLedger, StayObstacle, SuitableApplication, UnsuitableApplication};

/// One application in the line of its programme.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) child: usize,
    pub(super) programme: usize,
    pub(super) rank: u32,
    pub(super) evaluation: Evaluation,
    pub(super) suitability: Result<SuitableApplication, UnsuitableApplication>,
    /// What the one before in line is ahead by.
    pub(super) behind_by: Option<AheadBy>,
    pub(super) application: SuggestionApplication,
}

/// A checked suggestion round: every application evaluated, checked over its whole stay and ranked.
#[derive(Debug, Clone)]
pub struct SuggestionRound {
    pub(super) inputs: SuggestionInputs,
    pub(super) ledger: StayLedger,
    pub(super) programmes: Vec<SuggestionProgramme>,
    pub(super) children: Vec<SuggestionChild>,
    /// By programme: its line, first first.
    pub(super) lines: Vec<Vec<Candidate>>,
    /// By child: programme and place in its line, from 0.
    pub(super) wishes: Vec<Vec<(usize, usize)>>,
}

/// Placements of the current round with the applications that found no room beside others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayPlacements {
    /// One row per child, by child.
    pub placements: Vec<PlacementRow>,
    /// Applications taken out because their stay does not fit beside those that come first.
    pub exclusions: Vec<Exclusion>,
    /// Applications that stay out although they would fit in the end, because the round goes in circles:
    /// none as a rule. A person has to look at them.
    pub unsettled: Vec<UnsettledApplication>,
    /// Families, or children without one, that would rather have something nobody stands in the way
    /// of, because no stable matching exists: none without brothers and sisters to be placed together.
    pub blocking: Vec<String>,
}

impl StayPlacements {
    /// Child and programme of everything that is out of the round.
    pub fn out(&self) -> impl Iterator<Item = (&str, &str)> {
        let excluded = self.exclusions.iter();
        let excluded = excluded.map(|it| (it.applicant_id.as_str(), it.programme_id.as_str()));
        let unsettled = self.unsettled.iter();
        let unsettled = unsettled.map(|it| (it.applicant_id.as_str(), it.programme_id.as_str()));
        excluded.chain(unsettled)
    }
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
    /// The independent checks of the legal-claim phase found faults.
    #[error("the check of the proposals found {faults} faults; do not use them, and report this")]
    Proposals {
        /// How many.
        faults: usize,
    },
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
        let mut wishes = vec![Vec::new(); children.len()];
        for (programme, line) in lines.iter().enumerate() {
            for (position, candidate) in line.iter().enumerate() {
                wishes[candidate.child].push((programme, position));
            }
        }
        match ledger {
            Some(ledger) if problems.is_empty() => Ok(Self {
                wishes,
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
    /// the tie rules of each programme order its applicants. Brothers and sisters who are to be placed
    /// together have joint options, counted by facility and not by programme: a nursery and a
    /// kindergarten of one house are together.
    ///
    /// # Errors
    ///
    /// As [`Round::from_rows_with_options`].
    pub fn round(&self, exclusions: &[Exclusion]) -> Result<Round, Vec<InputProblem>> {
        let excluded = exclusions.iter();
        let excluded = excluded.map(|it| (it.applicant_id.as_str(), it.programme_id.as_str()));
        self.round_without(&excluded.collect())
    }

    /// The round that gave these placements: [`Self::round`] without all that is out of it.
    ///
    /// # Errors
    ///
    /// As [`Self::round`].
    pub fn round_of(&self, placed: &StayPlacements) -> Result<Round, Vec<InputProblem>> {
        self.round_without(&placed.out().collect())
    }

    pub(super) fn round_without(
        &self,
        excluded: &BTreeSet<(&str, &str)>,
    ) -> Result<Round, Vec<InputProblem>> {
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
        let together = households(self);
        let joint: BTreeMap<usize, &str> = together
            .iter()
            .flat_map(|it| it.children.iter().map(|child| (*child, it.family_id)))
            .collect();
        let applicants: Vec<ApplicantRow> = (0..)
            .zip(&self.children)
            .map(|(number, it)| ApplicantRow {
                applicant_id: it.applicant_id.clone(),
                seat_group: String::new(),
                family_id: joint.get(&number).map(|family| (*family).to_owned()),
                siblings: Siblings::Independent,
                enrolled_programme_id: None,
            })
            .collect();
        let options: Vec<_> = together
            .iter()
            .flat_map(|it: &Household<'_>| family_options(self, it, excluded))
            .collect();
        Round::from_rows_with_options(&programmes, &applications, &applicants, &options)
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
        fit_stays(self, RunningRound::new(self)?)
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
        self.lists(placements, exclusions, &[], &[])
    }

    /// [`Self::suggest`] for what [`Self::place`] gave: where no stable matching exists, the lines of
    /// the families that block say so, and so do those of applications that go in circles.
    ///
    /// # Errors
    ///
    /// As [`Self::suggest`].
    pub fn suggest_for(
        &self,
        placed: &StayPlacements,
    ) -> Result<Vec<ProgrammeSuggestions>, SuggestionError> {
        self.lists(
            &placed.placements,
            &placed.exclusions,
            &placed.unsettled,
            &placed.blocking,
        )
    }

    fn lists(
        &self,
        placements: &[PlacementRow],
        exclusions: &[Exclusion],
        unsettled: &[UnsettledApplication],
        blocking: &[String],
    ) -> Result<Vec<ProgrammeSuggestions>, SuggestionError> {
        let blocking: BTreeSet<&str> = blocking.iter().map(String::as_str).collect();
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
        let unsettled = unsettled.iter().map(|it| {
            let name = (it.applicant_id.as_str(), it.programme_id.as_str());
            (name, it)
        });
        let said = Said {
            excluded,
            unsettled: unsettled.collect(),
            blocking,
        };
        (0..self.programmes.len())
            .map(|programme| self.list(programme, &places, &said))
            .collect()
    }

    /// Nobody may be placed where it did not apply or does not fit.
    fn refuse_foreign(&self, places: &BTreeMap<&str, (&str, u32)>) -> Result<(), SuggestionError> {
        for (applicant, (place, rank)) in places {
            let fits = self.candidate(applicant, place);
            let fits = fits.is_some_and(|(_, it)| it.rank == *rank && it.suitability.is_ok());
            if !fits {
                return Err(SuggestionError::NotSuitable {
                    applicant_id: (*applicant).to_owned(),
                    programme_id: (*place).to_owned(),
                });
            }
        }
        Ok(())
    }

    fn list(
        &self,
        number: usize,
        places: &BTreeMap<&str, (&str, u32)>,
        said: &Said<'_>,
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
                let why = Why {
                    better,
                    excluded: said.excluded.get(&(applicant, name)).copied(),
                    cut_off,
                    unsettled: said.unsettled.get(&(applicant, name)).copied(),
                    is_blocking: self.is_among(candidate.child, &said.blocking),
                };
                self.decide(programme, candidate, &why, &mut waiting)?
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

    /// Whether a child or its family is in a list.
    fn is_among(&self, child: usize, names: &BTreeSet<&str>) -> bool {
        let child = &self.children[child];
        names.contains(child.applicant_id.as_str())
            || !child.family_id.is_empty() && names.contains(child.family_id.as_str())
    }

    /// Why a child is not suggested.
    fn decide(
        &self,
        programme: &SuggestionProgramme,
        candidate: &Candidate,
        why: &Why<'_>,
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
        if let Some((programme_id, rank)) = why.better {
            return Ok(SuggestionDecision::PlacedAtBetterWish {
                programme_id: programme_id.to_owned(),
                rank,
            });
        }
        if let Some(reason) = why.excluded {
            return Ok(SuggestionDecision::NoRoomBesideOthers {
                reason: reason.clone(),
            });
        }
        if programme.free_places == 0 {
            return Ok(SuggestionDecision::NoFreePlace);
        }
        if let Some(last) = why.cut_off {
            *waiting += 1;
            return Ok(SuggestionDecision::Full {
                free_places: programme.free_places,
                cut_off_points: last.evaluation.points,
                decided_by: self.compare(programme, last, candidate).1,
                waiting_position: *waiting,
            });
        }
        if let Some(unsettled) = why.unsettled {
            return Ok(SuggestionDecision::NoStableStays {
                facility_id: unsettled.facility_id.clone(),
                reason: unsettled.reason.clone(),
            });
        }
        if child.siblings != Siblings::Independent {
            return Ok(SuggestionDecision::SiblingsRule);
        }
        if why.is_blocking {
            return Ok(SuggestionDecision::NoStableMatching);
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
        LineOrder::of(&self.inputs, &self.children, programme).compare(a, b)
    }
}

/// What a round says of applications that are out of it, by child and programme, and who blocks.
struct Said<'a> {
    excluded: BTreeMap<(&'a str, &'a str), &'a StayObstacle>,
    unsettled: BTreeMap<(&'a str, &'a str), &'a UnsettledApplication>,
    blocking: BTreeSet<&'a str>,
}

/// What is known of an application that is not suggested.
struct Why<'a> {
    /// The child's place at a better wish.
    better: Option<(&'a str, u32)>,
    /// Why its stay does not fit beside others.
    excluded: Option<&'a StayObstacle>,
    /// The last child suggested, where no place is left and that child comes first.
    cut_off: Option<&'a Candidate>,
    /// What would not fit if it were let in although it fits itself.
    unsettled: Option<&'a UnsettledApplication>,
    /// Whether the round could not be stable for it.
    is_blocking: bool,
}
