//! Tables of amounts by a rule for contributors: costs of providers, hours of facilities.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use super::codes::{self, Problems};
use super::protect::ProtectError;
use super::rounded::cells_above;
use super::section::Section;
use super::sheet::{FurtherColumns, read_rows};
use super::{ProtectionSpec, message_of};
use crate::lattice::Lattice;
use crate::released_amounts::{AmountRules, ReleasedAmounts, hundredths_of};
use crate::{
    Atom, Contribution, Dimension, Instance, MagnitudeInstance, MagnitudeRule, PublishedSum,
};

/// Greatest amount of one record, in hundredths: a thousand million.
const MOST_PER_RECORD: u64 = 100_000_000_000;

/// Greatest sum of all records, in hundredths: beyond it a sum is not exact any more.
const MOST_IN_ALL: u64 = 9_000_000_000_000_000;

/// What is added up, by whom it is contributed, and when a sum gives a contributor away.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SpecAmounts {
    pub(super) amount: String,
    pub(super) contributor: String,
    pub(super) rule: MagnitudeRule,
}

/// The words for rules about contributors, which are also the names of their tables.
pub(super) const RULES: [&str; 2] = ["dominance", "p_percent"];

/// The parameters of a rule about contributors; `None` for the threshold rule and where they are
/// wrong, with the problems noted.
pub(super) fn amounts(
    rule: Option<&str>,
    top: &mut Section,
    problems: &mut Problems<'_>,
) -> Option<SpecAmounts> {
    let mut own = None;
    for named in RULES {
        let section = top.table(named, problems);
        match (section, rule == Some(named)) {
            (Some(section), true) => own = Some(section),
            (None, true) => problems.key(
                codes::RULE_PARAMETERS,
                named,
                "",
                "the table of parameters of the rule is missing",
            ),
            (Some(_), false) => problems.key(
                codes::RULE_PARAMETERS,
                named,
                rule.unwrap_or_default(),
                "the table of parameters belongs to another rule",
            ),
            (None, false) => {}
        }
    }
    let mut section = own?;
    let amount = section.required_text("amount", problems);
    let contributor = section.required_text("contributor", problems);
    let percent = section.required_number("percent", problems);
    let contributors = if rule == Some("dominance") {
        section.required_number("contributors", problems)
    } else {
        Some(1.0)
    };
    let in_range = |value: f64| value > 0.0 && value < 100.0;
    if let Some(percent) = percent.filter(|&percent| !in_range(percent)) {
        let message = "the share is not above 0 and below 100 per cent";
        problems.key(
            codes::RULE_PARAMETERS,
            &section.name("percent"),
            &percent.to_string(),
            message,
        );
    }
    let counted = |value: f64| value.fract() == 0.0 && (1.0..=100.0).contains(&value);
    if let Some(contributors) = contributors.filter(|&contributors| !counted(contributors)) {
        problems.key(
            codes::RULE_PARAMETERS,
            &section.name("contributors"),
            &contributors.to_string(),
            "the number of contributors is not a whole number from 1 to 100",
        );
    }
    section.close(problems);
    let (percent, contributors) = (percent?, contributors?);
    Some(SpecAmounts {
        amount: amount?,
        contributor: contributor?,
        rule: if rule == Some("dominance") {
            let contributors = contributors as usize;
            MagnitudeRule::Dominance {
                contributors,
                percent,
            }
        } else {
            MagnitudeRule::PPercent { percent }
        },
    })
}

impl ProtectionSpec {
    /// Whether its tables add up amounts instead of children; [`protect_amounts`] makes them then.
    #[must_use]
    pub fn is_about_amounts(&self) -> bool {
        self.amounts.is_some()
    }
}

/// Adds up the amounts of records and releases every table of the spec, in its order, protected
/// together: no sum that breaks the rule, or that fewer than `k` contribute to, can be calculated
/// from all tables of the spec together, and neither can a union of hidden sums that breaks it
/// ([`MagnitudeInstance::protect`]). For specs with `rule = "dominance"` or `"p_percent"`.
///
/// Amounts are 0 or more with at most two decimals; sums are exact. A record of 0 counts as a
/// contributor.
///
/// # Errors
/// [`ProtectError::Input`]: what is wrong with the file, E5030 to E5037, and E5102 for amounts;
/// E5103 where the spec is not about amounts or the proof does not hold.
///
/// ```
/// use disclosure::{protect_amounts, ProtectionSpec};
/// let spec = r#"{
///     "rule": "p_percent", "k": 3,
///     "p_percent": { "amount": "costs", "contributor": "provider", "percent": 10 },
///     "dimension": [{ "column": "area", "label_de": "Stadtteil", "label_en": "Area" }],
///     "table": [{ "name": "costs", "dimensions": ["area"] }]
/// }"#;
/// let spec = ProtectionSpec::parse(spec, "spec.json", |text| serde_json::from_str(text)).expect("a good spec");
/// let file = "area,provider,costs\na,p,900\na,q,5.50\na,r,5\nb,p,40\nb,q,140\nb,r,140\nc,p,30\nc,q,240\nc,r,250\n";
/// let tables = protect_amounts(file.as_bytes(), "costs.csv", &spec)?;
/// assert_eq!(tables[0].display(&["a"]).as_deref(), Some("."), "p makes up nearly all of it");
/// assert_eq!(tables[0].display(&["_total"]).as_deref(), Some("1750.5"));
///
/// let wrong = file.replace("900", "-900");
/// let refused = protect_amounts(wrong.as_bytes(), "costs.csv", &spec).unwrap_err();
/// assert!(refused.to_string().starts_with("E5102"));
/// # Ok::<(), disclosure::ProtectError>(())
/// ```
pub fn protect_amounts(
    input: impl Read,
    file: &str,
    spec: &ProtectionSpec,
) -> Result<Vec<ReleasedAmounts>, ProtectError> {
    let Some(amounts) = &spec.amounts else {
        return Err(not_proven(spec, "the rule of the spec is not about amounts").into());
    };
    let records = read(input, file, spec, amounts)?;
    let lattices = lattices(spec, &records)?;
    let (instance, leaf_sums) = instance(spec, &lattices, &records)?;
    let numbers = records.atoms.values().enumerate();
    let given: Vec<Contribution> = numbers
        .flat_map(|(atom, contributions)| {
            contributions
                .iter()
                .map(move |(contributor, &amount)| Contribution {
                    atom,
                    contributor: contributor.clone(),
                    amount: amount as f64,
                })
        })
        .collect();
    let magnitudes = MagnitudeInstance::new(instance, &given)?;
    let least = spec.minimum as usize;
    let rules = [
        amounts.rule,
        MagnitudeRule::FewContributors {
            contributors: least,
        },
    ];
    let pattern = magnitudes.protect(&rules)?;
    if magnitudes
        .first_revealed(&pattern.suppressed, &rules)?
        .is_some()
    {
        return Err(not_proven(spec, "a sum could still be calculated").into());
    }
    let stated = AmountRules {
        rule: amounts.rule,
        least_contributors: spec.minimum,
        version: spec.policy.version().to_owned(),
    };
    let mut first = 0;
    let tables = spec.tables.iter().zip(lattices).zip(leaf_sums);
    Ok(tables
        .map(|((table, lattice), mut values)| {
            lattice.add_up(&mut values);
            let hidden = &pattern.suppressed[first..first + lattice.cells()];
            first += lattice.cells();
            ReleasedAmounts::seal(&table.name, &table.label, lattice, &values, hidden, &stated)
        })
        .collect())
}

fn not_proven(spec: &ProtectionSpec, message: &str) -> Vec<domain::InputProblem> {
    let mut problems = Problems::of(&spec.file);
    problems.key(codes::AMOUNTS_NOT_PROVEN, "rule", "", message);
    problems.into_list()
}

/// Amounts of every contributor, by the codes of the dimensions used.
struct Records {
    used: Vec<usize>,
    atoms: BTreeMap<Vec<String>, BTreeMap<String, u64>>,
}

fn read(
    input: impl Read,
    file: &str,
    spec: &ProtectionSpec,
    amounts: &SpecAmounts,
) -> Result<Records, Vec<domain::InputProblem>> {
    let used: BTreeSet<usize> = spec
        .tables
        .iter()
        .flat_map(|table| table.dimensions.iter().copied())
        .collect();
    let used: Vec<usize> = used.into_iter().collect();
    let mut columns: Vec<&str> = used
        .iter()
        .map(|&number| spec.dimensions[number].column.as_str())
        .collect();
    columns.extend([amounts.contributor.as_str(), amounts.amount.as_str()]);
    let leaves: Vec<BTreeSet<&str>> = used
        .iter()
        .map(|&number| spec.dimensions[number].listed_leaves())
        .collect();
    let mut atoms: BTreeMap<Vec<String>, BTreeMap<String, u64>> = BTreeMap::new();
    let mut total = 0_u64;
    let mut problems = Problems::of(file);
    read_rows(
        input,
        &columns,
        FurtherColumns::Ignored,
        &mut problems,
        |problems, row, fields| {
            let mut good = true;
            for ((column, field), place) in columns.iter().zip(fields).zip(0..) {
                let listed = leaves.get(place).filter(|listed| !listed.is_empty());
                let wrong = if field.is_empty() {
                    Some((codes::EMPTY, "the field is empty"))
                } else if listed.is_some_and(|listed| !listed.contains(field)) {
                    let message = "the code is not a finest member of the dimension";
                    Some((codes::UNKNOWN_CODE, message))
                } else if place < used.len() && *field == crate::TOTAL_CODE {
                    Some((codes::UNKNOWN_CODE, "the code stands for the total"))
                } else {
                    None
                };
                if let Some((code, message)) = wrong {
                    problems.field(code, (row, column, field), message);
                    good = false;
                }
            }
            let (contributor, written) = (fields[used.len()], fields[used.len() + 1]);
            let amount = hundredths_of(written).filter(|&amount| amount <= MOST_PER_RECORD);
            let Some(amount) = amount else {
                if !written.is_empty() {
                    let message = "the amount is not a number from 0 to 1,000,000,000 with two decimals at most";
                    problems.field(
                        codes::AMOUNT,
                        (row, columns[used.len() + 1], written),
                        message,
                    );
                }
                return;
            };
            if !good {
                return;
            }
            total = total.saturating_add(amount);
            let codes = fields[..used.len()].iter().map(|&code| code.to_owned());
            let of_atom = atoms.entry(codes.collect()).or_default();
            *of_atom.entry(contributor.to_owned()).or_insert(0) += amount;
        },
    );
    if total > MOST_IN_ALL {
        problems.file(
            codes::AMOUNT,
            "the amounts add up to more than can be added exactly",
        );
    }
    problems.or(Records { used, atoms })
}

/// The cells of every table of the spec.
fn lattices(
    spec: &ProtectionSpec,
    records: &Records,
) -> Result<Vec<Lattice>, Vec<domain::InputProblem>> {
    let mut problems = Problems::of(&spec.file);
    let mut lattices = Vec::new();
    for table in &spec.tables {
        let dimensions: Vec<Dimension> = table
            .dimensions
            .iter()
            .map(|number| {
                let place = records.used.iter().position(|used| used == number);
                let found = records
                    .atoms
                    .keys()
                    .filter_map(|codes| Some(codes[place?].as_str()));
                spec.dimensions[*number].with_members(found)
            })
            .collect();
        match Lattice::new(dimensions) {
            Ok(lattice) => lattices.push(lattice),
            Err(error) => {
                problems.key(error.code(), "table", &table.name, &message_of(&error));
            }
        }
    }
    problems.or(lattices)
}

/// All cells of all tables over the combinations that have a record, and the amounts of the
/// finest cells of every table, in hundredths.
fn instance(
    spec: &ProtectionSpec,
    lattices: &[Lattice],
    records: &Records,
) -> Result<(Instance, Vec<Vec<u64>>), Vec<domain::InputProblem>> {
    let mut sums = Vec::new();
    let mut leaf_sums = Vec::new();
    for (table, lattice) in spec.tables.iter().zip(lattices) {
        let places: Vec<usize> = table
            .dimensions
            .iter()
            .filter_map(|number| records.used.iter().position(|used| used == number))
            .collect();
        let mut cells: Vec<PublishedSum> = (0..lattice.cells())
            .map(|cell| PublishedSum::new(lattice.coordinates(cell), Vec::new()))
            .collect();
        let mut own = vec![0_u64; lattice.cells()];
        for (atom, (codes, contributions)) in records.atoms.iter().enumerate() {
            let codes: Vec<&str> = places.iter().map(|&place| codes[place].as_str()).collect();
            // Every code of a record is a member: listed, or found.
            let Some(leaf) = lattice.find(&codes) else {
                continue;
            };
            own[leaf] += contributions.values().sum::<u64>();
            for cell in cells_above(lattice, leaf) {
                cells[cell].atoms.push(atom);
            }
        }
        sums.extend(cells);
        leaf_sums.push(own);
    }
    let columns: Vec<&str> = records
        .used
        .iter()
        .map(|&number| spec.dimensions[number].column.as_str())
        .collect();
    let atoms = records
        .atoms
        .keys()
        .map(|codes| Atom::new(codes.clone(), 0));
    let instance = Instance::from_sums("amounts", &columns, atoms.collect(), sums)?;
    Ok((instance, leaf_sums))
}
