//! Facilities with their places and who holds them, as they stand in the database.

use std::collections::BTreeMap;

use domain::procedure::{
    BlockedSpan, CapacitySpan, FacilityFile, FreedPlace, FreedPlaceCause, HeldPlace, Holder,
    Operation, ProviderFile, Stay,
};
use domain::{Facility, FacilityFacts, FacilityId, Licence, Location, ProviderId};
use jiff::civil::Date;

use super::Modes;
use crate::procedure::names;
use crate::session::packed::Entry;
use crate::session::{Among, Lock, Row, Session, values};
use crate::{Revised, StoreError};

/// Held before anything of theirs is read, or a place that somebody else took in between would be
/// missed.
const HELD: Among = Among {
    name: "HELD FACILITIES",
    select: "select facility_id from facility",
    key: "facility_id",
    and: "",
};
/// One row per facility, with every list in one text; `$1` is the first day that counts.
const FACILITIES: Among = Among {
    name: "FACILITIES",
    select: "select f.facility_id, f.provider_id, f.name, f.kind, f.area, f.latitude, \
        f.longitude, f.opens_on, f.closes_on, f.in_needs_plan, f.room_groups, f.opening_hour, \
        f.closing_hour, f.closing_days, f.revision, \
        (select string_agg(l.valid_from || ' ' || coalesce(l.valid_to, '-'), ',') \
        from licence l where l.facility_id = f.facility_id) as licences, \
        (select string_agg(c.care_type || ' ' || c.valid_from || ' ' || \
        coalesce(c.valid_to, '-') || ' ' || c.licensed || ' ' || c.planned || ' ' || c.staffed, ',') \
        from capacity c where c.facility_id = f.facility_id) as capacities, \
        (select string_agg(b.care_type || ' ' || b.valid_from || ' ' || \
        coalesce(b.valid_to, '-') || ' ' || b.places, ',') \
        from blocked_place b where b.facility_id = f.facility_id) as blocked, \
        (select string_agg(w.freed_sequence || ' ' || w.freed_place_id || ' ' || w.care_type \
        || ' ' || w.free_from || ' ' || w.cause || ' ' || w.cause_key, ',') \
        from freed_place w where w.facility_id = f.facility_id and w.outcome is null) as freed, \
        (select string_agg(h.child_id || ' ' || h.contract_id || ' ' || v.care_type || ' ' || \
        k.birth_date || ' ' || v.valid_from || ' ' || v.valid_to, ',') \
        from contract h join contract_version v on v.contract_id = h.contract_id \
        join child k on k.child_id = h.child_id \
        where h.facility_id = f.facility_id and v.recorded_to is null and v.valid_to >= $1 \
        and v.valid_from <= v.valid_to) as contracts, \
        (select string_agg(o.child_id || ' ' || o.offer_id || ' ' || o.care_type || ' ' || \
        k.birth_date || ' ' || o.starts_on || ' ' || o.ends_on, ',') \
        from offer o join child k on k.child_id = o.child_id \
        where o.facility_id = f.facility_id and o.state in ('open', 'confirmed') \
        and o.ends_on >= $1 and o.starts_on <= o.ends_on) as offers \
        from facility f",
    key: "f.facility_id",
    and: "",
};

/// Statements of this module.
#[cfg(test)]
pub(crate) const AMONG: &[(&Among, Lock)] = &[(&HELD, Lock::Share), (&HELD, Lock::Write)];

/// Statements of this module with one leading value.
#[cfg(test)]
pub(crate) const AMONG_FROM_A_DAY: &[(&Among, Lock)] = &[(&FACILITIES, Lock::No)];

/// A facility as read, without its provider.
#[derive(Debug)]
pub(crate) struct Bare {
    facts: FacilityFacts,
    name: String,
    operation: Operation,
    revision: u64,
    capacities: Vec<CapacitySpan>,
    blocked: Vec<BlockedSpan>,
    held: Vec<HeldPlace>,
    freed: Vec<FreedPlace>,
}

impl Bare {
    /// Who runs it.
    pub(crate) const fn provider(&self) -> &ProviderId {
        &self.facts.provider
    }
}

/// The facilities that exist, held as `facilities` says, with what counts in a decision of `today`.
pub(crate) async fn bare(
    session: &mut Session,
    facilities: &Modes<FacilityId>,
    today: Date,
) -> Result<Vec<Bare>, StoreError> {
    facilities.hold(session, &HELD).await?;
    let from = values![FacilityFile::held_from(today)];
    session
        .rows_among(&FACILITIES, &from, &facilities.keys(), Lock::No)
        .await?
        .iter()
        .map(facility)
        .collect()
}

/// Facilities under their providers.
pub(crate) fn files(
    bare: Vec<Bare>,
    providers: &BTreeMap<ProviderId, Revised<ProviderFile>>,
) -> Result<BTreeMap<FacilityId, Revised<FacilityFile>>, StoreError> {
    let mut files = BTreeMap::new();
    for bare in bare {
        let id = bare.facts.id.clone();
        let damaged = |what| StoreError::Damaged {
            what,
            name: id.as_str().to_owned(),
        };
        let provider = providers
            .get(&bare.facts.provider)
            .ok_or_else(|| damaged("provider of facility"))?;
        let value = FacilityFile {
            facility: Facility::new(bare.facts).map_err(|_| damaged("facility"))?,
            name: bare.name,
            operation: bare.operation,
            provider: provider.value.clone(),
            capacities: bare.capacities,
            blocked: bare.blocked,
            held: bare.held,
            freed: bare.freed,
        };
        // The file shows its provider: it changes with either.
        let revision = bare.revision + provider.revision;
        files.insert(id, Revised { value, revision });
    }
    Ok(files)
}

fn facility(row: &Row) -> Result<Bare, StoreError> {
    let location = Location::new(row.parsed(5)?, row.parsed(6)?).map_err(|_| row.damaged(5))?;
    let mut capacities = row.entries(16, capacity)?;
    capacities.sort_by_key(|span| (span.care_type, span.valid_from));
    let mut blocked = row.entries(17, blocked_span)?;
    blocked.sort_by_key(|span| (span.care_type, span.valid_from));
    let mut freed = row.entries(18, |entry| {
        Some((entry.parsed::<i64>()?, freed_entry(entry)?))
    })?;
    freed.sort_by_key(|(sequence, _)| *sequence);
    let mut held = row.entries(19, |entry| held_place(entry, Holder::Contract))?;
    held.extend(row.entries(20, |entry| held_place(entry, Holder::Offer))?);
    Ok(Bare {
        facts: FacilityFacts {
            id: row.parsed(0)?,
            provider: row.parsed(1)?,
            kind: row.named(3, names::facility_kind_named)?,
            area: row.parsed(4)?,
            location,
            opens_on: row.day(7)?,
            closes_on: row.optional_day(8)?,
            in_needs_plan: row.truth(9)?,
            licences: row.entries(15, |entry| {
                Some(Licence {
                    valid_from: entry.day()?,
                    valid_to: entry.optional_day()?,
                })
            })?,
        },
        name: row.text(2)?,
        operation: Operation {
            groups: row.number(10)?,
            opening_hour: row.parsed(11)?,
            closing_hour: row.parsed(12)?,
            closing_days: row.number(13)?,
        },
        revision: row.number(14)?,
        capacities,
        blocked,
        held,
        freed: freed.into_iter().map(|(_, place)| place).collect(),
    })
}

fn capacity(entry: &mut Entry<'_>) -> Option<CapacitySpan> {
    Some(CapacitySpan {
        care_type: entry.parsed()?,
        valid_from: entry.day()?,
        valid_to: entry.optional_day()?,
        licensed: entry.parsed()?,
        planned: entry.parsed()?,
        staffed: entry.parsed()?,
    })
}

fn blocked_span(entry: &mut Entry<'_>) -> Option<BlockedSpan> {
    Some(BlockedSpan {
        care_type: entry.parsed()?,
        valid_from: entry.day()?,
        valid_to: entry.optional_day()?,
        places: entry.parsed()?,
    })
}

fn held_place<K: std::str::FromStr>(
    entry: &mut Entry<'_>,
    holder: impl Fn(K) -> Holder,
) -> Option<HeldPlace> {
    Some(HeldPlace {
        child: entry.parsed()?,
        holder: holder(entry.parsed()?),
        stay: Stay {
            care_type: entry.parsed()?,
            born: entry.day()?,
            first_day: entry.day()?,
            last_day: entry.day()?,
        },
    })
}

fn freed_entry(entry: &mut Entry<'_>) -> Option<FreedPlace> {
    Some(FreedPlace {
        id: entry.parsed()?,
        care_type: entry.parsed()?,
        free_from: entry.day()?,
        cause: match entry.text()? {
            "offer_closed" => FreedPlaceCause::OfferClosed {
                offer: entry.parsed()?,
            },
            "contract_shortened" => FreedPlaceCause::ContractShortened {
                contract: entry.parsed()?,
            },
            _ => return None,
        },
    })
}

/// A freed place in the columns from `first` on: key, care type, day, cause and its key.
pub(crate) fn freed_place(row: &Row, first: usize) -> Result<FreedPlace, StoreError> {
    Ok(FreedPlace {
        id: row.parsed(first)?,
        care_type: row.parsed(first + 1)?,
        free_from: row.day(first + 2)?,
        cause: match row.text_ref(first + 3)? {
            "offer_closed" => FreedPlaceCause::OfferClosed {
                offer: row.parsed(first + 4)?,
            },
            "contract_shortened" => FreedPlaceCause::ContractShortened {
                contract: row.parsed(first + 4)?,
            },
            _ => return Err(row.damaged(first + 3)),
        },
    })
}
