//! Values bound to a statement.

use std::borrow::Cow;

use domain::{
    ActorId, ApplicationId, AreaId, CareType, ChildId, ContractId, FacilityId, FreedPlaceId,
    HouseholdId, Month, OfferId, ProviderId, ReferenceId, SuggestionListId,
};
use jiff::{Timestamp, civil::Date};
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, Postgres, Sqlite};

/// A value of a statement. A missing value has a type, because PostgreSQL asks for one.
#[derive(Debug, Clone)]
pub(crate) enum Value<'a> {
    /// A text; dates, moments and keys are texts.
    Text(Cow<'a, str>),
    /// No text.
    NoText,
    /// A whole number.
    Integer(i64),
    /// No number.
    NoInteger,
    /// Bytes.
    Bytes(&'a [u8]),
}

/// The bound values of a statement: `values![child, rank, date]`.
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::session::Value::from($value)),*] };
}
pub(crate) use values;

/// A moment with all nine digits of the second, so that texts sort as moments do.
pub(crate) fn moment(at: Timestamp) -> String {
    format!("{at:.9}")
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<Date> for Value<'_> {
    fn from(date: Date) -> Self {
        date.to_string().into()
    }
}

impl From<Month> for Value<'_> {
    fn from(month: Month) -> Self {
        month.to_string().into()
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(at: Timestamp) -> Self {
        moment(at).into()
    }
}

impl From<CareType> for Value<'_> {
    fn from(care_type: CareType) -> Self {
        Self::Text(Cow::Borrowed(care_type.as_str()))
    }
}

impl From<bool> for Value<'_> {
    fn from(yes: bool) -> Self {
        Self::Integer(i64::from(yes))
    }
}

/// Sequence and revision numbers: none comes near the largest.
impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

macro_rules! integers {
    ($($number:ty),*) => {$(
        impl From<$number> for Value<'_> {
            fn from(number: $number) -> Self {
                Self::Integer(i64::from(number))
            }
        }
        impl From<Option<$number>> for Value<'_> {
            fn from(number: Option<$number>) -> Self {
                number.map_or(Self::NoInteger, |number| Self::Integer(i64::from(number)))
            }
        }
    )*};
}
integers!(i64, i32, u32, u16, u8);

macro_rules! optional_texts {
    ($($text:ty),*) => {$(
        impl<'a> From<Option<$text>> for Value<'a> {
            fn from(text: Option<$text>) -> Self {
                text.map_or(Self::NoText, Self::from)
            }
        }
    )*};
}
optional_texts!(&'a str, &'a String, String, Date, Timestamp, CareType);

macro_rules! keys {
    ($($key:ty),*) => {$(
        impl<'a> From<&'a $key> for Value<'a> {
            fn from(key: &'a $key) -> Self {
                Self::Text(Cow::Borrowed(key.as_str()))
            }
        }
        impl<'a> From<Option<&'a $key>> for Value<'a> {
            fn from(key: Option<&'a $key>) -> Self {
                key.map_or(Self::NoText, Self::from)
            }
        }
    )*};
}
keys!(
    ActorId,
    ApplicationId,
    AreaId,
    ChildId,
    ContractId,
    FacilityId,
    FreedPlaceId,
    HouseholdId,
    OfferId,
    ProviderId,
    ReferenceId,
    SuggestionListId
);

/// Adds values to the arguments of a driver.
macro_rules! bind_all {
    ($arguments:ident, $values:expr) => {{
        let mut bound = $arguments::default();
        bound.reserve($values.len(), 32 * $values.len());
        for value in $values {
            match value {
                Value::Text(text) => bound.add(text.as_ref()),
                Value::NoText => bound.add(None::<&str>),
                Value::Integer(number) => bound.add(*number),
                Value::NoInteger => bound.add(None::<i64>),
                Value::Bytes(bytes) => bound.add(*bytes),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        Ok(bound)
    }};
}

pub(super) fn for_sqlite<'v, 'a: 'v>(
    values: impl ExactSizeIterator<Item = &'v Value<'a>>,
) -> Result<<Sqlite as sqlx::Database>::Arguments, sqlx::Error> {
    bind_all!(SqliteArguments, values)
}

pub(super) fn for_postgres<'v, 'a: 'v>(
    values: impl ExactSizeIterator<Item = &'v Value<'a>>,
) -> Result<<Postgres as sqlx::Database>::Arguments, sqlx::Error> {
    bind_all!(PgArguments, values)
}
