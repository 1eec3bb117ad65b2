//! Dwellings and children by area and date, for estimating what a dwelling brings.

use std::collections::BTreeMap;
use std::io::Read;

use domain::InputProblem;

use crate::input::cells;
use crate::input::sheet::{Column, Sheet, required};
use crate::quality::codes;

/// 30 June or 31 December of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct HalfYear {
    /// The year.
    pub year: i32,
    /// 1 for 30 June, 2 for 31 December.
    pub half: u8,
}

impl HalfYear {
    /// 31 December of a year.
    #[must_use]
    pub fn end_of(year: i32) -> Self {
        Self { year, half: 2 }
    }
}

impl std::fmt::Display for HalfYear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let day = if self.half == 1 { "06-30" } else { "12-31" };
        write!(f, "{}-{day}", self.year)
    }
}

/// Dwellings by area at the ends of years.
#[derive(Debug, Clone, PartialEq)]
pub struct DwellingStock {
    pub(crate) stock: BTreeMap<String, BTreeMap<i32, f64>>,
}

impl DwellingStock {
    /// Reads `area,year,dwellings`, the stock on 31 December; `file` names it in messages.
    ///
    /// # Errors
    ///
    /// Every problem of the file at once.
    pub fn read(source: impl Read, file: &str) -> Result<Self, Vec<InputProblem>> {
        let mut sheet = Sheet::new(file);
        let mut stock: BTreeMap<String, BTreeMap<i32, f64>> = BTreeMap::new();
        let columns = ["area", "year", "dwellings"].map(required);
        sheet.read(source, &columns, |sheet, row, [area, text, count]| {
            let usable = cells::area_is_usable(sheet, row, area, false);
            let year = cells::year(sheet, row, text);
            let count = cells::count(sheet, row, "dwellings", count);
            let (true, Some(year), Some(count)) = (usable, year, count) else {
                return;
            };
            let years = stock.entry(area.to_owned()).or_default();
            if years.insert(year, count).is_some() {
                let message =
                    format!("area {area:?}, year {year} stands in an earlier row already");
                sheet.refuse(codes::PAIR_TWICE, row, "year", text, message);
            }
        });
        if sheet.problems.is_empty() {
            Ok(Self { stock })
        } else {
            Err(sheet.problems)
        }
    }

    /// The stock of an area on a date; 30 June lies midway between the ends of two years.
    #[must_use]
    pub fn at(&self, area: &str, date: HalfYear) -> Option<f64> {
        let years = self.stock.get(area)?;
        let end = years.get(&date.year)?;
        if date.half == 2 {
            return Some(*end);
        }
        Some(f64::midpoint(*end, *years.get(&(date.year - 1))?))
    }
}

/// Children and residents of an area on a date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Counted {
    pub(crate) children: f64,
    pub(crate) residents: f64,
}

/// Children under an age, and residents, by area and half-year.
#[derive(Debug, Clone, PartialEq)]
pub struct ChildStock {
    pub(crate) counts: BTreeMap<String, BTreeMap<HalfYear, Counted>>,
}

impl ChildStock {
    /// Reads `area,year,half,children,residents`; `half` may be absent (31 December) and so may
    /// `residents` (then small areas cannot be left out).
    ///
    /// # Errors
    ///
    /// Every problem of the file at once.
    pub fn read(source: impl Read, file: &str) -> Result<Self, Vec<InputProblem>> {
        let mut sheet = Sheet::new(file);
        let mut counts: BTreeMap<String, BTreeMap<HalfYear, Counted>> = BTreeMap::new();
        let optional = |name| Column {
            name,
            required: false,
        };
        let columns = [
            required("area"),
            required("year"),
            optional("half"),
            required("children"),
            optional("residents"),
        ];
        sheet.read(source, &columns, |sheet, row, values| {
            let [area, year_text, half_text, children, residents] = values;
            let usable = cells::area_is_usable(sheet, row, area, false);
            let year = cells::year(sheet, row, year_text);
            let half = match half_text {
                "" | "2" => Some(2),
                "1" => Some(1),
                _ => {
                    let message = "this is neither 1 nor 2";
                    sheet.refuse(codes::BAD_HALF, row, "half", half_text, message);
                    None
                }
            };
            let children = cells::count(sheet, row, "children", children);
            let residents = if residents.is_empty() {
                Some(f64::INFINITY)
            } else {
                cells::count(sheet, row, "residents", residents)
            };
            let (true, Some(year), Some(half)) = (usable, year, half) else {
                return;
            };
            let (Some(children), Some(residents)) = (children, residents) else {
                return;
            };
            let counted = Counted {
                children,
                residents,
            };
            let dates = counts.entry(area.to_owned()).or_default();
            if dates.insert(HalfYear { year, half }, counted).is_some() {
                let message =
                    format!("area {area:?}, {year}, half {half} stands in an earlier row");
                sheet.refuse(codes::PAIR_TWICE, row, "year", year_text, message);
            }
        });
        if sheet.problems.is_empty() {
            Ok(Self { counts })
        } else {
            Err(sheet.problems)
        }
    }

    pub(crate) fn at(&self, area: &str, date: HalfYear) -> Option<Counted> {
        self.counts.get(area)?.get(&date).copied()
    }
}
