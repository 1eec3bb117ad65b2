//! Emptying a database of tests: a fresh one costs many times as much.

use std::sync::Arc;

use crate::session::statements;
use crate::{SqlStore, StoreError};

statements! {
    DATABASE_NAME = "select current_database()";
}

/// One statement for each database that empties every table, those that refer first.
macro_rules! emptying {
    ($($table:literal),+ $(,)?) => {
        /// What is emptied.
        #[cfg(test)]
        const TABLES: &[&str] = &[$($table),+];
        /// SQLite: a deletion from nothing sets off all others.
        const TRIGGER: &str = concat!(
            "create temp trigger if not exists empty_everything instead of delete on everything \
             begin ",
            $("delete from ", $table, "; ",)+
            "update log_head set sequence = 0, hash = printf('%064d', 0); end"
        );
        /// PostgreSQL.
        pub(crate) const BLOCK: &str = concat!(
            "do $$ begin ",
            $("delete from ", $table, "; ",)+
            "update log_head set sequence = 0, hash = repeat('0', 64); end $$"
        );
    };
}

const VIEW: &str = "create temp view if not exists everything as select 1 as one";
const EMPTY: &str = "delete from everything";

emptying!(
    "event",
    "change_entry",
    "access_entry",
    "idempotency",
    "job",
    "access_token",
    "suggestion_list",
    "freed_place",
    "contract_version",
    "contract",
    "offer",
    "criterion_points",
    "application",
    "child",
    "blocked_place",
    "capacity",
    "licence",
    "facility",
    "attestation",
    "import_deadline",
    "rollout_step",
    "criteria_catalogue",
    "provider",
    "table_import",
    "table_content",
    "ledger_release",
    "scenario_result",
    "scenario_content",
    "scenario_version",
    "scenario",
    "requested_run",
    "release",
    "run",
);

impl SqlStore {
    /// The same store, empty as on its first day: for simulations that tell thousands of histories.
    /// Other clones of it must not be used any more.
    ///
    /// Only a store in memory, or a PostgreSQL database of tests, whose name begins with `t_`, can be
    /// emptied; what is kept is never lost this way.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for any other database, [`StoreError::Transaction`].
    #[doc(hidden)]
    pub async fn emptied(self) -> Result<Self, StoreError> {
        let name = self.scratch_name().await?;
        if !(self.is_in_memory || name.starts_with("t_")) {
            return Err(StoreError::Refused {
                what: "emptying of the database",
                value: name,
                remedy: "only a store in memory or a database of tests can be emptied",
            });
        }
        let mut session = self.database.write("empty").await?;
        let statements: &[&'static str] = if session.is_postgres() {
            &[BLOCK]
        } else {
            &[VIEW, TRIGGER, EMPTY]
        };
        for statement in statements {
            session.execute(statement, &[]).await?;
        }
        session.commit().await?;
        Ok(Self {
            snapshots: Arc::default(),
            ..self
        })
    }

    async fn scratch_name(&self) -> Result<String, StoreError> {
        if !self.database.is_postgres() {
            return Ok("SQLite".to_owned());
        }
        let rows = self.database.rows("empty", DATABASE_NAME, &[]).await?;
        rows.first().map_or(Ok(String::new()), |row| row.text(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_table_is_emptied() {
        let store = SqlStore::in_memory().await.unwrap();
        let tables = store
            .database
            .rows(
                "list tables",
                "select name from sqlite_master where type = 'table' and name != 'log_head'",
                &[],
            )
            .await
            .unwrap();
        let mut tables: Vec<&str> = tables.iter().map(|row| row.text_ref(0).unwrap()).collect();
        tables.sort_unstable();
        let mut emptied = TABLES.to_vec();
        emptied.sort_unstable();
        assert_eq!(tables, emptied);
        store.emptied().await.unwrap();
    }

    #[tokio::test]
    async fn a_file_is_not_emptied() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.sqlite");
        let store = SqlStore::open_sqlite(&path).await.unwrap();
        assert_eq!(store.emptied().await.unwrap_err().code(), "E7004");
    }
}
