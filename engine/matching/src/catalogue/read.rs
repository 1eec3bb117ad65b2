//! Reading a catalogue from TOML: every problem at once, the legal check among them.

use std::collections::{BTreeMap, BTreeSet};

use domain::InputProblem;
use toml::de::{DeTable, DeValue};

use super::attribute::{AdmissibleAttribute, AnswerKind, WORK_STATUS_VALUES, forbidden_word};
use super::criterion::{
    CatalogueMode, CriteriaCatalogue, Criterion, CriterionScope, MissingEvidence, TieRuleStep,
    Valuation,
};
use super::toml_section::{Found, Section, Source};
use crate::error_codes as code;

/// Greatest points of one criterion, as in the procedure's applications.
const MOST_POINTS: i32 = 1000;
/// Most criteria of a catalogue.
const MOST_CRITERIA: usize = 200;

const WHOLE_FILE: &[&str] = &[
    "id",
    "version",
    "valid_from",
    "provider",
    "legal_basis",
    "mode",
    "evidence_missing",
    "tie",
    "global",
    "local",
];
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

impl CriteriaCatalogue {
    /// Reads a catalogue. Rows in problems are lines of the file.
    ///
    /// Criteria stand in `[[global]]` (set by the city) and `[[local]]` (set by the provider). By the kind
    /// of the attribute: yes or no with `points`; a choice with `options = { word = points }`; a number
    /// with `points_each` and `cap`, or with `at_least` and/or `at_most` and `points`. In a lexicographic
    /// catalogue every criterion has an `order` instead, 1 decides first; a choice has
    /// `levels = { word = level }` (the greater goes first) and a number its bounds or its `cap`.
    ///
    /// # Errors
    ///
    /// Every problem of the file at once, in the order of its lines: what is not TOML, keys and values
    /// that the format does not have, and whatever fails the legal check (E2155, E2156, E2157).
    ///
    /// ```
    /// use matching::CriteriaCatalogue;
    /// let text = r#"
    /// id = "t1"
    /// version = 1
    /// valid_from = 2026-08-01
    /// provider = "T1"
    /// legal_basis = "§ 4 SächsKitaG, statutes of T1, section 3"
    /// mode = "points"
    /// evidence_missing = "ignore"
    /// tie = ["older_child", "key"]
    ///
    /// [[local]]
    /// key = "sibling"
    /// german = "Geschwisterkind in der Einrichtung"
    /// english = "Sibling at the facility"
    /// attribute = "sibling_at_facility"
    /// points = 10
    /// "#;
    /// let catalogue = CriteriaCatalogue::parse(text, "t1.toml").unwrap();
    /// assert_eq!(catalogue.version_hash().len(), 64);
    ///
    /// let wrong = text.replace("sibling_at_facility", "migration_background");
    /// let problems = CriteriaCatalogue::parse(&wrong, "t1.toml").unwrap_err();
    /// assert_eq!((problems[0].code, problems[0].row), ("E2155", Some(15)));
    /// ```
    pub fn parse(text: &str, file: &str) -> Result<Self, Vec<InputProblem>> {
        let mut source = Source {
            file,
            text,
            problems: Vec::new(),
        };
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let line = source.line_at(error.span().map_or(0, |span| span.start));
            let shown: String = text
                .lines()
                .nth(line as usize - 1)
                .unwrap_or_default()
                .chars()
                .take(80)
                .collect();
            source.note(
                code::CATALOGUE_NOT_TOML,
                (line, "", &shown),
                format!("this is not TOML: {}", error.message()),
                "correct the line; texts stand in quotation marks",
            );
        }
        let catalogue = if source.problems.is_empty() {
            let table = document.get_ref();
            let top = Section {
                table,
                name: "the catalogue",
                line: 1,
            };
            read_catalogue(top, &mut source)
        } else {
            None
        };
        source
            .problems
            .sort_by(|a, b| (a.row, &a.column, a.code).cmp(&(b.row, &b.column, b.code)));
        match catalogue {
            Some(catalogue) if source.problems.is_empty() => Ok(catalogue),
            _ => Err(source.problems),
        }
    }
}

fn read_catalogue(top: Section<'_>, source: &mut Source<'_>) -> Option<CriteriaCatalogue> {
    source.refuse_other_keys(top, WHOLE_FILE);
    let mut text = |key, longest| {
        let found = source.need(top, key)?;
        source.text(found, longest)
    };
    let (id, provider, legal_basis) = (
        text("id", 64),
        text("provider", 64),
        text("legal_basis", 2000),
    );
    let version = source
        .need(top, "version")
        .and_then(|found| source.whole(found, 1, i32::MAX));
    let valid_from = source
        .need(top, "valid_from")
        .and_then(|found| source.day(found));
    let mode = source.need(top, "mode").and_then(|found| {
        let words = [
            ("points", CatalogueMode::Points),
            ("lexicographic", CatalogueMode::Lexicographic),
        ];
        source.word(found, &words)
    });
    let evidence_missing = source.need(top, "evidence_missing").and_then(|found| {
        let words = [
            ("count", MissingEvidence::Count),
            ("ignore", MissingEvidence::Ignore),
        ];
        source.word(found, &words)
    });
    let tie = read_tie(top, source);
    let mode_read = mode.unwrap_or(CatalogueMode::Points);
    let mut criteria = Vec::new();
    let mut sections = 0;
    for (key, scope) in [
        ("global", CriterionScope::Global),
        ("local", CriterionScope::Local),
    ] {
        for section in source.sections(top, key) {
            sections += 1;
            if let Some(criterion) = read_criterion(section, scope, mode_read, source) {
                criteria.push((criterion, section.line));
            }
        }
    }
    refuse_repetitions(&criteria, source);
    refuse_size(sections, source);
    let mut criteria: Vec<Criterion> = criteria.into_iter().map(|(it, _)| it).collect();
    criteria.sort_by(|a, b| a.key.cmp(&b.key));
    let weights = weights(&criteria, mode_read, source);
    Some(CriteriaCatalogue {
        id: id?,
        version: version?.unsigned_abs(),
        valid_from: valid_from?,
        provider: provider?,
        legal_basis: legal_basis?,
        mode: mode?,
        evidence_missing: evidence_missing?,
        tie: tie?,
        criteria,
        weights: weights?,
    })
}

/// The tie rules: at most one last rule, at the end, and none twice.
fn read_tie(top: Section<'_>, source: &mut Source<'_>) -> Option<Vec<TieRuleStep>> {
    let found = source.need(top, "tie")?;
    let words = TieRuleStep::ALL.map(|step| (step.name(), step));
    let mut steps = Vec::new();
    for item in source.list(found) {
        steps.push(source.word(item, &words)?);
    }
    let ends = steps.last().is_some_and(|step| step.is_last());
    let once = steps.iter().filter(|step| step.is_last()).count() == 1;
    let repeated = (1..steps.len()).any(|at| steps[..at].contains(&steps[at]));
    if !ends || !once || repeated {
        source.note(
            code::CATALOGUE_TIE,
            (found.line, "tie", ""),
            "the tie rules must end with key or lot, have neither before, and repeat none",
            "write for example [\"older_child\", \"lot\"]",
        );
        return None;
    }
    Some(steps)
}

fn read_criterion(
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

/// Keys and orders that appear twice.
fn refuse_repetitions(criteria: &[(Criterion, u64)], source: &mut Source<'_>) {
    let (mut keys, mut orders) = (BTreeSet::new(), BTreeSet::new());
    for (criterion, line) in criteria {
        if !keys.insert(&criterion.key) {
            source.note(
                code::CATALOGUE_REPETITION,
                (*line, "key", &criterion.key),
                "two criteria have this key",
                "give each criterion a key of its own",
            );
        }
        if let Some(order) = criterion.order
            && !orders.insert(order)
        {
            source.note(
                code::CATALOGUE_REPETITION,
                (*line, "order", &order.to_string()),
                "two criteria have this order: neither would decide before the other",
                "number the criteria from 1",
            );
        }
    }
}

fn refuse_size(sections: usize, source: &mut Source<'_>) {
    if sections == 0 || sections > MOST_CRITERIA {
        source.note(
            code::CATALOGUE_SIZE,
            (1, "global", &sections.to_string()),
            format!("a catalogue has 1 to {MOST_CRITERIA} criteria"),
            "add or merge criteria; the tie rules alone are no catalogue",
        );
    }
}

/// What one unit of each criterion is worth: 1 with points; in a lexicographic catalogue more than all
/// later criteria together, so that the sum orders as the criteria do.
fn weights(
    criteria: &[Criterion],
    mode: CatalogueMode,
    source: &mut Source<'_>,
) -> Option<BTreeMap<String, i32>> {
    if mode == CatalogueMode::Points {
        return Some(criteria.iter().map(|it| (it.key.clone(), 1)).collect());
    }
    let mut by_order: Vec<&Criterion> = criteria.iter().collect();
    by_order.sort_by_key(|criterion| std::cmp::Reverse(criterion.order));
    let mut weight = 1_i64;
    let mut weights = BTreeMap::new();
    for criterion in by_order {
        let Ok(fitting) = i32::try_from(weight) else {
            break;
        };
        weights.insert(criterion.key.clone(), fitting);
        weight = weight.saturating_mul(criterion.value.range().1 + 1);
    }
    if weight > i64::from(i32::MAX) {
        source.note(
            code::CATALOGUE_TOO_FINE,
            (1, "mode", "lexicographic"),
            "the criteria together tell more than 2,147,483,647 cases apart",
            "use fewer criteria, smaller caps or fewer levels",
        );
        return None;
    }
    Some(weights)
}
