//! The numbers of what can be wrong with a spec, with microdata and with a published table.

use domain::{ErrorCode, InputProblem};

use crate::perturbing_codes::PERTURBING_CODES;

pub(crate) const SYNTAX: &str = "E5020";
pub(crate) const UNKNOWN_KEY: &str = "E5021";
pub(crate) const MISSING_KEY: &str = "E5022";
pub(crate) const WRONG_VALUE: &str = "E5023";
pub(crate) const LEDGER_NOT_COVERED: &str = "E5026";
pub(crate) const NAMED_TWICE: &str = "E5027";
pub(crate) const UNKNOWN_DIMENSION: &str = "E5028";
pub(crate) const MEMBERS_NEEDED: &str = "E5029";
pub(crate) const UNREADABLE: &str = "E5030";
pub(crate) const COLUMN: &str = "E5031";
pub(crate) const FIELD_COUNT: &str = "E5032";
pub(crate) const NOT_UTF8: &str = "E5033";
pub(crate) const EMPTY: &str = "E5034";
pub(crate) const UNKNOWN_CODE: &str = "E5035";
pub(crate) const BAD_COUNT: &str = "E5036";
pub(crate) const MORE_PROBLEMS: &str = "E5037";
pub(crate) const STATUS: &str = "E5038";
pub(crate) const CELL: &str = "E5039";
pub(crate) const CONTRADICTION: &str = "E5040";
pub(crate) const UNKNOWN_TABLE: &str = "E5041";
pub(crate) const RULE_PARAMETERS: &str = "E5100";
pub(crate) const RULE_METHOD: &str = "E5101";
pub(crate) const AMOUNT: &str = "E5102";
pub(crate) const AMOUNTS_NOT_PROVEN: &str = "E5103";
pub(crate) const BASE_TOO_FINE: &str = "E5104";
pub(crate) const JOINT_TOO_LARGE: &str = "E5105";
pub(crate) const PARAMETERS: &str = "E5079";
pub(crate) const RECORDS: &str = "E5080";
pub(crate) const PSEUDONYM: &str = "E5081";

const fn entry(code: &'static str, cause: &'static str, remedy: &'static str) -> ErrorCode {
    ErrorCode {
        code,
        cause,
        remedy,
    }
}

/// E5020 and above, in order.
pub(crate) const SPEC_CODES: [ErrorCode; 20] = [
    entry(
        SYNTAX,
        "a protection spec cannot be parsed",
        "correct the syntax at the place named",
    ),
    entry(
        UNKNOWN_KEY,
        "a protection spec holds a key that does not exist",
        "correct its spelling or remove it",
    ),
    entry(MISSING_KEY, "a protection spec lacks a key", "add the key"),
    entry(
        WRONG_VALUE,
        "a value of a protection spec is not one the key takes",
        "give what the message asks for",
    ),
    entry(
        LEDGER_NOT_COVERED,
        "a spec names a ledger of earlier releases: the ledger is not part of a spec",
        "remove the key and give the ledger on the command line: `placewright protect --ledger DATABASE --date YYYY-MM-DD`",
    ),
    entry(
        NAMED_TWICE,
        "a protection spec names a dimension, a member or a table twice, or the count column as a dimension",
        "keep one of them",
    ),
    entry(
        UNKNOWN_DIMENSION,
        "a table of a protection spec names a dimension that the spec does not describe",
        "add a [[dimension]] with this column, or correct the name",
    ),
    entry(
        MEMBERS_NEEDED,
        "empty cells are to be suppressed and the members of a dimension are not listed",
        "list them under members: a member that shows only where somebody is would tell that somebody is there",
    ),
    entry(
        UNREADABLE,
        "the microdata or the table cannot be read, or has no header or no row",
        "give a CSV file in UTF-8 with a header and at least one row",
    ),
    entry(
        COLUMN,
        "a column is missing, stands twice in the header, or is not part of a released table",
        "correct the header",
    ),
    entry(
        FIELD_COUNT,
        "a row has more or fewer fields than the header",
        "quote fields that hold a comma, and fill up short rows",
    ),
    entry(NOT_UTF8, "a field is not UTF-8", "save the file as UTF-8"),
    entry(
        EMPTY,
        "a field is empty",
        "fill it in, or give the unknown a code of its own",
    ),
    entry(
        UNKNOWN_CODE,
        "a code is not a member of its dimension, or is one that has parts",
        "add it to the spec, or count the record at the finest member",
    ),
    entry(
        BAD_COUNT,
        "a count is not a whole number from 0 to 1,000,000",
        "give how many children the record stands for",
    ),
    entry(
        MORE_PROBLEMS,
        "an input has more problems than are listed",
        "correct those listed and run again",
    ),
    entry(
        STATUS,
        "the value and the status of a table cell do not fit",
        "give a whole number with published, perturbed, rounded or merged, 0 with zero, and no value with suppressed, primary or secondary",
    ),
    entry(
        CELL,
        "a cell of a table appears twice or is missing",
        "give every combination of members once, the totals _total included",
    ),
    entry(
        CONTRADICTION,
        "the published numbers of a table contradict each other",
        "correct the total or the cells: no table of children agrees with them",
    ),
    entry(
        UNKNOWN_TABLE,
        "the spec has no table of this name",
        "name one of its tables",
    ),
];

/// E5100 and above, in order: rules about contributors, and tables rounded together.
pub(crate) const AMOUNT_CODES: [ErrorCode; 6] = [
    entry(
        RULE_PARAMETERS,
        "the parameters of the rule dominance or p_percent are missing, out of range or belong to another rule",
        "give the table of parameters named like the rule: amount, contributor, percent and, for dominance, contributors",
    ),
    entry(
        RULE_METHOD,
        "a rule about contributors stands beside something that is for counts of children only",
        "use method = \"suppression\" without zeros = \"suppressed\", without count, without --ledger, and three contributors or more",
    ),
    entry(
        AMOUNT,
        "an amount is not a number of 0 or more with two decimals at most, or too large",
        "give the amount like 1234.50, and larger ones in a larger unit",
    ),
    entry(
        AMOUNTS_NOT_PROVEN,
        "tables of amounts could not be proven safe, or the spec is not about amounts",
        "use rule = \"dominance\" or \"p_percent\"; otherwise keep the input and report it as a defect",
    ),
    entry(
        BASE_TOO_FINE,
        "the base of rounding is not above k, so that a shown 0 or base tells a small count to within fewer than k children",
        "raise the base above k: base = 5 for k = 3",
    ),
    entry(
        JOINT_TOO_LARGE,
        "the tables of a spec have too many combinations to be rounded together",
        "round fewer tables together, or drop a dimension",
    ),
];

/// The way out of a problem, as the error index has it.
pub(crate) fn remedy(code: &str) -> &'static str {
    SPEC_CODES
        .iter()
        .chain(&PERTURBING_CODES)
        .chain(&AMOUNT_CODES)
        .find(|entry| entry.code == code)
        .map_or("", |entry| entry.remedy)
}

/// Most problems of one input that are listed one by one.
const MOST_LISTED: usize = 1_000;

/// Problems of one input, all of them counted and the first thousand listed.
pub(crate) struct Problems<'a> {
    file: &'a str,
    listed: Vec<InputProblem>,
    more: u64,
}

impl<'a> Problems<'a> {
    pub(crate) fn of(file: &'a str) -> Self {
        Self {
            file,
            listed: Vec::new(),
            more: 0,
        }
    }

    /// A problem of the whole input.
    pub(crate) fn file(&mut self, code: &'static str, message: impl Into<String>) {
        self.keep(InputProblem::new(code, self.file, message));
    }

    /// A problem of a key of a spec.
    pub(crate) fn key(&mut self, code: &'static str, key: &str, value: &str, message: &str) {
        let mut problem = InputProblem::new(code, self.file, message);
        problem.column = Some(key.to_owned());
        problem.value = Some(value.to_owned());
        self.keep(problem);
    }

    /// A problem of a whole row.
    pub(crate) fn row(&mut self, code: &'static str, row: u64, message: impl Into<String>) {
        let mut problem = InputProblem::new(code, self.file, message);
        problem.row = Some(row);
        self.keep(problem);
    }

    /// A problem of one field of a row.
    pub(crate) fn field(
        &mut self,
        code: &'static str,
        (row, column, value): (u64, &str, &str),
        message: impl Into<String>,
    ) {
        self.keep(InputProblem::new(code, self.file, message).at(row, column, value));
    }

    fn keep(&mut self, problem: InputProblem) {
        if self.listed.len() >= MOST_LISTED {
            self.more += 1;
            return;
        }
        let way_out = remedy(problem.code);
        self.listed.push(problem.remedy(way_out));
    }

    /// Whether nothing is wrong so far.
    pub(crate) fn none(&self) -> bool {
        self.listed.is_empty()
    }

    /// `value`, unless something is wrong.
    pub(crate) fn or<T>(self, value: T) -> Result<T, Vec<InputProblem>> {
        if self.none() {
            Ok(value)
        } else {
            Err(self.into_list())
        }
    }

    /// What is wrong; a last entry says how much more there is.
    pub(crate) fn into_list(mut self) -> Vec<InputProblem> {
        if self.more > 0 {
            let message = format!("{} further problems are not listed", self.more);
            let problem = InputProblem::new(MORE_PROBLEMS, self.file, message);
            self.listed.push(problem.remedy(remedy(MORE_PROBLEMS)));
        }
        self.listed
    }
}
