//! The numbered input problems of this crate.

use domain::ErrorCode;

pub(crate) const MISSING_COLUMN: &str = "E3001";
pub(crate) const UNKNOWN_COLUMN: &str = "E3002";
pub(crate) const NO_ROWS: &str = "E3003";
pub(crate) const FIELD_COUNT: &str = "E3004";
pub(crate) const NOT_UTF8: &str = "E3005";
pub(crate) const UNREADABLE: &str = "E3006";
pub(crate) const BAD_YEAR: &str = "E3007";
pub(crate) const BAD_AGE: &str = "E3008";
pub(crate) const BAD_COUNT: &str = "E3009";
pub(crate) const NEGATIVE_COUNT: &str = "E3010";
pub(crate) const DUPLICATE_CELL: &str = "E3011";
pub(crate) const OVERLAPPING_AGES: &str = "E3012";
pub(crate) const YEAR_GAP: &str = "E3013";
pub(crate) const MISSING_CELL: &str = "E3014";
pub(crate) const BAD_AREA: &str = "E3015";
pub(crate) const UNKNOWN_AREA: &str = "E3016";
pub(crate) const UNKNOWN_PARENT: &str = "E3017";
pub(crate) const AREA_CYCLE: &str = "E3018";
pub(crate) const PARENT_WITH_POPULATION: &str = "E3019";
pub(crate) const AREA_WITHOUT_POPULATION: &str = "E3020";
pub(crate) const DUPLICATE_AREA: &str = "E3021";
pub(crate) const BAD_MONTH: &str = "E4020";
pub(crate) const MONTH_GAP: &str = "E4021";
pub(crate) const SHORT_HISTORY: &str = "E4022";
pub(crate) const ONE_AREA: &str = "E4023";
pub(crate) const FRACTIONAL_COUNTS: &str = "E4024";
pub(crate) const AGES_MISSING: &str = "E4025";
pub(crate) const AREA_WITHOUT_PARENT: &str = "E4026";

/// Every input problem and warning this crate can report, for the error index.
///
/// ```
/// assert!(forecast::ERROR_CODES.iter().all(|entry| entry.code.starts_with('E')));
/// ```
pub const ERROR_CODES: &[ErrorCode] = &[
    entry(
        MISSING_COLUMN,
        "a required column is missing from the header",
        "add the column; the message lists the columns of the file",
    ),
    entry(
        UNKNOWN_COLUMN,
        "the header has a column that is not part of the format, or has a column twice",
        "remove the column; extra columns are refused so that nothing personal slips in",
    ),
    entry(
        NO_ROWS,
        "the file has no header or no rows",
        "export the table again and check that it is not empty",
    ),
    entry(
        FIELD_COUNT,
        "a row has more or fewer fields than the header",
        "quote fields that hold a comma, and fill in or remove fields",
    ),
    entry(
        NOT_UTF8,
        "the header or a row is not UTF-8",
        "save the file as UTF-8 (in a spreadsheet: \"CSV UTF-8\")",
    ),
    entry(
        UNREADABLE,
        "reading the file broke off",
        "check that the file is complete and may be read",
    ),
    entry(
        BAD_YEAR,
        "a year is not a whole number from 1800 to 2200",
        "write the year of the reference date with four digits",
    ),
    entry(
        BAD_AGE,
        "an age is neither completed years (`3`) nor an inclusive range (`3-4`) within 0 to 120",
        "write the age in completed years, or `first-last` with first below last",
    ),
    entry(
        BAD_COUNT,
        "a count is not a number",
        "write a number with a decimal point and without thousands separators, at most 1000000000",
    ),
    entry(
        NEGATIVE_COUNT,
        "a count is negative",
        "counts of children are 0 or more; correct the source",
    ),
    entry(
        DUPLICATE_CELL,
        "the same cell stands in two rows",
        "keep one of the two rows; they are not added up",
    ),
    entry(
        OVERLAPPING_AGES,
        "two age classes of the file overlap",
        "use one set of age classes for the whole file, such as 0,1,2,3-4,5",
    ),
    entry(
        YEAR_GAP,
        "a year is missing between the first and the last year",
        "add the year or start the file after the gap; cohorts cannot be followed across it",
    ),
    entry(
        MISSING_CELL,
        "an area lacks a year, or an age in a year, that other areas have",
        "add the row, with count 0 if nobody lives there",
    ),
    entry(
        BAD_AREA,
        "an area code is empty, too long, holds control characters or is reserved",
        "use a code of 1 to 128 bytes other than `_total` and `TOTAL`",
    ),
    entry(
        UNKNOWN_AREA,
        "an area is used that the other file does not know",
        "add the area to the file named, or correct its code",
    ),
    entry(
        UNKNOWN_PARENT,
        "a parent is not itself an area of the file",
        "add a row for the parent, or leave the field empty for the highest level",
    ),
    entry(
        AREA_CYCLE,
        "areas are their own ancestors",
        "correct the parent of one of the areas named",
    ),
    entry(
        PARENT_WITH_POPULATION,
        "an area has a population of its own and areas below it",
        "give the population of the lowest level only; sums are made here",
    ),
    entry(
        AREA_WITHOUT_POPULATION,
        "an area has neither a population nor areas below it",
        "add its population, with count 0 if nobody lives there, or remove the area",
    ),
    entry(
        DUPLICATE_AREA,
        "an area stands in two rows",
        "keep one row per area; an area has one parent",
    ),
    entry(
        BAD_MONTH,
        "a month is not a whole number from 1 to 12",
        "write the month of birth as 1 to 12",
    ),
    entry(
        MONTH_GAP,
        "monthly births lack months, or whole years before the year begun",
        "give three or more whole years, and the first months of the year begun without gaps",
    ),
    entry(
        SHORT_HISTORY,
        "warning: the forecast was learned from fewer than eight years",
        "add earlier years of the population, or read the intervals with caution",
    ),
    entry(
        ONE_AREA,
        "warning: the city has one area only",
        "give the population by smaller areas if there are any",
    ),
    entry(
        FRACTIONAL_COUNTS,
        "warning: counts are not whole numbers",
        "check whether the table holds estimates or shares in place of persons",
    ),
    entry(
        AGES_MISSING,
        "warning: the age classes leave ages out",
        "add the missing ages; cohorts are followed across the gap until then",
    ),
    entry(
        AREA_WITHOUT_PARENT,
        "warning: some areas have no area above them although others have",
        "give each area its district, so that it can learn from its neighbours",
    ),
];

const fn entry(code: &'static str, cause: &'static str, remedy: &'static str) -> ErrorCode {
    ErrorCode {
        code,
        cause,
        remedy,
    }
}

/// What to do about the problem numbered `code`, as the error index says it.
pub(crate) fn remedy(code: &str) -> &'static str {
    ERROR_CODES
        .iter()
        .chain(crate::quality::REGISTER_ERROR_CODES)
        .find(|entry| entry.code == code)
        .map_or("", |entry| entry.remedy)
}

#[cfg(test)]
mod tests {
    use super::ERROR_CODES;

    #[test]
    fn codes_are_numbered_without_gaps_and_each_has_a_cause_and_a_remedy() {
        for (number, entry) in (3001..=3021).chain(4020..).zip(ERROR_CODES) {
            assert_eq!(entry.code, format!("E{number}"));
            assert!(!entry.cause.is_empty() && !entry.remedy.is_empty());
        }
    }
}
