//! What is wrong with a release beside the others, before it is put into words.

use solver::{BoundSide, LinearForm};

use super::polytope::Target;

/// What a reader must be left in doubt about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// D3: it may be 0 and it may be `k`.
    Full(u32),
    /// D4: it may be `k`.
    Upper(u32),
    /// D3' and movers: the least and the greatest value are `k` apart.
    Width(u32),
}

impl Need {
    pub(crate) fn minimum(self) -> u32 {
        match self {
            Self::Full(k) | Self::Upper(k) | Self::Width(k) => k,
        }
    }
}

/// Whom a question is about, by numbers of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A cell.
    Cell(usize),
    /// A cell without another one.
    Difference { whole: usize, part: usize },
    /// Those of a group who are not in one category of a sensitive attribute.
    OutsideCategory { group: usize, category: usize },
    /// A cell that hardly changed since another slice.
    Moved { cell: usize, slice: usize },
}

/// A set of children and what must stay in doubt about it.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) subject: Subject,
    pub(crate) target: Target,
    pub(crate) need: Need,
}

/// One violation. Facts are those of the slice of the new release.
#[derive(Debug, Clone)]
pub(crate) enum Finding {
    /// A small cell is shown, by this release or another one.
    Shown { cell: usize },
    /// Two cells are shown whose difference is small.
    ShownDifference { whole: usize, part: usize },
    /// Sums narrow it down. The side is the one that fails; of a width, the greatest value.
    Confined {
        question: Question,
        side: BoundSide,
        /// The set as a sum of the unknowns of the polytope.
        form: LinearForm,
    },
    /// A cell is shown in two slices and changed by less than `k`.
    ShownTwice { cell: usize, slice: usize },
    /// As before, for the difference of two cells.
    DifferenceTwice {
        whole: usize,
        part: usize,
        slice: usize,
    },
    /// As before, for the parts of a cell that are not shown in both slices.
    RemainderTwice {
        whole: usize,
        shown: Vec<usize>,
        /// Those of the shown parts without which the rule would be kept.
        mending: Vec<usize>,
        slice: usize,
    },
    /// The cell is shown here, changed by less than `k`, and can be calculated in the other slice,
    /// where it is not shown.
    CalculatedThere { cell: usize, slice: usize },
}
