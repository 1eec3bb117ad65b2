//! Criteria catalogues kept.

use domain::procedure::{CatalogueVersion, HumanActor, Role};
use domain::{FacilityId, ProviderId};

use crate::session::{Row, Session, statements, values};
use crate::{SqlStore, StoreError};

statements! {
    CATALOGUES = "select catalogue, version, version_hash, valid_from, catalogue_text, stored_by, \
        stored_role, stored_on from criteria_catalogue where provider_id = $1 order by valid_from";
    CATALOGUES_OF_FACILITY = "select c.catalogue, c.version, c.version_hash, c.valid_from, \
        c.catalogue_text, c.stored_by, c.stored_role, c.stored_on from criteria_catalogue c \
        join facility f on f.provider_id = c.provider_id where f.facility_id = $1 \
        order by c.valid_from";
}

impl SqlStore {
    /// The versions of a provider's catalogue, by first day.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn catalogues(
        &self,
        provider: &ProviderId,
    ) -> Result<Vec<CatalogueVersion>, StoreError> {
        let name = "read catalogues";
        let of = values![provider];
        let rows = self.database.rows(name, CATALOGUES, &of).await?;
        rows.iter().map(version).collect()
    }
}

pub(super) async fn of_provider(
    session: &mut Session,
    provider: &ProviderId,
) -> Result<Vec<CatalogueVersion>, StoreError> {
    let rows = session.rows(CATALOGUES, &values![provider]).await?;
    rows.iter().map(version).collect()
}

/// Those of the provider of a facility.
pub(super) async fn of_facility(
    session: &mut Session,
    facility: &FacilityId,
) -> Result<Vec<CatalogueVersion>, StoreError> {
    let of = values![facility];
    let rows = session.rows(CATALOGUES_OF_FACILITY, &of).await?;
    rows.iter().map(version).collect()
}

fn version(row: &Row) -> Result<CatalogueVersion, StoreError> {
    Ok(CatalogueVersion {
        catalogue: row.text(0)?,
        version: row.number(1)?,
        version_hash: row.text(2)?,
        valid_from: row.parsed(3)?,
        text: row.text(4)?,
        stored_by: HumanActor {
            id: row.parsed(5)?,
            role: row.named(6, Role::named)?,
        },
        stored_on: row.parsed(7)?,
    })
}
