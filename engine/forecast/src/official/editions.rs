//! What earlier editions of an official forecast said, and what came.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};

use domain::InputProblem;

use crate::backtest::{Backtest, Level};
use crate::input::cells;
use crate::input::sheet::{Column, Sheet, required};
use crate::quality::codes;

/// Marks a figure that holds for its year and every later one.
const FROM_THEN_ON: &str = "_per_year_from";

/// How the figure of an edition for a year is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EditionBasis {
    /// Published for this year.
    Stated,
    /// Published as holding from an earlier year on.
    StatedFrom,
    /// On the straight line between published figures, or from the last outcome known at
    /// publication to the first published figure.
    Interpolated,
}

impl EditionBasis {
    const fn name(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::StatedFrom => "stated_from",
            Self::Interpolated => "interpolated",
        }
    }
}

/// One figure of an edition beside its outcome.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct EditionOutcome {
    /// Name of the edition.
    pub edition: String,
    /// Year of publication.
    pub published: i32,
    /// What is counted.
    pub quantity: String,
    /// The year.
    pub year: i32,
    /// Years from publication to the year.
    pub horizon: i32,
    /// What the edition said.
    pub forecast: f64,
    /// How that is known.
    pub basis: EditionBasis,
    /// What came.
    pub actual: f64,
}

impl EditionOutcome {
    /// Forecast less outcome.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.forecast - self.actual
    }

    /// Error as a share of the outcome; `None` if nothing came.
    #[must_use]
    pub fn relative_error(&self) -> Option<f64> {
        (self.actual != 0.0).then(|| self.error() / self.actual)
    }
}

/// The path of an edition for a quantity.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct EditionPath {
    /// Name of the edition.
    pub edition: String,
    /// Year of publication.
    pub published: i32,
    /// The figures by year.
    pub points: Vec<(i32, f64)>,
}

/// Published figures: forecasts of several editions, plans and outcomes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EditionHistory {
    /// By edition and quantity: publication and figures by year.
    forecasts: BTreeMap<(i32, String, String), BTreeMap<i32, f64>>,
    /// By quantity: outcomes by year.
    actuals: BTreeMap<String, BTreeMap<i32, f64>>,
}

impl EditionHistory {
    /// Reads `forecast_edition,published,quantity,ref_year,value,kind,source`; `kind` begins with
    /// `forecast`, `plan` or `actual` (plans are left out), `published` with the year. A quantity
    /// ending in `_per_year_from` holds from its year on. `file` names the table in messages.
    ///
    /// # Errors
    ///
    /// Every problem of the file at once.
    pub fn read(source: impl Read, file: &str) -> Result<Self, Vec<InputProblem>> {
        let mut sheet = Sheet::new(file);
        let mut history = Self::default();
        let columns = [
            required("forecast_edition"),
            required("published"),
            required("quantity"),
            required("ref_year"),
            required("value"),
            required("kind"),
            Column {
                name: "source",
                required: false,
            },
        ];
        sheet.read(source, &columns, |sheet, row, values| {
            let [edition, published, quantity, year_text, value, kind, _] = values;
            let year = cells::year(sheet, row, year_text);
            let value = cells::count(sheet, row, "value", value);
            let known = kind.split([' ', '(']).next().unwrap_or_default();
            let (Some(year), Some(value)) = (year, value) else {
                return;
            };
            let twice = match known {
                "plan" => None,
                "actual" => {
                    let years = history.actuals.entry(quantity.to_owned()).or_default();
                    years.insert(year, value)
                }
                "forecast" => {
                    let start = published.get(..4).unwrap_or_default();
                    let Some(published) = cells::year(sheet, row, start) else {
                        return;
                    };
                    let key = (published, edition.to_owned(), quantity.to_owned());
                    history
                        .forecasts
                        .entry(key)
                        .or_default()
                        .insert(year, value)
                }
                _ => {
                    let message = "this is none of forecast, plan and actual";
                    sheet.refuse(codes::UNKNOWN_KIND, row, "kind", kind, message);
                    None
                }
            };
            if twice.is_some() {
                let message = format!("{quantity:?} of {year} stands in an earlier row already");
                sheet.refuse(codes::PAIR_TWICE, row, "ref_year", year_text, message);
            }
        });
        if sheet.problems.is_empty() {
            Ok(history)
        } else {
            Err(sheet.problems)
        }
    }

    /// Every figure of an edition beside its outcome, by quantity, year and edition. Nothing is
    /// carried beyond the last published figure.
    #[must_use]
    pub fn outcomes(&self) -> Vec<EditionOutcome> {
        let editions: BTreeSet<(i32, &str)> = self
            .forecasts
            .keys()
            .map(|(published, edition, _)| (*published, edition.as_str()))
            .collect();
        let mut found = Vec::new();
        for (quantity, outcomes) in &self.actuals {
            for (&year, &actual) in outcomes {
                for &(published, edition) in editions.iter().filter(|(from, _)| *from < year) {
                    if let Some((forecast, basis)) = self.said(published, edition, quantity, year) {
                        found.push(EditionOutcome {
                            edition: edition.to_owned(),
                            published,
                            quantity: quantity.clone(),
                            year,
                            horizon: year - published,
                            forecast,
                            basis,
                            actual,
                        });
                    }
                }
            }
        }
        found
    }

    /// What an edition said of a year.
    fn said(
        &self,
        published: i32,
        edition: &str,
        quantity: &str,
        year: i32,
    ) -> Option<(f64, EditionBasis)> {
        let of = |quantity: String| {
            self.forecasts
                .get(&(published, edition.to_owned(), quantity))
        };
        let stated = of(quantity.to_owned());
        if let Some(value) = stated.and_then(|years| years.get(&year)) {
            return Some((*value, EditionBasis::Stated));
        }
        let lasting = of(format!("{quantity}{FROM_THEN_ON}"));
        let from = lasting.and_then(|years| years.range(..=year).next_back());
        if let Some((_, value)) = from {
            return Some((*value, EditionBasis::StatedFrom));
        }
        let figures = || {
            let first = stated.into_iter().chain(lasting).flatten();
            first.map(|(year, value)| (*year, *value))
        };
        let known = self.actuals.get(quantity);
        let known = known.and_then(|years| years.range(..=published).next_back());
        let before = figures()
            .chain(known.map(|(year, value)| (*year, *value)))
            .filter(|(other, _)| *other < year)
            .max_by_key(|(other, _)| *other)?;
        let after = figures()
            .filter(|(other, _)| *other > year)
            .min_by_key(|(other, _)| *other)?;
        let share = f64::from(year - before.0) / f64::from(after.0 - before.0);
        let value = before.1 + share * (after.1 - before.1);
        Some((value, EditionBasis::Interpolated))
    }

    /// The outcomes of a quantity, by year.
    #[must_use]
    pub fn actuals(&self, quantity: &str) -> Vec<(i32, f64)> {
        let years = self.actuals.get(quantity).into_iter().flatten();
        years.map(|(year, value)| (*year, *value)).collect()
    }

    /// The published path of each edition for a quantity: from the last outcome known at publication
    /// over all published figures, a figure that holds from a year on being drawn up to the last
    /// outcome.
    #[must_use]
    pub fn paths(&self, quantity: &str) -> Vec<EditionPath> {
        let mut paths: BTreeMap<(i32, String), BTreeMap<i32, f64>> = BTreeMap::new();
        for ((published, edition, what), figures) in &self.forecasts {
            if what == quantity || what.strip_suffix(FROM_THEN_ON) == Some(quantity) {
                let path = paths.entry((*published, edition.clone())).or_default();
                path.extend(figures);
                let known = self.actuals.get(quantity);
                let last = known.and_then(|years| years.keys().next_back());
                if let (true, Some(last), Some((from, value))) =
                    (what != quantity, last, figures.last_key_value())
                    && last > from
                {
                    path.insert(*last, *value);
                }
            }
        }
        let known = self.actuals.get(quantity);
        paths
            .into_iter()
            .map(|((published, edition), mut path)| {
                let start = known.and_then(|years| years.range(..=published).next_back());
                path.extend(start);
                EditionPath {
                    edition,
                    published,
                    points: path.into_iter().collect(),
                }
            })
            .collect()
    }

    /// Our back-test beside the editions: for each outcome of `quantity`, our forecast of `group` for
    /// the whole city made from the year of publication, where the back-test has it.
    #[must_use]
    pub fn beside(&self, backtest: &Backtest, quantity: &str, group: &str) -> Vec<OursAndTheirs> {
        let outcomes = self.outcomes().into_iter();
        outcomes
            .filter(|outcome| outcome.quantity == quantity)
            .filter_map(|theirs| {
                let ours = backtest.rows.iter().find(|row| {
                    row.level == Level::Total
                        && row.group == group
                        && row.origin_year == theirs.published
                        && row.horizon as i32 == theirs.horizon
                })?;
                Some(OursAndTheirs {
                    ours: ours.point.mean,
                    within80: (ours.point.q10..=ours.point.q90).contains(&theirs.actual),
                    theirs,
                })
            })
            .collect()
    }

    /// Writes `quantity,year,edition,published,horizon,forecast,basis,actual,error,relative_error`.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_csv(&self, target: impl Write) -> std::io::Result<()> {
        let mut writer = csv::Writer::from_writer(target);
        writer.write_record([
            "quantity",
            "year",
            "edition",
            "published",
            "horizon",
            "forecast",
            "basis",
            "actual",
            "error",
            "relative_error",
        ])?;
        for outcome in self.outcomes() {
            let relative = outcome.relative_error();
            writer.write_record([
                outcome.quantity.as_str(),
                &outcome.year.to_string(),
                &outcome.edition,
                &outcome.published.to_string(),
                &outcome.horizon.to_string(),
                &format!("{:.2}", outcome.forecast),
                outcome.basis.name(),
                &format!("{:.2}", outcome.actual),
                &format!("{:.2}", outcome.error()),
                &relative.map_or(String::new(), |share| format!("{share:.4}")),
            ])?;
        }
        writer.flush()
    }
}

/// An edition and our forecast from the same year.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct OursAndTheirs {
    /// The edition and the outcome.
    pub theirs: EditionOutcome,
    /// Our mean.
    pub ours: f64,
    /// Whether the outcome lies in our 80 % interval.
    pub within80: bool,
}
