//! The legal-claim phase over the city: free seats for children that the round leaves without a place.

use std::collections::{BTreeMap, BTreeSet};

use domain::{CareType, ChildId, FacilityId};
use jiff::civil::Date;
use matching::{
    LegalClaimFigures, LegalClaimOptions, LegalClaimProposal, ReachableSeat, RoundOptions,
    check_legal_claim, check_matching, propose_legal_claims, solve,
};
use store::Snapshot;

use super::round::{Part, Programme, Standing, Wish, programme_id};
use super::suggestions::together;
use super::ways::Centres;
use super::{Analyses, AnalysisError};

/// Free seats proposed to unplaced children. Nobody is moved; a person decides on each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalClaimPhase {
    /// Number of the change it was computed from.
    pub computed_from: u64,
    /// Care types whose seats are proposed.
    pub care_types: Vec<CareType>,
    /// By child.
    pub proposals: Vec<ProposedSeat>,
    /// The phase in figures; children without a place and free seats are those of the care types.
    pub figures: LegalClaimFigures,
    /// Unplaced children whose home area has no known place: nothing can be proposed to them.
    pub without_home: u64,
}

/// A free seat proposed to a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedSeat {
    /// The child.
    pub child: ChildId,
    /// A facility it has no open application at.
    pub facility: FacilityId,
    /// The care type, one that the child has applied for.
    pub care_type: CareType,
    /// Minutes of one way, as estimated.
    pub minutes: u32,
}

impl Analyses {
    /// Runs the round of the suggestions for the care types suggested together with `care_type`, and
    /// proposes the seats left free to children left out.
    ///
    /// A seat suits a child if it is of a care type that the child has applied for, free in every month
    /// of its stay, and within `limit_minutes` by the estimate of `Centres`. Offered places are left
    /// alone, and so are children with an offer or a confirmed place. The same snapshot, days and seed
    /// give the same proposals.
    ///
    /// # Errors
    ///
    /// As [`Self::suggestions`]; [`AnalysisError::Faulty`] if the independent checker of the phase finds
    /// a fault.
    pub fn legal_claim(
        &self,
        snapshot: &Snapshot,
        care_type: CareType,
        starts_on: Date,
        today: Date,
        limit_minutes: u32,
        seed: u64,
    ) -> Result<LegalClaimPhase, AnalysisError> {
        let failed = AnalysisError::failed("legal claim");
        let care_types = together(care_type);
        let mut standing = self.standing(snapshot, starts_on, today)?;
        standing.refuse_without_room(|_| 0);
        let is_of_the_phase = |wish: &Wish| care_types.contains(&wish.programme.1);
        // Who holds an offer, or a contract that it wants to leave, is not without a place.
        let holding: BTreeSet<ChildId> = standing
            .wishes
            .iter()
            .filter(|wish| {
                matches!(wish.part, Part::Offered(_) | Part::Confirmed)
                    || wish.transfer_from.is_some()
            })
            .map(|wish| wish.child.clone())
            .collect();
        let round = standing.round(
            |wish| wish.part == Part::Seeks,
            |programme| standing.seats.get(programme).map_or(0, |seats| seats.free),
            &BTreeMap::new(),
        )?;
        let options = RoundOptions {
            seed,
            ..RoundOptions::default()
        };
        let outcome = solve(&round, &options).map_err(&failed)?;
        let placements = outcome.placements();
        let report = check_matching(&round, &placements);
        if !report.is_stable() {
            let faults = report.findings.len();
            return Err(AnalysisError::Faulty { faults });
        }
        let mut left = Left::after(&standing, &placements);
        left.children.retain(|child, wishes| {
            wishes.iter().any(|wish| is_of_the_phase(wish)) && !holding.contains(child)
        });
        let unplaced = left.children.len() as u64;
        let of_the_phase = left
            .free
            .iter()
            .filter(|(it, _)| care_types.contains(&it.1));
        let free_seats: u64 = of_the_phase.map(|(_, free)| u64::from(*free)).sum();
        let centres = Centres::of(snapshot, &self.tables)?;
        let (imagined, without_home) =
            left.within_reach(snapshot, &centres, limit_minutes, care_types);
        drop(left);
        let reachable = fitting(&mut standing, imagined);
        let options = LegalClaimOptions {
            limit_minutes,
            seed,
        };
        let claim = propose_legal_claims(&round, &placements, &reachable, &options)
            .map_err(|problems| AnalysisError::contradiction(&problems))?;
        let found = check_legal_claim(
            &round,
            &placements,
            &reachable,
            limit_minutes,
            &claim.proposals,
        );
        if !found.is_empty() {
            let faults = found.len();
            return Err(AnalysisError::Faulty { faults });
        }
        let proposed = claim.proposals.len() as u64;
        let proposals = claim.proposals.iter().map(proposed_seat);
        Ok(LegalClaimPhase {
            computed_from: snapshot.sequence(),
            care_types: care_types.to_vec(),
            proposals: proposals.collect::<Result<_, _>>()?,
            figures: LegalClaimFigures {
                unplaced_before: unplaced,
                unplaced_after: unplaced - proposed,
                free_seats_before: free_seats,
                free_seats_after: free_seats - proposed,
                ..claim.figures
            },
            without_home,
        })
    }
}

/// What the round left.
struct Left<'a> {
    /// Unplaced children with their wishes of the round.
    children: BTreeMap<ChildId, Vec<&'a Wish>>,
    /// Free seats of programmes.
    free: BTreeMap<Programme, u32>,
}

impl<'a> Left<'a> {
    fn after(standing: &'a Standing, placements: &[matching::PlacementRow]) -> Self {
        let mut free: BTreeMap<String, u32> = BTreeMap::new();
        for (programme, seats) in &standing.seats {
            free.insert(programme_id(programme), seats.free);
        }
        let mut unplaced: BTreeSet<&str> = BTreeSet::new();
        for row in placements {
            match &row.place {
                Some(place) => {
                    let seats = free.entry(place.programme_id.clone()).or_default();
                    *seats = seats.saturating_sub(1);
                }
                None => {
                    unplaced.insert(&row.applicant_id);
                }
            }
        }
        let mut children: BTreeMap<ChildId, Vec<&Wish>> = BTreeMap::new();
        for wish in &standing.wishes {
            if wish.part == Part::Seeks && unplaced.contains(wish.child.as_str()) {
                children.entry(wish.child.clone()).or_default().push(wish);
            }
        }
        let seats = standing.seats.keys();
        let free = seats.map(|programme| {
            let left = free.get(&programme_id(programme)).copied().unwrap_or(0);
            (programme.clone(), left)
        });
        Self {
            children,
            free: free.filter(|(_, left)| *left > 0).collect(),
        }
    }

    /// Wishes that each child might have for free seats within reach, with the minutes of the way; and
    /// how many children have no known home.
    fn within_reach(
        &self,
        snapshot: &Snapshot,
        centres: &Centres,
        limit_minutes: u32,
        care_types: &[CareType],
    ) -> (Vec<(Wish, u32)>, u64) {
        let mut without_home = 0;
        let mut imagined: Vec<(Wish, u32)> = Vec::new();
        for (child, wishes) in &self.children {
            let Some(home) = snapshot.child(child).map(|row| row.area.clone()) else {
                continue;
            };
            let mut has_home = false;
            for programme in self.free.keys() {
                let wished = wishes.iter().find(|wish| wish.programme.1 == programme.1);
                let facility = snapshot.facility(&programme.0);
                let (Some(wished), Some(facility)) = (wished, facility) else {
                    continue;
                };
                if !care_types.contains(&programme.1) {
                    continue;
                }
                let location = facility.registration.facts.location;
                let Some(minutes) = centres.minutes(&home, location) else {
                    continue;
                };
                has_home = true;
                if minutes <= limit_minutes {
                    let mut wish = Wish::clone(wished);
                    wish.programme = programme.clone();
                    imagined.push((wish, minutes));
                }
            }
            without_home += u64::from(!has_home && !self.free.is_empty());
        }
        (imagined, without_home)
    }
}

/// Those for whose whole stay there is room, judged as for wishes of the family's own.
fn fitting(standing: &mut Standing, imagined: Vec<(Wish, u32)>) -> Vec<ReachableSeat> {
    let (wishes, minutes): (Vec<Wish>, Vec<u32>) = imagined.into_iter().unzip();
    standing.wishes = wishes;
    standing.refuse_without_room(|_| 0);
    let fitting = standing.wishes.iter().zip(minutes);
    let rows = fitting.filter(|(wish, _)| wish.part == Part::Seeks);
    rows.map(|(wish, minutes)| ReachableSeat {
        applicant_id: wish.child.to_string(),
        programme_id: programme_id(&wish.programme),
        minutes,
    })
    .collect()
}

fn proposed_seat(proposal: &LegalClaimProposal) -> Result<ProposedSeat, AnalysisError> {
    let failed = "legal claim";
    let programme = proposal.programme_id.as_str();
    let (facility, care_type) = programme.split_once(':').unwrap_or((programme, ""));
    Ok(ProposedSeat {
        child: ChildId::new(&proposal.applicant_id).map_err(AnalysisError::failed(failed))?,
        facility: FacilityId::new(facility).map_err(AnalysisError::failed(failed))?,
        care_type: care_type.parse().map_err(AnalysisError::failed(failed))?,
        minutes: proposal.minutes,
    })
}
