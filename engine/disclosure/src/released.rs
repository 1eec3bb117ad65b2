//! A table that passed disclosure control.

use std::io::Write;

use serde::ser::{Serialize, SerializeStruct, Serializer};
use sha2::{Digest, Sha256};

use crate::lattice::Lattice;
use crate::method::{KnownInterval, ProtectionMethod};
use crate::note::{MethodNote, method_note, note_beside_others};
use crate::policy::ZeroRule;
use crate::{DisclosurePolicy, Label, WriteError};

/// What a reader may know about a cell.
///
/// There is no separate status for a small count and for a cell hidden to protect another one:
/// "small" would tell that the count lies between 1 and `k - 1`, and the protection, which
/// promises that nobody can confirm "fewer than `k`", would be lost by the label. Who may know
/// finds the distinction in [`crate::InternalAudit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CellStatus {
    /// The exact count.
    Published,
    /// Nobody, and shown as 0.
    Zero,
    /// Hidden, because it is small or because it would give away a small one.
    Suppressed,
    /// Changed by noise, perhaps by none; every cell of such a table has this status.
    Perturbed,
    /// Rounded or added up from rounded cells; every cell of such a table has this status.
    Rounded,
    /// The exact count of an area put together from several.
    Merged,
}

impl CellStatus {
    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Zero => "zero",
            Self::Suppressed => "suppressed",
            Self::Perturbed => "perturbed",
            Self::Rounded => "rounded",
            Self::Merged => "merged",
        }
    }
}

/// One cell of a released table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ReleasedCell<'a> {
    /// Codes, one per dimension; [`crate::TOTAL_CODE`] for a total.
    pub coordinates: Vec<&'a str>,
    /// The count, `None` when suppressed.
    pub value: Option<u64>,
    /// What may be known.
    pub status: CellStatus,
}

impl ReleasedCell<'_> {
    /// The cell as a table prints it: the count, or `.` when suppressed.
    ///
    /// A suppressed cell never prints as `<3`, see [`CellStatus`].
    #[must_use]
    pub fn display(&self) -> String {
        self.value
            .map_or_else(|| ".".to_owned(), |value| value.to_string())
    }
}

/// One dimension of a released table, its total included.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ReleasedDimension<'a> {
    /// Column name.
    pub code: &'a str,
    /// Name.
    pub label: &'a Label,
    /// Members in printing order, the total last.
    pub members: Vec<ReleasedMember<'a>>,
}

/// One member of a released dimension.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ReleasedMember<'a> {
    /// Code.
    pub code: &'a str,
    /// Name.
    pub label: &'a Label,
    /// Code of the member it is part of; `None` for the total.
    pub parent: Option<&'a str>,
}

/// What the protection cost, computed from published numbers only.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ReleaseLoss {
    /// All cells, totals included.
    pub cells: usize,
    /// Suppressed cells.
    pub suppressed_cells: usize,
    /// Suppressed cells by all cells, 0 to 1.
    pub share_of_cells: f64,
    /// Children in suppressed leaf cells by all children, 0 to 1; `None` where the grand total
    /// itself is suppressed, because the share would help to find it.
    pub share_of_count: Option<f64>,
    /// How far a shown number can lie from its count at most, over all cells; `None` for methods
    /// that show exact counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub greatest_possible_difference: Option<u64>,
}

/// A table that passed disclosure control: the only form in which counts of children by
/// dimensions leave the house.
///
/// It has no public constructor and no `Deserialize`; [`crate::release`], [`crate::perturb`],
/// [`crate::round`] and [`crate::merge`] make it. The same counts and the same policy give the same bytes and the same [`content_hash`](Self::content_hash).
#[derive(Debug, Clone, PartialEq)]
pub struct ReleasedTable {
    name: String,
    label: Label,
    lattice: Lattice,
    values: Vec<Option<u64>>,
    policy: DisclosurePolicy,
    method: ProtectionMethod,
    loss: ReleaseLoss,
    beside_others: bool,
    content_hash: String,
}

impl ReleasedTable {
    /// Keeps what is not suppressed and forgets the rest.
    pub(crate) fn seal(
        name: &str,
        label: &Label,
        lattice: &Lattice,
        values: &[u64],
        suppressed: &[bool],
        policy: &DisclosurePolicy,
    ) -> Self {
        let values: Vec<Option<u64>> = values
            .iter()
            .zip(suppressed)
            .map(|(&value, &hidden)| (!hidden).then_some(value))
            .collect();
        Self::of_values(name, label, lattice, values, policy)
    }

    /// Keeps what is shown and how it was protected.
    pub(crate) fn seal_values(
        name: &str,
        label: &Label,
        lattice: &Lattice,
        values: Vec<Option<u64>>,
        policy: &DisclosurePolicy,
        method: ProtectionMethod,
    ) -> Self {
        let mut table = Self {
            name: name.to_owned(),
            label: label.clone(),
            lattice: lattice.clone(),
            loss: loss(lattice, &values, &method),
            values,
            method,
            policy: policy.clone(),
            beside_others: false,
            content_hash: String::new(),
        };
        table.content_hash = table.hash();
        table
    }

    /// A suppressed table with what is shown of it.
    pub(crate) fn of_values(
        name: &str,
        label: &Label,
        lattice: &Lattice,
        values: Vec<Option<u64>>,
        policy: &DisclosurePolicy,
    ) -> Self {
        let method = ProtectionMethod::Suppression;
        Self::seal_values(name, label, lattice, values, policy, method)
    }

    /// The table as judged beside all releases of its date and of other dates, which its note says.
    pub(crate) fn judged_beside_others(mut self) -> Self {
        self.beside_others = true;
        self.content_hash = self.hash();
        self
    }

    /// Name of the table.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Title of the table.
    #[must_use]
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// The rules it follows.
    #[must_use]
    pub fn policy(&self) -> &DisclosurePolicy {
        &self.policy
    }

    /// How it was protected.
    #[must_use]
    pub fn method(&self) -> &ProtectionMethod {
        &self.method
    }

    /// What a reader knows of each cell by the method alone, in the order of
    /// [`cells`](Self::cells) (definition D1): the shown number for exact counts, nothing for
    /// suppressed ones, the counts the noise or the rounding can have come from for others.
    #[must_use]
    pub fn known_intervals(&self) -> Vec<KnownInterval> {
        let all = self.method.intervals(&self.lattice, &self.values);
        let printed = self.lattice.printed_cells().into_iter();
        printed.map(|cell| all[cell]).collect()
    }

    /// The smallest count shown, apart from 0.
    #[must_use]
    pub fn minimum_frequency(&self) -> u32 {
        self.policy.minimum_frequency(&self.name)
    }

    /// What the protection cost.
    #[must_use]
    pub fn loss(&self) -> &ReleaseLoss {
        &self.loss
    }

    /// SHA-256 of everything a reader sees, in lower-case hexadecimal digits.
    #[must_use]
    pub fn content_hash(&self) -> &str {
        &self.content_hash
    }

    /// What readers have to be told, in German and English.
    #[must_use]
    pub fn method_note(&self) -> MethodNote {
        if self.beside_others {
            return note_beside_others(self.minimum_frequency(), self.policy.zeros());
        }
        method_note(&self.method, self.minimum_frequency(), self.policy.zeros())
    }

    /// Dimensions with their members, totals last.
    #[must_use]
    pub fn dimensions(&self) -> Vec<ReleasedDimension<'_>> {
        self.lattice
            .axes
            .iter()
            .map(|axis| ReleasedDimension {
                code: &axis.code,
                label: &axis.label,
                members: axis
                    .printed
                    .iter()
                    .map(|&node| ReleasedMember {
                        code: &axis.codes[node],
                        label: &axis.labels[node],
                        parent: (node != crate::dimension::Axis::ROOT)
                            .then(|| axis.codes[axis.parents[node]].as_str()),
                    })
                    .collect(),
            })
            .collect()
    }

    /// All cells in printing order: the last dimension runs fastest, totals come last.
    pub fn cells(&self) -> impl Iterator<Item = ReleasedCell<'_>> {
        self.lattice
            .printed_cells()
            .into_iter()
            .map(|cell| self.released_cell(cell))
    }

    /// One cell by its codes; `None` for codes the table does not have.
    #[must_use]
    pub fn cell(&self, coordinates: &[&str]) -> Option<ReleasedCell<'_>> {
        self.lattice
            .find(coordinates)
            .map(|cell| self.released_cell(cell))
    }

    /// The text of a cell as a table prints it; `None` for codes the table does not have.
    #[must_use]
    pub fn display(&self, coordinates: &[&str]) -> Option<String> {
        self.cell(coordinates).map(|cell| cell.display())
    }

    /// Writes one row per cell: a column per dimension, `value` (empty when suppressed), `status`.
    ///
    /// # Errors
    /// [`WriteError`] when the target cannot be written.
    pub fn write_csv<W: Write>(&self, target: W) -> Result<(), WriteError> {
        let rows = self.cells().map(|cell| {
            let status = cell.status.as_str();
            (cell.coordinates, cell.value, status)
        });
        write_rows(target, &self.lattice, rows)
    }

    pub(crate) fn lattice(&self) -> &Lattice {
        &self.lattice
    }

    pub(crate) fn values(&self) -> &[Option<u64>] {
        &self.values
    }

    pub(crate) fn released_cell(&self, cell: usize) -> ReleasedCell<'_> {
        let value = self.values[cell];
        ReleasedCell {
            coordinates: self.lattice.coordinates(cell),
            value,
            status: self.status(cell),
        }
    }

    fn status(&self, cell: usize) -> CellStatus {
        match (&self.method, self.values[cell]) {
            (_, None) => CellStatus::Suppressed,
            (ProtectionMethod::CellKeys(_), _) => CellStatus::Perturbed,
            (ProtectionMethod::Rounding(_), _) => CellStatus::Rounded,
            (_, Some(0)) => CellStatus::Zero,
            (ProtectionMethod::Merging { dimension, merged }, _) => {
                let axes = self.lattice.axes.iter();
                let codes = axes.zip(self.lattice.coordinates(cell));
                let mut own = codes.filter(|(axis, _)| axis.code == *dimension);
                let put_together = own.any(|(_, code)| merged.iter().any(|area| area.code == code));
                if put_together {
                    CellStatus::Merged
                } else {
                    CellStatus::Published
                }
            }
            (ProtectionMethod::Suppression, _) => CellStatus::Published,
        }
    }

    /// Length-prefixed fields, so that no two different tables give the same stream.
    fn hash(&self) -> String {
        let mut digest = Sha256::new();
        let mut text = |word: &str| {
            digest.update((word.len() as u64).to_le_bytes());
            digest.update(word.as_bytes());
        };
        text("placewright released table 1");
        text(&self.name);
        text(&self.label.de);
        text(&self.label.en);
        text(self.policy.version());
        text(&self.minimum_frequency().to_string());
        text(match self.policy.zeros() {
            ZeroRule::Published => "zeros published",
            ZeroRule::Suppressed => "zeros suppressed",
        });
        for word in self.method.words() {
            text(&word);
        }
        if self.beside_others {
            text("judged beside other releases");
        }
        for dimension in self.dimensions() {
            text("dimension");
            text(dimension.code);
            text(&dimension.label.de);
            text(&dimension.label.en);
            for member in dimension.members {
                text(member.code);
                text(&member.label.de);
                text(&member.label.en);
                text(member.parent.unwrap_or_default());
            }
        }
        for cell in self.cells() {
            text(&cell.display());
        }
        digest
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

impl Serialize for ReleasedTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ReleasedTable", 10)?;
        fields.serialize_field("name", &self.name)?;
        fields.serialize_field("label", &self.label)?;
        fields.serialize_field("dimensions", &self.dimensions())?;
        fields.serialize_field("cells", &self.cells().collect::<Vec<_>>())?;
        fields.serialize_field("policy", &self.policy)?;
        fields.serialize_field("method", &self.method)?;
        fields.serialize_field("minimum_frequency", &self.minimum_frequency())?;
        fields.serialize_field("method_note", &self.method_note())?;
        fields.serialize_field("loss", &self.loss)?;
        fields.serialize_field("content_sha256", &self.content_hash)?;
        fields.end()
    }
}

/// The CSV layout shared by the public table and the internal audit.
pub(crate) fn write_rows<'a, W: Write>(
    target: W,
    lattice: &Lattice,
    rows: impl Iterator<Item = (Vec<&'a str>, Option<u64>, &'static str)>,
) -> Result<(), WriteError> {
    let mut writer = csv::Writer::from_writer(target);
    let dimensions = lattice.axes.iter().map(|axis| axis.code.as_str());
    writer.write_record(dimensions.chain(["value", "status"]))?;
    for (coordinates, value, status) in rows {
        let value = value.map(|value| value.to_string()).unwrap_or_default();
        writer.write_record(coordinates.into_iter().chain([value.as_str(), status]))?;
    }
    writer.flush().map_err(csv::Error::from)?;
    Ok(())
}

fn loss(lattice: &Lattice, values: &[Option<u64>], method: &ProtectionMethod) -> ReleaseLoss {
    let suppressed_cells = values.iter().filter(|value| value.is_none()).count();
    let shown: u64 = (0..lattice.cells())
        .filter(|&cell| lattice.is_leaf(cell))
        .filter_map(|cell| values[cell])
        .sum();
    let exact = matches!(
        method,
        ProtectionMethod::Suppression | ProtectionMethod::Merging { .. }
    );
    ReleaseLoss {
        cells: lattice.cells(),
        suppressed_cells,
        share_of_cells: suppressed_cells as f64 / lattice.cells() as f64,
        share_of_count: values[Lattice::GRAND_TOTAL].map(|total| {
            // The cells of a perturbed table need not add up, and none of them is suppressed.
            if total == 0 || suppressed_cells == 0 {
                0.0
            } else {
                total.saturating_sub(shown) as f64 / total as f64
            }
        }),
        greatest_possible_difference: (!exact).then(|| {
            let intervals = method.intervals(lattice, values);
            let both = intervals.iter().zip(values);
            let widest = both.filter_map(|(interval, value)| {
                let (shown, upper) = ((*value)?, interval.upper?);
                Some((shown - interval.lower.min(shown)).max(upper.saturating_sub(shown)))
            });
            widest.max().unwrap_or(0)
        }),
    }
}
