//! Providers, their steps into the portal and their monthly attestations.

use domain::{CareType, LegalRegime, ProviderKind, RolloutStage};

use crate::calendar::{self, Day, MonthIndex};
use crate::calibration as figures;
use crate::facilities::Facility;
use crate::names;
use crate::plan::UnitPlan;
use crate::random::{Draw, Topic};

/// First day of the portal (D7).
pub(crate) const PORTAL_START: Day = calendar::day(2022, 11, 8);
/// Months of attestations kept.
const ATTESTED_MONTHS: i32 = 12;

/// A provider.
#[derive(Debug, Clone)]
pub(crate) struct Provider {
    pub(crate) name: String,
    pub(crate) kind: ProviderKind,
    pub(crate) regime: LegalRegime,
    pub(crate) from: Day,
    /// How many facilities it tends to run.
    pub(crate) size: f64,
}

/// A provider's step into the portal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) provider: usize,
    pub(crate) care: CareType,
    pub(crate) stage: RolloutStage,
    pub(crate) from: Day,
}

/// The providers of a unit: the municipal one first, then independent ones, then agencies.
pub(crate) fn providers(plan: &UnitPlan) -> Vec<Provider> {
    let mut draw = plan.draw(Topic::Providers);
    let independent =
        ((figures::INDEPENDENT_PROVIDERS * plan.share.powf(0.7)).round() as usize).max(3);
    let agencies = ((figures::CHILDMINDING_AGENCIES * plan.share.sqrt()).round() as usize).max(1);
    let mut providers = vec![Provider {
        name: "Kommunaler Eigenbetrieb Kindertageseinrichtungen".to_owned(),
        kind: ProviderKind::Municipal,
        regime: LegalRegime::Secular,
        from: PORTAL_START,
        size: 0.0,
    }];
    for number in 0..independent {
        let regime = match draw.weighted(&[0.72, 0.20, 0.08]) {
            0 => LegalRegime::Secular,
            1 => LegalRegime::Protestant,
            _ => LegalRegime::Catholic,
        };
        providers.push(Provider {
            name: names::provider(number),
            kind: ProviderKind::Independent,
            regime,
            from: PORTAL_START + draw.between(0, 8) * 28,
            size: draw.log_normal(1.0),
        });
    }
    for number in 0..agencies {
        providers.push(Provider {
            name: format!("Beratungsstelle Kindertagespflege {}", number + 1),
            kind: ProviderKind::ChildmindingAgency,
            regime: LegalRegime::Secular,
            from: PORTAL_START,
            size: 1.0,
        });
    }
    providers
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

/// Attestations of the last twelve months: provider, month and day of the attestation. Some come
/// after the 1st, some never.
pub(crate) fn attestations(
    plan: &UnitPlan,
    providers: &[Provider],
) -> Vec<(usize, MonthIndex, Day)> {
    let mut draw = Draw::new(plan.seed ^ 0xa77e, plan.unit, Topic::Providers);
    let last = plan.as_of_month();
    let mut attestations = Vec::new();
    for (provider, facts) in providers.iter().enumerate() {
        let careless = facts.kind == ProviderKind::Independent && draw.chance(0.07);
        for month in last - ATTESTED_MONTHS + 1..=last {
            let first = calendar::first_day(month);
            let on = match draw.weighted(if careless {
                &[0.4, 0.3, 0.3]
            } else {
                &[0.97, 0.02, 0.01]
            }) {
                0 => first - draw.between(0, 6),
                1 => first + draw.between(1, 12),
                _ => continue,
            };
            if on <= plan.as_of {
                attestations.push((provider, month, on));
            }
        }
    }
    attestations
}
