//! Refusal to publish: what must never happen in a published round.
//!
//! In 2022 a German city lost its matching software because siblings were separated, hours did not match
//! and children lost promised places. Placements can only be published as [`Publishable`], and that type
//! can only be had from this check.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::published_stays::SettledFamily;
use super::round::{Candidate, StayPlacements, SuggestionRound};
use crate::check::{CheckReport, Finding, check_matching};
use crate::error_codes as code;
use crate::placements::{Place, PlacementRow};
use crate::round::Siblings;
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

impl PromisedPlace {
    fn pair(&self) -> (&str, &str) {
        (&self.applicant_id, &self.programme_id)
    }
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
/// `report` is the verdict of [`crate::check_matching`] on them. Sibling rules: children who are to stay
/// together are all at one facility or all unplaced; who prefers to be together is apart only where no
/// facility that all of them wish could take them beside the children ahead of them, in places and in
/// every month of their stays.
///
/// # Errors
///
/// Every reason not to publish, each with its numbered code.
pub fn publication_check(
    round: &SuggestionRound,
    placements: &[PlacementRow],
    promises: &[PromisedPlace],
    report: &CheckReport,
) -> Result<Publishable, Vec<PublicationRefusal>> {
    let mut refusals = Vec::new();
    find_unsuitable(round, placements, promises, &mut refusals);
    find_broken_promises(placements, promises, &mut refusals);
    find_separated(round, placements, &mut refusals);
    for finding in &report.findings {
        let text = finding.to_string();
        refusals.push(match finding {
            Finding::Waste { .. } | Finding::JustifiedEnvy { .. } => {
                PublicationRefusal::Unstable { finding: text }
            }
            _ => PublicationRefusal::Infeasible { finding: text },
        });
    }
    find_overfull(round, placements, promises, &mut refusals);
    round.crowded_months(placements, promises, &mut refusals);
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

fn place_of(row: &PlacementRow) -> Option<&str> {
    row.place.as_ref().map(|it| it.programme_id.as_str())
}

/// Placements without a suitable application; a promised place needs none.
fn find_unsuitable(
    round: &SuggestionRound,
    placements: &[PlacementRow],
    promises: &[PromisedPlace],
    refusals: &mut Vec<PublicationRefusal>,
) {
    let promised_places: BTreeSet<(&str, &str)> =
        promises.iter().map(PromisedPlace::pair).collect();
    for row in placements {
        let Some(programme) = place_of(row) else {
            continue;
        };
        let promised = promised_places.contains(&(row.applicant_id.as_str(), programme));
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
        let place = places
            .get(promise.applicant_id.as_str())
            .and_then(|row| row.place.as_ref());
        let kept = place.is_some_and(|place| {
            place.programme_id == promise.programme_id
                || promise.ground != PromiseGround::ConfirmedOffer && place.rank < promise.rank
        });
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
    let promised: BTreeSet<(&str, &str)> = promises.iter().map(PromisedPlace::pair).collect();
    let mut taken: BTreeMap<&str, u32> = BTreeMap::new();
    for row in placements {
        if let Some(programme) = place_of(row)
            && !promised.contains(&(row.applicant_id.as_str(), programme))
        {
            *taken.entry(programme).or_default() += 1;
        }
    }
    for (programme, taken) in taken {
        let at = round.programme(programme);
        let free = at.map_or(0, |at| round.programmes[at].free_places);
        if taken > free {
            refusals.push(PublicationRefusal::Infeasible {
                finding: format!("{programme} has {free} free places and {taken} new children"),
            });
        }
    }
}

/// Brothers and sisters apart against their rule, pair by pair.
fn find_separated(
    round: &SuggestionRound,
    placements: &[PlacementRow],
    refusals: &mut Vec<PublicationRefusal>,
) {
    let places: BTreeMap<&str, &str> = placements
        .iter()
        .filter_map(|row| Some((row.applicant_id.as_str(), place_of(row)?)))
        .collect();
    let mut families: BTreeMap<&str, Vec<(&str, Siblings)>> = BTreeMap::new();
    for child in &round.children {
        if !child.family_id.is_empty() && child.siblings != Siblings::Independent {
            let family = families.entry(&child.family_id).or_default();
            family.push((&child.applicant_id, child.siblings));
        }
    }
    let facility_of = |child: &str| {
        let place = places.get(child)?;
        round.facility_of(place)
    };
    for (family, children) in families {
        let apart: Vec<(&str, &str)> = children
            .iter()
            .enumerate()
            .flat_map(|(number, (child, _))| {
                let others = children[number + 1..].iter();
                others.map(|(sibling, _)| (*child, *sibling))
            })
            .filter(|(child, sibling)| facility_of(child) != facility_of(sibling))
            .collect();
        if apart.is_empty() {
            continue;
        }
        let strict = children
            .iter()
            .any(|(_, rule)| *rule == Siblings::TogetherOnly);
        let all: Vec<&str> = children.iter().map(|(child, _)| *child).collect();
        let together_at = round.room_for_all(&all, &places);
        if !strict && together_at.is_none() {
            continue;
        }
        for (child, sibling) in apart {
            refusals.push(PublicationRefusal::SiblingsSeparated {
                family_id: family.to_owned(),
                applicant_id: child.to_owned(),
                sibling_id: sibling.to_owned(),
                together_at: together_at.filter(|_| !strict).map(str::to_owned),
            });
        }
    }
}

impl SuggestionRound {
    /// Placements that may be published, with the places that children hold already, or every reason
    /// why not.
    ///
    /// The independent checker judges the city-wide round first. A child that the round gives nothing
    /// keeps the place it was promised. Where no stable matching exists, what the round states to block
    /// is no reason against it: somebody would be aggrieved whatever is done, and its lines say so.
    ///
    /// # Errors
    ///
    /// As [`publication_check`].
    pub fn publish(
        &self,
        placed: &StayPlacements,
        promises: &[PromisedPlace],
    ) -> Result<Publishable, Vec<PublicationRefusal>> {
        self.publish_beside(placed, promises, &[])
    }

    /// [`Self::publish`] where children of some families hold places already, whether they take part in
    /// the round or not: `together_only` places nobody of these families elsewhere, and
    /// `together_preferred` nobody who could be taken there beside the children ahead of it.
    ///
    /// Whoever the round leaves out of a line is looked at too: it is not published if the stay of such a
    /// child fits beside those that come first.
    ///
    /// # Errors
    ///
    /// As [`publication_check`].
    pub fn publish_beside(
        &self,
        placed: &StayPlacements,
        promises: &[PromisedPlace],
        families: &[SettledFamily],
    ) -> Result<Publishable, Vec<PublicationRefusal>> {
        let round = self.round_of(placed).map_err(|problems| {
            let finding = problems.first().map(ToString::to_string);
            let finding = finding.unwrap_or_default();
            vec![PublicationRefusal::Infeasible { finding }]
        })?;
        let mut report = check_matching(&round, &placed.placements);
        let stated: BTreeSet<&str> = placed.blocking.iter().map(String::as_str).collect();
        report
            .findings
            .retain(|finding| !self.is_stated(finding, &stated));
        let mut held: BTreeMap<&str, Place> = BTreeMap::new();
        for promise in promises {
            held.entry(&promise.applicant_id).or_insert_with(|| Place {
                programme_id: promise.programme_id.clone(),
                rank: promise.rank,
            });
        }
        let mut placements = placed.placements.clone();
        for row in &mut placements {
            let kept = held.remove(row.applicant_id.as_str());
            row.place = row.place.take().or(kept);
        }
        // Children who hold a place and take no part in the round.
        placements.extend(held.into_iter().map(|(applicant, place)| PlacementRow {
            applicant_id: applicant.to_owned(),
            place: Some(place),
        }));
        let checked = publication_check(self, &placements, promises, &report);
        let mut refusals = checked.err().unwrap_or_default();
        self.falsely_out(placed, &mut refusals);
        refusals.retain(|refusal| {
            !matches!(refusal, PublicationRefusal::SiblingsSeparated { family_id, together_at, .. }
                if together_at.is_some() && stated.contains(family_id.as_str()))
        });
        self.parted_from_a_place(families, &placements, placed, &mut refusals);
        if refusals.is_empty() {
            Ok(Publishable { placements })
        } else {
            Err(refusals)
        }
    }

    /// Whether a finding says no more than that a family blocks of which the round says so itself.
    fn is_stated(&self, finding: &Finding, stated: &BTreeSet<&str>) -> bool {
        match finding {
            Finding::BlockingFamily { family_id, .. } => stated.contains(family_id.as_str()),
            Finding::Waste { applicant_id, .. } | Finding::JustifiedEnvy { applicant_id, .. } => {
                stated.contains(applicant_id.as_str())
            }
            _ => false,
        }
    }

    /// What is in the way of an application; `None` where there is none.
    fn obstacles(&self, applicant_id: &str, programme_id: &str) -> Option<&[StayObstacle]> {
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
    ) -> Option<(usize, &Candidate)> {
        let programme = self.programme(programme_id)?;
        let child = self
            .children
            .binary_search_by(|it| it.applicant_id.as_str().cmp(applicant_id));
        let wishes = &self.wishes[child.ok()?];
        let (_, position) = wishes.iter().find(|(at, _)| *at == programme)?;
        Some((*position, &self.lines[programme][*position]))
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

    /// A facility where all children of a family could be placed together beside all children ahead of
    /// them: at each programme needed, those ahead of the family's last and the family itself fit into
    /// the places, and their stays into the months. A child whose stay fits nowhere holds nobody back.
    fn room_for_all(&self, family: &[&str], places: &BTreeMap<&str, &str>) -> Option<&str> {
        let fitting = |id: &&str| -> Vec<(usize, usize)> {
            let child = self
                .children
                .binary_search_by(|it| it.applicant_id.as_str().cmp(id));
            let own = child.map_or(&[][..], |child| &self.wishes[child]);
            let suits = |(programme, position): &&(usize, usize)| {
                self.lines[*programme][*position].suitability.is_ok()
            };
            own.iter().filter(suits).copied().collect()
        };
        let wishes: Vec<Vec<(usize, usize)>> = family.iter().map(fitting).collect();
        let wishes: Vec<_> = wishes.into_iter().filter(|own| !own.is_empty()).collect();
        if wishes.len() < 2 {
            return None;
        }
        let facility = |at: &(usize, usize)| self.programmes[at.0].facility_id.as_str();
        let candidates: BTreeSet<&str> = wishes[0].iter().map(facility).collect();
        candidates.into_iter().find(|at| {
            let here = wishes.iter().map(|own| {
                let mut here = own.iter().filter(|wish| facility(wish) == *at);
                here.next().copied()
            });
            let here: Option<Vec<(usize, usize)>> = here.collect();
            here.is_some_and(|sent| self.has_room(&sent, family, places))
        })
    }

    /// Whether children of a family could be sent to these places in line beside all children ahead.
    pub(super) fn has_room(
        &self,
        sent: &[(usize, usize)],
        family: &[&str],
        places: &BTreeMap<&str, &str>,
    ) -> bool {
        self.has_seats(sent, family, places) && self.has_months(sent, family, places)
    }

    /// Whether the children ahead of a family's last and the family fit into the places of every
    /// programme needed.
    fn has_seats(
        &self,
        sent: &[(usize, usize)],
        family: &[&str],
        places: &BTreeMap<&str, &str>,
    ) -> bool {
        sent.iter().all(|(programme, _)| {
            let here = || sent.iter().filter(|(at, _)| at == programme);
            let weakest = here().map(|(_, position)| *position).max().unwrap_or(0);
            let ahead = self.placed_here(*programme, family, places);
            let ahead = ahead.filter(|(position, _)| *position < weakest).count();
            ahead + here().count() <= self.programmes[*programme].free_places as usize
        })
    }

    /// Whether the stays of a family fit beside those of all children placed at the facility, leaving
    /// aside those behind the family's last in the same line.
    fn has_months(
        &self,
        sent: &[(usize, usize)],
        family: &[&str],
        places: &BTreeMap<&str, &str>,
    ) -> bool {
        let Some((first, _)) = sent.first() else {
            return false;
        };
        let facility = &self.programmes[*first].facility_id;
        let mut ledger = self.ledger.clone();
        for programme in 0..self.programmes.len() {
            if self.programmes[programme].facility_id != *facility {
                continue;
            }
            let here = sent.iter().filter(|(at, _)| *at == programme);
            let weakest = here.map(|(_, position)| *position).max();
            for (position, candidate) in self.placed_here(programme, family, places) {
                if weakest.is_none_or(|weakest| position < weakest)
                    && let Ok(suitable) = &candidate.suitability
                {
                    // Placed already: its months are taken, full or not.
                    let _ = ledger.guarantee(suitable.request());
                }
            }
        }
        sent.iter().all(|(programme, position)| {
            let candidate = &self.lines[*programme][*position];
            let suitable = candidate.suitability.as_ref();
            suitable.is_ok_and(|it| ledger.reserve(it.request()).is_ok())
        })
    }

    /// The candidates placed at a programme that are not of a family, with their place in line.
    fn placed_here<'a>(
        &'a self,
        programme: usize,
        family: &'a [&str],
        places: &'a BTreeMap<&str, &str>,
    ) -> impl Iterator<Item = (usize, &'a Candidate)> {
        let name = self.programmes[programme].programme_id.as_str();
        self.lines[programme]
            .iter()
            .enumerate()
            .filter(move |(_, it)| {
                let child = self.children[it.child].applicant_id.as_str();
                places.get(child) == Some(&name) && !family.contains(&child)
            })
    }
}
