//! A forecast with its past and its intervals.

use disclosure::Label;
use forecast::{FanPoint, Forecast};
use plotters::prelude::{DrawingBackend, RGBColor};

use crate::axis::{Axis, every};
use crate::canvas::{Canvas, Dash, Frame, Hold, INK, Point, SOFT_INK, Type};
use crate::palette::BLUE;
use crate::picture::{Drawn, Svg, Words, png_bytes, svg};
use crate::plot::{end_labels, grid_lines, label_room, value_grid};
use crate::{ChartError, Language};

const CHART: &str = "forecast chart";

/// Of 95 in 100 cases.
const WIDE: RGBColor = RGBColor(214, 230, 243);
/// Of 80 in 100 cases.
const NARROW: RGBColor = RGBColor(158, 197, 226);

/// Children of one area and one group: the years observed, the median of the years ahead and the
/// intervals that hold in 80 and in 95 of 100 cases.
#[derive(Debug, Clone, PartialEq)]
pub struct ForecastFan {
    area: Label,
    group: Label,
    source: Label,
    observed: Vec<(i32, f64)>,
    fan: Vec<FanPoint>,
}

impl ForecastFan {
    /// The fan of an area code and a group or age class of a forecast. `area_name` and
    /// `group_name` are shown in the title, `source` in the note.
    ///
    /// # Errors
    /// [`ChartError::Unknown`] if the forecast has no such area or group.
    pub fn new(
        forecast: &Forecast,
        area: &str,
        group_or_age: &str,
        names: FanNames,
    ) -> Result<Self, ChartError> {
        let unknown = || ChartError::Unknown {
            chart: CHART,
            what: "area and group",
            code: format!("{area} / {group_or_age}"),
        };
        let fan = forecast.fan(area, group_or_age).ok_or_else(unknown)?;
        let mut observed = forecast.observed(area, group_or_age).ok_or_else(unknown)?;
        observed.retain(|(year, _)| *year <= forecast.origin_year());
        Ok(Self {
            area: names.area,
            group: names.group,
            source: names.source,
            observed,
            fan: fan.to_vec(),
        })
    }

    /// The years observed, as `(year, persons)`.
    #[must_use]
    pub fn observed(&self) -> &[(i32, f64)] {
        &self.observed
    }

    /// The years ahead.
    #[must_use]
    pub fn years_ahead(&self) -> &[FanPoint] {
        &self.fan
    }

    /// Name of the area.
    #[must_use]
    pub fn area(&self) -> &Label {
        &self.area
    }

    /// Name of the group.
    #[must_use]
    pub fn group(&self) -> &Label {
        &self.group
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

    fn axis(&self) -> Axis {
        let seen = self.observed.iter().map(|(_, persons)| *persons);
        let lows = seen.clone().chain(self.fan.iter().map(|point| point.q025));
        let highs = seen.chain(self.fan.iter().map(|point| point.q975));
        let low = lows.fold(f64::INFINITY, f64::min);
        Axis::covering(low, highs.fold(0.0, f64::max), false)
    }

    /// The last year's quantiles with their heights.
    fn ends(
        &self,
        language: Language,
        at: &impl Fn(i32, f64) -> Point,
    ) -> Vec<(f64, String, RGBColor)> {
        let Some(point) = self.fan.last() else {
            return Vec::new();
        };
        let values = [
            (97.5, point.q975),
            (90.0, point.q90),
            (50.0, point.q50),
            (10.0, point.q10),
            (2.5, point.q025),
        ];
        let end = |(share, value): (f64, f64)| {
            let persons = language.number(value, 0);
            let height = at(point.year, value).1;
            if share == 50.0 {
                return (height, format!("Median {persons}"), BLUE);
            }
            let decimals = u32::from(share.fract() != 0.0);
            let share = language.number(share, decimals);
            (height, format!("{share} %: {persons}"), SOFT_INK)
        };
        values.into_iter().map(end).collect()
    }

    fn label_room(&self, language: Language) -> f64 {
        let texts = self.ends(language, &|_, _| (0.0, 0.0));
        let texts: Vec<String> = texts.into_iter().map(|(_, text, _)| text).collect();
        label_room(&texts)
    }

    fn years(&self) -> Vec<i32> {
        let seen = self.observed.iter().map(|(year, _)| *year);
        seen.chain(self.fan.iter().map(|point| point.year))
            .collect()
    }
}

/// What a fan is called on the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct FanNames {
    /// Name of the area.
    pub area: Label,
    /// Name of the group or age class.
    pub group: Label,
    /// Where the population is from.
    pub source: Label,
}

impl Drawn for ForecastFan {
    fn words(&self, language: Language) -> Words {
        let (area, group) = (language.label(&self.area), language.label(&self.group));
        let source = language.label(&self.source);
        let whole = |value: f64| language.number(value, 0);
        let cut = if self.axis().low() > 0.0 {
            language.pick(
                " Die Achse beginnt nicht bei 0.",
                " The axis does not start at 0.",
            )
        } else {
            ""
        };
        let told = self.observed.last().zip(self.fan.last());
        let description = told.map_or_else(String::new, |((year, seen), end)| {
            let (seen, median) = (whole(*seen), whole(end.q50));
            let (low, high, ahead) = (whole(end.q10), whole(end.q90), end.year);
            match language {
                Language::German => format!(
                    "{area}, {group}: {seen} Kinder im Jahr {year}; für {ahead} im Mittel {median}, in 80 von 100 Fällen {low} bis {high}."
                ),
                Language::English => format!(
                    "{area}, {group}: {seen} children in {year}; for {ahead} a median of {median}, in 80 of 100 cases {low} to {high}."
                ),
            }
        });
        match language {
            Language::German => Words {
                title: format!("Prognose der Kinder: {area}, {group}"),
                unit: "Kinder am Stichtag des Jahres".to_owned(),
                description,
                note: format!(
                    "Quelle: {source}. Kohortenverfahren; Bänder aus den Fehlern früherer Prognosen desselben Verfahrens: dunkel 80 von 100 Fällen, hell 95 von 100. Keine amtliche Vorausberechnung.{cut}"
                ),
            },
            Language::English => Words {
                title: format!("Forecast of children: {area}, {group}"),
                unit: "Children on the reference date of the year".to_owned(),
                description,
                note: format!(
                    "Source: {source}. Cohort method; bands from the errors of earlier forecasts of the same method: dark 80 of 100 cases, light 95 of 100. Not an official projection.{cut}"
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
        let years = self.years();
        let plot = value_grid(canvas, frame, &axis, self.label_room(language), language)?;
        let (first, last) = (years[0], years[years.len() - 1]);
        let span = f64::from((last - first).max(1));
        let at = |year: i32, value: f64| -> Point {
            let x = plot.left + plot.width() * f64::from(year - first) / span;
            (x, plot.bottom - plot.height() * axis.share(value))
        };
        let origin = self.observed.last().copied();
        let band = |low: fn(&FanPoint) -> f64, high: fn(&FanPoint) -> f64| -> Vec<Point> {
            let start = origin.map(|(year, seen)| at(year, seen));
            let top = self.fan.iter().map(|point| at(point.year, high(point)));
            let back = self
                .fan
                .iter()
                .rev()
                .map(|point| at(point.year, low(point)));
            start.into_iter().chain(top).chain(back).collect()
        };
        canvas.polygon(&band(|point| point.q025, |point| point.q975), WIDE)?;
        canvas.polygon(&band(|point| point.q10, |point| point.q90), NARROW)?;
        grid_lines(canvas, plot, &axis)?;
        year_labels(canvas, plot, &years, &at)?;
        if let Some((year, _)) = origin {
            let (x, _) = at(year, axis.low());
            canvas.line(
                &[(x, plot.top), (x, plot.bottom)],
                SOFT_INK,
                1.0,
                Dash::Dashed(3.0, 3.0),
            )?;
            let typed = Type::new(11.5, SOFT_INK);
            let seen = language.pick("beobachtet", "observed");
            let ahead = language.pick("Prognose", "forecast");
            canvas.text(seen, (x - 6.0, plot.top + 6.0), Hold::End, typed)?;
            canvas.text(ahead, (x + 6.0, plot.top + 6.0), Hold::Start, typed)?;
        }
        let seen: Vec<Point> = self
            .observed
            .iter()
            .map(|(year, value)| at(*year, *value))
            .collect();
        canvas.line(&seen, INK, 2.4, Dash::Solid)?;
        for point in &seen {
            canvas.dot(*point, 2.6, INK)?;
        }
        let median: Vec<Point> = origin
            .into_iter()
            .chain(self.fan.iter().map(|point| (point.year, point.q50)))
            .map(|(year, value)| at(year, value))
            .collect();
        canvas.line(&median, BLUE, 2.6, Dash::Dashed(8.0, 4.0))?;
        end_labels(canvas, plot, self.ends(language, &at))
    }
}

/// Years below the plot, thinned out.
pub(crate) fn year_labels<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    plot: Frame,
    years: &[i32],
    at: &impl Fn(i32, f64) -> Point,
) -> Result<(), ChartError> {
    let typed = Type::new(11.5, SOFT_INK);
    let step = every(years.len(), 42.0, plot.width(), &[1, 2, 5, 10, 20]);
    for year in years
        .iter()
        .filter(|year| year.rem_euclid(step as i32) == 0)
    {
        let (x, _) = at(*year, 0.0);
        canvas.line(
            &[(x, plot.bottom), (x, plot.bottom + 4.0)],
            SOFT_INK,
            1.0,
            Dash::Solid,
        )?;
        canvas.text(
            &year.to_string(),
            (x, plot.bottom + 15.0),
            Hold::Middle,
            typed,
        )?;
    }
    Ok(())
}
