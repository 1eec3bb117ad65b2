//! The content of a load: its order, its keys and its hash.

use std::collections::BTreeSet;

use domain::procedure::ChildFile;
use domain::{FacilityId, ProviderId};
use sha2::{Digest as _, Sha256};

use super::{CityLoad, Filled};
use crate::hash::hexadecimal;
use crate::session::Value;
use crate::{FacilityRecord, ProviderRecord, StoreError};

/// How much a load holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct LoadCounts {
    /// Providers.
    pub providers: usize,
    /// Facilities.
    pub facilities: usize,
    /// Children.
    pub children: usize,
    /// Applications.
    pub applications: usize,
    /// Offers.
    pub offers: usize,
    /// Contracts.
    pub contracts: usize,
    /// Versions of these.
    pub contract_versions: usize,
}

/// A load in the order of its keys.
pub(super) struct Sorted<'l> {
    pub(super) providers: Vec<&'l ProviderRecord>,
    pub(super) facilities: Vec<&'l FacilityRecord>,
    pub(super) children: Vec<&'l ChildFile>,
}

impl Sorted<'_> {
    pub(super) fn counts(&self) -> LoadCounts {
        let children = self.children.iter();
        let mut counts = LoadCounts {
            providers: self.providers.len(),
            facilities: self.facilities.len(),
            children: self.children.len(),
            ..LoadCounts::default()
        };
        for file in children {
            counts.applications += file.applications.len();
            counts.offers += file
                .applications
                .iter()
                .map(|it| it.offers.len())
                .sum::<usize>();
            counts.contracts += file.contracts.len();
            counts.contract_versions += file
                .contracts
                .iter()
                .map(|it| it.versions.len())
                .sum::<usize>();
        }
        counts
    }
}

/// Sorts a load and checks its keys: each once, and each that is named is there.
pub(super) fn sorted(load: &CityLoad) -> Result<Sorted<'_>, StoreError> {
    let mut providers: Vec<&ProviderRecord> = load.providers.iter().collect();
    providers.sort_by(|a, b| a.id().cmp(b.id()));
    let mut facilities: Vec<&FacilityRecord> = load.facilities.iter().collect();
    facilities.sort_by(|a, b| a.id().cmp(b.id()));
    let mut children: Vec<&ChildFile> = load.children.iter().collect();
    children.sort_by(|a, b| a.child.id.cmp(&b.child.id));
    once("provider", providers.iter().map(|it| it.id().as_str()))?;
    once("facility", facilities.iter().map(|it| it.id().as_str()))?;
    once("child", children.iter().map(|it| it.child.id.as_str()))?;
    let applications = || children.iter().flat_map(|it| &it.applications);
    let contracts = || children.iter().flat_map(|it| &it.contracts);
    once("application", applications().map(|it| it.id.as_str()))?;
    once(
        "offer",
        applications()
            .flat_map(|it| &it.offers)
            .map(|it| it.id.as_str()),
    )?;
    once("contract", contracts().map(|it| it.id.as_str()))?;
    let known: BTreeSet<&ProviderId> = providers.iter().map(|it| it.id()).collect();
    let mut named = facilities.iter().map(|it| it.provider());
    if let Some(missing) = named.find(|id| !known.contains(id)) {
        return Err(refused(
            "provider that is named and not there",
            missing.as_str(),
        ));
    }
    let known: BTreeSet<&FacilityId> = facilities.iter().map(|it| it.id()).collect();
    let wished = applications().map(|it| &it.facility);
    let mut named = wished.chain(contracts().map(|it| &it.facility));
    if let Some(missing) = named.find(|id| !known.contains(id)) {
        return Err(refused(
            "facility that is named and not there",
            missing.as_str(),
        ));
    }
    if let Some(empty) = contracts().find(|it| it.versions.is_empty()) {
        return Err(refused("contract without a version", empty.id.as_str()));
    }
    Ok(Sorted {
        providers,
        facilities,
        children,
    })
}

fn once<'l>(what: &'static str, keys: impl Iterator<Item = &'l str>) -> Result<(), StoreError> {
    let mut keys: Vec<&str> = keys.collect();
    keys.sort_unstable();
    match keys.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(refused(what, pair[0])),
        None => Ok(()),
    }
}

fn refused(what: &'static str, value: &str) -> StoreError {
    StoreError::Refused {
        what,
        value: value.to_owned(),
        remedy: "give every key once and everything that is named; nothing was written",
    }
}

/// The hash of all rows, each value with its length, so that no two loads have the same bytes.
pub(super) fn sha256(tables: &[Filled<'_>]) -> String {
    let mut hash = Sha256::new();
    hash.update(b"placewright city load 1\0");
    for (insert, rows) in tables {
        hash.update((rows.len() as u64).to_le_bytes());
        hash.update(insert.table.as_bytes());
        for value in rows.iter().flatten() {
            match value {
                Value::Text(text) => {
                    hash.update((text.len() as u64).to_le_bytes());
                    hash.update(text.as_bytes());
                }
                Value::Integer(number) => hash.update(number.to_le_bytes()),
                Value::Bytes(bytes) => {
                    hash.update((bytes.len() as u64).to_le_bytes());
                    hash.update(bytes);
                }
                Value::NoText | Value::NoInteger => hash.update([0xff]),
            }
        }
    }
    hexadecimal(&hash.finalize())
}
