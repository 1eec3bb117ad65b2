//! The problems of an input, as many as anybody will read.

use domain::InputProblem;

/// Problems of one kind that are listed for one file; the others are counted.
const LISTED: u64 = 100;

/// Problems found so far. Keeps the first of each kind and file and counts the rest, so that a file of
/// garbage fills neither memory nor screen.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    listed: Vec<InputProblem>,
    kinds: Vec<Kind>,
}

/// Number of problems of one kind in one file.
#[derive(Debug)]
struct Kind {
    code: &'static str,
    file: String,
    count: u64,
}

impl Problems {
    /// Adds a problem; `describe` is called only if it will be listed.
    pub(crate) fn add(
        &mut self,
        code: &'static str,
        file: &str,
        describe: impl FnOnce() -> InputProblem,
    ) {
        let known = self
            .kinds
            .iter_mut()
            .find(|kind| kind.code == code && kind.file == file);
        let count = match known {
            Some(kind) => {
                kind.count += 1;
                kind.count
            }
            None => {
                let file = file.to_owned();
                self.kinds.push(Kind {
                    code,
                    file,
                    count: 1,
                });
                1
            }
        };
        if count <= LISTED {
            self.listed.push(describe());
        }
    }

    /// Adds a problem that has been described already.
    pub(crate) fn push(&mut self, problem: InputProblem) {
        let (code, file) = (problem.code, problem.file.clone());
        self.add(code, &file, || problem);
    }

    /// Problems of all kinds, the ones not listed included.
    pub(crate) fn count(&self) -> u64 {
        self.kinds.iter().map(|kind| kind.count).sum()
    }

    /// Whether anything was found in a file.
    pub(crate) fn concern(&self, file: &str) -> bool {
        self.kinds.iter().any(|kind| kind.file == file)
    }

    /// Whether nothing was found.
    pub(crate) fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// The problems by file and row; after them, how many more there are of each kind.
    pub(crate) fn into_list(mut self) -> Vec<InputProblem> {
        self.listed.sort();
        self.kinds
            .sort_by(|a, b| (&a.file, a.code).cmp(&(&b.file, b.code)));
        for kind in self.kinds.iter().filter(|kind| kind.count > LISTED) {
            let message = format!(
                "and {} more problems of this kind; the first {LISTED} are listed",
                kind.count - LISTED
            );
            self.listed.push(
                InputProblem::new(kind.code, &kind.file, message)
                    .remedy("correct those listed and run again"),
            );
        }
        self.listed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_each_kind_are_listed_and_the_rest_are_counted() {
        let mut problems = Problems::default();
        assert!(problems.is_empty());
        for row in (1..=1_000).rev() {
            problems.push(InputProblem::new("E2", "b.csv", "wrong").at(row, "c", ""));
            problems.push(InputProblem::new("E1", "a.csv", "wrong").at(row, "c", ""));
        }
        problems.add("E1", "b.csv", || InputProblem::new("E1", "b.csv", "once"));
        assert_eq!(problems.count(), 2_001);
        let list = problems.into_list();
        assert_eq!(list.len(), 203);
        assert!(list[..201].is_sorted());
        assert_eq!(
            list[201..]
                .iter()
                .map(InputProblem::to_string)
                .collect::<Vec<_>>(),
            [
                "E1  a.csv: and 900 more problems of this kind; the first 100 are listed; correct those listed and run again",
                "E2  b.csv: and 900 more problems of this kind; the first 100 are listed; correct those listed and run again",
            ]
        );
    }
}
