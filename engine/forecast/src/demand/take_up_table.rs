//! The table of take-up `area,band,month,children,in_care,with_childminder`.

use std::io::Read;

use domain::{InputProblem, Month};

use super::codes as demand_codes;
use super::inputs::TakeUpCount;
use crate::input::cells;
use crate::input::sheet::{Sheet, required};

impl TakeUpCount {
    /// Reads the table; `file` names it in messages. Whether areas and bands are known is told by
    /// [`super::DemandModel::learn`].
    ///
    /// ```
    /// use forecast::TakeUpCount;
    /// let table = "area,band,month,children,in_care,with_childminder\n01,1,2025-01,40,28,4\n";
    /// assert_eq!(TakeUpCount::read(table.as_bytes(), "take_up.csv").expect("right")[0].in_care, 28.0);
    ///
    /// let more = "area,band,month,children,in_care,with_childminder\n01,1,2025-13,40,41,4\n";
    /// let problems = TakeUpCount::read(more.as_bytes(), "take_up.csv").expect_err("two problems");
    /// assert_eq!(problems.iter().map(|it| it.code).collect::<Vec<_>>(), ["E4070", "E4050"]);
    /// ```
    ///
    /// # Errors
    ///
    /// Every problem of the file at once.
    pub fn read(source: impl Read, file: &str) -> Result<Vec<Self>, Vec<InputProblem>> {
        let mut sheet = Sheet::new(file);
        let mut rows = Vec::new();
        let mut wrong: Vec<InputProblem> = Vec::new();
        let columns = [
            "area",
            "band",
            "month",
            "children",
            "in_care",
            "with_childminder",
        ]
        .map(required);
        sheet.read(
            source,
            &columns,
            |sheet, row, [area, band, month, children, in_care, with_childminder]| {
                let usable = cells::area_is_usable(sheet, row, area, false);
                let mut refuse = |code, column: &str, value: &str, message: String| {
                    wrong.push(demand_codes::problem(code, file, message).at(row, column, value));
                };
                let parsed = month.parse::<Month>();
                if let Err(error) = &parsed {
                    refuse(demand_codes::MONTH, "month", month, error.to_string());
                }
                let children = cells::count(sheet, row, "children", children);
                let care = cells::count(sheet, row, "in_care", in_care);
                let minder = cells::count(sheet, row, "with_childminder", with_childminder);
                let (true, Some(children), Some(care), Some(minder)) =
                    (usable, children, care, minder)
                else {
                    return;
                };
                if care > children {
                    refuse(
                        demand_codes::BAD_COUNT,
                        "in_care",
                        in_care,
                        format!("more children in care than the {children} there are"),
                    );
                } else if minder > care {
                    refuse(
                        demand_codes::BAD_COUNT,
                        "with_childminder",
                        with_childminder,
                        format!("more children with a childminder than the {care} in care"),
                    );
                }
                if let Ok(month) = parsed {
                    rows.push(Self {
                        area: area.to_owned(),
                        band: band.to_owned(),
                        month,
                        children,
                        in_care: care,
                        with_childminder: minder,
                    });
                }
            },
        );
        sheet.problems.extend(wrong);
        sheet.problems.sort_by_key(|problem| problem.row);
        if sheet.problems.is_empty() {
            Ok(rows)
        } else {
            Err(sheet.problems)
        }
    }
}
