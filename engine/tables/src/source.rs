//! Where a table comes from.

use std::fs::File;
use std::io::{self, Cursor};
use std::sync::Arc;

/// The file formats every table can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// RFC 4180, UTF-8, comma, header row.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// Apache Arrow IPC file.
    Arrow,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Parquet, Self::Arrow];

    /// File extension without the dot; also the name on the command line.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }

    /// The format of a file name, by its extension.
    #[must_use]
    pub fn of_file_name(name: &str) -> Option<Self> {
        let extension = name.rsplit_once('.')?.1;
        Self::ALL
            .into_iter()
            .find(|format| format.extension().eq_ignore_ascii_case(extension))
    }
}

/// An opened source.
pub enum Opened {
    /// A file on disk, opened by the caller.
    File(File),
    /// Bytes in memory.
    Bytes(Cursor<Arc<[u8]>>),
}

type Opener = Box<dyn Fn() -> io::Result<Opened> + Send + Sync>;

/// A table that can be read, more than once.
///
/// The engine opens no files; the caller says how to.
pub struct TableSource {
    file: String,
    format: Format,
    open: Opener,
}

impl TableSource {
    /// A source that `open` opens anew for every pass.
    pub fn new(
        file: impl Into<String>,
        format: Format,
        open: impl Fn() -> io::Result<Opened> + Send + Sync + 'static,
    ) -> Self {
        Self {
            file: file.into(),
            format,
            open: Box::new(open),
        }
    }

    /// A source in memory.
    pub fn bytes(file: impl Into<String>, format: Format, bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes: Arc<[u8]> = bytes.into();
        Self::new(file, format, move || {
            Ok(Opened::Bytes(Cursor::new(Arc::clone(&bytes))))
        })
    }

    /// The name used in messages.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The format.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Opens it.
    ///
    /// # Errors
    ///
    /// Whatever the caller's opener reports.
    pub fn open(&self) -> io::Result<Opened> {
        (self.open)()
    }
}

impl std::fmt::Debug for TableSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableSource")
            .field("file", &self.file)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}
