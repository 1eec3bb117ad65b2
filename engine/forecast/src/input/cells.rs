//! Checks of single fields shared by the files.

use super::sheet::Sheet;
use crate::codes;

/// Name of the highest level in every result.
pub const TOTAL_AREA: &str = "_total";

/// Name of the highest level in back-test files.
pub(crate) const BACKTEST_TOTAL: &str = "TOTAL";

/// Longest area code in bytes.
const LONGEST_AREA: usize = 128;

/// Largest count that is accepted.
const LARGEST_COUNT: f64 = 1e9;

/// Checks an area code; `total_allowed` admits [`TOTAL_AREA`].
pub(crate) fn area_is_usable(
    sheet: &mut Sheet<'_>,
    row: u64,
    text: &str,
    total_allowed: bool,
) -> bool {
    let message = if text.trim().is_empty() {
        "the area code is empty"
    } else if text.len() > LONGEST_AREA {
        "the area code is longer than 128 bytes"
    } else if text.contains(char::is_control) {
        "the area code holds a control character"
    } else if text == BACKTEST_TOTAL || (text == TOTAL_AREA && !total_allowed) {
        "the area code is reserved for the sum of all areas"
    } else {
        return true;
    };
    let shown: String = text.chars().take(40).collect();
    sheet.refuse(codes::BAD_AREA, row, "area", &shown, message);
    false
}

/// Reads a year from 1800 to 2200.
pub(crate) fn year(sheet: &mut Sheet<'_>, row: u64, text: &str) -> Option<i32> {
    let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<i32>() {
        Ok(year) if digits && (1800..=2200).contains(&year) => Some(year),
        _ => {
            sheet.refuse(
                codes::BAD_YEAR,
                row,
                "year",
                text,
                "this is no year from 1800 to 2200",
            );
            None
        }
    }
}

/// Reads a count of persons, 0 or more.
pub(crate) fn count(sheet: &mut Sheet<'_>, row: u64, column: &str, text: &str) -> Option<f64> {
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
    match text.parse::<f64>() {
        Ok(count) if text.chars().all(plain) && count.abs() <= LARGEST_COUNT => {
            if count < 0.0 {
                sheet.refuse(
                    codes::NEGATIVE_COUNT,
                    row,
                    column,
                    text,
                    "the count is negative",
                );
                return None;
            }
            Some(count.abs())
        }
        _ => {
            sheet.refuse(
                codes::BAD_COUNT,
                row,
                column,
                text,
                "this is no number from 0 to 1000000000",
            );
            None
        }
    }
}
