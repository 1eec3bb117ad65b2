//! Exact amounts of staff.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// Most significant digits of one decimal number.
const MOST_DIGITS: usize = 18;

/// An exact amount of staff, from 0: a fraction of whole numbers, never a floating-point number.
///
/// Read from a decimal number such as `2.5`, or from two of them with a slash between, such as `1/12`
/// or `0.9/20`; each has at most 18 digits, leading zeros not counted, and no sign. Written as the
/// shortest decimal number, or as a fraction where there is none.
///
/// ```
/// use matching::Amount;
/// let kindergarten: Amount = "1/12".parse().unwrap();
/// let hort: Amount = "0.9/20".parse().unwrap();
/// assert_eq!((kindergarten.to_string(), hort.to_string()), ("1/12".to_owned(), "0.045".to_owned()));
/// assert!("1,5".parse::<Amount>().is_err());
/// assert!("-1".parse::<Amount>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    numerator: u64,
    /// From 1; without a common divisor with the numerator.
    denominator: u64,
}

/// An amount could not be read or worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// The text is no amount.
    #[error(
        "the text is not a decimal number from 0, nor two of them with a slash between; write digits with at most one point, for example 2.5 or 1/12, and at most 18 digits"
    )]
    NotAnAmount,
    /// A division by nothing.
    #[error("the amount was to be divided by 0; give a number above 0")]
    DividedByZero,
    /// The exact result has too many digits.
    #[error(
        "the exact amount has a numerator or denominator above 18446744073709551615; round the amounts given to fewer digits"
    )]
    TooManyDigits,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self::whole(0);

    /// A whole number.
    #[must_use]
    pub const fn whole(number: u64) -> Self {
        Self {
            numerator: number,
            denominator: 1,
        }
    }

    /// A fraction of whole numbers.
    ///
    /// # Errors
    ///
    /// [`AmountError::DividedByZero`] when the denominator is 0.
    pub fn fraction(numerator: u64, denominator: u64) -> Result<Self, AmountError> {
        Self::reduced(numerator.into(), denominator.into())
    }

    pub(super) fn reduced(numerator: u128, denominator: u128) -> Result<Self, AmountError> {
        if denominator == 0 {
            return Err(AmountError::DividedByZero);
        }
        let divisor = greatest_common_divisor(numerator, denominator);
        let part =
            |number: u128| u64::try_from(number / divisor).map_err(|_| AmountError::TooManyDigits);
        Ok(Self {
            numerator: part(numerator)?,
            denominator: part(denominator)?,
        })
    }

    /// Whole number above the line of the shortest fraction.
    #[must_use]
    pub const fn numerator(self) -> u64 {
        self.numerator
    }

    /// Whole number below the line of the shortest fraction, from 1.
    #[must_use]
    pub const fn denominator(self) -> u64 {
        self.denominator
    }

    /// The exact sum.
    ///
    /// # Errors
    ///
    /// [`AmountError::TooManyDigits`].
    pub fn plus(self, other: Self) -> Result<Self, AmountError> {
        let cross = |a: Self, b: Self| u128::from(a.numerator) * u128::from(b.denominator);
        let sum = cross(self, other).checked_add(cross(other, self));
        Self::reduced(
            sum.ok_or(AmountError::TooManyDigits)?,
            u128::from(self.denominator) * u128::from(other.denominator),
        )
    }

    /// The exact product.
    ///
    /// # Errors
    ///
    /// [`AmountError::TooManyDigits`].
    pub fn times(self, other: Self) -> Result<Self, AmountError> {
        Self::reduced(
            u128::from(self.numerator) * u128::from(other.numerator),
            u128::from(self.denominator) * u128::from(other.denominator),
        )
    }

    /// The exact quotient.
    ///
    /// # Errors
    ///
    /// [`AmountError::DividedByZero`] and [`AmountError::TooManyDigits`].
    pub fn divided_by(self, other: Self) -> Result<Self, AmountError> {
        Self::reduced(
            u128::from(self.numerator) * u128::from(other.denominator),
            u128::from(self.denominator) * u128::from(other.numerator),
        )
    }
}

pub(super) fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// A decimal number as a fraction, not reduced; `None` when the text is none.
fn decimal(text: &str) -> Option<(u64, u64)> {
    let (whole, rest) = match text.split_once('.') {
        Some((whole, rest)) if !rest.is_empty() => (whole, rest),
        Some(_) => return None,
        None => (text, ""),
    };
    let only_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let digits = whole.len() + rest.len();
    let zeros = whole.bytes().take_while(|byte| *byte == b'0').count();
    if whole.is_empty() || !only_digits(whole) || !only_digits(rest) || digits - zeros > MOST_DIGITS
    {
        return None;
    }
    let value = whole
        .bytes()
        .chain(rest.bytes())
        .fold(0, |value, byte| value * 10 + u64::from(byte - b'0'));
    Some((value, 10_u64.pow(rest.len() as u32)))
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let read = |part| {
            let (numerator, denominator) = decimal(part).ok_or(AmountError::NotAnAmount)?;
            Self::fraction(numerator, denominator)
        };
        match text.split_once('/') {
            Some((above, below)) => read(above)?.divided_by(read(below)?),
            None => read(text),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Only twos and fives below the line: as many decimals as the greater power of the two.
        let power = |prime: u64| {
            let mut rest = self.denominator;
            let mut count = 0_u32;
            while rest.is_multiple_of(prime) {
                rest /= prime;
                count += 1;
            }
            count
        };
        let (twos, fives) = (power(2), power(5));
        let decimals = twos.max(fives);
        let exact = 2_u64
            .checked_pow(twos)
            .and_then(|part| part.checked_mul(5_u64.checked_pow(fives)?))
            == Some(self.denominator);
        if !exact || decimals as usize > MOST_DIGITS {
            return write!(f, "{}/{}", self.numerator, self.denominator);
        }
        let (numerator, denominator) = (self.numerator, self.denominator);
        write!(f, "{}", numerator / denominator)?;
        if decimals > 0 {
            let scale = 10_u128.pow(decimals) / u128::from(denominator);
            let rest = u128::from(numerator % denominator) * scale;
            write!(f, ".{rest:0width$}", width = decimals as usize)?;
        }
        Ok(())
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    #[test]
    fn decimals_and_fractions_are_exact() {
        for (text, numerator, denominator) in [
            ("0", 0, 1),
            ("007", 7, 1),
            ("0.30", 3, 10),
            (
                "0.30000000000000004",
                7_500_000_000_000_001,
                25_000_000_000_000_000,
            ),
            ("999999999999999999", 999_999_999_999_999_999, 1),
            ("1/12", 1, 12),
            ("0.9/20", 9, 200),
            ("3/0.5", 6, 1),
        ] {
            let amount = amount(text);
            assert_eq!(
                (amount.numerator(), amount.denominator()),
                (numerator, denominator),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "",
            ".",
            ".5",
            "5.",
            "-1",
            "+1",
            "1e3",
            "1,5",
            " 1",
            "1 ",
            "NaN",
            "1/2/3",
            "/",
            "1/",
            "1.2.3",
            "1000000000000000000",
            "0.0000000000000000001",
            "٣",
        ] {
            assert_eq!(
                text.parse::<Amount>(),
                Err(AmountError::NotAnAmount),
                "{text}"
            );
        }
        assert_eq!("1/0".parse::<Amount>(), Err(AmountError::DividedByZero));
        let most = "999999999999999999/0.99999999999999999".parse::<Amount>();
        assert_eq!(most, Err(AmountError::TooManyDigits));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(numerator: u64, denominator in 1..u64::MAX) {
            let amount = Amount::fraction(numerator, denominator).unwrap();
            let text = amount.to_string();
            // A fraction may have more digits than a text is allowed.
            if let Ok(again) = text.parse::<Amount>() {
                prop_assert_eq!(again, amount);
            }
        }

        #[test]
        fn short_fractions_are_always_read_again(numerator in 0..1_000_000_u64, denominator in 1..1_000_000_u64) {
            let amount = Amount::fraction(numerator, denominator).unwrap();
            prop_assert_eq!(amount.to_string().parse::<Amount>(), Ok(amount));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[0-9./e+-]{0,25}") {
            let _ = text.parse::<Amount>();
        }

        #[test]
        fn sums_and_products_are_those_of_fractions(a in 0..1_000_u64, b in 1..1_000_u64, c in 0..1_000_u64, d in 1..1_000_u64) {
            let (left, right) = (Amount::fraction(a, b).unwrap(), Amount::fraction(c, d).unwrap());
            prop_assert_eq!(left.plus(right), Amount::fraction(a * d + c * b, b * d));
            prop_assert_eq!(left.times(right), Amount::fraction(a * c, b * d));
            if c > 0 {
                prop_assert_eq!(left.divided_by(right), Amount::fraction(a * d, b * c));
            }
        }
    }
}
