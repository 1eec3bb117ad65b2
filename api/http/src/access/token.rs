//! Tokens: 32 random bytes, of which the store keeps the SHA-256 only.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::{Grant, ProcedureStore, StoreError};

/// What every token starts with, so that one found in a file is known for what it is.
const PREFIX: &str = "pw_";

/// Makes a token for a grant and keeps its hash. The token itself is given back once and nowhere kept.
///
/// # Errors
/// [`StoreError`], [`StoreError::Refused`] also if the system has no random bytes.
pub async fn issue_token(
    store: &impl ProcedureStore,
    grant: &Grant,
    now: Timestamp,
) -> Result<String, StoreError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Refused {
        what: "source of random bytes",
        value: error.to_string(),
        remedy: "check that the system has one",
    })?;
    let token = format!("{PREFIX}{}", hexadecimal(&bytes));
    store.keep_token(&token_sha256(&token), grant, now).await?;
    Ok(token)
}

/// The hash under which a token is kept, in lower-case hexadecimal digits.
#[must_use]
pub fn token_sha256(token: &str) -> String {
    hexadecimal(&Sha256::digest(token.as_bytes()))
}

/// Lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}
