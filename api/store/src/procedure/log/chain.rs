//! What the hash of a log entry covers.

use sha2::{Digest as _, Sha256};

/// The hash before the first entry.
pub(crate) const BEGINNING: &str =
    "0000000000000000000000000000000000000000000000000000000000000000";

/// SHA-256 over the name of the log and every field in order. Each field is written with its length,
/// a missing one as such, so no two entries have the same bytes. The last field is the hash before.
pub(crate) fn hash_of(log: &str, fields: &[Option<&str>]) -> String {
    let mut hash = Sha256::new();
    hash.update(b"placewright log 1\0");
    for field in std::iter::once(&Some(log)).chain(fields) {
        match field {
            None => hash.update([0]),
            Some(text) => {
                hash.update([1]);
                hash.update((text.len() as u64).to_le_bytes());
                hash.update(text.as_bytes());
            }
        }
    }
    crate::hash::hexadecimal(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_a_byte_between_fields_or_dropping_one_changes_the_hash() {
        let base = hash_of("changes", &[Some("ab"), Some("c"), None]);
        for other in [
            hash_of("changes", &[Some("a"), Some("bc"), None]),
            hash_of("changes", &[Some("ab"), Some("c"), Some("")]),
            hash_of("changes", &[Some("ab"), Some("c")]),
            hash_of("access", &[Some("ab"), Some("c"), None]),
        ] {
            assert_ne!(base, other);
        }
        assert_eq!(base.len(), 64);
    }
}
