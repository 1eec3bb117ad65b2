//! What earlier editions of a forecast said, beside what came.

use disclosure::Label;
use forecast::{EditionHistory, PastEditions};
use plotters::prelude::{DrawingBackend, RGBColor};

use crate::axis::{Axis, every};
use crate::canvas::{Canvas, Dash, Frame, Hold, INK, Point, SOFT_INK, Type};
use crate::palette::{BLUE, GREEN, ORANGE, PURPLE};
use crate::picture::{Drawn, Svg, Words, png_bytes, svg};
use crate::plot::{end_labels, grid_lines, label_room, value_grid};
use crate::{ChartError, Language};

const CHART: &str = "chart of past editions";
/// Editions drawn; more would hide each other.
const MOST_EDITIONS: usize = 4;
/// Line, band and dash of each edition.
const LOOKS: [(RGBColor, RGBColor, Dash); MOST_EDITIONS] = [
    (ORANGE, RGBColor(250, 226, 205), Dash::Dashed(9.0, 4.0)),
    (BLUE, RGBColor(208, 226, 241), Dash::Dashed(3.0, 3.0)),
    (GREEN, RGBColor(205, 233, 224), Dash::Dashed(14.0, 4.0)),
    (PURPLE, RGBColor(234, 215, 227), Dash::Dashed(6.0, 2.0)),
];

/// Forecasts of one quantity from several years beside what came: our own from a back-test, with
/// their 80 % bands, or the published editions of an office.
#[derive(Debug, Clone, PartialEq)]
pub struct PastEditionsChart {
    names: PastEditionsNames,
    outcomes: Vec<(i32, f64)>,
    editions: Vec<Edition>,
    known: usize,
}

/// What an edition said of a year, and what came.
#[derive(Debug, Clone, PartialEq)]
struct Said {
    year: i32,
    expected: f64,
    band: Option<(f64, f64)>,
    came: f64,
}

#[derive(Debug, Clone, PartialEq)]
struct Edition {
    name: String,
    points: Vec<(i32, f64)>,
    /// Year, lower and upper end of the 80 % band.
    band: Vec<(i32, f64, f64)>,
    said: Vec<Said>,
}

/// What the picture is called.
#[derive(Debug, Clone, PartialEq)]
pub struct PastEditionsNames {
    /// What is forecast, such as `Births in Dresden`.
    pub quantity: Label,
    /// What the axis counts.
    pub unit: Label,
    /// Where the figures are from.
    pub source: Label,
}

impl PastEditionsChart {
    /// Our own earlier forecasts of an area and group; of more than four origins the first, the last
    /// and two between.
    ///
    /// # Errors
    /// [`ChartError::Empty`] without an outcome.
    pub fn ours(past: &PastEditions, names: PastEditionsNames) -> Result<Self, ChartError> {
        let came = |year: i32| past.outcomes.iter().find(|(other, _)| *other == year);
        let edition = |edition: &forecast::PastEdition| {
            let points = edition.points.iter();
            Edition {
                name: edition.origin_year.to_string(),
                points: points
                    .clone()
                    .map(|point| (point.year, point.q50))
                    .collect(),
                band: points
                    .clone()
                    .map(|point| (point.year, point.q10, point.q90))
                    .collect(),
                said: points
                    .filter_map(|point| {
                        Some(Said {
                            year: point.year,
                            expected: point.q50,
                            band: Some((point.q10, point.q90)),
                            came: came(point.year)?.1,
                        })
                    })
                    .collect(),
            }
        };
        let editions: Vec<Edition> = past.editions.iter().map(edition).collect();
        Self::new(names, past.outcomes.clone(), &editions)
    }

    /// The published editions of an office for a quantity.
    ///
    /// # Errors
    /// [`ChartError::Empty`] without an edition or an outcome.
    pub fn official(
        history: &EditionHistory,
        quantity: &str,
        names: PastEditionsNames,
    ) -> Result<Self, ChartError> {
        let outcomes = history.outcomes();
        let said = |published: i32| {
            let of_edition = outcomes
                .iter()
                .filter(|it| it.quantity == quantity && it.published == published);
            of_edition
                .map(|it| Said {
                    year: it.year,
                    expected: it.forecast,
                    band: None,
                    came: it.actual,
                })
                .collect()
        };
        let paths = history.paths(quantity).into_iter();
        let editions: Vec<Edition> = paths
            .filter(|path| path.points.len() > 1)
            .map(|path| Edition {
                name: path.published.to_string(),
                said: said(path.published),
                points: path.points,
                band: Vec::new(),
            })
            .collect();
        Self::new(names, history.actuals(quantity), &editions)
    }

    fn new(
        names: PastEditionsNames,
        outcomes: Vec<(i32, f64)>,
        editions: &[Edition],
    ) -> Result<Self, ChartError> {
        if editions.is_empty() || outcomes.is_empty() {
            return Err(ChartError::Empty {
                chart: CHART,
                what: "edition and outcome",
            });
        }
        let known = editions.len();
        let shown = known.min(MOST_EDITIONS);
        let chosen = |place: usize| place * (known - 1) / (shown - 1).max(1);
        let editions = (0..shown).map(|place| editions[chosen(place)].clone());
        Ok(Self {
            names,
            outcomes,
            editions: editions.collect(),
            known,
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

    /// The picture as a table: the header, then one row per edition and year with an outcome.
    #[must_use]
    pub fn table(&self, language: Language) -> Vec<Vec<String>> {
        let header = match language {
            Language::German => [
                "Ausgabe",
                "Jahr",
                "erwartet",
                "80-%-Band",
                "gekommen",
                "Fehler %",
            ],
            Language::English => [
                "edition",
                "year",
                "expected",
                "80 % band",
                "came",
                "error %",
            ],
        };
        let decimals = self.decimals();
        let number = |value: f64| language.number(value, decimals);
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        for edition in &self.editions {
            for said in &edition.said {
                let band = said.band.map_or(String::new(), |(low, high)| {
                    format!("{} – {}", number(low), number(high))
                });
                rows.push(vec![
                    edition.name.clone(),
                    said.year.to_string(),
                    number(said.expected),
                    band,
                    number(said.came),
                    language.number(100.0 * (said.expected - said.came) / said.came, 1),
                ]);
            }
        }
        rows
    }

    /// Small figures such as births per woman need decimals.
    fn decimals(&self) -> u32 {
        let largest = self.outcomes.iter().map(|(_, value)| *value);
        if largest.fold(0.0, f64::max) < 20.0 {
            2
        } else {
            0
        }
    }

    fn axis(&self) -> Axis {
        let bands = self.editions.iter().flat_map(|edition| &edition.band);
        let bands = bands.flat_map(|(_, low, high)| [*low, *high]);
        let lines = self.editions.iter().flat_map(|edition| &edition.points);
        let lines = lines.chain(&self.outcomes).map(|(_, value)| *value);
        let values: Vec<f64> = bands.chain(lines).collect();
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        Axis::covering(low, values.into_iter().fold(0.0, f64::max), false)
    }

    fn years(&self) -> (i32, i32) {
        let lines = self.editions.iter().flat_map(|edition| &edition.points);
        let years = lines.chain(&self.outcomes).map(|(year, _)| *year);
        let first = years.clone().min().unwrap_or_default();
        (first, years.max().unwrap_or_default())
    }

    fn ends(
        &self,
        language: Language,
        at: &impl Fn(i32, f64) -> Point,
    ) -> Vec<(f64, String, RGBColor)> {
        let editions = self.editions.iter().zip(LOOKS);
        editions
            .filter_map(|(edition, (color, _, _))| {
                let (year, value) = edition.points.last()?;
                let word = language.pick("von", "of");
                let text = format!(
                    "{word} {}: {}",
                    edition.name,
                    language.number(*value, self.decimals())
                );
                Some((at(*year, *value).1, text, color))
            })
            .collect()
    }
}

impl Drawn for PastEditionsChart {
    fn words(&self, language: Language) -> Words {
        let quantity = language.label(&self.names.quantity);
        let source = language.label(&self.names.source);
        let rows = self.table(language);
        // The last year of each edition that has an outcome.
        let mut told: Vec<String> = Vec::new();
        for (place, row) in rows.iter().enumerate().skip(1) {
            let last = rows.get(place + 1).is_none_or(|next| next[0] != row[0]);
            if last {
                told.push(match language {
                    Language::German => format!(
                        "Ausgabe {} erwartete für {} {}, gekommen sind {}",
                        row[0], row[1], row[2], row[4]
                    ),
                    Language::English => format!(
                        "the edition of {} expected {} for {}, {} came",
                        row[0], row[2], row[1], row[4]
                    ),
                });
            }
        }
        let description = format!("{quantity}: {}.", told.join("; "));
        let (shown, known) = (self.editions.len(), self.known);
        let banded = self.editions.iter().any(|edition| !edition.band.is_empty());
        let bands = match (banded, language) {
            (true, Language::German) => "Flächen: 80-%-Band jeder Ausgabe.",
            (true, Language::English) => "Areas: 80 % band of each edition.",
            (false, Language::German) => {
                "Veröffentlicht wurde kein Intervall; zwischen veröffentlichten Jahren ist gerade verbunden."
            }
            (false, Language::English) => {
                "No interval was published; published years are joined by straight lines."
            }
        };
        let cut = if self.axis().low() > 0.0 {
            language.pick(
                " Die Achse beginnt nicht bei 0.",
                " The axis does not start at 0.",
            )
        } else {
            ""
        };
        Words {
            title: match language {
                Language::German => format!("Frühere Prognosen und was kam: {quantity}"),
                Language::English => format!("Earlier forecasts and what came: {quantity}"),
            },
            unit: language.label(&self.names.unit).to_owned(),
            description,
            note: match language {
                Language::German => format!(
                    "Quelle: {source}. Schwarz mit Punkten: was kam. {bands} Gezeigt sind {shown} von {known} Ausgaben.{cut}"
                ),
                Language::English => format!(
                    "Source: {source}. Black with dots: what came. {bands} Shown are {shown} of {known} editions.{cut}"
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
        let axis = self.axis();
        let texts = self.ends(language, &|_, _| (0.0, 0.0));
        let texts: Vec<String> = texts.into_iter().map(|(_, text, _)| text).collect();
        let plot = value_grid(canvas, frame, &axis, label_room(&texts), language)?;
        let (first, last) = self.years();
        let span = f64::from((last - first).max(1));
        let at = |year: i32, value: f64| -> Point {
            let x = plot.left + plot.width() * f64::from(year - first) / span;
            (x, plot.bottom - plot.height() * axis.share(value))
        };
        for (edition, (_, ground, _)) in self.editions.iter().zip(LOOKS) {
            let upper = edition.band.iter().map(|(year, _, high)| at(*year, *high));
            let lower = edition.band.iter().rev();
            let lower = lower.map(|(year, low, _)| at(*year, *low));
            let ring: Vec<Point> = upper.chain(lower).collect();
            if ring.len() > 3 {
                canvas.polygon(&ring, ground)?;
            }
        }
        grid_lines(canvas, plot, &axis)?;
        self.year_labels(canvas, plot, &at)?;
        for (edition, (color, _, dash)) in self.editions.iter().zip(LOOKS) {
            // Ends of the bands, so that those below another stay visible.
            for end in [0, 1] {
                let edge = edition.band.iter();
                let edge = edge.map(|(year, low, high)| at(*year, [*low, *high][end]));
                let edge: Vec<Point> = edge.collect();
                canvas.line(&edge, color, 0.8, Dash::Dashed(2.0, 3.0))?;
            }
            let points: Vec<Point> = edition.points.iter().map(|(y, v)| at(*y, *v)).collect();
            canvas.line(&points, color, 2.2, dash)?;
        }
        let came: Vec<Point> = self.outcomes.iter().map(|(y, v)| at(*y, *v)).collect();
        canvas.line(&came, INK, 2.4, Dash::Solid)?;
        for point in came {
            canvas.dot(point, 3.2, INK)?;
        }
        end_labels(canvas, plot, self.ends(language, &at))
    }
}

impl PastEditionsChart {
    fn year_labels<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        plot: Frame,
        at: &impl Fn(i32, f64) -> Point,
    ) -> Result<(), ChartError> {
        let (first, last) = self.years();
        let typed = Type::new(11.5, SOFT_INK);
        let count = (last - first + 1).unsigned_abs() as usize;
        let step = every(count, 42.0, plot.width(), &[1, 2, 5, 10, 20]) as i32;
        for year in (first..=last).filter(|year| year.rem_euclid(step) == 0) {
            let x = at(year, 0.0).0;
            let ends = [(x, plot.bottom), (x, plot.bottom + 4.0)];
            canvas.line(&ends, SOFT_INK, 1.0, Dash::Solid)?;
            let text = year.to_string();
            canvas.text(&text, (x, plot.bottom + 15.0), Hold::Middle, typed)?;
        }
        Ok(())
    }
}
