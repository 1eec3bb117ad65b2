//! The numbered problems of this crate.

use domain::ErrorCode;

macro_rules! codes {
    ($($name:ident = $code:literal, $cause:literal, $remedy:literal;)*) => {
        $(pub(crate) const $name: &str = $code;)*

        /// Every numbered problem of this crate.
        pub const ERROR_CODES: &[ErrorCode] = &[
            $(ErrorCode { code: $code, cause: $cause, remedy: $remedy },)*
        ];
    };
}

codes! {
    UNREADABLE = "E2001", "the file could not be read to its end", "check the file and run again";
    NOT_UTF8 = "E2002", "a field is not UTF-8", "save the file as UTF-8";
    UNKNOWN_COLUMN = "E2003", "the file has a column that its format does not know", "remove the column or correct its name";
    MISSING_COLUMN = "E2004", "a column of the format is missing", "add the column; it may be empty where the format says so";
    COLUMN_TWICE = "E2005", "a column appears twice", "keep one of the columns";
    FIELD_COUNT = "E2006", "a row has more or fewer fields than the header", "quote fields that hold a comma, and fill up short rows";
    EMPTY_FIELD = "E2007", "a field that must be filled in is empty", "fill in the field";
    BAD_NUMBER = "E2008", "a field is not a whole number of the range allowed", "write digits only, within the range";
    NEGATIVE_CAPACITY = "E2009", "a capacity is below zero", "write 0 when nobody can be admitted";
    RANK_OUT_OF_RANGE = "E2010", "a rank is 0 or too great", "count ranks from 1, the best wish";
    DUPLICATE_SEATS = "E2011", "a programme has two rows for the same seat group", "add the capacities up in one row";
    DUPLICATE_APPLICATION = "E2012", "an applicant applies twice for the same programme", "keep one of the rows";
    UNKNOWN_PROGRAMME = "E2013", "an application names a programme that programmes.csv does not have", "add the programme, with capacity 0 if it admits nobody, or remove the application";
    DUPLICATE_APPLICANT = "E2014", "an applicant has two rows in applicants.csv", "keep one of the rows";
    UNKNOWN_SIBLINGS = "E2015", "the siblings rule is not one of the words allowed", "write independent, together_preferred, together_only or nothing";
    UNKNOWN_ENROLLED = "E2016", "an applicant is enrolled at a programme that programmes.csv does not have", "add the programme or empty the field";
    ENROLLED_WITHOUT_SEATS = "E2017", "an applicant is enrolled at a programme that has no row for the applicant's seat group", "add the row of the seat group, or correct the applicant's group";
    ENROLLED_ABOVE_CAPACITY = "E2018", "more children are enrolled than the capacity holds", "raise the capacity: it counts all seats, those of the enrolled children included";
    EMPTY_CAPACITY = "E2019", "a capacity is empty", "write the number of seats; it may stay empty only with budgets.csv";
    TOO_MANY_ROWS = "E2020", "a file has more rows than a round can hold", "split the round by seat group";
    BUDGETS_NOT_COVERED = "E2031", "budgets.csv or seat_weights.csv is given, but flexible seat groups are not covered by this version", "remove both files and give every programme and seat group a capacity";
    MAX_SIZE_NOT_COVERED = "E2033", "ties are to be used to place as many children as possible, which this version does not cover", "break ties by lottery";
    RANK_AND_PROGRAMME = "E2040", "a placement has a programme without a rank or a rank without a programme", "fill in both, or leave both empty for an unplaced child";
    UNKNOWN_FAMILY = "E2060", "family_options.csv names a family that no child of applicants.csv belongs to", "name the family in the rows of its children, or correct the family_id";
    UNKNOWN_OPTION_CHILD = "E2061", "family_options.csv names a child that the round does not have", "add the child to applicants.csv, or correct the applicant_id";
    CHILD_OF_OTHER_FAMILY = "E2062", "family_options.csv names a child under a family that applicants.csv does not give it", "correct one of the two files: a child belongs to one family";
    UNKNOWN_OPTION_PROGRAMME = "E2063", "family_options.csv names a programme that programmes.csv does not have", "add the programme or correct the row";
    OPTION_ROW_TWICE = "E2064", "family_options.csv has two rows for the same family, option and child", "keep one of the rows";
    OPTION_GAP = "E2065", "the options of a family are not numbered 1, 2, 3 and so on", "number them from 1 without a gap";
    OPTION_WITHOUT_CHILD = "E2066", "an option of a family has no row for one of its children", "add the row; an empty programme means that the child stays unplaced";
    MIXED_RULES = "E2067", "children of one family have different siblings rules", "give all children of a family the same rule";
    TOO_MANY_OPTIONS = "E2068", "a siblings rule stands for more joint options of a family than can be listed", "list the options that matter in family_options.csv, or write together_only";
    RULE_WITHOUT_FAMILY = "E2069", "a child is to be placed together with siblings, but has no family", "fill in family_id, or write independent";
    PROGRAMME_SIDE_WITH_SIBLINGS = "E2070", "the matching best for programmes is asked for in a round with joint options of families, where it is not defined", "run the round for families";
    MAX_SIZE_WITH_SIBLINGS = "E2071", "ties are to be used to place more children in a round with joint options of families, which this version does not combine", "break ties by lottery; joint options place as many children as they can all the same";
    BAD_TIME_LIMIT = "E2072", "the time limit is not a number of seconds from 0", "give the seconds as a number such as 10";
    EXACT_SEARCH_FAILED = "E2073", "the exact model of the siblings round could not be solved", "report the fault; a time limit of 0 seconds leaves the exact model out";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ascend_belong_to_matching_and_say_what_to_do() {
        assert!(ERROR_CODES.windows(2).all(|w| w[0].code < w[1].code));
        for code in ERROR_CODES {
            assert!(code.code.len() == 5 && code.code.starts_with("E2"));
            assert!(!code.cause.is_empty() && !code.remedy.is_empty());
        }
    }
}
