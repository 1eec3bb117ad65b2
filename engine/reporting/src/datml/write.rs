//! Writing a delivery in the published order of elements.

use std::io::{self, Write};

use super::NAMESPACE;
use super::raw::{Context, Inside, Item, Order, RawDocument, Row, Segment};
use super::xml::XmlWriter;

/// Writes a delivery.
///
/// # Errors
///
/// Whatever the target reports; a control character in a text is invalid input.
pub fn write_raw(document: &RawDocument, to: impl Write) -> io::Result<()> {
    let mut xml = XmlWriter::new(io::BufWriter::with_capacity(1 << 14, to))?;
    let root = [("xmlns", NAMESPACE), ("version", "2.0")];
    xml.begin("DatML-RAW-D", &root)?;
    if document.test {
        xml.begin("optionen", &[])?;
        xml.empty("test", &[])?;
        xml.end()?;
    }
    xml.begin("absender", &[])?;
    xml.text("kennung", &[], &document.sender)?;
    xml.end()?;
    xml.begin("empfaenger", &[])?;
    xml.text("kennung", &[], &document.recipient)?;
    xml.end()?;
    for message in &document.messages {
        xml.begin("nachricht", &[])?;
        if let Some(id) = &message.id {
            xml.text("nachrichtenID", &[], id)?;
        }
        context(&mut xml, &message.context)?;
        xml.end()?;
    }
    if let Some(count) = document.count {
        xml.text("anzahl", &[], &count.to_string())?;
    }
    xml.end()?;
    xml.finish()
}

fn context<W: Write>(xml: &mut XmlWriter<W>, context: &Context) -> io::Result<()> {
    if let Some(survey) = &context.survey {
        xml.begin("erhebung", &[])?;
        xml.text("kennung", &[], survey)?;
        xml.end()?;
    }
    if let Some((year, rest)) = context.period {
        xml.begin("berichtszeitraum", &[])?;
        xml.text("jahr", &[], &format!("{year:04}"))?;
        if let Some((month, day)) = rest {
            xml.text("monat", &[], &format!("{month:02}"))?;
            if let Some(day) = day {
                xml.text("tag", &[], &format!("{day:02}"))?;
            }
        }
        xml.end()?;
    }
    if let Some(respondent) = &context.respondent {
        xml.begin("berichtspflichtiger", &[])?;
        xml.text("kennung", &[], respondent)?;
        xml.end()?;
    }
    if let Some(material) = &context.material {
        xml.begin("material", &[])?;
        xml.text("name", &[], material)?;
        xml.end()?;
    }
    if context.declares_decimal_comma {
        let attributes = [("dezimalzeichen", ","), ("tausender-trennzeichen", ".")];
        xml.empty("datenattribute", &attributes)?;
    }
    for (name, value) in &context.auxiliary {
        xml.begin("hmm", &[("name", name)])?;
        xml.text("wert", &[], value)?;
        xml.end()?;
    }
    match &context.inside {
        Inside::Data(segment) => data(xml, segment),
        Inside::Segments(segments) => {
            for inner in segments {
                xml.begin("segment", &[])?;
                self::context(xml, inner)?;
                xml.end()?;
            }
            Ok(())
        }
    }
}

fn data<W: Write>(xml: &mut XmlWriter<W>, segment: &Segment) -> io::Result<()> {
    xml.begin("datensegment", &[])?;
    if let Some(id) = &segment.id {
        xml.text("meldungsID", &[], id)?;
    }
    order(xml, &segment.rows)?;
    xml.end()
}

fn order<W: Write>(xml: &mut XmlWriter<W>, rows: &Order) -> io::Result<()> {
    match rows {
        Order::Rows(rows) => rows.iter().try_for_each(|it| row(xml, it)),
        Order::By(name, value, below) => {
            xml.begin("omm", &[("name", name)])?;
            xml.text("wert", &[], value)?;
            order(xml, below)?;
            xml.end()
        }
    }
}

fn row<W: Write>(xml: &mut XmlWriter<W>, row: &Row) -> io::Result<()> {
    match &row.id {
        Some(id) => xml.begin("satz", &[("kennung", id)])?,
        None => xml.begin("satz", &[])?,
    }
    items(xml, &row.items)?;
    if let Some(count) = row.count {
        xml.text("anzahl", &[], &count.to_string())?;
    }
    xml.end()
}

fn items<W: Write>(xml: &mut XmlWriter<W>, all: &[Item]) -> io::Result<()> {
    for item in all {
        match item {
            Item::Feature(feature) => {
                xml.begin("mm", &[("name", &feature.name)])?;
                match &feature.value {
                    None => xml.empty("na", &[])?,
                    Some(value) => match &value.unit {
                        Some(unit) => xml.text("wert", &[("einheit", unit)], &value.text)?,
                        None => xml.text("wert", &[], &value.text)?,
                    },
                }
                xml.end()?;
            }
            Item::Group(group) => {
                match group.index {
                    Some(index) => {
                        let index = index.to_string();
                        xml.begin("mmgr", &[("name", &group.name), ("index", &index)])?;
                    }
                    None => xml.begin("mmgr", &[("name", &group.name)])?,
                }
                items(xml, &group.items)?;
                xml.end()?;
            }
        }
    }
    Ok(())
}
