//! What a round may not be published with, beyond its placements: stays that do not fit beside each other,
//! children said to find no room who would, and families parted from the house of a brother or sister.

use std::collections::{BTreeMap, BTreeSet};

use super::publication::{PromisedPlace, PublicationRefusal};
use super::round::{StayPlacements, SuggestionRound};
use super::running::InLine;
use crate::placements::PlacementRow;
use crate::round::Siblings;
use crate::solve::solve;
use crate::whole_stay::StayLedger;

/// A family of which somebody holds a place already, by contract or offer, and others seek one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SettledFamily {
    /// The family.
    pub family_id: String,
    /// Its children who seek a place and are to be beside those.
    pub seeking: BTreeSet<String>,
    /// Facilities where others of its children hold places.
    pub facilities: BTreeSet<String>,
    /// How the children are to be placed.
    pub siblings: Siblings,
}

impl SuggestionRound {
    /// Children placed away from the houses of their brothers and sisters against their rule.
    ///
    /// `together_only`: nobody of the family is placed elsewhere, whoever it is. `together_preferred`:
    /// nobody is placed elsewhere, or left without a place, who could be taken at such a house beside all
    /// children ahead of it, in places and in every month, unless the round states that it goes in circles
    /// or that no stable matching exists for it.
    pub(super) fn parted_from_a_place(
        &self,
        families: &[SettledFamily],
        placements: &[PlacementRow],
        placed: &StayPlacements,
        refusals: &mut Vec<PublicationRefusal>,
    ) {
        let places: BTreeMap<&str, &str> = placements
            .iter()
            .filter_map(|row| {
                let place = row.place.as_ref()?;
                Some((row.applicant_id.as_str(), place.programme_id.as_str()))
            })
            .collect();
        let bound = families
            .iter()
            .filter(|it| it.siblings != Siblings::Independent);
        let bound = bound.flat_map(|family| family.seeking.iter().map(move |id| (family, id)));
        for (family, id) in bound {
            let id = id.as_str();
            let at = places.get(id).and_then(|place| self.facility_of(place));
            let is_there = at.is_some_and(|at| family.facilities.contains(at));
            let is_strict = family.siblings == Siblings::TogetherOnly;
            let unsettled = placed.unsettled.iter();
            let mut unsettled = unsettled.map(|it| it.applicant_id.as_str());
            let is_stated =
                unsettled.any(|it| it == id) || placed.blocking.iter().any(|it| it == id);
            let mut houses = family.facilities.iter().filter(|_| !is_stated);
            let room = houses.find(|facility| {
                let own = self.suitable_at(id, facility);
                own.is_some_and(|own| self.has_room(&[own], &[id], &places))
            });
            if !is_there && (is_strict && at.is_some() || !is_strict && room.is_some()) {
                refusals.push(PublicationRefusal::SiblingsSeparated {
                    family_id: family.family_id.clone(),
                    applicant_id: id.to_owned(),
                    sibling_id: String::new(),
                    together_at: room.or(family.facilities.first()).cloned(),
                });
            }
        }
    }

    /// The place in line of a child at a facility where its stay fits.
    fn suitable_at(&self, child: &str, facility: &str) -> Option<InLine> {
        let child = self
            .children
            .binary_search_by(|it| it.applicant_id.as_str().cmp(child));
        let mut own = self.wishes[child.ok()?].iter().copied();
        own.find(|(programme, position)| {
            self.programmes[*programme].facility_id == facility
                && self.lines[*programme][*position].suitability.is_ok()
        })
    }

    /// Months in which the stays of the children placed do not fit beside each other. Places that were
    /// promised are among those that are not free any more.
    pub(super) fn crowded_months(
        &self,
        placements: &[PlacementRow],
        promises: &[PromisedPlace],
        refusals: &mut Vec<PublicationRefusal>,
    ) {
        let promised: BTreeSet<(&str, &str)> = promises
            .iter()
            .map(|it| (it.applicant_id.as_str(), it.programme_id.as_str()))
            .collect();
        let mut ledger = self.ledger.clone();
        for row in placements {
            let Some(place) = &row.place else { continue };
            let name = (row.applicant_id.as_str(), place.programme_id.as_str());
            let Some((_, candidate)) = self.candidate(name.0, name.1) else {
                continue;
            };
            let Ok(suitable) = &candidate.suitability else {
                continue;
            };
            if promised.contains(&name) {
                continue;
            }
            if let Some(reason) = ledger.month_obstacles(suitable.stay()).into_iter().next() {
                refusals.push(PublicationRefusal::Infeasible {
                    finding: format!(
                        "the stay of {} at {} does not fit beside the others ({})",
                        name.0,
                        name.1,
                        reason.name()
                    ),
                });
            }
            ledger.book(suitable.stay(), -1);
        }
    }

    /// Applications said to be out that are not: who is said to find no room finds some, or who is said to
    /// go in circles has no room anyway or could be let in.
    pub(super) fn falsely_out(
        &self,
        placed: &StayPlacements,
        refusals: &mut Vec<PublicationRefusal>,
    ) {
        let places = self.places_by_facility(&placed.placements);
        let mut ledger = self.ledger.clone();
        let mut note = |(child, programme): (&str, &str), what: &str| {
            refusals.push(PublicationRefusal::Unstable {
                finding: format!("{child} is left out of the line of {programme}, but {what}"),
            });
        };
        for it in &placed.exclusions {
            let name = (it.applicant_id.as_str(), it.programme_id.as_str());
            if self.finds_room(name, &places, &mut ledger) != Some(false) {
                note(name, "its stay fits beside those that come first");
            }
        }
        for it in &placed.unsettled {
            let name = (it.applicant_id.as_str(), it.programme_id.as_str());
            if self.finds_room(name, &places, &mut ledger) != Some(true) {
                note(name, "its stay does not fit beside those that come first");
            } else if !self.goes_in_circles(name, placed) {
                note(name, "every stay fits in the round that lets it in");
            }
        }
    }

    fn places_by_facility(&self, placements: &[PlacementRow]) -> BTreeMap<&str, Vec<InLine>> {
        let mut found: BTreeMap<&str, Vec<InLine>> = BTreeMap::new();
        for row in placements {
            if let Some(place) = &row.place
                && let Some((position, it)) = self.candidate(&row.applicant_id, &place.programme_id)
            {
                let facility = &self.programmes[it.programme].facility_id;
                let here = found.entry(facility).or_default();
                here.push((it.programme, position));
            }
        }
        found
    }

    /// Whether the stay of an application fits beside those placed, leaving aside those behind it in its
    /// line; `None` where there is no such application or it does not fit by itself. The ledger comes
    /// back as it was.
    fn finds_room(
        &self,
        name: (&str, &str),
        places: &BTreeMap<&str, Vec<InLine>>,
        ledger: &mut StayLedger,
    ) -> Option<bool> {
        let (own, candidate) = self.candidate(name.0, name.1)?;
        let stay = candidate.suitability.as_ref().ok()?.stay();
        let facility = self.programmes[candidate.programme].facility_id.as_str();
        let here = places.get(facility).into_iter().flatten();
        let before = here.filter(|it| it.0 != candidate.programme || it.1 <= own);
        let stays: Vec<_> = before
            .filter_map(|it| Some(self.lines[it.0][it.1].suitability.as_ref().ok()?.stay()))
            .collect();
        stays.iter().for_each(|it| ledger.book(it, -1));
        let fits = ledger.month_obstacles(stay).is_empty();
        stays.iter().for_each(|it| ledger.book(it, 1));
        Some(fits)
    }

    /// Whether some stay does not fit in the round that lets an application in.
    fn goes_in_circles(&self, name: (&str, &str), placed: &StayPlacements) -> bool {
        let others: BTreeSet<(&str, &str)> = placed.out().filter(|it| *it != name).collect();
        let Ok(round) = self.round_without(&others) else {
            return false;
        };
        let Ok(outcome) = solve(&round, &self.search_options()) else {
            return false;
        };
        let mut crowded = Vec::new();
        self.crowded_months(&outcome.placements(), &[], &mut crowded);
        !crowded.is_empty()
    }
}
