//! The published order of elements: which may stand in which, how often, with which attributes.

/// What may stand in an element.
pub(super) enum Model {
    /// An element of this name.
    One(&'static str),
    /// One after the other.
    All(&'static [Model]),
    /// One of them.
    Either(&'static [Model]),
    /// Or nothing.
    Maybe(&'static Model),
    /// Any number.
    Any(&'static Model),
    /// At least one.
    Some(&'static Model),
}

/// What an element may hold.
pub(super) enum Content {
    /// Elements.
    Elements(&'static Model),
    /// Text.
    Text,
    /// Text that is not empty.
    Filled,
    /// Nothing.
    Nothing,
    /// Text or elements that are not looked at.
    Anything,
}

/// An element by name; within `parent` only, if one is named.
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) parent: Option<&'static str>,
    /// Attributes with whether they are required.
    pub(super) attributes: &'static [(&'static str, bool)],
    pub(super) content: Content,
}

use Content::{Anything, Elements, Filled, Nothing, Text};
use Model::{All, Any, Either, Maybe, One, Some};

const fn rule(
    name: &'static str,
    attributes: &'static [(&'static str, bool)],
    content: Content,
) -> Rule {
    Rule {
        name,
        parent: None,
        attributes,
        content,
    }
}

const fn within(parent: &'static str, rule: Rule) -> Rule {
    Rule {
        parent: Option::Some(parent),
        ..rule
    }
}

const CLASS: &[(&str, bool)] = &[("klasse", false)];
const NAMED: &[(&str, bool)] = &[
    ("name", true),
    ("text", false),
    ("klasse", false),
    ("html-name", false),
];
const GROUP: &[(&str, bool)] = &[
    ("name", true),
    ("index", false),
    ("text", false),
    ("klasse", false),
    ("html-name", false),
];
const STATUS: &[(&str, bool)] = &[("pruefstatus", true)];

const CONTEXT: Model = All(&[
    Maybe(&One("erhebung")),
    Maybe(&One("berichtszeitraum")),
    Maybe(&One("berichtspflichtiger")),
    Maybe(&One("berichtsempfaenger")),
    Maybe(&One("material")),
    Maybe(&One("datenattribute")),
    Any(&One("hmm")),
    Either(&[One("datensegment"), Some(&One("segment"))]),
]);
const SENDER: Model = All(&[
    One("kennung"),
    Maybe(&One("berechtigung")),
    Maybe(&One("identifikation")),
    Maybe(&One("externeIdentifikation")),
    Maybe(&One("kontakt")),
    Maybe(&One("korrektur")),
    Maybe(&One("memo")),
]);
const RECIPIENT: Model = All(&[
    Maybe(&One("kennung")),
    Maybe(&One("identifikation")),
    Maybe(&One("externeIdentifikation")),
    Maybe(&One("kontakt")),
    Maybe(&One("memo")),
]);
const HALF_OR_QUARTER: Model = Either(&[
    One("halbjahr"),
    One("semester"),
    One("quartal"),
    One("woche"),
    All(&[One("monat"), Maybe(&One("tag"))]),
]);
const FEATURES: Model = Some(&Either(&[One("mm"), One("mmgr")]));
const OPTIONS: Model = All(&[Maybe(&One("test")), Maybe(&One("empfangsbestaetigung"))]);

/// Rules both kinds of documents share.
#[rustfmt::skip] // one element per line: read as the published tree
pub(super) const SHARED: &[Rule] = &[
    rule("memo", &[], Text),
    rule("optionen", &[], Elements(&OPTIONS)),
    rule("test", &[("kennung", false)], Nothing),
    rule("empfangsbestaetigung", &[("betreff", false), ("format", false), ("versandart", false)], Nothing),
    rule("protokoll", &[], Anything),
    rule("absender", &[], Elements(&SENDER)),
    rule("berichtspflichtiger", &[], Elements(&SENDER)),
    rule("empfaenger", &[], Elements(&RECIPIENT)),
    rule("berichtsempfaenger", &[], Elements(&RECIPIENT)),
    rule("kennung", CLASS, Filled),
    rule("berechtigung", &[], Anything),
    rule("identifikation", &[], Anything),
    rule("externeIdentifikation", &[], Anything),
    rule("kontakt", &[], Anything),
    rule("korrektur", &[], Anything),
];

/// DatML/RAW 2.0.
#[rustfmt::skip] // one element per line: read as the published tree
pub(super) const RAW: &[Rule] = &[
    rule("DatML-RAW-D", &[("version", true)], Elements(&All(&[
        Maybe(&One("memo")), Maybe(&One("optionen")), Maybe(&One("protokoll")),
        One("absender"), One("empfaenger"), Some(&One("nachricht")), Maybe(&One("anzahl")),
    ]))),
    rule("nachricht", &[], Elements(&All(&[Maybe(&One("memo")), Maybe(&One("nachrichtenID")), CONTEXT]))),
    rule("segment", &[], Elements(&All(&[Maybe(&One("memo")), CONTEXT]))),
    rule("nachrichtenID", &[], Filled),
    rule("erhebung", &[], Elements(&All(&[One("kennung"), Maybe(&One("text")), Maybe(&One("berechtigung"))]))),
    rule("text", &[], Text),
    rule("berichtszeitraum", &[], Elements(&Maybe(&Either(&[
        One("string"),
        All(&[One("jahr"), Maybe(&HALF_OR_QUARTER)]),
        All(&[One("beginn"), One("ende")]),
    ])))),
    rule("string", &[], Filled),
    rule("jahr", &[], Filled),
    rule("halbjahr", &[], Filled),
    rule("semester", &[], Filled),
    rule("quartal", &[], Filled),
    rule("woche", &[], Filled),
    rule("monat", &[], Filled),
    rule("tag", &[], Filled),
    rule("beginn", &[], Anything),
    rule("ende", &[], Anything),
    rule("material", &[], Elements(&All(&[Maybe(&One("name")), Maybe(&One("kennung")), Maybe(&One("version"))]))),
    rule("name", &[], Text),
    rule("version", &[], Text),
    rule("datenattribute", &[("dezimalzeichen", false), ("tausender-trennzeichen", false)], Nothing),
    rule("hmm", NAMED, Elements(&All(&[Maybe(&One("memo")), One("wert")]))),
    rule("datensegment", &[], Elements(&All(&[
        Maybe(&One("meldungsID")), Maybe(&One("meldungsart")),
        Either(&[One("omm"), Some(&One("satz"))]),
    ]))),
    rule("meldungsID", &[], Filled),
    rule("meldungsart", &[], Elements(&Either(&[
        One("original"), One("berichtigung"), One("nachmeldung"), One("austausch"), One("loeschung"), One("nil"),
    ]))),
    rule("original", &[], Nothing),
    rule("berichtigung", &[], Elements(&One("meldungsID"))),
    rule("nachmeldung", &[], Elements(&One("meldungsID"))),
    rule("austausch", &[], Elements(&One("meldungsID"))),
    rule("loeschung", &[], Elements(&One("meldungsID"))),
    rule("nil", &[], Nothing),
    rule("omm", NAMED, Elements(&All(&[
        Maybe(&One("memo")), One("wert"), Either(&[One("omm"), Some(&One("satz"))]),
    ]))),
    rule("satz", &[("kennung", false)], Elements(&All(&[FEATURES, Maybe(&One("anzahl"))]))),
    rule("mm", NAMED, Elements(&All(&[Maybe(&One("memo")), Either(&[One("wert"), One("na")])]))),
    rule("mmgr", GROUP, Elements(&FEATURES)),
    within("omm", rule("wert", &[("einheit", false), ("faktor", false), ("klasse", false)], Filled)),
    rule("wert", &[("einheit", false), ("faktor", false), ("klasse", false)], Text),
    rule("na", &[], Nothing),
    rule("anzahl", &[], Filled),
];

/// DatML/RES 1.0.
#[rustfmt::skip] // one element per line: read as the published tree
pub(super) const RES: &[Rule] = &[
    rule("DatML-RES-D", &[("version", true)], Elements(&All(&[
        Maybe(&One("memo")), Maybe(&One("optionen")), Maybe(&One("protokoll")),
        One("absender"), One("empfaenger"), One("pruefprotokoll"),
    ]))),
    rule("pruefprotokoll", &[], Elements(&All(&[One("pruefung"), One("dokument")]))),
    rule("pruefung", &[], Elements(&All(&[
        Maybe(&One("pruefstufe")), Maybe(&One("dokumenttyp")), Maybe(&One("syntax")), Maybe(&One("semantik")),
        Maybe(&One("autorisierung")), Maybe(&One("daten")),
    ]))),
    rule("pruefstufe", &[], Filled),
    rule("dokumenttyp", STATUS, Text),
    rule("syntax", STATUS, Text),
    rule("semantik", STATUS, Text),
    rule("autorisierung", STATUS, Text),
    rule("daten", STATUS, Text),
    rule("dokument", &[("pruefstatus", true), ("dokumentstatus", false)], Anything),
];
