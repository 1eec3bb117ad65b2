//! One thin layer over the two drivers: every statement is written once.
//!
//! A [`Session`] is an open transaction. Statements use `$1` placeholders, which both databases
//! understand, and columns of text and bigint only.

pub(crate) mod packed;
mod row;
mod statement;
mod transient;
mod value;

use std::sync::Arc;

use sqlx::{AssertSqlSafe, PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use sqlx::{SqlSafeStr as _, SqlStr};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::StoreError;

pub(crate) use row::Row;
pub(crate) use statement::{Among, Insert, KEYS_AT_ONCE, Lock, padded, statements};
pub(crate) use transient::{Passing, pause, retried};
pub(crate) use value::{Value, moment, values};

/// Tables whose statements are planned by how many rows they have.
const COUNT_ROWS: &str = "analyze provider, rollout_step, facility, licence, capacity, child, \
    application, criterion_points, offer, contract, contract_version, change_entry, event";

/// Connections to one of the two databases.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    /// SQLite; the gate lets one writer of this program through at a time, in the order they came.
    Sqlite {
        pool: SqlitePool,
        gate: Arc<Semaphore>,
    },
    /// PostgreSQL.
    Postgres { pool: PgPool },
}

/// An open transaction; dropped without [`Self::commit`] nothing of it stays.
#[derive(Debug)]
pub(crate) struct Session {
    name: &'static str,
    open: Open,
    _turn: Option<OwnedSemaphorePermit>,
}

#[derive(Debug)]
enum Open {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Names the transaction a driver error happened in.
pub(crate) fn failed(transaction: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |source| StoreError::Transaction {
        transaction,
        source: Box::new(source),
    }
}

impl Database {
    /// Starts a transaction that writes. SQLite: one writer at a time, the others wait. PostgreSQL:
    /// READ COMMITTED; what is decided on is locked.
    pub(crate) async fn write(&self, name: &'static str) -> Result<Session, StoreError> {
        let (open, turn) = match self {
            Self::Sqlite { pool, gate } => {
                let turn = Arc::clone(gate).acquire_owned().await.ok();
                let begun = pool.begin_with("begin immediate").await;
                (Open::Sqlite(begun.map_err(failed(name))?), turn)
            }
            Self::Postgres { pool } => {
                let begun = pool.begin().await;
                (Open::Postgres(begun.map_err(failed(name))?), None)
            }
        };
        Ok(Session {
            name,
            open,
            _turn: turn,
        })
    }

    /// Most connections at once.
    pub(crate) fn connections(&self) -> u32 {
        match self {
            Self::Sqlite { pool, .. } => pool.options().get_max_connections(),
            Self::Postgres { pool } => pool.options().get_max_connections(),
        }
    }

    /// Starts a transaction that reads one state of the data and holds up nobody.
    pub(crate) async fn read(&self, name: &'static str) -> Result<Session, StoreError> {
        let open = match self {
            Self::Sqlite { pool, .. } => Open::Sqlite(pool.begin().await.map_err(failed(name))?),
            Self::Postgres { pool } => {
                let begun = pool
                    .begin_with("begin isolation level repeatable read read only")
                    .await;
                Open::Postgres(begun.map_err(failed(name))?)
            }
        };
        Ok(Session {
            name,
            open,
            _turn: None,
        })
    }

    /// Reads with one statement, outside a transaction.
    pub(crate) async fn rows(
        &self,
        name: &'static str,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let rows: Result<Vec<Row>, sqlx::Error> = match self {
            Self::Sqlite { pool, .. } => sqlite_rows(pool, sql.into_sql_str(), values.iter()).await,
            Self::Postgres { pool } => postgres_rows(pool, sql.into_sql_str(), values.iter()).await,
        };
        rows.map_err(failed(name))
    }

    /// Whether rows must be locked by statements.
    pub(crate) const fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres { .. })
    }

    /// Closes all connections.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { pool, .. } => pool.close().await,
            Self::Postgres { pool } => pool.close().await,
        }
    }
}

impl Session {
    /// Whether rows must be locked by statements.
    pub(crate) const fn is_postgres(&self) -> bool {
        matches!(self.open, Open::Postgres(_))
    }

    /// Executes a statement; gives how many rows it changed.
    pub(crate) async fn execute(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        self.execute_text(sql.into_sql_str(), values.iter()).await
    }

    /// Reads rows.
    pub(crate) async fn rows(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        self.rows_text(sql.into_sql_str(), values.iter()).await
    }

    /// Reads one row, if there is one.
    pub(crate) async fn row(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Option<Row>, StoreError> {
        let mut rows = self.rows(sql, values).await?;
        Ok(if rows.is_empty() {
            None
        } else {
            Some(rows.swap_remove(0))
        })
    }

    /// Reads the rows whose key is one of `keys`, any number of them, and holds them as `lock` says.
    /// Locks are taken in the order of the keys if `keys` are sorted.
    pub(crate) async fn rows_among(
        &mut self,
        among: &Among,
        leading: &[Value<'_>],
        keys: &[Value<'_>],
        lock: Lock,
    ) -> Result<Vec<Row>, StoreError> {
        let lock = if self.is_postgres() { lock } else { Lock::No };
        let mut found = Vec::new();
        for some in keys.chunks(KEYS_AT_ONCE) {
            let size = padded(some.len());
            let last = some.iter().rev().take(1).cycle();
            let keys = some.iter().chain(last).take(size);
            let bound: Vec<&Value<'_>> = leading.iter().chain(keys).collect();
            let text = AssertSqlSafe(among.text(leading.len(), size, lock)).into_sql_str();
            found.append(&mut self.rows_text(text, bound.into_iter()).await?);
        }
        Ok(found)
    }

    /// Executes a change of the rows whose key is one of `keys`, any number of them.
    pub(crate) async fn execute_among(
        &mut self,
        among: &Among,
        keys: &[Value<'_>],
    ) -> Result<(), StoreError> {
        for some in keys.chunks(KEYS_AT_ONCE) {
            let size = padded(some.len());
            let last = some.iter().rev().take(1).cycle();
            let bound: Vec<&Value<'_>> = some.iter().chain(last).take(size).collect();
            let text = AssertSqlSafe(among.text(0, size, Lock::No)).into_sql_str();
            self.execute_text(text, bound.into_iter()).await?;
        }
        Ok(())
    }

    /// Writes rows of a table, any number of them.
    pub(crate) async fn insert_many(
        &mut self,
        insert: &Insert,
        rows: &[Vec<Value<'_>>],
    ) -> Result<(), StoreError> {
        let mut left = rows;
        while !left.is_empty() {
            let (now, later) = left.split_at(insert.chunk(left.len()));
            let text = AssertSqlSafe(insert.text(now.len(), self.is_postgres())).into_sql_str();
            let bound: Vec<&Value<'_>> = now.iter().flatten().collect();
            self.execute_text(text, bound.into_iter()).await?;
            left = later;
        }
        Ok(())
    }

    /// Lets PostgreSQL count the rows after many were written: it would go on planning for tables as
    /// small as they were until it looks by itself, which can take a minute. SQLite needs no counts.
    pub(crate) async fn count_rows_anew(&mut self) -> Result<(), StoreError> {
        if self.is_postgres() {
            self.execute(COUNT_ROWS, &[]).await?;
        }
        Ok(())
    }

    /// Makes everything written stay.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self.open {
            Open::Sqlite(transaction) => transaction.commit().await,
            Open::Postgres(transaction) => transaction.commit().await,
        }
        .map_err(failed(self.name))
    }

    /// Leaves everything as it was.
    pub(crate) async fn roll_back(self) -> Result<(), StoreError> {
        match self.open {
            Open::Sqlite(transaction) => transaction.rollback().await,
            Open::Postgres(transaction) => transaction.rollback().await,
        }
        .map_err(failed(self.name))
    }

    async fn execute_text<'v, 'a: 'v>(
        &mut self,
        sql: SqlStr,
        values: impl ExactSizeIterator<Item = &'v Value<'a>>,
    ) -> Result<u64, StoreError> {
        let name = failed(self.name);
        match &mut self.open {
            Open::Sqlite(transaction) => {
                let bound = value::for_sqlite(values).map_err(&name)?;
                let done = sqlx::query_with(sql, bound).execute(&mut **transaction);
                done.await.map(|done| done.rows_affected())
            }
            Open::Postgres(transaction) => {
                let bound = value::for_postgres(values).map_err(&name)?;
                let done = sqlx::query_with(sql, bound).execute(&mut **transaction);
                done.await.map(|done| done.rows_affected())
            }
        }
        .map_err(name)
    }

    async fn rows_text<'v, 'a: 'v>(
        &mut self,
        sql: SqlStr,
        values: impl ExactSizeIterator<Item = &'v Value<'a>>,
    ) -> Result<Vec<Row>, StoreError> {
        match &mut self.open {
            Open::Sqlite(transaction) => sqlite_rows(&mut **transaction, sql, values).await,
            Open::Postgres(transaction) => postgres_rows(&mut **transaction, sql, values).await,
        }
        .map_err(failed(self.name))
    }
}

async fn sqlite_rows<'c, 'v, 'a: 'v>(
    executor: impl sqlx::Executor<'c, Database = Sqlite>,
    sql: SqlStr,
    values: impl ExactSizeIterator<Item = &'v Value<'a>>,
) -> Result<Vec<Row>, sqlx::Error> {
    let bound = value::for_sqlite(values)?;
    let rows = sqlx::query_with(sql, bound).fetch_all(executor).await?;
    Ok(rows.into_iter().map(Row::Sqlite).collect())
}

async fn postgres_rows<'c, 'v, 'a: 'v>(
    executor: impl sqlx::Executor<'c, Database = Postgres>,
    sql: SqlStr,
    values: impl ExactSizeIterator<Item = &'v Value<'a>>,
) -> Result<Vec<Row>, sqlx::Error> {
    let bound = value::for_postgres(values)?;
    let rows = sqlx::query_with(sql, bound).fetch_all(executor).await?;
    Ok(rows.into_iter().map(Row::Postgres).collect())
}
