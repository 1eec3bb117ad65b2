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
        "E6109",
        "A group of a child or member of staff is no group of its facility, or their numbers differ.",
        "Correct or add the group in the register.",
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
        "E6114",
        "Hours, start or particulars of a member of staff are impossible or incomplete.",
        "Correct the row of the staff register.",
    ),
    code(
        "E6115",
        "The children of a childminder do not add up, or are more than allowed.",
        "Correct the number of children in the register or the contracts; confirm more than five.",
    ),
    code(
        "E6116",
        "Joint childminding has fewer persons than two.",
        "Complete the register of joint childminding, or confirm.",
    ),
    code(
        "E6117",
        "Nine-hour equivalents do not fit the children, or contracted hours are no usual tier.",
        "Draw the extract again, or confirm the hours.",
    ),
    code(
        "E6118",
        "Sums of a cost publication differ from the total as published.",
        "Correct the sum before publication.",
    ),
    code(
        "E6119",
        "Ratios of a cost publication differ from staff keys or hours.",
        "Check the split, or confirm it.",
    ),
    code(
        "E6120",
        "Children, places or nine-hour equivalents changed clearly against the year before.",
        "Take note; correct the source if it is a mistake.",
    ),
    code(
        "E6121",
        "The extract's children differ from the contracts active on the reference date.",
        "Follow the reason given: as a rule the facility's dates or the contract are wrong.",
    ),
    code(
        "E6122",
        "A DatML document breaks a rule of the format.",
        "Have the document written again; report a defect if it stays.",
    ),
    code(
        "E6130",
        "A register cannot be read as CSV.",
        "Save the table as CSV with commas, UTF-8 and a header row.",
    ),
    code(
        "E6131",
        "A register's header misses a column, or has one it should not have.",
        "Use the columns of docs/REPORTING.md.",
    ),
    code("E6132", "A cell of a register is empty.", "Fill the cell."),
    code(
        "E6133",
        "A cell of a register holds a value that cannot be used.",
        "Follow the remedy told with the row; codes are whole numbers, a substitute day is a month-end.",
    ),
    code(
        "E6134",
        "A row of a register is given twice.",
        "Keep one of the rows.",
    ),
    code(
        "E6135",
        "A register names a facility or child the city does not have.",
        "Correct the key or take the row out.",
    ),
    code(
        "E6136",
        "A substitute day lies after the reference date.",
        "Give the last month-end before the reference date on which the facility was open.",
    ),
    code(
        "E6140",
        "An XML document is not well-formed, or holds what is never accepted (DTD, processing instructions, foreign entities).",
        "Have it written again by its sender.",
    ),
    code(
        "E6141",
        "An XML document has an element or attribute the format does not foresee, or misses one.",
        "Follow the order of elements in docs/REPORTING.md.",
    ),
    code(
        "E6142",
        "An XML document breaks a rule of the format that its grammar cannot express.",
        "Follow the rule told with the place.",
    ),
    code(
        "E6150",
        "Parameters are no TOML of the expected form.",
        "Compare with engine/reporting/parameters.toml.",
    ),
    code(
        "E6151",
        "A value of the parameters cannot be used.",
        "Correct the entry named.",
    ),
    code(
        "E6160",
        "A cost publication cannot be read as CSV.",
        "Save the table as CSV with semicolons, UTF-8 and a header row.",
    ),
    code(
        "E6161",
        "The header of a cost publication misses a column, or has one it should not have.",
        "Use the columns of docs/REPORTING.md.",
    ),
    code(
        "E6162",
        "A cell of a cost publication cannot be read.",
        "Write kinds as kiga_9h and euros with two decimals.",
    ),
    code(
        "E6163",
        "A kind of care is given twice in a cost publication.",
        "Keep one of the rows.",
    ),
    code(
        "E6165",
        "No staff key is known for a care type on the day.",
        "Add one valid on that day to the parameters.",
    ),
    code(
        "E6166",
        "A staffing requirement exceeds the range of exact numbers.",
        "Check the keys in the parameters.",
    ),
];
