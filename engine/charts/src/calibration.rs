//! Whether intervals held what they promised: nominal against achieved shares.

use disclosure::Label;
use forecast::{CalibrationPoint, HonestyReport, Level};
use plotters::prelude::{DrawingBackend, RGBColor};

use crate::canvas::{Canvas, Dash, Frame, GRID, Hold, INK, Point, SOFT_INK, Type};
use crate::palette::{BLUE, GREEN, ORANGE, PURPLE};
use crate::picture::{Drawn, Svg, Words, png_bytes, svg};
use crate::{ChartError, Language};

const CHART: &str = "calibration plot";
/// Colours and dashes of the levels; each level has a mark of its own as well.
const LINES: [(RGBColor, Dash); 4] = [
    (BLUE, Dash::Solid),
    (ORANGE, Dash::Dashed(9.0, 4.0)),
    (GREEN, Dash::Dashed(3.0, 3.0)),
    (PURPLE, Dash::Dashed(12.0, 3.0)),
];

/// Share of outcomes at or below each quantile, by level of areas: on the diagonal if the quantiles
/// are right. Taken from the back-test of an [`HonestyReport`].
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationPlot {
    group: Label,
    source: Label,
    lines: Vec<LevelLine>,
}

#[derive(Debug, Clone, PartialEq)]
struct LevelLine {
    level: Level,
    cases: usize,
    /// (nominal, achieved), both 0 to 1.
    points: Vec<(f64, f64)>,
}

impl CalibrationPlot {
    /// The calibration of one group of a report, at most four levels. `group_name` is shown in the
    /// title, `source` in the note.
    ///
    /// # Errors
    /// [`ChartError::Unknown`] if the report has no such group.
    pub fn new(
        report: &HonestyReport,
        group: &str,
        group_name: Label,
        source: Label,
    ) -> Result<Self, ChartError> {
        let mut lines: Vec<LevelLine> = Vec::new();
        let of_group = |point: &&CalibrationPoint| point.group == group;
        for point in report.calibration.iter().filter(of_group) {
            let pair = (point.nominal, point.achieved);
            match lines.last_mut() {
                Some(line) if line.level == point.level => line.points.push(pair),
                _ => lines.push(LevelLine {
                    level: point.level,
                    cases: point.cases,
                    points: vec![pair],
                }),
            }
        }
        lines.truncate(LINES.len());
        if lines.is_empty() {
            return Err(ChartError::Unknown {
                chart: CHART,
                what: "group",
                code: group.to_owned(),
            });
        }
        Ok(Self {
            group: group_name,
            source,
            lines,
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

    /// The picture as a table: the header, then one row per level and quantile.
    #[must_use]
    pub fn table(&self, language: Language) -> Vec<Vec<String>> {
        let header = match language {
            Language::German => ["Ebene", "Quantil %", "Ausgänge darunter %", "Fälle"],
            Language::English => ["level", "quantile %", "outcomes below %", "cases"],
        };
        let rows = self.lines.iter().flat_map(|line| {
            line.points.iter().map(|(nominal, achieved)| {
                vec![
                    level_words(line.level, language),
                    language.number(100.0 * nominal, 1),
                    language.number(100.0 * achieved, 1),
                    language.number(line.cases as f64, 0),
                ]
            })
        });
        std::iter::once(header.map(str::to_owned).to_vec())
            .chain(rows)
            .collect()
    }
}

/// Share of outcomes between two quantiles of a line, by place.
fn between(line: &LevelLine, low: usize, high: usize) -> Option<f64> {
    Some(line.points.get(high)?.1 - line.points.get(low)?.1)
}

/// A level in words.
pub(crate) fn level_words(level: Level, language: Language) -> String {
    match level {
        Level::Total => language.pick("Gesamtstadt", "whole city").to_owned(),
        Level::Leaf => language
            .pick("kleinste Gebiete", "smallest areas")
            .to_owned(),
        Level::Middle(depth) => match language {
            Language::German => format!("Ebene {depth}"),
            Language::English => format!("level {depth}"),
        },
    }
}

impl Drawn for CalibrationPlot {
    fn words(&self, language: Language) -> Words {
        let group = language.label(&self.group);
        let source = language.label(&self.source);
        let told = self.lines.iter().filter_map(|line| {
            let share = |share: f64| language.number(100.0 * share, 0);
            let narrow = share(between(line, 1, 3)?);
            let wide = share(between(line, 0, 4)?);
            let level = level_words(line.level, language);
            Some(match language {
                Language::German => {
                    format!("{level}: {narrow} % der Ausgänge im 80-%-Band, {wide} % im 95-%-Band")
                }
                Language::English => {
                    format!("{level}: {narrow} % of outcomes in the 80 % band, {wide} % in the 95 % band")
                }
            })
        });
        let description = format!("{}.", told.collect::<Vec<_>>().join("; "));
        match language {
            Language::German => Words {
                title: format!("Stimmen die Intervalle? {group}"),
                unit: "Anteil der Ausgänge unter dem Quantil in %, gegen das Quantil in %"
                    .to_owned(),
                description,
                note: format!(
                    "Quelle: {source}. Prognosen von früheren Stichtagen gegen das, was kam. Auf der gestrichelten Diagonale stimmen die Quantile; darüber am linken und darunter am rechten Ende sind die Intervalle zu eng; liegt alles darüber, wurde zu viel erwartet. Fehler verschiedener Jahre und Gebiete hängen zusammen."
                ),
            },
            Language::English => Words {
                title: format!("Are the intervals right? {group}"),
                unit: "Share of outcomes below the quantile in %, against the quantile in %"
                    .to_owned(),
                description,
                note: format!(
                    "Source: {source}. Forecasts from earlier origins against what came. On the dashed diagonal the quantiles are right; above it at the left and below it at the right end the intervals are too narrow; where all lies above, too many were expected. Errors of different years and areas depend on each other."
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
        let plot = Frame {
            left: frame.left + 40.0,
            top: frame.top + 6.0,
            right: frame.left + 500.0,
            bottom: frame.bottom - 24.0,
        };
        let at = |x: f64, y: f64| -> Point {
            (
                plot.left + plot.width() * x,
                plot.bottom - plot.height() * y,
            )
        };
        let typed = Type::new(11.5, SOFT_INK);
        for tick in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
            let text = language.number(100.0 * tick, 0);
            canvas.line(&[at(tick, 0.0), at(tick, 1.0)], GRID, 1.0, Dash::Solid)?;
            canvas.line(&[at(0.0, tick), at(1.0, tick)], GRID, 1.0, Dash::Solid)?;
            let (x, y) = at(tick, 0.0);
            canvas.text(&text, (x, y + 13.0), Hold::Middle, typed)?;
            let (x, y) = at(0.0, tick);
            canvas.text(&text, (x - 8.0, y), Hold::End, typed)?;
        }
        let edges = [(at(0.0, 0.0), at(1.0, 0.0)), (at(0.0, 0.0), at(0.0, 1.0))];
        for (from, to) in edges {
            canvas.line(&[from, to], SOFT_INK, 1.0, Dash::Solid)?;
        }
        canvas.line(
            &[at(0.0, 0.0), at(1.0, 1.0)],
            SOFT_INK,
            1.4,
            Dash::Dashed(5.0, 4.0),
        )?;
        for (place, line) in self.lines.iter().enumerate() {
            let (color, dash) = LINES[place];
            let points: Vec<Point> = line.points.iter().map(|(x, y)| at(*x, *y)).collect();
            canvas.line(&points, color, 1.8, dash)?;
            for point in points {
                mark(canvas, place, point, color)?;
            }
        }
        self.legend(canvas, plot.right + 36.0, plot.top, language)
    }
}

impl CalibrationPlot {
    /// Line, mark and name of each level, with the shares in both bands.
    fn legend<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        left: f64,
        top: f64,
        language: Language,
    ) -> Result<(), ChartError> {
        let head = Type::new(11.5, SOFT_INK);
        let (narrow_at, wide_at) = (left + 230.0, left + 300.0);
        let in_band = language.pick("im Band von", "in the band of");
        canvas.text(in_band, (wide_at, top + 4.0), Hold::End, head)?;
        canvas.text("80 %", (narrow_at, top + 22.0), Hold::End, head)?;
        canvas.text("95 %", (wide_at, top + 22.0), Hold::End, head)?;
        for (place, line) in self.lines.iter().enumerate() {
            let (color, dash) = LINES[place];
            let y = top + 48.0 + 44.0 * place as f64;
            canvas.line(&[(left, y), (left + 34.0, y)], color, 1.8, dash)?;
            mark(canvas, place, (left + 17.0, y), color)?;
            let name = level_words(line.level, language);
            canvas.text(&name, (left + 44.0, y), Hold::Start, Type::new(12.5, INK))?;
            let cases = language.number(line.cases as f64, 0);
            let cases = format!("{cases} {}", language.pick("Fälle", "cases"));
            canvas.text(&cases, (left + 44.0, y + 16.0), Hold::Start, head)?;
            for (low, high, x) in [(1, 3, narrow_at), (0, 4, wide_at)] {
                let share = between(line, low, high).unwrap_or(f64::NAN);
                let text = format!("{} %", language.number(100.0 * share, 0));
                canvas.text(&text, (x, y), Hold::End, Type::new(12.5, INK))?;
            }
        }
        Ok(())
    }
}

/// The mark of a level: a disc, a square, a diamond or a triangle.
fn mark<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    place: usize,
    (x, y): Point,
    color: RGBColor,
) -> Result<(), ChartError> {
    let corners: &[Point] = match place {
        0 => return canvas.dot((x, y), 4.0, color),
        1 => &[(-4.0, -4.0), (4.0, -4.0), (4.0, 4.0), (-4.0, 4.0)],
        2 => &[(0.0, -5.5), (5.5, 0.0), (0.0, 5.5), (-5.5, 0.0)],
        _ => &[(0.0, -5.5), (5.0, 4.0), (-5.0, 4.0)],
    };
    let corners: Vec<Point> = corners.iter().map(|(dx, dy)| (x + dx, y + dy)).collect();
    canvas.polygon(&corners, color)
}
