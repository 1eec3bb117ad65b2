//! The error index of the tables.

use domain::ErrorCode;

const fn code(code: &'static str, cause: &'static str, remedy: &'static str) -> ErrorCode {
    ErrorCode {
        code,
        cause,
        remedy,
    }
}

/// Every code this crate reports.
pub const ERROR_CODES: &[ErrorCode] = &[
    code(
        "E1001",
        "A file cannot be read: absent, truncated, or not of the format its ending names.",
        "Send the complete file again.",
    ),
    code(
        "E1002",
        "Text is not UTF-8.",
        "Save the file as UTF-8; it may be Windows-1252 or Latin-1.",
    ),
    code(
        "E1003",
        "A column is not in the schema.",
        "Remove it or correct its name; see datasets/SCHEMA.md.",
    ),
    code(
        "E1004",
        "A column of the schema is missing.",
        "Add it; leave its cells empty where the schema allows it.",
    ),
    code(
        "E1005",
        "A cell is not of its column's type.",
        "Correct the value.",
    ),
    code("E1006", "A required cell is empty.", "Fill it in."),
    code(
        "E1007",
        "A value lies outside its range, or a text is too long.",
        "Correct the value; datasets/SCHEMA.md names the range.",
    ),
    code(
        "E1008",
        "A value is not in the column's code list.",
        "Use one of the codes.",
    ),
    code(
        "E1009",
        "An identifier is malformed.",
        "Use 1 to 64 of A-Z a-z 0-9 . _ -",
    ),
    code(
        "E1010",
        "Two rows have the same key.",
        "Keep one of them, or correct a key.",
    ),
    code(
        "E1011",
        "A row names a row of another table that does not exist.",
        "Correct the value or add the row.",
    ),
    code(
        "E1012",
        "A span ends before it starts.",
        "Correct one of the two days.",
    ),
    code(
        "E1013",
        "Places are licensed on a day without a valid operating licence, before the first or between two licences.",
        "Add the missing licence, or end the places with the licence.",
    ),
    code(
        "E1014",
        "A child has two contracts on the same day (after-school care with childminding is allowed).",
        "End the earlier contract the day before the later one starts.",
    ),
    code(
        "E1015",
        "Two versions of a contract are known at the same time.",
        "End the earlier version's recorded time on the day the later one became known.",
    ),
    code(
        "E1016",
        "More places are staffed than licensed.",
        "Lower staffed or raise licensed.",
    ),
    code(
        "E1017",
        "A childminder site has more than five places (§ 43(3) SGB VIII).",
        "Lower the places or correct the kind of the facility.",
    ),
    code(
        "E1018",
        "A CSV row has more or fewer fields than the header.",
        "Put text that holds a comma into quotation marks, and fill every column.",
    ),
    code("E1019", "A column appears twice.", "Keep one of the two."),
    code(
        "E1020",
        "A required table is missing.",
        "Add its file to the city directory.",
    ),
    code(
        "E1021",
        "A table has two files.",
        "Keep one of CSV, Parquet and Arrow.",
    ),
    code(
        "E1022",
        "A Parquet or Arrow column has the wrong type.",
        "Write the column with the type of datasets/SCHEMA.md.",
    ),
    code("E1023", "An area lies in itself.", "Correct the parent."),
    code(
        "E1024",
        "More problems were found than are listed.",
        "Correct the ones listed and check again.",
    ),
    code(
        "E1025",
        "A table has too many rows.",
        "Split the city into parts.",
    ),
];
