//! Several dates of the same table.

use serde::Serialize;

use crate::note::{MethodNote, series_note};
use crate::{ConfidentialTable, DisclosurePolicy, ReleaseError, ReleasedTable, release};

/// Released tables of the same dimensions, one per slice, for example per month.
///
/// Every slice is protected by itself. **Consecutive slices are not checked against each other**:
/// who knows one child that came or left between two months can read its attributes from the
/// difference. The method note says so.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReleasedSeries {
    slices: Vec<ReleasedSlice>,
    method_note: MethodNote,
}

/// One slice of a series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReleasedSlice {
    label: String,
    table: ReleasedTable,
}

impl ReleasedSlice {
    /// Label of the slice, for example `2026-08`.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Its table.
    #[must_use]
    pub fn table(&self) -> &ReleasedTable {
        &self.table
    }
}

impl ReleasedSeries {
    /// The slices in the order given.
    #[must_use]
    pub fn slices(&self) -> &[ReleasedSlice] {
        &self.slices
    }

    /// What readers have to be told, in German and English.
    #[must_use]
    pub fn method_note(&self) -> &MethodNote {
        &self.method_note
    }
}

/// Releases every slice by itself, see [`ReleasedSeries`] for what that does not cover.
///
/// # Errors
/// [`ReleaseError::Series`] for no slice, a label used twice, or slices whose name or dimensions
/// differ; otherwise as [`release`]. One failing slice stops the series.
pub fn release_series(
    slices: Vec<(String, ConfidentialTable)>,
    policy: &DisclosurePolicy,
) -> Result<ReleasedSeries, ReleaseError> {
    let wrong = |label: &str, problem| {
        Err(ReleaseError::Series {
            label: label.to_owned(),
            problem,
        })
    };
    let Some((_, first)) = slices.first() else {
        return wrong("", "has no slice; give at least one");
    };
    for (number, (label, table)) in slices.iter().enumerate() {
        if slices[..number].iter().any(|(other, _)| other == label) {
            return wrong(label, "appears twice; give every slice its own label");
        }
        if table.name != first.name || table.lattice != first.lattice {
            return wrong(
                label,
                "has another name or other dimensions than the first one",
            );
        }
    }
    let method_note = series_note(policy.minimum_frequency(&first.name), policy.zeros());
    let slices = slices
        .into_iter()
        .map(|(label, table)| {
            let table = release(table, policy)?;
            Ok(ReleasedSlice { label, table })
        })
        .collect::<Result<_, ReleaseError>>()?;
    Ok(ReleasedSeries {
        slices,
        method_note,
    })
}
