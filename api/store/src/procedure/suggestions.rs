//! Suggestion lists kept.

use std::collections::{BTreeMap, BTreeSet};

use domain::procedure::{SuggestionList, SuggestionRow};
use domain::{ApplicationId, CareType, FacilityId, SuggestionListId};

use crate::StoreError;
use crate::session::{Among, Lock, Row, Session, Value, statements, values};

statements! {
    LIST = "select list_id, facility_id, care_type, starts_on, computed_from, free_places, \
        list_rows, override_reason, kept_sequence from suggestion_list where list_id = $1";
    NEWEST_LIST = "select list_id, facility_id, care_type, starts_on, computed_from, free_places, \
        list_rows, override_reason, kept_sequence from suggestion_list \
        where facility_id = $1 and care_type = $2 order by kept_sequence desc limit 1";
    LISTS_OF_FACILITY = "select list_id, facility_id, care_type, starts_on, computed_from, \
        free_places, list_rows, override_reason, kept_sequence \
        from suggestion_list where facility_id = $1 and kept_sequence >= coalesce((\
        select min(newest) from (select max(kept_sequence) as newest from suggestion_list \
        where facility_id = $1 group by care_type) of_care_type), 0) order by kept_sequence";
}

/// An offer that passed by no answer leaves the application waiting; one declined does not.
const WAITING: Among = Among {
    name: "WAITING",
    select: "select application_id from application a",
    key: "application_id",
    and: " and state = 'open' and not exists (select 1 from offer o \
        where o.application_id = a.application_id \
        and o.state in ('open', 'confirmed', 'declined'))",
};

/// Statements of this module.
#[cfg(test)]
pub(crate) const AMONG: &[(&Among, Lock)] = &[(&WAITING, Lock::No)];

pub(super) async fn list(
    session: &mut Session,
    list: &SuggestionListId,
) -> Result<Option<SuggestionList>, StoreError> {
    let row = session.row(LIST, &values![list]).await?;
    row.as_ref().map(of_row).transpose()
}

/// The newest list of a facility and care type.
pub(super) async fn newest_of(
    session: &mut Session,
    facility: &FacilityId,
    care_type: CareType,
) -> Result<Option<SuggestionList>, StoreError> {
    let of = values![facility, care_type];
    let row = session.row(NEWEST_LIST, &of).await?;
    row.as_ref().map(of_row).transpose()
}

/// Those that a list suggests and that still wait for an offer.
pub(super) async fn waiting(
    session: &mut Session,
    list: &SuggestionList,
) -> Result<BTreeSet<ApplicationId>, StoreError> {
    let suggested = list.rows.iter().filter(|row| row.suggested);
    let keys: Vec<Value<'_>> = suggested.map(|row| Value::from(&row.application)).collect();
    let rows = session.rows_among(&WAITING, &[], &keys, Lock::No).await?;
    rows.iter().map(|row| row.parsed(0)).collect()
}

/// The newest list of every care type.
pub(super) async fn newest(
    session: &mut Session,
    facility: &FacilityId,
) -> Result<Vec<SuggestionList>, StoreError> {
    let mut newest: BTreeMap<CareType, SuggestionList> = BTreeMap::new();
    for row in session.rows(LISTS_OF_FACILITY, &values![facility]).await? {
        let list = of_row(&row)?;
        newest.insert(list.care_type, list);
    }
    Ok(newest.into_values().collect())
}

fn of_row(row: &Row) -> Result<SuggestionList, StoreError> {
    Ok(SuggestionList {
        id: row.parsed(0)?,
        facility: row.parsed(1)?,
        care_type: row.parsed(2)?,
        starts_on: row.parsed(3)?,
        computed_from: row.number(4)?,
        free_places: row.number(5)?,
        rows: row.json::<Vec<SuggestionRow>>(6)?,
        override_reason: row.optional_text(7)?,
    })
}
