//! Reading one criterion of a catalogue: what it asks, what the answer is worth, and the legal check.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::attribute::{AdmissibleAttribute, AnswerKind, WORK_STATUS_VALUES};
use super::criterion::{CatalogueMode, Criterion, CriterionScope, Valuation};
use super::forbidden::forbidden_word;
use super::toml_section::{Found, Section, Source};
use crate::error_codes as code;

/// Greatest points of one criterion, as in the procedure's applications.
const MOST_POINTS: i32 = 1000;

/// Keys of a criterion.
const CRITERION: &[&str] = &[
    "key",
    "german",
    "english",
    "attribute",
    "evidence",
    "order",
    "points",
    "levels",
    "options",
    "points_each",
    "cap",
    "at_least",
    "at_most",
];

/// One criterion, of any attribute.
pub(super) fn read_criterion(
    section: Section<'_>,
    scope: CriterionScope,
    mode: CatalogueMode,
    source: &mut Source<'_>,
) -> Option<Criterion> {
    source.refuse_other_keys(section, CRITERION);
    let mut texts = Vec::new();
    for key in ["key", "german", "english"] {
        let found = source.need(section, key);
        let longest = if key == "key" { 64 } else { 200 };
        let text = found.and_then(|found| source.text(found, longest));
        texts.push((found, text));
    }
    let evidence = source.find(section, "evidence");
    let evidence_text = evidence.and_then(|found| source.text(found, 200));
    let attribute = source
        .need(section, "attribute")
        .and_then(|found| read_attribute(found, source));
    texts.push((evidence, evidence_text.clone()));
    for (found, text) in &texts {
        if let (Some(found), Some(text)) = (found, text) {
            refuse_forbidden_word(*found, text, source);
        }
    }
    let order = read_order(section, mode, source);
    let value = attribute.and_then(|attribute| {
        let value = read_value(section, attribute, mode, source)?;
        if attribute.never_counts_against() && value.range().0 < 0 {
            source.note(
                code::CATALOGUE_COUNTS_AGAINST,
                (section.line, "points", ""),
                format!(
                    "{} counts against a child here: nobody may be treated worse for a disability or a hardship (Art. 3(3) GG, § 22a(4) SGB VIII)",
                    attribute.name()
                ),
                "write points of 0 or more",
            );
        }
        Some(value)
    });
    let mut text = texts.into_iter().map(|(_, text)| text);
    Some(Criterion {
        key: text.next()??,
        german: text.next()??,
        english: text.next()??,
        scope,
        attribute: attribute?,
        value: value?,
        order,
        evidence: evidence_text,
    })
}

/// An attribute of the closed list; the legal reason where it must not be used.
fn read_attribute(found: Found<'_>, source: &mut Source<'_>) -> Option<AdmissibleAttribute> {
    let name = source.text(found, 64)?;
    let attribute = AdmissibleAttribute::from_name(&name);
    if attribute.is_none() {
        let names: Vec<&str> = AdmissibleAttribute::ALL
            .map(AdmissibleAttribute::name)
            .into();
        let remedy = format!("use one of {}", names.join(", "));
        match forbidden_word(&name) {
            Some((_, ground)) => source.note(
                code::ATTRIBUTE_FORBIDDEN,
                (found.line, "attribute", &name),
                format!(
                    "no criterion may be built from this attribute: {}",
                    ground.reason()
                ),
                format!("remove the criterion, or {remedy}"),
            ),
            None => source.note(
                code::ATTRIBUTE_UNKNOWN,
                (found.line, "attribute", &name),
                "the attribute is not on the closed list of admissible ones",
                remedy,
            ),
        }
    }
    attribute
}

fn refuse_forbidden_word(found: Found<'_>, text: &str, source: &mut Source<'_>) {
    if let Some((word, ground)) = forbidden_word(text) {
        source.note(
            code::LABEL_FORBIDDEN,
            (found.line, found.key, text),
            format!(
                "the word {word:?} names what must not be used: {}",
                ground.reason()
            ),
            "say what the admissible attribute says, or remove the criterion",
        );
    }
}

/// The order of a lexicographic criterion; refused in a catalogue of points.
fn read_order(section: Section<'_>, mode: CatalogueMode, source: &mut Source<'_>) -> Option<u32> {
    match (mode, source.find(section, "order")) {
        (CatalogueMode::Lexicographic, _) => {
            let found = source.need(section, "order")?;
            source.whole(found, 1, 1000).map(i32::unsigned_abs)
        }
        (CatalogueMode::Points, Some(found)) => {
            wrong_key(found, "a catalogue of points has no order", source);
            None
        }
        (CatalogueMode::Points, None) => None,
    }
}

fn wrong_key(found: Found<'_>, message: &str, source: &mut Source<'_>) {
    source.note(
        code::CATALOGUE_KEY_UNFIT,
        (found.line, found.key, &found.shown()),
        message,
        "remove the key",
    );
}

/// What the answer is worth, by the kind of the attribute.
fn read_value(
    section: Section<'_>,
    attribute: AdmissibleAttribute,
    mode: CatalogueMode,
    source: &mut Source<'_>,
) -> Option<Valuation> {
    let counts = source.find(section, "cap").is_some();
    refuse_unfit_keys(section, attribute, mode, counts, source);
    let points = |key, source: &mut Source<'_>| match mode {
        CatalogueMode::Lexicographic => Some(1),
        CatalogueMode::Points => {
            let found = source.need(section, key)?;
            source.whole(found, -MOST_POINTS, MOST_POINTS)
        }
    };
    match (attribute.kind(), counts) {
        (AnswerKind::YesNo, _) => Some(Valuation::YesNo {
            value: points("points", source)?,
        }),
        (AnswerKind::Choice, _) => read_options(section, mode, source),
        (AnswerKind::Number, true) => {
            let each = points("points_each", source);
            let found = source.need(section, "cap")?;
            let cap = source.whole(found, 1, MOST_POINTS)?.unsigned_abs();
            let each = each?;
            if i64::from(each).abs() * i64::from(cap) > i64::from(MOST_POINTS) {
                source.bad(
                    found,
                    "a cap at which the criterion gives at most 1000 points",
                );
                return None;
            }
            Some(Valuation::Count { each, cap })
        }
        (AnswerKind::Number, false) => {
            let value = points("points", source);
            read_threshold(section, value, source)
        }
    }
}

/// A number within bounds.
fn read_threshold(
    section: Section<'_>,
    value: Option<i32>,
    source: &mut Source<'_>,
) -> Option<Valuation> {
    let mut bound = |key| {
        let found = source.find(section, key)?;
        source.whole(found, 0, 100_000).map(i32::unsigned_abs)
    };
    let (at_least, at_most) = (bound("at_least"), bound("at_most"));
    if at_least.is_none() && at_most.is_none() {
        source.note(
            code::CATALOGUE_KEY_MISSING,
            (section.line, "at_most", ""),
            "a criterion on a number needs at_least, at_most or cap",
            "add the key",
        );
        return None;
    }
    Some(Valuation::Threshold {
        at_least,
        at_most,
        value: value?,
    })
}

/// Keys of a criterion that mean nothing for the kind of its attribute.
fn refuse_unfit_keys(
    section: Section<'_>,
    attribute: AdmissibleAttribute,
    mode: CatalogueMode,
    counts: bool,
    source: &mut Source<'_>,
) {
    let fitting: &[&str] = match (attribute.kind(), mode, counts) {
        (AnswerKind::YesNo, CatalogueMode::Points, _) => &["points"],
        (AnswerKind::YesNo, CatalogueMode::Lexicographic, _) => &[],
        (AnswerKind::Choice, CatalogueMode::Points, _) => &["options"],
        (AnswerKind::Choice, CatalogueMode::Lexicographic, _) => &["levels"],
        (AnswerKind::Number, CatalogueMode::Points, true) => &["points_each", "cap"],
        (AnswerKind::Number, CatalogueMode::Lexicographic, true) => &["cap"],
        (AnswerKind::Number, CatalogueMode::Points, false) => &["points", "at_least", "at_most"],
        (AnswerKind::Number, CatalogueMode::Lexicographic, false) => &["at_least", "at_most"],
    };
    let all = [
        "points",
        "levels",
        "options",
        "points_each",
        "cap",
        "at_least",
        "at_most",
    ];
    for key in all {
        if let Some(found) = source.find(section, key)
            && !fitting.contains(&key)
        {
            let name = attribute.name();
            let message = format!("this key does not fit {name} in this kind of catalogue");
            wrong_key(found, &message, source);
        }
    }
}

/// The words of a choice with their values.
fn read_options(
    section: Section<'_>,
    mode: CatalogueMode,
    source: &mut Source<'_>,
) -> Option<Valuation> {
    let (key, low, high) = match mode {
        CatalogueMode::Points => ("options", -MOST_POINTS, MOST_POINTS),
        CatalogueMode::Lexicographic => ("levels", 1, 100),
    };
    let found = source.need(section, key)?;
    let DeValue::Table(table) = found.value.get_ref() else {
        source.bad(found, "a list of words with numbers in braces");
        return None;
    };
    let mut options = BTreeMap::new();
    for (name, value) in table {
        let word = name.get_ref().as_ref();
        let line = source.line_at(name.span().start);
        if !WORK_STATUS_VALUES.contains(&word) {
            source.note(
                code::CATALOGUE_VALUE,
                (line, key, word),
                "the attribute has no value of this name",
                format!("use one of {}", WORK_STATUS_VALUES.join(", ")),
            );
            continue;
        }
        if let Some(value) = source.whole(Found { value, key, line }, low, high) {
            options.insert(word.to_owned(), value);
        }
    }
    Some(Valuation::Choice { options })
}
