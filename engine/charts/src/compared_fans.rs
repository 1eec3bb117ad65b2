//! A forecast with levers beside the one without.

use forecast::{FanPoint, Forecast, ScenarioFans};
use plotters::prelude::{DrawingBackend, RGBColor};

use crate::axis::Axis;
use crate::canvas::{Canvas, Dash, Frame, Hold, INK, Point, SOFT_INK, Type};
use crate::fan::year_labels;
use crate::palette::{BLUE, ORANGE};
use crate::picture::{Drawn, Svg, Words, png_bytes, svg};
use crate::plot::{end_labels, grid_lines, label_room, value_grid};
use crate::{ChartError, FanNames, Language};

const CHART: &str = "chart of levers";

/// Of 80 in 100 cases, without levers.
const BAND: RGBColor = RGBColor(189, 214, 234);

/// Children of one area and one group, without and with levers: the years observed, both medians and
/// both intervals that hold in 80 of 100 cases.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedFans {
    names: FanNames,
    observed: Vec<(i32, f64)>,
    without: Vec<FanPoint>,
    with: Vec<FanPoint>,
}

impl ComparedFans {
    /// The fans of an area code and group of two runs of the same paths. The years observed are those
    /// of `forecast` where it has the area and group.
    ///
    /// # Errors
    /// [`ChartError::Unknown`] for an area or group the runs do not have.
    pub fn new(
        forecast: &Forecast,
        (without, with): (&ScenarioFans, &ScenarioFans),
        area: &str,
        group: &str,
        names: FanNames,
    ) -> Result<Self, ChartError> {
        let fan = |fans: &ScenarioFans| {
            let fan = fans.fan(area, group).filter(|fan| !fan.is_empty());
            fan.ok_or_else(|| ChartError::Unknown {
                chart: CHART,
                what: "area and group",
                code: format!("{area} / {group}"),
            })
        };
        let mut observed = forecast.observed(area, group).unwrap_or_default();
        observed.retain(|(year, _)| *year <= forecast.origin_year());
        Ok(Self {
            names,
            observed,
            without: fan(without)?,
            with: fan(with)?,
        })
    }

    /// The years ahead without levers.
    #[must_use]
    pub fn without(&self) -> &[FanPoint] {
        &self.without
    }

    /// The years ahead with levers.
    #[must_use]
    pub fn with(&self) -> &[FanPoint] {
        &self.with
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

    /// The picture as a table: the header, then one row per year ahead.
    #[must_use]
    pub fn table(&self, language: Language) -> Vec<Vec<String>> {
        let header = match language {
            Language::German => [
                "Jahr",
                "ohne (Median)",
                "ohne, 80 von 100 Fällen",
                "mit (Median)",
                "mit, 80 von 100 Fällen",
                "mehr im Mittel",
            ],
            Language::English => [
                "year",
                "without (median)",
                "without, 80 of 100 cases",
                "with (median)",
                "with, 80 of 100 cases",
                "more on average",
            ],
        };
        let whole = |value: f64| language.number(value, 0);
        let band = |point: &FanPoint| format!("{} – {}", whole(point.q10), whole(point.q90));
        let rows = self.without.iter().zip(&self.with);
        let rows = rows.map(|(without, with)| {
            vec![
                without.year.to_string(),
                whole(without.q50),
                band(without),
                whole(with.q50),
                band(with),
                language.number(with.mean - without.mean, 1),
            ]
        });
        std::iter::once(header.map(str::to_owned).to_vec())
            .chain(rows)
            .collect()
    }

    fn axis(&self) -> Axis {
        let ahead = || self.without.iter().chain(&self.with);
        let seen = || self.observed.iter().map(|(_, persons)| *persons);
        let low = seen().chain(ahead().map(|point| point.q10));
        let high = seen().chain(ahead().map(|point| point.q90));
        let low = low.fold(f64::INFINITY, f64::min);
        Axis::covering(low, high.fold(0.0, f64::max), false)
    }

    /// The year in which levers change most; the last where they change nothing.
    fn most_changed(&self) -> (&FanPoint, &FanPoint) {
        let change = |pair: &(&FanPoint, &FanPoint)| (pair.1.mean - pair.0.mean).abs();
        let pairs = self.without.iter().zip(&self.with);
        pairs
            .max_by(|one, other| change(one).total_cmp(&change(other)))
            .unwrap_or((&self.without[0], &self.with[0]))
    }

    /// Names and values at the right end.
    fn ends(&self, language: Language) -> Vec<(f64, String, RGBColor)> {
        let end = |fan: &[FanPoint], word: &str, color| {
            let value = fan[fan.len() - 1].q50;
            (
                value,
                format!("{word} {}", language.number(value, 0)),
                color,
            )
        };
        vec![
            end(&self.with, language.pick("mit", "with"), ORANGE),
            end(&self.without, language.pick("ohne", "without"), BLUE),
        ]
    }
}

impl Drawn for ComparedFans {
    fn words(&self, language: Language) -> Words {
        let names = &self.names;
        let (area, group) = (language.label(&names.area), language.label(&names.group));
        let source = language.label(&names.source);
        let whole = |value: f64| language.number(value, 0);
        let cut = if self.axis().low() > 0.0 {
            language.pick(
                " Die Achse beginnt nicht bei 0.",
                " The axis does not start at 0.",
            )
        } else {
            ""
        };
        let (without, with) = self.most_changed();
        let (year, before, after) = (with.year, whole(without.q50), whole(with.q50));
        let (low, high) = (whole(with.q10), whole(with.q90));
        let (low_before, high_before) = (whole(without.q10), whole(without.q90));
        match language {
            Language::German => Words {
                title: format!("Ohne und mit Stellschraube: {area}, {group}"),
                unit: "Kinder am Stichtag des Jahres".to_owned(),
                description: format!(
                    "{area}, {group}: im Jahr {year} im Mittel {after} statt {before}; in 80 von 100 Fällen {low} bis {high} statt {low_before} bis {high_before}."
                ),
                note: format!(
                    "Quelle: {source}. Blau: ohne, Fläche 80 von 100 Fällen. Orange: mit, gestrichelte Ränder 80 von 100 Fällen. Beide aus denselben simulierten Verläufen. Keine amtliche Vorausberechnung.{cut}"
                ),
            },
            Language::English => Words {
                title: format!("Without and with levers: {area}, {group}"),
                unit: "Children on the reference date of the year".to_owned(),
                description: format!(
                    "{area}, {group}: in {year} a median of {after} instead of {before}; in 80 of 100 cases {low} to {high} instead of {low_before} to {high_before}."
                ),
                note: format!(
                    "Source: {source}. Blue: without, area 80 of 100 cases. Orange: with, dashed edges 80 of 100 cases. Both from the same simulated paths. Not an official projection.{cut}"
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
        let ends = self.ends(language);
        let texts: Vec<String> = ends.iter().map(|(_, text, _)| text.clone()).collect();
        let plot = value_grid(canvas, frame, &axis, label_room(&texts), language)?;
        let seen = self.observed.iter().map(|(year, _)| *year);
        let years: Vec<i32> = seen
            .chain(self.with.iter().map(|point| point.year))
            .collect();
        let (first, last) = (years[0], years[years.len() - 1]);
        let span = f64::from((last - first).max(1));
        let at = |year: i32, value: f64| -> Point {
            let x = plot.left + plot.width() * f64::from(year - first) / span;
            (x, plot.bottom - plot.height() * axis.share(value))
        };
        let origin = self.observed.last().copied();
        let line = |fan: &[FanPoint], value: fn(&FanPoint) -> f64| -> Vec<Point> {
            let ahead = fan.iter().map(|point| (point.year, value(point)));
            let points = origin.into_iter().chain(ahead);
            points.map(|(year, value)| at(year, value)).collect()
        };
        let mut band = line(&self.without, |point| point.q90);
        band.extend(line(&self.without, |point| point.q10).into_iter().rev());
        canvas.polygon(&band, BAND)?;
        grid_lines(canvas, plot, &axis)?;
        year_labels(canvas, plot, &years, &at)?;
        if let Some((year, _)) = origin {
            let x = at(year, axis.low()).0;
            let ends = [(x, plot.top), (x, plot.bottom)];
            canvas.line(&ends, SOFT_INK, 1.0, Dash::Dashed(3.0, 3.0))?;
            let typed = Type::new(11.5, SOFT_INK);
            let seen = language.pick("beobachtet", "observed");
            canvas.text(seen, (x - 6.0, plot.top + 6.0), Hold::End, typed)?;
        }
        let seen: Vec<Point> = self.observed.iter().map(|(y, v)| at(*y, *v)).collect();
        canvas.line(&seen, INK, 2.4, Dash::Solid)?;
        canvas.line(
            &line(&self.without, |point| point.q50),
            BLUE,
            2.4,
            Dash::Dashed(8.0, 4.0),
        )?;
        for edge in [|point: &FanPoint| point.q10, |point: &FanPoint| point.q90] {
            let edge = line(&self.with, edge);
            canvas.line(&edge, ORANGE, 1.4, Dash::Dashed(4.0, 3.0))?;
        }
        canvas.line(
            &line(&self.with, |point| point.q50),
            ORANGE,
            2.6,
            Dash::Solid,
        )?;
        let ends = ends
            .into_iter()
            .map(|(value, text, color)| (at(last, value).1, text, color));
        end_labels(canvas, plot, ends.collect())
    }
}
