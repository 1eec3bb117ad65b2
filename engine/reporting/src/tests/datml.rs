//! DatML: what is written is valid and reads back as it was meant; what breaks the format is found.

use domain::ReferenceDate;
use jiff::civil::date;
use proptest::prelude::*;

use super::city::{Folder, story};
use crate::datml::{
    CheckStatus, Context, Feature, Group, Inside, Item, Message, Order, RawDocument, Row, Segment,
    Value, read_raw, read_response, read_xml, validate_raw, validate_response, write_federal_datml,
    write_raw, write_response, write_state_datml,
};
use crate::{
    GrantTable, Parameters, Registers, Rule, Severity, check_federal, federal_extract,
    state_extract,
};

fn text(document: &RawDocument) -> String {
    let mut bytes = Vec::new();
    write_raw(document, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Texts with everything XML has to escape, not empty and without white space around.
fn word() -> &'static str {
    "[A-Za-zÄß0-9&<>\"']([ A-Za-zÄß0-9&<>\"'\r\n\t]{0,8}[A-Za-z0-9&<>\"'])?"
}

fn feature() -> impl Strategy<Value = Item> {
    (
        word(),
        proptest::option::of((word(), proptest::option::of(word()))),
    )
        .prop_map(|(name, value)| {
            Item::Feature(Feature {
                name: name.into(),
                value: value.map(|(text, unit)| Value {
                    text: text.into(),
                    unit: unit.map(Into::into),
                }),
            })
        })
}

fn item() -> impl Strategy<Value = Item> {
    feature().prop_recursive(2, 8, 3, |inner| {
        let items = proptest::collection::vec(inner, 1..3);
        (word(), proptest::option::of(0..9u32), items).prop_map(|(name, index, items)| {
            Item::Group(Group {
                name: name.into(),
                index,
                items,
            })
        })
    })
}

fn row() -> impl Strategy<Value = Row> {
    let items = proptest::collection::vec(item(), 1..4);
    (
        proptest::option::of(word()),
        items,
        proptest::option::of(1..5u64),
    )
        .prop_map(|(id, items, count)| Row {
            id: id.map(Into::into),
            items,
            count,
        })
}

/// Data segments under the same ordering facts.
fn data(levels: Vec<String>) -> impl Strategy<Value = Segment> {
    let values = proptest::collection::vec(word(), levels.len());
    let rows = proptest::collection::vec(row(), 1..3);
    (proptest::option::of(word()), values, rows).prop_map(move |(id, values, rows)| {
        let mut order = Order::Rows(rows);
        for (name, value) in levels.iter().rev().zip(values) {
            order = Order::By(name.clone().into(), value.into(), Box::new(order));
        }
        Segment {
            id: id.map(Into::into),
            rows: order,
        }
    })
}

fn message() -> impl Strategy<Value = Message> {
    let levels = proptest::collection::vec(word(), 0..3);
    let auxiliary = proptest::collection::btree_map(word(), word(), 0..3);
    let day = (
        1990..2100u16,
        proptest::option::of((1..=12u8, proptest::option::of(1..=28u8))),
    );
    let facts = (
        proptest::option::of(word()),
        proptest::option::of(day),
        proptest::option::of(word()),
        any::<bool>(),
        auxiliary,
    );
    let data = levels.prop_flat_map(|levels| proptest::collection::vec(data(levels), 1..3));
    (data, facts, any::<bool>(), proptest::option::of(word())).prop_map(
        |(mut data, facts, nested, id)| {
            let (survey, period, respondent, declares_decimal_comma, auxiliary) = facts;
            let inside = if nested {
                let segments = data.into_iter().map(|data| Context {
                    material: Some("m".into()),
                    inside: Inside::Data(data),
                    ..Context::default()
                });
                Inside::Segments(segments.collect())
            } else {
                Inside::Data(data.remove(0))
            };
            let auxiliary = auxiliary.into_iter();
            Message {
                id: id.map(Into::into),
                context: Context {
                    survey: survey.map(Into::into),
                    period,
                    respondent: respondent.map(Into::into),
                    declares_decimal_comma,
                    auxiliary: auxiliary
                        .map(|(name, value)| (name.into(), value.into()))
                        .collect(),
                    inside,
                    ..Context::default()
                },
            }
        },
    )
}

fn document() -> impl Strategy<Value = RawDocument> {
    let messages = proptest::collection::vec(message(), 1..3);
    (any::<bool>(), word(), word(), messages, any::<bool>()).prop_map(
        |(test, sender, recipient, messages, counts)| {
            let mut document = RawDocument {
                test,
                sender: sender.into(),
                recipient: recipient.into(),
                messages,
                count: None,
            };
            document.count = counts.then(|| document.weight());
            document
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_delivery_is_valid_and_reads_back_as_it_was_meant(document in document()) {
        let text = text(&document);
        prop_assert_eq!(validate_raw(&text).unwrap(), []);
        prop_assert!(read_raw(&text).unwrap() == document);
        prop_assert_eq!(self::text(&read_raw(&text).unwrap()), text);
    }

    #[test]
    fn no_bytes_make_the_readers_panic(text in "[<>/!?&;=\"'a-z \\[\\]#0-9-]{0,80}", document in document(), cut in 0..400usize) {
        let _ = (read_xml(&text), validate_raw(&text), read_response(&text));
        let written = self::text(&document);
        let cut: String = written.chars().take(cut).collect();
        prop_assert!(read_raw(&cut).is_err() || cut.trim_end() == written.trim_end());
    }
}

/// A delivery with two messages, segments, ordering facts and groups.
const SOUND: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<xst:DatML-RAW-D xmlns:xst="http://www.destatis.de/schema/datml-raw/2.0/de" version="2.0">
 <xst:optionen><xst:test/></xst:optionen>
 <xst:absender><xst:kennung>4711</xst:kennung></xst:absender>
 <xst:empfaenger><xst:kennung>14</xst:kennung></xst:empfaenger>
 <xst:nachricht>
  <xst:erhebung><xst:kennung>22541</xst:kennung></xst:erhebung>
  <xst:berichtszeitraum><xst:jahr>2027</xst:jahr><xst:monat>03</xst:monat><xst:tag>01</xst:tag></xst:berichtszeitraum>
  <xst:datenattribute dezimalzeichen="," tausender-trennzeichen="."/>
  <xst:hmm name="einrichtung"><xst:wert>1</xst:wert></xst:hmm>
  <xst:segment><xst:material><xst:name>a</xst:name></xst:material>
   <xst:datensegment><xst:meldungsart><xst:original/></xst:meldungsart>
    <xst:omm name="gruppe"><xst:wert>1</xst:wert>
     <xst:satz><xst:mm name="stunden"><xst:wert einheit="h">4,5</xst:wert></xst:mm><xst:anzahl>2</xst:anzahl></xst:satz>
    </xst:omm></xst:datensegment></xst:segment>
  <xst:segment><xst:material><xst:name>b</xst:name></xst:material>
   <xst:datensegment><xst:omm name="gruppe"><xst:wert>2</xst:wert>
     <xst:satz><xst:mm name="stunden"><xst:na/></xst:mm></xst:satz>
    </xst:omm></xst:datensegment></xst:segment>
 </xst:nachricht>
 <xst:anzahl>3</xst:anzahl>
</xst:DatML-RAW-D>"#;

/// The codes found in the sound delivery with a text replaced.
fn faults_of(from: &str, to: &str) -> Vec<&'static str> {
    let text = SOUND.replacen(from, to, 1);
    assert_ne!(text, SOUND, "{from} must stand in the delivery");
    let faults = validate_raw(&text).unwrap();
    faults.iter().map(|fault| fault.code).collect()
}

#[test]
fn a_delivery_of_others_is_valid_with_prefixes_and_parts_we_never_write() {
    assert_eq!(validate_raw(SOUND).unwrap(), []);
    // A kind of message (meldungsart) is not read here, and said so rather than dropped.
    assert!(
        read_raw(SOUND)
            .unwrap_err()
            .to_string()
            .starts_with("E6141")
    );
}

#[test]
fn what_breaks_the_order_of_elements_is_found() {
    let wrong = [
        (
            "<xst:optionen><xst:test/></xst:optionen>",
            "<xst:optionen><xst:pruefung/></xst:optionen>",
        ),
        ("version=\"2.0\"", "version=\"2.1\""),
        ("<xst:test/>", "<xst:test>x</xst:test>"),
        (
            "<xst:absender><xst:kennung>4711</xst:kennung></xst:absender>",
            "",
        ),
        (
            "<xst:absender><xst:kennung>4711</xst:kennung></xst:absender>",
            "<xst:absender/>",
        ),
        (
            "<xst:kennung>4711</xst:kennung>",
            "<xst:kennung> </xst:kennung>",
        ),
        ("<xst:na/>", "<xst:na/><xst:wert>1</xst:wert>"),
        ("<xst:wert>2</xst:wert>", "<xst:wert></xst:wert>"),
        ("<xst:hmm name=\"einrichtung\">", "<xst:hmm>"),
        (
            "<xst:hmm name=\"einrichtung\">",
            "<xst:hmm name=\"einrichtung\" geheim=\"1\">",
        ),
        (
            "<xst:erhebung><xst:kennung>22541</xst:kennung></xst:erhebung>",
            "<xst:erhebung>22541</xst:erhebung>",
        ),
        ("<xst:mm name=\"stunden\"><xst:na/></xst:mm>", ""),
        ("<xst:monat>03</xst:monat>", "<xst:quartal>1</xst:quartal>"),
    ];
    for (from, to) in wrong {
        let found = faults_of(from, to);
        assert!(
            !found.is_empty() && found.iter().all(|code| *code == "E6141"),
            "{to}: {found:?}"
        );
    }
    let foreign = SOUND.replace("datml-raw/2.0/de", "datml-raw/1.5/de");
    assert_eq!(validate_raw(&foreign).unwrap().len(), 1);
}

#[test]
fn what_the_grammar_cannot_express_is_found() {
    let wrong = [
        // A fact twice on the path to a row, and an auxiliary fact of one name.
        (
            "<xst:segment><xst:material>",
            "<xst:segment><xst:erhebung><xst:kennung>2</xst:kennung></xst:erhebung><xst:material>",
        ),
        (
            "<xst:material><xst:name>a</xst:name></xst:material>",
            "<xst:hmm name=\"einrichtung\"><xst:wert>2</xst:wert></xst:hmm>",
        ),
        // Ordering facts of another name, and less deep.
        (
            "<xst:omm name=\"gruppe\"><xst:wert>2</xst:wert>",
            "<xst:omm name=\"alter\"><xst:wert>2</xst:wert>",
        ),
        ("4,5", "4.5"),
        ("4,5", "1.234,5.6"),
        ("<xst:tag>01</xst:tag>", "<xst:tag>32</xst:tag>"),
        ("dezimalzeichen=\",\"", "dezimalzeichen=\".\""),
        ("<xst:anzahl>3</xst:anzahl>", "<xst:anzahl>2</xst:anzahl>"),
        ("<xst:anzahl>2</xst:anzahl>", "<xst:anzahl>1</xst:anzahl>"),
    ];
    for (from, to) in wrong {
        assert_eq!(faults_of(from, to), ["E6142"], "{to}");
    }
    assert_eq!(faults_of("4,5", "1.234,5"), [] as [&str; 0]);
}

#[test]
fn what_is_no_xml_as_accepted_here_is_refused() {
    for text in [
        "",
        "x",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a b=1/>",
        "<a b='1' b='2'/>",
        "<a>&unknown;</a>",
        "<a>&#0;</a>",
        "<a>\u{1}</a>",
        "<a>x<b/></a>",
        "<x:a/>",
        "<a xmlns='u'><b xmlns='v'/></a>",
        "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/hosts'>]><a>&e;</a>",
        "<?php a?><a/>",
        "<?xml version='1.0' encoding='UTF-16'?><a/>",
        "<a><!-- -- --></a>",
        "<a>]]></a>",
        "<a b='<'/>",
    ] {
        assert!(read_xml(text).is_err(), "{text}");
    }
    let deep = format!("{}{}", "<a>".repeat(100), "</a>".repeat(100));
    assert!(read_xml(&deep).unwrap_err().problem.contains("too deep"));
    let read =
        read_xml("\u{feff}<?xml version='1.0'?><!-- c --><a b='&lt;&#x41;'><![CDATA[<&>]]>x</a> ")
            .unwrap();
    assert_eq!(read.root.text, "<&>x");
    assert_eq!(read.root.attribute("b"), Some("<A"));
}

#[test]
fn extracts_are_delivered_one_document_per_facility_and_pass_e22() {
    let city = story().city();
    let reference = ReferenceDate::federal(2027).unwrap();
    let known_on = date(2027, 3, 1);
    let extract = federal_extract(&city, &Registers::none(), reference, known_on).unwrap();
    let folder = Folder::default();
    let (manifest, found) =
        write_federal_datml(&extract, Parameters::shipped(), &mut folder.open()).unwrap();
    assert_eq!(found, []);
    let files: Vec<_> = manifest
        .files
        .iter()
        .map(|it| (it.file.as_str(), it.rows))
        .collect();
    assert_eq!(
        files,
        [("kita_0001.xml", 7), ("kita_0002.xml", 6), ("ktp.xml", 2)]
    );
    let reference = ReferenceDate::state(2027).unwrap();
    let extract = state_extract(
        &city,
        reference,
        date(2027, 4, 1),
        &GrantTable::seen_in_2024(),
    );
    let (manifest, found) =
        write_state_datml(&extract.unwrap(), Parameters::shipped(), &mut folder.open()).unwrap();
    assert_eq!((manifest.files[0].rows, found), (10, vec![]));
    let head: String = folder
        .text("ktp.xml")
        .lines()
        .take(44)
        .collect::<Vec<_>>()
        .join("\n");
    insta::assert_snapshot!(head);
}

#[test]
fn e22_finds_documents_that_are_not_what_was_meant() {
    let meant = RawDocument::new("4711", "14");
    let sound = text(&meant);
    let faults: [(&str, &str); 4] = [
        ("<wert>0</wert>", "<wert>1</wert>"),
        ("<anzahl>1</anzahl>", "<anzahl>2</anzahl>"),
        ("<kennung>14</kennung>", ""),
        ("</nachricht>", ""),
    ];
    let check = |bytes: &[u8]| {
        let mut found = Vec::new();
        crate::datml::check_document("x.xml", &meant, bytes, &mut found);
        found
    };
    assert_eq!(check(sound.as_bytes()), []);
    for (from, to) in faults {
        let wrong = sound.replacen(from, to, 1);
        let found = check(wrong.as_bytes());
        assert!(!found.is_empty(), "{to}");
        assert!(
            found
                .iter()
                .all(|it| (it.rule, it.severity) == (Rule::E22, Severity::Block))
        );
    }
    assert_eq!(check(b"\xff").len(), 1);
}

#[test]
fn findings_leave_as_a_receipt_that_reads_back() {
    let reference = ReferenceDate::federal(2027).unwrap();
    let city = story().city();
    let extract = federal_extract(&city, &Registers::none(), reference, reference.date());
    let mut extract = extract.unwrap();
    extract.facilities[0].children = 7;
    extract.facilities[1].closing_days = 61;
    let findings = check_federal(&extract, Parameters::shipped());
    let mut bytes = Vec::new();
    write_response("14", "4711", &findings, &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(validate_response(&text).unwrap(), []);
    let response = read_response(&text).unwrap();
    assert!(!response.is_sound());
    assert_eq!(
        (response.level, response.document.status),
        (Some(5), CheckStatus::Faulty)
    );
    let keys: Vec<_> = response
        .document
        .faults
        .iter()
        .map(|it| it.key.as_deref())
        .collect();
    assert_eq!(keys, [Some("E4"), Some("E12")]);
    let position = response.document.faults[0].position.clone();
    assert_eq!(
        position,
        Some(("satz".to_owned(), "kita_einrichtung:1".to_owned()))
    );
    for (from, to) in [
        ("<pruefstufe>5", "<pruefstufe>6"),
        ("pruefstatus=\"fehlerhaft\"", "pruefstatus=\"gut\""),
        ("format=\"satz\"", "format=\"seite\""),
        ("<daten pruefstatus=\"fehlerhaft\"/>", "<daten/>"),
    ] {
        let wrong = text.replacen(from, to, 1);
        assert_ne!(wrong, text);
        assert!(read_response(&wrong).is_err(), "{to}");
    }
}
