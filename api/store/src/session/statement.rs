//! Statements: one text for both databases, made of fixed parts only.

use std::fmt::Write as _;

/// Names fixed statements and lists them, so that a test can prepare every one on both databases.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)+) => {
        $($(#[$doc])* pub(crate) const $name: &str = $text;)+
        /// Every statement of this module.
        #[cfg(test)]
        pub(crate) const FIXED: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}
pub(crate) use statements;

/// How rows read are held until the end of the transaction. Only PostgreSQL needs it: a writer of
/// SQLite is alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Not at all.
    No,
    /// Nobody may change them.
    Share,
    /// Nobody else may change or hold them.
    Write,
}

/// A reading of all rows whose key is one of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Among {
    /// Name in lists of statements.
    #[cfg_attr(not(test), allow(dead_code))]
    pub(crate) name: &'static str,
    /// `select ... from ...`
    pub(crate) select: &'static str,
    /// The column that is looked at.
    pub(crate) key: &'static str,
    /// Further conditions with the leading values `$1` and on; begins with ` and`, or empty.
    pub(crate) and: &'static str,
}

impl Among {
    /// The text for a number of keys after a number of leading values.
    pub(crate) fn text(&self, leading: usize, keys: usize, lock: Lock) -> String {
        let mut text = String::with_capacity(self.select.len() + self.and.len() + 8 * keys + 80);
        text.push_str(self.select);
        text.push_str(" where ");
        text.push_str(self.key);
        text.push_str(" in (");
        for place in 1..=keys {
            placeholder(&mut text, place == 1, leading + place);
        }
        text.push(')');
        text.push_str(self.and);
        if lock != Lock::No {
            // The order of bytes, whatever the language of the database: everybody locks alike.
            text.push_str(" order by ");
            text.push_str(self.key);
            text.push_str(" collate \"C\"");
            text.push_str(match lock {
                Lock::Share => " for share",
                _ => " for no key update",
            });
        }
        text
    }
}

/// Rows of a table that are written together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Insert {
    /// The table.
    pub(crate) table: &'static str,
    /// Its columns, in the order of the values.
    pub(crate) columns: &'static [&'static str],
}

impl Insert {
    /// The text for a number of rows. SQLite gets places without numbers: it keeps numbered ones in a
    /// list and goes through it for every value, which for thousands of values takes a second.
    pub(crate) fn text(&self, rows: usize, is_postgres: bool) -> String {
        let width = self.columns.len();
        let mut text = String::with_capacity(64 + rows * (2 + 7 * width));
        text.push_str("insert into ");
        text.push_str(self.table);
        text.push_str(" (");
        text.push_str(&self.columns.join(", "));
        text.push_str(") values ");
        for row in 0..rows {
            text.push_str(if row == 0 { "(" } else { ", (" });
            for column in 1..=width {
                if is_postgres {
                    placeholder(&mut text, column == 1, row * width + column);
                } else {
                    text.push_str(if column == 1 { "?" } else { ", ?" });
                }
            }
            text.push(')');
        }
        text
    }

    /// How many rows the next statement takes of those that are left. Few sizes, so that few
    /// statements are prepared; both databases take 30,000 values at once.
    pub(crate) fn chunk(&self, left: usize) -> usize {
        let most = (30_000 / self.columns.len().max(1)).max(1);
        let most = 1 << most.ilog2();
        if left >= most {
            most
        } else if left <= 16 {
            left
        } else {
            1 << left.ilog2()
        }
    }
}

/// How many keys are looked up at once: SQLite goes through all numbered places for every value bound.
pub(crate) const KEYS_AT_ONCE: usize = 256;

/// For how many keys a statement is prepared when `keys` are looked up: few sizes. The last key is
/// repeated, which finds nothing more.
pub(crate) const fn padded(keys: usize) -> usize {
    if keys <= 8 {
        keys
    } else {
        keys.next_power_of_two()
    }
}

fn placeholder(text: &mut String, first: bool, number: usize) {
    let before = if first { "$" } else { ", $" };
    write!(text, "{before}{number}").expect("writing to a String cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHILDREN: Among = Among {
        name: "CHILDREN",
        select: "select child_id from child",
        key: "child_id",
        and: " and area = $1",
    };

    #[test]
    fn keys_come_after_the_leading_values_and_locks_in_the_order_of_bytes() {
        assert_eq!(
            CHILDREN.text(1, 2, Lock::No),
            "select child_id from child where child_id in ($2, $3) and area = $1"
        );
        assert_eq!(
            CHILDREN.text(1, 1, Lock::Share),
            "select child_id from child where child_id in ($2) and area = $1 \
             order by child_id collate \"C\" for share"
        );
    }

    #[test]
    fn chunks_take_every_row_once_and_come_in_few_sizes() {
        let insert = Insert {
            table: "area",
            columns: &["a", "b", "c"],
        };
        assert_eq!(
            insert.text(2, true),
            "insert into area (a, b, c) values ($1, $2, $3), ($4, $5, $6)"
        );
        assert_eq!(
            insert.text(2, false),
            "insert into area (a, b, c) values (?, ?, ?), (?, ?, ?)"
        );
        let mut sizes = std::collections::BTreeSet::new();
        for rows in [1_usize, 16, 17, 100, 8_192, 60_001] {
            let mut left = rows;
            while left > 0 {
                let chunk = insert.chunk(left);
                assert!(chunk * 3 <= 30_000);
                sizes.insert(chunk);
                left -= chunk;
            }
        }
        assert!(sizes.len() < 12, "{sizes:?}");
        assert_eq!((padded(3), padded(9), padded(1_024)), (3, 16, 1_024));
    }
}
