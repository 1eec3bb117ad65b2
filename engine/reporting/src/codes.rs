//! The error index of reporting.

use domain::ErrorCode;

const fn code(code: &'static str, cause: &'static str, remedy: &'static str) -> ErrorCode {
    ErrorCode {
        code,
        cause,
        remedy,
    }
}

/// Every code this crate reports: E60.. for runs that stop, E61.. for plausibility rules (E6104 is
/// rule E4).
pub const ERROR_CODES: &[ErrorCode] = &[
    code(
        "E6001",
        "An extract could not read a table of the city.",
        "Validate the city directory and correct what is reported.",
    ),
    code(
        "E6002",
        "A contract names a child or facility that no table has.",
        "Add the missing row or correct the contract.",
    ),
    code(
        "E6003",
        "A cell is empty or holds a value no extract can use.",
        "Correct the table; contracted hours are whole quarter hours.",
    ),
    code(
        "E6004",
        "No state grant rate is known for the day asked for.",
        "Add a rate valid on that day to the grant table.",
    ),
    code(
        "E6005",
        "Two state grant rates start on one day.",
        "Keep one of them.",
    ),
    code(
        "E6006",
        "A file of an extract could not be written.",
        "Check that the target is writable and has room.",
    ),
    code(
        "E6101",
        "Two records have the same number.",
        "Draw the extract again; records were changed after numbering.",
    ),
    code(
        "E6102",
        "A child record has no facility record, or a facility with children has no child record.",
        "Report both; a facility without children reports 0 children.",
    ),
    code(
        "E6103",
        "A value is not in the code list or range of its column.",
        "Correct the value at its source.",
    ),
    code(
        "E6104",
        "The number of children of a facility differs from its child records.",
        "Draw the extract again; records were changed after counting.",
    ),
    code(
        "E6105",
        "A birth is impossible: month, after the reference date, or 14 years ago and more.",
        "Correct the date of birth, or end the contract.",
    ),
    code(
        "E6106",
        "An admission lies before the birth or after the reference date.",
        "Correct the date of birth or the start of the contract.",
    ),
    code(
        "E6107",
        "Hours or days of care a week are impossible or unusual.",
        "Correct the contracted hours or days, or confirm them.",
    ),
    code(
        "E6108",
        "School attendance, class and age do not fit together.",
        "Correct the school class or the date of birth, or confirm them.",
    ),
    code(
        "E6110",
        "A child has two contracts on the reference date.",
        "Confirm it (after-school care and childminding may go together) or end one contract.",
    ),
    code(
        "E6111",
        "Opening times are in the wrong order or shorter than contracted care.",
        "Correct the opening times or the contracted hours.",
    ),
    code(
        "E6112",
        "The closing days of the previous year are impossible or unusually many.",
        "Correct or confirm them.",
    ),
    code(
        "E6113",
        "A facility has clearly more children than approved places.",
        "Check licence and contracts; places that are shared by several children are to be confirmed.",
    ),
    code(
        "E6117",
        "Nine-hour equivalents do not fit the children, or contracted hours are no usual tier.",
        "Draw the extract again, or confirm the hours.",
    ),
    code(
        "E6121",
        "The extract's children differ from the contracts active on the reference date.",
        "Follow the reason given: as a rule the facility's dates or the contract are wrong.",
    ),
];
