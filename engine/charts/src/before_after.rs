//! A scenario beside the plan without it.

use disclosure::Label;
use domain::{CareType, ReferenceDate};
use plotters::prelude::{DrawingBackend, RGBColor};

use scenario::{ReportRow, ScenarioReport, Side, TOTAL_AREA};

use crate::axis::Axis;
use crate::bars::{BarRows, key_entry, name_type};
use crate::canvas::{Canvas, Dash, Frame, Hold, Type};
use crate::palette::{BLUE, GREY, ORANGE};
use crate::picture::{Drawn, Svg, Words, png_bytes, svg};
use crate::{ChartError, Language};

/// Without the measures.
const BEFORE: RGBColor = RGBColor(176, 190, 203);

/// Most rows one picture can hold.
const MOST_ROWS: usize = 12;

const CHART: &str = "scenario chart";

/// One pair of bars.
#[derive(Debug, Clone, PartialEq)]
struct BarPair {
    label: Label,
    before: f64,
    after: f64,
}

/// Values without and with the measures of a scenario as pairs of bars, with a line at the target.
#[derive(Debug, Clone, PartialEq)]
pub struct BeforeAfter {
    title: Label,
    unit: Label,
    note: Label,
    /// Decimals shown.
    decimals: u32,
    target: Option<f64>,
    rows: Vec<BarPair>,
}

impl BeforeAfter {
    /// Cover of the median demand by staffed places on one day of a report and in one care type:
    /// the whole city first, then the districts with the greatest changes, at most twelve rows. The
    /// line stands at the target cover. Where nobody gave a demand, staffed places of the districts
    /// are drawn instead, without a target. `source` is shown in the note.
    ///
    /// # Errors
    /// [`ChartError::Unknown`] if the report has no row of that day and care type.
    pub fn new(
        report: &ScenarioReport,
        on: ReferenceDate,
        care: CareType,
        source: &Label,
    ) -> Result<Self, ChartError> {
        let of_day = |row: &&ReportRow| row.date == on.date() && row.care_type == care;
        let mut rows: Vec<&ReportRow> = report.rows.iter().filter(of_day).collect();
        if rows.is_empty() {
            return Err(ChartError::Unknown {
                chart: CHART,
                what: "day and care type",
                code: format!("{on} / {care}"),
            });
        }
        let covers = pairs(&rows, |side| side.cover?.at_p50_per_cent);
        let has_demand = !covers.is_empty();
        let all = if has_demand {
            covers
        } else {
            // Beside the places of the whole city those of districts would not show.
            if rows.len() > 2 {
                rows.retain(|row| row.area != TOTAL_AREA);
            }
            pairs(&rows, |side| Some(side.staffed as f64))
        };
        let (german, english) = (care.german(), english_name(care));
        let (unit, decimals) = if has_demand {
            let unit = Label::new(
                "Plätze mit Personal in Prozent des mittleren Bedarfs (P50)",
                "Staffed places in per cent of the median demand (P50)",
            );
            (unit, 1)
        } else {
            (Label::new("Plätze mit Personal", "Staffed places"), 0)
        };
        let (shown, known) = (all.len().min(MOST_ROWS), all.len());
        let name = &report.name;
        Ok(Self {
            title: Label::new(
                format!("Szenario {name}: {german}, {on}"),
                format!("Scenario {name}: {english}, {on}"),
            ),
            unit,
            note: Label::new(
                format!(
                    "Quelle: {}. Plätze und Prognosen, keine Kinderzahlen. Gezeigt sind {shown} von {known} Gebieten, die mit den größten Änderungen; alle in der Tabelle.",
                    source.de
                ),
                format!(
                    "Source: {}. Places and forecasts, no counts of children. Shown are {shown} of {known} areas, those with the greatest changes; all of them in the table.",
                    source.en
                ),
            ),
            decimals,
            target: has_demand.then_some(report.target_cover * 100.0),
            rows: all,
        })
    }

    /// The picture in one language.
    ///
    /// # Errors
    /// [`ChartError::Drawing`] if the backend fails.
    pub fn svg(&self, language: Language) -> Result<Svg, ChartError> {
        svg(self, language)
    }

    /// The picture as PNG, 1800 by 960 pixels.
    ///
    /// # Errors
    /// As [`Self::svg`].
    pub fn png(&self, language: Language) -> Result<Vec<u8>, ChartError> {
        png_bytes(self, language)
    }

    fn shown(&self) -> &[BarPair] {
        &self.rows[..self.rows.len().min(MOST_ROWS)]
    }

    fn axis(&self) -> Axis {
        let values = || self.shown().iter().flat_map(|row| [row.before, row.after]);
        let values = || values().chain(self.target);
        Axis::covering(
            values().fold(0.0, f64::min),
            values().fold(0.0, f64::max),
            true,
        )
    }

    fn key<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        frame: Frame,
        language: Language,
    ) -> Result<(), ChartError> {
        let words = [
            (BEFORE, language.pick("ohne Maßnahmen", "without measures")),
            (BLUE, language.pick("mit Maßnahmen", "with measures")),
        ];
        let (mut x, y) = (frame.left, frame.top + 4.0);
        for (color, word) in words {
            x = key_entry(canvas, (x, y), color, word)?;
        }
        if let Some(target) = self.target {
            let ends = [(x, y), (x + 18.0, y)];
            canvas.line(&ends, ORANGE, 2.0, Dash::Dashed(5.0, 3.0))?;
            let word = language.pick("Ziel", "target");
            let word = format!("{word} {}", language.number(target, self.decimals));
            canvas.text(&word, (x + 24.0, y), Hold::Start, name_type())?;
        }
        Ok(())
    }
}

/// Rows with both values: the whole city first, then by size of the change, then by name.
fn pairs(rows: &[&ReportRow], value: impl Fn(&Side) -> Option<f64>) -> Vec<BarPair> {
    let mut pairs: Vec<(bool, BarPair)> = rows
        .iter()
        .filter_map(|row| {
            let is_city = row.area == TOTAL_AREA;
            let label = if is_city {
                Label::new("Gesamtstadt", "Whole city")
            } else {
                Label::new(row.area_name.clone(), row.area_name.clone())
            };
            let pair = BarPair {
                label,
                before: value(&row.baseline)?,
                after: value(&row.scenario)?,
            };
            Some((is_city, pair))
        })
        .collect();
    let change = |pair: &BarPair| (pair.after - pair.before).abs();
    pairs.sort_by(|(a_city, a), (b_city, b)| {
        b_city
            .cmp(a_city)
            .then(change(b).total_cmp(&change(a)))
            .then(a.label.de.cmp(&b.label.de))
    });
    pairs.into_iter().map(|(_, pair)| pair).collect()
}

fn english_name(care: CareType) -> &'static str {
    match care {
        CareType::Childminding => "childminding",
        CareType::Nursery => "nursery",
        CareType::Kindergarten => "kindergarten",
        CareType::AfterSchool => "after-school care",
    }
}

impl Drawn for BeforeAfter {
    fn words(&self, language: Language) -> Words {
        let target = self.target.map_or_else(String::new, |target| {
            let target = language.number(target, self.decimals);
            match language {
                Language::German => format!(" Ziel: {target}."),
                Language::English => format!(" Target: {target}."),
            }
        });
        let number = |value| language.number(value, self.decimals);
        let told: Vec<String> = self
            .shown()
            .iter()
            .map(|row| {
                let (before, after) = (number(row.before), number(row.after));
                format!("{}: {before} → {after}", language.label(&row.label))
            })
            .collect();
        Words {
            title: language.label(&self.title).to_owned(),
            unit: language.label(&self.unit).to_owned(),
            description: format!("{}.{target}", told.join("; ")),
            note: language.label(&self.note).to_owned(),
        }
    }

    fn draw<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        frame: Frame,
        language: Language,
    ) -> Result<(), ChartError> {
        self.key(canvas, frame, language)?;
        let names = self.shown().iter().map(|row| language.label(&row.label));
        let rows = BarRows::new(frame, names.collect(), self.axis(), 64.0);
        rows.draw_frame(canvas, language)?;
        let (plot, bar) = (rows.plot(), rows.bar());
        for (place, row) in self.shown().iter().enumerate() {
            let middle = rows.middle(place);
            let pair = [
                (row.before, middle - bar, BEFORE, GREY),
                (row.after, middle, BLUE, BLUE),
            ];
            for (value, top, color, ink) in pair {
                rows.draw_bar(canvas, value, top, color)?;
                // Values stand in a column of their own: at the bars they would cross the target.
                let text = language.number(value, self.decimals);
                let at = (plot.right + 58.0, top + bar / 2.0);
                let typed = Type::new(bar.clamp(8.5, 11.5), ink);
                canvas.text(&text, at, Hold::End, typed)?;
            }
        }
        if let Some(target) = self.target {
            let ends = [(rows.x(target), plot.top), (rows.x(target), plot.bottom)];
            canvas.line(&ends, ORANGE, 2.0, Dash::Dashed(5.0, 3.0))?;
        }
        Ok(())
    }
}
