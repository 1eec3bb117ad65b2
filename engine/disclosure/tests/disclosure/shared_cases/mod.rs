//! Instances protected by another program, from the shared cases.

#![allow(clippy::unwrap_used, clippy::print_stdout, unreachable_pub, dead_code)] // not every test uses all

pub mod city;
pub mod ledger_city;

use disclosure::{Atom, Instance, PublishedSum, PublishedSums};

/// Lines of a shared case, or `None` with a printed reason.
#[allow(clippy::disallowed_methods)] // test input from outside the project
pub fn read(path: &str) -> Option<Vec<String>> {
    let root = std::env::var("PLACEWRIGHT_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let Ok(bytes) = std::fs::read(format!("{root}/cases/disclosure/{path}")) else {
        println!("skipped: no shared case {path}");
        return None;
    };
    let text = String::from_utf8(bytes).unwrap();
    Some(text.lines().map(str::to_owned).collect())
}

/// Time this thread was on a processor; the clock tells more about other people's work. Linux only,
/// elsewhere 0.
pub struct Cpu(f64);

impl Cpu {
    pub fn now() -> Self {
        Self(Self::seconds())
    }

    /// Seconds on the processor since.
    pub fn elapsed(&self) -> f64 {
        Self::seconds() - self.0
    }

    fn seconds() -> f64 {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        let nanoseconds = text
            .split(' ')
            .next()
            .and_then(|word| word.parse::<f64>().ok());
        nanoseconds.unwrap_or(0.0) / 1e9
    }
}

/// Fields of a line; quotes are dropped.
pub fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            letter => fields.last_mut().unwrap().push(letter),
        }
    }
    fields
}

/// One instance with what the other program made of it.
pub struct Case {
    pub instance: Instance,
    /// Atoms of the cells.
    pub members: Vec<Vec<usize>>,
    /// Counts of the cells.
    pub values: Vec<i64>,
    /// Cells small themselves, by the other program.
    pub is_primary: Vec<bool>,
    /// Cells hidden by the other program.
    pub is_suppressed: Vec<bool>,
    pub primary: usize,
    pub suppressed: usize,
}

impl Case {
    /// Reads `{path}_inner.csv`, `_x.csv` and `_publish.csv`.
    pub fn read(path: &str) -> Option<Self> {
        let inner = read(&format!("{path}_inner.csv"))?;
        let columns = fields(&inner[0]);
        let columns: Vec<&str> = columns[..columns.len() - 1]
            .iter()
            .map(String::as_str)
            .collect();
        let atoms: Vec<Atom> = inner[1..]
            .iter()
            .map(|line| {
                let mut words = fields(line);
                let count = words.pop().unwrap().parse().unwrap();
                Atom::new(words, count)
            })
            .collect();
        let publish = read(&format!("{path}_publish.csv"))?;
        let mut sums = Vec::new();
        let (mut is_primary, mut is_suppressed, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for line in &publish[1..] {
            let mut words = fields(line);
            is_suppressed.push(words.pop().unwrap() == "TRUE");
            is_primary.push(words.pop().unwrap() == "TRUE");
            let total: i64 = words.pop().unwrap().parse().unwrap();
            values.push(total);
            sums.push(PublishedSum::new(words, Vec::new()).with_total(total));
        }
        for line in &read(&format!("{path}_x.csv"))?[1..] {
            let numbers: Vec<usize> = line.split(',').map(|word| word.parse().unwrap()).collect();
            sums[numbers[1] - 1].atoms.push(numbers[0] - 1);
        }
        let members = sums.iter().map(|sum| sum.atoms.clone()).collect();
        let instance = Instance::from_sums(path, &columns, atoms, sums).unwrap();
        let count = |marks: &[bool]| marks.iter().filter(|&&mark| mark).count();
        Some(Self {
            primary: count(&is_primary),
            suppressed: count(&is_suppressed),
            instance,
            members,
            values,
            is_primary,
            is_suppressed,
        })
    }

    /// What the other program published.
    pub fn published(&self) -> PublishedSums {
        let values = self.values.iter().zip(&self.is_suppressed);
        let values = values.map(|(&value, &hidden)| (!hidden).then_some(value.unsigned_abs()));
        let cells = self.members.iter().cloned().zip(values).collect();
        PublishedSums::new("published", self.instance.atoms(), cells).unwrap()
    }

    /// Whether the other program hid empty cells as small ones.
    pub fn zeros_protected(&self) -> bool {
        let mut cells = self.values.iter().zip(&self.is_primary);
        cells.any(|(&value, &primary)| value == 0 && primary)
    }
}
