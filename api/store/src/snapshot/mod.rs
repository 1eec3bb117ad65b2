//! The newest state of the procedure in columns: for everything that looks at the whole city.
//!
//! A [`Snapshot`] belongs to one number of the change log. It is never changed; the next one takes over
//! what did not change in between. Its rows have one order, so that a snapshot that was carried on over
//! any number of changes equals one read anew.
//!
//! **Architecture invariant:** plain columns only, no frames: whoever wants a table of the engine
//! makes one of it.

mod cache;
mod chunk;
mod columns;
mod packed;
mod read;
mod records;
pub(crate) mod statements;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::procedure::ProviderRegistration;
use domain::{ChildId, FacilityId, ProviderId};

pub(crate) use cache::SnapshotCache;
pub use chunk::Chunk;
pub use columns::{
    ApplicationRow, ApplicationStanding, Applications, ChildRow, Children, ContractVersionRow,
    ContractVersions, OfferRow, OfferStanding, Offers, Points, PointsRow,
};
pub use records::{DatedCatalogue, FacilityRecord, ProviderRecord};

use crate::StoreError;
use crate::session::{Session, values};
use chunk::{Batch, CHILDREN_PER_CHUNK, chunk_of, of, replaced};
use read::Which;

/// Touched children from which on a new reading of everything is cheaper, as a share of all: one in
/// this many.
const FULL_READING_FROM: i64 = 4;

/// A change that concerns the whole city: everything is read anew.
pub(crate) const CITY_LOADED: &str = "city.loaded";

/// What the kinds of changes of a facility's own record begin with.
const FACILITY_CHANGED: &str = "facility.";
/// What the kinds of changes of a provider's own record begin with.
const PROVIDER_CHANGED: &str = "provider.";

/// The state of the procedure as of one change, in columns. Cheap to clone.
#[derive(Clone, Default)]
pub struct Snapshot {
    sequence: u64,
    providers: Arc<Vec<Arc<ProviderRecord>>>,
    facilities: Arc<Vec<Arc<FacilityRecord>>>,
    chunks: Arc<Vec<Arc<Chunk>>>,
}

/// The numbers only: a snapshot holds personal data.
impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot")
            .field("sequence", &self.sequence)
            .field("providers", &self.providers.len())
            .field("facilities", &self.facilities.len())
            .field("children", &self.child_count())
            .finish_non_exhaustive()
    }
}

/// Equal if they say the same of the same change; how the rows are divided into pieces does not count.
impl PartialEq for Snapshot {
    fn eq(&self, other: &Self) -> bool {
        macro_rules! same_rows {
            ($($table:ident),+) => {
                $({
                    let own = self.chunks.iter().flat_map(|chunk| chunk.$table.rows());
                    own.eq(other.chunks.iter().flat_map(|chunk| chunk.$table.rows()))
                })&&+
            };
        }
        self.sequence == other.sequence
            && self.providers == other.providers
            && self.facilities == other.facilities
            && (self.chunks == other.chunks
                || same_rows!(children, applications, points, offers, contracts))
    }
}

impl Snapshot {
    /// Number of the newest change in it; 0 before the first.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// All providers, in the order of their keys.
    pub fn providers(&self) -> impl ExactSizeIterator<Item = &ProviderRecord> {
        self.providers.iter().map(Arc::as_ref)
    }

    /// A provider; `None` if there is none.
    #[must_use]
    pub fn provider(&self, id: &ProviderId) -> Option<&ProviderRecord> {
        let position = self
            .providers
            .binary_search_by(|record| record.id().cmp(id));
        position
            .ok()
            .map(|position| self.providers[position].as_ref())
    }

    /// All facilities, in the order of their keys.
    pub fn facilities(&self) -> impl ExactSizeIterator<Item = &FacilityRecord> {
        self.facilities.iter().map(Arc::as_ref)
    }

    /// A facility; `None` if there is none.
    #[must_use]
    pub fn facility(&self, id: &FacilityId) -> Option<&FacilityRecord> {
        let position = self
            .facilities
            .binary_search_by(|record| record.id().cmp(id));
        position
            .ok()
            .map(|position| self.facilities[position].as_ref())
    }

    /// Children with all that belongs to them, in pieces of neighbouring children, in order.
    pub fn chunks(&self) -> impl ExactSizeIterator<Item = &Chunk> {
        self.chunks.iter().map(Arc::as_ref)
    }

    /// Number of children.
    #[must_use]
    pub fn child_count(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.children.len()).sum()
    }

    /// A child; `None` if there is none.
    #[must_use]
    pub fn child(&self, id: &ChildId) -> Option<ChildRow> {
        let chunk = self.chunks.get(chunk_of(&self.chunks, id))?;
        let found = of(&chunk.children.child, id);
        chunk
            .children
            .row(found.start)
            .filter(|_| !found.is_empty())
    }

    /// A snapshot of rows that come from elsewhere than a database, for example a test; rows may stand
    /// in any order.
    #[must_use]
    pub fn from_rows(sequence: u64, rows: SnapshotRows) -> Self {
        let mut batch = Batch {
            children: rows.children,
            applications: rows.applications,
            points: rows.points,
            offers: rows.offers,
            contracts: rows.contracts,
        };
        batch.sort();
        let providers = rows.providers.into_iter();
        let facilities = rows.facilities.into_iter().map(FacilityRecord::sorted);
        Self {
            sequence,
            providers: records(
                providers
                    .map(|record| (record.id().clone(), record))
                    .collect(),
            ),
            facilities: records(
                facilities
                    .map(|record| (record.id().clone(), record))
                    .collect(),
            ),
            chunks: Arc::new(batch.into_chunks(CHILDREN_PER_CHUNK)),
        }
    }

    /// Reads everything; contracts, the longest table, over the connection `beside` at the same time
    /// if that sees the same state.
    pub(crate) async fn build(
        session: &mut Session,
        beside: Option<&mut Session>,
    ) -> Result<Self, StoreError> {
        let sequence = head(session).await?;
        // What the tables hold changes with this number only, so the same number is the same state.
        let contracts = async {
            let Some(beside) = beside else {
                return Ok(None);
            };
            if head(beside).await? != sequence {
                return Ok(None);
            }
            read::contracts(beside, &Which::All).await.map(Some)
        };
        let others = async {
            let providers = read::providers(session, &Which::All).await?;
            let facilities = read::facilities(session, &Which::All).await?;
            let children = read::children(session, &Which::All).await?;
            Ok::<_, StoreError>((providers, facilities, children))
        };
        let (contracts, (providers, facilities, mut children)) =
            tokio::try_join!(contracts, others)?;
        children.contracts = match contracts {
            Some(contracts) => contracts,
            None => read::contracts(session, &Which::All).await?,
        };
        Ok(Self {
            sequence,
            providers: records(providers),
            facilities: records(facilities),
            chunks: Arc::new(children.into_chunks(CHILDREN_PER_CHUNK)),
        })
    }

    /// Reads what was changed since, and shares the rest.
    pub(crate) async fn refresh(&self, session: &mut Session) -> Result<Self, StoreError> {
        let sequence = head(session).await?;
        if sequence == self.sequence {
            return Ok(self.clone());
        }
        let Some(touched) = Touched::since(session, self.sequence).await? else {
            return Self::build(session, None).await;
        };
        let mut next = Self {
            sequence,
            ..self.clone()
        };
        if !touched.providers.is_empty() {
            let fresh = read::providers(session, &Which::of(&touched.providers)).await?;
            next.providers = renewed(&self.providers, |record| record.id(), fresh);
        }
        if !touched.facilities.is_empty() {
            let fresh = read::facilities(session, &Which::of(&touched.facilities)).await?;
            next.facilities = renewed(&self.facilities, |record| record.id(), fresh);
        }
        if !touched.children.is_empty() {
            let which = Which::of(&touched.children);
            let mut fresh = read::children(session, &which).await?;
            fresh.contracts = read::contracts(session, &which).await?;
            next.chunks = Arc::new(replaced(&self.chunks, &touched.children, fresh));
        }
        Ok(next)
    }
}

/// Rows of a snapshot, see [`Snapshot::from_rows`].
#[derive(Debug, Clone, Default)]
pub struct SnapshotRows {
    /// Providers, each key once.
    pub providers: Vec<ProviderRecord>,
    /// Facilities, each key once.
    pub facilities: Vec<FacilityRecord>,
    /// Children, each key once.
    pub children: Vec<ChildRow>,
    /// Applications of these children and of no others, as all rows below.
    pub applications: Vec<ApplicationRow>,
    /// Points of these applications.
    pub points: Vec<PointsRow>,
    /// Offers made to these children.
    pub offers: Vec<OfferRow>,
    /// Versions of their contracts.
    pub contracts: Vec<ContractVersionRow>,
}

impl From<ProviderRegistration> for ProviderRecord {
    fn from(registration: ProviderRegistration) -> Self {
        Self {
            registration,
            rollout: Vec::new(),
            attestations: Vec::new(),
            catalogues: Vec::new(),
        }
    }
}

/// Keys that changes name.
#[derive(Default)]
struct Touched {
    children: BTreeSet<ChildId>,
    facilities: BTreeSet<FacilityId>,
    providers: BTreeSet<ProviderId>,
}

impl Touched {
    /// Keys named after a number; `None` where everything is to be read.
    async fn since(session: &mut Session, sequence: u64) -> Result<Option<Self>, StoreError> {
        let mut touched = Self::default();
        for row in session
            .rows(statements::CHANGED, &values![sequence])
            .await?
        {
            if row.text_ref(1)? == CITY_LOADED {
                return Ok(None);
            }
            touched.children.extend(row.optional_parsed(2)?);
            // A change of a child names its facility and provider too, yet leaves their records alone.
            let kind = row.text_ref(1)?;
            if kind.starts_with(FACILITY_CHANGED) {
                touched.facilities.extend(row.optional_parsed(3)?);
            } else if kind.starts_with(PROVIDER_CHANGED) {
                touched.providers.extend(row.optional_parsed(4)?);
            }
        }
        if touched.children.len() > CHILDREN_PER_CHUNK {
            let count = session.row(statements::CHILDREN_COUNT, &[]).await?;
            let count = count.map_or(Ok(0), |row| row.integer(0))?;
            let most = usize::try_from(count / FULL_READING_FROM).unwrap_or(usize::MAX);
            if touched.children.len() > most {
                return Ok(None);
            }
        }
        Ok(Some(touched))
    }
}

/// Number of the newest change.
async fn head(session: &mut Session) -> Result<u64, StoreError> {
    match session.row(statements::HEAD, &[]).await? {
        Some(row) => row.number(0),
        None => Ok(0),
    }
}

/// Records in the order of their keys.
fn records<K: Ord, T>(sorted: BTreeMap<K, T>) -> Arc<Vec<Arc<T>>> {
    Arc::new(sorted.into_values().map(Arc::new).collect())
}

/// The records with the fresh ones in place of those with their keys; the others are shared. Neither
/// providers nor facilities are ever removed.
fn renewed<K: Ord + Clone, T>(
    records: &[Arc<T>],
    id: impl Fn(&T) -> &K,
    fresh: BTreeMap<K, T>,
) -> Arc<Vec<Arc<T>>> {
    let mut all: Vec<Arc<T>> = records.to_vec();
    for (key, record) in fresh {
        match all.binary_search_by(|known| id(known).cmp(&key)) {
            Ok(position) => all[position] = Arc::new(record),
            Err(position) => all.insert(position, Arc::new(record)),
        }
    }
    Arc::new(all)
}
