//! Typed columns built cell by cell from text.

use domain::days_from_civil;
use polars::prelude::{
    BooleanChunkedBuilder, ChunkedBuilder, Column as PolarsColumn, DataType, Float64Type,
    Int32Type, IntoColumn, IntoSeries, PolarsResult, PrimitiveChunkedBuilder, StringChunkedBuilder,
};

use crate::schema::{Column, ColumnKind};

/// Why a text is no cell of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is not of the column's type, which is this in words.
    NotA(&'static str),
    /// It is a whole number that does not fit.
    DoesNotFit,
}

impl Refusal {
    /// The code of the rule.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::NotA(_) => "E1005",
            Self::DoesNotFit => "E1007",
        }
    }

    /// What is wrong.
    pub(super) fn message(self) -> String {
        match self {
            Self::NotA(expected) => format!("this is not {expected}"),
            Self::DoesNotFit => "the number does not fit".to_owned(),
        }
    }
}

/// A column under construction.
pub(super) enum Cells {
    Text(StringChunkedBuilder),
    Integer(PrimitiveChunkedBuilder<Int32Type>),
    Date(PrimitiveChunkedBuilder<Int32Type>),
    Decimal(PrimitiveChunkedBuilder<Float64Type>),
    Flag(BooleanChunkedBuilder),
}

impl Cells {
    /// An empty column.
    pub(super) fn new(column: &Column, capacity: usize) -> Self {
        let name = column.name.into();
        match column.kind {
            ColumnKind::Identifier | ColumnKind::Text(_) | ColumnKind::Code(_) => {
                Self::Text(StringChunkedBuilder::new(name, capacity))
            }
            ColumnKind::Integer(..) => Self::Integer(PrimitiveChunkedBuilder::new(name, capacity)),
            ColumnKind::Date => Self::Date(PrimitiveChunkedBuilder::new(name, capacity)),
            ColumnKind::Decimal(..) => Self::Decimal(PrimitiveChunkedBuilder::new(name, capacity)),
            ColumnKind::Flag => Self::Flag(BooleanChunkedBuilder::new(name, capacity)),
        }
    }

    /// Appends a cell; empty text is a null, and so is a text that is refused.
    pub(super) fn push(&mut self, text: &str) -> Result<(), Refusal> {
        if text.is_empty() {
            self.push_null();
            return Ok(());
        }
        let refusal = match self {
            Self::Text(cells) => {
                cells.append_value(text);
                return Ok(());
            }
            Self::Integer(cells) => match text.parse::<i32>() {
                Ok(value) => {
                    cells.append_value(value);
                    return Ok(());
                }
                Err(_) if whole_number(text) => Refusal::DoesNotFit,
                Err(_) => Refusal::NotA("a whole number"),
            },
            Self::Date(cells) => match date_days(text.as_bytes()) {
                Some(days) => {
                    cells.append_value(days);
                    return Ok(());
                }
                None => Refusal::NotA("a day of the calendar as YYYY-MM-DD"),
            },
            Self::Decimal(cells) => match text.parse::<f64>() {
                Ok(value) if value.is_finite() => {
                    cells.append_value(value);
                    return Ok(());
                }
                _ => Refusal::NotA("a number with a decimal point"),
            },
            Self::Flag(cells) => match text {
                "true" | "false" => {
                    cells.append_value(text == "true");
                    return Ok(());
                }
                _ => Refusal::NotA("true or false"),
            },
        };
        self.push_null();
        Err(refusal)
    }

    /// Appends a null.
    pub(super) fn push_null(&mut self) {
        match self {
            Self::Text(cells) => cells.append_null(),
            Self::Integer(cells) | Self::Date(cells) => cells.append_null(),
            Self::Decimal(cells) => cells.append_null(),
            Self::Flag(cells) => cells.append_null(),
        }
    }

    /// The finished column.
    pub(super) fn finish(self) -> PolarsResult<PolarsColumn> {
        Ok(match self {
            Self::Text(cells) => cells.finish().into_series().into_column(),
            Self::Integer(cells) => cells.finish().into_series().into_column(),
            Self::Date(cells) => cells
                .finish()
                .into_series()
                .cast(&DataType::Date)?
                .into_column(),
            Self::Decimal(cells) => cells.finish().into_series().into_column(),
            Self::Flag(cells) => cells.finish().into_series().into_column(),
        })
    }
}

/// Whether a text is a whole number of any size.
fn whole_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Days since 1970 of `YYYY-MM-DD`, if it is a day of the calendar.
pub(super) fn date_days(text: &[u8]) -> Option<i32> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else {
        return None;
    };
    let digits = [y1, y2, y3, y4, m1, m2, d1, d2];
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |digits: &[u8]| digits.iter().fold(0, |n, d| n * 10 + i32::from(d - b'0'));
    let (year, month, day) = (
        number(&digits[..4]),
        number(&digits[4..6]),
        number(&digits[6..]),
    );
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    (1..=longest)
        .contains(&day)
        .then(|| days_from_civil(year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_day_of_the_calendar_and_nothing_else() {
        assert_eq!(date_days(b"1970-01-01"), Some(0));
        assert_eq!(date_days(b"2024-02-29"), Some(19_782));
        for wrong in [
            "2023-02-29",
            "2024-13-01",
            "2024-00-10",
            "24-01-01",
            "2024-1-01",
            "2024/01/01",
            "2024-04-31",
            "2024-01-01T",
        ] {
            assert_eq!(date_days(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
