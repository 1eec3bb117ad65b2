//! From the tables to a snapshot, all of it or what was touched.

use std::collections::{BTreeMap, BTreeSet};

use domain::procedure::{
    BlockedSpan, CapacitySpan, Channel, ContractEnd, FacilityRegistration, Operation,
    ProviderRegistration, Sex, SiblingsRule,
};
use domain::{
    ApplicationId, AreaId, Attestation, ChildId, ContractId, FacilityFacts, FacilityId,
    FacilityKind, HouseholdId, LegalRegime, Licence, Location, OfferId, ProviderId, ProviderKind,
    RolloutStage, RolloutStep,
};

use super::chunk::Batch;
use super::columns::{
    ApplicationRow, ApplicationStanding, ChildRow, ContractVersionRow, OfferRow, OfferStanding,
    PointsRow,
};
use super::packed::{Fields, Known, rows};
use super::records::{DatedCatalogue, FacilityRecord, ProviderRecord};
use super::statements::{
    APPLICATIONS, ATTESTATIONS, BETWEEN_ROWS, BETWEEN_VALUES, BLOCKED, CAPACITIES, CATALOGUE_TEXTS,
    CHILDREN, CONTRACTS, FACILITIES, LICENCES, OFFERS, POINTS, PROVIDERS, ROLLOUT,
};
use crate::StoreError;
use crate::session::{Among, Lock, Session, Value};

/// Which rows of a table are read.
pub(super) enum Which<'k> {
    /// All.
    All,
    /// Those of some keys.
    Of(Vec<Value<'k>>),
}

impl<'k> Which<'k> {
    /// The rows of some keys.
    pub(super) fn of<K: 'k>(keys: &'k BTreeSet<K>) -> Self
    where
        Value<'k>: From<&'k K>,
    {
        Self::Of(keys.iter().map(Value::from).collect())
    }
}

/// Reads a table in packed form: one text, or one for every few hundred keys.
async fn packed(
    session: &mut Session,
    table: &Among,
    which: &Which<'_>,
) -> Result<Vec<String>, StoreError> {
    let signs = [
        Value::from(String::from(BETWEEN_VALUES)),
        Value::from(String::from(BETWEEN_ROWS)),
    ];
    let answers = match which {
        Which::All => session.rows(table.select, &signs).await?,
        Which::Of(keys) => session.rows_among(table, &signs, keys, Lock::No).await?,
    };
    let mut texts = Vec::with_capacity(answers.len());
    for answer in answers {
        // Without a row there is nothing to join.
        texts.extend(answer.optional_text(0)?);
    }
    Ok(texts)
}

/// Reads providers, in the order of their keys.
pub(super) async fn providers(
    session: &mut Session,
    which: &Which<'_>,
) -> Result<BTreeMap<ProviderId, ProviderRecord>, StoreError> {
    let mut found = BTreeMap::new();
    for text in packed(session, &PROVIDERS, which).await? {
        for mut row in rows("provider", &text) {
            let record = provider(&mut row)?;
            found.insert(record.id().clone(), record);
        }
    }
    for text in packed(session, &ROLLOUT, which).await? {
        for mut row in rows("rollout_step", &text) {
            let provider = row.key(ProviderId::new)?;
            let step = RolloutStep {
                care_type: row.care_type()?,
                stage: row.named(|name| {
                    let mut stages = RolloutStage::ALL.into_iter();
                    stages.find(|stage| stage.as_str() == name)
                })?,
                valid_from: row.date()?,
            };
            if let Some(record) = found.get_mut(&provider) {
                record.rollout.push(step);
            }
        }
    }
    for text in packed(session, &ATTESTATIONS, which).await? {
        for mut row in rows("attestation", &text) {
            let provider = row.key(ProviderId::new)?;
            let attestation = Attestation {
                month: row.parsed()?,
                attested_on: row.date()?,
            };
            if let Some(record) = found.get_mut(&provider) {
                record.attestations.push(attestation);
            }
        }
    }
    for text in packed(session, &CATALOGUE_TEXTS, which).await? {
        for mut row in rows("criteria_catalogue", &text) {
            let provider = row.key(ProviderId::new)?;
            let catalogue = DatedCatalogue {
                valid_from: row.date()?,
                text: row.text()?.to_owned(),
            };
            if let Some(record) = found.get_mut(&provider) {
                record.catalogues.push(catalogue);
            }
        }
    }
    for record in found.values_mut() {
        record
            .rollout
            .sort_by_key(|step| (step.care_type, step.valid_from));
        record.attestations.sort();
        record.catalogues.sort();
    }
    Ok(found)
}

fn provider(row: &mut Fields<'_>) -> Result<ProviderRecord, StoreError> {
    Ok(ProviderRecord {
        registration: ProviderRegistration {
            id: row.key(ProviderId::new)?,
            name: row.text()?.to_owned(),
            kind: row.named(|name| {
                let mut kinds = ProviderKind::ALL.into_iter();
                kinds.find(|kind| kind.as_str() == name)
            })?,
            regime: row.named(|name| {
                let mut regimes = LegalRegime::ALL.into_iter();
                regimes.find(|regime| regime.as_str() == name)
            })?,
            participates_from: row.date()?,
            participates_to: row.optional_date()?,
        },
        rollout: Vec::new(),
        attestations: Vec::new(),
        catalogues: Vec::new(),
    })
}

/// Reads facilities, in the order of their keys.
pub(super) async fn facilities(
    session: &mut Session,
    which: &Which<'_>,
) -> Result<BTreeMap<FacilityId, FacilityRecord>, StoreError> {
    let mut found = BTreeMap::new();
    for text in packed(session, &FACILITIES, which).await? {
        for mut row in rows("facility", &text) {
            let record = facility(&mut row)?;
            found.insert(record.id().clone(), record);
        }
    }
    for text in packed(session, &LICENCES, which).await? {
        for mut row in rows("licence", &text) {
            let facility = row.key(FacilityId::new)?;
            let licence = Licence {
                valid_from: row.date()?,
                valid_to: row.optional_date()?,
            };
            if let Some(record) = found.get_mut(&facility) {
                record.registration.facts.licences.push(licence);
            }
        }
    }
    for text in packed(session, &CAPACITIES, which).await? {
        for mut row in rows("capacity", &text) {
            let facility = row.key(FacilityId::new)?;
            let span = CapacitySpan {
                care_type: row.care_type()?,
                valid_from: row.date()?,
                valid_to: row.optional_date()?,
                licensed: row.parsed()?,
                planned: row.parsed()?,
                staffed: row.parsed()?,
            };
            if let Some(record) = found.get_mut(&facility) {
                record.capacities.push(span);
            }
        }
    }
    for text in packed(session, &BLOCKED, which).await? {
        for mut row in rows("blocked_place", &text) {
            let facility = row.key(FacilityId::new)?;
            let span = BlockedSpan {
                care_type: row.care_type()?,
                valid_from: row.date()?,
                valid_to: row.optional_date()?,
                places: row.parsed()?,
            };
            if let Some(record) = found.get_mut(&facility) {
                record.blocked.push(span);
            }
        }
    }
    let sorted = found
        .into_iter()
        .map(|(key, record)| (key, record.sorted()));
    Ok(sorted.collect())
}

fn facility(row: &mut Fields<'_>) -> Result<FacilityRecord, StoreError> {
    let id = row.key(FacilityId::new)?;
    let provider = row.key(ProviderId::new)?;
    let name = row.text()?.to_owned();
    let kind = row.named(|name| {
        let mut kinds = FacilityKind::ALL.into_iter();
        kinds.find(|kind| kind.as_str() == name)
    })?;
    let area = row.key(AreaId::new)?;
    let (latitude, longitude): (f64, f64) = (row.parsed()?, row.parsed()?);
    let location = Location::new(latitude, longitude).map_err(|_| StoreError::Damaged {
        what: "facility",
        name: id.to_string(),
    })?;
    Ok(FacilityRecord {
        registration: FacilityRegistration {
            facts: FacilityFacts {
                id,
                provider,
                kind,
                area,
                location,
                opens_on: row.date()?,
                closes_on: row.optional_date()?,
                in_needs_plan: row.truth()?,
                licences: Vec::new(),
            },
            name,
            operation: Operation {
                groups: row.parsed()?,
                opening_hour: row.parsed()?,
                closing_hour: row.parsed()?,
                closing_days: row.parsed()?,
            },
        },
        capacities: Vec::new(),
        blocked: Vec::new(),
    })
}

/// Reads children with all that belongs to them but contracts, sorted.
///
/// While the database puts one table together, another thread takes the last one apart.
pub(super) async fn children(
    session: &mut Session,
    which: &Which<'_>,
) -> Result<Batch, StoreError> {
    let aside = matches!(which, Which::All);
    let applications = packed(session, &APPLICATIONS, which).await?;
    let taking = Taking::apart(Taken::default(), applications, Taken::applications, aside);
    let children = packed(session, &CHILDREN, which).await?;
    let taken = taking.done().await?;
    let taking = Taking::apart(taken, children, Taken::children, aside);
    let points = packed(session, &POINTS, which).await?;
    let offers = packed(session, &OFFERS, which).await?;
    let mut taken = taking.done().await?;
    taken.points(&points)?;
    taken.offers(&offers)?;
    taken.batch.sort();
    Ok(taken.batch)
}

/// Reads the versions of the contracts of children, sorted.
pub(super) async fn contracts(
    session: &mut Session,
    which: &Which<'_>,
) -> Result<Vec<ContractVersionRow>, StoreError> {
    let aside = matches!(which, Which::All);
    let contracts = packed(session, &CONTRACTS, which).await?;
    let sorted = |taken: &mut Taken, texts: &[String]| {
        taken.contracts(texts)?;
        taken.batch.sort();
        Ok(())
    };
    let taking = Taking::apart(Taken::default(), contracts, sorted, aside);
    Ok(taking.done().await?.batch.contracts)
}

/// Rows of a table being taken apart.
enum Taking {
    /// By another thread.
    Aside(tokio::task::JoinHandle<Result<Taken, StoreError>>),
    /// Done at once: a few rows are not worth a thread.
    Done(Box<Result<Taken, StoreError>>),
}

impl Taking {
    /// Takes packed rows apart, aside or here.
    fn apart(
        mut taken: Taken,
        texts: Vec<String>,
        table: fn(&mut Taken, &[String]) -> Result<(), StoreError>,
        aside: bool,
    ) -> Self {
        let work = move || table(&mut taken, &texts).map(|()| taken);
        if aside {
            Self::Aside(tokio::task::spawn_blocking(work))
        } else {
            Self::Done(Box::new(work()))
        }
    }

    async fn done(self) -> Result<Taken, StoreError> {
        match self {
            Self::Aside(task) => match task.await {
                Ok(taken) => taken,
                Err(failed) => Err(StoreError::Transaction {
                    transaction: "read snapshot",
                    source: Box::new(failed),
                }),
            },
            Self::Done(taken) => *taken,
        }
    }
}

/// What was taken apart so far.
#[derive(Default)]
struct Taken {
    keys: Keys,
    batch: Batch,
}

/// Takes the rows of a table apart into a list of the batch.
macro_rules! taken {
    ($($table:ident: $name:literal by $row:ident;)+) => {
        $(fn $table(&mut self, texts: &[String]) -> Result<(), StoreError> {
            for mut row in texts.iter().flat_map(|text| rows($name, text)) {
                self.batch.$table.push(self.keys.$row(&mut row)?);
            }
            Ok(())
        })+
    };
}

impl Taken {
    taken! {
        children: "child" by child;
        applications: "application" by application;
        points: "criterion_points" by points;
        offers: "offer" by offer;
        contracts: "contract_version" by contract;
    }
}

/// Keys and texts that come again and again.
#[derive(Default)]
struct Keys {
    children: Known<ChildId>,
    facilities: Known<FacilityId>,
    areas: Known<AreaId>,
    applications: Known<ApplicationId>,
    texts: Known<std::sync::Arc<str>>,
}

impl Keys {
    fn child(&mut self, row: &mut Fields<'_>) -> Result<ChildRow, StoreError> {
        Ok(ChildRow {
            child: row.known(&mut self.children, ChildId::new)?,
            household: row.key(HouseholdId::new)?,
            birth_date: row.date()?,
            sex: row.named(Sex::named)?,
            area: row.known(&mut self.areas, AreaId::new)?,
            municipality: row.parsed()?,
            single_custodian: row.truth()?,
            custodians_working: row.truth()?,
            inclusion_place: row.truth()?,
            school_class: Some(row.parsed()?).filter(|class: &u8| *class > 0),
            siblings: row.named(SiblingsRule::named)?,
            has_consent: row.optional_date()?.is_some(),
        })
    }

    fn application(&mut self, row: &mut Fields<'_>) -> Result<ApplicationRow, StoreError> {
        Ok(ApplicationRow {
            child: row.known(&mut self.children, ChildId::new)?,
            application: row.known(&mut self.applications, ApplicationId::new)?,
            facility: row.known(&mut self.facilities, FacilityId::new)?,
            care_type: row.care_type()?,
            rank: row.parsed()?,
            wished_start: row.date()?,
            daily_hours: row.daily_hours()?,
            applied_on: row.date()?,
            channel: row.named(channel)?,
            transfer_from: row.optional_key(ContractId::new)?,
            catalogue_version: row.shared_text(&mut self.texts)?,
            standing: {
                let state = row.text()?;
                let cause = row.text()?;
                row.standing(state, cause)?
            },
            closed_on: row.optional_date()?,
            contract: row.optional_key(ContractId::new)?,
        })
    }

    fn points(&mut self, row: &mut Fields<'_>) -> Result<PointsRow, StoreError> {
        Ok(PointsRow {
            child: row.known(&mut self.children, ChildId::new)?,
            application: row.known(&mut self.applications, ApplicationId::new)?,
            criterion: row.shared_text(&mut self.texts)?.unwrap_or_default(),
            points: row.parsed()?,
        })
    }

    fn offer(&mut self, row: &mut Fields<'_>) -> Result<OfferRow, StoreError> {
        Ok(OfferRow {
            child: row.known(&mut self.children, ChildId::new)?,
            application: row.known(&mut self.applications, ApplicationId::new)?,
            number: row.parsed()?,
            offer: row.key(OfferId::new)?,
            facility: row.known(&mut self.facilities, FacilityId::new)?,
            care_type: row.care_type()?,
            starts_on: row.date()?,
            ends_on: row.date()?,
            daily_hours: row.daily_hours()?,
            offered_on: row.date()?,
            reply_by: row.date()?,
            standing: row.named(OfferStanding::named)?,
            confirmed_on: row.optional_date()?,
            conflict: row.optional_key(ContractId::new)?,
            closed_on: row.optional_date()?,
            contract: row.optional_key(ContractId::new)?,
        })
    }

    fn contract(&mut self, row: &mut Fields<'_>) -> Result<ContractVersionRow, StoreError> {
        Ok(ContractVersionRow {
            child: row.known(&mut self.children, ChildId::new)?,
            contract: row.key(ContractId::new)?,
            version: row.parsed()?,
            facility: row.known(&mut self.facilities, FacilityId::new)?,
            care_type: row.care_type()?,
            daily_hours: row.daily_hours()?,
            days_per_week: row.parsed()?,
            lunch: row.truth()?,
            valid_from: row.date()?,
            valid_to: row.date()?,
            recorded_from: row.date()?,
            recorded_to: row.optional_date()?,
            end: row.optional_named(contract_end)?,
        })
    }
}

impl Fields<'_> {
    /// Where an application stands, by its state and the cause of its withdrawal.
    fn standing(&self, state: &str, cause: &str) -> Result<ApplicationStanding, StoreError> {
        let name = match (state, cause) {
            ("withdrawn", "by_contract") => "withdrawn_by_contract",
            (state, _) => state,
        };
        ApplicationStanding::named(name).ok_or_else(|| self.damaged())
    }
}

fn channel(name: &str) -> Option<Channel> {
    [Channel::Online, Channel::Onsite, Channel::Mediation]
        .into_iter()
        .find(|channel| channel.as_str() == name)
}

fn contract_end(name: &str) -> Option<ContractEnd> {
    Some(match name {
        "by_family" => ContractEnd::ByFamily,
        "by_provider" => ContractEnd::ByProvider,
        "moved_away" => ContractEnd::MovedAway,
        "transfer" => ContractEnd::Transfer,
        "continued" => ContractEnd::Continued,
        "regular" => ContractEnd::Regular,
        _ => return None,
    })
}
