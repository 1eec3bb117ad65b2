//! Places needed month by month, with intervals.

use disclosure::Label;
use domain::{CareType, Month};
use forecast::{DemandPoint, DemandView, MonthlyDemand};
use plotters::prelude::{DrawingBackend, RGBColor};

use crate::axis::Axis;
use crate::canvas::{Canvas, Dash, Frame, Point, SOFT_INK};
use crate::occupancy::month_labels;
use crate::palette::{BLUE, ORANGE};
use crate::picture::{Drawn, Svg, Words, png_bytes, svg};
use crate::plot::{end_labels, grid_lines, label_room, value_grid};
use crate::{ChartError, Language};

const CHART: &str = "demand chart";

/// Of 95 in 100 cases.
const WIDE: RGBColor = RGBColor(214, 230, 243);
/// Of 80 in 100 cases.
const NARROW: RGBColor = RGBColor(158, 197, 226);

/// What a demand is called on the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandNames {
    /// Name of the area.
    pub area: Label,
    /// Where the numbers are from.
    pub source: Label,
}

/// Demand of one area and care type over months: median, the intervals that hold in 80 and in 95 of
/// 100 cases, and the median with the children who wait.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandMonths {
    names: DemandNames,
    care: CareType,
    points: Vec<DemandPoint>,
    latent: Vec<DemandPoint>,
}

impl DemandMonths {
    /// The demand of an area code and care type, by area of residence.
    ///
    /// # Errors
    /// [`ChartError::Unknown`] for an area the demand does not have, [`ChartError::Empty`] without months.
    pub fn new(
        demand: &MonthlyDemand,
        area: &str,
        care: CareType,
        names: DemandNames,
    ) -> Result<Self, ChartError> {
        let fan = |view| {
            demand
                .fan(view, area, Some(care))
                .ok_or_else(|| ChartError::Unknown {
                    chart: CHART,
                    what: "area",
                    code: area.to_owned(),
                })
        };
        let (points, latent) = (fan(DemandView::Residence)?, fan(DemandView::Latent)?);
        if points.is_empty() {
            return Err(ChartError::Empty {
                chart: CHART,
                what: "month",
            });
        }
        Ok(Self {
            names,
            care,
            points,
            latent,
        })
    }

    /// The months with their intervals; at least one.
    #[must_use]
    pub fn months(&self) -> &[DemandPoint] {
        &self.points
    }

    /// The same with the children who wait.
    #[must_use]
    pub fn with_waiting(&self) -> &[DemandPoint] {
        &self.latent
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
        let low = self
            .points
            .iter()
            .map(|point| point.q025)
            .fold(f64::INFINITY, f64::min);
        let high = self.points.iter().map(|point| point.q975);
        let waiting = self.latent.iter().map(|point| point.q50);
        Axis::covering(low, high.chain(waiting).fold(0.0, f64::max), false)
    }

    /// Names and values at the right end.
    fn ends(&self, language: Language) -> Vec<(f64, String, RGBColor)> {
        let (last, waiting) = (
            &self.points[self.points.len() - 1],
            &self.latent[self.latent.len() - 1],
        );
        let whole = |value: f64| language.number(value, 0);
        let with_waiting = language.pick("mit Wartenden", "with waiting");
        vec![
            (last.q90, format!("90 %: {}", whole(last.q90)), SOFT_INK),
            (
                waiting.q50,
                format!("{with_waiting} {}", whole(waiting.q50)),
                ORANGE,
            ),
            (last.q50, format!("Median {}", whole(last.q50)), BLUE),
            (last.q10, format!("10 %: {}", whole(last.q10)), SOFT_INK),
        ]
    }
}

impl Drawn for DemandMonths {
    fn words(&self, language: Language) -> Words {
        let (area, source) = (
            language.label(&self.names.area),
            language.label(&self.names.source),
        );
        let care = language.pick(self.care.german(), self.care.english());
        let whole = |value: f64| language.number(value, 0);
        let most = self
            .points
            .iter()
            .max_by(|one, other| one.q50.total_cmp(&other.q50))
            .unwrap_or(&self.points[0]);
        let last = &self.points[self.points.len() - 1];
        let (peak, end) = (language.month(most.month), language.month(last.month));
        let (peak_value, median) = (whole(most.q50), whole(last.q50));
        let (low, high) = (whole(last.q10), whole(last.q90));
        let cut = if self.axis().low() > 0.0 {
            language.pick(
                " Die Achse beginnt nicht bei 0.",
                " The axis does not start at 0.",
            )
        } else {
            ""
        };
        match language {
            Language::German => Words {
                title: format!("Bedarf an Plätzen: {area}, {care}"),
                unit: "Kinder am Ersten des Monats, nach Wohnort".to_owned(),
                description: format!(
                    "{area}, {care}: am meisten im {peak} mit {peak_value}; im {end} im Mittel {median}, in 80 von 100 Fällen {low} bis {high}."
                ),
                note: format!(
                    "Quelle: {source}. Kinder mal Betreuungsquote, beide mit Unsicherheit; Bänder: dunkel 80 von 100 Fällen, hell 95. Mit Wartenden: Obergrenze aus offenen Anmeldungen, jedes Kind einmal.{cut}"
                ),
            },
            Language::English => Words {
                title: format!("Places needed: {area}, {care}"),
                unit: "Children on the first of the month, by residence".to_owned(),
                description: format!(
                    "{area}, {care}: most in {peak} with {peak_value}; in {end} a median of {median}, in 80 of 100 cases {low} to {high}."
                ),
                note: format!(
                    "Source: {source}. Children times take-up, both uncertain; bands: dark 80 of 100 cases, light 95. With waiting: upper bound from open applications, each child once.{cut}"
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
        let months: Vec<Month> = self.points.iter().map(|point| point.month).collect();
        let at = |place: usize, value: f64| -> Point {
            let steps = (months.len() - 1).max(1) as f64;
            let x = plot.left + plot.width() * place as f64 / steps;
            (x, plot.bottom - plot.height() * axis.share(value))
        };
        let line = |points: &[DemandPoint], value: fn(&DemandPoint) -> f64| -> Vec<Point> {
            points
                .iter()
                .enumerate()
                .map(|(place, point)| at(place, value(point)))
                .collect()
        };
        let band = |low: fn(&DemandPoint) -> f64, high: fn(&DemandPoint) -> f64| -> Vec<Point> {
            let mut ring = line(&self.points, high);
            ring.extend(line(&self.points, low).into_iter().rev());
            ring
        };
        canvas.polygon(&band(|point| point.q025, |point| point.q975), WIDE)?;
        canvas.polygon(&band(|point| point.q10, |point| point.q90), NARROW)?;
        grid_lines(canvas, plot, &axis)?;
        month_labels(canvas, plot, &months, language)?;
        canvas.line(
            &line(&self.latent, |point| point.q50),
            ORANGE,
            1.8,
            Dash::Dashed(3.0, 3.0),
        )?;
        canvas.line(
            &line(&self.points, |point| point.q50),
            BLUE,
            2.6,
            Dash::Solid,
        )?;
        let ends = ends
            .into_iter()
            .map(|(value, text, color)| (at(0, value).1, text, color));
        end_labels(canvas, plot, ends.collect())
    }
}
