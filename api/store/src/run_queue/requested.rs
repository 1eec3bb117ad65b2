//! A requested run and its states.

use jiff::Timestamp;

use super::MAXIMUM_REQUEST_BYTES;
use crate::StoreError;
use crate::session::Row;

/// A run to ask for.
#[derive(Debug, Clone, Copy)]
pub struct NewRun<'a> {
    /// Its key, new: 1 to 64 visible ASCII characters.
    pub key: &'a str,
    /// What is to be done, for example `forecast`: lower-case letters, digits and `-`, at most 32.
    pub kind: &'a str,
    /// The request, JSON, at most [`MAXIMUM_REQUEST_BYTES`].
    pub request: &'a [u8],
    /// Who asks.
    pub requested_by: &'a str,
    /// A key of the requester under which the same request may come again: 1 to 128 visible ASCII
    /// characters.
    pub idempotency_key: Option<&'a str>,
}

impl NewRun<'_> {
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let refused = |what, value: &str, remedy| {
            Err(StoreError::Refused {
                what,
                value: value.chars().take(200).collect(),
                remedy,
            })
        };
        let visible = |text: &str, most: usize| {
            !text.is_empty()
                && text.len() <= most
                && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if !visible(self.key, 64) {
            let remedy = "give 1 to 64 visible ASCII characters";
            return refused("key of a run", self.key, remedy);
        }
        let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !visible(self.kind, 32) || !self.kind.bytes().all(known) {
            let remedy = "give 1 to 32 lower-case letters, digits and hyphens";
            return refused("kind of a run", self.kind, remedy);
        }
        if let Some(key) = self.idempotency_key
            && !visible(key, 128)
        {
            let remedy = "give 1 to 128 visible ASCII characters";
            return refused("idempotency key", key, remedy);
        }
        if self.request.len() > MAXIMUM_REQUEST_BYTES {
            let size = format!("{} bytes", self.request.len());
            return refused("request of a run", &size, "give at most 4 MiB");
        }
        Ok(())
    }
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct RunProgress {
    /// What is being done.
    pub step: String,
    /// Parts done.
    pub done: u64,
    /// Parts in all; 0 if that is not known.
    pub of: u64,
}

/// What a process is told when it gives a sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Go on.
    GoOn,
    /// Somebody cancelled the run: stop, then call [`RunQueue::stop_run`](super::RunQueue::stop_run).
    Cancel,
    /// The run is no longer this process's: stop, and write nothing.
    Lost,
}

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunState {
    /// Nobody has taken it yet.
    Waiting,
    /// A process works on it.
    Running {
        /// The process.
        process: String,
        /// Whether it is to stop.
        cancel_asked: bool,
    },
    /// There is a result.
    Finished {
        /// Hash of the result.
        result_sha256: String,
        /// When it ended.
        at: Timestamp,
    },
    /// There is a problem.
    Failed {
        /// Its stable number.
        code: String,
        /// What happened and what to do.
        problem: String,
        /// When it ended.
        at: Timestamp,
    },
    /// Somebody cancelled it.
    Cancelled {
        /// When it ended.
        at: Timestamp,
    },
}

impl RunState {
    /// `waiting`, `running`, `finished`, `failed` or `cancelled`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running { .. } => "running",
            Self::Finished { .. } => "finished",
            Self::Failed { .. } => "failed",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

/// A run that somebody asked for, without its request and result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedRun {
    /// Its key.
    pub key: String,
    /// What is to be done.
    pub kind: String,
    /// Hash of the request.
    pub request_sha256: String,
    /// Who asked.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// Where it stands.
    pub state: RunState,
    /// How often a process took it.
    pub attempts: u32,
    /// How far it is, or was.
    pub progress: RunProgress,
}

/// A run of a row with the columns of every `select` of this module.
pub(super) fn read(row: &Row) -> Result<RequestedRun, StoreError> {
    let ended_at = || row.optional_parsed(12)?.ok_or_else(|| row.damaged(12));
    let required = |position| {
        row.optional_text(position)?
            .ok_or_else(|| row.damaged(position))
    };
    let state = match row.text_ref(5)? {
        "waiting" => RunState::Waiting,
        "running" => RunState::Running {
            process: required(7)?,
            cancel_asked: row.truth(11)?,
        },
        "finished" => RunState::Finished {
            result_sha256: required(15)?,
            at: ended_at()?,
        },
        "failed" => RunState::Failed {
            code: required(13)?,
            problem: required(14)?,
            at: ended_at()?,
        },
        "cancelled" => RunState::Cancelled { at: ended_at()? },
        _ => return Err(row.damaged(5)),
    };
    Ok(RequestedRun {
        key: row.text(0)?,
        kind: row.text(1)?,
        request_sha256: row.text(2)?,
        requested_by: row.text(3)?,
        requested_at: row.parsed(4)?,
        state,
        attempts: row.number(6)?,
        progress: RunProgress {
            step: row.text(8)?,
            done: row.number(9)?,
            of: row.number(10)?,
        },
    })
}
