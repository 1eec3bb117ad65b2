//! Which line stands in which file: a scenario may inherit from others, or be written as JSON.

use domain::InputProblem;

/// One of the files a scenario is read from.
#[derive(Debug, Clone, PartialEq)]
struct Origin {
    name: String,
    /// The first of its lines among those of all files, from 1.
    first_line: u64,
    /// For JSON: the path of the section each line belongs to, empty for the file itself.
    paths: Option<Vec<String>>,
}

/// The files of a scenario: first itself, then its parent, and so on, with their lines counted on.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Origins {
    files: Vec<Origin>,
    /// Where each line begins, in bytes over all files.
    starts: Vec<usize>,
    length: usize,
}

impl Origins {
    /// Adds a file, which ends with a line feed, and returns the position of its first byte.
    pub(super) fn add(&mut self, name: &str, text: &str, paths: Option<Vec<String>>) -> usize {
        let offset = self.length;
        self.files.push(Origin {
            name: name.to_owned(),
            first_line: self.starts.len() as u64 + 1,
            paths,
        });
        self.starts.push(offset);
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let next = ends.map(|(place, _)| offset + place + 1);
        self.starts
            .extend(next.filter(|next| *next < offset + text.len()));
        self.length += text.len();
        offset
    }

    /// Line of a byte position over all files, from 1.
    pub(super) fn line_at(&self, position: usize) -> u64 {
        self.starts
            .partition_point(|start| *start <= position)
            .max(1) as u64
    }

    /// A problem at a line over all files, told with the file and its own line, or with the path of
    /// the key where the file is JSON.
    pub(crate) fn problem(
        &self,
        code: &'static str,
        (line, key): (u64, &str),
        value: &str,
        message: impl Into<String>,
    ) -> InputProblem {
        let number = self.files.partition_point(|file| file.first_line <= line);
        let Some(file) = self.files.get(number.saturating_sub(1)) else {
            return InputProblem::new(code, "", message).at(line, key, value);
        };
        let own_line = line.saturating_sub(file.first_line) + 1;
        let problem = InputProblem::new(code, &file.name, message).at(own_line, key, value);
        let Some(paths) = &file.paths else {
            return problem;
        };
        let path = paths.get(own_line as usize - 1).map_or("", String::as_str);
        let column = match (path, key) {
            ("", key) => key.to_owned(),
            (path, "") => path.to_owned(),
            (path, key) => format!("{path}.{key}"),
        };
        InputProblem {
            row: None,
            column: Some(column),
            ..problem
        }
    }

    /// Problems in the order of the files and of their lines.
    pub(crate) fn sort(&self, problems: &mut [InputProblem]) {
        let place = |problem: &InputProblem| {
            let file = self.files.iter().position(|file| file.name == problem.file);
            (file, problem.row)
        };
        problems.sort_by(|a, b| {
            let order = (place(a), &a.column, a.code);
            order.cmp(&(place(b), &b.column, b.code))
        });
    }
}
