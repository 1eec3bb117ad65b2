//! A table with a caption, for every picture of a page.

use askama::Template;

/// A table: the first column names the rows, the others are numbers unless said otherwise.
#[derive(Template)]
#[template(path = "grid.html")]
pub(crate) struct Grid {
    title: String,
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

struct Column {
    name: String,
    is_text: bool,
}

impl Grid {
    /// A table whose first row is its header; `texts` are the places of columns that are no numbers.
    pub(crate) fn new(title: impl Into<String>, table: Vec<Vec<String>>, texts: &[usize]) -> Self {
        let mut rows = table.into_iter();
        let header = rows.next().unwrap_or_default().into_iter().enumerate();
        let columns = header.map(|(place, name)| Column {
            name,
            is_text: place == 0 || texts.contains(&place),
        });
        Self {
            title: title.into(),
            columns: columns.collect(),
            rows: rows.collect(),
        }
    }

    fn is_text(&self, place: &usize) -> bool {
        self.columns
            .get(*place)
            .is_some_and(|column| column.is_text)
    }
}

/// A picture with its text alternative and the same numbers as a table.
pub(crate) struct Picture {
    pub(crate) address: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) table: Grid,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_is_the_header_and_what_is_written_is_escaped() {
        let cells = |texts: [&str; 2]| texts.map(str::to_owned).to_vec();
        let table = vec![cells(["area", "<error>"]), cells(["A & B", "3"])];
        let text = Grid::new("Errors", table, &[]).render().unwrap();
        assert!(
            text.contains("<th scope=\"col\" class=\"number\">&#60;error&#62;</th>"),
            "{text}"
        );
        assert!(text.contains("<th scope=\"row\">A &#38; B</th>"), "{text}");
        assert!(text.contains("<td class=\"number\">3</td>"), "{text}");
    }
}
