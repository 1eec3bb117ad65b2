//! The legal-claim phase after a suggestion round: free places for children it leaves without one, where
//! the whole stay fits beside all who were placed.

use std::collections::{BTreeMap, BTreeSet};

use super::joint::households;
use super::round::{StayPlacements, SuggestionError, SuggestionRound};
use crate::legal_claim::{
    LegalClaim, LegalClaimOptions, ReachableSeat, check_legal_claim, propose_legal_claims,
};
use crate::round::Siblings;
use crate::whole_stay::{StayLedger, StayRequest};

/// Rows that suit, with what each child would ask for there.
type Suitable<'a> = BTreeMap<(&'a str, &'a str), (&'a ReachableSeat, StayRequest)>;

impl SuggestionRound {
    /// Proposes free places to children whom the round leaves without one: as
    /// [`propose_legal_claims`], of the ways given those that suit.
    ///
    /// A place suits a child if it is of a care type the child wishes for (first day and hours are those of
    /// its best wish of that type), it did not apply there, and its whole stay fits beside the stays of all
    /// children placed. The stays of all proposals fit beside each other: the one with the longer way gives
    /// way, and the phase is run again without it. Children who are to be placed together only get no
    /// proposal one by one.
    ///
    /// # Errors
    ///
    /// [`SuggestionError::Rows`] where placements or ways are not of this round, and
    /// [`SuggestionError::Proposals`] if the independent checks find a fault.
    pub fn propose_free_places(
        &self,
        placed: &StayPlacements,
        ways: &[ReachableSeat],
        options: &LegalClaimOptions,
    ) -> Result<LegalClaim, SuggestionError> {
        let round = self.round_of(placed).map_err(SuggestionError::Rows)?;
        let beside = self.beside(placed);
        let mut rows = self.suitable_ways(placed, ways, &beside);
        loop {
            let reachable: Vec<ReachableSeat> = rows.values().map(|it| it.0.clone()).collect();
            let claim = propose_legal_claims(&round, &placed.placements, &reachable, options)
                .map_err(SuggestionError::Rows)?;
            let crowded = crowded(&claim, &rows, &beside);
            if crowded.is_empty() {
                let limit = options.limit_minutes;
                let proposals = &claim.proposals;
                let found =
                    check_legal_claim(&round, &placed.placements, &reachable, limit, proposals);
                return match found.len() {
                    0 => Ok(claim),
                    faults => Err(SuggestionError::Proposals { faults }),
                };
            }
            rows.retain(|name, _| !crowded.contains(&(name.0.to_owned(), name.1.to_owned())));
        }
    }

    /// What is free beside all stays placed.
    fn beside(&self, placed: &StayPlacements) -> StayLedger {
        let mut ledger = self.ledger.clone();
        for row in &placed.placements {
            if let Some(place) = &row.place
                && let Some((_, candidate)) = self.candidate(&row.applicant_id, &place.programme_id)
                && let Ok(suitable) = &candidate.suitability
            {
                ledger.book(suitable.stay(), -1);
            }
        }
        ledger
    }

    fn suitable_ways<'a>(
        &self,
        placed: &StayPlacements,
        ways: &'a [ReachableSeat],
        beside: &StayLedger,
    ) -> Suitable<'a> {
        let rows = placed.placements.iter();
        let unplaced: BTreeSet<&str> = rows
            .filter(|row| row.place.is_none())
            .map(|row| row.applicant_id.as_str())
            .collect();
        let strict: BTreeSet<usize> = households(self)
            .into_iter()
            .filter(|it| it.rule == Siblings::TogetherOnly)
            .flat_map(|it| it.children)
            .collect();
        let mut suitable = BTreeMap::new();
        for way in ways {
            let child = self
                .children
                .binary_search_by(|it| it.applicant_id.cmp(&way.applicant_id));
            let (Ok(child), Some(programme)) = (child, self.programme(&way.programme_id)) else {
                continue;
            };
            let has_applied = self.wishes[child].iter().any(|at| at.0 == programme);
            if has_applied
                || strict.contains(&child)
                || !unplaced.contains(way.applicant_id.as_str())
            {
                continue;
            }
            if let Some(request) = self.request_at(child, programme)
                && beside.check(&request).is_ok()
            {
                let name = (way.applicant_id.as_str(), way.programme_id.as_str());
                suitable.insert(name, (way, request));
            }
        }
        suitable
    }

    /// What a child would ask for at a programme it did not apply to: as in its best wish of that care
    /// type.
    fn request_at(&self, child: usize, programme: usize) -> Option<StayRequest> {
        let at = &self.programmes[programme];
        let own = self.wishes[child].iter();
        let of_type = own.filter(|wish| self.programmes[wish.0].care_type == at.care_type);
        let best = of_type
            .map(|wish| &self.lines[wish.0][wish.1])
            .min_by_key(|it| it.rank)?;
        Some(StayRequest {
            facility_id: at.facility_id.clone(),
            care_type: at.care_type,
            born: self.children[child].born,
            first_day: best.application.first_day,
            daily_hours: best.application.daily_hours,
            inclusion_need: self.children[child].inclusion_need,
            settles_in: true,
        })
    }
}

/// Of each facility, the first proposal whose stay does not fit beside those with a shorter way.
fn crowded(
    claim: &LegalClaim,
    rows: &Suitable<'_>,
    beside: &StayLedger,
) -> BTreeSet<(String, String)> {
    let mut ledger = beside.clone();
    let mut proposals: Vec<_> = claim.proposals.iter().collect();
    proposals.sort_by_key(|it| (it.minutes, &it.applicant_id));
    let mut found: BTreeMap<&str, (String, String)> = BTreeMap::new();
    for it in proposals {
        let Some((_, request)) = rows.get(&(it.applicant_id.as_str(), it.programme_id.as_str()))
        else {
            continue;
        };
        if ledger.reserve(request).is_err() {
            found
                .entry(&request.facility_id)
                .or_insert_with(|| (it.applicant_id.clone(), it.programme_id.clone()));
        }
    }
    found.into_values().collect()
}
