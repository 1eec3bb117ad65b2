//! Content hashes.

use sha2::{Digest, Sha256};

/// SHA-256 in lower-case hexadecimal digits.
///
/// ```
/// assert!(store::sha256_of(b"").starts_with("e3b0c442"));
/// ```
#[must_use]
pub fn sha256_of(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a text is a SHA-256 in lower-case hexadecimal digits.
pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
