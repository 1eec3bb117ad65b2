//! The initial load of a whole city, for a demo or a city that moves in: one transaction, one change.
//!
//! A load is not decided on like a command: its rows come from tables that were checked as a whole.
//! It only goes into a database in which the procedure has not begun.

mod content;
mod rows;

use domain::procedure::ChildFile;

use crate::procedure::log::{self, Entry, Head, Origin};
use crate::session::{Insert, Session, Value, statements, values};
use crate::snapshot::CITY_LOADED;
use crate::{
    Audience, Envelope, FacilityRecord, PerformError, ProviderRecord, SqlStore, StoreError,
};

pub use content::LoadCounts;
use content::sorted;
use rows::tables;

const NAME: &str = "load city";

statements! {
    LOADED_BEFORE = "select sequence from change_entry where kind = $1 and subject = $2 limit 1";
    ANYTHING_THERE = "select 'provider' from provider union all select 'child' from child limit 1";
}

/// Everything the procedure knows of a city. The rows may stand in any order.
#[derive(Clone, Default, PartialEq)]
pub struct CityLoad {
    /// Providers with their introduction and attestations.
    pub providers: Vec<ProviderRecord>,
    /// Facilities with licences, places and blocked places; every provider named is among the
    /// providers.
    pub facilities: Vec<FacilityRecord>,
    /// Children with consent, applications, points, offers and contracts in all versions; every
    /// facility named is among the facilities.
    pub children: Vec<ChildFile>,
}

/// The numbers only.
impl std::fmt::Debug for CityLoad {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CityLoad")
            .field("providers", &self.providers.len())
            .field("facilities", &self.facilities.len())
            .field("children", &self.children.len())
            .finish()
    }
}

/// What a load did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LoadReceipt {
    /// Number of the change in which the city was loaded.
    pub sequence: u64,
    /// Whether it was loaded now; `false` if the same content had been loaded before.
    pub is_new: bool,
    /// SHA-256 of the content, whatever the order of its rows.
    pub content_sha256: String,
    /// How much there is.
    pub counts: LoadCounts,
}

impl SqlStore {
    /// Loads a city, all or nothing, with one entry `city.loaded` in the change log and its event. The
    /// same content again changes nothing, whatever happened since.
    ///
    /// Of the envelope the actor, the moment, the day and the correlation id count.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if the procedure has begun with something else, a key appears twice or
    /// names nothing; [`StoreError`] if the database does not answer.
    pub async fn load_city(
        &self,
        load: &CityLoad,
        envelope: &Envelope,
    ) -> Result<LoadReceipt, PerformError> {
        let load = sorted(load)?;
        let counts = load.counts();
        let tables = tables(&load)?;
        let content_sha256 = content::sha256(&tables);
        let mut session = self.database.write(NAME).await?;
        let done = write(&mut session, &tables, &content_sha256, counts, envelope).await;
        match done {
            Ok(receipt) if receipt.is_new => {
                session.commit().await?;
                tracing::info!(
                    children = counts.children,
                    contracts = counts.contracts,
                    correlation_id = envelope.correlation_id,
                    "city loaded"
                );
                Ok(receipt)
            }
            nothing_to_keep => {
                session.roll_back().await?;
                Ok(nothing_to_keep?)
            }
        }
    }
}

/// Rows of a table, ready to be written.
type Filled<'l> = (&'static Insert, Vec<Vec<Value<'l>>>);

async fn write(
    session: &mut Session,
    tables: &[Filled<'_>],
    content_sha256: &str,
    counts: LoadCounts,
    envelope: &Envelope,
) -> Result<LoadReceipt, StoreError> {
    // Held from the beginning: of two loads the second finds the first.
    let head = Head::of(session, "changes").await?;
    let mut receipt = LoadReceipt {
        sequence: head.next(),
        is_new: true,
        content_sha256: content_sha256.to_owned(),
        counts,
    };
    let before = session
        .row(LOADED_BEFORE, &values![CITY_LOADED, content_sha256])
        .await?;
    if let Some(before) = before {
        receipt.sequence = before.number(0)?;
        receipt.is_new = false;
        return Ok(receipt);
    }
    if let Some(row) = session.row(ANYTHING_THERE, &[]).await? {
        return Err(StoreError::Refused {
            what: "load into a database that already has rows of",
            value: row.text(0)?,
            remedy: "load a city into a new database; afterwards its data change by commands",
        });
    }
    for (insert, rows) in tables {
        session.insert_many(insert, rows).await?;
    }
    let origin = Origin {
        recorded_at: envelope.at,
        decided_on: envelope.today,
        transaction: NAME,
        correlation_id: &envelope.correlation_id,
        actor_id: envelope.actor.id(),
        actor_role: envelope.actor.role(),
        mandate: None,
    };
    let entry = Entry {
        kind: CITY_LOADED,
        subject: content_sha256.to_owned(),
        child: None,
        facility: None,
        provider: None,
        facts: serde_json::json!({"content_sha256": content_sha256, "counts": counts}),
        audience: Audience::City,
    };
    log::changes::append(session, head, &origin, vec![entry]).await?;
    session.count_rows_anew().await?;
    Ok(receipt)
}
