//! One city-wide round of the children who lose their place in the same month.

use std::collections::{BTreeMap, BTreeSet};

use domain::procedure::SiblingsRule;
use domain::{CareType, Month, epoch_days};
use matching::{
    CataloguesInForce, MonthPlaces, PointsSource, RecordedPoints, SettledFamily, Siblings,
    StayObstacle, StayPlacements, StayRequest, SuggestionApplication, SuggestionChild,
    SuggestionInputs, SuggestionProgramme, SuggestionRound,
};

use super::displaced::Displaced;
use super::market::Market;
use super::{LeftOver, ReplacementError, ReplacementOutcome, Settled};

/// Wishes looked at first: the nearest facilities with room.
const FIRST_WISHES: usize = 8;
/// Most wishes of a child who has brothers or sisters in the round: their combinations grow fast.
const MOST_JOINT_WISHES: usize = 40;
/// Points for a brother or sister who is cared for at the facility.
const SIBLING_POINTS: i32 = 1;
/// The criterion they are recorded under.
const SIBLING_CRITERION: &str = "sibling at the facility";

/// What stood in the way at the facilities looked at.
#[derive(Default)]
struct Obstacles {
    offers: bool,
    fits_age_and_hours: bool,
    place_on_first_day: bool,
}

/// The wishes of a child, as far as they are looked at.
struct Wishes {
    /// Facilities in the order of wishes, with the minutes.
    order: Vec<(f64, usize)>,
    /// How many of them are looked at.
    looked_at: usize,
    /// Of those, the ones where the whole stay fits.
    fitting: Vec<(f64, usize)>,
    obstacles: Obstacles,
    is_way_known: bool,
    /// Facilities where a brother or sister is cared for.
    houses: BTreeSet<usize>,
}

impl Wishes {
    fn is_exhausted(&self) -> bool {
        self.looked_at == self.order.len()
    }

    /// Whether its stay fits nowhere.
    fn is_hopeless(&self) -> bool {
        self.fitting.is_empty() && self.is_exhausted()
    }

    /// Whether it fits nowhere by itself, whatever is free: it binds no brother or sister.
    fn cannot_seek(&self) -> bool {
        self.is_hopeless() && !self.obstacles.fits_age_and_hours
    }
}

impl Market<'_> {
    /// Places the children whose first day lies in a month; what becomes of each, in their order.
    pub(super) fn place(
        &mut self,
        month: Month,
        children: &[&Displaced],
        settled: &Settled,
    ) -> Result<Vec<ReplacementOutcome>, ReplacementError> {
        let mut wishes: Vec<Wishes> = children
            .iter()
            .map(|child| self.wishes(child, settled))
            .collect();
        for (child, own) in children.iter().zip(&mut wishes) {
            self.look_further(child, own, FIRST_WISHES);
        }
        let families = joint_families(children, &wishes, self.siblings);
        if self.siblings == SiblingsRule::TogetherOnly {
            release_bound(&families, &mut wishes);
        }
        let joint: BTreeSet<usize> = families.iter().flatten().copied().collect();
        loop {
            let inputs = self.inputs(month, children, &wishes, &joint);
            let round = SuggestionRound::new(inputs).map_err(ReplacementError::Rows)?;
            let placed = round.place()?;
            let places = places_of(&placed);
            let mut has_more = false;
            for number in self.unsatisfied(children, &wishes, &families, &places) {
                // Of a family that is apart though each has a place, the combinations must stay few.
                let is_placed = places.contains_key(&children[number].child);
                let own = &mut wishes[number];
                let double = own.fitting.len().max(FIRST_WISHES);
                let room = MOST_JOINT_WISHES.saturating_sub(own.fitting.len());
                let more = if is_placed { double.min(room) } else { double };
                has_more |= self.look_further(children[number], own, more);
            }
            if !has_more {
                self.gate(month, &round, &placed, children, &wishes)?;
                return self.settle(children, &wishes, &families, &places);
            }
        }
    }

    /// The order in which a child wishes for facilities: those of its brothers and sisters, then the
    /// nearest.
    fn wishes(&mut self, child: &Displaced, settled: &Settled) -> Wishes {
        let rule = self.siblings;
        let mut houses = BTreeSet::new();
        if rule != SiblingsRule::Independent {
            let day = epoch_days(child.first_day);
            let names = settled.houses(&child.household, day);
            houses.extend(names.iter().filter_map(|name| self.position(name)));
        }
        let reach = self.reach(&child.home).cloned();
        let is_way_known = reach.is_some();
        let mut order = reach.unwrap_or_default();
        // Houses out of reach bind nobody.
        let in_reach: BTreeSet<usize> = order.iter().map(|way| way.1).collect();
        houses.retain(|house| in_reach.contains(house));
        if rule == SiblingsRule::TogetherOnly && !houses.is_empty() {
            order.retain(|way| houses.contains(&way.1));
        }
        order.sort_by_key(|way| !houses.contains(&way.1));
        Wishes {
            order,
            looked_at: 0,
            fitting: Vec::new(),
            obstacles: Obstacles::default(),
            is_way_known,
            houses,
        }
    }

    /// Looks at further facilities until some more fit; whether any did.
    fn look_further(&self, child: &Displaced, wishes: &mut Wishes, more: usize) -> bool {
        let before = wishes.fitting.len();
        while wishes.fitting.len() < before + more
            && let Some(&(minutes, position)) = wishes.order.get(wishes.looked_at)
        {
            wishes.looked_at += 1;
            if self.offer(position, child.care_type).is_none() {
                continue;
            }
            match self.ledger.check(&self.request(child, position)) {
                Ok(_) => wishes.fitting.push((minutes, position)),
                Err(obstacles) => wishes
                    .obstacles
                    .note(&obstacles, Month::of(child.first_day)),
            }
        }
        wishes.fitting.len() > before
    }

    fn request(&self, child: &Displaced, position: usize) -> StayRequest {
        StayRequest {
            facility_id: self.facilities[position].id().to_string(),
            care_type: child.care_type,
            born: child.born,
            first_day: child.first_day,
            daily_hours: child.daily_hours,
            inclusion_need: child.needs_inclusion,
            settles_in: true,
        }
    }

    /// Children who might be better off with more wishes: those without a place, and families apart.
    fn unsatisfied(
        &self,
        children: &[&Displaced],
        wishes: &[Wishes],
        families: &[Vec<usize>],
        places: &BTreeMap<String, usize>,
    ) -> BTreeSet<usize> {
        let place = |number: usize| places.get(&children[number].child).copied();
        let mut found: BTreeSet<usize> = (0..children.len())
            .filter(|number| place(*number).is_none())
            .collect();
        for family in families {
            let at: BTreeSet<Option<usize>> = family
                .iter()
                .map(|number| place(*number).map(|fitting| wishes[*number].fitting[fitting].1))
                .collect();
            if at.len() > 1 || at.contains(&None) {
                found.extend(family);
            }
        }
        found.retain(|number| !wishes[*number].is_exhausted());
        found
    }

    fn inputs(
        &self,
        month: Month,
        children: &[&Displaced],
        wishes: &[Wishes],
        joint: &BTreeSet<usize>,
    ) -> SuggestionInputs {
        let mut inputs = SuggestionInputs {
            catalogues: CataloguesInForce::each([]),
            programmes: Vec::new(),
            children: Vec::new(),
            applications: Vec::new(),
            answers: Vec::new(),
            recorded_points: Vec::new(),
            care_offers: Vec::new(),
            places: Vec::new(),
            months: self.months,
            seed: 0,
        };
        let mut sought: BTreeSet<(usize, CareType)> = BTreeSet::new();
        for (number, (child, own)) in children.iter().zip(wishes).enumerate() {
            inputs.children.push(SuggestionChild {
                applicant_id: child.child.clone(),
                born: child.born,
                family_id: child.household.clone(),
                siblings: if joint.contains(&number) {
                    rule_of(self.siblings)
                } else {
                    Siblings::Independent
                },
                inclusion_need: child.needs_inclusion,
            });
            for (rank, (_, position)) in (1..).zip(&own.fitting) {
                sought.insert((*position, child.care_type));
                let programme_id = self.programme_id(*position, child.care_type);
                if own.houses.contains(position) {
                    inputs.recorded_points.push(RecordedPoints {
                        applicant_id: child.child.clone(),
                        programme_id: programme_id.clone(),
                        criterion: SIBLING_CRITERION.to_owned(),
                        points: SIBLING_POINTS,
                    });
                }
                inputs.applications.push(SuggestionApplication {
                    applicant_id: child.child.clone(),
                    programme_id,
                    rank,
                    first_day: child.first_day,
                    daily_hours: child.daily_hours,
                    applied_on: child.closes_on,
                });
            }
        }
        for (position, care_type) in &sought {
            let facility = &self.facilities[*position];
            let free = self.ledger.free(facility.id().as_str(), *care_type, month);
            inputs.programmes.push(SuggestionProgramme {
                programme_id: self.programme_id(*position, *care_type),
                facility_id: facility.id().to_string(),
                care_type: *care_type,
                provider_id: facility.provider().to_string(),
                free_places: u32::try_from(free.unwrap_or(0)).unwrap_or(0),
                points_from: PointsSource::Recorded,
            });
        }
        let positions: BTreeSet<usize> = sought.into_iter().map(|it| it.0).collect();
        for position in positions {
            self.offer_places(position, &mut inputs);
        }
        inputs
    }

    fn offer_places(&self, position: usize, inputs: &mut SuggestionInputs) {
        for offer in self.offers_of(position) {
            let months = self.months.iter();
            inputs.places.extend(months.filter_map(|month| {
                let free_places = self
                    .ledger
                    .free(&offer.facility_id, offer.care_type, month)?;
                Some(MonthPlaces {
                    facility_id: offer.facility_id.clone(),
                    care_type: offer.care_type,
                    month,
                    free_places,
                    settling_in_slots: None,
                    inclusion_places: u32::try_from(free_places).unwrap_or(0),
                })
            }));
            inputs.care_offers.push(offer.clone());
        }
    }

    fn programme_id(&self, position: usize, care: CareType) -> String {
        format!("{} {care}", self.facilities[position].id())
    }

    /// Passes a round through the gate of the matching engine.
    fn gate(
        &self,
        month: Month,
        round: &SuggestionRound,
        placed: &StayPlacements,
        children: &[&Displaced],
        wishes: &[Wishes],
    ) -> Result<(), ReplacementError> {
        let mut families: BTreeMap<&str, SettledFamily> = BTreeMap::new();
        for (child, own) in children.iter().zip(wishes) {
            if own.houses.is_empty() {
                continue;
            }
            let houses = own
                .houses
                .iter()
                .map(|at| self.facilities[*at].id().to_string());
            let family = families
                .entry(&child.household)
                .or_insert_with(|| SettledFamily {
                    family_id: child.household.clone(),
                    seeking: BTreeSet::new(),
                    facilities: BTreeSet::new(),
                    siblings: rule_of(self.siblings),
                });
            family.seeking.insert(child.child.clone());
            family.facilities.extend(houses);
        }
        let families: Vec<SettledFamily> = families.into_values().collect();
        let refusals = round.publish_beside(placed, &[], &families).err();
        let refusals = refusals.unwrap_or_default();
        match refusals.first() {
            None => Ok(()),
            Some(refusal) => Err(ReplacementError::NotPublishable {
                month,
                code: refusal.code(),
                more: refusals.len() - 1,
            }),
        }
    }

    /// Reserves what was placed, and says what becomes of each child.
    fn settle(
        &mut self,
        children: &[&Displaced],
        wishes: &[Wishes],
        families: &[Vec<usize>],
        places: &BTreeMap<String, usize>,
    ) -> Result<Vec<ReplacementOutcome>, ReplacementError> {
        let mut outcomes = Vec::with_capacity(children.len());
        for (number, child) in children.iter().enumerate() {
            let own = &wishes[number];
            let Some(fitting) = places.get(&child.child) else {
                let is_strict = self.siblings == SiblingsRule::TogetherOnly
                    && (!own.houses.is_empty() || families.iter().any(|it| it.contains(&number)));
                outcomes.push(ReplacementOutcome::LeftOver(own.reason(is_strict)));
                continue;
            };
            let (minutes, position) = own.fitting[*fitting];
            // The gate looked at every month already; nothing is promised twice.
            let _ = self.ledger.guarantee(&self.request(child, position));
            outcomes.push(ReplacementOutcome::Placed {
                facility: self.facilities[position].id().clone(),
                minutes,
            });
        }
        Ok(outcomes)
    }
}

impl Obstacles {
    fn note(&mut self, obstacles: &[StayObstacle], start: Month) {
        self.offers = true;
        if obstacles.iter().any(StayObstacle::is_mismatch) {
            return;
        }
        self.fits_age_and_hours = true;
        let in_the_way_at_start = obstacles.iter().any(|it| match it {
            StayObstacle::GroupClosed { month, .. }
            | StayObstacle::NoPlace { month, .. }
            | StayObstacle::NoInclusionPlace { month, .. }
            | StayObstacle::NoSettlingInSlot { month, .. } => *month == start,
            _ => true,
        });
        self.place_on_first_day |= !in_the_way_at_start;
    }
}

impl Wishes {
    /// Why a child that got none of its wishes is left over.
    fn reason(&self, is_strict: bool) -> LeftOver {
        let seen = &self.obstacles;
        if !self.is_way_known {
            LeftOver::WayUnknown
        } else if is_strict {
            LeftOver::SiblingsRule
        } else if !self.fitting.is_empty() {
            LeftOver::OthersAhead
        } else if !seen.offers {
            LeftOver::NothingInReach
        } else if !seen.fits_age_and_hours {
            LeftOver::AgeOrHours
        } else if !seen.place_on_first_day {
            LeftOver::NoFreePlace
        } else {
            LeftOver::NotForWholeStay
        }
    }
}

/// By child: which of its fitting wishes it got, from 0.
fn places_of(placed: &StayPlacements) -> BTreeMap<String, usize> {
    let rows = placed.placements.iter();
    rows.filter_map(|row| {
        let rank = usize::try_from(row.place.as_ref()?.rank).ok()?;
        Some((row.applicant_id.clone(), rank.checked_sub(1)?))
    })
    .collect()
}

/// Families with several children in the round who are to be together, by number of the child.
fn joint_families(
    children: &[&Displaced],
    wishes: &[Wishes],
    rule: SiblingsRule,
) -> Vec<Vec<usize>> {
    let mut families: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, child) in children.iter().enumerate() {
        let own = &wishes[number];
        if rule != SiblingsRule::Independent && own.houses.is_empty() && !own.cannot_seek() {
            families.entry(&child.household).or_default().push(number);
        }
    }
    families
        .into_values()
        .filter(|family| family.len() > 1)
        .collect()
}

/// Who may only be placed together is placed nowhere if one of them fits nowhere.
fn release_bound(families: &[Vec<usize>], wishes: &mut [Wishes]) {
    for family in families {
        if family.iter().any(|number| wishes[*number].is_hopeless()) {
            for number in family {
                let own = &mut wishes[*number];
                own.looked_at = own.order.len();
                own.fitting.clear();
            }
        }
    }
}

const fn rule_of(rule: SiblingsRule) -> Siblings {
    match rule {
        SiblingsRule::Independent => Siblings::Independent,
        SiblingsRule::TogetherPreferred => Siblings::TogetherPreferred,
        SiblingsRule::TogetherOnly => Siblings::TogetherOnly,
    }
}
