//! Groups that give an attribute of everybody in them away (METHOD_DISCLOSURE D4).

use std::collections::BTreeMap;

use super::free::Free;
use super::recovery::Learned;
use super::{Instance, ProtectionError};
use crate::ZeroRule;

impl Instance {
    /// Cells that disclose a sensitive attribute: the reader can calculate the cell, somebody is
    /// in it, and all of them or all but fewer than `minimum` are in one category, whose count the
    /// reader can calculate as well. `attribute` gives the category of each atom; cells within one
    /// category are about it and disclose nothing. Ascending.
    ///
    /// # Errors
    /// [`ProtectionError::WrongPattern`] for marks or categories of another number.
    ///
    /// ```
    /// use disclosure::{Atom, Instance, PublishedSum};
    /// // Area a: all nine children speak another language at home; area b: mixed.
    /// let counts = [9, 0, 20, 30];
    /// let atoms = counts.map(|count| Atom::new(["x"], count)).to_vec();
    /// let sums = [vec![0, 1], vec![2, 3], vec![0], vec![1], vec![2], vec![3]];
    /// let sums = sums.map(|atoms| PublishedSum::new(["cell"], atoms)).to_vec();
    /// let instance = Instance::from_sums("language", &["any"], atoms, sums).expect("good");
    /// assert_eq!(instance.attribute_disclosures(&[false; 6], &[1, 0, 1, 0], 3)?, [0]);
    /// let hidden = [false, false, true, true, true, true];
    /// assert!(instance.attribute_disclosures(&hidden, &[1, 0, 1, 0], 3)?.is_empty());
    /// # Ok::<(), disclosure::ProtectionError>(())
    /// ```
    pub fn attribute_disclosures(
        &self,
        suppressed: &[bool],
        attribute: &[u32],
        minimum: u32,
    ) -> Result<Vec<usize>, ProtectionError> {
        for (found, expected) in [
            (suppressed.len(), self.cells()),
            (attribute.len(), self.atoms()),
        ] {
            if found != expected {
                return Err(ProtectionError::WrongPattern {
                    instance: self.name.clone(),
                    found,
                    expected,
                });
            }
        }
        let free = Free::of(self, ZeroRule::Suppressed);
        let mut shown = vec![false; free.classes()];
        for (cell, class) in free.class_of_cell.iter().enumerate() {
            if let Some(class) = class {
                shown[*class as usize] |= !suppressed[cell];
            }
        }
        let learned = Learned::from_shown(&free, &shown);
        Ok((0..self.cells())
            .filter(|&cell| {
                let atoms = self.atoms_of(cell);
                let mut categories: BTreeMap<u32, (u64, Vec<u32>)> = BTreeMap::new();
                for &atom in atoms {
                    let (children, of_category) =
                        categories.entry(attribute[atom as usize]).or_default();
                    *children += self.counts[atom as usize];
                    of_category.push(atom);
                }
                let several = categories.len() > 1;
                let largest = categories
                    .into_values()
                    .max_by_key(|(children, _)| *children);
                largest.is_some_and(|(children, of_category)| {
                    let others = self.values[cell] - children;
                    several
                        && children > 0
                        && others < u64::from(minimum)
                        && learned.tells(atoms)
                        && learned.tells(&of_category)
                })
            })
            .collect())
    }
}
