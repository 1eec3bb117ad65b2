//! What a change makes of a provider.

use std::collections::BTreeMap;

use domain::CareType;
use domain::procedure::{Change, Command};

use super::statements as sql;
use super::tables::{Table, Writer};
use crate::StoreError;
use crate::session::values;

pub(super) async fn write<'c>(
    writer: &mut Writer<'_, 'c>,
    command: &Command,
    change: &'c Change,
) -> Result<(), StoreError> {
    match change {
        Change::ProviderRegistered(registration) => {
            let row = values![
                &registration.id,
                &registration.name,
                registration.kind.as_str(),
                registration.regime.as_str(),
                registration.participates_from,
                registration.participates_to,
            ];
            writer.add(Table::Provider, registration.id.as_str(), row.into());
        }
        Change::ParticipationEnds { provider, last_day } => {
            let end = values![provider, *last_day];
            let key = provider.as_str();
            writer
                .change(Table::Provider, key, sql::END_PARTICIPATION, &end)
                .await?;
        }
        Change::RolloutSet { provider, step } => {
            let step = values![
                provider,
                step.care_type,
                step.valid_from,
                step.stage.as_str()
            ];
            writer.execute(sql::SET_ROLLOUT, &step).await?;
        }
        Change::ImportDeadlineSet {
            provider,
            care_type,
            deadline,
        } => {
            let date = values![provider, *care_type, *deadline];
            writer.execute(sql::SET_IMPORT_DEADLINE, &date).await?;
        }
        Change::Attested {
            provider,
            attestation,
        } => {
            let month = values![provider, attestation.month, attestation.attested_on];
            writer.execute(sql::ATTEST, &month).await?;
        }
        Change::CatalogueStored {
            provider,
            catalogue,
        } => {
            let version = values![
                provider,
                &catalogue.catalogue,
                catalogue.version,
                &catalogue.version_hash,
                catalogue.valid_from,
                &catalogue.text,
                &catalogue.stored_by.id,
                catalogue.stored_by.role.as_str(),
                catalogue.stored_on,
            ];
            writer.execute(sql::STORE_CATALOGUE, &version).await?;
        }
        Change::ExistingChildrenImported {
            provider,
            care_type,
            rows,
            on,
            ..
        } => {
            for (care_type, rows) in imported_rows(command, *care_type, *rows) {
                let taken = values![provider, care_type, rows, *on];
                writer.execute(sql::COUNT_IMPORTED, &taken).await?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Rows of an import by care type.
fn imported_rows(
    command: &Command,
    care_type: Option<CareType>,
    rows: u32,
) -> BTreeMap<CareType, u64> {
    let mut counts = BTreeMap::new();
    match (care_type, command) {
        (Some(care_type), _) => {
            counts.insert(care_type, u64::from(rows));
        }
        (None, Command::ImportExistingChildren { rows, .. }) => {
            for row in rows {
                *counts.entry(row.terms.care_type).or_default() += 1;
            }
        }
        (None, _) => {}
    }
    counts
}
