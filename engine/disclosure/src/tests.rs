//! The protection against an attacker who tries every table.

use proptest::prelude::*;

use crate::lattice::Lattice;
use crate::released::ReleasedTable;
use crate::suppression::{Suppression, Witness};
use crate::{
    ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, ZeroRule, audit, release,
    release_with_audit,
};

fn label() -> Label {
    Label::new("Kinder", "Children")
}

fn policy(minimum: u32, zeros: ZeroRule) -> DisclosurePolicy {
    DisclosurePolicy::new("test", minimum, minimum, zeros).unwrap()
}

/// Shape 0: 2 areas x 3 care types. 1: three areas, two of them in a district, x 2 care types.
/// 2: 2 x 2 x 2. 3: one dimension of four with a district. 4: a district of a single area.
fn dimensions(shape: usize) -> Vec<Dimension> {
    let flat = |code: &str, members: &[&str]| {
        let members = members.iter().map(|m| Member::new(*m, label())).collect();
        Dimension::new(code, label(), members)
    };
    let nested = |leaves: usize, inside: usize| {
        let mut members = vec![Member::new("district", label())];
        for leaf in 0..leaves {
            let member = Member::new(format!("a{leaf}"), label());
            members.push(if leaf < inside {
                member.under("district")
            } else {
                member
            });
        }
        Dimension::new("area", label(), members)
    };
    match shape {
        0 => vec![
            flat("area", &["a", "b"]),
            flat("care", &["u3", "ue3", "hort"]),
        ],
        1 => vec![nested(3, 2), flat("care", &["u3", "ue3"])],
        2 => vec![
            flat("x", &["1", "2"]),
            flat("y", &["1", "2"]),
            flat("z", &["1", "2"]),
        ],
        3 => vec![nested(4, 2)],
        _ => vec![nested(2, 1), flat("care", &["u3", "ue3", "hort"])],
    }
}

fn table(shape: usize, counts: &[u32]) -> ConfidentialTable {
    let dimensions = dimensions(shape);
    let cells = Lattice::new(dimensions.clone())
        .unwrap()
        .printed_leaf_cells()
        .len();
    ConfidentialTable::new("t", label(), dimensions, counts[..cells].to_vec()).unwrap()
}

/// What exists among all tables of whole numbers that agree with the published cells.
#[derive(Clone, Copy, Default)]
struct Exists {
    empty: bool,
    minimum: bool,
    minimum_with_nobody_else_empty: bool,
}

/// Tries every assignment of the hidden leaf cells, each up to its true value plus `minimum`.
struct Trial<'a> {
    released: &'a ReleasedTable,
    leaves: Vec<usize>,
    most: Vec<u64>,
    /// Leaves below each cell, as positions in `leaves`.
    below: Vec<Vec<usize>>,
    minimum: u64,
    wanted: Vec<usize>,
    exists: Vec<Exists>,
}

impl<'a> Trial<'a> {
    fn run(
        truth: &ConfidentialTable,
        released: &'a ReleasedTable,
        primary: &[usize],
        minimum: u64,
    ) -> Vec<Exists> {
        let lattice = released.lattice();
        let leaves: Vec<usize> = (0..lattice.cells())
            .filter(|&c| lattice.is_leaf(c))
            .collect();
        let is_below = |leaf: usize, cell: usize| {
            (0..lattice.axes.len()).all(|axis| {
                lattice.axes[axis]
                    .path(lattice.node(leaf, axis))
                    .contains(&lattice.node(cell, axis))
            })
        };
        let below = (0..lattice.cells())
            .map(|cell| {
                (0..leaves.len())
                    .filter(|&at| is_below(leaves[at], cell))
                    .collect()
            })
            .collect();
        let most = leaves
            .iter()
            .map(|&leaf| truth.values[leaf] + minimum)
            .collect();
        let mut trial = Trial {
            released,
            most,
            below,
            minimum,
            wanted: primary.to_vec(),
            exists: vec![Exists::default(); lattice.cells()],
            leaves,
        };
        let mut assigned = Vec::new();
        trial.assign(&mut assigned);
        trial.exists
    }

    fn satisfied(&self) -> bool {
        self.wanted.iter().all(|&cell| {
            let found = self.exists[cell];
            found.empty && found.minimum && found.minimum_with_nobody_else_empty
        })
    }

    fn assign(&mut self, assigned: &mut Vec<u64>) {
        if self.satisfied() {
            return;
        }
        let at = assigned.len();
        if at == self.leaves.len() {
            self.record(assigned);
            return;
        }
        let fixed = self.released.values()[self.leaves[at]];
        let range = fixed.map_or(0..=self.most[at], |value| value..=value);
        for value in range {
            assigned.push(value);
            if self.agrees(assigned) {
                self.assign(assigned);
            }
            assigned.pop();
        }
    }

    /// Published cells whose last leaf has just been assigned must match.
    fn agrees(&self, assigned: &[u64]) -> bool {
        self.below
            .iter()
            .zip(self.released.values())
            .all(|(below, value)| match value {
                Some(value) if below.last() == Some(&(assigned.len() - 1)) => {
                    below.iter().map(|&at| assigned[at]).sum::<u64>() == *value
                }
                _ => true,
            })
    }

    fn record(&mut self, assigned: &[u64]) {
        let sums: Vec<u64> = self
            .below
            .iter()
            .map(|below| below.iter().map(|&at| assigned[at]).sum())
            .collect();
        let hidden_filled =
            (0..sums.len()).all(|cell| self.released.values()[cell].is_some() || sums[cell] > 0);
        for &cell in &self.wanted {
            let found = &mut self.exists[cell];
            found.empty |= sums[cell] == 0;
            found.minimum |= sums[cell] >= self.minimum;
            found.minimum_with_nobody_else_empty |= sums[cell] >= self.minimum && hidden_filled;
        }
    }
}

fn primary_cells(table: &ConfidentialTable, minimum: u64, zeros: ZeroRule) -> Vec<usize> {
    let small = |value: u64| value < minimum && (value > 0 || zeros == ZeroRule::Suppressed);
    (0..table.values.len())
        .filter(|&cell| small(table.values[cell]))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn an_attacker_who_tries_every_table_stays_in_doubt_about_every_small_cell(
        shape in 0_usize..5,
        counts in prop::collection::vec(prop_oneof![0_u32..=4, 0_u32..=9], 12),
        minimum in 3_u32..=4,
    ) {
        let truth = table(shape, &counts);
        let released = release(truth.clone(), &policy(minimum, ZeroRule::Published)).unwrap();
        let primary = primary_cells(&truth, u64::from(minimum), ZeroRule::Published);
        let exists = Trial::run(&truth, &released, &primary, u64::from(minimum));
        for &cell in &primary {
            let found = exists[cell];
            prop_assert!(released.values()[cell].is_none());
            prop_assert!(found.empty, "presence is certain in {:?}", released.lattice().coordinates(cell));
            prop_assert!(found.minimum, "small for certain: {:?}", released.lattice().coordinates(cell));
            prop_assert!(
                found.minimum_with_nobody_else_empty,
                "small for certain once zeros are known to be shown: {:?}",
                released.lattice().coordinates(cell)
            );
        }
        // What is published is true, zeros included.
        for (shown, exact) in released.values().iter().zip(&truth.values) {
            prop_assert!(shown.is_none_or(|shown| shown == *exact));
            prop_assert!(*exact > 0 || *shown == Some(0));
        }
    }

    #[test]
    fn suppressed_zeros_are_as_doubtful_as_other_small_cells(
        shape in prop_oneof![Just(0_usize), Just(1), Just(3)],
        counts in prop::collection::vec(0_u32..=6, 12),
    ) {
        let truth = table(shape, &counts);
        let released = release(truth.clone(), &policy(3, ZeroRule::Suppressed)).unwrap();
        let attack = audit(&released).unwrap();
        for cell in primary_cells(&truth, 3, ZeroRule::Suppressed) {
            let coordinates = released.lattice().coordinates(cell);
            prop_assert!(attack.cell(&coordinates).unwrap().is_ambiguous(3), "{:?}", coordinates);
        }
    }

    #[test]
    fn the_attack_always_contains_the_truth(
        shape in 0_usize..5,
        counts in prop::collection::vec(0_u32..=9, 12),
    ) {
        let truth = table(shape, &counts);
        let released = release(truth.clone(), &policy(3, ZeroRule::Published)).unwrap();
        for cell in audit(&released).unwrap().cells {
            let coordinates: Vec<&str> = cell.coordinates.iter().map(String::as_str).collect();
            let exact = truth.values[released.lattice().find(&coordinates).unwrap()];
            prop_assert!(cell.lower <= exact && cell.upper.is_none_or(|upper| exact <= upper));
        }
    }

    #[test]
    fn asking_twice_gives_the_same_bytes_and_another_order_of_members_the_same_cells(
        counts in prop::collection::vec(0_u32..=9, 6),
        order in Just(vec![0_usize, 1, 2, 3]).prop_shuffle(),
    ) {
        let truth = table(1, &counts);
        let first = release(truth.clone(), &DisclosurePolicy::default()).unwrap();
        let again = release(truth.clone(), &DisclosurePolicy::default()).unwrap();
        prop_assert_eq!(serde_json::to_string(&first).unwrap(), serde_json::to_string(&again).unwrap());
        prop_assert_eq!(first.content_hash(), again.content_hash());

        let mut shuffled = dimensions(1);
        shuffled[0].members = order.iter().map(|&at| shuffled[0].members[at].clone()).collect();
        let records = truth.lattice.printed_leaf_cells().into_iter().map(|cell| {
            (truth.lattice.coordinates(cell), u32::try_from(truth.values[cell]).unwrap())
        });
        let other = ConfidentialTable::from_records("t", label(), shuffled, records).unwrap();
        let other = release(other, &DisclosurePolicy::default()).unwrap();
        for cell in first.cells() {
            prop_assert_eq!(other.display(&cell.coordinates), Some(cell.display()));
        }
    }
}

/// The planted bug: without complementary suppression the attacker gets the small cell exactly.
#[test]
fn hiding_only_the_small_cells_fails_the_attack_and_the_proof() {
    let truth = table(0, &[2, 30, 21, 14, 40, 19]);
    let mut suppression =
        Suppression::primary_only(&truth.lattice, &truth.values, 3, ZeroRule::Published);
    let seal = |hidden: &[bool]| {
        let policy = DisclosurePolicy::default();
        ReleasedTable::seal(
            "t",
            &label(),
            &truth.lattice,
            &truth.values,
            hidden,
            &policy,
        )
    };
    let careless = audit(&seal(&suppression.suppressed)).unwrap();
    assert!(careless.cell(&["a", "u3"]).unwrap().is_recovered());
    assert!(!careless.cell(&["a", "u3"]).unwrap().is_ambiguous(3));
    assert!(suppression.unproven_cell().is_some());

    suppression.complete().unwrap();
    assert_eq!(suppression.unproven_cell(), None);
    let careful = audit(&seal(&suppression.suppressed)).unwrap();
    assert!(careful.cell(&["a", "u3"]).unwrap().is_ambiguous(3));
}

/// The check of the proof has to notice each way in which an alternative table can be wrong.
#[test]
fn a_forged_alternative_table_is_noticed() {
    let truth = table(0, &[2, 30, 21, 14, 40, 19]);
    let mut suppression =
        Suppression::primary_only(&truth.lattice, &truth.values, 3, ZeroRule::Published);
    suppression.complete().unwrap();
    let cell = truth.lattice.find(&["a", "u3"]).unwrap();
    let honest = suppression.protections[&cell].clone();
    type Changes = Vec<(usize, i64)>;
    let mut noticed = |change: &dyn Fn(&mut Changes)| {
        let mut changes = honest.reaches_minimum.changes.clone();
        change(&mut changes);
        let mut forged = honest.clone();
        forged.reaches_minimum = Witness::new(changes);
        suppression.protections.insert(cell, forged);
        suppression.unproven_cell() == Some(cell)
    };
    assert!(!noticed(&|_| {}), "the honest table passes");
    assert!(noticed(&Vec::clear), "the cell does not reach the minimum");
    assert!(
        noticed(&|changes| {
            changes.pop();
        }),
        "a sum is broken"
    );
    assert!(
        noticed(&|changes| changes.iter_mut().for_each(|c| c.1 *= -1)),
        "the wrong way"
    );
    assert!(
        noticed(&|changes| changes.iter_mut().for_each(|c| c.1 *= 40)),
        "below zero"
    );
    let published = truth.lattice.find(&["_total", "_total"]).unwrap();
    assert!(
        noticed(&|changes| changes.push((published, 1))),
        "a published cell moves"
    );
}

/// A small cell among cells too small to give way one by one: no single block is good, and the
/// solver finds a change that leaves the grand total alone.
#[test]
fn the_solver_saves_the_grand_total_where_one_block_would_cost_it() {
    let counts = [1, 5, 5, 5, 40, 50, 5, 50, 60];
    let members = |codes: [&str; 3]| codes.map(|c| Member::new(c, label())).to_vec();
    let dimensions = vec![
        Dimension::new("area", label(), members(["a", "b", "c"])),
        Dimension::new("care", label(), members(["x", "y", "z"])),
    ];
    let truth = ConfidentialTable::new("t", label(), dimensions, counts.to_vec()).unwrap();
    let (released, internal) = release_with_audit(truth, &policy(7, ZeroRule::Published)).unwrap();
    assert!(
        released
            .cell(&["_total", "_total"])
            .unwrap()
            .value
            .is_some()
    );
    assert_eq!(internal.status(&released, &["a", "x"]), Some("primary"));
    assert!(
        audit(&released)
            .unwrap()
            .cell(&["a", "x"])
            .unwrap()
            .is_ambiguous(7)
    );
}

/// Two children in a district of two areas with one child each: the total itself is small.
#[test]
fn a_table_with_hardly_any_children_hides_everything_but_zeros() {
    let truth = table(1, &[1, 0, 1, 0, 0, 0]);
    let (released, internal) = release_with_audit(truth, &policy(3, ZeroRule::Published)).unwrap();
    assert!(
        released
            .cells()
            .all(|cell| cell.value.is_none_or(|value| value == 0))
    );
    assert_eq!(released.loss().share_of_count, None);
    assert_eq!(internal.secondary_cells(&released), 0);
    let attack = audit(&released).unwrap();
    assert!(attack.cells.iter().all(|cell| cell.is_ambiguous(3)));
}

/// The last resort protects by itself, in both directions and for totals too.
#[test]
fn hiding_the_whole_table_protects_every_small_cell() {
    let truth = table(1, &[1, 1, 1, 30, 2, 9]);
    let mut suppression =
        Suppression::primary_only(&truth.lattice, &truth.values, 3, ZeroRule::Published);
    let small: Vec<usize> = (0..truth.values.len())
        .filter(|&c| suppression.primary[c])
        .collect();
    assert!(
        small.iter().any(|&cell| !truth.lattice.is_leaf(cell)),
        "a small total is among them"
    );
    for cell in small {
        suppression.protect_by_hiding_everything(cell);
    }
    assert_eq!(suppression.unproven_cell(), None);
    assert!(suppression.suppressed.iter().all(|&hidden| hidden));
}
