//! The legal-claim phase over the city: free seats for children that the round leaves without a place.

use std::collections::{BTreeMap, BTreeSet};

use domain::procedure::SiblingsRule;
use domain::{CareType, ChildId, FacilityId, HouseholdId};
use jiff::civil::Date;
use matching::{
    LegalClaimFigures, LegalClaimOptions, LegalClaimProposal, PlacementRow, ReachableSeat,
    SuggestionError,
};
use store::Snapshot;

use super::city_round::Prepared;
use super::households::BoundHousehold;
use super::round::{Part, Programme, Wish, programme_id};
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
    /// A seat suits a child if it is of a care type that the child has applied for, fits its hours, age and
    /// every month of its stay beside all who are placed, and is within `limit_minutes` by the estimate of
    /// `Centres`. Offered places are left alone, and so are children with an offer or a confirmed place,
    /// and children who are to be placed together with others only. The same snapshot, days and seed
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
        let care_types = together(care_type);
        let is_of_the_phase = |it: &Programme| care_types.contains(&it.1);
        let prepared = self.prepared(snapshot, starts_on, today, seed, is_of_the_phase)?;
        let placed = prepared.placed()?;
        let left = Left::after(&prepared, &placed.placements, care_types);
        let unplaced = left.children.len() as u64;
        let free_seats: u64 = left.free.values().map(|free| u64::from(*free)).sum();
        let centres = Centres::of(snapshot, &self.tables)?;
        let (ways, without_home) = left.within_reach(snapshot, &centres, limit_minutes);
        let options = LegalClaimOptions {
            limit_minutes,
            seed,
        };
        let claim = prepared.round.propose_free_places(&placed, &ways, &options);
        let claim = claim.map_err(|error| match error {
            SuggestionError::Proposals { faults } => AnalysisError::Faulty { faults },
            error => AnalysisError::failed("legal claim")(error),
        })?;
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

/// What the round left in the care types of the phase.
struct Left<'a> {
    /// Unplaced children with their wishes of the round.
    children: BTreeMap<&'a ChildId, Vec<&'a Wish>>,
    /// Free seats of programmes.
    free: BTreeMap<&'a Programme, u32>,
    /// Households that want to be together only, with the facilities of their children.
    bound: &'a BTreeMap<HouseholdId, BoundHousehold>,
}

impl<'a> Left<'a> {
    fn after(prepared: &'a Prepared, placements: &[PlacementRow], care_types: &[CareType]) -> Self {
        let standing = &prepared.standing;
        let mut taken: BTreeMap<&str, u32> = BTreeMap::new();
        let mut unplaced: BTreeSet<&str> = BTreeSet::new();
        for row in placements {
            match &row.place {
                Some(place) => *taken.entry(&place.programme_id).or_default() += 1,
                None => {
                    unplaced.insert(&row.applicant_id);
                }
            }
        }
        // Who holds an offer, or a contract that it wants to leave, is not without a place.
        let holding: BTreeSet<&ChildId> = standing
            .wishes
            .iter()
            .filter(|wish| {
                matches!(wish.part, Part::Offered(_) | Part::Confirmed)
                    || wish.transfer_from.is_some()
            })
            .map(|wish| &wish.child)
            .collect();
        let mut children: BTreeMap<&ChildId, Vec<&Wish>> = BTreeMap::new();
        for wish in &standing.wishes {
            if wish.part == Part::Seeks
                && unplaced.contains(wish.child.as_str())
                && !holding.contains(&wish.child)
            {
                children.entry(&wish.child).or_default().push(wish);
            }
        }
        let is_of_the_phase = |wish: &&Wish| care_types.contains(&wish.programme.1);
        children.retain(|_, wishes| wishes.iter().any(&is_of_the_phase));
        let seats = standing.seats.iter();
        let free = seats
            .filter(|(programme, _)| care_types.contains(&programme.1))
            .map(|(programme, seats)| {
                let taken = taken.get(programme_id(programme).as_str());
                (
                    programme,
                    seats.free.saturating_sub(taken.copied().unwrap_or(0)),
                )
            });
        Self {
            children,
            free: free.filter(|(_, left)| *left > 0).collect(),
            bound: &prepared.held.bound,
        }
    }

    /// The free seats within reach of each child, with the minutes of the way; and how many children have
    /// no known home. Whether a seat suits the child is for the engine to say.
    fn within_reach(
        &self,
        snapshot: &Snapshot,
        centres: &Centres,
        limit_minutes: u32,
    ) -> (Vec<ReachableSeat>, u64) {
        let mut without_home = 0;
        let mut ways: Vec<ReachableSeat> = Vec::new();
        for (child, wishes) in &self.children {
            let Some(home) = snapshot.child(child).map(|row| row.area.clone()) else {
                continue;
            };
            let mut has_home = false;
            for programme in self.free.keys() {
                let is_wished = wishes.iter().any(|wish| wish.programme.1 == programme.1);
                let facility = snapshot.facility(&programme.0);
                let Some(facility) = facility.filter(|_| is_wished) else {
                    continue;
                };
                let location = facility.registration.facts.location;
                let Some(minutes) = centres.minutes(&home, location) else {
                    continue;
                };
                has_home = true;
                let is_bound = wishes.iter().any(|wish| self.parts(wish, programme));
                if minutes <= limit_minutes && !is_bound {
                    ways.push(ReachableSeat {
                        applicant_id: child.to_string(),
                        programme_id: programme_id(programme),
                        minutes,
                    });
                }
            }
            without_home += u64::from(!has_home && !self.free.is_empty());
        }
        (ways, without_home)
    }

    /// Whether a programme would part the child from brothers and sisters it is to be with only.
    fn parts(&self, wish: &Wish, programme: &Programme) -> bool {
        let bound = self.bound.get(&wish.family.household);
        wish.family.siblings != SiblingsRule::Independent
            && bound.is_some_and(|it| it.is_strict && !it.facilities.contains(&programme.0))
    }
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
