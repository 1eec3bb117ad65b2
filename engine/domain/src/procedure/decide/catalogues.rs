//! Criteria catalogues: kept by version, never changed, each in force until the next.

use super::super::catalogue::CatalogueVersion;
use super::super::change::Change;
use super::super::refusal::Refusal;
use super::super::situation::Situation;
use super::Decision;
use super::look_up::{not_past, provider};
use crate::ProviderId;

/// The first catalogue of a provider may have applied before it was handed in; every other one begins
/// on a day to come, or today, and after the one before: what was in force on a day never changes.
pub(super) fn store(situation: &Situation, id: &ProviderId, new: &CatalogueVersion) -> Decision {
    provider(situation, id)?;
    let known = &situation.catalogues;
    let is_same =
        |it: &&CatalogueVersion| (&it.catalogue, it.version) == (&new.catalogue, new.version);
    if let Some(same) = known.iter().find(is_same) {
        if same.version_hash == new.version_hash {
            return Err(Refusal::NothingToChange {
                what: "the catalogue",
            });
        }
        return Err(Refusal::CatalogueVersionTaken {
            catalogue: new.catalogue.clone(),
            version: new.version,
        });
    }
    if let Some(newest) = known.iter().max_by_key(|it| it.valid_from) {
        not_past(
            "the first day of the catalogue",
            new.valid_from,
            situation.today,
        )?;
        if new.valid_from <= newest.valid_from {
            return Err(Refusal::CatalogueNotAfter {
                valid_from: new.valid_from,
                newest: newest.valid_from,
            });
        }
    }
    Ok(vec![Change::CatalogueStored {
        provider: id.clone(),
        catalogue: new.clone(),
    }])
}

/// Points name the version they come from, where one is in force on the day they are given.
pub(super) fn check_version(situation: &Situation, given: &str) -> Result<(), Refusal> {
    match CatalogueVersion::in_force(&situation.catalogues, situation.today) {
        Some(in_force) if in_force.name() != given => Err(Refusal::CatalogueNotInForce {
            in_force: in_force.name(),
        }),
        _ => Ok(()),
    }
}
