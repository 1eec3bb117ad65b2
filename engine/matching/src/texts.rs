//! Texts stored end to end, and their numbers.

/// A list of texts in one allocation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TextList {
    text: String,
    ends: Vec<usize>,
}

impl TextList {
    /// Adds a text at the end.
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    /// Number of texts.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text with this number, from 0.
    pub(crate) fn get(&self, number: usize) -> &str {
        &self.text[self.range(number)]
    }

    /// The bytes of the text with this number.
    pub(crate) fn bytes(&self, number: usize) -> &[u8] {
        &self.text.as_bytes()[self.range(number)]
    }

    fn range(&self, number: usize) -> std::ops::Range<usize> {
        let start = if number == 0 {
            0
        } else {
            self.ends[number - 1]
        };
        start..self.ends[number]
    }

    /// The number of a text, in a list sorted bytewise.
    pub(crate) fn find_sorted(&self, text: &str) -> Option<usize> {
        self.find_sorted_bytes(text.as_bytes())
    }

    fn find_sorted_bytes(&self, text: &[u8]) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.bytes(middle).cmp(text) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

/// Numbers texts in order of first sight.
///
/// Open addressing with a fixed hash, so that a run never depends on a random state. As long as the
/// texts come in ascending order, as they mostly do, there is nothing to hash. The numbers
/// depend on the order of the input; [`Interner::into_sorted`] replaces them by bytewise order.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    texts: TextList,
    /// A power of two long. Without slots the texts are in ascending order.
    slots: Vec<Slot>,
}

/// Where a text may stand in the table.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    /// High bits of the hash of the text.
    mark: u32,
    /// Number of the text + 1; 0 = empty.
    number: u32,
}

impl Slot {
    fn new(hash: u64, number: usize) -> Self {
        Self {
            mark: (hash >> 32) as u32,
            number: number as u32,
        }
    }
}

impl Interner {
    /// Eight bytes at a time, each step a product folded onto itself.
    fn hash(text: &[u8]) -> u64 {
        let step = |hash: u64, word: [u8; 8]| {
            let product = u128::from(hash ^ u64::from_le_bytes(word))
                .wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            (product ^ (product >> 64)) as u64
        };
        let (words, rest) = text.as_chunks::<8>();
        let hash = words
            .iter()
            .fold(0x5851_f42d_4c95_7f2d, |hash, word| step(hash, *word));
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        step(hash ^ text.len() as u64, last)
    }

    /// The slot that holds the text, or the empty one where it belongs.
    fn slot(&self, text: &[u8], hash: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let Slot { mark, number } = self.slots[slot];
            // Another mark is another text: no need to look at it, far away in memory.
            if number == 0
                || (mark == (hash >> 32) as u32 && self.texts.bytes(number as usize - 1) == text)
            {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
    }

    /// The number of a text seen before.
    pub(crate) fn find(&self, text: &[u8]) -> Option<u32> {
        if self.slots.is_empty() {
            return self
                .texts
                .find_sorted_bytes(text)
                .map(|number| number as u32);
        }
        let slot = self.slot(text, Self::hash(text));
        self.slots[slot].number.checked_sub(1)
    }

    /// Makes ready for many searches.
    pub(crate) fn index(&mut self) {
        if self.slots.is_empty() {
            self.grow();
        }
    }

    /// Whether this is the text with a number.
    pub(crate) fn is(&self, number: u32, text: &[u8]) -> bool {
        (number as usize) < self.texts.len() && self.texts.bytes(number as usize) == text
    }

    /// The number of a text, seen before or not.
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if self.slots.is_empty() {
            let last = self.texts.len().checked_sub(1);
            if last.is_none_or(|last| self.texts.bytes(last) < text.as_bytes()) {
                self.texts.push(text);
                return self.texts.len() as u32 - 1;
            }
            if let Some(number) = self.texts.find_sorted(text) {
                return number as u32;
            }
        }
        if self.slots.len() < 2 * (self.texts.len() + 1) {
            self.grow();
        }
        let hash = Self::hash(text.as_bytes());
        let slot = self.slot(text.as_bytes(), hash);
        if self.slots[slot].number == 0 {
            self.texts.push(text);
            self.slots[slot] = Slot::new(hash, self.texts.len());
        }
        self.slots[slot].number - 1
    }

    /// Doubles the slots and sorts every text in again.
    fn grow(&mut self) {
        let slots = (4 * (self.texts.len() + 1)).next_power_of_two();
        self.slots = vec![Slot::default(); slots];
        for number in 0..self.texts.len() {
            let hash = Self::hash(self.texts.bytes(number));
            let slot = self.slot(self.texts.bytes(number), hash);
            self.slots[slot] = Slot::new(hash, number + 1);
        }
    }

    /// The texts in bytewise order, and for each number given out its place in that order.
    pub(crate) fn into_sorted(mut self) -> (TextList, Vec<u32>) {
        self.slots = Vec::new();
        let texts = &self.texts;
        let bytes = |number: u32| texts.bytes(number as usize);
        if (1..texts.len() as u32).all(|number| bytes(number - 1) < bytes(number)) {
            let places = (0..texts.len() as u32).collect();
            return (self.texts, places);
        }
        // Most comparisons end with the first bytes after those that all texts share.
        let first = texts.bytes(0);
        let shared = (0..texts.len() as u32).fold(first.len(), |shared, number| {
            let same = first.iter().zip(bytes(number));
            same.take(shared).take_while(|(a, b)| a == b).count()
        });
        let mut order: Vec<(u64, u32)> = (0..texts.len() as u32)
            .map(|number| {
                let mut word = [0; 8];
                for (byte, given) in word.iter_mut().zip(&bytes(number)[shared..]) {
                    *byte = *given;
                }
                (u64::from_be_bytes(word), number)
            })
            .collect();
        order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| bytes(a.1).cmp(bytes(b.1))));
        let mut sorted = TextList::default();
        let mut places = vec![0; order.len()];
        for (place, (_, number)) in order.into_iter().enumerate() {
            sorted.push(texts.get(number as usize));
            places[number as usize] = place as u32;
        }
        (sorted, places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_keeps_its_number_and_is_found_after_sorting() {
        let mut interner = Interner::default();
        assert_eq!(interner.find(b"a"), None);
        let texts: Vec<String> = (0..3_000)
            .map(|n| format!("text-{}", n * 7919 % 3_000))
            .collect();
        for (number, text) in texts.iter().enumerate() {
            assert_eq!(interner.number(text), number as u32);
        }
        interner.index();
        for (number, text) in texts.iter().enumerate() {
            assert_eq!(interner.number(text), number as u32);
            assert_eq!(interner.find(text.as_bytes()), Some(number as u32));
            assert!(interner.is(number as u32, text.as_bytes()));
        }
        assert!(!interner.is(3_000, b"text-0") && !interner.is(1, b"text-0"));
        assert_eq!(interner.find(b"text-"), None);
        let (sorted, places) = interner.into_sorted();
        for (number, text) in texts.iter().enumerate() {
            assert_eq!(sorted.get(places[number] as usize), text);
            assert_eq!(sorted.find_sorted(text), Some(places[number] as usize));
        }
        assert!((1..sorted.len()).all(|n| sorted.get(n - 1) < sorted.get(n)));
        assert_eq!(sorted.find_sorted("text"), None);
    }

    #[test]
    fn ascending_texts_are_found_before_and_after_one_out_of_order() {
        let mut interner = Interner::default();
        for (number, text) in ["b", "d", "f"].into_iter().enumerate() {
            assert_eq!(interner.number(text), number as u32);
        }
        assert_eq!((interner.find(b"d"), interner.find(b"c")), (Some(1), None));
        assert_eq!((interner.number("d"), interner.number("f")), (1, 2));
        assert!(interner.slots.is_empty());
        assert_eq!((interner.number("c"), interner.number("b")), (3, 0));
        assert_eq!((interner.find(b"c"), interner.find(b"e")), (Some(3), None));
        let (sorted, places) = interner.into_sorted();
        assert_eq!((sorted.get(1), places), ("c", vec![0, 2, 3, 1]));
    }

    #[test]
    fn texts_of_any_form_are_sorted_bytewise() {
        let mut generated: Vec<String> = (0..2_000_u32)
            .map(|n| {
                let n = n.wrapping_mul(2_654_435_761);
                format!("{:x}", n >> (n % 29)).repeat(1 + n as usize % 5)
            })
            .collect();
        generated.extend(["", "\0", "\0\0", "Ä", "a", "aaaaaaaa", "aaaaaaaa\0"].map(str::to_owned));
        for prefix in ["", "01942005-0000-7000-8000-"] {
            let mut interner = Interner::default();
            let mut texts: Vec<String> = generated
                .iter()
                .map(|text| format!("{prefix}{text}"))
                .collect();
            for text in &texts {
                interner.number(text);
            }
            texts.sort();
            texts.dedup();
            let (sorted, _) = interner.into_sorted();
            assert_eq!(sorted.len(), texts.len());
            assert!((0..sorted.len()).all(|n| sorted.get(n) == texts[n]));
        }
    }
}
