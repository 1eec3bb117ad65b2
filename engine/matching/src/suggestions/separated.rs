//! Brothers and sisters placed apart against their rule.

use std::collections::{BTreeMap, BTreeSet};

use super::publication::{PromisedPlace, PublicationRefusal, place_of};
use super::round::SuggestionRound;
use super::stays::Exclusion;
use crate::placements::PlacementRow;
use crate::round::Siblings;

/// What the rules on siblings are judged by.
struct Judging<'a> {
    round: &'a SuggestionRound,
    placements: &'a [PlacementRow],
    /// Child and programme.
    excluded: BTreeSet<(&'a str, &'a str)>,
    /// Child and programme.
    promised: BTreeSet<(&'a str, &'a str)>,
    /// Programme of each child with a place; where it gets no new one, the promised one.
    programme_of: BTreeMap<&'a str, &'a str>,
}

/// Finds the families whose rule the placements break, each with the first two children apart.
pub(super) fn find_separated(
    round: &SuggestionRound,
    placements: &[PlacementRow],
    exclusions: &[Exclusion],
    promises: &[PromisedPlace],
    refusals: &mut Vec<PublicationRefusal>,
) {
    let promised: BTreeSet<(&str, &str)> = promises
        .iter()
        .map(|it| (it.applicant_id.as_str(), it.programme_id.as_str()))
        .collect();
    let new = placements
        .iter()
        .filter_map(|row| Some((row.applicant_id.as_str(), place_of(row)?)));
    let judging = Judging {
        round,
        placements,
        excluded: exclusions
            .iter()
            .map(|it| (it.applicant_id.as_str(), it.programme_id.as_str()))
            .collect(),
        programme_of: promised.iter().copied().chain(new).collect(),
        promised,
    };
    let mut families: BTreeMap<&str, Vec<(&str, Siblings)>> = BTreeMap::new();
    for child in &round.children {
        if !child.family_id.is_empty() && child.siblings != Siblings::Independent {
            let family = families.entry(&child.family_id).or_default();
            family.push((&child.applicant_id, child.siblings));
        }
    }
    for (family_id, members) in families {
        let strict = members
            .iter()
            .any(|(_, rule)| *rule == Siblings::TogetherOnly);
        let children: Vec<&str> = members.into_iter().map(|(child, _)| child).collect();
        refusals.extend(judging.separated(family_id, &children, strict));
    }
}

impl<'a> Judging<'a> {
    /// The refusal for one family, if its rule is broken.
    fn separated(
        &self,
        family_id: &str,
        family: &[&'a str],
        strict: bool,
    ) -> Option<PublicationRefusal> {
        let counts = |child: &&&str| self.programme_of.contains_key(**child) || self.wishes(child);
        let children: Vec<&str> = family.iter().filter(counts).copied().collect();
        let facility = |child: &str| {
            let programme = self.programme_of.get(child)?;
            Some(self.round.facility_of(programme).unwrap_or(programme))
        };
        let (first, others) = children.split_first()?;
        let apart = others
            .iter()
            .find(|other| facility(other) != facility(first))?;
        let together_at = if strict {
            None
        } else {
            Some(self.room_together(family, &children)?)
        };
        Some(PublicationRefusal::SiblingsSeparated {
            family_id: family_id.to_owned(),
            applicant_id: (*first).to_owned(),
            sibling_id: (*apart).to_owned(),
            together_at: together_at.map(str::to_owned),
        })
    }

    fn wishes(&self, child: &str) -> bool {
        let applications = &self.round.inputs().applications;
        applications.iter().any(|it| it.applicant_id == child)
    }

    /// A facility that suits all these children and could take them beside the children ahead of them.
    fn room_together(&self, family: &[&str], children: &[&str]) -> Option<&'a str> {
        let programmes = &self.round.programmes;
        let facilities: BTreeSet<&str> = programmes
            .iter()
            .map(|it| it.facility_id.as_str())
            .collect();
        facilities
            .into_iter()
            .find(|facility| self.fits_at(facility, family, children))
    }

    fn fits_at(&self, facility: &str, family: &[&str], children: &[&str]) -> bool {
        // The programme of the facility that each child wishes most.
        let mut sent: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for child in children {
            let here = self.round.programmes.iter().filter(|it| {
                let programme = it.programme_id.as_str();
                it.facility_id == facility && self.may_have(child, programme)
            });
            let best = here.min_by_key(|it| {
                let candidate = self.round.candidate(child, &it.programme_id);
                candidate.map_or(0, |(_, candidate)| candidate.rank)
            });
            let Some(best) = best else { return false };
            sent.entry(&best.programme_id).or_default().push(child);
        }
        sent.iter()
            .all(|(programme, sent)| self.has_room(programme, family, sent))
    }

    fn may_have(&self, child: &str, programme: &str) -> bool {
        let fits = self.round.obstacles(child, programme);
        self.promised.contains(&(child, programme))
            || fits.is_some_and(<[_]>::is_empty) && !self.excluded.contains(&(child, programme))
    }

    /// Whether the children of other families ahead of the last of these, and these, fit into the free
    /// places; promised places are none of them.
    fn has_room(&self, programme: &str, family: &[&str], sent: &[&str]) -> bool {
        let Some(number) = self.round.programme(programme) else {
            return false;
        };
        let needs_place = |child: &&&str| !self.promised.contains(&(**child, programme));
        let new: Vec<&str> = sent.iter().filter(needs_place).copied().collect();
        let place_in_line = |child: &str| Some(self.round.candidate(child, programme)?.0);
        let last = new.iter().filter_map(|child| place_in_line(child)).max();
        let ahead = self
            .placements
            .iter()
            .filter(|row| place_of(row) == Some(programme))
            .map(|row| row.applicant_id.as_str())
            .filter(|child| !family.contains(child))
            .filter(|child| !self.promised.contains(&(*child, programme)))
            .filter(|child| place_in_line(child).is_some_and(|place| Some(place) < last))
            .count();
        ahead + new.len() <= self.round.programmes[number].free_places as usize
    }
}
