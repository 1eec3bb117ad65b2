//! From records to released tables by the method of the spec.

use std::collections::BTreeSet;
use std::io::Read;

use domain::InputProblem;

use super::codes::{self, Problems};
use super::method::{SpecCellKeys, SpecMethod};
use super::rounded::rounded_together;
use super::sheet::{FurtherColumns, read_rows};
use super::{ProtectionSpec, read_microdata};
use crate::{
    CellKeyError, KeyedCounts, MergingError, RecordKey, ReleaseError, ReleasedTable, RoundingError,
    SecretKey, TableError, merge, merge_or_suppress, perturb, release, round,
};

/// Why nothing was released.
#[derive(Debug, thiserror::Error)]
pub enum ProtectError {
    /// Problems of the microdata or the spec.
    #[error("{}", .0.first().map_or_else(String::new, ToString::to_string))]
    Input(Vec<InputProblem>),
    /// Suppression.
    #[error(transparent)]
    Suppression(#[from] ReleaseError),
    /// Cell keys.
    #[error(transparent)]
    CellKeys(#[from] CellKeyError),
    /// Rounding.
    #[error(transparent)]
    Rounding(#[from] RoundingError),
    /// Merging.
    #[error(transparent)]
    Merging(#[from] MergingError),
}

impl From<Vec<InputProblem>> for ProtectError {
    fn from(problems: Vec<InputProblem>) -> Self {
        Self::Input(problems)
    }
}

/// Counts records and releases every table of the spec by its method, in the order of the spec.
///
/// `secret` is the secret of the record keys, needed for `method = "cell-keys"` and ignored for
/// others; it is neither kept nor shown.
///
/// # Errors
/// [`ProtectError`]: what [`read_microdata`] refuses; for cell keys also E5080 (no secret) and
/// E5081 (a pseudonym twice); and what the method of the spec refuses.
///
/// ```
/// use disclosure::{protect, ProtectionSpec};
/// let spec = r#"{
///     "rule": "threshold", "k": 3, "method": "rounding", "rounding": { "base": 5 },
///     "dimension": [{ "column": "area", "label_de": "Stadtteil", "label_en": "Area" }],
///     "table": [{ "name": "by_area", "dimensions": ["area"] }]
/// }"#;
/// let spec = ProtectionSpec::parse(spec, "spec.json", |text| serde_json::from_str(text)).expect("a good spec");
/// let file = "child,area\n1,a\n2,a\n3,a\n4,b\n";
/// let tables = protect(file.as_bytes(), "children.csv", &spec, None)?;
/// assert_eq!(tables[0].display(&["a"]).as_deref(), Some("5"));
/// assert_eq!(tables[0].display(&["_total"]).as_deref(), Some("5"));
/// # Ok::<(), disclosure::ProtectError>(())
/// ```
pub fn protect(
    input: impl Read,
    file: &str,
    spec: &ProtectionSpec,
    secret: Option<&[u8]>,
) -> Result<Vec<ReleasedTable>, ProtectError> {
    if spec.is_about_amounts() {
        let mut problems = Problems::of(&spec.file);
        let message = "the tables are about amounts, which are protected by protect_amounts";
        problems.key(codes::RULE_METHOD, "rule", "", message);
        return Err(problems.into_list().into());
    }
    if let SpecMethod::CellKeys(method) = &spec.method {
        return perturbed(input, file, spec, method, secret);
    }
    let policy = spec.policy();
    if let (SpecMethod::Rounding(rule), [_, _, ..]) = (&spec.method, spec.tables.as_slice()) {
        return rounded_together(input, file, spec, *rule);
    }
    let tables = read_microdata(input, file, spec)?;
    let released = tables.into_iter().map(|table| match &spec.method {
        SpecMethod::Rounding(rule) => Ok(round(table, *rule, policy)?),
        SpecMethod::Merging(merging) if table.has_dimension(merging.rule.dimension()) => {
            Ok(match merging.or_suppress_by {
                Some(metric) => merge_or_suppress(table, &merging.rule, metric, policy)?.0,
                None => merge(table, &merging.rule, policy)?,
            })
        }
        _ => Ok(release(table, policy)?),
    });
    released.collect()
}

/// As the others, but every record of a child brings its key.
fn perturbed(
    input: impl Read,
    file: &str,
    spec: &ProtectionSpec,
    method: &SpecCellKeys,
    secret: Option<&[u8]>,
) -> Result<Vec<ReleasedTable>, ProtectError> {
    let Some(secret) = secret else {
        let mut problems = Problems::of(&spec.file);
        problems.key(
            codes::RECORDS,
            "cell_keys",
            "",
            "the secret of the record keys is missing",
        );
        return Err(problems.into_list().into());
    };
    let secret = SecretKey::new(&method.key_version, secret)?;
    let keys = secret.on(method.reference_date);
    let records = read_keyed(input, file, spec, method, |pseudonym| {
        keys.record_key(pseudonym)
    })?;
    let mut problems = Problems::of(file);
    let mut released = Vec::new();
    for table in &spec.tables {
        let numbers = table.dimensions.iter();
        let dimensions = numbers.map(|&number| {
            let found = records.iter().map(|(codes, _)| codes[number].as_str());
            spec.dimensions[number].with_members(found)
        });
        let refused = |error: TableError, problems: &mut Problems<'_>| {
            problems.file(error.code(), super::message_of(&error));
        };
        let label = table.label.clone();
        let mut counts = match KeyedCounts::new(&table.name, label, dimensions.collect()) {
            Ok(counts) => counts,
            Err(error) => {
                refused(error, &mut problems);
                continue;
            }
        };
        for (row, (codes, key)) in records.iter().enumerate() {
            let own = table
                .dimensions
                .iter()
                .map(|&number| codes[number].as_str());
            let own: Vec<&str> = own.collect();
            if counts.add_record(&own, *key).is_err() {
                let message = format!(
                    "{} names no finest cell of table {}",
                    own.join(" / "),
                    table.name
                );
                problems.row(codes::UNKNOWN_CODE, row as u64 + 1, message);
            }
        }
        if problems.none() {
            released.push(perturb(
                counts,
                &method.table,
                secret.version(),
                spec.policy(),
            )?);
        }
    }
    Ok(problems.or(released)?)
}

/// The codes of every dimension (empty for those no table uses) and the key of every record.
fn read_keyed(
    input: impl Read,
    file: &str,
    spec: &ProtectionSpec,
    method: &SpecCellKeys,
    key_of: impl Fn(&str) -> RecordKey,
) -> Result<Vec<(Vec<String>, RecordKey)>, Vec<InputProblem>> {
    let used: BTreeSet<usize> = spec
        .tables
        .iter()
        .flat_map(|table| table.dimensions.iter().copied())
        .collect();
    let mut columns: Vec<&str> = used
        .iter()
        .map(|&number| spec.dimensions[number].column.as_str())
        .collect();
    columns.push(&method.pseudonym);
    let mut problems = Problems::of(file);
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut records = Vec::new();
    read_rows(
        input,
        &columns,
        FurtherColumns::Ignored,
        &mut problems,
        |problems, row, fields| {
            for (column, field) in columns.iter().zip(fields) {
                if field.is_empty() {
                    problems.field(codes::EMPTY, (row, column, field), "the field is empty");
                }
            }
            let pseudonym = fields[used.len()];
            if !seen.insert(pseudonym.to_owned()) && !pseudonym.is_empty() {
                let message = "the pseudonym appeared in an earlier row";
                problems.field(codes::PSEUDONYM, (row, &method.pseudonym, ""), message);
            }
            let mut codes = vec![String::new(); spec.dimensions.len()];
            for (&number, field) in used.iter().zip(fields) {
                codes[number] = (*field).to_owned();
            }
            records.push((codes, key_of(pseudonym)));
        },
    );
    problems.or(records)
}
