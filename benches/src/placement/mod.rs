//! The placement procedure at the size of a city: what is in the database and what is done to it.

pub mod applicants;
pub mod city;
pub mod database;
pub mod existing;
mod keys;
pub mod latencies;

use std::io;

use domain::ActorId;
use domain::procedure::{Actor, Command, HumanActor, Role};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use store::{Envelope, IdempotencyKey, ProcedureStore as _, Receipt, SqlStore, sha256_of};

/// The day on which everything is decided.
pub const TODAY: Date = date(2027, 1, 15);

/// The moment of it.
const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

/// The member of a provider's staff who acts.
///
/// # Panics
///
/// Never: the account is an identifier.
#[must_use]
pub fn staff() -> HumanActor {
    HumanActor {
        id: ActorId::new("head-of-kita").expect("letters and dashes are an identifier"),
        role: Role::ProviderStaff,
    }
}

/// What a request carries besides its command; with `name` as the key against repetition, as every
/// writing request of the API has one.
#[must_use]
pub fn envelope(name: Option<&str>) -> Envelope {
    Envelope {
        actor: Actor::Human(staff()),
        on_behalf_of: None,
        correlation_id: "bench".to_owned(),
        at: NOW,
        today: TODAY,
        idempotency: name.map(|name| IdempotencyKey {
            key: name.to_owned(),
            request_sha256: sha256_of(name.as_bytes()),
        }),
        expected_revision: None,
    }
}

/// Carries out a command that is not to be refused.
///
/// # Errors
///
/// When it is refused, or the database does not answer.
pub async fn perform(store: &SqlStore, command: &Command) -> io::Result<Receipt> {
    store
        .perform(&envelope(None), command)
        .await
        .map_err(|error| io::Error::other(format!("{}: {error}", command.name())))
}
