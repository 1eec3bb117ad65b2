//! Terms of the contracts, when they became known, and corrections (valid and recorded time).

use domain::CareType;

use crate::calendar::{self, Day};
use crate::calibration as figures;
use crate::children::Children;
use crate::facilities::Facility;
use crate::placement::Contract;
use crate::plan::UnitPlan;
use crate::providers::Provider;
use crate::random::{Draw, Topic};

/// Days after birth before which no contract is concluded.
const EARLIEST_AFTER_BIRTH: i32 = 20;

/// Terms of a contract as known today, and of its first version where it was corrected.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) daily_hours: f64,
    pub(crate) days_per_week: i32,
    pub(crate) lunch: bool,
    /// Day it was concluded or loaded.
    pub(crate) recorded: Day,
    pub(crate) correction: Option<Correction>,
}

/// What the first version said otherwise.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Correction {
    /// Day the second version replaced the first.
    pub(crate) on: Day,
    pub(crate) former_hours: f64,
    pub(crate) former_from: Day,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Version {
    pub(crate) contract: usize,
    pub(crate) version: i32,
    pub(crate) daily_hours: f64,
    pub(crate) from: Day,
    pub(crate) recorded_from: Day,
    pub(crate) recorded_to: Option<Day>,
}

/// Terms of all contracts, in their order.
pub(crate) fn terms(
    plan: &UnitPlan,
    contracts: &[Contract],
    children: &Children,
    facilities: &[Facility],
    providers: &[Provider],
) -> Vec<Terms> {
    let mut draw = plan.draw(Topic::Contracts);
    contracts
        .iter()
        .map(|contract| {
            let facility = &facilities[usize::from(contract.facility)];
            let after_school = contract.care == CareType::AfterSchool;
            let concluded = concluded(plan, contract, children, &mut draw);
            let recorded = concluded
                .max(providers[facility.provider].from)
                .min(plan.as_of);
            let daily_hours = hours(after_school, facility, &mut draw);
            let days_per_week = if draw.chance(figures::FIVE_DAYS) {
                5
            } else {
                draw.between(3, 4)
            };
            let lunch = draw.chance(if after_school {
                figures::LUNCH_AFTER_SCHOOL
            } else {
                figures::LUNCH_BEFORE_SCHOOL
            });
            let correction = if draw.chance(figures::CORRECTED_CONTRACTS) {
                correction(contract, daily_hours, recorded, facility, plan, &mut draw)
            } else {
                None
            };
            Terms {
                daily_hours,
                days_per_week,
                lunch,
                recorded,
                correction,
            }
        })
        .collect()
}

fn concluded(plan: &UnitPlan, contract: &Contract, children: &Children, draw: &mut Draw) -> Day {
    let born = children.birth[contract.child as usize];
    let earliest = (born + EARLIEST_AFTER_BIRTH).min(plan.as_of);
    if contract.from > plan.as_of {
        return draw.between(earliest.max(plan.as_of - 150), plan.as_of);
    }
    let lead = match contract.care {
        CareType::AfterSchool => draw.between(60, 300),
        _ => draw.between(25, 230),
    };
    (contract.from - lead).max(earliest)
}

/// Hours by the tiers, never longer than the facility is open.
fn hours(after_school: bool, facility: &Facility, draw: &mut Draw) -> f64 {
    let hours = if after_school {
        let tiers = figures::HOURS_AFTER_SCHOOL;
        tiers[draw.weighted(&tiers.map(|(_, share)| share))].0
    } else {
        let tiers = figures::HOURS_BEFORE_SCHOOL;
        tiers[draw.weighted(&tiers.map(|(_, share)| share))].0
    };
    if hours <= facility.open_hours() {
        hours
    } else {
        facility.open_hours().min(9.0)
    }
}

/// A wrong number of hours or, less often, a start noted a month late.
fn correction(
    contract: &Contract,
    daily_hours: f64,
    recorded: Day,
    facility: &Facility,
    plan: &UnitPlan,
    draw: &mut Draw,
) -> Option<Correction> {
    let on = recorded + draw.between(10, 200);
    if on > plan.as_of {
        return None;
    }
    let late = calendar::first_day(calendar::month_of(contract.from) + 1);
    if draw.chance(0.3) && late + 60 < contract.to {
        return Some(Correction {
            on,
            former_hours: daily_hours,
            former_from: late,
        });
    }
    let other = if daily_hours > 6.0 {
        daily_hours - 1.0
    } else {
        daily_hours + 0.5
    };
    Some(Correction {
        on,
        former_hours: other.min(facility.open_hours()),
        former_from: contract.from,
    })
}

/// The rows of the table: one per contract, two where it was corrected.
pub(crate) fn versions(contracts: &[Contract], terms: &[Terms]) -> Vec<Version> {
    let mut versions = Vec::with_capacity(contracts.len() + contracts.len() / 50);
    for (position, (contract, terms)) in contracts.iter().zip(terms).enumerate() {
        let mut version = Version {
            contract: position,
            version: 1,
            daily_hours: terms.daily_hours,
            from: contract.from,
            recorded_from: terms.recorded,
            recorded_to: None,
        };
        if let Some(correction) = terms.correction {
            versions.push(Version {
                daily_hours: correction.former_hours,
                from: correction.former_from,
                recorded_to: Some(correction.on),
                ..version
            });
            version.version = 2;
            version.recorded_from = correction.on;
        }
        versions.push(version);
    }
    versions
}

/// Positions of items grouped by an owner, as offsets into one vector.
pub(crate) struct Grouped {
    offsets: Vec<u32>,
    items: Vec<u32>,
}

impl Grouped {
    /// Groups items by owner; `owners[item]` is the owner of an item.
    pub(crate) fn new(owners: impl Iterator<Item = usize> + Clone, count: usize) -> Self {
        let mut offsets = vec![0u32; count + 1];
        for owner in owners.clone() {
            offsets[owner + 1] += 1;
        }
        for owner in 0..count {
            offsets[owner + 1] += offsets[owner];
        }
        let mut next = offsets.clone();
        let mut items = vec![0; offsets[count] as usize];
        for (item, owner) in owners.enumerate() {
            items[next[owner] as usize] = item as u32;
            next[owner] += 1;
        }
        Self { offsets, items }
    }

    /// The items of an owner, in their order.
    pub(crate) fn of(&self, owner: usize) -> &[u32] {
        &self.items[self.offsets[owner] as usize..self.offsets[owner + 1] as usize]
    }
}
