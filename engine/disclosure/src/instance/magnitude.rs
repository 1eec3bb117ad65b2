//! Amounts with contributors: costs of providers, hours of facilities, grants.
//!
//! Here a cell is sensitive because of who is in it, not because few children are: one or two
//! contributors make up nearly all of it, or there are too few of them. Whoever knows the total
//! and its own amount would know the largest competitor's.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use domain::InputProblem;

use super::Instance;
use super::codes::{self, problem};
use super::free::Free;
use super::recovery::{Learned, hidden_classes};
use super::sparse::position;
use super::unions::{KnownUnion, broken_unions};

/// Passes in which broken unions are guarded one by one.
const MOST_PASSES: usize = 40;

/// When a sum of amounts gives a contributor away. A sum without contributors never does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MagnitudeRule {
    /// The `contributors` largest make up more than `percent` per cent (0 to 100) of the sum.
    Dominance {
        /// How many of the largest, 1 or more.
        contributors: usize,
        /// Their greatest share allowed, in per cent.
        percent: f64,
    },
    /// What is left without the two largest is less than `percent` per cent of the largest, so
    /// that the second largest could estimate the largest that well. A sum of 0 with contributors
    /// tells the amount of each of them.
    PPercent {
        /// The least uncertainty, in per cent of the largest contributor.
        percent: f64,
    },
    /// Fewer than `contributors` contributors.
    FewContributors {
        /// The least number allowed.
        contributors: usize,
    },
}

impl MagnitudeRule {
    /// Whether the rule is broken by contributors with these amounts, largest first.
    fn is_broken(self, amounts: &[f64]) -> bool {
        let total: f64 = amounts.iter().sum();
        match self {
            Self::Dominance {
                contributors,
                percent,
            } => {
                let largest: f64 = amounts.iter().take(contributors).sum();
                total > 0.0 && largest > percent / 100.0 * total
            }
            Self::PPercent { percent } => match amounts {
                [] => false,
                [largest, ..] => {
                    let rest: f64 = amounts.iter().skip(2).sum();
                    total <= 0.0 || rest < percent / 100.0 * largest
                }
            },
            Self::FewContributors { contributors } => {
                !amounts.is_empty() && amounts.len() < contributors
            }
        }
    }

    fn check(self) -> Result<(), String> {
        let share = |percent: f64| percent > 0.0 && percent < 100.0;
        let good = match self {
            Self::Dominance {
                contributors,
                percent,
            } => contributors >= 1 && share(percent),
            Self::PPercent { percent } => share(percent),
            Self::FewContributors { contributors } => contributors >= 1,
        };
        if good {
            Ok(())
        } else {
            Err(format!(
                "the rule {self:?} has a parameter outside its range"
            ))
        }
    }
}

/// One contribution, as input.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// Number of its atom in the instance.
    pub atom: usize,
    /// Who contributes; the same word in several atoms is the same contributor. The smallest unit
    /// itself where every record is its own contributor.
    pub contributor: String,
    /// The amount, 0 or more.
    pub amount: f64,
}

/// Exact amounts by contributor in the atoms of an instance. Confidential like the instance.
#[derive(Clone, PartialEq)]
pub struct MagnitudeInstance {
    instance: Instance,
    /// Contributor and amount of each atom.
    amounts: Vec<Vec<(u32, f64)>>,
}

/// Which cells of a magnitude table to hide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MagnitudePattern {
    /// Per cell: breaks a rule itself. **Internal.**
    pub sensitive: Vec<bool>,
    /// Per cell: hidden.
    pub suppressed: Vec<bool>,
}

impl MagnitudeInstance {
    /// Amounts over the atoms and cells of `instance`, whose counts play no part.
    ///
    /// # Errors
    /// Every problem at once: E5051 atoms that do not exist, E5053 contributors without a name,
    /// E5062 amounts that are negative or not finite.
    ///
    /// ```
    /// use disclosure::{Atom, Contribution, Instance, MagnitudeInstance, MagnitudeRule, PublishedSum};
    /// let atoms = vec![Atom::new(["a"], 0), Atom::new(["b"], 0)];
    /// let sums = [vec![0], vec![1], vec![0, 1]].map(|atoms| PublishedSum::new(["cell"], atoms));
    /// let instance = Instance::from_sums("costs", &["area"], atoms, sums.to_vec()).expect("good");
    /// let amount = |atom, contributor: &str, amount| Contribution { atom, contributor: contributor.to_owned(), amount };
    /// let given = [amount(0, "x", 90.0), amount(0, "y", 5.0), amount(1, "y", 40.0), amount(1, "z", 40.0), amount(1, "w", 40.0)];
    /// let costs = MagnitudeInstance::new(instance, &given).expect("good amounts");
    /// let rule = MagnitudeRule::PPercent { percent: 10.0 };
    /// assert_eq!(costs.sensitive_cells(&[rule]).expect("a good rule"), [true, false, false]);
    /// let pattern = costs.protect(&[rule]).expect("a good rule");
    /// assert_eq!(pattern.suppressed, [true, true, false], "one part alone follows from the total");
    /// ```
    pub fn new(
        instance: Instance,
        contributions: &[Contribution],
    ) -> Result<Self, Vec<InputProblem>> {
        let mut problems = Vec::new();
        let names: BTreeSet<&str> = contributions
            .iter()
            .map(|one| one.contributor.as_str())
            .collect();
        let names: Vec<&str> = names.into_iter().collect();
        let mut amounts: Vec<BTreeMap<u32, f64>> = vec![BTreeMap::new(); instance.atoms()];
        for (number, one) in contributions.iter().enumerate() {
            if one.contributor.is_empty() {
                let message = format!("contribution {number} names nobody");
                problems.push(problem(codes::MISSING_CODE, instance.name(), message));
            }
            if !(one.amount.is_finite() && one.amount >= 0.0) {
                let message = format!(
                    "contribution {number} of {:?} is no amount",
                    one.contributor
                );
                problems.push(problem(codes::MAGNITUDE, instance.name(), message));
            }
            let Some(of_atom) = amounts.get_mut(one.atom) else {
                let message = format!("contribution {number} names atom {}", one.atom);
                problems.push(problem(codes::UNKNOWN_ATOM, instance.name(), message));
                continue;
            };
            let contributor = names.binary_search(&one.contributor.as_str()).unwrap_or(0);
            *of_atom.entry(position(contributor)).or_insert(0.0) += one.amount;
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let amounts = amounts
            .into_iter()
            .map(|of_atom| of_atom.into_iter().collect());
        Ok(Self {
            instance,
            amounts: amounts.collect(),
        })
    }

    /// Cells that break one of the rules by themselves.
    ///
    /// # Errors
    /// E5063 for a rule with a parameter outside its range.
    pub fn sensitive_cells(&self, rules: &[MagnitudeRule]) -> Result<Vec<bool>, Vec<InputProblem>> {
        self.check(rules)?;
        let cells = 0..self.instance.cells();
        Ok(cells
            .map(|cell| self.breaks(self.instance.atoms_of(cell), rules))
            .collect())
    }

    /// Which cells to hide so that no sensitive cell can be calculated from the shown ones, and
    /// neither can a union of hidden cells that breaks a rule itself (METHOD_DISCLOSURE D5): what is
    /// left of a shown cell without shown parts of it, and up to four atoms whose sum follows from
    /// any sums and differences of shown cells (up to two in instances of more than 500 atoms).
    /// Cells without any contributor are shown.
    ///
    /// # Errors
    /// E5063 for a rule with a parameter outside its range.
    pub fn protect(&self, rules: &[MagnitudeRule]) -> Result<MagnitudePattern, Vec<InputProblem>> {
        let sensitive = self.sensitive_cells(rules)?;
        let nobody = |cell: usize| self.contributors(self.instance.atoms_of(cell)).is_empty();
        let free = Free::without(&self.instance, nobody);
        let mut guarded = vec![false; free.classes()];
        let mut totals = vec![0.0; free.classes()];
        for (cell, class) in free.class_of_cell.iter().enumerate() {
            if let Some(class) = class {
                guarded[*class as usize] |= sensitive[cell];
                let contributors = self.contributors(self.instance.atoms_of(cell));
                totals[*class as usize] = contributors.iter().sum::<f64>();
            }
        }
        let mut wanted: Vec<usize> = (0..free.classes()).collect();
        wanted.sort_by(|&a, &b| totals[b].total_cmp(&totals[a]).then(a.cmp(&b)));
        let mut unions: Vec<Vec<u32>> = Vec::new();
        let mut passes = 0;
        let hidden = loop {
            let others: Vec<usize> = wanted
                .iter()
                .copied()
                .filter(|&class| !guarded[class])
                .collect();
            let hidden = hidden_classes(&free, &guarded, &unions, &others);
            let broken = self.broken_unions(&free, &hidden, rules);
            if broken.is_empty() {
                break hidden;
            }
            passes += 1;
            if passes <= MOST_PASSES {
                unions.extend(broken.into_iter().map(|union| union.atoms));
                continue;
            }
            // Hiding all that meets the union always ends.
            for union in broken {
                for &atom in &union.atoms {
                    for &class in free.containing.of(atom as usize) {
                        guarded[class as usize] |= !hidden[class as usize];
                    }
                }
            }
        };
        let suppressed = free
            .class_of_cell
            .iter()
            .map(|class| class.is_some_and(|class| hidden[class as usize]))
            .collect();
        Ok(MagnitudePattern {
            sensitive,
            suppressed,
        })
    }

    /// Whether the shown cells of a pattern reveal a sensitive cell or a union of hidden cells that
    /// breaks a rule; the number of such a cell, of the one it is the remainder of, or of one that
    /// meets the union.
    ///
    /// # Errors
    /// E5061 for a pattern of another length, E5063 for a rule outside its range.
    pub fn first_revealed(
        &self,
        suppressed: &[bool],
        rules: &[MagnitudeRule],
    ) -> Result<Option<usize>, Vec<InputProblem>> {
        let sensitive = self.sensitive_cells(rules)?;
        if suppressed.len() != sensitive.len() {
            let message = format!("{} marks for {} cells", suppressed.len(), sensitive.len());
            return Err(vec![problem(
                codes::CONTRADICTION,
                self.instance.name(),
                message,
            )]);
        }
        let nobody = |cell: usize| self.contributors(self.instance.atoms_of(cell)).is_empty();
        let free = Free::without(&self.instance, nobody);
        let mut hidden = vec![true; free.classes()];
        let mut asked = BTreeMap::new();
        let mut first_cell = vec![None; free.classes()];
        for (cell, class) in free.class_of_cell.iter().enumerate() {
            let Some(class) = class.map(|class| class as usize) else {
                continue;
            };
            hidden[class] &= suppressed[cell];
            first_cell[class].get_or_insert(cell);
            if sensitive[cell] {
                asked.insert(class, cell);
            }
        }
        let shown: Vec<bool> = hidden.iter().map(|hidden| !hidden).collect();
        let learned = Learned::from_shown(&free, &shown);
        let mut asked = asked.into_iter();
        let revealed = asked.find(|&(class, _)| learned.tells(free.members.of(class)));
        let revealed = revealed.map(|(_, cell)| cell);
        Ok(revealed.or_else(|| {
            let broken = self.broken_unions(&free, &hidden, rules);
            let classes = broken.iter().filter_map(|union| {
                let meeting = || free.containing.of(union.atoms[0] as usize).first();
                union
                    .whole
                    .or_else(|| meeting().map(|&class| class as usize))
            });
            classes.filter_map(|class| first_cell[class]).min()
        }))
    }

    fn check(&self, rules: &[MagnitudeRule]) -> Result<(), Vec<InputProblem>> {
        let wrong = rules.iter().filter_map(|rule| rule.check().err());
        let problems: Vec<InputProblem> = wrong
            .map(|message| problem(codes::RULE, self.instance.name(), message))
            .collect();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    /// Amounts of the contributors of some atoms, largest first.
    fn contributors(&self, atoms: &[u32]) -> Vec<f64> {
        let mut by_contributor: BTreeMap<u32, f64> = BTreeMap::new();
        for &atom in atoms {
            for &(contributor, amount) in &self.amounts[atom as usize] {
                *by_contributor.entry(contributor).or_insert(0.0) += amount;
            }
        }
        let mut amounts: Vec<f64> = by_contributor.into_values().collect();
        amounts.sort_by(|a, b| b.total_cmp(a));
        amounts
    }

    fn breaks(&self, atoms: &[u32], rules: &[MagnitudeRule]) -> bool {
        let amounts = self.contributors(atoms);
        rules.iter().any(|rule| rule.is_broken(&amounts))
    }

    /// Unions of hidden amounts that can be calculated and break a rule.
    fn broken_unions(
        &self,
        free: &Free,
        hidden: &[bool],
        rules: &[MagnitudeRule],
    ) -> Vec<KnownUnion> {
        broken_unions(free, hidden, &|union| {
            let atoms: Vec<u32> = union
                .iter()
                .map(|&atom| free.atoms[atom as usize])
                .collect();
            self.breaks(&atoms, rules)
        })
    }
}

impl fmt::Debug for MagnitudeInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Magnitude{:?}", self.instance)
    }
}
