//! Finding texts in a list by hash.

/// Open addressing over positions of a list of texts; never iterated, so its order cannot leak.
///
/// A slot holds the text itself if it has at most 16 bytes, as keys of cities do: finding one touches
/// one place in memory.
pub(crate) struct SlotTable {
    slots: Vec<Slot>,
    mask: usize,
}

/// The first 16 bytes of a text, its length and its position.
#[derive(Clone, Copy)]
struct Slot {
    start: Start,
    position: u32,
}

/// The first 16 bytes of a text and its length; tells texts of at most 16 bytes apart.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Start {
    words: [u64; 2],
    length: u32,
}

impl Start {
    const BYTES: usize = 16;

    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let first = &bytes[..bytes.len().min(Self::BYTES)];
        let words = match first.len() {
            // The second word may overlap the first: with the length they still give every byte.
            8.. => [word(&first[..8]), word(&first[first.len() - 8..])],
            _ => [word(first), 0],
        };
        // No cell of a table is longer than 2^32 bytes.
        let length = bytes.len() as u32;
        Self { words, length }
    }

    /// Hash of the text this is the start of.
    fn hash(self, text: &str) -> u64 {
        let mut hash = folded(folded(u64::from(self.length), self.words[0]), self.words[1]);
        // Long keys often begin alike: what follows must count.
        if let Some(rest) = text.as_bytes().get(Self::BYTES..) {
            hash = rest.chunks(8).map(word).fold(hash, folded);
        }
        hash
    }

    /// Whether the text is longer than what is kept of it.
    const fn is_cut(self) -> bool {
        self.length as usize > Self::BYTES
    }
}

/// Mixes a word into a hash: the high half of the product is added to the low one, so that every bit
/// reaches the low bits a slot is chosen by. The last digits of a key are high bits of its words.
fn folded(hash: u64, word: u64) -> u64 {
    let product = u128::from(hash ^ word ^ 0x9E37_79B9_7F4A_7C15) * 0xD6E8_FEB8_6659_FD93;
    product as u64 ^ (product >> 64) as u64
}

/// At most eight bytes as a number, different for different bytes of the same length.
fn word(bytes: &[u8]) -> u64 {
    let four = |part: &[u8]| part.try_into().map_or(0, u32::from_le_bytes);
    match bytes {
        [] => 0,
        [first, .., last] if bytes.len() < 4 => {
            let middle = bytes[bytes.len() / 2];
            u64::from(*first) | u64::from(middle) << 8 | u64::from(*last) << 16
        }
        [only] => u64::from(*only),
        _ => {
            let (low, high) = (four(&bytes[..4]), four(&bytes[bytes.len() - 4..]));
            u64::from(low) | u64::from(high) << 32
        }
    }
}

impl SlotTable {
    const EMPTY: Slot = Slot {
        start: Start {
            words: [0; 2],
            length: 0,
        },
        position: u32::MAX,
    };

    /// A table of different texts.
    pub(crate) fn new(texts: &[impl AsRef<str>]) -> Self {
        let size = (texts.len() * 2).next_power_of_two().max(16);
        let mut table = Self {
            slots: vec![Self::EMPTY; size],
            mask: size - 1,
        };
        for (position, text) in texts.iter().enumerate() {
            let start = Start::of(text.as_ref());
            let mut slot = start.hash(text.as_ref()) as usize & table.mask;
            while table.slots[slot].position != Self::EMPTY.position {
                slot = (slot + 1) & table.mask;
            }
            // A table has fewer than 2^32 rows.
            let position = position as u32;
            table.slots[slot] = Slot { start, position };
        }
        table
    }

    /// Position of a text in the list the table was made from.
    pub(crate) fn find(&self, texts: &[impl AsRef<str>], text: &str) -> Option<u32> {
        let start = Start::of(text);
        self.find_from(start.hash(text) as usize & self.mask, start, texts, text)
    }

    /// Positions of many texts.
    ///
    /// The slots of a batch are fetched before the first of them is looked at, so that the processor
    /// waits for memory once a batch rather than once a text.
    pub(crate) fn find_all<'a>(
        &self,
        texts: &[impl AsRef<str>],
        mut column: impl Iterator<Item = Option<&'a str>>,
    ) -> Vec<Option<u32>> {
        const BATCH: usize = 64;
        let mut found = Vec::with_capacity(column.size_hint().0);
        let mut batch: Vec<(Option<&str>, Start, usize)> = Vec::with_capacity(BATCH);
        let mut fetched: Vec<Slot> = Vec::with_capacity(BATCH);
        loop {
            batch.clear();
            batch.extend(column.by_ref().take(BATCH).map(|cell| {
                let text = cell.unwrap_or_default();
                let start = Start::of(text);
                (cell, start, start.hash(text) as usize & self.mask)
            }));
            if batch.is_empty() {
                return found;
            }
            fetched.clear();
            fetched.extend(batch.iter().map(|(_, _, number)| self.slots[*number]));
            for ((cell, start, number), slot) in batch.iter().zip(&fetched) {
                found.push(cell.and_then(|text| {
                    if slot.start == *start && !start.is_cut() && slot.position != u32::MAX {
                        Some(slot.position)
                    } else {
                        self.find_from(*number, *start, texts, text)
                    }
                }));
            }
        }
    }

    /// Position of a text, looked for from a slot on.
    fn find_from(
        &self,
        mut number: usize,
        start: Start,
        texts: &[impl AsRef<str>],
        text: &str,
    ) -> Option<u32> {
        loop {
            let slot = &self.slots[number];
            if slot.position == Self::EMPTY.position {
                return None;
            }
            if slot.start == start
                && (!start.is_cut() || texts[slot.position as usize].as_ref() == text)
            {
                return Some(slot.position);
            }
            number = (number + 1) & self.mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_of_every_length_are_told_apart() {
        let texts: Vec<String> = (0..40).map(|length| "x".repeat(length)).collect();
        let table = SlotTable::new(&texts);
        for (position, text) in texts.iter().enumerate() {
            assert_eq!(table.find(&texts, text), Some(position as u32));
        }
        assert_eq!(table.find(&texts, &"x".repeat(40)), None);
        assert_eq!(table.find(&texts, "y"), None);
    }

    #[test]
    fn every_byte_of_a_text_counts_whatever_its_length() {
        for length in 1..40 {
            let text = "x".repeat(length);
            let table = SlotTable::new(&[&text]);
            for changed in 0..length {
                let mut other = text.clone();
                other.replace_range(changed..=changed, "y");
                assert_eq!(table.find(&[&text], &other), None, "{other}");
            }
        }
    }

    #[test]
    fn numbered_keys_are_spread_over_the_table() {
        for stem in ["", "F", "U0012F", "U0012-F", "municipality-of-dresden-"] {
            let texts: Vec<String> = (0..20_000)
                .map(|number| format!("{stem}{number:07}"))
                .collect();
            let table = SlotTable::new(&texts);
            let longest = table
                .slots
                .chunk_by(|a, b| (a.position == u32::MAX) == (b.position == u32::MAX))
                .filter(|run| run[0].position != u32::MAX)
                .map(<[Slot]>::len)
                .max();
            assert!(
                longest < Some(40),
                "{stem}: {longest:?} slots in a row are filled"
            );
        }
    }

    proptest! {
        #[test]
        fn a_text_is_found_where_it_stands_and_only_there(
            texts in proptest::collection::btree_set("(prefix-of-16-byte)?[a-cä]{0,9}", 0..60),
            others in proptest::collection::vec("(prefix-of-16-byte)?[a-cä]{0,9}", 0..200),
        ) {
            let texts: Vec<String> = texts.into_iter().collect();
            let table = SlotTable::new(&texts);
            for text in others.iter().chain(&texts) {
                let position = texts.binary_search(text).ok().map(|position| position as u32);
                prop_assert_eq!(table.find(&texts, text), position);
            }
            let column = others.iter().map(|text| Some(text.as_str())).chain([None]);
            let one_by_one: Vec<_> = column.clone().map(|cell| table.find(&texts, cell?)).collect();
            prop_assert_eq!(table.find_all(&texts, column), one_by_one);
        }
    }
}
