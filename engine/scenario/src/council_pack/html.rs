//! The page of a council pack.

use std::io::{self, Write};

use super::{CouncilPack, PackPicture, PackSection, PackTable};
use crate::findings::Language;

/// Black on white, system letters, tables that may break between rows and repeat their head.
const STYLE: &str = "\
@page { size: A4; margin: 18mm 16mm 20mm 16mm; }
:root { color-scheme: light; }
body { font: 11pt/1.45 system-ui, \"DejaVu Sans\", Arial, sans-serif; color: #1f2933; background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 2rem 0 .5rem; border-bottom: 2px solid #52606d; break-after: avoid; }
p.subtitle { margin: 0 0 1.5rem; color: #3e4c59; }
nav ol { padding-left: 1.3rem; }
a { color: #005e9d; }
figure { margin: 1rem 0; break-inside: avoid; }
figure svg { width: 100%; height: auto; }
figcaption { font-weight: 600; margin-bottom: .3rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .7rem 0 1.2rem; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { border: 1px solid #9aa5b1; padding: .2rem .5rem; text-align: right; vertical-align: top; }
th { background: #eef1f4; }
th[scope=row], th:first-child { text-align: left; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
a.skip { position: absolute; left: -100rem; }
a.skip:focus { position: static; }
@media print { body { margin: 0; max-width: none; padding: 0; } nav, a.skip { display: none; } .wide { overflow: visible; } table { font-size: 8.5pt; } section + section { break-before: auto; } }
";

pub(super) fn write(pack: &CouncilPack, mut target: impl Write) -> io::Result<()> {
    let (tag, contents, skip, notes, none) = match pack.language {
        Language::German => (
            "de",
            "Inhalt",
            "Zum Inhalt springen",
            "Hinweise",
            "Keine Angaben.",
        ),
        Language::English => (
            "en",
            "Contents",
            "Skip to the content",
            "Notes",
            "Nothing to show.",
        ),
    };
    let title = escaped(&pack.title);
    write!(
        target,
        "<!DOCTYPE html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#content\">{skip}</a>\n<header>\n<h1>{title}</h1>\n"
    )?;
    if !pack.subtitle.is_empty() {
        writeln!(
            target,
            "<p class=\"subtitle\">{}</p>",
            escaped(&pack.subtitle)
        )?;
    }
    writeln!(target, "</header>\n<nav aria-label=\"{contents}\">\n<ol>")?;
    for (number, section) in (1..).zip(&pack.sections) {
        let heading = escaped(&section.heading);
        writeln!(target, "<li><a href=\"#part-{number}\">{heading}</a></li>")?;
    }
    writeln!(target, "</ol>\n</nav>\n<main id=\"content\">")?;
    for (number, section) in (1..).zip(&pack.sections) {
        write_section(section, number, none, &mut target)?;
    }
    if !pack.notes.is_empty() {
        writeln!(
            target,
            "<section aria-labelledby=\"notes\">\n<h2 id=\"notes\">{notes}</h2>"
        )?;
        write_list(&pack.notes, &mut target)?;
        writeln!(target, "</section>")?;
    }
    writeln!(target, "</main>\n</body>\n</html>")
}

fn write_section(
    section: &PackSection,
    number: usize,
    none: &str,
    target: &mut impl Write,
) -> io::Result<()> {
    writeln!(
        target,
        "<section aria-labelledby=\"part-{number}\">\n<h2 id=\"part-{number}\">{}</h2>",
        escaped(&section.heading)
    )?;
    for paragraph in &section.paragraphs {
        writeln!(target, "<p>{}</p>", escaped(paragraph))?;
    }
    if !section.findings.is_empty() {
        write_list(&section.findings, target)?;
    }
    for picture in &section.pictures {
        write_picture(picture, target)?;
    }
    for table in &section.tables {
        write_table(table, target)?;
    }
    let is_empty = section.paragraphs.is_empty()
        && section.findings.is_empty()
        && section.pictures.is_empty()
        && section.tables.is_empty();
    if is_empty {
        writeln!(target, "<p>{none}</p>")?;
    }
    writeln!(target, "</section>")
}

fn write_list(items: &[String], target: &mut impl Write) -> io::Result<()> {
    writeln!(target, "<ul>")?;
    for item in items {
        writeln!(target, "<li>{}</li>", escaped(item))?;
    }
    writeln!(target, "</ul>")
}

fn write_picture(picture: &PackPicture, target: &mut impl Write) -> io::Result<()> {
    // The declaration of an SVG file does not belong into a page.
    let svg = picture
        .svg
        .find("<svg")
        .map_or("", |start| &picture.svg[start..]);
    writeln!(
        target,
        "<figure>\n<figcaption>{}</figcaption>\n{}\n</figure>",
        escaped(&picture.caption),
        svg.trim_end()
    )?;
    write_table(&picture.table, target)
}

fn write_table(table: &PackTable, target: &mut impl Write) -> io::Result<()> {
    writeln!(
        target,
        "<div class=\"wide\">\n<table>\n<caption>{}</caption>\n<thead>\n<tr>",
        escaped(&table.caption)
    )?;
    for column in &table.columns {
        writeln!(target, "<th scope=\"col\">{}</th>", escaped(column))?;
    }
    writeln!(target, "</tr>\n</thead>\n<tbody>")?;
    for row in &table.rows {
        write!(target, "<tr>")?;
        for (place, cell) in row.iter().enumerate() {
            let cell = escaped(cell);
            if place == 0 {
                write!(target, "<th scope=\"row\">{cell}</th>")?;
            } else {
                write!(target, "<td>{cell}</td>")?;
            }
        }
        writeln!(target, "</tr>")?;
    }
    writeln!(target, "</tbody>\n</table>\n</div>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
