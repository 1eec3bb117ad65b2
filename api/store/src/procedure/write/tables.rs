//! The tables a change writes to, and rows on their way there.

use std::collections::HashSet;

use crate::StoreError;
use crate::session::{Insert, Session, Value};

/// Tables in the order in which rows may be added: a row comes after what it refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names of the tables
pub(super) enum Table {
    Provider,
    Facility,
    Licence,
    Capacity,
    BlockedPlace,
    Child,
    Application,
    CriterionPoints,
    Offer,
    Contract,
    ContractVersion,
    FreedPlace,
    SuggestionList,
    Job,
}

/// One per [`Table`], in its order.
pub(crate) const INSERTS: [Insert; 14] = [
    Insert {
        table: "provider",
        columns: &[
            "provider_id",
            "name",
            "kind",
            "legal_regime",
            "participates_from",
            "participates_to",
        ],
    },
    Insert {
        table: "facility",
        columns: &[
            "facility_id",
            "provider_id",
            "name",
            "kind",
            "area",
            "latitude",
            "longitude",
            "opens_on",
            "closes_on",
            "in_needs_plan",
            "room_groups",
            "opening_hour",
            "closing_hour",
            "closing_days",
        ],
    },
    Insert {
        table: "licence",
        columns: &["facility_id", "valid_from", "valid_to", "reference"],
    },
    Insert {
        table: "capacity",
        columns: &[
            "facility_id",
            "care_type",
            "valid_from",
            "valid_to",
            "licensed",
            "planned",
            "staffed",
        ],
    },
    Insert {
        table: "blocked_place",
        columns: &[
            "facility_id",
            "care_type",
            "valid_from",
            "valid_to",
            "places",
        ],
    },
    Insert {
        table: "child",
        columns: &[
            "child_id",
            "household_id",
            "birth_date",
            "sex",
            "area",
            "municipality",
            "single_custodian",
            "custodians_working",
            "inclusion_place",
            "school_class",
            "siblings",
        ],
    },
    Insert {
        table: "application",
        columns: &[
            "application_id",
            "child_id",
            "facility_id",
            "care_type",
            "wish_rank",
            "wished_start",
            "daily_quarters",
            "applied_on",
            "channel",
            "entered_by",
            "entered_role",
            "notice_given_on",
            "mandate",
            "paper_applied_on",
            "transfer_from",
            "catalogue_version",
            "state",
        ],
    },
    Insert {
        table: "criterion_points",
        columns: &["application_id", "criterion", "points"],
    },
    Insert {
        table: "offer",
        columns: &[
            "offer_id",
            "application_id",
            "child_id",
            "facility_id",
            "care_type",
            "starts_on",
            "ends_on",
            "daily_quarters",
            "offered_on",
            "reply_by",
            "offered_by",
            "offered_role",
            "override_reason",
            "offer_order",
            "state",
        ],
    },
    Insert {
        table: "contract",
        columns: &[
            "contract_id",
            "child_id",
            "facility_id",
            "provider_id",
            "first_record",
            "offer_id",
            "provider_key",
            "continues",
            "end_cause",
        ],
    },
    Insert {
        table: "contract_version",
        columns: &[
            "contract_id",
            "version",
            "care_type",
            "daily_quarters",
            "days_per_week",
            "lunch",
            "valid_from",
            "valid_to",
            "recorded_from",
            "recorded_to",
        ],
    },
    Insert {
        table: "freed_place",
        columns: &[
            "freed_place_id",
            "facility_id",
            "care_type",
            "free_from",
            "cause",
            "cause_key",
            "freed_sequence",
        ],
    },
    Insert {
        table: "suggestion_list",
        columns: &[
            "list_id",
            "facility_id",
            "care_type",
            "starts_on",
            "computed_from",
            "free_places",
            "list_rows",
            "override_reason",
            "previous_list",
            "kept_sequence",
        ],
    },
    Insert {
        table: "job",
        columns: &[
            "job_id",
            "kind",
            "facility_id",
            "payload",
            "created_sequence",
            "state",
        ],
    },
];

/// Writes the rows of a transaction: new ones together, others one by one.
pub(super) struct Writer<'s, 'c> {
    session: &'s mut Session,
    new: [Vec<Vec<Value<'c>>>; INSERTS.len()],
    new_keys: HashSet<(u8, &'c str)>,
}

impl<'s, 'c> Writer<'s, 'c> {
    pub(super) fn new(session: &'s mut Session) -> Self {
        Self {
            session,
            new: Default::default(),
            new_keys: HashSet::new(),
        }
    }

    /// Adds a row, now or later, but before a change of the same row.
    pub(super) fn add(&mut self, table: Table, key: &'c str, row: Vec<Value<'c>>) {
        debug_assert_eq!(row.len(), INSERTS[table as usize].columns.len());
        self.new[table as usize].push(row);
        self.new_keys.insert((table as u8, key));
    }

    /// Changes the row with a key; it must be there.
    pub(super) async fn change(
        &mut self,
        table: Table,
        key: &'c str,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<(), StoreError> {
        if self.change_any(table, key, sql, values).await? == 0 {
            // Decided on under lock and gone: somebody changed the database by other means.
            return Err(StoreError::Damaged {
                what: INSERTS[table as usize].table,
                name: key.to_owned(),
            });
        }
        Ok(())
    }

    /// Changes or removes rows of a key, also none; gives how many.
    pub(super) async fn change_any(
        &mut self,
        table: Table,
        key: &'c str,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        if self.new_keys.contains(&(table as u8, key)) {
            self.flush().await?;
        }
        self.session.execute(sql, values).await
    }

    /// Executes a statement that changes no row added here.
    pub(super) async fn execute(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        self.session.execute(sql, values).await
    }

    /// Writes everything added so far.
    pub(super) async fn flush(&mut self) -> Result<(), StoreError> {
        for (insert, rows) in INSERTS.iter().zip(&mut self.new) {
            let rows = std::mem::take(rows);
            self.session.insert_many(insert, &rows).await?;
        }
        self.new_keys.clear();
        Ok(())
    }
}
