//! Shared inputs of the benches, and the measuring of whole processes.
//!
//! A bench answers one question. What runs in one process is timed by criterion; where a peer is
//! another program, our side runs as a program of its own too ([`process`]), from the same file, and
//! the processor time of both is compared: on a shared machine the clock on the wall says little.

pub mod cities;
pub mod city_cells;
pub mod contracts;
pub mod cube;
pub mod placement;
pub mod process;
pub mod rounds;

use std::io;
use std::path::{Path, PathBuf};

/// What a bench executable was called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Figures are wanted: full inputs, peers, tables.
    Measure,
    /// Only whether it still runs: tiny inputs, no other processes, no tables.
    Try,
}

impl Purpose {
    /// What the arguments of this process ask for: `cargo bench` passes `--bench`; its test mode
    /// adds `--test`; `cargo test` and `cargo nextest` pass neither or ask for a list.
    #[must_use]
    pub fn of_this_run() -> Self {
        let asked = |word: &str| std::env::args().any(|argument| argument == word);
        if asked("--bench") && !asked("--test") && !asked("--list") {
            Self::Measure
        } else {
            Self::Try
        }
    }
}

/// A folder of inputs; a tiny one is removed again when dropped.
#[derive(Debug)]
pub struct Inputs {
    folder: PathBuf,
    keep: bool,
}

impl Inputs {
    /// Inputs of full size, generated once, below cargo's folder for temporary files.
    ///
    /// `build` fills a new folder, which takes its final name only when complete.
    ///
    /// # Errors
    ///
    /// Whatever creating the folder or `build` reports.
    pub fn kept(
        temporary: &str,
        name: &str,
        build: impl FnOnce(&Path) -> Built,
    ) -> io::Result<Self> {
        let folder = Path::new(temporary).join("bench-input").join(name);
        if !folder.is_dir() {
            let unfinished = Self::tiny(temporary, name, build)?;
            std::fs::rename(unfinished.path(), &folder)?;
        }
        Ok(Self { folder, keep: true })
    }

    /// Tiny inputs for this process alone: several may run side by side.
    ///
    /// # Errors
    ///
    /// Whatever creating the folder or `build` reports.
    pub fn tiny(
        temporary: &str,
        name: &str,
        build: impl FnOnce(&Path) -> Built,
    ) -> io::Result<Self> {
        let name = format!("{name}-of-process-{}", std::process::id());
        let inputs = Self {
            folder: Path::new(temporary).join("bench-input").join(name),
            keep: false,
        };
        std::fs::create_dir_all(inputs.path())?;
        build(inputs.path())?;
        Ok(inputs)
    }

    /// Where the files lie.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.folder
    }
}

/// What filling a folder gives.
pub type Built = io::Result<()>;

impl Drop for Inputs {
    fn drop(&mut self) {
        if !self.keep {
            // Gone already if it was kept under its final name; else nothing depends on it.
            drop(std::fs::remove_dir_all(&self.folder));
        }
    }
}
