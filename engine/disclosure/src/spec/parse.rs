//! From the tree of a document to a spec, with every problem noted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use domain::InputProblem;

use super::amounts::{RULES, SpecAmounts, amounts};
use super::codes::{self, Problems};
use super::document::{Entry, SpecDocument};
use super::method::{SpecMethod, method};
use super::section::Section;
use super::{ProtectionSpec, SpecDimension, SpecTable, message_of};
use crate::policy::ZeroRule;
use crate::{DisclosurePolicy, Label, Member};

pub(super) fn parse<E: Display>(
    file: &str,
    parsed: Result<SpecDocument, E>,
) -> Result<ProtectionSpec, Vec<InputProblem>> {
    let refused = |message: String| {
        let mut problems = Problems::of(file);
        problems.file(codes::SYNTAX, message);
        problems.into_list()
    };
    let entries = match parsed {
        Ok(SpecDocument(Entry::Table(entries))) => entries,
        Ok(SpecDocument(other)) => {
            let found = other.shown();
            return Err(refused(format!("the spec is {found} instead of keys")));
        }
        Err(error) => return Err(refused(format!("the spec cannot be parsed: {error}"))),
    };
    let mut problems = Problems::of(file);
    let mut top = Section::new(String::new(), entries);
    let named_rule = match top.entries.get("rule") {
        Some(Entry::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let policy = rule(&mut top, &mut problems);
    let amounts = amounts(named_rule.as_deref(), &mut top, &mut problems);
    let method = method(&mut top, &mut problems);
    let count = top.text("count", &mut problems);
    let dimensions: Vec<SpecDimension> = top
        .sections("dimension", &mut problems)
        .into_iter()
        .filter_map(|section| dimension(section, &mut problems))
        .collect();
    let written: Vec<TableEntry> = top
        .sections("table", &mut problems)
        .into_iter()
        .filter_map(|section| table(section, &mut problems))
        .collect();
    top.close(&mut problems);
    check_dimensions(&dimensions, count.as_deref(), &policy, &mut problems);
    let tables = resolve(written, &dimensions, &mut problems);
    check_method(
        &method,
        count.as_deref(),
        &policy,
        &dimensions,
        &mut problems,
    );
    if RULES.contains(&named_rule.as_deref().unwrap_or_default()) {
        check_amounts(
            amounts.as_ref(),
            &method,
            count.as_deref(),
            &policy,
            &dimensions,
            &mut problems,
        );
    }
    let spec = ProtectionSpec {
        file: file.to_owned(),
        count,
        minimum: policy.minimum_frequency(""),
        policy,
        method,
        amounts,
        dimensions,
        tables,
    };
    problems.or(spec)
}

/// The rules; the default policy stands in where they are wrong, and the problem is noted.
fn rule(top: &mut Section, problems: &mut Problems<'_>) -> DisclosurePolicy {
    match top.required_text("rule", problems).as_deref() {
        None | Some("threshold" | "dominance" | "p_percent") => {}
        Some(other) => problems.key(
            codes::WRONG_VALUE,
            "rule",
            other,
            "the rule is not threshold, dominance or p_percent",
        ),
    }
    if let Some(ledger) = top.entries.remove("ledger") {
        problems.key(
            codes::LEDGER_NOT_COVERED,
            "ledger",
            &ledger.shown(),
            "the ledger is no part of a spec: give it with `placewright protect --ledger`",
        );
    }
    let zeros = match top.text("zeros", problems).as_deref() {
        None | Some("published") => ZeroRule::Published,
        Some("suppressed") => ZeroRule::Suppressed,
        Some(other) => {
            problems.key(
                codes::WRONG_VALUE,
                "zeros",
                other,
                "zeros are neither published nor suppressed",
            );
            ZeroRule::Published
        }
    };
    let version = top.text("version", problems).unwrap_or_else(|| "1".into());
    let Some(minimum) = top.minimum(problems) else {
        return DisclosurePolicy::default();
    };
    match DisclosurePolicy::new(version, minimum, minimum, zeros) {
        Ok(policy) => policy,
        Err(error) => {
            let message = error.to_string();
            let message = message.trim_start_matches("E5010: ");
            problems.key("E5010", "k", &minimum.to_string(), message);
            DisclosurePolicy::default()
        }
    }
}

/// What is wrong with the method beside the rest of the spec.
fn check_method(
    method: &SpecMethod,
    count: Option<&str>,
    policy: &DisclosurePolicy,
    dimensions: &[SpecDimension],
    problems: &mut Problems<'_>,
) {
    let minimum = policy.minimum_frequency("");
    match method {
        SpecMethod::Suppression => {}
        SpecMethod::CellKeys(keys) => {
            if let Some(count) = count {
                let message = "with cell keys every record is one child";
                problems.key(codes::RECORDS, "count", count, message);
            }
            let deviation = keys.table.maximum_deviation();
            if deviation < minimum {
                let (key, value) = ("cell_keys.maximum_deviation", deviation.to_string());
                problems.key("E5078", key, &value, "the deviation is below k");
            }
        }
        SpecMethod::Rounding(rule) => {
            let (key, value) = ("rounding.base", rule.base().to_string());
            if rule.base() < minimum {
                problems.key("E5075", key, &value, "the base is below k");
            } else if !rule.keeps_small_counts_uncertain(minimum) {
                problems.key(codes::BASE_TOO_FINE, key, &value, "the base is not above k");
            }
        }
        SpecMethod::Merging(merging) => {
            let named = merging.rule.dimension();
            if !dimensions.iter().any(|dimension| dimension.column == named) {
                let message = "no dimension of the spec has this column";
                problems.key("E5076", "merging.dimension", named, message);
            }
        }
    }
}

/// What a rule about contributors cannot stand beside.
fn check_amounts(
    amounts: Option<&SpecAmounts>,
    method: &SpecMethod,
    count: Option<&str>,
    policy: &DisclosurePolicy,
    dimensions: &[SpecDimension],
    problems: &mut Problems<'_>,
) {
    if *method != SpecMethod::Suppression {
        let message = "tables of amounts are protected by suppression only";
        problems.key(codes::RULE_METHOD, "method", "", message);
    }
    if policy.zeros() == ZeroRule::Suppressed {
        let message = "a sum without contributors is shown as 0";
        problems.key(codes::RULE_METHOD, "zeros", "suppressed", message);
    }
    if let Some(count) = count {
        let message = "amounts are added up, not children";
        problems.key(codes::RULE_METHOD, "count", count, message);
    }
    let Some(amounts) = amounts else { return };
    let columns = [&amounts.amount, &amounts.contributor];
    let of_dimension = |column: &&&String| dimensions.iter().any(|other| other.column == ***column);
    for column in columns.iter().filter(of_dimension) {
        let message = "the column is a dimension as well";
        problems.key(codes::NAMED_TWICE, "rule", column, message);
    }
    if amounts.amount == amounts.contributor {
        let message = "the column is the amount and the contributor";
        problems.key(codes::NAMED_TWICE, "rule", &amounts.amount, message);
    }
}

fn dimension(mut section: Section, problems: &mut Problems<'_>) -> Option<SpecDimension> {
    let column = section.required_text("column", problems);
    let de = section.required_text("label_de", problems);
    let en = section.required_text("label_en", problems);
    let listed = section.texts("members", problems).unwrap_or_default();
    let parents = section.table("parents", problems);
    let labels = section.table("labels", problems);
    let mut above = BTreeMap::new();
    if let Some(mut parents) = parents {
        for code in parents.keys() {
            if let Some(parent) = parents.text(&code, problems) {
                above.insert(code, parent);
            }
        }
    }
    let mut names = BTreeMap::new();
    if let Some(mut labels) = labels {
        for code in labels.keys() {
            if let Some(mut label) = labels.table(&code, problems) {
                let de = label.required_text("de", problems);
                let en = label.required_text("en", problems);
                if let (Some(de), Some(en)) = (de, en) {
                    names.insert(code, Label::new(de, en));
                }
                label.close(problems);
            }
        }
    }
    let mut seen = BTreeSet::new();
    for code in &listed {
        if !seen.insert(code.clone()) {
            problems.key(
                codes::NAMED_TWICE,
                &section.name("members"),
                code,
                "the member is listed twice",
            );
        }
    }
    section.close(problems);
    let further: BTreeSet<String> = above
        .iter()
        .flat_map(|(code, parent)| [code, parent])
        .chain(names.keys())
        .filter(|code| !seen.contains(*code))
        .cloned()
        .collect();
    let mut order = listed;
    let mut kept = BTreeSet::new();
    order.retain(|code| kept.insert(code.clone()));
    order.extend(further);
    let members = order
        .into_iter()
        .map(|code| {
            let label = names.get(&code).cloned();
            let label = label.unwrap_or_else(|| Label::new(&code, &code));
            let parent = above.get(&code).cloned();
            Member {
                code,
                label,
                parent,
            }
        })
        .collect();
    Some(SpecDimension {
        column: column?,
        label: Label::new(de?, en?),
        members,
    })
}

/// A table before its dimensions are looked up.
struct TableEntry {
    place: String,
    name: String,
    label: Label,
    columns: Vec<String>,
}

fn table(mut section: Section, problems: &mut Problems<'_>) -> Option<TableEntry> {
    let name = section.required_text("name", problems);
    if let Some(name) = &name
        && !name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-')
    {
        problems.key(
            codes::WRONG_VALUE,
            &section.name("name"),
            name,
            "the name of a table, which is also that of its file, takes small letters, digits, _ and -",
        );
    }
    let columns = section.required_texts("dimensions", problems);
    let de = section.text("label_de", problems);
    let en = section.text("label_en", problems);
    let place = section.place.clone();
    section.close(problems);
    let (name, columns) = (name?, columns?);
    Some(TableEntry {
        place,
        label: Label::new(
            de.unwrap_or_else(|| name.clone()),
            en.unwrap_or_else(|| name.clone()),
        ),
        name,
        columns,
    })
}

fn check_dimensions(
    dimensions: &[SpecDimension],
    count: Option<&str>,
    policy: &DisclosurePolicy,
    problems: &mut Problems<'_>,
) {
    for (number, dimension) in dimensions.iter().enumerate() {
        let place = format!("dimension {}", number + 1);
        let earlier = &dimensions[..number];
        if earlier.iter().any(|other| other.column == dimension.column) {
            problems.key(
                codes::NAMED_TWICE,
                &place,
                &dimension.column,
                "an earlier dimension has this column",
            );
        }
        if count == Some(dimension.column.as_str()) {
            problems.key(
                codes::NAMED_TWICE,
                &place,
                &dimension.column,
                "the column is the count as well",
            );
        }
        if let Err(error) = dimension.check() {
            problems.key(error.code(), &place, &dimension.column, &message_of(&error));
        }
        if policy.zeros() == ZeroRule::Suppressed && !dimension.is_listed() {
            problems.key(
                codes::MEMBERS_NEEDED,
                &place,
                &dimension.column,
                "zeros are suppressed and the members are not listed",
            );
        }
    }
}

fn resolve(
    written: Vec<TableEntry>,
    dimensions: &[SpecDimension],
    problems: &mut Problems<'_>,
) -> Vec<SpecTable> {
    let mut tables: Vec<SpecTable> = Vec::new();
    for entry in written {
        if tables.iter().any(|other| other.name == entry.name) {
            problems.key(
                codes::NAMED_TWICE,
                &entry.place,
                &entry.name,
                "an earlier table has this name",
            );
        }
        let mut numbers = Vec::new();
        for column in &entry.columns {
            match dimensions.iter().position(|other| other.column == *column) {
                Some(number) => numbers.push(number),
                None => problems.key(
                    codes::UNKNOWN_DIMENSION,
                    &format!("{}.dimensions", entry.place),
                    column,
                    "no dimension of the spec has this column",
                ),
            }
        }
        let all_found = numbers.len() == entry.columns.len();
        let table = SpecTable {
            name: entry.name,
            label: entry.label,
            dimensions: numbers,
        };
        let all_good = table
            .dimensions
            .iter()
            .all(|&number| dimensions[number].check().is_ok());
        if all_found
            && all_good
            && let Err(error) = table.check(dimensions)
        {
            problems.key(error.code(), &entry.place, &table.name, &message_of(&error));
        }
        tables.push(table);
    }
    tables
}
