//! Rows, checked on their way out.

use std::str::FromStr;

use jiff::civil::Date;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Column, Row as _};

use super::packed;
use crate::StoreError;

/// A row of an answer. An error names the column, never what is in it.
#[derive(Debug)]
pub(crate) enum Row {
    /// Of SQLite.
    Sqlite(SqliteRow),
    /// Of PostgreSQL.
    Postgres(PgRow),
}

macro_rules! decode {
    ($row:expr, $position:expr, $type:ty) => {
        match $row {
            Row::Sqlite(row) => row.try_get::<$type, usize>($position),
            Row::Postgres(row) => row.try_get::<$type, usize>($position),
        }
    };
}

impl Row {
    /// A text.
    pub(crate) fn text(&self, position: usize) -> Result<String, StoreError> {
        decode!(self, position, String).map_err(|_| self.damaged(position))
    }

    /// A text that may be missing.
    pub(crate) fn optional_text(&self, position: usize) -> Result<Option<String>, StoreError> {
        decode!(self, position, Option<String>).map_err(|_| self.damaged(position))
    }

    /// A text in place.
    pub(crate) fn text_ref(&self, position: usize) -> Result<&str, StoreError> {
        decode!(self, position, &str).map_err(|_| self.damaged(position))
    }

    /// A text in place that may be missing.
    pub(crate) fn optional_text_ref(&self, position: usize) -> Result<Option<&str>, StoreError> {
        decode!(self, position, Option<&str>).map_err(|_| self.damaged(position))
    }

    /// A whole number.
    pub(crate) fn integer(&self, position: usize) -> Result<i64, StoreError> {
        decode!(self, position, i64).map_err(|_| self.damaged(position))
    }

    /// A whole number that may be missing.
    pub(crate) fn optional_integer(&self, position: usize) -> Result<Option<i64>, StoreError> {
        decode!(self, position, Option<i64>).map_err(|_| self.damaged(position))
    }

    /// Bytes.
    pub(crate) fn bytes(&self, position: usize) -> Result<Vec<u8>, StoreError> {
        decode!(self, position, Vec<u8>).map_err(|_| self.damaged(position))
    }

    /// A whole number of a narrower type.
    pub(crate) fn number<T: TryFrom<i64>>(&self, position: usize) -> Result<T, StoreError> {
        T::try_from(self.integer(position)?).map_err(|_| self.damaged(position))
    }

    /// A whole number of a narrower type that may be missing.
    pub(crate) fn optional_number<T: TryFrom<i64>>(
        &self,
        position: usize,
    ) -> Result<Option<T>, StoreError> {
        self.optional_integer(position)?
            .map(|number| T::try_from(number).map_err(|_| self.damaged(position)))
            .transpose()
    }

    /// Yes or no.
    pub(crate) fn truth(&self, position: usize) -> Result<bool, StoreError> {
        match self.integer(position)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.damaged(position)),
        }
    }

    /// A date, month, moment, key or number written as text.
    pub(crate) fn parsed<T: FromStr>(&self, position: usize) -> Result<T, StoreError> {
        self.text_ref(position)?
            .parse()
            .map_err(|_| self.damaged(position))
    }

    /// The same, where it may be missing.
    pub(crate) fn optional_parsed<T: FromStr>(
        &self,
        position: usize,
    ) -> Result<Option<T>, StoreError> {
        self.optional_text_ref(position)?
            .map(|text| text.parse().map_err(|_| self.damaged(position)))
            .transpose()
    }

    /// A day.
    pub(crate) fn day(&self, position: usize) -> Result<Date, StoreError> {
        packed::day(self.text_ref(position)?).ok_or_else(|| self.damaged(position))
    }

    /// A day that may be missing.
    pub(crate) fn optional_day(&self, position: usize) -> Result<Option<Date>, StoreError> {
        self.optional_text_ref(position)?
            .map(|text| packed::day(text).ok_or_else(|| self.damaged(position)))
            .transpose()
    }

    /// The entries of a list joined by the statement; none where there is no text.
    pub(crate) fn entries<T>(
        &self,
        position: usize,
        read: impl Fn(&mut packed::Entry<'_>) -> Option<T>,
    ) -> Result<Vec<T>, StoreError> {
        packed::entries(self.optional_text_ref(position)?.unwrap_or_default())
            .map(|mut entry| read(&mut entry).ok_or_else(|| self.damaged(position)))
            .collect()
    }

    /// One of a fixed set of names.
    pub(crate) fn named<T>(
        &self,
        position: usize,
        find: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        find(self.text_ref(position)?).ok_or_else(|| self.damaged(position))
    }

    /// A value kept as JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(
        &self,
        position: usize,
    ) -> Result<T, StoreError> {
        serde_json::from_str(self.text_ref(position)?).map_err(|_| self.damaged(position))
    }

    /// A value that cannot be what was written, by the name of its column.
    pub(crate) fn damaged(&self, position: usize) -> StoreError {
        let name = match self {
            Self::Sqlite(row) => row.columns().get(position).map(|column| column.name()),
            Self::Postgres(row) => row.columns().get(position).map(|column| column.name()),
        };
        StoreError::Damaged {
            what: "column",
            name: name.unwrap_or("missing").to_owned(),
        }
    }
}
