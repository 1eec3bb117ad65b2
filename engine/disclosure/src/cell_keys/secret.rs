//! The secret that turns pseudonyms into record keys.

use std::fmt;

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::CellKeyError;

/// Bytes a block of SHA-256 holds.
const BLOCK: usize = 64;

/// Fewest bytes of a secret.
const SHORTEST_SECRET: usize = 16;

/// A share of one, kept as a multiple of 2^-64: sums of record keys wrap at 1 exactly, so that a
/// cell key depends neither on the order of the records nor on how they were added up.
///
/// It belongs to one child at one date. `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RecordKey(pub(crate) u64);

impl RecordKey {
    /// A key from 0 up to, not including, 1, as the R packages ptable and cellKey use them; `None`
    /// outside.
    #[must_use]
    pub fn from_fraction(fraction: f64) -> Option<Self> {
        // Scaling by a power of two is exact.
        (0.0..1.0)
            .contains(&fraction)
            .then(|| Self((fraction * 2.0_f64.powi(64)) as u64))
    }

    /// A whole key from 0 to `modulus - 1`, as the cell-key method of the ONS uses them, with cell
    /// keys that are sums modulo `modulus`; `None` outside and where `modulus` is no power of two.
    ///
    /// ```
    /// use disclosure::RecordKey;
    /// assert!(RecordKey::from_integer(255, 256).is_some());
    /// assert!(RecordKey::from_integer(256, 256).is_none());
    /// assert!(RecordKey::from_integer(7, 100).is_none());
    /// ```
    #[must_use]
    pub fn from_integer(key: u64, modulus: u64) -> Option<Self> {
        let good = modulus.is_power_of_two() && modulus > 1 && key < modulus;
        good.then(|| Self(key << (64 - modulus.trailing_zeros())))
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordKey(..)")
    }
}

/// A secret with its version. Neither `Debug` nor any accessor shows the secret.
///
/// Who has it can undo the noise of every table made with it; who changes it changes every table.
///
/// ```
/// use disclosure::SecretKey;
/// let secret = SecretKey::new("2026", b"sixteen bytes or more, at random")?;
/// assert_eq!(format!("{secret:?}"), r#"SecretKey(version "2026")"#);
/// assert!(SecretKey::new("2026", b"short").is_err());
/// # Ok::<(), disclosure::CellKeyError>(())
/// ```
#[derive(Clone)]
pub struct SecretKey {
    version: String,
    /// After the padded key of the inner and of the outer hash.
    inner: Sha256,
    outer: Sha256,
}

impl SecretKey {
    /// A secret of at least 16 bytes (32 at random are usual) and its version.
    ///
    /// # Errors
    /// [`CellKeyError::Secret`] for a shorter secret or an empty version.
    pub fn new(version: impl Into<String>, secret: &[u8]) -> Result<Self, CellKeyError> {
        let version = version.into();
        if version.trim().is_empty() {
            let problem = "its version is empty";
            return Err(CellKeyError::Secret { problem });
        }
        if secret.len() < SHORTEST_SECRET {
            let problem = "it has fewer than 16 bytes";
            return Err(CellKeyError::Secret { problem });
        }
        let (inner, outer) = keyed(secret);
        Ok(Self {
            version,
            inner,
            outer,
        })
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The record keys of one reference date.
    #[must_use]
    pub fn on(&self, reference_date: Date) -> DatedKey {
        let mut header = Vec::new();
        let words = [
            "placewright record key 1",
            &self.version,
            &reference_date.to_string(),
        ];
        for word in words {
            header.extend((word.len() as u64).to_le_bytes());
            header.extend(word.as_bytes());
        }
        // Filled up to whole blocks, so that they are hashed once and not per child.
        header.resize(header.len().next_multiple_of(BLOCK), 0);
        let mut inner = self.inner.clone();
        inner.update(&header);
        DatedKey {
            inner,
            outer: self.outer.clone(),
        }
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(version {:?})", self.version)
    }
}

/// A secret for one reference date.
#[derive(Clone)]
pub struct DatedKey {
    inner: Sha256,
    outer: Sha256,
}

impl DatedKey {
    /// The key of one child: the first 64 bits of HMAC-SHA-256 over the version of the secret, the
    /// reference date and the pseudonym.
    #[must_use]
    pub fn record_key(&self, pseudonym: &str) -> RecordKey {
        let digest = finish(&self.inner, &self.outer, pseudonym.as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        RecordKey(u64::from_be_bytes(first))
    }
}

impl fmt::Debug for DatedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatedKey(..)")
    }
}

/// Both hashes of HMAC (RFC 2104) after their padded keys.
fn keyed(secret: &[u8]) -> (Sha256, Sha256) {
    let mut key = [0_u8; BLOCK];
    if secret.len() > BLOCK {
        key[..32].copy_from_slice(&Sha256::digest(secret));
    } else {
        key[..secret.len()].copy_from_slice(secret);
    }
    let start = |pad: u8| {
        let mut hash = Sha256::new();
        hash.update(key.map(|byte| byte ^ pad));
        hash
    };
    (start(0x36), start(0x5c))
}

fn finish(inner: &Sha256, outer: &Sha256, message: &[u8]) -> [u8; 32] {
    let mut inner = inner.clone();
    inner.update(message);
    let mut outer = outer.clone();
    outer.update(inner.finalize());
    outer.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hmac(secret: &[u8], message: &[u8]) -> String {
        let (inner, outer) = keyed(secret);
        let digest = finish(&inner, &outer, message);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_keyed_hash_gives_the_published_vectors_of_rfc_4231() {
        let cases: [(&[u8], &[u8], &str); 3] = [
            (
                &[0x0b; 20],
                b"Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ];
        for (secret, message, expected) in cases {
            assert_eq!(hmac(secret, message), expected);
        }
    }

    #[test]
    fn secret_version_date_and_pseudonym_all_change_the_key() {
        let key = |secret: &[u8], version: &str, day: i8, pseudonym: &str| {
            let secret = SecretKey::new(version, secret).unwrap();
            secret
                .on(jiff::civil::date(2026, 3, day))
                .record_key(pseudonym)
        };
        let base = key(&[7; 32], "1", 1, "child 1");
        assert_eq!(base, key(&[7; 32], "1", 1, "child 1"));
        assert_ne!(base, key(&[8; 32], "1", 1, "child 1"));
        assert_ne!(base, key(&[7; 32], "2", 1, "child 1"));
        assert_ne!(base, key(&[7; 32], "1", 2, "child 1"));
        assert_ne!(base, key(&[7; 32], "1", 1, "child 2"));
        assert_eq!(format!("{base:?}"), "RecordKey(..)");
    }
}
