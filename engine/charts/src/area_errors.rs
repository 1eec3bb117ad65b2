//! Where the forecasts were wrong: areas ranked by their error.

use std::collections::BTreeMap;

use disclosure::Label;
use forecast::HonestyReport;
use plotters::prelude::DrawingBackend;

use crate::axis::Axis;
use crate::canvas::{Canvas, Dash, Frame, GRID, Hold, INK, Point, SOFT_INK, Type};
use crate::palette::{BLUE, ORANGE};
use crate::picture::{Drawn, Svg, Words, png_bytes, svg};
use crate::{ChartError, Language};

const CHART: &str = "chart of area errors";
/// Areas drawn.
const MOST_ROWS: usize = 16;

/// The lowest areas with the largest errors of past forecasts, for cities without outlines of their
/// areas; with outlines, [`AreaValues::errors`](crate::AreaValues::errors) gives a map.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaErrors {
    group: Label,
    source: Label,
    rows: Vec<Row>,
    known: usize,
    /// Median error of all areas.
    usual: f64,
}

#[derive(Debug, Clone, PartialEq)]
struct Row {
    code: String,
    name: String,
    error: f64,
    bias: f64,
    children: f64,
}

impl AreaErrors {
    /// The areas of one group of a report; `names` gives the name of an area by its code, where there
    /// is one.
    ///
    /// # Errors
    /// [`ChartError::Unknown`] if the report has no such group, or no area with children.
    pub fn new(
        report: &HonestyReport,
        group: &str,
        names: &BTreeMap<String, String>,
        group_name: Label,
        source: Label,
    ) -> Result<Self, ChartError> {
        let areas = report.areas.iter().filter(|area| area.group == group);
        let mut rows: Vec<Row> = areas
            .filter_map(|area| {
                Some(Row {
                    code: area.area.clone(),
                    name: names.get(&area.area).unwrap_or(&area.area).clone(),
                    error: area.wape?,
                    bias: area.bias?,
                    children: area.mean_outcome,
                })
            })
            .collect();
        if rows.is_empty() {
            return Err(ChartError::Unknown {
                chart: CHART,
                what: "group",
                code: group.to_owned(),
            });
        }
        rows.sort_by(|one, other| {
            let by_error = other.error.total_cmp(&one.error);
            by_error.then(one.code.cmp(&other.code))
        });
        let known = rows.len();
        let usual = rows[known / 2].error;
        rows.truncate(MOST_ROWS);
        Ok(Self {
            group: group_name,
            source,
            rows,
            known,
            usual,
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

    /// The picture as a table: the header, then one row per area shown.
    #[must_use]
    pub fn table(&self, language: Language) -> Vec<Vec<String>> {
        let header = match language {
            Language::German => ["Gebiet", "Fehler %", "Verzerrung %", "Kinder im Mittel"],
            Language::English => ["area", "error %", "bias %", "mean children"],
        };
        let rows = self.rows.iter().map(|row| {
            vec![
                row.name.clone(),
                language.number(100.0 * row.error, 1),
                signed(row.bias, language),
                language.number(row.children, 0),
            ]
        });
        std::iter::once(header.map(str::to_owned).to_vec())
            .chain(rows)
            .collect()
    }
}

fn signed(share: f64, language: Language) -> String {
    let text = language.number(100.0 * share, 1);
    if share > 0.0 {
        format!("+{text}")
    } else {
        text
    }
}

impl Drawn for AreaErrors {
    fn words(&self, language: Language) -> Words {
        let (group, source) = (language.label(&self.group), language.label(&self.source));
        let percent = |share: f64| language.number(100.0 * share, 1);
        let told: Vec<String> = self
            .rows
            .iter()
            .take(3)
            .map(|row| format!("{} {} %", row.name, percent(row.error)))
            .collect();
        let (told, usual) = (told.join(", "), percent(self.usual));
        let (shown, known) = (self.rows.len(), self.known);
        match language {
            Language::German => Words {
                title: format!("Wo die Prognosen daneben lagen: {group}"),
                unit: "Mittlerer Fehler früherer Prognosen in % der Kinder".to_owned(),
                description: format!(
                    "Größte Fehler: {told}; die Hälfte der {known} Gebiete liegt unter {usual} %."
                ),
                note: format!(
                    "Quelle: {source}. Dreieck nach rechts: im Mittel zu viele erwartet, nach links: zu wenige. Gestrichelt: Median aller Gebiete. Gezeigt sind {shown} von {known} Gebieten; kleine Gebiete schwanken stärker."
                ),
            },
            Language::English => Words {
                title: format!("Where the forecasts were wrong: {group}"),
                unit: "Mean error of earlier forecasts in % of the children".to_owned(),
                description: format!(
                    "Largest errors: {told}; half of the {known} areas lie below {usual} %."
                ),
                note: format!(
                    "Source: {source}. Triangle to the right: too many expected on average, to the left: too few. Dashed: median of all areas. Shown are {shown} of {known} areas; small areas vary more."
                ),
            },
        }
    }

    fn draw<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        frame: Frame,
        language: Language,
    ) -> Result<(), ChartError> {
        let largest = self.rows.iter().map(|row| row.error).fold(0.0, f64::max);
        let axis = Axis::covering(0.0, 100.0 * largest, true);
        let typed = Type::new(11.5, INK);
        let soft = Type::new(11.5, SOFT_INK);
        let widest = self.rows.iter().map(|row| typed.width(&row.name));
        let name_room = widest.fold(0.0, f64::max).min(230.0);
        let plot = Frame {
            left: frame.left + name_room + 12.0,
            top: frame.top + 16.0,
            right: frame.right - 170.0,
            bottom: frame.bottom - 20.0,
        };
        let x = |percent: f64| plot.left + plot.width() * axis.share(percent);
        for tick in &axis.ticks {
            let ends = [(x(*tick), plot.top), (x(*tick), plot.bottom)];
            let color = if *tick == 0.0 { SOFT_INK } else { GRID };
            canvas.line(&ends, color, 1.0, Dash::Solid)?;
            let text = language.number(*tick, axis.decimals());
            canvas.text(&text, (x(*tick), plot.bottom + 11.0), Hold::Middle, soft)?;
        }
        let usual = x(100.0 * self.usual);
        let ends = [(usual, plot.top), (usual, plot.bottom)];
        canvas.line(&ends, SOFT_INK, 1.4, Dash::Dashed(5.0, 4.0))?;
        let (bias_at, children_at) = (frame.right - 80.0, frame.right);
        let heads = [
            (bias_at, language.pick("Verzerrung", "bias")),
            (children_at, language.pick("Kinder", "children")),
        ];
        for (at, word) in heads {
            canvas.text(word, (at, frame.top + 4.0), Hold::End, soft)?;
        }
        let height = plot.height() / self.rows.len() as f64;
        for (place, row) in self.rows.iter().enumerate() {
            let y = plot.top + (place as f64 + 0.5) * height;
            canvas.text(&row.name, (plot.left - 8.0, y), Hold::End, typed)?;
            let end = x(100.0 * row.error);
            canvas.line(&[(plot.left, y), (end, y)], GRID, 1.4, Dash::Solid)?;
            triangle(canvas, (end, y), row.bias > 0.0)?;
            let bias = format!("{} %", signed(row.bias, language));
            canvas.text(&bias, (bias_at, y), Hold::End, typed)?;
            let children = language.number(row.children, 0);
            canvas.text(&children, (children_at, y), Hold::End, typed)?;
        }
        Ok(())
    }
}

/// Points right where too many were expected, left where too few.
fn triangle<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    (x, y): Point,
    too_many: bool,
) -> Result<(), ChartError> {
    let (way, color) = if too_many {
        (1.0, ORANGE)
    } else {
        (-1.0, BLUE)
    };
    let corners = [
        (x + 6.5 * way, y),
        (x - 4.0 * way, y - 5.0),
        (x - 4.0 * way, y + 5.0),
    ];
    canvas.polygon(&corners, color)
}
