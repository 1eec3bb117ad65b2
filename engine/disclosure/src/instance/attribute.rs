//! Groups that give an attribute of everybody in them away (METHOD_DISCLOSURE D4).

use std::collections::BTreeMap;

use super::free::Free;
use super::recovery::Learned;
use super::unions::each_remainder;
use super::{Instance, ProtectionError};
use crate::ZeroRule;

impl Instance {
    /// Cells that disclose a sensitive attribute: the reader can calculate the cell, or what is
    /// left of it without shown parts of it, somebody is in this group, and all of them or all but
    /// fewer than `minimum` are in one category, whose count the reader can calculate as well.
    /// `attribute` gives the category of each atom; groups within one category are about it and
    /// disclose nothing. Ascending.
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
        let discloses = |group: &[u32]| {
            let mut categories: BTreeMap<u32, (i64, Vec<u32>)> = BTreeMap::new();
            for &atom in group {
                let category = attribute[free.atoms[atom as usize] as usize];
                let (children, of_category) = categories.entry(category).or_default();
                *children += free.counts[atom as usize];
                of_category.push(atom);
            }
            let several = categories.len() > 1;
            let all: i64 = categories.values().map(|(children, _)| children).sum();
            let largest = categories
                .into_values()
                .max_by_key(|(children, _)| *children);
            largest.is_some_and(|(children, of_category)| {
                several
                    && children > 0
                    && all - children < i64::from(minimum)
                    && learned.tells(group)
                    && learned.tells(&of_category)
            })
        };
        let mut disclosing: Vec<bool> = (0..free.classes())
            .map(|class| discloses(free.members.of(class)))
            .collect();
        let hidden: Vec<bool> = shown.iter().map(|shown| !shown).collect();
        each_remainder(&free, &hidden, &mut |whole, rest| {
            disclosing[whole] = disclosing[whole] || discloses(rest);
            true
        });
        let cells = free.class_of_cell.iter().enumerate();
        Ok(cells
            .filter(|(_, class)| class.is_some_and(|class| disclosing[class as usize]))
            .map(|(cell, _)| cell)
            .collect())
    }
}
