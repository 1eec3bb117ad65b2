//! The one door through which the tables of a month leave.
//!
//! Several tables of the same children can undo each other, although each is safe by itself, and so can
//! consecutive months. Every table therefore passes the release ledger, beside all tables of the month and of
//! other months: what has to be hidden is hidden. Where that does not help, a coarser form of the
//! table is tried, and at last the table is left out.

use disclosure::{ReleaseRequest, ReleasedTable};

use super::{StatisticsError, StatisticsLevel};
use crate::desk::ReleaseDesk;

/// Cells of a form beyond which a coarser one is tried at once: the gate would take minutes.
const MOST_CELLS: usize = 3_000;

/// Cells of an earlier table that count the same children as cells of a later one.
pub(super) struct Shared {
    /// Number of the earlier table, from 0.
    pub(super) with: usize,
    /// Its cell, and the cell of the later table.
    pub(super) cells: Vec<(Vec<String>, Vec<String>)>,
}

/// A form of a table on its way out.
pub(super) struct Form {
    /// The finest level it goes down to.
    pub(super) level: StatisticsLevel,
    pub(super) request: ReleaseRequest,
    pub(super) shared: Vec<Shared>,
}

/// A table that left.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Left {
    pub(super) level: StatisticsLevel,
    pub(super) table: ReleasedTable,
}

/// Releases the tables of a month in order, each in the finest of its forms that goes with everything
/// released before; `None` for a table that goes in no form.
///
/// **Everything that any table of the standing set says of children passes here.**
pub(super) fn leave(
    tables: Vec<Vec<Form>>,
    desk: &mut ReleaseDesk,
) -> Result<Vec<Option<Left>>, StatisticsError> {
    let mut left: Vec<Option<Left>> = Vec::with_capacity(tables.len());
    for forms in tables {
        let coarsest = forms.len().saturating_sub(1);
        let mut found = None;
        for (number, form) in forms.into_iter().enumerate() {
            if form.request.cell_count() > MOST_CELLS && number < coarsest {
                continue;
            }
            // The gate would find it out, round by round.
            let hidden = hidden_before(&left, &form.shared);
            if let Some(table) = desk.release(&form.request.hiding(hidden))? {
                let level = form.level;
                found = Some(Left { level, table });
                break;
            }
        }
        left.push(found);
    }
    Ok(left)
}

/// The cells of a form that an earlier table hides.
fn hidden_before(left: &[Option<Left>], shared: &[Shared]) -> Vec<Vec<String>> {
    let mut hidden = Vec::new();
    for shared in shared {
        let Some(Some(earlier)) = left.get(shared.with) else {
            continue;
        };
        for (cell, own) in &shared.cells {
            let codes: Vec<&str> = cell.iter().map(String::as_str).collect();
            let cell = earlier.table.cell(&codes);
            if cell.is_some_and(|cell| cell.value.is_none()) {
                hidden.push(own.clone());
            }
        }
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;
    use disclosure::{
        ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, ReleaseScope, TOTAL_CODE,
    };
    use jiff::civil::date;

    fn dimension(code: &str, members: [&str; 3]) -> Dimension {
        let members = members
            .map(|it| Member::new(it, Label::new(it, it)))
            .to_vec();
        Dimension::new(code, Label::new(code, code), members)
    }

    fn by(month: i8, name: &str, code: &str, counts: [u32; 3]) -> Form {
        let label = Label::new(name, name);
        let dimensions = vec![dimension(code, ["a", "b", "c"])];
        let table = ConfidentialTable::new(name, label, dimensions, counts.to_vec()).unwrap();
        let scope = ReleaseScope::new("children", date(2026, month, 1));
        Form {
            level: StatisticsLevel::City,
            request: ReleaseRequest::new(table, DisclosurePolicy::default(), scope),
            shared: Vec::new(),
        }
    }

    fn shown(left: &Option<Left>, code: &str) -> Option<u64> {
        left.as_ref().unwrap().table.cell(&[code]).unwrap().value
    }

    #[test]
    fn a_table_hides_what_an_earlier_one_hides_of_the_same_children() {
        // The first hides a, and b or c to protect it; the second by itself would show b and c.
        let first = by(3, "first", "care", [2, 30, 40]);
        let mut second = by(3, "second", "care", [2, 30, 40]);
        second.shared = vec![Shared {
            with: 0,
            cells: ["a", "b", "c"]
                .map(|code| (vec![code.to_owned()], vec![code.to_owned()]))
                .to_vec(),
        }];
        let mut desk = ReleaseDesk::default();
        let left = leave(vec![vec![first], vec![second]], &mut desk).unwrap();
        for code in ["a", "b", "c", TOTAL_CODE] {
            assert_eq!(shown(&left[0], code), shown(&left[1], code), "{code}");
        }
        assert_eq!(desk.passed().len(), 2);
    }

    #[test]
    fn the_next_month_hides_what_one_child_changed() {
        let mut desk = ReleaseDesk::default();
        leave(vec![vec![by(3, "care", "care", [9, 30, 40])]], &mut desk).unwrap();
        let next = by(4, "care", "care", [10, 30, 40]);
        let left = leave(vec![vec![next]], &mut desk).unwrap();
        assert_eq!(shown(&left[0], "a"), None, "one child came to a");
        // A desk that forgot March shows it.
        let next = by(4, "care", "care", [10, 30, 40]);
        let left = leave(vec![vec![next]], &mut ReleaseDesk::default()).unwrap();
        assert_eq!(shown(&left[0], "a"), Some(10));
    }

    #[test]
    fn a_form_of_too_many_cells_makes_way_for_a_coarser_one() {
        let many: Vec<Member> = (0..MOST_CELLS)
            .map(|number| Member::new(format!("m{number}"), Label::new("m", "m")))
            .collect();
        let dimension = Dimension::new("area", Label::new("area", "area"), many);
        let counts = vec![7; MOST_CELLS];
        let label = Label::new("t", "t");
        let table = ConfidentialTable::new("t", label, vec![dimension], counts).unwrap();
        let coarse = by(3, "t", "care", [9, 30, 40]);
        let fine = Form {
            request: ReleaseRequest::new(
                table,
                DisclosurePolicy::default(),
                coarse.request.scope().clone(),
            ),
            level: StatisticsLevel::Facility,
            shared: Vec::new(),
        };
        let left = leave(vec![vec![fine, coarse]], &mut ReleaseDesk::default()).unwrap();
        assert_eq!(shown(&left[0], TOTAL_CODE), Some(79));
    }
}
