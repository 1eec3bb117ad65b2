//! Many short lists of numbers in one piece of memory.

/// Lists of numbers, one behind the other. Entries of a list ascend.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SparseLists {
    starts: Vec<u32>,
    entries: Vec<u32>,
}

impl SparseLists {
    /// Keeps the lists; every list is sorted and has each number once.
    pub(crate) fn new(lists: impl IntoIterator<Item = Vec<u32>>) -> Self {
        let mut all = Self {
            starts: vec![0],
            entries: Vec::new(),
        };
        for mut list in lists {
            list.sort_unstable();
            list.dedup();
            all.entries.extend(list);
            all.starts.push(position(all.entries.len()));
        }
        all
    }

    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(crate) fn of(&self, list: usize) -> &[u32] {
        &self.entries[self.starts[list] as usize..self.starts[list + 1] as usize]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.len()).map(|list| self.of(list))
    }

    /// For each number below `numbers`, the lists that hold it.
    pub(crate) fn transposed(&self, numbers: usize) -> Self {
        let mut starts = vec![0_u32; numbers + 1];
        for &entry in &self.entries {
            starts[entry as usize + 1] += 1;
        }
        for number in 0..numbers {
            starts[number + 1] += starts[number];
        }
        let mut next = starts.clone();
        let mut entries = vec![0; self.entries.len()];
        for list in 0..self.len() {
            for &entry in self.of(list) {
                entries[next[entry as usize] as usize] = position(list);
                next[entry as usize] += 1;
            }
        }
        Self { starts, entries }
    }
}

/// A position as it is stored. Instances are limited to far fewer entries than `u32` holds.
pub(crate) fn position(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
