//! Rows of a CSV file, field by field, as bytes.
//!
//! The rules are those of RFC 4180 as the `csv` crate reads them: a row ends with a line feed or a
//! carriage return outside quotes, empty lines are no rows, a quote opens a quoted field only at its
//! start, a byte order mark at the start of the file is left out. A row without quotes, as nearly
//! all are, is not copied.

use std::io::{self, Read};

/// Bytes read at once.
const BUFFER: usize = 1 << 18;
/// Longest row; a quote that is never closed must not swallow a file of any size.
pub(crate) const LONGEST_ROW: usize = 1 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads rows one after the other.
pub(crate) struct RowReader<R> {
    input: R,
    buffer: Vec<u8>,
    /// The bytes of `buffer` not read yet.
    start: usize,
    end: usize,
    /// The input has no further bytes.
    at_end: bool,
    /// Start and end of the fields of the current row, in `buffer` or `unquoted`.
    fields: Vec<(u32, u32)>,
    unquoted: Vec<u8>,
    is_unquoted: bool,
}

/// A row could not be read.
#[derive(Debug)]
pub(crate) enum RowError {
    /// The input failed.
    Input(io::Error),
    /// The row is longer than [`LONGEST_ROW`].
    TooLong,
}

/// What was found at the start of the unread bytes.
enum Scan {
    /// A row of so many bytes, the end of its line included.
    Row(usize),
    /// A field starts with a quote.
    Quote,
    /// The bytes end before the row does.
    Unfinished,
}

impl<R: Read> RowReader<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            at_end: false,
            fields: Vec::new(),
            unquoted: Vec::new(),
            is_unquoted: false,
        }
    }

    /// Leaves a byte order mark out; to be called before the first row.
    pub(crate) fn skip_byte_order_mark(&mut self) -> Result<(), RowError> {
        while !self.at_end && self.end - self.start < BYTE_ORDER_MARK.len() {
            self.fill()?;
        }
        if self.buffer[self.start..self.end].starts_with(BYTE_ORDER_MARK) {
            self.start += BYTE_ORDER_MARK.len();
        }
        Ok(())
    }

    /// Moves to the next row; `false` at the end of the file.
    pub(crate) fn advance(&mut self) -> Result<bool, RowError> {
        loop {
            while self.start < self.end && is_line_end(self.buffer[self.start]) {
                self.start += 1;
            }
            let scan = match self.scan() {
                Scan::Quote => self.scan_quoted(),
                scan => scan,
            };
            match scan {
                Scan::Row(length) => {
                    self.start += length;
                    return Ok(true);
                }
                _ if self.at_end && self.start == self.end => return Ok(false),
                _ if self.end - self.start > LONGEST_ROW => return Err(RowError::TooLong),
                _ => self.fill()?,
            }
        }
    }

    /// Number of fields of the current row.
    pub(crate) fn len(&self) -> usize {
        self.fields.len()
    }

    /// A field of the current row, without its quotes.
    pub(crate) fn field(&self, field: usize) -> &[u8] {
        let (start, end) = self.fields[field];
        let bytes = if self.is_unquoted {
            &self.unquoted
        } else {
            &self.buffer
        };
        &bytes[start as usize..end as usize]
    }

    /// Finds the fields of a row without quotes.
    fn scan(&mut self) -> Scan {
        self.fields.clear();
        self.is_unquoted = false;
        let mut from = self.start;
        for (at, byte) in self.buffer[..self.end].iter().enumerate().skip(self.start) {
            // Digits and letters lie beyond the comma; line ends and quotes before it.
            if *byte > b',' {
                continue;
            }
            match byte {
                b',' => {
                    self.fields.push((from as u32, at as u32));
                    from = at + 1;
                }
                b'\n' | b'\r' => {
                    self.fields.push((from as u32, at as u32));
                    return Scan::Row(at + 1 - self.start);
                }
                b'"' if at == from => return Scan::Quote,
                _ => {}
            }
        }
        if self.at_end && self.start < self.end {
            self.fields.push((from as u32, self.end as u32));
            return Scan::Row(self.end - self.start);
        }
        Scan::Unfinished
    }

    /// Finds the fields of a row with quotes and copies it without them.
    fn scan_quoted(&mut self) -> Scan {
        enum State {
            Start,
            Plain,
            Quoted,
            /// After a quote in a quoted field: its end, or the first of two that stand for one.
            Closing,
        }
        self.fields.clear();
        self.unquoted.clear();
        self.is_unquoted = true;
        let mut state = State::Start;
        let mut from = 0;
        let mut length = None;
        for (at, byte) in self.buffer[self.start..self.end].iter().enumerate() {
            state = match (state, *byte) {
                (State::Quoted, b'"') => State::Closing,
                (State::Quoted, byte) => {
                    self.unquoted.push(byte);
                    State::Quoted
                }
                (State::Start, b'"') => State::Quoted,
                (State::Closing, b'"') => {
                    self.unquoted.push(b'"');
                    State::Quoted
                }
                (_, b',') => {
                    self.fields.push((from, self.unquoted.len() as u32));
                    from = self.unquoted.len() as u32;
                    State::Start
                }
                (_, byte) if is_line_end(byte) => {
                    length = Some(at + 1);
                    break;
                }
                (_, byte) => {
                    self.unquoted.push(byte);
                    State::Plain
                }
            };
        }
        if length.is_none() && !self.at_end {
            return Scan::Unfinished;
        }
        self.fields.push((from, self.unquoted.len() as u32));
        Scan::Row(length.unwrap_or(self.end - self.start))
    }

    /// Reads further bytes behind those not read yet.
    fn fill(&mut self) -> Result<(), RowError> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.buffer.len() {
            self.buffer.resize(2 * self.buffer.len(), 0);
        }
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(count) => {
                    self.end += count;
                    self.at_end = count == 0;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(RowError::Input(error)),
            }
        }
    }
}

fn is_line_end(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Hands its bytes out a few at a time.
    struct Slowly<'a>(&'a [u8], usize);

    impl Read for Slowly<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(self.1).min(into.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn rows(bytes: &[u8], at_once: usize) -> Vec<Vec<Vec<u8>>> {
        let mut reader = RowReader::new(Slowly(bytes, at_once));
        reader.skip_byte_order_mark().unwrap();
        let mut rows = Vec::new();
        while reader.advance().unwrap() {
            rows.push(
                (0..reader.len())
                    .map(|at| reader.field(at).to_vec())
                    .collect(),
            );
        }
        rows
    }

    fn rows_of_the_csv_crate(bytes: &[u8]) -> Vec<Vec<Vec<u8>>> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(bytes)
            .byte_records()
            .map(|row| row.unwrap().iter().map(<[u8]>::to_vec).collect())
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_give_the_rows_of_the_csv_crate(
            bytes in proptest::collection::vec(
                prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), Just(b'a'), any::<u8>()],
                0..60,
            ),
            at_once in 1..9_usize,
        ) {
            prop_assert_eq!(rows(&bytes, at_once), rows_of_the_csv_crate(&bytes));
        }
    }

    #[test]
    fn rows_longer_than_the_buffer_are_read_and_rows_without_an_end_refused() {
        let long = "x".repeat(LONGEST_ROW / 2);
        let text = format!("a,{long}\n\"{long}\",b\n");
        assert_eq!(
            rows(text.as_bytes(), 7_919),
            rows_of_the_csv_crate(text.as_bytes())
        );
        for start in ["", "\""] {
            let mut reader = RowReader::new(start.as_bytes().chain(io::repeat(b'\0')));
            assert!(matches!(reader.advance(), Err(RowError::TooLong)));
            assert!(reader.buffer.len() <= 4 * LONGEST_ROW);
        }
    }
}
