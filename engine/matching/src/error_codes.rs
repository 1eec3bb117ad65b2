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
    FAMILY_OPTIONS_NOT_COVERED = "E2030", "family_options.csv is given, but joint rankings of families are not covered by this version", "remove the file and give each child its own wishes, or match these families by hand";
    BUDGETS_NOT_COVERED = "E2031", "budgets.csv or seat_weights.csv is given, but flexible seat groups are not covered by this version", "remove both files and give every programme and seat group a capacity";
    SIBLINGS_NOT_COVERED = "E2032", "a siblings rule other than independent is given, but this version places every child on its own", "write independent, or match these families by hand";
    MAX_SIZE_NOT_COVERED = "E2033", "ties are to be used to place as many children as possible, which this version does not cover", "break ties by lottery";
    RANK_AND_PROGRAMME = "E2040", "a placement has a programme without a rank or a rank without a programme", "fill in both, or leave both empty for an unplaced child";
    POOL_UNKNOWN_SEATS = "E2120", "an event names a programme and group without seats in the pool", "add the row with capacity 0 when the pool is set up, or correct the ids";
    POOL_UNKNOWN_CHILD = "E2121", "an event names a child that is not in the pool", "let the child join first, or correct the applicant_id";
    POOL_DUPLICATE_CHILD = "E2122", "a child joins a pool in which it is already", "change its applications instead";
    POOL_APPLICATION = "E2123", "an event names an application that the child does not have", "correct the ids";
    POOL_NO_FREE_SEAT = "E2124", "all seats of the programme and group are held or offered", "end an offer or a contract first";
    POOL_REASON_MISSING = "E2125", "an offer or contract leaves the suggested order without a reason", "give the reason code of the deviation, or offer to the child suggested";
    POOL_NO_SUCH_OFFER = "E2126", "an event names an offer that is not open", "correct the ids or make the offer first";
    POOL_CONFIRMED_ELSEWHERE = "E2127", "the child has confirmed an offer of another programme", "let the family give it back first";
    POOL_HELD_ALREADY = "E2128", "the child holds this place already", "nothing is left to offer";
    POOL_SIBLINGS = "E2129", "a child that is to be placed together with siblings joins a pool", "let it join as independent and place the family in the city-wide round";
    POOL_BAD_ROWS = "E2130", "the rows of a joining child contradict themselves", "correct the rows named in the message";
    UNKNOWN_DEVIATION_REASON = "E2131", "a reason code of a deviation is not on the list", "write one of the codes in the message";
    RESPONSE_TIMES = "E2132", "response times are no distribution of days", "give observed days, or 0 < median <= p95";
    ROUNDS_DIFFER = "E2133", "two rounds to be compared differ in more than points and lots", "build both from the same children, wishes and seats";
    UNKNOWN_DECISION_APPLICATION = "E2134", "a decision is about an application that the declared round does not have", "correct the ids, or add the application to the declared round";
    ADMITTED_TWICE = "E2135", "a child is admitted twice by the same programme", "keep one of the rows";
    BAD_DECISION_DATE = "E2136", "the day of a decision is not a date", "write the day as in 2027-03-15";
    UNKNOWN_DECISION = "E2137", "a decision is neither an admission nor a pass-over", "write admit or pass_over";
    CRITERION_KEY = "E2138", "the key of a criterion is malformed", "write small letters, digits and underscores";
    CRITERION_FORBIDDEN = "E2139", "a criterion names an attribute that must not be used", "leave the criterion out";
    FALSE_SHARE = "E2140", "the share of false findings allowed is out of range", "give a share above 0, at most 1";
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
