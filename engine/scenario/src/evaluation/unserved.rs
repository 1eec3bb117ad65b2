//! Children without a place by priority.

use std::borrow::Cow;

use domain::CareType;

use super::rows::{PathSummary, UnservedSide};

/// Unserved children by [`super::Priority::ALL`].
///
/// Nursery and childminding serve children under three together: the claim is to either. Children
/// under one go without first, as the claim begins with the first birthday.
pub(super) fn by_priority(
    demand: &[Option<Cow<'_, [f32]>>; CareType::COUNT],
    under_one: &[f32],
    staffed: [u64; CareType::COUNT],
) -> [UnservedSide; 3] {
    let need = |care: CareType, path: usize| {
        let values = demand[care.index()].as_deref();
        values.map_or(0.0, |values| f64::from(values[path]))
    };
    let places = |care: CareType| staffed[care.index()] as f64;
    let mut missing: [Vec<f32>; 3] = Default::default();
    for (path, babies) in under_one.iter().enumerate() {
        let (nursery, minder) = (CareType::Nursery, CareType::Childminding);
        let wanted = need(nursery, path) + need(minder, path);
        let young = (wanted - places(nursery) - places(minder)).max(0.0);
        let babies = young.min(f64::from(*babies));
        let short = |care| (need(care, path) - places(care)).max(0.0);
        let claim = young - babies + short(CareType::Kindergarten);
        let found = [claim, short(CareType::AfterSchool), babies];
        for (missing, found) in missing.iter_mut().zip(found) {
            missing.push(found as f32);
        }
    }
    missing.map(|values| {
        let summary = PathSummary::of(&values);
        let any = values.iter().filter(|value| **value > 0.0).count();
        UnservedSide {
            mean: summary.mean,
            p90: summary.p90,
            probability: any as f64 / values.len().max(1) as f64,
        }
    })
}
