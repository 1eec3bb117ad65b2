//! The one door through which the tables of a month leave.
//!
//! Several tables of the same children can undo each other, although each is safe by itself. What
//! keeps them safe together here is a rule that needs no further proof: **a table leaves only if
//! every cell it shares with an earlier one is shown in both.** A reader who has both then knows of
//! the shared cells what he knows anyway, any two sets of counts that agree with the one and with
//! the other table go together, and so no bound of a suppressed cell narrows. Where the rule does
//! not hold, a coarser form of the table is tried, and at last the table is left out.

use disclosure::{ConfidentialTable, DisclosurePolicy, ReleaseError, ReleasedTable, release};

use super::StatisticsLevel;

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
    pub(super) table: ConfidentialTable,
    pub(super) shared: Vec<Shared>,
}

/// A table that left.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Left {
    pub(super) level: StatisticsLevel,
    pub(super) table: ReleasedTable,
}

/// Releases the tables of a month in order, each in the finest of its forms that goes with those
/// before; `None` for a table that goes in no form.
///
/// **Everything that any table of the standing set says of children passes here.** A gate that
/// remembers earlier publications belongs into this function and nowhere else.
pub(super) fn leave(
    tables: Vec<Vec<Form>>,
    policy: &DisclosurePolicy,
) -> Result<Vec<Option<Left>>, ReleaseError> {
    let mut left: Vec<Option<Left>> = Vec::with_capacity(tables.len());
    for forms in tables {
        let mut found = None;
        for form in forms {
            // Cells hidden in an earlier table rule a form out before it is made.
            if !is_shown(&left, &form.shared) {
                continue;
            }
            let table = release(form.table, policy)?;
            let is_whole = form.shared.iter().all(|shared| {
                left.get(shared.with).is_none_or(Option::is_none)
                    || shared.cells.iter().all(|(_, own)| shows(&table, own))
            });
            if is_whole {
                let level = form.level;
                found = Some(Left { level, table });
                break;
            }
        }
        left.push(found);
    }
    Ok(left)
}

fn is_shown(left: &[Option<Left>], shared: &[Shared]) -> bool {
    shared.iter().all(|shared| {
        let Some(Some(earlier)) = left.get(shared.with) else {
            return true;
        };
        shared
            .cells
            .iter()
            .all(|(cell, _)| shows(&earlier.table, cell))
    })
}

/// Whether a cell is shown, or is not in the table at all.
fn shows(table: &ReleasedTable, cell: &[String]) -> bool {
    let codes: Vec<&str> = cell.iter().map(String::as_str).collect();
    table.cell(&codes).is_none_or(|cell| cell.value.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use disclosure::{Dimension, Label, Member, TOTAL_CODE};

    fn dimension(code: &str, members: [&str; 3]) -> Dimension {
        let members = members
            .map(|it| Member::new(it, Label::new(it, it)))
            .to_vec();
        Dimension::new(code, Label::new(code, code), members)
    }

    fn by_care(name: &str, code: &str, counts: [u32; 3]) -> ConfidentialTable {
        let members = ["a", "b", "c"];
        let label = Label::new(name, name);
        ConfidentialTable::new(name, label, vec![dimension(code, members)], counts.to_vec())
            .unwrap()
    }

    fn form(table: ConfidentialTable, shared: Vec<Shared>) -> Form {
        let level = StatisticsLevel::City;
        Form {
            level,
            table,
            shared,
        }
    }

    fn same(cells: &[&str]) -> Vec<Shared> {
        let cells = cells
            .iter()
            .map(|code| (vec![(*code).to_owned()], vec![(*code).to_owned()]));
        vec![Shared {
            with: 0,
            cells: cells.collect(),
        }]
    }

    #[test]
    fn a_table_that_shows_what_an_earlier_one_hides_stays_in() {
        // The first hides a, and b or c to protect it; the second by itself would hide nothing.
        let first = form(by_care("first", "care", [2, 30, 40]), Vec::new());
        let second = form(
            by_care("second", "care", [9, 30, 40]),
            same(&["a", "b", "c"]),
        );
        let coarse = form(by_care("second", "age", [20, 22, 30]), same(&[TOTAL_CODE]));
        let policy = DisclosurePolicy::default();
        let left = leave(vec![vec![first], vec![second, coarse]], &policy).unwrap();
        let second = left[1].as_ref().expect("the coarser form goes");
        assert_eq!(second.table.dimensions()[0].code, "age");
        assert!(second.table.cell(&[TOTAL_CODE]).unwrap().value.is_some());
    }

    #[test]
    fn a_table_that_hides_what_an_earlier_one_shows_stays_in() {
        let first = form(by_care("first", "care", [9, 30, 40]), Vec::new());
        let second = form(by_care("second", "care", [2, 30, 40]), same(&["a"]));
        let left = leave(
            vec![vec![first], vec![second]],
            &DisclosurePolicy::default(),
        )
        .unwrap();
        assert!(left[0].is_some() && left[1].is_none());
    }
}
