//! The schema as a page for people: `datasets/SCHEMA.md`.

use std::fmt::Write as _;

use super::{ColumnKind, SCHEMAS, Schema};

/// The whole schema as Markdown; `datasets/SCHEMA.md` must equal it to the byte.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(HEAD);
    for schema in &SCHEMAS {
        table(&mut page, schema);
    }
    page
}

const HEAD: &str = "\
# City directory: tables and columns

Generated from `engine/tables`; do not edit. A city directory holds one file per table, named after it:
`areas.csv`, `areas.parquet` or `areas.arrow`, and so on. CSV is UTF-8, comma, header row, RFC 4180; Parquet and
Arrow carry the same column names. Columns may stand in any order; extra columns are refused. An empty CSV cell is
a null. Dates are `YYYY-MM-DD`, flags `true` or `false`. First and last days are both included, unless a column
says otherwise. What is wrong with a file is reported row by row with the codes of `docs/ERRORS.md`.

*Holds* says whose data a column holds: the key to purpose, role and retention.

";

/// One table's section.
fn table(page: &mut String, schema: &Schema) {
    let need = if schema.required {
        "required"
    } else {
        "optional"
    };
    // Writing to a String cannot fail.
    let _ = writeln!(page, "## {}\n", schema.name);
    let _ = writeln!(
        page,
        "One row: {}. {need}; key: `{}`.\n",
        schema.meaning,
        schema.key.join("`, `")
    );
    page.push_str(
        "| column | kind | empty? | meaning | names | holds |\n|---|---|---|---|---|---|\n",
    );
    for column in schema.columns {
        let empty = if column.required { "no" } else { "yes" };
        let names = column.references.map_or("", |t| t.as_str());
        let _ = writeln!(
            page,
            "| `{}` | {} | {empty} | {} | {names} | {} |",
            column.name,
            kind(column.kind),
            column.meaning,
            column.category.label()
        );
    }
    page.push('\n');
}

/// A column kind in words.
fn kind(kind: ColumnKind) -> String {
    match kind {
        ColumnKind::Identifier => "identifier".to_owned(),
        ColumnKind::Text(longest) => format!("text, up to {longest} bytes"),
        ColumnKind::Date => "date".to_owned(),
        ColumnKind::Integer(low, high) => format!("whole number {low} to {high}"),
        ColumnKind::Decimal(low, high) => format!("number {low} to {high}"),
        ColumnKind::Flag => "flag".to_owned(),
        ColumnKind::Code(codes) => codes.join(" / "),
    }
}
