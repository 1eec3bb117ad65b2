//! The occupancy cube and what to compare it by.

use std::fmt;

use domain::CareType;
use occupancy::{Grid, Load};

/// Sums over all cells of a cube, equal only if the cubes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CubeTotals {
    /// Children times months by care type.
    pub children: [i64; CareType::COUNT],
    /// Contracted quarter hours a day, summed over all cells.
    pub quarter_hours: i64,
    /// Cells with at least one child.
    pub filled_cells: i64,
    /// Squares of the children of every cell, summed: tells two ways of spreading the same sum apart.
    pub squares: i64,
}

impl CubeTotals {
    /// The totals of a dense cube, month fastest.
    #[must_use]
    pub fn of(loads: &[Load], grid: Grid) -> Self {
        let mut totals = Self::default();
        for (line, loads) in loads.chunks_exact(grid.months().count()).enumerate() {
            let children = &mut totals.children[line % CareType::COUNT];
            for load in loads {
                let here = i64::from(load.children);
                *children += here;
                totals.quarter_hours += i64::from(load.quarter_hours);
                totals.filled_cells += i64::from(here > 0);
                totals.squares += here * here;
            }
        }
        totals
    }
}

/// One line of JSON, the same to the byte as the peers print.
impl fmt::Display for CubeTotals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{")?;
        for (care, children) in CareType::ALL.into_iter().zip(self.children) {
            write!(f, "\"{care}\": {children}, ")?;
        }
        write!(
            f,
            "\"quarter_hours\": {}, \"filled_cells\": {}, \"squares\": {}}}",
            self.quarter_hours, self.filled_cells, self.squares
        )
    }
}
