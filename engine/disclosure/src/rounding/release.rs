//! A whole table, rounded and released.

use super::{Incidence, RoundingError, RoundingRule, choose};
use crate::loss::DisclosureLoss;
use crate::method::ProtectionMethod;
use crate::{ConfidentialTable, DisclosurePolicy, ReleasedTable};

/// Rounds a table and consumes the exact counts.
///
/// Every small count of the finest cells becomes 0 or the base, all totals are added up from the
/// rounded cells, and the choice keeps them close to the truth. No cell of the result lies between
/// 1 and `base - 1`, every sum is exact, a true 0 stays 0 (unless the rule lets zeros rise), and
/// finest cells of `base` and more are unchanged.
///
/// Which areas, members and dimensions there are does not depend on the order they are given in.
/// A shown 0 stands for 0 to `base - 1` and a shown base for 1 to `base`: unlike suppression,
/// rounding lets a reader be sure that a cell holds fewer than the base.
///
/// # Errors
/// [`RoundingError::BelowMinimum`] where the base is below the minimum frequency of the policy.
///
/// ```
/// use disclosure::{round, ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, RoundingRule};
/// let label = |text: &str| Label::new(text, text);
/// let areas = ["a", "b", "c"].map(|code| Member::new(code, label(code))).to_vec();
/// let areas = Dimension::new("area", label("area"), areas);
/// let table = ConfidentialTable::new("demo", label("Kinder"), vec![areas], vec![1, 2, 40])?;
/// let released = round(table, RoundingRule::new(3)?, &DisclosurePolicy::default())?;
/// let shown = |code| released.display(&[code]).expect("a member of the table");
/// assert_eq!((shown("a"), shown("b"), shown("_total")), ("0".into(), "3".into(), "43".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[allow(clippy::needless_pass_by_value)] // consuming the counts is the point
pub fn round(
    table: ConfidentialTable,
    rule: RoundingRule,
    policy: &DisclosurePolicy,
) -> Result<ReleasedTable, RoundingError> {
    round_with_loss(table, rule, policy).map(|(released, _)| released)
}

/// As [`round`], with what it cost, **for internal use**.
///
/// # Errors
/// As [`round`].
#[allow(clippy::needless_pass_by_value)] // consuming the counts is the point
pub fn round_with_loss(
    table: ConfidentialTable,
    rule: RoundingRule,
    policy: &DisclosurePolicy,
) -> Result<(ReleasedTable, DisclosureLoss), RoundingError> {
    let ConfidentialTable {
        name,
        label,
        lattice,
        values,
    } = table;
    let minimum = policy.minimum_frequency(&name);
    if rule.base() < minimum {
        return Err(RoundingError::BelowMinimum {
            table: name,
            base: rule.base(),
            minimum,
        });
    }
    let cells: Vec<usize> = (0..lattice.cells())
        .filter(|&cell| rule.is_candidate(values[cell]) && lattice.is_leaf(cell))
        .collect();
    let paths: Vec<Vec<Vec<usize>>> = lattice
        .axes
        .iter()
        .map(|axis| (0..axis.len()).map(|node| axis.path(node)).collect())
        .collect();
    let mut incidence = Incidence::new();
    let mut sums = Vec::new();
    for &cell in &cells {
        sums.clear();
        sums.push(0);
        for (axis, paths) in paths.iter().enumerate() {
            let stride = lattice.stride(axis);
            let path = &paths[lattice.node(cell, axis)];
            sums = path
                .iter()
                .flat_map(|node| sums.iter().map(move |base| base + node * stride))
                .collect();
        }
        // A table has at most MAXIMUM_CELLS cells, so the numbers fit.
        incidence.push(sums.iter().map(|&sum| sum as u32));
    }
    let counts: Vec<u64> = cells.iter().map(|&cell| values[cell]).collect();
    let mut rounded = values.clone();
    let found = choose(&counts, &incidence, lattice.cells(), rule);
    for (cell, count) in cells.into_iter().zip(found) {
        rounded[cell] = count;
    }
    lattice.add_up(&mut rounded);
    let shown: Vec<Option<u64>> = rounded.into_iter().map(Some).collect();
    let loss = DisclosureLoss::of_shown(&values, &shown);
    let method = ProtectionMethod::Rounding(rule);
    let released = ReleasedTable::seal_values(&name, &label, &lattice, shown, policy, method);
    Ok((released, loss))
}
