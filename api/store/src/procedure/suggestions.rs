//! Suggestion lists kept.

use std::collections::BTreeMap;

use domain::procedure::{SuggestionList, SuggestionRow};
use domain::{CareType, FacilityId, SuggestionListId};

use crate::StoreError;
use crate::session::{Row, Session, statements, values};

statements! {
    LIST = "select list_id, facility_id, care_type, starts_on, computed_from, free_places, \
        list_rows, override_reason, kept_sequence from suggestion_list where list_id = $1";
    LISTS_OF_FACILITY = "select list_id, facility_id, care_type, starts_on, computed_from, \
        free_places, list_rows, override_reason, kept_sequence \
        from suggestion_list where facility_id = $1 and kept_sequence >= coalesce((\
        select min(newest) from (select max(kept_sequence) as newest from suggestion_list \
        where facility_id = $1 group by care_type) of_care_type), 0) order by kept_sequence";
}

pub(super) async fn list(
    session: &mut Session,
    list: &SuggestionListId,
) -> Result<Option<SuggestionList>, StoreError> {
    let row = session.row(LIST, &values![list]).await?;
    row.as_ref().map(of_row).transpose()
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
