//! Exact fractions.

use std::fmt;
use std::str::FromStr;

/// A fraction in lowest terms, exact. Values of reports (hours, keys, cents) stay far below its range;
/// beyond it arithmetic gives `None`.
///
/// ```
/// use reporting::Fraction;
/// let third = Fraction::new(4, 12).unwrap();
/// assert_eq!(third.to_string(), "1/3");
/// assert_eq!(third.decimals(4), "0,3333");
/// assert_eq!("10.5244".parse(), Ok(Fraction::new(26311, 2500).unwrap()));
/// assert!("ten".parse::<Fraction>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fraction {
    numerator: i128,
    denominator: i128,
}

/// A text that is no decimal number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no decimal number with at most 12 decimals; write it as 4.5")]
pub struct NotDecimal(pub String);

const fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Fraction {
    /// 0.
    pub const ZERO: Self = Self {
        numerator: 0,
        denominator: 1,
    };
    /// 1.
    pub const ONE: Self = Self {
        numerator: 1,
        denominator: 1,
    };

    /// Numerator over denominator; `None` over 0.
    #[must_use]
    pub fn new(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let divisor = greatest_common_divisor(numerator.unsigned_abs(), denominator.unsigned_abs());
        let divisor = i128::try_from(divisor).ok()?;
        let sign = denominator.signum();
        Some(Self {
            numerator: (numerator / divisor).checked_mul(sign)?,
            denominator: (denominator / divisor).checked_mul(sign)?,
        })
    }

    /// A whole number.
    #[must_use]
    pub const fn whole(number: i64) -> Self {
        Self {
            numerator: number as i128,
            denominator: 1,
        }
    }

    /// Above the line, with the sign.
    #[must_use]
    pub const fn numerator(self) -> i128 {
        self.numerator
    }

    /// Below the line, at least 1.
    #[must_use]
    pub const fn denominator(self) -> i128 {
        self.denominator
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        let denominator = self.denominator.checked_mul(other.denominator)?;
        Self::new(left.checked_add(right)?, denominator)
    }

    /// The difference.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self {
            numerator: other.numerator.checked_neg()?,
            denominator: other.denominator,
        })
    }

    /// The product.
    #[must_use]
    pub fn times(self, other: Self) -> Option<Self> {
        let numerator = self.numerator.checked_mul(other.numerator)?;
        Self::new(numerator, self.denominator.checked_mul(other.denominator)?)
    }

    /// The quotient; `None` over 0.
    #[must_use]
    pub fn over(self, other: Self) -> Option<Self> {
        let numerator = self.numerator.checked_mul(other.denominator)?;
        Self::new(numerator, self.denominator.checked_mul(other.numerator)?)
    }

    /// Without its sign.
    #[must_use]
    pub const fn absolute(self) -> Self {
        Self {
            numerator: self.numerator.saturating_abs(),
            denominator: self.denominator,
        }
    }

    /// With so many decimals, rounded half away from 0, decimal comma. At most 12 decimals.
    #[must_use]
    pub fn decimals(self, places: u32) -> String {
        let scale = 10_u128.pow(places.min(12));
        let denominator = self.denominator.unsigned_abs();
        let numerator = self.numerator.unsigned_abs();
        let doubled = numerator.saturating_mul(2).saturating_mul(scale);
        let rounded = doubled.saturating_add(denominator) / denominator.saturating_mul(2);
        let sign = if self.numerator < 0 && rounded > 0 {
            "-"
        } else {
            ""
        };
        if places == 0 {
            return format!("{sign}{rounded}");
        }
        let width = places.min(12) as usize;
        format!("{sign}{},{:0width$}", rounded / scale, rounded % scale)
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let exact = (
            self.numerator.checked_mul(other.denominator),
            other.numerator.checked_mul(self.denominator),
        );
        match exact {
            (Some(left), Some(right)) => left.cmp(&right),
            // Beyond the range of reports: by the nearest floating point numbers.
            _ => {
                let left = self.numerator as f64 / self.denominator as f64;
                let right = other.numerator as f64 / other.denominator as f64;
                left.total_cmp(&right)
            }
        }
    }
}

/// Numerator/denominator.
impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

/// A decimal number with a point or a comma.
impl FromStr for Fraction {
    type Err = NotDecimal;

    fn from_str(text: &str) -> Result<Self, NotDecimal> {
        let refused = || NotDecimal(text.to_owned());
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, decimals) = unsigned.split_once(['.', ',']).unwrap_or((unsigned, ""));
        let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let has_point = whole.len() < unsigned.len();
        if whole.is_empty()
            || whole.len() > 15
            || decimals.len() > 12
            || (has_point && decimals.is_empty())
            || !are_digits(whole)
            || !are_digits(decimals)
        {
            return Err(refused());
        }
        let digits: i128 = format!("{whole}{decimals}")
            .parse()
            .map_err(|_| refused())?;
        let sign = if unsigned.len() < text.len() { -1 } else { 1 };
        let places = u32::try_from(decimals.len()).map_err(|_| refused())?;
        Self::new(sign * digits, 10_i128.pow(places)).ok_or_else(refused)
    }
}
