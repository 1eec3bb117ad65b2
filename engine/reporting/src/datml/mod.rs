//! DatML/RAW 2.0 (deliveries) and DatML/RES 1.0 (receipts), the XML of the statistics offices.
//!
//! [`RawDocument`] is a delivery; [`write_raw`] writes it, [`read_raw`] reads it back, and
//! [`validate_raw`] checks any document against the published order of elements and the rules a grammar
//! cannot express, without knowing the writer. [`read_response`] reads what an office answers.
//! [`write_federal_datml`] and [`write_state_datml`] deliver extracts.
//!
//! XML is read strictly: no document types, no processing instructions, no entities but the five of XML.
//!
//! ```
//! use reporting::datml::{RawDocument, read_raw, validate_raw, write_raw};
//! let document = RawDocument::new("4711", "14");
//! let mut bytes = Vec::new();
//! write_raw(&document, &mut bytes)?;
//! let text = String::from_utf8(bytes)?;
//! assert_eq!(validate_raw(&text)?, []);
//! assert_eq!(read_raw(&text)?, document);
//! assert!(read_raw("<!DOCTYPE x><x/>").is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod delivery;
mod grammar;
mod raw;
mod read;
mod response;
mod validate;
mod write;
mod xml;

#[cfg(test)]
pub(crate) use delivery::check_document;
pub use delivery::{write_federal_datml, write_state_datml};
pub use raw::{
    Context, Feature, Group, Inside, Item, Message, Order, Period, RawDocument, Row, Segment, Text,
    Value,
};
pub use read::read_raw;
pub use response::{
    CheckStatus, DocumentCheck, PartCheck, Response, ResponseFault, read_response, write_response,
};
pub use validate::{Fault, validate_raw, validate_response};
pub use write::write_raw;
pub use xml::{Element, XmlDocument, read_xml};

/// The namespace of deliveries and receipts.
pub const NAMESPACE: &str = "http://www.destatis.de/schema/datml-raw/2.0/de";

/// E6140: a text that is no XML as accepted here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "E6140  the document is no XML as accepted here: {problem} (at byte {position}); have it written again by its sender"
)]
pub struct XmlError {
    /// Where, in bytes from the beginning.
    pub position: usize,
    /// What is wrong.
    pub problem: String,
}

/// Why a document could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatmlError {
    /// E6140: it is no XML.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// E6141, E6142: it breaks the format.
    #[error("{}", first(.0))]
    Faults(Vec<Fault>),
}

fn first(faults: &[Fault]) -> String {
    let rest = faults.len().saturating_sub(1);
    match faults.first() {
        Some(fault) if rest > 0 => format!("{fault} (and {rest} more)"),
        Some(fault) => fault.to_string(),
        None => "E6141  the document breaks the format".to_owned(),
    }
}
