//! Reading a catalogue from TOML: every problem at once, the legal check among them.

use std::collections::{BTreeMap, BTreeSet};

use domain::InputProblem;
use toml::de::DeTable;

use super::criterion::{
    CatalogueMode, CriteriaCatalogue, Criterion, CriterionScope, MissingEvidence, TieRuleStep,
};
use super::read_criterion::read_criterion;
use super::toml_section::{Section, Source};
use crate::error_codes as code;

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
