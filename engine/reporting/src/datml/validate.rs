//! The independent check of documents: the grammar, then the rules it cannot express.

use std::collections::BTreeSet;
use std::fmt;

use super::grammar::{Content, Model, RAW, RES, Rule, SHARED};
use super::xml::{Element, XmlDocument, read_xml};
use super::{NAMESPACE, XmlError};

/// Something wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// E6141 for the grammar, E6142 for the rules beyond it.
    pub code: &'static str,
    /// Where, as XPath with positions.
    pub position: String,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}: {}", self.code, self.position, self.problem)
    }
}

/// Checks a delivery: every fault, in the order of the document.
///
/// Beyond the grammar: no fact about survey, period, respondent, recipient, material or number format
/// twice on the path to a row; no auxiliary fact of one name twice on a path; ordering facts equally
/// deep and of the same names level by level in all data segments of a message; decimal comma; dates
/// that exist; the count is that of the rows.
///
/// # Errors
///
/// [`XmlError`] if the text is no XML.
pub fn validate_raw(text: &str) -> Result<Vec<Fault>, XmlError> {
    let document = read_xml(text)?;
    let mut faults = Vec::new();
    root(&document, "DatML-RAW-D", "2.0", RAW, &mut faults);
    if faults.is_empty() {
        semantics(&document.root, &mut faults);
    }
    Ok(faults)
}

/// Checks a receipt against its grammar.
///
/// # Errors
///
/// [`XmlError`] if the text is no XML.
pub fn validate_response(text: &str) -> Result<Vec<Fault>, XmlError> {
    let document = read_xml(text)?;
    let mut faults = Vec::new();
    root(&document, "DatML-RES-D", "1.0", RES, &mut faults);
    Ok(faults)
}

fn fault(code: &'static str, position: &str, problem: impl Into<String>) -> Fault {
    Fault {
        code,
        position: position.to_owned(),
        problem: problem.into(),
    }
}

pub(super) fn root(
    document: &XmlDocument<'_>,
    name: &str,
    version: &str,
    rules: &'static [Rule],
    faults: &mut Vec<Fault>,
) {
    let root = &document.root;
    let path = format!("/{}", root.name);
    if root.name != name {
        let problem = format!("the outermost element is not {name}");
        faults.push(fault("E6141", &path, problem));
        return;
    }
    if document.namespace != NAMESPACE {
        let problem = format!("the namespace is not {NAMESPACE}");
        faults.push(fault("E6141", &path, problem));
    }
    if root.attribute("version") != Some(version) {
        let problem = format!("the version is not {version}");
        faults.push(fault("E6141", &path, problem));
    }
    let mut path = path;
    element(root, None, rules, &mut path, faults);
}

fn rule_of(name: &str, parent: Option<&str>, rules: &'static [Rule]) -> Option<&'static Rule> {
    let mut all = rules.iter().chain(SHARED);
    all.find(|rule| rule.name == name && rule.parent.is_none_or(|it| Some(it) == parent))
}

/// One element and all inside.
fn element(
    it: &Element<'_>,
    parent: Option<&str>,
    rules: &'static [Rule],
    path: &mut String,
    faults: &mut Vec<Fault>,
) {
    let Some(rule) = rule_of(&it.name, parent, rules) else {
        faults.push(fault("E6141", path, "there is no such element"));
        return;
    };
    for (name, _) in &it.attributes {
        if !rule.attributes.iter().any(|(known, _)| known == name) {
            let problem = format!("attribute {name} is not foreseen");
            faults.push(fault("E6141", path, problem));
        }
    }
    for (name, is_required) in rule.attributes {
        if *is_required && it.attribute(name).is_none_or(str::is_empty) {
            let problem = format!("attribute {name} is missing");
            faults.push(fault("E6141", path, problem));
        }
    }
    match &rule.content {
        Content::Anything => return,
        Content::Text | Content::Filled if !it.children.is_empty() => {
            faults.push(fault("E6141", path, "it holds text, not elements"));
            return;
        }
        Content::Filled if it.text.trim().is_empty() => {
            faults.push(fault("E6141", path, "it is empty"));
        }
        Content::Nothing if !it.children.is_empty() || !it.text.trim().is_empty() => {
            faults.push(fault("E6141", path, "it holds nothing"));
            return;
        }
        Content::Elements(_) if it.children.is_empty() && !it.text.trim().is_empty() => {
            faults.push(fault("E6141", path, "it holds elements, not text"));
            return;
        }
        Content::Elements(model) => {
            let taken = matched(model, &it.children);
            if taken != Some(it.children.len()) {
                let place = it.children.get(taken.unwrap_or(0));
                let problem = match place {
                    Some(child) => format!("{} does not stand here", child.name),
                    None => "an element is missing".to_owned(),
                };
                faults.push(fault("E6141", path, problem));
            }
        }
        Content::Text | Content::Filled | Content::Nothing => {}
    }
    each_child(it, path, &mut |child, path| {
        element(child, Some(&it.name), rules, path, faults);
    });
}

/// Calls with every element inside and its path.
fn each_child(
    it: &Element<'_>,
    path: &mut String,
    call: &mut dyn FnMut(&Element<'_>, &mut String),
) {
    use fmt::Write as _;
    let length = path.len();
    // Position among elements of the same name, as XPath counts; elements alike stand together.
    let (mut last, mut same) = ("", 0_usize);
    for child in &it.children {
        same = if child.name == last { same + 1 } else { 0 };
        last = &child.name;
        let _ = write!(path, "/{}[{}]", child.name, same + 1);
        call(child, path);
        path.truncate(length);
    }
}

/// How many elements a model takes from the front; `None` if it does not fit. The published order needs
/// no looking ahead.
fn matched(model: &Model, children: &[Element<'_>]) -> Option<usize> {
    match model {
        Model::One(name) => children
            .first()
            .filter(|child| child.name == *name)
            .map(|_| 1),
        Model::All(models) => {
            let mut taken = 0;
            for model in *models {
                taken += matched(model, &children[taken..])?;
            }
            Some(taken)
        }
        Model::Either(models) => models.iter().find_map(|model| matched(model, children)),
        Model::Maybe(model) => Some(matched(model, children).unwrap_or(0)),
        Model::Any(model) => {
            let mut taken = 0;
            while let Some(more) = matched(model, &children[taken..]).filter(|more| *more > 0) {
                taken += more;
            }
            Some(taken)
        }
        Model::Some(model) => {
            let first = matched(model, children)?;
            matched(&Model::Any(model), &children[first..]).map(|more| first + more)
        }
    }
}

/// Facts that stand at most once on the path to a row.
const ONCE: [&str; 6] = [
    "erhebung",
    "berichtszeitraum",
    "berichtspflichtiger",
    "berichtsempfaenger",
    "material",
    "datenattribute",
];

/// What was met on the path so far.
#[derive(Clone, Default)]
struct Met<'a> {
    once: BTreeSet<&'a str>,
    auxiliary: BTreeSet<&'a str>,
}

/// Names of ordering facts of the first data segment of a message.
type Levels = Option<Vec<String>>;

fn semantics(document: &Element<'_>, faults: &mut Vec<Fault>) {
    let mut path = format!("/{}", document.name);
    let mut rows = 0;
    each_child(document, &mut path, &mut |child, path| {
        if child.name == "nachricht" {
            let mut levels = None;
            rows += segment(child, &Met::default(), &mut levels, path, faults);
        }
    });
    if let Some(count) = document.text_of("anzahl")
        && count.parse() != Ok(rows)
    {
        let problem = format!("{count} rows are told, there are {rows}");
        faults.push(fault("E6142", "/DatML-RAW-D/anzahl[1]", problem));
    }
}

/// A message or segment; gives its rows.
fn segment(
    it: &Element<'_>,
    met: &Met<'_>,
    levels: &mut Levels,
    path: &mut String,
    faults: &mut Vec<Fault>,
) -> u64 {
    let mut met = Met {
        once: met.once.clone(),
        auxiliary: met.auxiliary.clone(),
    };
    for child in &it.children {
        let name = child.name.as_ref();
        if ONCE.contains(&name) && !met.once.insert(name) {
            let problem = format!("{name} stands twice on the path to a row");
            faults.push(fault("E6142", path, problem));
        }
        if let Some(name) = child.attribute("name").filter(|_| child.name == "hmm")
            && !met.auxiliary.insert(name)
        {
            let problem = format!("hmm {name} stands twice on the path to a row");
            faults.push(fault("E6142", path, problem));
        }
        if name == "berichtszeitraum" && !is_period(child) {
            faults.push(fault("E6142", path, "the period is no date that exists"));
        }
        if name == "datenattribute"
            && child
                .attribute("dezimalzeichen")
                .is_some_and(|it| it != ",")
        {
            faults.push(fault("E6142", path, "the decimal sign is not a comma"));
        }
    }
    let mut rows = 0;
    each_child(it, path, &mut |child, path| match child.name.as_ref() {
        "segment" => rows += segment(child, &met, levels, path, faults),
        "datensegment" => rows += data(child, levels, path, faults),
        _ => {}
    });
    rows
}

/// Whether year, month and day exist.
fn is_period(period: &Element<'_>) -> bool {
    let number = |name: &str| {
        period
            .text_of(name)
            .map(|text| text.trim().parse::<i16>().ok())
    };
    let Some(year) = number("jahr") else {
        return true;
    };
    let month = number("monat").unwrap_or(Some(1));
    let day = number("tag").unwrap_or(Some(1));
    let parts = (
        year,
        month.and_then(|it| i8::try_from(it).ok()),
        day.and_then(|it| i8::try_from(it).ok()),
    );
    match parts {
        (Some(year), Some(month), Some(day)) => jiff::civil::Date::new(year, month, day).is_ok(),
        _ => false,
    }
}

/// A data segment; gives its rows.
fn data(it: &Element<'_>, levels: &mut Levels, path: &mut String, faults: &mut Vec<Fault>) -> u64 {
    let mut names = Vec::new();
    let mut innermost = it;
    while let Some(order) = innermost.child("omm") {
        names.push(order.attribute("name").unwrap_or_default().to_owned());
        innermost = order;
    }
    match levels {
        Some(levels) if *levels != names => {
            let problem = format!(
                "ordering facts are {}, before they were {}",
                names.join("/"),
                levels.join("/")
            );
            faults.push(fault("E6142", path, problem));
        }
        Some(_) => {}
        None => *levels = Some(names),
    }
    let mut rows = 0;
    each_child(innermost, path, &mut |row, path| {
        if row.name != "satz" {
            return;
        }
        rows += match row.text_of("anzahl") {
            None => 1,
            Some(text) => text.parse().unwrap_or_else(|_| {
                faults.push(fault("E6142", path, "anzahl is no whole number"));
                0
            }),
        };
        features(row, path, faults);
    });
    rows
}

/// The facts of a row or group: decimals with a comma.
fn features(it: &Element<'_>, path: &str, faults: &mut Vec<Fault>) {
    for child in &it.children {
        if child.name == "mmgr" {
            features(child, path, faults);
        } else if child.text_of("wert").is_some_and(has_decimal_point) {
            let name = child.attribute("name").unwrap_or_default();
            let problem = format!("{name} has a decimal point instead of a comma");
            faults.push(fault("E6142", path, problem));
        }
    }
}

/// Whether a number has a point that does not part thousands.
fn has_decimal_point(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let is_number = text.contains('.')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
        && text.bytes().filter(|byte| *byte == b',').count() <= 1;
    let whole = text.split(',').next().unwrap_or_default();
    let mut parts = whole.split('.');
    let first = parts.next().unwrap_or_default();
    let thousands = (1..=3).contains(&first.len()) && parts.all(|part| part.len() == 3);
    let point_after_comma = text
        .split_once(',')
        .is_some_and(|(_, rest)| rest.contains('.'));
    is_number && (!thousands || point_after_comma)
}
