//! Reading a delivery back: for round trips, and to look at what was sent.

use std::borrow::Cow;

use super::DatmlError;
use super::raw::{
    Context, Feature, Group, Inside, Item, Message, Order, Period, RawDocument, Row, Segment, Text,
    Value,
};
use super::validate::{Fault, root};
use super::xml::{Element, read_xml};

/// Reads a delivery as [`super::write_raw`] writes it. Parts of the format that deliveries of this
/// program never have (contacts, memos, corrections) are refused rather than dropped.
///
/// # Errors
///
/// [`DatmlError`] with every fault of the grammar, or the first part that is not known.
pub fn read_raw(text: &str) -> Result<RawDocument, DatmlError> {
    let document = read_xml(text)?;
    let mut faults = Vec::new();
    root(
        &document,
        "DatML-RAW-D",
        "2.0",
        super::grammar::RAW,
        &mut faults,
    );
    if !faults.is_empty() {
        return Err(DatmlError::Faults(faults));
    }
    raw(&document.root).map_err(|fault| DatmlError::Faults(vec![fault]))
}

fn unknown(element: &Element<'_>) -> Fault {
    Fault {
        code: "E6141",
        position: element.name.to_string(),
        problem: "this part is not read here".to_owned(),
    }
}

fn owned(text: &str) -> Text {
    Cow::Owned(text.to_owned())
}

/// The number of a party that has nothing else.
fn number_of(party: &Element<'_>) -> Result<Text, Fault> {
    match party.children.as_slice() {
        [number] if number.name == "kennung" && number.attributes.is_empty() => {
            Ok(owned(&number.text))
        }
        _ => Err(unknown(party)),
    }
}

fn whole(element: &Element<'_>) -> Result<u64, Fault> {
    element.text.parse().map_err(|_| unknown(element))
}

fn raw(root: &Element<'_>) -> Result<RawDocument, Fault> {
    let mut document = RawDocument {
        test: false,
        sender: Text::default(),
        recipient: Text::default(),
        messages: Vec::new(),
        count: None,
    };
    for child in &root.children {
        match child.name.as_ref() {
            "optionen" => match child.children.as_slice() {
                [test] if test.name == "test" && test.attributes.is_empty() => document.test = true,
                _ => return Err(unknown(child)),
            },
            "absender" => document.sender = number_of(child)?,
            "empfaenger" => document.recipient = number_of(child)?,
            "nachricht" => {
                let id = child.text_of("nachrichtenID").map(owned);
                let context = context(child)?;
                document.messages.push(Message { id, context });
            }
            "anzahl" => document.count = Some(whole(child)?),
            _ => return Err(unknown(child)),
        }
    }
    Ok(document)
}

fn context(it: &Element<'_>) -> Result<Context, Fault> {
    let mut context = Context::default();
    let mut segments = Vec::new();
    for child in &it.children {
        match child.name.as_ref() {
            "nachrichtenID" => {}
            "erhebung" => context.survey = Some(number_of(child)?),
            "berichtszeitraum" => context.period = Some(period(child)?),
            "berichtspflichtiger" => context.respondent = Some(number_of(child)?),
            "material" => match child.children.as_slice() {
                [name] if name.name == "name" => context.material = Some(owned(&name.text)),
                _ => return Err(unknown(child)),
            },
            "datenattribute" => {
                let expected = [
                    child.attribute("dezimalzeichen") == Some(","),
                    child.attribute("tausender-trennzeichen") == Some("."),
                ];
                if expected.contains(&false) {
                    return Err(unknown(child));
                }
                context.declares_decimal_comma = true;
            }
            "hmm" => {
                let name = named(child)?;
                let value = child.text_of("wert").ok_or_else(|| unknown(child))?;
                context.auxiliary.push((name, owned(value)));
            }
            "datensegment" => context.inside = Inside::Data(data(child)?),
            "segment" => segments.push(self::context(child)?),
            _ => return Err(unknown(child)),
        }
    }
    if !segments.is_empty() {
        context.inside = Inside::Segments(segments);
    }
    Ok(context)
}

/// The name of an element that has no other attribute and no memo.
fn named(it: &Element<'_>) -> Result<Text, Fault> {
    match it.attributes.as_slice() {
        [(key, name)] if key == "name" && it.child("memo").is_none() => Ok(owned(name)),
        _ => Err(unknown(it)),
    }
}

fn period(it: &Element<'_>) -> Result<Period, Fault> {
    let mut numbers = [None; 3];
    for child in &it.children {
        let place = match child.name.as_ref() {
            "jahr" => 0,
            "monat" => 1,
            "tag" => 2,
            _ => return Err(unknown(it)),
        };
        let number = u16::try_from(whole(child)?).map_err(|_| unknown(child))?;
        numbers[place] = Some(number);
    }
    let short = |number: Option<u16>| {
        number
            .map(u8::try_from)
            .transpose()
            .map_err(|_| unknown(it))
    };
    let (month, day) = (short(numbers[1])?, short(numbers[2])?);
    let year = numbers[0].ok_or_else(|| unknown(it))?;
    Ok((year, month.map(|month| (month, day))))
}

fn data(it: &Element<'_>) -> Result<Segment, Fault> {
    if it.child("meldungsart").is_some() {
        return Err(unknown(it));
    }
    Ok(Segment {
        id: it.text_of("meldungsID").map(owned),
        rows: order(it)?,
    })
}

fn order(it: &Element<'_>) -> Result<Order, Fault> {
    if let Some(level) = it.child("omm") {
        let value = level.text_of("wert").ok_or_else(|| unknown(level))?;
        let below = Box::new(order(level)?);
        return Ok(Order::By(named(level)?, owned(value), below));
    }
    let rows = it.children.iter().filter(|child| child.name == "satz");
    Ok(Order::Rows(rows.map(row).collect::<Result<_, _>>()?))
}

fn row(it: &Element<'_>) -> Result<Row, Fault> {
    let count = it.child("anzahl").map(whole).transpose()?;
    Ok(Row {
        id: it.attribute("kennung").map(owned),
        items: items(it)?,
        count,
    })
}

fn items(it: &Element<'_>) -> Result<Vec<Item>, Fault> {
    let mut items = Vec::with_capacity(it.children.len());
    for child in &it.children {
        match child.name.as_ref() {
            "mm" => items.push(Item::Feature(feature(child)?)),
            "mmgr" => items.push(Item::Group(group(child)?)),
            _ => {}
        }
    }
    Ok(items)
}

fn feature(it: &Element<'_>) -> Result<Feature, Fault> {
    let value = it.child("wert").map(|value| {
        let only_unit = value.attributes.iter().all(|(name, _)| name == "einheit");
        only_unit
            .then(|| Value {
                text: owned(&value.text),
                unit: value.attribute("einheit").map(owned),
            })
            .ok_or_else(|| unknown(value))
    });
    Ok(Feature {
        name: named(it)?,
        value: value.transpose()?,
    })
}

fn group(it: &Element<'_>) -> Result<Group, Fault> {
    let known = |name: &str| name == "name" || name == "index";
    if !it.attributes.iter().all(|(name, _)| known(name)) {
        return Err(unknown(it));
    }
    let index = it.attribute("index").map(str::parse).transpose();
    Ok(Group {
        name: it.attribute("name").map(owned).unwrap_or_default(),
        index: index.map_err(|_| unknown(it))?,
        items: items(it)?,
    })
}
