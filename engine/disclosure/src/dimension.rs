//! What a table is broken down by: dimensions, members and their hierarchy.

use std::collections::{BTreeMap, BTreeSet};

use crate::TableError;

/// Code of the member that stands for all others of a dimension; it is added to every dimension.
pub const TOTAL_CODE: &str = "_total";

/// A name in both languages.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Label {
    /// German, as tables of the city print it.
    pub de: String,
    /// English.
    pub en: String,
}

impl Label {
    /// A name in both languages.
    #[must_use]
    pub fn new(de: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            de: de.into(),
            en: en.into(),
        }
    }

    pub(crate) fn total() -> Self {
        Self::new("Insgesamt", "Total")
    }
}

/// One member of a dimension, for example an area, a district or a care type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Unique within the dimension; not empty and not [`TOTAL_CODE`].
    pub code: String,
    /// Its name.
    pub label: Label,
    /// Code of the member it is part of; `None` directly below the total.
    pub parent: Option<String>,
}

impl Member {
    /// A member directly below the total.
    #[must_use]
    pub fn new(code: impl Into<String>, label: Label) -> Self {
        Self {
            code: code.into(),
            label,
            parent: None,
        }
    }

    /// The same member as a part of another one.
    #[must_use]
    pub fn under(mut self, parent: impl Into<String>) -> Self {
        self.parent = Some(parent.into());
        self
    }
}

/// One dimension of a table. A member without parts is a leaf; counts are given for leaves only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    /// Unique within the table; the column name of CSV output.
    pub code: String,
    /// Its name.
    pub label: Label,
    /// All members but the total, in the order they are to be printed.
    pub members: Vec<Member>,
}

impl Dimension {
    /// A dimension with its members.
    #[must_use]
    pub fn new(code: impl Into<String>, label: Label, members: Vec<Member>) -> Self {
        Self {
            code: code.into(),
            label,
            members,
        }
    }
}

/// A dimension that passed its checks, as a tree. Nodes are numbered by code, the total first, so
/// that no choice of the suppression depends on the order of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Axis {
    pub(crate) code: String,
    pub(crate) label: Label,
    pub(crate) codes: Vec<String>,
    pub(crate) labels: Vec<Label>,
    /// Parent of each node; the root is its own parent.
    pub(crate) parents: Vec<usize>,
    pub(crate) children: Vec<Vec<usize>>,
    /// Steps from the node down to its deepest leaf.
    pub(crate) heights: Vec<u32>,
    /// Nodes in the order they are printed: as given, the total last.
    pub(crate) printed: Vec<usize>,
}

impl Axis {
    pub(crate) const ROOT: usize = 0;

    pub(crate) fn from_dimension(dimension: Dimension) -> Result<Self, TableError> {
        let Dimension {
            code,
            label,
            members,
        } = dimension;
        if members.is_empty() {
            return Err(TableError::NoMember { dimension: code });
        }
        let mut sorted: BTreeMap<String, (Label, Option<String>)> = BTreeMap::new();
        let order: Vec<String> = members.iter().map(|member| member.code.clone()).collect();
        for member in members {
            if member.code.is_empty() || member.code == TOTAL_CODE {
                return Err(TableError::ReservedCode { code: member.code });
            }
            let entry = (member.label, member.parent);
            if sorted.insert(member.code.clone(), entry).is_some() {
                return Err(TableError::DuplicateCode { code: member.code });
            }
        }
        let mut codes = vec![TOTAL_CODE.to_owned()];
        codes.extend(sorted.keys().cloned());
        let number: BTreeMap<&str, usize> = codes
            .iter()
            .enumerate()
            .map(|(node, code)| (code.as_str(), node))
            .collect();
        let mut labels = vec![Label::total()];
        let mut parents = vec![Self::ROOT];
        for (member, (label, parent)) in &sorted {
            let parent_node = match parent {
                None => Self::ROOT,
                Some(parent) => {
                    *number
                        .get(parent.as_str())
                        .ok_or_else(|| TableError::UnknownParent {
                            code: member.clone(),
                            parent: parent.clone(),
                        })?
                }
            };
            labels.push(label.clone());
            parents.push(parent_node);
        }
        let printed = order
            .iter()
            .map(|code| number[code.as_str()])
            .chain([Self::ROOT])
            .collect();
        let mut axis = Self {
            code,
            label,
            children: vec![Vec::new(); codes.len()],
            heights: vec![0; codes.len()],
            codes,
            labels,
            parents,
            printed,
        };
        axis.link()?;
        Ok(axis)
    }

    fn link(&mut self) -> Result<(), TableError> {
        for node in 1..self.codes.len() {
            self.children[self.parents[node]].push(node);
            let mut seen = BTreeSet::from([node]);
            let mut above = self.parents[node];
            let mut steps = 1;
            while above != Self::ROOT {
                if !seen.insert(above) {
                    return Err(TableError::HierarchyCycle {
                        code: self.codes[node].clone(),
                    });
                }
                self.heights[above] = self.heights[above].max(steps);
                above = self.parents[above];
                steps += 1;
            }
            self.heights[Self::ROOT] = self.heights[Self::ROOT].max(steps);
        }
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.codes.len()
    }

    pub(crate) fn is_leaf(&self, node: usize) -> bool {
        self.children[node].is_empty()
    }

    /// Leaves in the order they are printed.
    pub(crate) fn printed_leaves(&self) -> impl Iterator<Item = usize> {
        self.printed
            .iter()
            .copied()
            .filter(|&node| self.is_leaf(node))
    }

    /// Leaves below a node, the node itself if it is one.
    pub(crate) fn leaves_below(&self, node: usize) -> Vec<usize> {
        (1..self.len())
            .filter(|&leaf| self.is_leaf(leaf) && self.path(leaf).contains(&node))
            .collect()
    }

    /// The node and all above it, the root last.
    pub(crate) fn path(&self, node: usize) -> Vec<usize> {
        let mut path = vec![node];
        let mut at = node;
        while at != Self::ROOT {
            at = self.parents[at];
            path.push(at);
        }
        path
    }
}
