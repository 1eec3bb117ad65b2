//! How the table of an office is written.

use std::collections::{BTreeMap, BTreeSet};

use domain::InputProblem;
use serde_json::Value;

use crate::age::AgeClass;
use crate::levers::{Fields, Problems, check_version, parse_toml};
use crate::quality::codes;

/// What stands in rows and what in columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfficialLayout {
    /// One row per area, year and age group; the columns of these and of the persons.
    Long {
        /// Column of the area.
        area: String,
        /// Column of the year.
        year: String,
        /// Column of the age group.
        age: String,
        /// Column of the persons.
        persons: String,
    },
    /// One row per area and year, one column per age group.
    AgesInColumns {
        /// Column of the area.
        area: String,
        /// Column of the year.
        year: String,
    },
    /// One row per area and age group, one column per year.
    YearsInColumns {
        /// Column of the area.
        area: String,
        /// Column of the age group.
        age: String,
    },
}

/// How the table of an office is written: a TOML file beside it, so that nothing is guessed.
///
/// ```
/// use forecast::OfficialMapping;
/// let text = r#"
/// version = 1
/// edition = "Bevölkerungsprognose 2024"
/// published = 2024
/// layout = "ages_in_columns"
/// [columns]
/// area = "Stadtteil"
/// year = "Jahr"
/// "#;
/// let mapping = OfficialMapping::read(text, "mapping.toml").expect("a right mapping");
/// assert_eq!(mapping.delimiter, b';');
/// let problems = OfficialMapping::read("version = 1", "mapping.toml").expect_err("refused");
/// assert!(problems.iter().any(|problem| problem.code == "E4092"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct OfficialMapping {
    /// Name of the edition.
    pub edition: String,
    /// Year of publication.
    pub published: i32,
    /// Rows and columns.
    pub layout: OfficialLayout,
    /// Between fields; `;` unless given.
    pub delimiter: u8,
    /// Decimal sign; `,` unless given.
    pub decimal: char,
    /// Sign between thousands, if any; `.` unless given.
    pub thousands: Option<char>,
    /// Whether the bytes are Windows-1252 (or Latin-1) instead of UTF-8.
    pub windows_1252: bool,
    /// Rows above the header that are left out.
    pub skip_rows: usize,
    /// Our code of an area by its name in the table; a name that is a code needs no entry.
    pub areas: BTreeMap<String, String>,
    /// Ages by their name in the table; German age groups need no entry.
    pub ages: BTreeMap<String, AgeClass>,
    /// Areas left out: sums such as `Stadt insgesamt`.
    pub skip_areas: BTreeSet<String>,
    /// Age groups left out: sums such as `insgesamt`.
    pub skip_ages: BTreeSet<String>,
}

impl OfficialMapping {
    /// Reads the mapping; `file` names it in messages.
    ///
    /// # Errors
    ///
    /// Every problem of the file at once.
    pub fn read(text: &str, file: &str) -> Result<Self, Vec<InputProblem>> {
        let mut problems = Problems::new(file);
        let Some(table) = parse_toml(text, &mut problems) else {
            return Err(problems.list);
        };
        let mut root = Fields::new("", table);
        check_version(&mut root, &mut problems);
        let found = read_keys(&mut root, &mut problems);
        root.finish(&mut problems);
        match found {
            Some(mapping) if problems.list.is_empty() => Ok(mapping),
            _ => Err(problems.list),
        }
    }
}

fn read_keys(root: &mut Fields, problems: &mut Problems<'_>) -> Option<OfficialMapping> {
    let edition = root.text(problems, "edition");
    let published = root.whole(problems, "published", 1800..=2200);
    let layout = layout(root, problems);
    let delimiter = sign(root, problems, "delimiter", Some(';'));
    let decimal = sign(root, problems, "decimal", Some(','));
    let thousands = sign(root, problems, "thousands", Some('.'));
    if let (Some(Some(decimal)), Some(Some(thousands))) = (decimal, thousands)
        && decimal == thousands
    {
        let message = format!("{decimal:?} cannot stand for decimals and thousands");
        problems.note(codes::BAD_MAPPING, "thousands", None, message);
    }
    let encoding = root.text_or(problems, "encoding");
    let windows_1252 = match encoding.as_deref() {
        None | Some("utf-8") => Some(false),
        Some("windows-1252" | "iso-8859-1") => Some(true),
        Some(other) => {
            let message = format!("{other:?} is none of utf-8, windows-1252, iso-8859-1");
            problems.note(codes::BAD_MAPPING, "encoding", None, message);
            None
        }
    };
    let skip_rows = root.whole_or(problems, "skip_rows", 0..=1_000);
    let skip_areas = texts(root, problems, "skip_areas");
    let skip_ages = texts(root, problems, "skip_ages");
    let areas = root.table(problems, "areas").unwrap_or_default();
    let areas = areas.into_iter().filter_map(|(name, code)| match code {
        Value::String(code) => Some((name, code)),
        other => {
            let message = format!("the code of {name:?} is no text");
            problems.note(codes::WRONG_TYPE, "areas", Some(&other), message);
            None
        }
    });
    let areas: BTreeMap<String, String> = areas.collect();
    let ages = root.table(problems, "ages").unwrap_or_default();
    let ages = ages.into_iter().filter_map(|(name, ages)| {
        let class = ages.as_str().and_then(|text| text.parse().ok());
        if class.is_none() {
            let message = format!("the ages of {name:?} are no `3` or `3-5`");
            problems.note(codes::BAD_MAPPING, "ages", Some(&ages), message);
        }
        Some((name, class?))
    });
    let ages: BTreeMap<String, AgeClass> = ages.collect();
    Some(OfficialMapping {
        edition: edition?,
        published: published?,
        layout: layout?,
        delimiter: delimiter?.and_then(|sign| u8::try_from(sign).ok())?,
        decimal: decimal??,
        thousands: thousands?,
        windows_1252: windows_1252?,
        skip_rows: skip_rows.unwrap_or(0).unsigned_abs() as usize,
        areas,
        ages,
        skip_areas: skip_areas?,
        skip_ages: skip_ages?,
    })
}

fn layout(root: &mut Fields, problems: &mut Problems<'_>) -> Option<OfficialLayout> {
    let layout = root.text(problems, "layout");
    let table = root.table(problems, "columns")?;
    let mut columns = Fields::new("columns", table);
    let found = (|| match layout?.as_str() {
        "long" => {
            let mut column = |key: &str| columns.text(problems, key);
            let names = (
                column("area"),
                column("year"),
                column("age"),
                column("persons"),
            );
            Some(OfficialLayout::Long {
                area: names.0?,
                year: names.1?,
                age: names.2?,
                persons: names.3?,
            })
        }
        "ages_in_columns" => {
            let (area, year) = (
                columns.text(problems, "area"),
                columns.text(problems, "year"),
            );
            Some(OfficialLayout::AgesInColumns {
                area: area?,
                year: year?,
            })
        }
        "years_in_columns" => {
            let (area, age) = (
                columns.text(problems, "area"),
                columns.text(problems, "age"),
            );
            Some(OfficialLayout::YearsInColumns {
                area: area?,
                age: age?,
            })
        }
        other => {
            let message = format!("{other:?} is none of long, ages_in_columns, years_in_columns");
            problems.note(codes::BAD_MAPPING, "layout", None, message);
            None
        }
    })();
    columns.finish(problems);
    found
}

/// A single sign; an empty text is none. `None` if it cannot be used.
fn sign(
    root: &mut Fields,
    problems: &mut Problems<'_>,
    key: &str,
    otherwise: Option<char>,
) -> Option<Option<char>> {
    if !root.has(key) {
        return Some(otherwise);
    }
    let text = root.text(problems, key)?;
    let mut signs = text.chars();
    match (signs.next(), signs.next()) {
        (None, _) if key == "thousands" => Some(None),
        (Some(sign), None) if sign.is_ascii() && !sign.is_ascii_digit() => Some(Some(sign)),
        _ => {
            let message = format!("{text:?} is no single sign");
            problems.note(codes::BAD_MAPPING, key, None, message);
            None
        }
    }
}

fn texts(root: &mut Fields, problems: &mut Problems<'_>, key: &str) -> Option<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for value in root.list(problems, key)? {
        match value {
            Value::String(text) => {
                found.insert(text);
            }
            other => {
                let message = "this is not a text";
                problems.note(codes::WRONG_TYPE, key, Some(&other), message);
            }
        }
    }
    Some(found)
}
