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
        let start = if number == 0 {
            0
        } else {
            self.ends[number - 1]
        };
        &self.text[start..self.ends[number]]
    }

    /// The number of a text, in a list sorted bytewise.
    pub(crate) fn find_sorted(&self, text: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle).cmp(text) {
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
/// Open addressing with a fixed hash, so that a run never depends on a random state. The numbers
/// depend on the order of the input; [`Interner::into_sorted`] replaces them by bytewise order.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    texts: TextList,
    /// Number + 1 of the text in each slot, 0 = empty; a power of two long.
    slots: Vec<u32>,
}

impl Interner {
    /// FNV-1a, folded so that its high bits choose the slot too.
    fn hash(text: &str) -> usize {
        let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        (hash ^ (hash >> 32)) as usize
    }

    /// The slot that holds the text, or the empty one where it belongs.
    fn slot(&self, text: &str) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = Self::hash(text) & mask;
        while self.slots[slot] != 0 && self.texts.get(self.slots[slot] as usize - 1) != text {
            slot = (slot + 1) & mask;
        }
        slot
    }

    /// The number of a text seen before.
    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        self.slots[self.slot(text)].checked_sub(1)
    }

    /// The number of a text, seen before or not.
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if self.slots.len() < 2 * (self.texts.len() + 1) {
            self.grow();
        }
        let slot = self.slot(text);
        if self.slots[slot] == 0 {
            self.texts.push(text);
            self.slots[slot] = self.texts.len() as u32;
        }
        self.slots[slot] - 1
    }

    /// Doubles the slots and sorts every text in again.
    fn grow(&mut self) {
        let slots = (4 * (self.texts.len() + 1)).next_power_of_two();
        self.slots = vec![0; slots];
        for number in 0..self.texts.len() {
            let slot = self.slot(self.texts.get(number));
            self.slots[slot] = number as u32 + 1;
        }
    }

    /// The texts in bytewise order, and for each number given out its place in that order.
    pub(crate) fn into_sorted(self) -> (TextList, Vec<u32>) {
        let mut order: Vec<u32> = (0..self.texts.len() as u32).collect();
        order.sort_unstable_by(|a, b| self.texts.get(*a as usize).cmp(self.texts.get(*b as usize)));
        let mut sorted = TextList::default();
        let mut places = vec![0; order.len()];
        for (place, number) in order.into_iter().enumerate() {
            sorted.push(self.texts.get(number as usize));
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
        assert_eq!(interner.find("a"), None);
        let texts: Vec<String> = (0..3_000)
            .map(|n| format!("text-{}", n * 7919 % 3_000))
            .collect();
        for (number, text) in texts.iter().enumerate() {
            assert_eq!(interner.number(text), number as u32);
        }
        for (number, text) in texts.iter().enumerate() {
            assert_eq!(interner.number(text), number as u32);
            assert_eq!(interner.find(text), Some(number as u32));
        }
        assert_eq!(interner.find("text-"), None);
        let (sorted, places) = interner.into_sorted();
        for (number, text) in texts.iter().enumerate() {
            assert_eq!(sorted.get(places[number] as usize), text);
            assert_eq!(sorted.find_sorted(text), Some(places[number] as usize));
        }
        assert!((1..sorted.len()).all(|n| sorted.get(n - 1) < sorted.get(n)));
        assert_eq!(sorted.find_sorted("text"), None);
    }
}
