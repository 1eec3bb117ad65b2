//! What is kept of a release, as bytes only the service may read.
//!
//! The least the gate needs: scope, name and rules of the release, its classifications (each node with
//! its leaves and parts), and per cell its nodes, **its exact count** and what was shown of it. The
//! counts are needed to know which differences with later tables are small, and how months differ.
//!
//! Layout: the text `placewright ledger 1\n`, the fields below in order, and the SHA-256 of all that
//! precedes it. Whole numbers are LEB128, texts and lists have their length before them, an
//! optional field a byte 0 or 1. Fields: population, date (ISO 8601), revision, name, minimum, zeros (0 shown,
//! 1 suppressed), ambiguity (0 full, 1 width), parts said apart (classification, code, parts),
//! axes (classification, exhaustive, declares, nodes: code, optional members, parts), sensitive
//! axes, cells (nodes, count, 0 exact, 1 suppressed or 2 with least and most), identity (32 bytes), hash of what
//! readers see.

use sha2::{Digest, Sha256};

use super::LedgerError;
use super::stated::{
    Ambiguity, AxisNode, ReleaseAxis, ReleaseCell, ReleaseScope, Rules, Shown, StatedRelease,
};
use crate::policy::ZeroRule;

const HEAD: &[u8] = b"placewright ledger 1\n";

/// Most entries of a list: no release comes near it, damaged bytes may.
const MOST_ENTRIES: u64 = 4_000_000;

impl StatedRelease {
    /// The release as the ledger keeps it. **Confidential**: holds exact counts of single children. Keep
    /// it where only the service reads, and never beside the tables for readers.
    #[must_use]
    pub fn to_confidential_bytes(&self) -> Vec<u8> {
        let mut out = Writer(HEAD.to_vec());
        out.text(&self.scope.population);
        out.text(&self.scope.date.to_string());
        out.number(u64::from(self.scope.revision));
        out.text(&self.name);
        out.number(u64::from(self.rules.minimum));
        out.flag(self.rules.zeros == ZeroRule::Suppressed);
        out.flag(self.rules.ambiguity == Ambiguity::Width);
        out.number(self.parts.len() as u64);
        for (base, code, parts) in &self.parts {
            out.text(base);
            out.text(code);
            out.texts(parts);
        }
        out.number(self.axes.len() as u64);
        for axis in &self.axes {
            out.text(&axis.base);
            out.flag(axis.exhaustive);
            out.flag(axis.declares);
            out.number(axis.nodes.len() as u64);
            for node in &axis.nodes {
                out.text(&node.code);
                out.flag(node.members.is_some());
                if let Some(members) = &node.members {
                    out.texts(members);
                }
                out.numbers(&node.parts);
            }
        }
        out.numbers(&self.sensitive_axes);
        out.number(self.cells.len() as u64);
        for cell in &self.cells {
            out.numbers(&cell.nodes);
            out.number(cell.count);
            match cell.shown {
                Shown::Exact => out.number(0),
                Shown::Suppressed => out.number(1),
                Shown::Within { least, most } => {
                    out.number(2);
                    out.number(least);
                    out.number(most);
                }
            }
        }
        out.0.extend(self.identity);
        out.text(&self.content_sha256);
        let hash = Sha256::digest(&out.0);
        out.0.extend(hash);
        out.0
    }

    /// Reads what [`Self::to_confidential_bytes`] wrote.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] for bytes that are anything else.
    pub fn from_confidential_bytes(bytes: &[u8]) -> Result<Self, LedgerError> {
        let damaged = |problem| LedgerError::Damaged { problem };
        let body = bytes
            .len()
            .checked_sub(32)
            .and_then(|end| bytes.split_at_checked(end))
            .filter(|(body, hash)| Sha256::digest(body)[..] == **hash)
            .map(|(body, _)| body)
            .ok_or(damaged("its hash does not fit"))?;
        let rest = body
            .strip_prefix(HEAD)
            .ok_or(damaged("it is of another version"))?;
        let mut input = Reader(rest);
        let release = input
            .release()
            .ok_or(damaged("it ends early or holds an impossible value"))?;
        if !input.0.is_empty() || !release.is_consistent() {
            return Err(damaged("its parts do not fit together"));
        }
        Ok(release)
    }

    fn is_consistent(&self) -> bool {
        let nodes_fit = |axis: &ReleaseAxis| {
            let nodes = axis.nodes.len() as u32;
            nodes > 0
                && axis
                    .nodes
                    .iter()
                    .all(|node| node.parts.iter().all(|&part| part < nodes))
        };
        self.axes.iter().all(nodes_fit)
            && self
                .sensitive_axes
                .iter()
                .all(|&axis| (axis as usize) < self.axes.len())
            && self.cells.iter().all(|cell| {
                cell.nodes.len() == self.axes.len()
                    && cell
                        .nodes
                        .iter()
                        .zip(&self.axes)
                        .all(|(&node, axis)| (node as usize) < axis.nodes.len())
            })
    }
}

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn numbers(&mut self, values: &[u32]) {
        self.number(values.len() as u64);
        values
            .iter()
            .for_each(|&value| self.number(u64::from(value)));
    }

    fn flag(&mut self, value: bool) {
        self.0.push(u8::from(value));
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend(text.as_bytes());
    }

    fn texts(&mut self, texts: &[String]) {
        self.number(texts.len() as u64);
        texts.iter().for_each(|text| self.text(text));
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return None;
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn small(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    fn list<T>(&mut self, mut entry: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let length = self.number().filter(|&length| length <= MOST_ENTRIES)?;
        // Not reserved at once: the length may be wrong.
        let mut entries = Vec::new();
        for _ in 0..length {
            entries.push(entry(self)?);
        }
        Some(entries)
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }

    fn texts(&mut self) -> Option<Vec<String>> {
        self.list(Self::text)
    }

    fn axis(&mut self) -> Option<ReleaseAxis> {
        Some(ReleaseAxis {
            base: self.text()?,
            exhaustive: self.flag()?,
            declares: self.flag()?,
            nodes: self.list(|input| {
                Some(AxisNode {
                    code: input.text()?,
                    members: if input.flag()? {
                        Some(input.texts()?)
                    } else {
                        None
                    },
                    parts: input.list(Self::small)?,
                })
            })?,
        })
    }

    fn cell(&mut self) -> Option<ReleaseCell> {
        Some(ReleaseCell {
            nodes: self.list(Self::small)?,
            count: self.number()?,
            shown: match self.number()? {
                0 => Shown::Exact,
                1 => Shown::Suppressed,
                2 => Shown::Within {
                    least: self.number()?,
                    most: self.number()?,
                },
                _ => return None,
            },
        })
    }

    fn release(&mut self) -> Option<StatedRelease> {
        let population = self.text()?;
        let date = self.text()?.parse().ok()?;
        let revision = self.small()?;
        let name = self.text()?;
        let minimum = self.small()?;
        let zeros = if self.flag()? {
            ZeroRule::Suppressed
        } else {
            ZeroRule::Published
        };
        let ambiguity = if self.flag()? {
            Ambiguity::Width
        } else {
            Ambiguity::Full
        };
        let parts = self.list(|input| Some((input.text()?, input.text()?, input.texts()?)))?;
        let axes = self.list(Self::axis)?;
        let sensitive_axes = self.list(Self::small)?;
        let cells = self.list(Self::cell)?;
        let (identity, rest) = self.0.split_first_chunk::<32>()?;
        self.0 = rest;
        Some(StatedRelease {
            scope: ReleaseScope::new(population, date).revised(revision),
            name,
            rules: Rules {
                minimum,
                zeros,
                ambiguity,
            },
            parts,
            axes,
            sensitive_axes,
            cells,
            identity: *identity,
            content_sha256: self.text()?,
        })
    }
}
