//! The numbered input problems of scenarios.

use domain::ErrorCode;

pub(crate) const NOT_TOML: &str = "E4001";
pub(crate) const UNKNOWN_KEY: &str = "E4002";
pub(crate) const MISSING_KEY: &str = "E4003";
pub(crate) const WRONG_TYPE: &str = "E4004";
pub(crate) const BAD_VALUE: &str = "E4005";
pub(crate) const OUTSIDE_HORIZON: &str = "E4006";
pub(crate) const STAFFED_ABOVE_LICENSED: &str = "E4007";
pub(crate) const GIVEN_TWICE: &str = "E4008";
pub(crate) const QUANTILES_CROSS: &str = "E4009";
pub(crate) const UNKNOWN_FACILITY: &str = "E4010";
pub(crate) const FACILITY_EXISTS: &str = "E4011";
pub(crate) const UNKNOWN_PLACE: &str = "E4012";
pub(crate) const NOT_OPEN_THEN: &str = "E4013";
pub(crate) const WRONG_DIRECTION: &str = "E4014";
pub(crate) const TRANSFER_TO_ITSELF: &str = "E4015";
pub(crate) const NOT_A_DISTRICT: &str = "E4016";
pub(crate) const NOTHING_TO_REPORT: &str = "E4017";
pub(crate) const NO_PARENT: &str = "E4140";
pub(crate) const PARENT_CIRCLE: &str = "E4141";
pub(crate) const AFTER_CLOSING: &str = "E4142";
pub(crate) const CONTRADICTION: &str = "E4143";
pub(crate) const WRONG_SPAN: &str = "E4144";
pub(crate) const RAMP_UP: &str = "E4145";
pub(crate) const NEGATIVE_BUDGET: &str = "E4146";
pub(crate) const TOO_FEW_PLACES: &str = "E4147";
pub(crate) const NO_ROOM: &str = "E4148";
pub(crate) const NOTHING_TO_DROP: &str = "E4149";
pub(crate) const NOT_JSON: &str = "E4150";
pub(crate) const SAME_CARE_TYPE: &str = "E4151";
pub(crate) const ONE_OF_TWO: &str = "E4152";
pub(crate) const LEVERS_WITHOUT_PATHS: &str = "E4153";
pub(crate) const INSTANCE_INCOMPLETE: &str = "E4130";
pub(crate) const NOT_A_NUMBER: &str = "E4131";
pub(crate) const CAPACITY_NOT_GIVEN: &str = "E4132";
pub(crate) const NUMBER_OUT_OF_RANGE: &str = "E4133";
pub(crate) const INSTANCE_TOO_LONG: &str = "E4134";
pub(crate) const CAPACITY_TOO_SMALL: &str = "E4135";
pub(crate) const INSTANCE_TOO_LARGE: &str = "E4136";
pub(crate) const NO_PLAN: &str = "E4137";
pub(crate) const MATRIX_HEADER: &str = "E4160";
pub(crate) const MATRIX_AREA: &str = "E4161";
pub(crate) const MATRIX_FACILITY: &str = "E4162";
pub(crate) const MATRIX_VALUE: &str = "E4163";
pub(crate) const MATRIX_TWICE: &str = "E4164";
pub(crate) const MATRIX_MISSING: &str = "E4165";
pub(crate) const MATRIX_AND_ESTIMATE: &str = "E4166";
pub(crate) const NOT_COMPARABLE: &str = "E4167";
pub(crate) const NO_SET: &str = "E4175";
pub(crate) const CHOSEN_TWICE: &str = "E4176";
pub(crate) const COST_UNKNOWN: &str = "E4177";
pub(crate) const COUNTS_CONTRADICT: &str = "E4178";
pub(crate) const NOTHING_TO_JUDGE: &str = "E4179";
pub(crate) const WAYS_UNKNOWN: &str = "E4180";
pub(crate) const NOTHING_TO_CHOOSE: &str = "E4181";
pub(crate) const SEARCH_UNDECIDED: &str = "E4182";

const fn entry(code: &'static str, cause: &'static str, remedy: &'static str) -> ErrorCode {
    ErrorCode {
        code,
        cause,
        remedy,
    }
}

/// Every input problem this crate can report, for the error index.
///
/// ```
/// assert!(scenario::ERROR_CODES.iter().all(|entry| entry.code.starts_with("E4")));
/// ```
pub const ERROR_CODES: &[ErrorCode] = &[
    entry(
        NOT_TOML,
        "the scenario file is not TOML",
        "correct the line; texts stand in quotation marks, dates do not",
    ),
    entry(
        UNKNOWN_KEY,
        "a key is not part of the scenario format",
        "remove the key or correct its name; the message lists the keys allowed there",
    ),
    entry(
        MISSING_KEY,
        "a key that is needed is missing",
        "add the key; datasets/scenarios shows complete files",
    ),
    entry(
        WRONG_TYPE,
        "a value is not of the type its key asks for",
        "write it as the message says",
    ),
    entry(
        BAD_VALUE,
        "a value is malformed or outside its range",
        "correct the value; the message names the range",
    ),
    entry(
        OUTSIDE_HORIZON,
        "a date lies outside the months of the scenario",
        "move the date, or change first_month or months",
    ),
    entry(
        STAFFED_ABOVE_LICENSED,
        "more places are staffed than licensed",
        "lower staffed or raise licensed",
    ),
    entry(
        GIVEN_TWICE,
        "the same measure or demand is given twice",
        "keep one of them",
    ),
    entry(
        QUANTILES_CROSS,
        "the quantiles of a demand are not in order",
        "give p10, p50 and p90 so that none is less than the one before",
    ),
    entry(
        UNKNOWN_FACILITY,
        "a measure names a facility that the city does not have",
        "use an identifier of table facilities, or open the facility in the scenario",
    ),
    entry(
        FACILITY_EXISTS,
        "a new facility has the identifier of one the city has",
        "give it another identifier",
    ),
    entry(
        UNKNOWN_PLACE,
        "a provider or area is not in the city",
        "use a key of table providers or areas",
    ),
    entry(
        NOT_OPEN_THEN,
        "a measure falls on a day on which the facility is not open",
        "choose a day between its opening and its closing",
    ),
    entry(
        WRONG_DIRECTION,
        "an expansion lowers places, or a reduction raises them",
        "use the other kind of measure, or correct the places",
    ),
    entry(
        TRANSFER_TO_ITSELF,
        "the staff of a closing facility would move to that facility",
        "remove it from the list",
    ),
    entry(
        NOT_A_DISTRICT,
        "demand is given for an area that is no district",
        "give it for the district the area lies in, or leave the area out for the whole city",
    ),
    entry(
        NOTHING_TO_REPORT,
        "the scenario names no date to report on",
        "give report_dates or demand, or a horizon with a 1 March in it",
    ),
    entry(
        INSTANCE_INCOMPLETE,
        "a facility location file ends too early",
        "send the whole file, and check the two counts at its beginning",
    ),
    entry(
        NOT_A_NUMBER,
        "a word of a facility location file is no number",
        "write it as 12 or 12.5",
    ),
    entry(
        CAPACITY_NOT_GIVEN,
        "a facility location file holds a word in place of the capacities",
        "give the capacity of all facilities with --capacity",
    ),
    entry(
        NUMBER_OUT_OF_RANGE,
        "a number of a facility location file or of its options is out of range",
        "correct it: counts are whole and from 1, demands above 0, all others 0 or more",
    ),
    entry(
        INSTANCE_TOO_LONG,
        "a facility location file goes on after its last cost",
        "check the two counts at the beginning of the file",
    ),
    entry(
        CAPACITY_TOO_SMALL,
        "all facilities together cannot serve the demand",
        "give a larger --capacity, or more facilities",
    ),
    entry(
        INSTANCE_TOO_LARGE,
        "a facility location file has more costs than can be planned with",
        "plan a smaller area, or join customers",
    ),
    entry(
        NO_PLAN,
        "no plan was found within the limits",
        "raise the limit, or check that the facilities can serve all customers",
    ),
    entry(
        NO_PARENT,
        "the parent of a scenario cannot be read",
        "correct the name, or put the file beside the scenario",
    ),
    entry(
        PARENT_CIRCLE,
        "a scenario inherits from itself, or through more than sixteen files",
        "take one `parent` out of the circle",
    ),
    entry(
        AFTER_CLOSING,
        "a measure acts on a facility after the scenario has closed it",
        "move the measure before the closing, or drop one of the two",
    ),
    entry(
        CONTRADICTION,
        "two measures contradict each other",
        "keep one of them; the message says which",
    ),
    entry(
        WRONG_SPAN,
        "something ends before it begins",
        "give a later day for the end",
    ),
    entry(
        RAMP_UP,
        "the steps of a ramp-up do not rise",
        "give months that rise and shares that do not fall",
    ),
    entry(NEGATIVE_BUDGET, "a budget is negative", "give 0 or more"),
    entry(
        TOO_FEW_PLACES,
        "a measure takes more places or staff than there are",
        "lower the number, or move the measure to a later day",
    ),
    entry(
        NO_ROOM,
        "more staff would come than there are licensed or planned places for",
        "lower the number, or raise the places first",
    ),
    entry(
        NOTHING_TO_DROP,
        "[[drop]] names a measure that is not inherited",
        "name the measure and the keys as the parent has them",
    ),
    entry(
        NOT_JSON,
        "the scenario file is not JSON",
        "correct the line; a scenario is one JSON object",
    ),
    entry(
        SAME_CARE_TYPE,
        "places would be converted to their own care type",
        "name two care types, or use [[expand]] or [[shrink]]",
    ),
    entry(
        ONE_OF_TWO,
        "of two keys that exclude each other, none or both are given",
        "give exactly one of them",
    ),
    entry(
        LEVERS_WITHOUT_PATHS,
        "a scenario has levers, but its demand is not simulated",
        "give the city a population by single ages to 12 and contracts, or remove the levers",
    ),
    entry(
        MATRIX_HEADER,
        "a matrix of travel times has other columns",
        "give area,facility,minutes and, for several modes, mode",
    ),
    entry(
        MATRIX_AREA,
        "a matrix of travel times names an area that the city does not have",
        "use a key of table areas, or remove the row",
    ),
    entry(
        MATRIX_FACILITY,
        "a matrix of travel times names a facility that neither the city nor the scenario has",
        "use a key of table facilities or of [[open]], or remove the row",
    ),
    entry(
        MATRIX_VALUE,
        "minutes or mode of a matrix of travel times cannot be read",
        "write minutes from 0 to 1440 and one of walk, bicycle, car, public_transport",
    ),
    entry(
        MATRIX_TWICE,
        "a way stands twice in a matrix of travel times",
        "keep one of the rows",
    ),
    entry(
        MATRIX_MISSING,
        "ways from an area where children live are missing in a matrix of travel times",
        "add a row for each facility; a matrix is never completed by estimates",
    ),
    entry(
        MATRIX_AND_ESTIMATE,
        "[travel] names a matrix and an assumption of the estimate",
        "remove matrix, or remove detour, kilometres_per_hour and extra_minutes",
    ),
    entry(
        NOT_COMPARABLE,
        "scenarios that are to be compared do not start from the same city",
        "plan them with the same city, known_on, report_dates, demand and target_cover",
    ),
    entry(
        NO_SET,
        "no set of closures and openings meets all constraints",
        "relax one of the constraints the message names: together they cannot be met",
    ),
    entry(
        CHOSEN_TWICE,
        "a facility that may be chosen is closed or opened by the scenario anyway",
        "remove it from [optimise], or remove its [[close]] or [[open]]",
    ),
    entry(
        COST_UNKNOWN,
        "a facility that may be chosen has no cost",
        "add [[optimise.cost]] with facility, once and yearly",
    ),
    entry(
        COUNTS_CONTRADICT,
        "the fewest and the most closures contradict each other",
        "lower fewest_closures, raise most_closures or name more candidates",
    ),
    entry(
        NOTHING_TO_JUDGE,
        "no demand is known on any day after a possible closure, so the cover cannot be judged",
        "add [[demand]] for a day after close_on, or report_dates that the forecast reaches",
    ),
    entry(
        WAYS_UNKNOWN,
        "the constraint on ways cannot be judged",
        "give table area_shapes the centres of the home areas the message names, or remove within_limit",
    ),
    entry(
        NOTHING_TO_CHOOSE,
        "constraints or scores stand in the file and nothing can be chosen",
        "add the section [optimise] with candidates or openings",
    ),
    entry(
        SEARCH_UNDECIDED,
        "a limit ended the search before a set of closures was found or excluded",
        "raise node_limit or time_limit_seconds",
    ),
];
