//! Building data frames column by column, without an object per row.

use polars::frame::DataFrame;
use polars::prelude::{
    BooleanChunked, Column, DataType, Float64Chunked, Int32Chunked, IntoColumn, IntoSeries,
    NamedFrom, NewChunkedArray, PolarsResult, Series, StringChunkedBuilder,
};

/// Longest identifier built here, in bytes.
const LONGEST: usize = 24;

/// How the keys of one table look: prefix of the unit, a letter, a number with leading zeros.
///
/// At most 12 bytes long in practice, which polars keeps inside the column's views.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    stem: String,
    digits: usize,
}

impl Keys {
    pub(crate) fn new(prefix: &str, letter: &str, digits: usize) -> Self {
        Self {
            stem: format!("{prefix}{letter}"),
            digits,
        }
    }

    /// Writes the key of a number into `buffer` and gives its length.
    fn write(&self, number: usize, buffer: &mut [u8; LONGEST]) -> usize {
        let start = self.stem.len();
        let end = start + self.digits;
        let mut rest = number;
        for place in buffer[start..end].iter_mut().rev() {
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        end
    }

    fn started(&self) -> [u8; LONGEST] {
        let mut buffer = [b'0'; LONGEST];
        buffer[..self.stem.len()].copy_from_slice(self.stem.as_bytes());
        buffer
    }
}

/// The columns of a table under construction, in the order of its schema.
pub(crate) struct Frame {
    height: usize,
    columns: Vec<Column>,
}

impl Frame {
    pub(crate) fn new(height: usize) -> Self {
        Self {
            height,
            columns: Vec::new(),
        }
    }

    /// A column of keys.
    pub(crate) fn keys(
        self,
        name: &str,
        keys: &Keys,
        numbers: impl Iterator<Item = usize>,
    ) -> Self {
        self.optional_keys(name, keys, numbers.map(Some))
    }

    /// A column of keys that may be empty.
    pub(crate) fn optional_keys(
        mut self,
        name: &str,
        keys: &Keys,
        numbers: impl Iterator<Item = Option<usize>>,
    ) -> Self {
        let mut cells = StringChunkedBuilder::new(name.into(), self.height);
        let mut buffer = keys.started();
        for number in numbers {
            match number {
                Some(number) => {
                    let length = keys.write(number, &mut buffer);
                    let key = std::str::from_utf8(&buffer[..length])
                        .expect("stem is text and digits are ASCII");
                    cells.append_value(key);
                }
                None => cells.append_null(),
            }
        }
        self.columns
            .push(cells.finish().into_series().into_column());
        self
    }

    /// A column of texts or codes.
    pub(crate) fn texts<T: AsRef<str>>(self, name: &str, values: impl Iterator<Item = T>) -> Self {
        self.optional_texts(name, values.map(Some))
    }

    /// A column of texts that may be empty.
    pub(crate) fn optional_texts<T: AsRef<str>>(
        mut self,
        name: &str,
        values: impl Iterator<Item = Option<T>>,
    ) -> Self {
        let mut cells = StringChunkedBuilder::new(name.into(), self.height);
        for value in values {
            match value {
                Some(text) => cells.append_value(text.as_ref()),
                None => cells.append_null(),
            }
        }
        self.columns
            .push(cells.finish().into_series().into_column());
        self
    }

    /// A column of days since 1970.
    pub(crate) fn days(
        mut self,
        name: &str,
        values: impl Iterator<Item = i32>,
    ) -> PolarsResult<Self> {
        let days = Series::new(name.into(), values.collect::<Vec<i32>>());
        self.columns.push(days.cast(&DataType::Date)?.into_column());
        Ok(self)
    }

    /// A column of days that may be empty.
    pub(crate) fn optional_days(
        mut self,
        name: &str,
        values: impl Iterator<Item = Option<i32>>,
    ) -> PolarsResult<Self> {
        let days = Int32Chunked::from_iter_options(name.into(), values).into_series();
        self.columns.push(days.cast(&DataType::Date)?.into_column());
        Ok(self)
    }

    /// A column of whole numbers.
    pub(crate) fn integers(mut self, name: &str, values: impl Iterator<Item = i32>) -> Self {
        let numbers = Series::new(name.into(), values.collect::<Vec<i32>>());
        self.columns.push(numbers.into_column());
        self
    }

    /// A column of whole numbers that may be empty.
    pub(crate) fn optional_integers(
        mut self,
        name: &str,
        values: impl Iterator<Item = Option<i32>>,
    ) -> Self {
        let numbers = Int32Chunked::from_iter_options(name.into(), values).into_series();
        self.columns.push(numbers.into_column());
        self
    }

    /// A column of decimal numbers.
    pub(crate) fn decimals(mut self, name: &str, values: impl Iterator<Item = f64>) -> Self {
        let numbers = Float64Chunked::from_iter_values(name.into(), values).into_series();
        self.columns.push(numbers.into_column());
        self
    }

    /// A column of flags.
    pub(crate) fn flags(self, name: &str, values: impl Iterator<Item = bool>) -> Self {
        self.optional_flags(name, values.map(Some))
    }

    /// A column of flags that may be empty.
    pub(crate) fn optional_flags(
        mut self,
        name: &str,
        values: impl Iterator<Item = Option<bool>>,
    ) -> Self {
        let flags = BooleanChunked::from_iter_options(name.into(), values).into_series();
        self.columns.push(flags.into_column());
        self
    }

    /// The finished frame.
    pub(crate) fn finish(self) -> PolarsResult<DataFrame> {
        DataFrame::new(self.height, self.columns)
    }
}
