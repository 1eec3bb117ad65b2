//! What can go wrong, with stable numbers.

use domain::ErrorCode;

/// The error index of this crate.
pub const ERROR_CODES: &[ErrorCode] = &[
    ErrorCode {
        code: "E7001",
        cause: "the database could not be opened",
        remedy: "check that the folder exists and may be written, and that the file is a database of this program",
    },
    ErrorCode {
        code: "E7002",
        cause: "the database could not be brought to the form this program needs",
        remedy: "a database of a newer program needs the newer program; otherwise restore the last backup",
    },
    ErrorCode {
        code: "E7003",
        cause: "the content of a table does not have the hash given with it",
        remedy: "read the file again; nothing was written",
    },
    ErrorCode {
        code: "E7004",
        cause: "a name, hash, version or size was refused",
        remedy: "see the message for what is allowed; nothing was written",
    },
    ErrorCode {
        code: "E7005",
        cause: "something stored does not have the hash it was stored with",
        remedy: "the file is damaged: restore the last backup",
    },
    ErrorCode {
        code: "E7006",
        cause: "a transaction failed; nothing of it was written",
        remedy: "try again; if it stays, check space and rights of the disk",
    },
    ErrorCode {
        code: "E7007",
        cause: "an idempotency key was used for another request",
        remedy: "use a new key for a new request",
    },
    ErrorCode {
        code: "E7008",
        cause: "somebody else changed what was decided on in between",
        remedy: "read it again and decide anew",
    },
    ErrorCode {
        code: "E7030",
        cause: "another table was released while the gate decided on this one",
        remedy: "ask again: the gate then knows the other table",
    },
    ErrorCode {
        code: "E7051",
        cause: "several processes stopped while they worked on a run, so it was given up",
        remedy: "look for what stopped them (memory, a restart), ask for something smaller, or ask again",
    },
];

/// Why the store did not answer. On every error nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database does not open.
    #[error(
        "E7001: the database {path} could not be opened ({source}); check folder, rights and file"
    )]
    Open {
        /// The path as given.
        path: String,
        /// What the driver said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The schema does not fit.
    #[error("E7002: the database could not be migrated ({source}); is it from a newer program?")]
    Migrate {
        /// What the driver said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Hash and content differ.
    #[error(
        "E7003: table {name:?} has the hash {found}, but {given} was given; read the file again"
    )]
    HashMismatch {
        /// Name of the table.
        name: String,
        /// The hash given.
        given: String,
        /// The hash of the content.
        found: String,
    },
    /// A value outside its limits.
    #[error("E7004: the {what} {value:?} is refused; {remedy}")]
    Refused {
        /// What was given.
        what: &'static str,
        /// The value.
        value: String,
        /// The way out.
        remedy: &'static str,
    },
    /// Stored content that changed on the disk.
    #[error("E7005: {what} {name:?} is damaged in the database; restore the last backup")]
    Damaged {
        /// What is damaged.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Another release came in between.
    #[error(
        "E7030: the table was judged beside {expected} releases and the ledger holds {found}; nothing was written, ask again"
    )]
    LedgerChanged {
        /// Releases of the ledger that decided.
        expected: u64,
        /// Releases found.
        found: u64,
    },
    /// An idempotency key stood for another request.
    #[error(
        "E7007: the idempotency key was used for another request; use a new key for a new request"
    )]
    KeyReused,
    /// The database refused.
    #[error(
        "E7006: the transaction {transaction:?} failed ({source}); nothing was written, try again"
    )]
    Transaction {
        /// Name of the transaction.
        transaction: &'static str,
        /// What the driver said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StoreError {
    /// The stable number of the rule broken.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "E7001",
            Self::Migrate { .. } => "E7002",
            Self::HashMismatch { .. } => "E7003",
            Self::Refused { .. } => "E7004",
            Self::Damaged { .. } => "E7005",
            Self::Transaction { .. } => "E7006",
            Self::KeyReused => "E7007",
            Self::LedgerChanged { .. } => "E7030",
        }
    }
}
