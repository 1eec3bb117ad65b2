//! Providers and their monthly attestations.

use domain::{LegalRegime, ProviderKind};

use crate::calendar::{self, Day, MonthIndex};
use crate::calibration as figures;
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
