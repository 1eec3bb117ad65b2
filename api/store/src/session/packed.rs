//! Lists that a statement has joined into one text: a facility with two hundred held places is one row.
//!
//! Values stand apart by a blank, entries by a comma, `-` is no value: keys, names of states, dates and
//! numbers hold neither. Free text is never joined.

use std::str::{FromStr, Split};

use jiff::civil::Date;

/// The values of one entry, taken one after the other; `None` where one is not what it should be.
pub(crate) struct Entry<'t>(Split<'t, char>);

/// The entries of a joined text.
pub(crate) fn entries(text: &str) -> impl Iterator<Item = Entry<'_>> {
    text.split(',')
        .filter(|entry| !entry.is_empty())
        .map(|entry| Entry(entry.split(' ')))
}

impl<'t> Entry<'t> {
    /// The next value.
    pub(crate) fn text(&mut self) -> Option<&'t str> {
        self.0.next()
    }

    /// The next value, read.
    pub(crate) fn parsed<T: FromStr>(&mut self) -> Option<T> {
        self.text()?.parse().ok()
    }

    /// The next value, a day.
    pub(crate) fn day(&mut self) -> Option<Date> {
        day(self.text()?)
    }

    /// The next value, a day or none.
    pub(crate) fn optional_day(&mut self) -> Option<Option<Date>> {
        match self.text()? {
            "-" => Some(None),
            text => day(text).map(Some),
        }
    }
}

/// A day as this program writes it: `YYYY-MM-DD`.
pub(crate) fn day(text: &str) -> Option<Date> {
    let &[a, b, c, d, b'-', e, f, b'-', g, h] = text.as_bytes() else {
        return text.parse().ok();
    };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i16::from(byte - b'0'));
    let year = digit(a)? * 1000 + digit(b)? * 100 + digit(c)? * 10 + digit(d)?;
    let month = digit(e)? * 10 + digit(f)?;
    let day = digit(g)? * 10 + digit(h)?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn entries_are_taken_apart_and_a_missing_or_wrong_value_is_noticed() {
        let mut entries = entries("k1 2027-09-01 - 3,k2 2027-13-01");
        let mut first = entries.next().unwrap();
        assert_eq!(first.text(), Some("k1"));
        assert_eq!(first.day(), Some(date(2027, 9, 1)));
        assert_eq!(first.optional_day(), Some(None));
        assert_eq!(first.parsed::<u32>(), Some(3));
        assert_eq!(first.parsed::<u32>(), None);
        let mut second = entries.next().unwrap();
        assert_eq!((second.text(), second.day()), (Some("k2"), None));
        assert!(entries.next().is_none());
        assert_eq!(super::entries("").count(), 0);
    }

    #[test]
    fn days_are_read_as_they_are_written() {
        for year in [-9999, -1, 0, 1, 1999, 2027, 9999] {
            let date = date(year, 2, 28);
            assert_eq!(day(&date.to_string()), Some(date));
        }
        for wrong in [
            "",
            "2027-02-30",
            "2027-2-3",
            "20270203",
            "2027-00-10",
            "abcd-02-03",
        ] {
            assert_eq!(
                day(wrong).is_some(),
                wrong.parse::<Date>().is_ok(),
                "{wrong}"
            );
        }
    }
}
