//! The numbers of what can be wrong with an instance.

use domain::{ErrorCode, InputProblem};

pub(crate) const NEGATIVE: &str = "E5050";
pub(crate) const UNKNOWN_ATOM: &str = "E5051";
pub(crate) const NOT_ADDITIVE: &str = "E5052";
pub(crate) const MISSING_CODE: &str = "E5053";
pub(crate) const UNKNOWN_CODE: &str = "E5054";
pub(crate) const CYCLE: &str = "E5055";
pub(crate) const TWICE: &str = "E5056";
pub(crate) const TOO_LARGE: &str = "E5057";
pub(crate) const UNKNOWN_COLUMN: &str = "E5058";
pub(crate) const NOT_PROVEN: &str = "E5059";
pub(crate) const SOLVER: &str = "E5060";
pub(crate) const CONTRADICTION: &str = "E5061";
pub(crate) const MAGNITUDE: &str = "E5062";
pub(crate) const RULE: &str = "E5063";

const fn entry(code: &'static str, cause: &'static str, remedy: &'static str) -> ErrorCode {
    ErrorCode {
        code,
        cause,
        remedy,
    }
}

/// E5050 and above, in order.
pub(crate) const INSTANCE_CODES: [ErrorCode; 14] = [
    entry(
        NEGATIVE,
        "a count of an instance is negative",
        "correct the count; children are 0 or more",
    ),
    entry(
        UNKNOWN_ATOM,
        "a published sum names an atom that does not exist, or one twice",
        "number the atoms from 0 and name each once",
    ),
    entry(
        NOT_ADDITIVE,
        "a published total is not the sum of its atoms",
        "correct the total or the atoms; leave the total out to have it added up",
    ),
    entry(
        MISSING_CODE,
        "a record or an atom lacks a code",
        "give one code per column, none empty",
    ),
    entry(
        UNKNOWN_CODE,
        "a code is not in the list of its column, or is not one of the finest",
        "add the code to the list; count records at codes without parts",
    ),
    entry(
        CYCLE,
        "the hierarchy of a code list runs in a circle",
        "correct the parents",
    ),
    entry(
        TWICE,
        "a column, a code or a table appears twice",
        "give every one its own name",
    ),
    entry(
        TOO_LARGE,
        "an instance has too many atoms or too many memberships",
        "publish fewer dimensions together, or split the release",
    ),
    entry(
        UNKNOWN_COLUMN,
        "a table names a column without a code list, or none at all",
        "add the code list, or correct the name",
    ),
    entry(
        NOT_PROVEN,
        "the protection of an instance could not be proven, so nothing was released",
        "keep the input and report it as a defect; coarsen the tables meanwhile",
    ),
    entry(
        SOLVER,
        "the solver gave no answer on an instance",
        "see the solver's message; coarsen the tables if it names a limit",
    ),
    entry(
        CONTRADICTION,
        "a pattern of hidden cells does not belong to the instance",
        "give one mark per cell of the instance",
    ),
    entry(
        MAGNITUDE,
        "an amount of a magnitude table is missing, negative or not finite",
        "give every contributor an amount of 0 or more",
    ),
    entry(
        RULE,
        "a rule for magnitude tables has a parameter outside its range",
        "give 1 or more contributors and a share above 0 and below 100 per cent",
    ),
];

/// The remedy the list gives for a code.
pub(crate) fn problem(code: &'static str, name: &str, message: impl Into<String>) -> InputProblem {
    let remedy = INSTANCE_CODES
        .iter()
        .find(|entry| entry.code == code)
        .map_or("", |entry| entry.remedy);
    InputProblem::new(code, name, message).remedy(remedy)
}
