//! Perturbation tables of others, from files.

use std::collections::BTreeMap;
use std::io::Read;

use domain::InputProblem;

use super::table::PerturbationTable;

const BAD_TABLE: &str = "E5072";
const REMEDY: &str = "give the table as the package that made it writes it";

/// Most rows of a file; those in use have a few hundred thousand.
const MOST_ROWS: u64 = 5_000_000;

struct File<'a> {
    name: &'a str,
    problems: Vec<InputProblem>,
}

impl File<'_> {
    fn whole(&mut self, message: impl Into<String>) {
        let problem = InputProblem::new(BAD_TABLE, self.name, message);
        self.problems.push(problem.remedy(REMEDY));
    }

    fn field(&mut self, (row, column, value): (u64, &str, &str), message: &str) {
        if self.problems.len() < 1_000 {
            let problem = InputProblem::new(BAD_TABLE, self.name, message);
            self.problems
                .push(problem.at(row, column, value).remedy(REMEDY));
        }
    }

    /// Three columns of every row, each the first of its names that the header has.
    fn columns(
        &mut self,
        input: impl Read,
        names: [&[&'static str]; 3],
    ) -> Vec<(u64, [String; 3])> {
        let mut text = String::new();
        let mut input = input;
        if let Err(error) = input.read_to_string(&mut text) {
            self.whole(format!("the perturbation table cannot be read: {error}"));
            return Vec::new();
        }
        let header = text.lines().next().unwrap_or_default();
        let delimiter = if header.contains(';') || (!header.contains(',') && text.contains(';')) {
            b';'
        } else {
            b','
        };
        // tau-ARGUS writes a header with commas above rows with semicolons.
        let mixed =
            header.contains(',') && text.lines().nth(1).is_some_and(|row| row.contains(';'));
        let (header, rows) = text.split_once('\n').unwrap_or((text.as_str(), ""));
        let unquoted = header.trim_end().replace('"', "");
        let titles: Vec<&str> = unquoted.split([',', ';']).map(str::trim).collect();
        let mut places = [0; 3];
        for (place, names) in places.iter_mut().zip(names) {
            match names
                .iter()
                .find_map(|name| titles.iter().position(|title| title == name))
            {
                Some(found) => *place = found,
                None => self.whole(format!("the column {:?} is missing", names[0])),
            }
        }
        if !self.problems.is_empty() {
            return Vec::new();
        }
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(if mixed { b';' } else { delimiter })
            .from_reader(rows.as_bytes());
        let mut found = Vec::new();
        for (number, record) in reader.records().enumerate() {
            let row = number as u64 + 1;
            if row > MOST_ROWS {
                self.whole("the table has too many rows");
                break;
            }
            match record {
                Ok(record) if places.iter().all(|&place| place < record.len()) => {
                    found.push((row, places.map(|place| record[place].trim().to_owned())));
                }
                Ok(_) => self.whole(format!("row {row} has too few fields")),
                Err(error) => self.whole(format!("reading broke off: {error}")),
            }
        }
        found
    }

    fn number<T: std::str::FromStr>(&mut self, row: u64, column: &str, value: &str) -> Option<T> {
        let parsed = value.parse().ok();
        if parsed.is_none() {
            self.field(
                (row, column, value),
                "the value is not a number of its column",
            );
        }
        parsed
    }

    fn finish(
        mut self,
        rows: BTreeMap<usize, Vec<(i32, f64)>>,
        repeated: usize,
    ) -> Result<PerturbationTable, Vec<InputProblem>> {
        if self.problems.is_empty() && !rows.keys().copied().eq(0..rows.len()) {
            self.whole("the counts of the table do not run from 0 without a gap");
        }
        if self.problems.is_empty() {
            match PerturbationTable::from_ends(rows.into_values().collect(), repeated) {
                Ok(table) => return Ok(table),
                Err(error) => {
                    let text = error.to_string();
                    self.whole(text.trim_start_matches("E5072: "));
                }
            }
        }
        Err(self.problems)
    }
}

pub(super) fn fractions(
    input: impl Read,
    name: &str,
) -> Result<PerturbationTable, Vec<InputProblem>> {
    let problems = Vec::new();
    let mut file = File { name, problems };
    let names: [&[&str]; 3] = [&["i"], &["v"], &["p_int_ub", "ub", "p_ij_ub"]];
    let mut rows: BTreeMap<usize, Vec<(i32, f64)>> = BTreeMap::new();
    for (row, [count, change, upper]) in file.columns(input, names) {
        let count = file.number::<usize>(row, "i", &count);
        let change = file.number::<i32>(row, "v", &change);
        let upper = file.number::<f64>(row, "p_int_ub", &upper);
        if let (Some(count), Some(change), Some(upper)) = (count, change, upper) {
            rows.entry(count).or_default().push((change, upper));
        }
    }
    file.finish(rows, 1)
}

pub(super) fn integers(
    input: impl Read,
    name: &str,
    modulus: u64,
    repeated: usize,
) -> Result<PerturbationTable, Vec<InputProblem>> {
    let problems = Vec::new();
    let mut file = File { name, problems };
    if !modulus.is_power_of_two() || !(2..=65_536).contains(&modulus) {
        file.whole(format!(
            "the modulus {modulus} is not a power of two up to 65536"
        ));
        return Err(file.problems);
    }
    let mut changes: BTreeMap<usize, BTreeMap<u64, i32>> = BTreeMap::new();
    for (row, [count, key, change]) in file.columns(input, [&["pcv"], &["ckey"], &["pvalue"]]) {
        let count = file.number::<usize>(row, "pcv", &count);
        let key = file.number::<u64>(row, "ckey", &key);
        let change = file.number::<i32>(row, "pvalue", &change);
        if let (Some(count), Some(key), Some(change)) = (count, key, change) {
            if key >= modulus {
                file.field(
                    (row, "ckey", &key.to_string()),
                    "the key is not below the modulus",
                );
            } else if changes
                .entry(count)
                .or_default()
                .insert(key, change)
                .is_some()
            {
                file.field(
                    (row, "ckey", &key.to_string()),
                    "the key appears twice for its count",
                );
            }
        }
    }
    changes
        .entry(0)
        .or_insert_with(|| (0..modulus).map(|key| (key, 0)).collect());
    let mut rows = BTreeMap::new();
    for (count, keys) in changes {
        if keys.len() as u64 != modulus {
            file.whole(format!("the count {count} lacks keys"));
        }
        // Neighbouring keys with the same change are one step.
        let mut steps: Vec<(i32, f64)> = Vec::new();
        for (key, change) in keys {
            let end = (key + 1) as f64 / modulus as f64;
            match steps.last_mut() {
                Some((last, upper)) if *last == change => *upper = end,
                _ => steps.push((change, end)),
            }
        }
        rows.insert(count, steps);
    }
    file.finish(rows, repeated)
}
