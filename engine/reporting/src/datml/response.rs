//! Receipts (DatML/RES 1.0): what the office says of a delivery.

use std::io::{self, Write};

use super::xml::{Element, XmlWriter, read_xml};
use super::{DatmlError, Fault, NAMESPACE};
use crate::rules::Finding;

/// The outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckStatus {
    /// Not checked (`ungeprüft`).
    NotChecked,
    /// Faulty (`fehlerhaft`).
    Faulty,
    /// Without fault (`fehlerfrei`).
    Sound,
}

impl CheckStatus {
    fn read(text: &str) -> Option<Self> {
        match text {
            "ungeprueft" | "ungeprüft" => Some(Self::NotChecked),
            "fehlerhaft" => Some(Self::Faulty),
            "fehlerfrei" => Some(Self::Sound),
            _ => None,
        }
    }

    /// As in the receipt.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotChecked => "ungeprüft",
            Self::Faulty => "fehlerhaft",
            Self::Sound => "fehlerfrei",
        }
    }
}

/// One part of the check: `syntax`, `semantik`, ...
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartCheck {
    /// Name of the part.
    pub part: String,
    /// Its outcome.
    pub status: CheckStatus,
}

/// A fault (`fehler`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResponseFault {
    /// Number of the rule (`schluessel`).
    pub key: Option<String>,
    /// Weight (`gewicht`).
    pub weight: Option<String>,
    /// What is wrong.
    pub text: Option<String>,
    /// Where, with the kind of place: `XPath`, `byte`, `char`, `name` or `satz`.
    pub position: Option<(String, String)>,
    /// The column.
    pub feature: Option<String>,
}

/// A document or message checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentCheck {
    /// Its outcome.
    pub status: CheckStatus,
    /// Status of the document, for example `angenommen`.
    pub document_status: Option<String>,
    /// What was found, messages included.
    pub faults: Vec<ResponseFault>,
}

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Who answers.
    pub sender: Option<String>,
    /// Whom it answers.
    pub recipient: Option<String>,
    /// How far was checked, 1 to 5.
    pub level: Option<u8>,
    /// Parts of the check.
    pub parts: Vec<PartCheck>,
    /// What was found.
    pub document: DocumentCheck,
}

impl Response {
    /// Whether the office found no fault in what it checked.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let parts = self.parts.iter();
        self.document.status != CheckStatus::Faulty
            && parts.clone().all(|part| part.status != CheckStatus::Faulty)
    }

    /// What a check of this level covers, in words.
    #[must_use]
    pub const fn level_in_words(&self) -> &'static str {
        match self.level {
            Some(1) => "well-formed and by the schema",
            Some(2) => "also the rules beyond the schema",
            Some(3) => "also sender and recipient",
            Some(4) => "also names, mandatory facts, types, period and survey",
            Some(5) => "complete",
            _ => "not told",
        }
    }
}

/// Reads a receipt.
///
/// # Errors
///
/// [`DatmlError`] with every fault of the grammar, or a value that is not known.
///
/// ```
/// let text = r#"<DatML-RES-D xmlns="http://www.destatis.de/schema/datml-raw/2.0/de" version="1.0">
///   <absender><kennung>14</kennung></absender><empfaenger><kennung>4711</kennung></empfaenger>
///   <pruefprotokoll><pruefung><pruefstufe>2</pruefstufe><syntax pruefstatus="fehlerfrei"/></pruefung>
///   <dokument pruefstatus="fehlerhaft"><fehler><schluessel>E4</schluessel><gewicht>E</gewicht>
///   <position format="satz">3</position></fehler></dokument></pruefprotokoll></DatML-RES-D>"#;
/// let response = reporting::datml::read_response(text)?;
/// assert_eq!(response.document.faults[0].key.as_deref(), Some("E4"));
/// assert!(!response.is_sound());
/// # Ok::<(), reporting::datml::DatmlError>(())
/// ```
pub fn read_response(text: &str) -> Result<Response, DatmlError> {
    let document = read_xml(text)?;
    let mut faults = Vec::new();
    let rules = super::grammar::RES;
    super::validate::root(&document, "DatML-RES-D", "1.0", rules, &mut faults);
    if !faults.is_empty() {
        return Err(DatmlError::Faults(faults));
    }
    let root = &document.root;
    let number = |name: &str| {
        let party = root.child(name)?;
        party.text_of("kennung").map(str::to_owned)
    };
    let protocol = root.child("pruefprotokoll");
    let protocol = protocol.ok_or_else(|| missing("pruefprotokoll"))?;
    let check = protocol
        .child("pruefung")
        .ok_or_else(|| missing("pruefung"))?;
    let checked = protocol
        .child("dokument")
        .ok_or_else(|| missing("dokument"))?;
    let level = match check.text_of("pruefstufe") {
        None => None,
        Some(text) => match text.trim().parse() {
            Ok(level @ 1..=5) => Some(level),
            _ => return Err(wrong("pruefstufe", text, "it is not 1 to 5")),
        },
    };
    let mut parts = Vec::new();
    for part in &check.children {
        if part.attribute("pruefstatus").is_some() {
            parts.push(PartCheck {
                part: part.name.to_string(),
                status: status(part)?,
            });
        }
    }
    let mut found = Vec::new();
    collect(checked, &mut found)?;
    Ok(Response {
        sender: number("absender"),
        recipient: number("empfaenger"),
        level,
        parts,
        document: DocumentCheck {
            status: status(checked)?,
            document_status: checked.attribute("dokumentstatus").map(str::to_owned),
            faults: found,
        },
    })
}

fn wrong(position: &str, value: &str, problem: &str) -> DatmlError {
    DatmlError::Faults(vec![Fault {
        code: "E6141",
        position: position.to_owned(),
        problem: format!("{value:?}: {problem}"),
    }])
}

fn missing(name: &str) -> DatmlError {
    wrong(name, "", "it is missing")
}

fn status(element: &Element<'_>) -> Result<CheckStatus, DatmlError> {
    let text = element.attribute("pruefstatus").unwrap_or_default();
    let problem = "it is none of ungeprüft, fehlerhaft, fehlerfrei";
    CheckStatus::read(text).ok_or_else(|| wrong(&element.name, text, problem))
}

/// Faults of a document and of the messages and rows inside, in their order.
fn collect(element: &Element<'_>, found: &mut Vec<ResponseFault>) -> Result<(), DatmlError> {
    for child in &element.children {
        if child.name != "fehler" {
            collect(child, found)?;
            continue;
        }
        let text = |name: &str| child.text_of(name).map(|text| text.trim().to_owned());
        let position = match child.child("position") {
            None => None,
            Some(position) => {
                let format = position.attribute("format").unwrap_or("XPath");
                if !["XPath", "byte", "char", "name", "satz"].contains(&format) {
                    return Err(wrong("position", format, "it is no kind of place"));
                }
                Some((format.to_owned(), position.text.trim().to_owned()))
            }
        };
        found.push(ResponseFault {
            key: text("schluessel"),
            weight: text("gewicht"),
            text: text("text"),
            position,
            feature: text("merkmal"),
        });
    }
    Ok(())
}

/// Writes findings of our own rules as a receipt, level 5: for programs that read receipts.
///
/// # Errors
///
/// Whatever the target reports.
pub fn write_response(
    sender: &str,
    recipient: &str,
    findings: &[Finding],
    to: impl Write,
) -> io::Result<()> {
    let is_sound = !findings
        .iter()
        .any(|finding| finding.severity == crate::rules::Severity::Block);
    let status = if is_sound { "fehlerfrei" } else { "fehlerhaft" };
    let mut xml = XmlWriter::new(io::BufWriter::new(to))?;
    xml.begin("DatML-RES-D", &[("xmlns", NAMESPACE), ("version", "1.0")])?;
    for (party, number) in [("absender", sender), ("empfaenger", recipient)] {
        xml.begin(party, &[])?;
        xml.text("kennung", &[], number)?;
        xml.end()?;
    }
    xml.begin("pruefprotokoll", &[])?;
    xml.begin("pruefung", &[])?;
    xml.text("pruefstufe", &[], "5")?;
    xml.empty("daten", &[("pruefstatus", status)])?;
    xml.end()?;
    xml.begin("dokument", &[("pruefstatus", status)])?;
    for finding in findings {
        xml.begin("fehler", &[])?;
        xml.text("schluessel", &[], finding.rule.key())?;
        xml.text("gewicht", &[], finding.severity.letter())?;
        xml.text("text", &[], &finding.text.german)?;
        let position = match finding.row {
            Some(row) => format!("{}:{row}", finding.file),
            None => finding.file.to_owned(),
        };
        xml.text("position", &[("format", "satz")], &position)?;
        xml.text("merkmal", &[], finding.column)?;
        xml.end()?;
    }
    xml.end()?;
    xml.end()?;
    xml.end()?;
    xml.finish()
}
