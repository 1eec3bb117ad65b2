//! The steps of providers into the portal.

use domain::{CareType, ProviderKind, RolloutStage};

use crate::calendar::Day;
use crate::facilities::Facility;
use crate::plan::UnitPlan;
use crate::providers::Provider;
use crate::random::{Draw, Topic};

/// A provider's step into the portal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) provider: usize,
    pub(crate) care: CareType,
    pub(crate) stage: RolloutStage,
    pub(crate) from: Day,
}

/// The steps of every provider and care type it offers: import, reading, everything; a few
/// after-school centres are still read-only.
pub(crate) fn rollout(
    plan: &UnitPlan,
    providers: &[Provider],
    facilities: &[Facility],
) -> Vec<Step> {
    let mut draw = Draw::new(plan.seed ^ 0x5eed, plan.unit, Topic::Providers);
    let mut offered = vec![[false; CareType::COUNT]; providers.len()];
    for facility in facilities {
        for care in CareType::ALL {
            offered[facility.provider][care.index()] |= facility.slots[care.index()].is_some();
        }
    }
    let mut steps = Vec::new();
    for (provider, offered) in offered.iter().enumerate() {
        for care in CareType::ALL {
            if !offered[care.index()] {
                continue;
            }
            let from = providers[provider].from;
            let mut step = |stage, from| {
                steps.push(Step {
                    provider,
                    care,
                    stage,
                    from,
                });
            };
            step(RolloutStage::Import, from);
            step(RolloutStage::ReadOnly, from + 28);
            let lags = care == CareType::AfterSchool
                && providers[provider].kind == ProviderKind::Independent
                && draw.chance(0.12);
            if !lags {
                step(RolloutStage::Registration, from + 56);
                step(RolloutStage::Full, from + 56 + draw.between(1, 6) * 28);
            }
        }
    }
    steps
}

/// Whether families may apply by `day`, by provider and care type.
pub(crate) fn takes_applications(
    providers: usize,
    steps: &[Step],
    day: Day,
) -> Vec<[bool; CareType::COUNT]> {
    let mut takes = vec![[false; CareType::COUNT]; providers];
    // The steps of a provider and care type come in order of time.
    for step in steps.iter().filter(|step| step.from <= day) {
        takes[step.provider][step.care.index()] = step.stage.takes_applications();
    }
    takes
}
