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
    EXACT_SEARCH_FAILED = "E2073", "the exact model of the siblings round could not be solved", "report the fault; a time limit of 0 seconds leaves the exact model out";
    BAD_TIME_LIMIT = "E2080", "a time limit is negative or no number", "give seconds from 0, or no limit";
    REACH_OF_UNKNOWN_APPLICANT = "E2081", "reachable_seats.csv names an applicant that the round does not have", "remove the row or correct the applicant";
    REACH_OF_UNKNOWN_PROGRAMME = "E2082", "reachable_seats.csv names a programme that the round does not have", "remove the row or correct the programme";
    REACH_TWICE = "E2083", "reachable_seats.csv has an applicant and a programme twice", "keep one of the rows";
    REACH_WITHOUT_SEATS = "E2084", "reachable_seats.csv names a programme without seats of the applicant's group", "list only programmes with seats that suit the child";
    PLACEMENTS_NOT_OF_ROUND = "E2085", "the placements are not those of the round", "give the placements that were made for this round";
    LEGAL_CLAIM_WITH_BUDGETS = "E2086", "free seats are to be proposed to unplaced children in a round with budgets", "give every programme and seat group a capacity";
    BAD_AMOUNT = "E2100", "a budget or weight is not a decimal number or fraction from 0 (a weight: above 0) that can be held exactly", "write digits with at most one point, or a fraction such as 1/12; no sign, at most 18 digits";
    BUDGETS_AND_WEIGHTS = "E2101", "only one of budgets.csv and seat_weights.csv is given", "give both files or neither";
    BUDGET_OF_UNKNOWN_PROGRAMME = "E2102", "budgets.csv names a programme that programmes.csv does not have", "add the programme with its seat groups, or remove the budget";
    DUPLICATE_BUDGET = "E2103", "a programme has two budgets", "keep one of the rows";
    WEIGHT_WITHOUT_SEATS = "E2104", "seat_weights.csv names a programme and seat group that programmes.csv does not have", "add the row, with an empty capacity for no cap, or remove the weight";
    DUPLICATE_WEIGHT = "E2105", "a programme has two weights for the same seat group", "keep one of the rows";
    WEIGHT_WITHOUT_BUDGET = "E2106", "a programme has a weight, but no budget", "add its budget, or remove its weights and give it capacities";
    SEATS_WITHOUT_WEIGHT = "E2107", "a programme has a budget, but one of its seat groups has no weight", "add the weight of every seat group of the programme";
    ENROLLED_ABOVE_BUDGET = "E2108", "the children enrolled at a flexible programme need more than its budget", "raise the budget: it counts all staff, that for the enrolled children included";
    NO_COMMON_UNIT = "E2109", "the budget and the weights of a programme have so many digits that they cannot be added up exactly", "round them to fewer digits";
    FLEXIBLE_FOR_PROGRAMMES = "E2110", "a round with budgets was to be run for the programmes, for which no fair matching is best", "run it for the families";
    ROW_TOO_LONG = "E2111", "a row has more than 1,048,576 bytes", "close the quote that opens in this row, and check that the file is CSV";
    MAX_SIZE_WITH_BUDGETS = "E2112", "ties are to be used to place as many children as possible in a round with budgets", "break ties by lottery, or run the round without budgets";
    JOINT_OPTIONS_WITH_BUDGETS = "E2113", "a round has joint options of families and programmes with budgets", "run it without one of them";
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
    UNKNOWN_DECISION = "E2137", "a decision is no admission, pass-over or giving up", "write admit, pass_over or give_up";
    CRITERION_KEY = "E2138", "the key of a criterion is malformed", "write small letters, digits and underscores";
    CRITERION_FORBIDDEN = "E2139", "a criterion names an attribute that must not be used", "leave the criterion out";
    FALSE_SHARE = "E2140", "the share of false findings allowed is out of range", "give a share above 0, at most 1";
    CATALOGUE_NOT_TOML = "E2150", "a criteria catalogue is not TOML", "correct the line named; texts stand in quotation marks";
    CATALOGUE_KEY = "E2151", "a criteria catalogue has a key that its format does not know", "remove the key or correct its name";
    CATALOGUE_KEY_MISSING = "E2152", "a criteria catalogue lacks a key", "add the key";
    CATALOGUE_VALUE = "E2153", "a value of a criteria catalogue is malformed or out of range", "write a value of the range named";
    CATALOGUE_KEY_UNFIT = "E2154", "a key does not fit the attribute or the mode of the criteria catalogue", "remove the key";
    ATTRIBUTE_FORBIDDEN = "E2155", "an attribute that placement must not use is named (Art. 3 GG, AGG, § 4 SächsKitaG, statistics-only attributes)", "remove the criterion or the answer";
    ATTRIBUTE_UNKNOWN = "E2156", "an attribute is not on the closed list of admissible ones", "use an admissible attribute";
    LABEL_FORBIDDEN = "E2157", "the key, a label or the evidence of a criterion names what must not be used", "say what the admissible attribute says, or remove the criterion";
    CATALOGUE_COUNTS_AGAINST = "E2158", "a hardship, an inclusion need or a referral counts against a child", "write points of 0 or more";
    CATALOGUE_TIE = "E2159", "the tie rules of a criteria catalogue leave ties or repeat themselves", "end with key or lot, and write each rule once";
    CATALOGUE_REPETITION = "E2160", "two criteria of a catalogue have the same key or order", "give each criterion its own";
    CATALOGUE_SIZE = "E2161", "a criteria catalogue has no criterion or more than 200", "add or merge criteria";
    ANSWER_VALUE = "E2162", "an answer is not a value of its attribute", "write yes or no, a word of the choice, or a whole number";
    CATALOGUE_SAME_DAY = "E2163", "a provider has two criteria catalogues valid from the same day", "remove one or set another day";
    CATALOGUE_VERSION = "E2164", "one version of a criteria catalogue has two contents", "give every change a new version";
    CATALOGUE_GLOBALS = "E2165", "the global criteria differ between the catalogues of providers", "take over the city's criteria unchanged";
    CATALOGUE_TOO_FINE = "E2166", "a lexicographic catalogue tells more cases apart than a number holds", "use fewer criteria, smaller caps or fewer levels";
    STAY_ROW = "E2170", "a row of places or care offers contradicts itself or another row", "correct the row";
    SUGGESTION_INPUT = "E2171", "the rows of a suggestion round contradict each other", "correct the row named";
    PUBLISH_SIBLINGS = "E2180", "the round would separate brothers and sisters against their rule", "do not publish; place the family together or change its rule with it";
    PUBLISH_UNSUITABLE = "E2181", "the round would place a child where hours, age or the months of its stay do not fit", "do not publish; take the application out and run the round again";
    PUBLISH_PROMISE = "E2182", "a child would lose a place it was promised", "do not publish; run the round with the promised places held";
    PUBLISH_INFEASIBLE = "E2183", "the placements are not feasible: unknown children or programmes, or more children than seats", "do not publish; run the round again";
    PUBLISH_UNSTABLE = "E2184", "the placements are not stable: a child has a better claim to a seat", "do not publish; run the round again, or attribute the deviation";
    CHANCE_INPUT = "E2185", "the assumptions for chances are out of range or name what the round does not have", "correct the assumption named";
    CHANCE_ROUND = "E2186", "chances are asked for in a round with joint options and budgets, or under assumptions that have no meaning with them", "leave out one of the two files, or the assumption named";
    BLIND_SUM = "E2187", "the most children placed, or the least sum of ranks, is asked for in a round with joint options or budgets", "leave these two mechanisms out of the rule lab";
    POOL_JOINT_ROUND = "E2188", "a pool is to begin with a round in which families rank joint options or have a rule for siblings", "place the families in the city-wide round, and begin the pool with independent children";
    POOL_FLEXIBLE_ROUND = "E2189", "a pool is to begin with a round in which programmes have budgets", "give every programme and seat group a capacity";
    CATALOGUE_AGAINST_CITY = "E2190", "a criteria catalogue leaves out, changes or adds a global criterion against the catalogue that states the city's", "take over the city's criteria unchanged; criteria of your own are local";
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
