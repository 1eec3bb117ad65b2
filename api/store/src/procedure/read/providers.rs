//! Providers as they stand in the database.

use std::collections::BTreeMap;

use domain::procedure::ProviderFile;
use domain::{Attestation, Provider, ProviderId, RolloutStep};

use super::Modes;
use crate::procedure::names;
use crate::session::{Among, Lock, Row, Session};
use crate::{Revised, StoreError};

/// Held before anything of theirs is read, or what somebody else changed in between would be missed.
const HELD: Among = Among {
    name: "HELD PROVIDERS",
    select: "select provider_id from provider",
    key: "provider_id",
    and: "",
};
const PROVIDERS: Among = Among {
    name: "PROVIDERS",
    select: "select p.provider_id, p.name, p.kind, p.legal_regime, p.participates_from, \
        p.participates_to, p.revision, \
        (select string_agg(r.care_type || ' ' || r.valid_from || ' ' || r.stage, ',') \
        from rollout_step r where r.provider_id = p.provider_id), \
        (select string_agg(a.month || ' ' || a.attested_on, ',') \
        from attestation a where a.provider_id = p.provider_id) \
        from provider p",
    key: "p.provider_id",
    and: "",
};

/// Statements of this module.
#[cfg(test)]
pub(crate) const AMONG: &[(&Among, Lock)] = &[
    (&HELD, Lock::Share),
    (&HELD, Lock::Write),
    (&PROVIDERS, Lock::No),
];

/// Files of the providers that exist, held as `providers` says.
pub(crate) async fn files(
    session: &mut Session,
    providers: &Modes<ProviderId>,
) -> Result<BTreeMap<ProviderId, Revised<ProviderFile>>, StoreError> {
    providers.hold(session, &HELD).await?;
    let mut files = BTreeMap::new();
    for row in session
        .rows_among(&PROVIDERS, &[], &providers.keys(), Lock::No)
        .await?
    {
        let file = Revised {
            value: provider(&row)?,
            revision: row.number(6)?,
        };
        files.insert(file.value.provider.id().clone(), file);
    }
    Ok(files)
}

fn provider(row: &Row) -> Result<ProviderFile, StoreError> {
    let provider = Provider::new(
        row.parsed(0)?,
        row.named(2, names::provider_kind_named)?,
        row.named(3, names::regime_named)?,
        row.day(4)?,
        row.optional_day(5)?,
    );
    let mut file = ProviderFile {
        provider: provider.map_err(|_| row.damaged(5))?,
        name: row.text(1)?,
        rollout: row.entries(7, |entry| {
            Some(RolloutStep {
                care_type: entry.parsed()?,
                valid_from: entry.day()?,
                stage: names::stage_named(entry.text()?)?,
            })
        })?,
        attestations: row.entries(8, |entry| {
            Some(Attestation {
                month: entry.parsed()?,
                attested_on: entry.day()?,
            })
        })?,
    };
    file.rollout
        .sort_by_key(|step| (step.care_type, step.valid_from));
    file.attestations
        .sort_by_key(|attestation| attestation.month);
    Ok(file)
}
