//! Places that children hold already, and what they mean for brothers and sisters who seek one.

use std::collections::{BTreeMap, BTreeSet};

use domain::procedure::{SiblingsRule, Stay};
use domain::{CareType, ChildId, FacilityId, HouseholdId, Month};
use jiff::civil::Date;
use matching::{PromiseGround, PromisedPlace, SettledFamily, Siblings};
use store::Snapshot;

use super::round::{Part, Standing, programme_id};

/// A place that a child holds.
#[derive(Clone)]
struct Held {
    facility: FacilityId,
    care_type: CareType,
    ground: PromiseGround,
    rank: u32,
}

/// A household of which a child holds a place, and whose brothers and sisters are not independent.
pub(super) struct BoundHousehold {
    /// Where its children are.
    pub(super) facilities: BTreeSet<FacilityId>,
    /// Whether they are to be together or nowhere.
    pub(super) is_strict: bool,
}

/// The places held before a round.
pub(super) struct HeldPlaces {
    held: BTreeMap<ChildId, Held>,
    /// Households bound to the facilities of their children.
    pub(super) bound: BTreeMap<HouseholdId, BoundHousehold>,
}

impl HeldPlaces {
    /// Of every child with an open application, and of brothers and sisters who are not independent:
    /// the confirmed offer, else the best open one, else the contract of the month.
    pub(super) fn of(snapshot: &Snapshot, standing: &Standing, starts_on: Date) -> Self {
        let mut held: BTreeMap<ChildId, Held> = BTreeMap::new();
        let mut seeking: BTreeSet<&ChildId> = BTreeSet::new();
        for wish in &standing.wishes {
            let ground = match wish.part {
                Part::Confirmed => PromiseGround::ConfirmedOffer,
                Part::Offered(true) => PromiseGround::HeldOffer,
                part => {
                    if part == Part::Seeks {
                        seeking.insert(&wish.child);
                    }
                    continue;
                }
            };
            let (facility, care_type) = wish.programme.clone();
            let place = Held {
                facility,
                care_type,
                ground,
                rank: wish.rank,
            };
            let known = held.get(&wish.child);
            if known.is_none_or(|known| known.ground < ground) {
                held.insert(wish.child.clone(), place);
            }
        }
        let applying: BTreeSet<&ChildId> = standing.wishes.iter().map(|it| &it.child).collect();
        let mut households: BTreeMap<HouseholdId, Vec<(ChildId, SiblingsRule)>> = BTreeMap::new();
        for chunk in snapshot.chunks() {
            let mut asked: BTreeMap<&ChildId, Date> = BTreeMap::new();
            for (row, child) in chunk.children.child.iter().enumerate() {
                let rule = chunk.children.siblings[row];
                if rule != SiblingsRule::Independent {
                    let household = chunk.children.household[row].clone();
                    let members = households.entry(household).or_default();
                    members.push((child.clone(), rule));
                }
                if rule != SiblingsRule::Independent || applying.contains(child) {
                    asked.insert(child, chunk.children.birth_date[row]);
                }
            }
            if asked.is_empty() {
                continue;
            }
            for row in chunk.contracts.rows().filter(|it| it.is_current()) {
                let Some(born) = asked.get(&row.child).copied() else {
                    continue;
                };
                let stay = Stay {
                    care_type: row.care_type,
                    born,
                    first_day: row.valid_from,
                    last_day: row.valid_to,
                };
                if let Some(care_type) = stay.care_type_in(Month::of(starts_on)) {
                    held.entry(row.child).or_insert(Held {
                        facility: row.facility,
                        care_type,
                        ground: PromiseGround::Enrolled,
                        rank: u32::MAX,
                    });
                }
            }
        }
        let bound = bound(households, &held, &seeking);
        Self { held, bound }
    }

    /// The places held by children who apply, for the gate: a round may not take one away.
    pub(super) fn promises(&self, standing: &Standing) -> Vec<PromisedPlace> {
        let applying: BTreeSet<&ChildId> = standing.wishes.iter().map(|it| &it.child).collect();
        applying
            .into_iter()
            .filter_map(|child| {
                let held = self.held.get(child)?;
                Some(PromisedPlace {
                    applicant_id: child.to_string(),
                    programme_id: programme_id(&(held.facility.clone(), held.care_type)),
                    ground: held.ground,
                    rank: held.rank,
                })
            })
            .collect()
    }

    /// The households bound to the facilities of their children, for the gate.
    pub(super) fn settled_families(&self, standing: &Standing) -> Vec<SettledFamily> {
        let mut seeking: BTreeMap<&HouseholdId, BTreeSet<String>> = BTreeMap::new();
        for wish in &standing.wishes {
            if wish.part == Part::Seeks && wish.family.siblings != SiblingsRule::Independent {
                let household = seeking.entry(&wish.family.household).or_default();
                household.insert(wish.child.to_string());
            }
        }
        let families = self.bound.iter();
        families
            .map(|(household, bound)| SettledFamily {
                family_id: household.to_string(),
                seeking: seeking.remove(household).unwrap_or_default(),
                facilities: bound.facilities.iter().map(ToString::to_string).collect(),
                siblings: if bound.is_strict {
                    Siblings::TogetherOnly
                } else {
                    Siblings::TogetherPreferred
                },
            })
            .collect()
    }

    /// Takes out wishes that would part a child from brothers and sisters who hold a place, where the
    /// family wants them together only.
    pub(super) fn keep_together(&self, standing: &mut Standing) {
        for wish in &mut standing.wishes {
            if wish.part != Part::Seeks || wish.family.siblings == SiblingsRule::Independent {
                continue;
            }
            if let Some(bound) = self.bound.get(&wish.family.household)
                && bound.is_strict
                && !bound.facilities.contains(&wish.programme.0)
            {
                wish.part = Part::No("sibling_elsewhere");
            }
        }
    }
}

/// Households with two children who are not independent, one of whom holds a place and one seeks one.
fn bound(
    households: BTreeMap<HouseholdId, Vec<(ChildId, SiblingsRule)>>,
    held: &BTreeMap<ChildId, Held>,
    seeking: &BTreeSet<&ChildId>,
) -> BTreeMap<HouseholdId, BoundHousehold> {
    let mut bound = BTreeMap::new();
    for (household, mut members) in households {
        members.retain(|(child, _)| held.contains_key(child) || seeking.contains(child));
        let facilities: BTreeSet<FacilityId> = members
            .iter()
            .filter_map(|(child, _)| Some(held.get(child)?.facility.clone()))
            .collect();
        let seeks = members.iter().any(|(child, _)| seeking.contains(child));
        if members.len() > 1 && seeks && !facilities.is_empty() {
            let is_strict = members
                .iter()
                .any(|(_, rule)| *rule == SiblingsRule::TogetherOnly);
            bound.insert(
                household,
                BoundHousehold {
                    facilities,
                    is_strict,
                },
            );
        }
    }
    bound
}
