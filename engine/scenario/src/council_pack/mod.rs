//! What a council reads: one page that holds everything, and its tables as files.
//!
//! The page is HTML without anything from outside: pictures stand in it as SVG, styles in its head, and
//! nothing is loaded. Every picture is followed by its table; tables have captions and header cells with
//! a scope, so that screen readers name row and column. The same content gives the same bytes.

mod html;

use std::io::{self, Write};

use crate::comparison::quoted;
use crate::findings::Language;

/// A table of texts with a caption; the first cell of each row names the row.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PackTable {
    /// What it shows.
    pub caption: String,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows, each as long as there are columns.
    pub rows: Vec<Vec<String>>,
}

impl PackTable {
    /// Writes the table as CSV: UTF-8, comma, header row, line feeds.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_csv(&self, mut target: impl Write) -> io::Result<()> {
        for row in std::iter::once(&self.columns).chain(&self.rows) {
            let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
            writeln!(target, "{}", cells.join(","))?;
        }
        Ok(())
    }
}

/// A picture with its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackPicture {
    /// The SVG document, made by `charts`: it carries its own title and description.
    pub svg: String,
    /// What it shows, as a caption.
    pub caption: String,
    /// The same figures for readers who do not see it.
    pub table: PackTable,
}

/// A part of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PackSection {
    /// Its heading.
    pub heading: String,
    /// Sentences before the pictures.
    pub paragraphs: Vec<String>,
    /// A list of findings.
    pub findings: Vec<String>,
    /// Pictures, each followed by its table.
    pub pictures: Vec<PackPicture>,
    /// Tables of their own.
    pub tables: Vec<PackTable>,
}

/// A council pack in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CouncilPack {
    /// Language of the page.
    pub language: Language,
    /// Title of the page.
    pub title: String,
    /// One sentence below it.
    pub subtitle: String,
    /// The parts, in order.
    pub sections: Vec<PackSection>,
    /// How the figures came about: methods, sources, protection.
    pub notes: Vec<String>,
}

impl CouncilPack {
    /// Writes the page.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    ///
    /// ```
    /// use scenario::{CouncilPack, Language, PackSection, PackTable};
    /// let table = PackTable {
    ///     caption: "Places".to_owned(),
    ///     columns: vec!["district".to_owned(), "places".to_owned()],
    ///     rows: vec![vec!["Süd <b>".to_owned(), "310".to_owned()]],
    /// };
    /// let pack = CouncilPack {
    ///     language: Language::English,
    ///     title: "Plan".to_owned(),
    ///     subtitle: String::new(),
    ///     sections: vec![PackSection { tables: vec![table], ..PackSection::default() }],
    ///     notes: Vec::new(),
    /// };
    /// let mut page = Vec::new();
    /// pack.write_html(&mut page)?;
    /// let page = String::from_utf8(page).unwrap();
    /// assert!(page.contains("<th scope=\"row\">Süd &lt;b&gt;</th>"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn write_html(&self, target: impl Write) -> io::Result<()> {
        html::write(self, target)
    }

    /// Every table, those of pictures included, in the order of the page.
    pub fn tables(&self) -> impl Iterator<Item = &PackTable> {
        self.sections.iter().flat_map(|section| {
            let pictures = section.pictures.iter().map(|picture| &picture.table);
            pictures.chain(&section.tables)
        })
    }
}
