//! The numbered problems of registers, crosswalks, levers, housing files and official forecasts.

use domain::ErrorCode;

pub(crate) const BAD_SHARE: &str = "E4080";
pub(crate) const SHARES_DO_NOT_ADD_UP: &str = "E4081";
pub(crate) const AREA_WITHOUT_CROSSWALK: &str = "E4082";
pub(crate) const CROSSWALK_WITHOUT_AREA: &str = "E4083";
pub(crate) const PAIR_TWICE: &str = "E4084";
pub(crate) const HOLE_TOO_WIDE: &str = "E4085";
pub(crate) const CUTS_DO_NOT_JOIN: &str = "E4086";
pub(crate) const HOLE_NOT_EVERYWHERE: &str = "E4087";
pub(crate) const NOT_A_LEVER_FILE: &str = "E4090";
pub(crate) const UNKNOWN_KEY: &str = "E4091";
pub(crate) const MISSING_KEY: &str = "E4092";
pub(crate) const WRONG_TYPE: &str = "E4093";
pub(crate) const BAD_VALUE: &str = "E4094";
pub(crate) const UNKNOWN_LEVER_AREA: &str = "E4095";
pub(crate) const OUTSIDE_YEARS: &str = "E4096";
pub(crate) const UNKNOWN_VERSION: &str = "E4097";
pub(crate) const PROFILE_NOT_ONE: &str = "E4098";
pub(crate) const TOO_FEW_AREAS: &str = "E4100";
pub(crate) const NOTHING_BUILT: &str = "E4101";
pub(crate) const TOO_FEW_DATES: &str = "E4102";
pub(crate) const BAD_HALF: &str = "E4103";
pub(crate) const BAD_MAPPING: &str = "E4105";
pub(crate) const MAPPED_COLUMN_MISSING: &str = "E4106";
pub(crate) const UNREADABLE_NUMBER: &str = "E4107";
pub(crate) const UNKNOWN_OFFICIAL_AREA: &str = "E4108";
pub(crate) const UNKNOWN_OFFICIAL_AGE: &str = "E4109";
pub(crate) const OFFICIAL_CELL_MISSING: &str = "E4110";
pub(crate) const OFFICIAL_CELL_TWICE: &str = "E4111";
pub(crate) const NO_COMMON_YEAR: &str = "E4112";
pub(crate) const UNKNOWN_KIND: &str = "E4113";
pub(crate) const NOTHING_TO_JUDGE: &str = "E4115";

/// The problems of crosswalks, levers, housing files, official forecasts and reports, for the
/// error index.
///
/// ```
/// assert!(forecast::REGISTER_ERROR_CODES.iter().all(|entry| entry.code.starts_with("E4")));
/// ```
pub const REGISTER_ERROR_CODES: &[ErrorCode] = &[
    entry(
        BAD_SHARE,
        "a share of a crosswalk is not a number from 0 to 1",
        "write the share of the old area's persons that live in the new area, such as 0.25",
    ),
    entry(
        SHARES_DO_NOT_ADD_UP,
        "the shares of an old area do not add up to 1",
        "correct the shares of the area named; every person of an old area must live in a new one",
    ),
    entry(
        AREA_WITHOUT_CROSSWALK,
        "an area of the population is no old area of the crosswalk",
        "add rows for the area; an unchanged area has one row with share 1",
    ),
    entry(
        CROSSWALK_WITHOUT_AREA,
        "an area of the crosswalk is not in the population",
        "remove the rows, or correct the code",
    ),
    entry(
        PAIR_TWICE,
        "the same key stands in two rows",
        "keep one of the rows",
    ),
    entry(
        HOLE_TOO_WIDE,
        "more than two years in a row are missing",
        "add years, or start the file after the hole; wider holes are not interpolated",
    ),
    entry(
        CUTS_DO_NOT_JOIN,
        "two population tables cannot be joined to one history",
        "give tables with the same ages and areas, the second beginning the year after the first ends",
    ),
    entry(
        HOLE_NOT_EVERYWHERE,
        "a year is missing in some areas or ages only",
        "add the rows; only years that are missing as a whole are interpolated",
    ),
    entry(
        NOT_A_LEVER_FILE,
        "a lever file is neither TOML nor JSON",
        "correct the syntax at the place named",
    ),
    entry(
        UNKNOWN_KEY,
        "a file has a key, or a kind of lever, that is not part of the format",
        "remove the key or correct its name; docs/FORECAST_INPUTS.md lists the keys",
    ),
    entry(
        MISSING_KEY,
        "a key is missing",
        "add the key; docs/FORECAST_INPUTS.md lists the keys",
    ),
    entry(
        WRONG_TYPE,
        "a value is of another type than its key asks for",
        "write a text, a number, a list or a table as docs/FORECAST_INPUTS.md says",
    ),
    entry(
        BAD_VALUE,
        "a value is outside its range",
        "use a value of the range that the message names",
    ),
    entry(
        UNKNOWN_LEVER_AREA,
        "a lever names an area that the forecast does not have at its lowest level",
        "use the code of an area of the population",
    ),
    entry(
        OUTSIDE_YEARS,
        "a lever begins after the last year of the forecast, or not after its origin",
        "change the year, or forecast further ahead",
    ),
    entry(
        UNKNOWN_VERSION,
        "a file is of a version that is not known",
        "write `version = 1`",
    ),
    entry(
        PROFILE_NOT_ONE,
        "the shares of a profile do not add up to 1",
        "correct the shares; they say how a whole is divided",
    ),
    entry(
        TOO_FEW_AREAS,
        "too few areas have dwellings and children to estimate what a dwelling brings",
        "give at least twenty areas with both, or use a yield from elsewhere and say so",
    ),
    entry(
        NOTHING_BUILT,
        "the number of dwellings changed in no area, or in all areas alike",
        "give years in which something was built, or use a yield from elsewhere and say so",
    ),
    entry(
        TOO_FEW_DATES,
        "children and dwellings are not known at two common dates",
        "add dates, or years of dwellings before the first count of children",
    ),
    entry(
        BAD_HALF,
        "a half-year is neither 1 nor 2",
        "write 1 for 30 June and 2 for 31 December",
    ),
    entry(
        BAD_MAPPING,
        "a mapping of an official forecast cannot be used",
        "correct the key named; docs/FORECAST_INPUTS.md lists the keys",
    ),
    entry(
        MAPPED_COLUMN_MISSING,
        "the official table lacks a column that the mapping names",
        "correct the mapping; the message lists the columns of the table",
    ),
    entry(
        UNREADABLE_NUMBER,
        "a year or a number of the official table cannot be read",
        "correct the cell, or set `decimal` and `thousands` in the mapping",
    ),
    entry(
        UNKNOWN_OFFICIAL_AREA,
        "an area of the official table is not an area of the population",
        "add it to `[areas]` of the mapping, or to `skip_areas` if it is a sum",
    ),
    entry(
        UNKNOWN_OFFICIAL_AGE,
        "an age group of the official table cannot be read or does not fit the age classes",
        "add it to `[ages]` of the mapping; groups must be made of whole age classes",
    ),
    entry(
        OFFICIAL_CELL_MISSING,
        "the official table lacks an area, a year or an age group that its other rows have",
        "add the row; a gap is not taken for 0",
    ),
    entry(
        OFFICIAL_CELL_TWICE,
        "the official table gives the same area, year and age group twice",
        "keep one of the rows, or list the sums in `skip_areas` and `skip_ages`",
    ),
    entry(
        NO_COMMON_YEAR,
        "an official forecast and ours have no year in common",
        "forecast from an origin before the official years, or further ahead",
    ),
    entry(
        UNKNOWN_KIND,
        "the kind of a published figure is not known",
        "write `forecast`, `plan` or `actual`",
    ),
    entry(
        NOTHING_TO_JUDGE,
        "no forecast of the back-test has an outcome yet",
        "start the back-test from earlier origins",
    ),
];

const fn entry(code: &'static str, cause: &'static str, remedy: &'static str) -> ErrorCode {
    ErrorCode {
        code,
        cause,
        remedy,
    }
}

#[cfg(test)]
mod tests {
    use super::REGISTER_ERROR_CODES;

    #[test]
    fn codes_rise_and_each_has_a_cause_and_a_remedy() {
        assert!(
            REGISTER_ERROR_CODES
                .windows(2)
                .all(|pair| pair[0].code < pair[1].code)
        );
        for entry in REGISTER_ERROR_CODES {
            assert!(("E4080".."E4130").contains(&entry.code), "{}", entry.code);
            assert!(!entry.cause.is_empty() && !entry.remedy.is_empty());
        }
    }
}
