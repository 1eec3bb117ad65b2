//! The list of an extract's files.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

/// One file of an extract.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ManifestEntry {
    /// File name.
    pub file: String,
    /// Rows after the header.
    pub rows: u64,
    /// SHA-256 of the bytes, 64 hexadecimal digits.
    pub sha256: String,
}

/// What an extract consists of: the same tables, days and rule set give the same manifest.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Manifest {
    /// The day counted, `YYYY-MM-DD`.
    pub reference_date: String,
    /// The day whose knowledge counts, `YYYY-MM-DD`.
    pub known_on: String,
    /// [`RULE_SET_VERSION`](crate::RULE_SET_VERSION) at the time.
    pub rule_set: String,
    /// Version of the parameters.
    pub parameters: String,
    /// The files in the order written, the manifest itself not among them.
    pub files: Vec<ManifestEntry>,
}

impl Manifest {
    /// SHA-256 over days, versions and the hashes of all files: names one snapshot of one report.
    #[must_use]
    pub fn snapshot_sha256(&self) -> String {
        let mut to = Hashing::new(io::sink());
        let days = [&self.reference_date, &self.known_on];
        let versions = [&self.rule_set, &self.parameters];
        let files = self.files.iter().flat_map(|it| [&it.file, &it.sha256]);
        for part in days.into_iter().chain(versions).chain(files) {
            // Hashing into nowhere cannot fail; a line feed stands in none of the parts.
            let _ = writeln!(to, "{part}");
        }
        to.finish()
    }
}

/// Passes bytes on and hashes them.
pub(crate) struct Hashing<W: Write> {
    to: W,
    hash: Sha256,
}

impl<W: Write> Hashing<W> {
    pub(crate) fn new(to: W) -> Self {
        Self {
            to,
            hash: Sha256::new(),
        }
    }

    /// The hash of everything written, in hexadecimal digits.
    pub(crate) fn finish(self) -> String {
        self.hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
