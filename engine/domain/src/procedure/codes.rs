//! The error index of the procedure.

use crate::ErrorCode;

use super::decide::IMPORT_ERROR_CODES;

/// The error index of the procedure: refusals, then rows of an initial load.
pub const ERROR_CODES: &[ErrorCode] = &ALL;

const ALL: [ErrorCode; REFUSALS.len() + IMPORT_ERROR_CODES.len()] = {
    let mut all = [REFUSALS[0]; REFUSALS.len() + IMPORT_ERROR_CODES.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < REFUSALS.len() {
            REFUSALS[at]
        } else {
            IMPORT_ERROR_CODES[at - REFUSALS.len()]
        };
        at += 1;
    }
    all
};

/// Why a command is refused; see [`super::Refusal`].
const REFUSALS: &[ErrorCode] = &[
    ErrorCode {
        code: "E7020",
        cause: "an offer leaves the order suggested last and no reason code is given (K16)",
        remedy: "send override_reason with one of the reason codes, or compute a new list first",
    },
    ErrorCode {
        code: "E7021",
        cause: "points name another version than the provider's catalogue in force",
        remedy: "give the points of the version in force and name it as catalogue_version",
    },
    ErrorCode {
        code: "E7022",
        cause: "a version of a catalogue exists with another content",
        remedy: "give every change a new version",
    },
    ErrorCode {
        code: "E7023",
        cause: "a catalogue would begin on or before the day of the newest one",
        remedy: "give a later first day: what was in force never changes",
    },
    ErrorCode {
        code: "E9001",
        cause: "a child is not known",
        remedy: "register the child first",
    },
    ErrorCode {
        code: "E9002",
        cause: "an application is not the child's",
        remedy: "check the key",
    },
    ErrorCode {
        code: "E9003",
        cause: "an offer is not the child's",
        remedy: "check the key",
    },
    ErrorCode {
        code: "E9004",
        cause: "a contract is not the child's",
        remedy: "check the key",
    },
    ErrorCode {
        code: "E9005",
        cause: "a facility is not known",
        remedy: "check the key",
    },
    ErrorCode {
        code: "E9006",
        cause: "a provider is not known",
        remedy: "check the key",
    },
    ErrorCode {
        code: "E9007",
        cause: "a suggestion list is not known",
        remedy: "compute a list first",
    },
    ErrorCode {
        code: "E9008",
        cause: "a freed place is not waiting",
        remedy: "look at the cascade again",
    },
    ErrorCode {
        code: "E9009",
        cause: "something with this key exists",
        remedy: "use another key",
    },
    ErrorCode {
        code: "E9010",
        cause: "parallel applications without consent to automatic withdrawal (K39)",
        remedy: "record the custodians' consent first",
    },
    ErrorCode {
        code: "E9011",
        cause: "consent cannot be revoked while parallel applications are open",
        remedy: "withdraw all but one application first",
    },
    ErrorCode {
        code: "E9012",
        cause: "more parallel applications than the city allows (K15)",
        remedy: "withdraw some applications first",
    },
    ErrorCode {
        code: "E9013",
        cause: "a child applies twice at a facility",
        remedy: "change the open application",
    },
    ErrorCode {
        code: "E9014",
        cause: "a rank is given twice or out of range",
        remedy: "give every open application its own rank from 1 to 20",
    },
    ErrorCode {
        code: "E9015",
        cause: "a submission without wishes",
        remedy: "hand in at least one wish",
    },
    ErrorCode {
        code: "E9016",
        cause: "a date lies in the past",
        remedy: "give a day to come",
    },
    ErrorCode {
        code: "E9017",
        cause: "a date lies in the future",
        remedy: "give a day that has come",
    },
    ErrorCode {
        code: "E9018",
        cause: "two dates are in the wrong order",
        remedy: "correct one of the dates",
    },
    ErrorCode {
        code: "E9019",
        cause: "the time to answer an offer is longer than the city allows",
        remedy: "give an earlier day to answer",
    },
    ErrorCode {
        code: "E9020",
        cause: "the age at the start does not fit the care type",
        remedy: "choose another care type or start",
    },
    ErrorCode {
        code: "E9021",
        cause: "a facility takes no applications: not in the needs plan, not open, without licence, or its provider does not take part (K11, K19, K27, K43, K47, K48)",
        remedy: "ask the provider or the city",
    },
    ErrorCode {
        code: "E9022",
        cause: "a place is not free in every month of the stay",
        remedy: "offer a shorter stay or raise the staffed places",
    },
    ErrorCode {
        code: "E9023",
        cause: "an application is no longer in the procedure",
        remedy: "look at its state; submit a new one if need be",
    },
    ErrorCode {
        code: "E9024",
        cause: "an application already has an offer that holds a place",
        remedy: "wait for the answer or revoke the offer",
    },
    ErrorCode {
        code: "E9025",
        cause: "an offer is no longer waiting for an answer",
        remedy: "look at the state of the offer",
    },
    ErrorCode {
        code: "E9026",
        cause: "the last day to answer an offer has passed",
        remedy: "ask the provider for a new offer",
    },
    ErrorCode {
        code: "E9027",
        cause: "two confirmed offers are a conflict (K38)",
        remedy: "release the confirmed offer first",
    },
    ErrorCode {
        code: "E9028",
        cause: "a child would have two contracts on a day",
        remedy: "end the other contract or choose another start",
    },
    ErrorCode {
        code: "E9029",
        cause: "a contract has ended",
        remedy: "correct the contract instead",
    },
    ErrorCode {
        code: "E9030",
        cause: "a value is not allowed",
        remedy: "use an allowed value",
    },
    ErrorCode {
        code: "E9031",
        cause: "an override without a reason code (K16)",
        remedy: "give a reason code",
    },
    ErrorCode {
        code: "E9032",
        cause: "a reordered list names other applications",
        remedy: "name every application of the list once",
    },
    ErrorCode {
        code: "E9033",
        cause: "what was asked for is already so",
        remedy: "nothing is to be done",
    },
    ErrorCode {
        code: "E9034",
        cause: "an initial load has wrong rows; nothing was taken in",
        remedy: "correct the rows named and hand the file in again",
    },
    ErrorCode {
        code: "E9035",
        cause: "a job tried to decide for a person (P10)",
        remedy: "let a person do it",
    },
    ErrorCode {
        code: "E9036",
        cause: "the date for loading existing children has passed (K42)",
        remedy: "ask the city for a new date",
    },
];
