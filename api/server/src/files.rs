//! Files and folders: the only place that opens and writes them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use tables::schema::TableName;
use tables::{City, Format, Opened, TableSource};

use crate::failure::Failure;
use crate::progress::Progress;

/// Opens a file to read.
pub(crate) fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|error| Failure::open(path, &error))
}

/// A file's name for messages.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |n| n.to_string_lossy().into_owned(),
    )
}

/// The tables a city directory holds, each from its one file.
pub(crate) fn city_sources(folder: &Path) -> Result<BTreeMap<TableName, TableSource>, Failure> {
    if !folder.is_dir() {
        return Err(Failure::argument(
            "E8002",
            &folder.display().to_string(),
            "the city directory does not exist",
            "give a folder with the tables of datasets/SCHEMA.md; `placewright generate` writes one",
        ));
    }
    let mut sources = BTreeMap::new();
    let mut problems = Vec::new();
    for table in TableName::ALL {
        let found: Vec<(Format, PathBuf)> = Format::ALL
            .into_iter()
            .map(|format| {
                (
                    format,
                    folder.join(format!("{table}.{}", format.extension())),
                )
            })
            .filter(|(_, path)| path.exists())
            .collect();
        match found.as_slice() {
            [] => {}
            [(format, path)] => {
                let (format, path) = (*format, path.clone());
                let opener = path.clone();
                let source = TableSource::new(name(&path), format, move || {
                    File::open(&opener).map(Opened::File)
                });
                sources.insert(table, source);
            }
            several => {
                let names: Vec<String> = several.iter().map(|(_, path)| name(path)).collect();
                problems.push(
                    domain::InputProblem::new(
                        "E1021",
                        &names.join(" and "),
                        format!("table {table} has two files"),
                    )
                    .remedy("keep one of them"),
                );
            }
        }
    }
    if problems.is_empty() {
        Ok(sources)
    } else {
        Err(Failure::Input(problems))
    }
}

/// Reads and checks a city directory, with a progress line per table.
pub(crate) fn read_city(folder: &Path, progress: &Progress) -> Result<City, Failure> {
    let sources = city_sources(folder)?;
    let bar = progress.steps("reading", sources.len());
    let city =
        City::read(&sources, &mut |table, _| bar.step(table.as_str())).map_err(Failure::Input)?;
    bar.done();
    Ok(city)
}

/// A folder of results that appears whole or not at all.
///
/// Files are written beside it and moved into place by [`Self::publish`]; dropped before that,
/// everything is removed.
pub(crate) struct OutputFolder {
    target: PathBuf,
    staging: PathBuf,
    hashes: BTreeMap<String, String>,
}

impl OutputFolder {
    /// Prepares a folder.
    pub(crate) fn new(target: &Path) -> anyhow::Result<Self> {
        let parent = target
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        std::fs::create_dir_all(parent)
            .with_context(|| format!("creating {} for the results", parent.display()))?;
        let staging = parent.join(format!(".{}.{}.tmp", name(target), std::process::id()));
        if staging.exists() {
            std::fs::remove_dir_all(&staging)?;
        }
        std::fs::create_dir_all(&staging)
            .with_context(|| format!("creating {} for the results", staging.display()))?;
        Ok(Self {
            target: target.to_owned(),
            staging,
            hashes: BTreeMap::new(),
        })
    }

    /// Where a file is written before it is published.
    pub(crate) fn path(&self, file: &str) -> anyhow::Result<PathBuf> {
        let path = self.staging.join(file);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        Ok(path)
    }

    /// Writes one file with what `write` gives it, and notes its hash.
    pub(crate) fn write<E: Into<anyhow::Error>>(
        &mut self,
        file: &str,
        write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
    ) -> anyhow::Result<()> {
        let path = self.path(file)?;
        let mut target = Hashing {
            inner: BufWriter::new(File::create(&path).with_context(|| format!("creating {file}"))?),
            hash: Sha256::new(),
        };
        write(&mut target)
            .map_err(Into::into)
            .with_context(|| format!("writing {file}"))?;
        target.inner.flush()?;
        self.hashes
            .insert(file.to_owned(), hex(&target.hash.finalize()));
        Ok(())
    }

    /// Lets `write` fill a folder inside this one.
    pub(crate) fn within<T>(
        &mut self,
        folder: &str,
        write: impl FnOnce(&mut Self) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let mut inner = Self::new(&self.path(folder)?)?;
        let value = write(&mut inner)?;
        for (file, hash) in &inner.hashes {
            self.hashes.insert(format!("{folder}/{file}"), hash.clone());
        }
        inner.publish()?;
        Ok(value)
    }

    /// SHA-256 of every file written with [`Self::write`].
    pub(crate) const fn hashes(&self) -> &BTreeMap<String, String> {
        &self.hashes
    }

    /// Moves everything to its place, replacing files of the same name.
    pub(crate) fn publish(self) -> anyhow::Result<PathBuf> {
        move_into(&self.staging, &self.target)?;
        Ok(self.target.clone())
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        if self.staging.exists() {
            // Nothing can be done about a folder that will not go.
            let _ = std::fs::remove_dir_all(&self.staging);
        }
    }
}

/// Moves the files of a folder into another, folder by folder.
fn move_into(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to).with_context(|| format!("creating {}", to.display()))?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            move_into(&entry.path(), &target)?;
        } else {
            std::fs::rename(entry.path(), &target)
                .with_context(|| format!("moving {} into place", target.display()))?;
        }
    }
    Ok(())
}

/// Writes through and hashes what it writes.
struct Hashing<W> {
    inner: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

/// Opens a file of a contract that is CSV, or Parquet or Arrow with the same columns, as CSV text.
pub(crate) fn open_as_csv(path: &Path) -> Result<Box<dyn Read>, Failure> {
    let file = open(path)?;
    match Format::of_file_name(&name(path)) {
        Some(format @ (Format::Parquet | Format::Arrow)) => {
            let path = path.to_owned();
            let source = TableSource::new(name(&path), format, move || {
                File::open(&path).map(Opened::File)
            });
            let text = tables::csv_of(&source).map_err(|problem| Failure::Input(vec![problem]))?;
            Ok(Box::new(std::io::Cursor::new(text)))
        }
        Some(Format::Csv) | None => Ok(Box::new(std::io::BufReader::with_capacity(1 << 18, file))),
    }
}

/// The one file of a folder with this stem, in any format; `None` if there is none.
pub(crate) fn contract_file(folder: &Path, stem: &str) -> Result<Option<PathBuf>, Failure> {
    let found: Vec<PathBuf> = Format::ALL
        .into_iter()
        .map(|format| folder.join(format!("{stem}.{}", format.extension())))
        .filter(|path| path.exists())
        .collect();
    match found.as_slice() {
        [] => Ok(None),
        [path] => Ok(Some(path.clone())),
        _ => Err(Failure::argument(
            "E1021",
            &folder.join(stem).display().to_string(),
            "the table has several files",
            "keep one of CSV, Parquet and Arrow",
        )),
    }
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_folder_that_is_not_published_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("results");
        let mut output = OutputFolder::new(&target).unwrap();
        output.write("a/b.txt", |w| w.write_all(b"text")).unwrap();
        drop(output);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_published_folder_holds_every_file_and_keeps_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("results");
        std::fs::create_dir_all(&target).unwrap();
        std::fs::write(target.join("old.txt"), "old").unwrap();
        let mut output = OutputFolder::new(&target).unwrap();
        output.write("a/b.txt", |w| w.write_all(b"abc")).unwrap();
        assert_eq!(
            output.hashes()["a/b.txt"],
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        output.publish().unwrap();
        assert_eq!(
            std::fs::read_to_string(target.join("a/b.txt")).unwrap(),
            "abc"
        );
        assert_eq!(
            std::fs::read_to_string(target.join("old.txt")).unwrap(),
            "old"
        );
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
