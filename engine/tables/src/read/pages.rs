//! Page headers of Parquet files, checked before the library trusts them with memory.
//!
//! The library reserves memory for as many values as a page header announces. In a damaged file that
//! may be more than any machine has, which ends the process and can be caught by nobody. So every
//! header is walked over first: it must announce no more values than its column has.

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;

/// Where the pages of one column of one row group lie, and how many values they hold.
pub(super) struct ColumnPages {
    pub(super) bytes: Range<u64>,
    pub(super) values: u64,
}

/// Checks the page headers of some columns.
///
/// # Errors
///
/// What the source reports, or in words what a header says that cannot be.
pub(super) fn check(
    source: impl Read + Seek,
    columns: impl IntoIterator<Item = ColumnPages>,
) -> io::Result<()> {
    let mut source = BufReader::new(source);
    for column in columns {
        source.seek(SeekFrom::Start(column.bytes.start))?;
        let mut left = column.bytes.end.saturating_sub(column.bytes.start);
        let mut found = 0;
        while left > 0 {
            let mut header = Compact {
                input: source.by_ref().take(left),
            };
            let page = Page::read(&mut header)?;
            left = header.input.limit();
            if page.bytes > left || page.values > column.values {
                return Err(damaged("a page is larger than its column"));
            }
            found += if page.is_dictionary { 0 } else { page.values };
            left -= page.bytes;
            // At most the length of the column, which lies in the file.
            source.seek_relative(page.bytes as i64)?;
        }
        if found != column.values {
            return Err(damaged(
                "the pages of a column hold another number of values",
            ));
        }
    }
    Ok(())
}

/// An error in words.
fn damaged(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// What a page header says.
struct Page {
    /// Bytes that follow the header.
    bytes: u64,
    values: u64,
    is_dictionary: bool,
}

impl Page {
    /// Reads a header (parquet.thrift, `struct PageHeader`).
    fn read(input: &mut Compact<impl Read>) -> io::Result<Self> {
        let (mut bytes, mut unpacked, mut values, mut is_dictionary) = (None, None, None, false);
        let mut last = 0;
        while let Some(field) = input.field(&mut last)? {
            match (field.id, field.kind) {
                (2, INTEGER_32) => unpacked = Some(input.size()?),
                (3, INTEGER_32) => bytes = Some(input.size()?),
                // The headers of data, dictionary and version 2 data pages begin with the count.
                (5 | 7 | 8, STRUCT) => {
                    is_dictionary = field.id == 7;
                    let mut last = 0;
                    while let Some(field) = input.field(&mut last)? {
                        match (field.id, field.kind) {
                            (1, INTEGER_32) => values = Some(input.size()?),
                            _ => input.skip(field.kind, DEEPEST)?,
                        }
                    }
                }
                _ => input.skip(field.kind, DEEPEST)?,
            }
        }
        match (bytes, values, unpacked) {
            (Some(bytes), Some(values), Some(_)) => Ok(Self {
                bytes,
                values,
                is_dictionary,
            }),
            _ => Err(damaged("a page header lacks its size")),
        }
    }
}

/// Kinds of values in the compact protocol of Thrift.
const INTEGER_32: u8 = 5;
const STRUCT: u8 = 12;

/// Deepest nesting of a header.
const DEEPEST: u8 = 8;

/// A field of a struct.
struct Field {
    id: i64,
    kind: u8,
}

/// The compact protocol of Thrift, as far as page headers need it.
struct Compact<R> {
    input: R,
}

impl<R: Read> Compact<R> {
    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.input.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    /// A number of seven bits a byte, the lowest first.
    fn number(&mut self) -> io::Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(damaged("a number of a page header does not end"))
    }

    /// A number whose sign stands in its lowest bit.
    fn signed(&mut self) -> io::Result<i64> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// A 32-bit number that counts something.
    fn size(&mut self) -> io::Result<u64> {
        let number = self.signed()?;
        i32::try_from(number)
            .ok()
            .and_then(|number| u64::try_from(number).ok())
            .ok_or_else(|| damaged("a count of a page header is negative or too large"))
    }

    /// The next field of a struct; `None` at its end.
    fn field(&mut self, last: &mut i64) -> io::Result<Option<Field>> {
        let byte = self.byte()?;
        let (step, kind) = (i64::from(byte >> 4), byte & 0x0F);
        if kind == 0 {
            return Ok(None);
        }
        let id = if step == 0 {
            self.signed()?
        } else {
            last.saturating_add(step)
        };
        *last = id;
        Ok(Some(Field { id, kind }))
    }

    /// Passes over the value of a field.
    fn skip(&mut self, kind: u8, deepest: u8) -> io::Result<()> {
        let deeper = deepest
            .checked_sub(1)
            .ok_or_else(|| damaged("a page header is nested too deeply"))?;
        match kind {
            // Truth values stand in the kind.
            1 | 2 => Ok(()),
            3 => self.byte().map(|_| ()),
            4..=6 => self.number().map(|_| ()),
            7 => self.pass(8),
            8 => {
                let length = self.number()?;
                self.pass(length)
            }
            9 | 10 => {
                let byte = self.byte()?;
                let length = match byte >> 4 {
                    15 => self.number()?,
                    length => u64::from(length),
                };
                for _ in 0..length {
                    match byte & 0x0F {
                        1 | 2 => self.pass(1)?,
                        kind => self.skip(kind, deeper)?,
                    }
                }
                Ok(())
            }
            STRUCT => {
                let mut last = 0;
                while let Some(field) = self.field(&mut last)? {
                    self.skip(field.kind, deeper)?;
                }
                Ok(())
            }
            _ => Err(damaged("a page header holds a value of no known kind")),
        }
    }

    /// Passes over bytes.
    fn pass(&mut self, length: u64) -> io::Result<()> {
        let passed = io::copy(&mut self.input.by_ref().take(length), &mut io::sink())?;
        if passed == length {
            Ok(())
        } else {
            Err(damaged("a page header breaks off"))
        }
    }
}
