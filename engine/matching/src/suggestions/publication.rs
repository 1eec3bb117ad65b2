//! Refusal to publish: what must never happen in a published round.
//!
//! In 2022 a German city lost its matching software because siblings were separated, hours did not match
//! and children lost promised places. Placements can only be published as [`Publishable`], and that type
//! can only be had from this check.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::round::SuggestionRound;
use super::separated::find_separated;
use super::stays::Exclusion;
use crate::check::{CheckReport, Finding};
use crate::error_codes as code;
use crate::placements::PlacementRow;
use crate::whole_stay::StayObstacle;

/// On what ground a child was promised a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PromiseGround {
    /// It attends the facility.
    Enrolled,
    /// It has an open offer that the family holds.
    HeldOffer,
    /// The family confirmed an offer: the child keeps exactly this place.
    ConfirmedOffer,
}

/// A place that a child was promised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PromisedPlace {
    /// The child.
    pub applicant_id: String,
    /// The programme.
    pub programme_id: String,
    /// On what ground.
    pub ground: PromiseGround,
    /// Rank of the programme among the child's wishes; a better one may replace the promise, save a
    /// confirmed one.
    pub rank: u32,
}

/// A reason not to publish.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PublicationRefusal {
    /// Brothers and sisters are placed apart against their rule.
    SiblingsSeparated {
        /// The family.
        family_id: String,
        /// One child.
        applicant_id: String,
        /// The other.
        sibling_id: String,
        /// A facility where both could be placed; `None` where the rule forbids to be apart at all.
        together_at: Option<String>,
    },
    /// Age, hours or months do not fit, or the child did not apply.
    Unsuitable {
        /// The child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
        /// Names of the reasons; `not_applied` where there is no such application.
        reasons: Vec<String>,
    },
    /// A child loses a promised place.
    PromiseBroken {
        /// The promise.
        promise: PromisedPlace,
        /// Where it is placed instead, if anywhere.
        placed_at: Option<String>,
    },
    /// Something that is not feasible.
    Infeasible {
        /// What, in words.
        finding: String,
    },
    /// A child has a better claim to a seat.
    Unstable {
        /// What, in words.
        finding: String,
    },
}

impl PublicationRefusal {
    /// The numbered code, as listed in [`crate::ERROR_CODES`].
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SiblingsSeparated { .. } => code::PUBLISH_SIBLINGS,
            Self::Unsuitable { .. } => code::PUBLISH_UNSUITABLE,
            Self::PromiseBroken { .. } => code::PUBLISH_PROMISE,
            Self::Infeasible { .. } => code::PUBLISH_INFEASIBLE,
            Self::Unstable { .. } => code::PUBLISH_UNSTABLE,
        }
    }
}

/// Placements that passed [`publication_check`]; nothing else makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publishable {
    placements: Vec<PlacementRow>,
}

impl Publishable {
    /// The placements.
    #[must_use]
    pub fn placements(&self) -> &[PlacementRow] {
        &self.placements
    }
}

/// Checks placements before they are published.
///
/// `report` is the verdict of [`crate::check_matching`] on them, `exclusions` are the applications that
/// found no room beside others. A round gives away free places only: a child that attends a facility and
/// gets no new place stays where it is, and its brothers and sisters are looked at beside that place.
///
/// Sibling rules, as [`crate::FamilyFindings`] states them, by facility. Children without an application
/// or a place do not count. `together_only`: all others are at one facility, or none of them has a place.
/// `together_preferred`: all of them at one facility is what the family likes best, so they are
/// elsewhere only where every facility that suits all of them is too full: at some programme there, the
/// children of other families ahead of the last of them, and they themselves, are more than the free
/// places. Families that block with less than that come with `report`.
///
/// # Errors
///
/// Every reason not to publish, each with its numbered code.
pub fn publication_check(
    round: &SuggestionRound,
    placements: &[PlacementRow],
    exclusions: &[Exclusion],
    promises: &[PromisedPlace],
    report: &CheckReport,
) -> Result<Publishable, Vec<PublicationRefusal>> {
    let mut refusals = Vec::new();
    find_unsuitable(round, placements, promises, &mut refusals);
    find_broken_promises(placements, promises, &mut refusals);
    find_separated(round, placements, exclusions, promises, &mut refusals);
    for finding in &report.findings {
        let text = finding.to_string();
        refusals.push(match finding {
            Finding::Waste { .. }
            | Finding::JustifiedEnvy { .. }
            | Finding::BlockingFamily { .. } => PublicationRefusal::Unstable { finding: text },
            _ => PublicationRefusal::Infeasible { finding: text },
        });
    }
    find_overfull(round, placements, promises, &mut refusals);
    refusals.sort();
    refusals.dedup();
    if refusals.is_empty() {
        Ok(Publishable {
            placements: placements.to_vec(),
        })
    } else {
        Err(refusals)
    }
}

pub(super) fn place_of(row: &PlacementRow) -> Option<&str> {
    row.place.as_ref().map(|it| it.programme_id.as_str())
}

/// Placements without a suitable application; a promised place needs none.
fn find_unsuitable(
    round: &SuggestionRound,
    placements: &[PlacementRow],
    promises: &[PromisedPlace],
    refusals: &mut Vec<PublicationRefusal>,
) {
    for row in placements {
        let Some(programme) = place_of(row) else {
            continue;
        };
        let promised = promises
            .iter()
            .any(|it| it.applicant_id == row.applicant_id && it.programme_id == programme);
        let reasons = match round.obstacles(&row.applicant_id, programme) {
            Some([]) => continue,
            Some(obstacles) => {
                // A promised place is among those that are not free any more: its months are not looked
                // at, its hours and age are.
                let counts = |it: &&StayObstacle| !promised || it.is_mismatch();
                let names = obstacles.iter().filter(counts);
                names
                    .map(|it| it.name().to_owned())
                    .collect::<BTreeSet<String>>()
            }
            None if promised => continue,
            None => BTreeSet::from(["not_applied".to_owned()]),
        };
        if !reasons.is_empty() {
            refusals.push(PublicationRefusal::Unsuitable {
                applicant_id: row.applicant_id.clone(),
                programme_id: programme.to_owned(),
                reasons: reasons.into_iter().collect(),
            });
        }
    }
}

fn find_broken_promises(
    placements: &[PlacementRow],
    promises: &[PromisedPlace],
    refusals: &mut Vec<PublicationRefusal>,
) {
    let places: BTreeMap<&str, &PlacementRow> = placements
        .iter()
        .map(|row| (row.applicant_id.as_str(), row))
        .collect();
    for promise in promises {
        let row = places.get(promise.applicant_id.as_str());
        let place = row.and_then(|row| row.place.as_ref());
        let kept = match place {
            // Its place is none of the free ones that the round gives away.
            None => row.is_some() && promise.ground == PromiseGround::Enrolled,
            Some(place) => {
                place.programme_id == promise.programme_id
                    || promise.ground != PromiseGround::ConfirmedOffer && place.rank < promise.rank
            }
        };
        if !kept {
            refusals.push(PublicationRefusal::PromiseBroken {
                promise: promise.clone(),
                placed_at: place.map(|it| it.programme_id.clone()),
            });
        }
    }
}

/// More children at a programme than its free places and its promised places hold.
fn find_overfull(
    round: &SuggestionRound,
    placements: &[PlacementRow],
    promises: &[PromisedPlace],
    refusals: &mut Vec<PublicationRefusal>,
) {
    let promised: BTreeSet<(&str, &str)> = promises
        .iter()
        .map(|it| (it.applicant_id.as_str(), it.programme_id.as_str()))
        .collect();
    let mut taken: BTreeMap<&str, u32> = BTreeMap::new();
    for row in placements {
        if let Some(programme) = place_of(row)
            && !promised.contains(&(row.applicant_id.as_str(), programme))
        {
            *taken.entry(programme).or_default() += 1;
        }
    }
    for (programme, taken) in taken {
        let at = round
            .inputs()
            .programmes
            .iter()
            .find(|it| it.programme_id == programme);
        let free = at.map_or(0, |it| it.free_places);
        if taken > free {
            refusals.push(PublicationRefusal::Infeasible {
                finding: format!("{programme} has {free} free places and {taken} new children"),
            });
        }
    }
}

impl SuggestionRound {
    /// What is in the way of an application; `None` where there is none.
    pub(super) fn obstacles(
        &self,
        applicant_id: &str,
        programme_id: &str,
    ) -> Option<&[StayObstacle]> {
        let candidate = self.candidate(applicant_id, programme_id)?.1;
        Some(match &candidate.suitability {
            Ok(_) => &[],
            Err(unsuitable) => &unsuitable.obstacles,
        })
    }

    /// The place in line, from 0, and the candidate.
    pub(super) fn candidate(
        &self,
        applicant_id: &str,
        programme_id: &str,
    ) -> Option<(usize, &super::ranking::Candidate)> {
        let programme = self.programme(programme_id)?;
        self.lines[programme]
            .iter()
            .enumerate()
            .find(|(_, it)| self.children[it.child].applicant_id == applicant_id)
    }

    pub(super) fn programme(&self, programme_id: &str) -> Option<usize> {
        self.programmes
            .binary_search_by(|it| it.programme_id.as_str().cmp(programme_id))
            .ok()
    }

    pub(super) fn facility_of(&self, programme_id: &str) -> Option<&str> {
        let programme = self.programme(programme_id)?;
        Some(&self.programmes[programme].facility_id)
    }
}
