//! Tables of amounts that passed disclosure control.

use std::fmt::Write as _;
use std::io::Write;

use sha2::{Digest, Sha256};

use crate::instance::MagnitudeRule;
use crate::lattice::Lattice;
use crate::{Label, WriteError};

/// The rules a table of amounts follows; part of its published text.
#[derive(Debug, Clone, PartialEq)]
pub struct AmountRules {
    /// When the largest contributors give a sum away.
    pub rule: MagnitudeRule,
    /// Least number of contributors of a sum that is shown.
    pub least_contributors: u32,
    /// Version of the rules.
    pub version: String,
}

impl AmountRules {
    /// The rules in words.
    #[must_use]
    pub fn english(&self) -> String {
        let rule = match self.rule {
            MagnitudeRule::Dominance {
                contributors,
                percent,
            } => format!(
                "no sum is shown of which the {contributors} largest contributors make up more than {percent} %"
            ),
            MagnitudeRule::PPercent { percent } => format!(
                "no sum is shown from which the largest contributor could be told to within {percent} %"
            ),
            MagnitudeRule::FewContributors { contributors } => {
                format!("no sum of fewer than {contributors} contributors is shown")
            }
        };
        let least = self.least_contributors;
        format!(
            "{rule}, and none of fewer than {least} contributors; no such sum follows from the others"
        )
    }
}

/// One cell of a released table of amounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleasedAmount<'a> {
    /// Codes, one per dimension; [`crate::TOTAL_CODE`] for a total.
    pub coordinates: Vec<&'a str>,
    /// The sum with up to two decimals, `None` when suppressed.
    pub value: Option<String>,
    /// `published`, `zero` or `suppressed`.
    pub status: &'static str,
}

/// A table of amounts that passed disclosure control. Like [`crate::ReleasedTable`] it has no public
/// constructor; [`crate::protect_amounts`] makes it. The same amounts and rules give the same bytes.
///
/// ```compile_fail,E0451
/// # use disclosure::ReleasedAmounts;
/// fn forged(released: ReleasedAmounts) -> ReleasedAmounts {
///     ReleasedAmounts { name: "forged".to_owned(), ..released }
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ReleasedAmounts {
    name: String,
    label: Label,
    lattice: Lattice,
    /// In hundredths.
    values: Vec<Option<u64>>,
    rules: AmountRules,
    content_hash: String,
}

impl ReleasedAmounts {
    pub(crate) fn seal(
        name: &str,
        label: &Label,
        lattice: Lattice,
        values: &[u64],
        hidden: &[bool],
        rules: &AmountRules,
    ) -> Self {
        let values = values.iter().zip(hidden);
        let mut table = Self {
            name: name.to_owned(),
            label: label.clone(),
            values: values
                .map(|(&value, &hidden)| (!hidden).then_some(value))
                .collect(),
            lattice,
            rules: rules.clone(),
            content_hash: String::new(),
        };
        table.content_hash = table.hash();
        table
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its title.
    #[must_use]
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// The rules it follows.
    #[must_use]
    pub fn rules(&self) -> &AmountRules {
        &self.rules
    }

    /// All cells and the suppressed ones among them.
    #[must_use]
    pub fn cell_numbers(&self) -> (usize, usize) {
        let suppressed = self.values.iter().filter(|value| value.is_none()).count();
        (self.values.len(), suppressed)
    }

    /// SHA-256 of everything published, in hexadecimal digits.
    #[must_use]
    pub fn content_hash(&self) -> &str {
        &self.content_hash
    }

    /// All cells in printing order, totals last.
    pub fn cells(&self) -> impl Iterator<Item = ReleasedAmount<'_>> {
        let cells = self.lattice.printed_cells().into_iter();
        cells.map(|cell| ReleasedAmount {
            coordinates: self.lattice.coordinates(cell),
            value: self.values[cell].map(written),
            status: match self.values[cell] {
                None => "suppressed",
                Some(0) => "zero",
                Some(_) => "published",
            },
        })
    }

    /// A cell as a table prints it: the sum, or `.` when suppressed; `None` for codes it lacks.
    #[must_use]
    pub fn display(&self, coordinates: &[&str]) -> Option<String> {
        let cell = self.lattice.find(coordinates)?;
        Some(self.values[cell].map_or_else(|| ".".to_owned(), written))
    }

    /// Writes all cells as CSV: a column per dimension, `value` (empty when suppressed), `status`.
    ///
    /// # Errors
    /// [`WriteError`] when the target cannot be written.
    pub fn write_csv<W: Write>(&self, target: W) -> Result<(), WriteError> {
        let mut writer = csv::Writer::from_writer(target);
        let dimensions = self.lattice.axes.iter().map(|axis| axis.code.as_str());
        writer.write_record(dimensions.chain(["value", "status"]))?;
        for cell in self.cells() {
            let value = cell.value.unwrap_or_default();
            let codes = cell.coordinates.into_iter();
            writer.write_record(codes.chain([value.as_str(), cell.status]))?;
        }
        writer.flush().map_err(csv::Error::from)?;
        Ok(())
    }

    fn hash(&self) -> String {
        let mut text = format!(
            "{}\n{}\n{}\n",
            self.name,
            self.rules.english(),
            self.rules.version
        );
        for cell in self.cells() {
            let value = cell.value.unwrap_or_default();
            // Writing to a text cannot fail.
            let _ = writeln!(
                text,
                "{}\t{value}\t{}",
                cell.coordinates.join("\t"),
                cell.status
            );
        }
        let mut digits = String::new();
        for byte in Sha256::digest(text.as_bytes()) {
            let _ = write!(digits, "{byte:02x}");
        }
        digits
    }
}

/// A number of 0 or more with at most two decimals, in hundredths.
pub(crate) fn hundredths_of(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    let hundredths: u64 = part.parse().ok()?;
    let hundredths = if part.len() == 1 {
        hundredths * 10
    } else {
        hundredths
    };
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(100)?
        .checked_add(hundredths)
}

/// Hundredths as a number without needless zeros.
pub(crate) fn written(hundredths: u64) -> String {
    let (whole, part) = (hundredths / 100, hundredths % 100);
    match part {
        0 => whole.to_string(),
        part if part % 10 == 0 => format!("{whole}.{}", part / 10),
        part => format!("{whole}.{part:02}"),
    }
}
