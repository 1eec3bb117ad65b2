//! The rule lab on a suggestion round: whole stays and brothers and sisters under every mechanism.

use std::collections::{BTreeMap, BTreeSet};

use domain::CareType;

use super::inputs::SuggestionInputs;
use super::joint::households;
use super::round::{StayPlacements, SuggestionError, SuggestionRound};
use super::running::RunningRound;
use super::stays::fit_stays;
use crate::round::Siblings;
use crate::rule_lab::{LabOptions, Mechanism, MechanismReport, SiblingFigures, replay};

impl SuggestionRound {
    /// Replays this round under a mechanism, with all it asks of a placement: hours, age and months of
    /// every stay beside the others, and brothers and sisters by their rule and by house.
    ///
    /// Under each mechanism the last in line whose stay does not fit leaves that line and the mechanism is
    /// run again, as in [`Self::place`]; [`Mechanism::FamilyOptimal`] places exactly those it places.
    /// Envy is counted among those left in the lines.
    ///
    /// # Errors
    ///
    /// [`SuggestionError::Round`] with the number where the mechanism has no answer for brothers and
    /// sisters who are to be placed together (E2070, E2187).
    pub fn replay(
        &self,
        mechanism: Mechanism,
        options: &LabOptions,
    ) -> Result<MechanismReport, SuggestionError> {
        let placed = self.place_under(mechanism, options)?;
        let round = self.round_of(&placed).map_err(SuggestionError::Rows)?;
        let mut report = replay(&round, mechanism, options)?;
        report.siblings = self.siblings_by_house(&placed);
        Ok(report)
    }

    /// The placements of [`Self::replay`].
    ///
    /// # Errors
    ///
    /// As [`Self::replay`].
    pub fn place_under(
        &self,
        mechanism: Mechanism,
        options: &LabOptions,
    ) -> Result<StayPlacements, SuggestionError> {
        if mechanism == Mechanism::FamilyOptimal {
            return self.place();
        }
        fit_stays(self, RunningRound::under(self, mechanism, *options)?)
    }

    /// Families who want to be together: a nursery and a kindergarten of one house are together.
    fn siblings_by_house(&self, placed: &StayPlacements) -> SiblingFigures {
        let at: BTreeMap<&str, &str> = placed
            .placements
            .iter()
            .filter_map(|row| {
                let place = row.place.as_ref()?;
                let house = self.facility_of(&place.programme_id)?;
                Some((row.applicant_id.as_str(), house))
            })
            .collect();
        let mut figures = SiblingFigures {
            families: 0,
            with_places: 0,
            together: 0,
        };
        for household in households(self) {
            let children = household.children.iter();
            let houses: Vec<&str> = children
                .filter_map(|child| at.get(self.children[*child].applicant_id.as_str()).copied())
                .collect();
            let different: BTreeSet<&str> = houses.iter().copied().collect();
            figures.families += 1;
            figures.with_places += u64::from(houses.len() > 1);
            figures.together += u64::from(houses.len() > 1 && different.len() == 1);
        }
        figures
    }
}

impl SuggestionInputs {
    /// The part of a city-wide round that care types belong to, and all care types of that part: a child
    /// that wishes for two of them ties these together, so do brothers and sisters who are to be placed
    /// together, and nursery and kindergarten, because children move on from one to the other.
    ///
    /// Nobody else could change what comes out: the part placed alone is placed as in the whole.
    #[must_use]
    pub fn connected_with(&self, care_types: &[CareType]) -> (Self, Vec<CareType>) {
        let of_programme: BTreeMap<&str, CareType> = self
            .programmes
            .iter()
            .map(|it| (it.programme_id.as_str(), it.care_type))
            .collect();
        let family_of: BTreeMap<&str, &str> = self
            .children
            .iter()
            .filter(|it| it.siblings != Siblings::Independent && !it.family_id.is_empty())
            .map(|it| (it.applicant_id.as_str(), it.family_id.as_str()))
            .collect();
        let mut wished: BTreeMap<(bool, &str), BTreeSet<CareType>> = BTreeMap::new();
        for wish in &self.applications {
            let child = wish.applicant_id.as_str();
            let family = family_of.get(child).copied();
            if let Some(care_type) = of_programme.get(wish.programme_id.as_str()) {
                let own = wished.entry((family.is_some(), family.unwrap_or(child)));
                own.or_default().insert(*care_type);
            }
        }
        let mut tied: BTreeSet<BTreeSet<CareType>> = wished.into_values().collect();
        tied.insert(BTreeSet::from([CareType::Nursery, CareType::Kindergarten]));
        let mut found: BTreeSet<CareType> = care_types.iter().copied().collect();
        loop {
            let before = found.len();
            for one in tied
                .iter()
                .filter(|one| !one.is_disjoint(&found))
                .cloned()
                .collect::<Vec<_>>()
            {
                found.extend(one);
            }
            if found.len() == before {
                break;
            }
        }
        let mut part = self.clone();
        part.programmes.retain(|it| found.contains(&it.care_type));
        let has = |name: &str| of_programme.get(name).is_some_and(|it| found.contains(it));
        part.applications.retain(|it| has(&it.programme_id));
        part.recorded_points.retain(|it| has(&it.programme_id));
        part.answers
            .retain(|it| it.programme_id.is_empty() || has(&it.programme_id));
        let applying: BTreeSet<String> = part
            .applications
            .iter()
            .map(|it| it.applicant_id.clone())
            .collect();
        part.children
            .retain(|it| applying.contains(&it.applicant_id));
        part.answers
            .retain(|it| applying.contains(&it.applicant_id));
        (part, found.into_iter().collect())
    }
}
