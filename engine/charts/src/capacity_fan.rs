//! Places needed, with their range, against the places there are.

use disclosure::Label;
use domain::{CareType, Month};
use plotters::prelude::{DrawingBackend, RGBColor};
use scenario::{PackTable, Quantiles, ReportRow, ScenarioReport, TOTAL_AREA};

use crate::axis::{Axis, every};
use crate::canvas::{Canvas, Dash, Frame, Hold, Point, SOFT_INK, Type};
use crate::palette::{BLUE, GREEN, GREY, ORANGE, PURPLE};
use crate::picture::{Drawn, Svg, Words, png_bytes, svg};
use crate::plot::{end_labels, grid_lines, label_room, value_grid};
use crate::{ChartError, Language};

const CHART: &str = "chart of demand and places";

/// Between P10 and P90.
const BAND: RGBColor = RGBColor(190, 214, 234);

/// One day.
#[derive(Debug, Clone, PartialEq)]
struct Day {
    month: Month,
    demand: Option<Quantiles>,
    licensed: f64,
    planned: f64,
    staffed: f64,
    staffed_before: f64,
}

/// Demand of one district (or the city) and care type over the days of a report, as a band from P10 to
/// P90 around the median, against licensed, planned and staffed places.
#[derive(Debug, Clone, PartialEq)]
pub struct CapacityFan {
    scenario: String,
    area: Label,
    care: CareType,
    source: Label,
    days: Vec<Day>,
}

/// A line of places.
struct Line {
    value: fn(&Day) -> f64,
    color: RGBColor,
    dash: Dash,
    width: f64,
    german: &'static str,
    english: &'static str,
}

const LINES: [Line; 4] = [
    Line {
        value: |day| day.licensed,
        color: PURPLE,
        dash: Dash::Dashed(2.0, 3.0),
        width: 2.0,
        german: "erlaubt",
        english: "licensed",
    },
    Line {
        value: |day| day.planned,
        color: GREEN,
        dash: Dash::Dashed(9.0, 4.0),
        width: 2.0,
        german: "geplant",
        english: "planned",
    },
    Line {
        value: |day| day.staffed_before,
        color: GREY,
        dash: Dash::Dashed(5.0, 3.0),
        width: 2.0,
        german: "ohne Maßnahmen",
        english: "without measures",
    },
    Line {
        value: |day| day.staffed,
        color: ORANGE,
        dash: Dash::Solid,
        width: 3.0,
        german: "betreibbar",
        english: "staffed",
    },
];

impl CapacityFan {
    /// The days of a report in one district ([`scenario::TOTAL_AREA`] for the city) and care type.
    /// `source` is shown in the note.
    ///
    /// # Errors
    /// [`ChartError::Unknown`] if the report has no such row.
    pub fn new(
        report: &ScenarioReport,
        area: &str,
        care: CareType,
        source: &Label,
    ) -> Result<Self, ChartError> {
        let rows = report.rows.iter();
        let mut rows: Vec<&ReportRow> = rows
            .filter(|row| row.area == area && row.care_type == care)
            .collect();
        rows.sort_by_key(|row| row.date);
        let Some(first) = rows.first() else {
            return Err(ChartError::Unknown {
                chart: CHART,
                what: "area and care type",
                code: format!("{area} / {care}"),
            });
        };
        let area = if area == TOTAL_AREA {
            Label::new("Gesamtstadt", "Whole city")
        } else {
            Label::new(first.area_name.clone(), first.area_name.clone())
        };
        let days = rows.iter().map(|row| Day {
            month: Month::of(row.date),
            demand: row.demand,
            licensed: row.scenario.licensed as f64,
            planned: row.scenario.planned as f64,
            staffed: row.scenario.staffed as f64,
            staffed_before: row.baseline.staffed as f64,
        });
        Ok(Self {
            scenario: report.name.clone(),
            area,
            care,
            source: source.clone(),
            days: days.collect(),
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

    /// The same figures as a table.
    #[must_use]
    pub fn table(&self, language: Language) -> PackTable {
        let columns: [(&str, &str); 8] = [
            ("Monat", "month"),
            ("Bedarf P10", "demand P10"),
            ("Bedarf P50", "demand P50"),
            ("Bedarf P90", "demand P90"),
            ("erlaubte Plätze", "licensed places"),
            ("geplante Plätze", "planned places"),
            ("betreibbare Plätze", "staffed places"),
            ("betreibbar ohne Maßnahmen", "staffed without measures"),
        ];
        let whole = |value: f64| language.number(value, 0);
        let rows = self.days.iter().map(|day| {
            let demand =
                |of: fn(Quantiles) -> f64| day.demand.map_or_else(String::new, |it| whole(of(it)));
            vec![
                language.month(day.month),
                demand(Quantiles::p10),
                demand(Quantiles::p50),
                demand(Quantiles::p90),
                whole(day.licensed),
                whole(day.planned),
                whole(day.staffed),
                whole(day.staffed_before),
            ]
        });
        PackTable {
            caption: self.words(language).title,
            columns: columns
                .iter()
                .map(|it| language.pick(it.0, it.1).to_owned())
                .collect(),
            rows: rows.collect(),
        }
    }

    fn axis(&self) -> Axis {
        let demands = || self.days.iter().filter_map(|day| day.demand);
        let places = || {
            self.days
                .iter()
                .flat_map(|day| LINES.iter().map(|line| (line.value)(day)))
        };
        let low = demands()
            .map(Quantiles::p10)
            .chain(places())
            .fold(f64::INFINITY, f64::min);
        let high = demands()
            .map(Quantiles::p90)
            .chain(places())
            .fold(0.0, f64::max);
        Axis::covering(low, high, false)
    }

    fn ends(
        &self,
        language: Language,
        at: &impl Fn(&Day, f64) -> Point,
    ) -> Vec<(f64, String, RGBColor)> {
        let Some(last) = self.days.last() else {
            return Vec::new();
        };
        let mut ends: Vec<(f64, String, RGBColor)> = LINES
            .iter()
            .map(|line| {
                let value = (line.value)(last);
                let word = language.pick(line.german, line.english);
                let text = format!("{word} {}", language.number(value, 0));
                (at(last, value).1, text, line.color)
            })
            .collect();
        if let Some(demand) = last.demand {
            let word = language.pick("Bedarf", "demand");
            let text = format!("{word} {}", language.number(demand.p50(), 0));
            ends.push((at(last, demand.p50()).1, text, BLUE));
        }
        ends
    }

    fn demand<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        at: &impl Fn(&Day, f64) -> Point,
    ) -> Result<(), ChartError> {
        let known: Vec<(&Day, Quantiles)> = self
            .days
            .iter()
            .filter_map(|day| Some((day, day.demand?)))
            .collect();
        for pair in known.windows(2) {
            let corners = [
                at(pair[0].0, pair[0].1.p90()),
                at(pair[1].0, pair[1].1.p90()),
                at(pair[1].0, pair[1].1.p10()),
                at(pair[0].0, pair[0].1.p10()),
            ];
            canvas.polygon(&corners, BAND)?;
        }
        // A single day shows its range as well.
        for (day, demand) in &known {
            let ends = [at(day, demand.p10()), at(day, demand.p90())];
            canvas.line(&ends, BLUE, 1.5, Dash::Solid)?;
        }
        let median: Vec<Point> = known.iter().map(|(day, it)| at(day, it.p50())).collect();
        canvas.line(&median, BLUE, 2.4, Dash::Solid)?;
        median
            .iter()
            .try_for_each(|point| canvas.dot(*point, 4.0, BLUE))
    }
}

impl Drawn for CapacityFan {
    fn words(&self, language: Language) -> Words {
        let (area, source) = (language.label(&self.area), language.label(&self.source));
        let care = language.pick(self.care.german(), self.care.english());
        let whole = |value: f64| language.number(value, 0);
        let described = self.days.last().map_or_else(String::new, |day| {
            let month = language.month(day.month);
            let (staffed, before) = (whole(day.staffed), whole(day.staffed_before));
            let places = match language {
                Language::German => format!("{month}: {staffed} betreibbare Plätze, ohne Maßnahmen {before}"),
                Language::English => format!("{month}: {staffed} staffed places, without measures {before}"),
            };
            day.demand.map_or_else(
                || format!("{places}."),
                |demand| {
                    let (low, mid, high) =
                        (whole(demand.p10()), whole(demand.p50()), whole(demand.p90()));
                    match language {
                        Language::German => format!("{places}; Bedarf im Mittel {mid}, in 80 von 100 Fällen {low} bis {high}."),
                        Language::English => format!("{places}; median demand {mid}, in 80 of 100 cases {low} to {high}."),
                    }
                },
            )
        });
        let cut = if self.axis().low() > 0.0 {
            language.pick(
                " Die Achse beginnt nicht bei 0.",
                " The axis does not start at 0.",
            )
        } else {
            ""
        };
        let name = &self.scenario;
        match language {
            Language::German => Words {
                title: format!("Bedarf und Plätze: {area}, {care}"),
                unit: format!("Plätze an den Stichtagen, Szenario „{name}“"),
                description: described,
                note: format!(
                    "Quelle: {source}. Blau: Bedarf, Linie P50, Band P10 bis P90. Plätze und Prognosen, keine Kinderzahlen.{cut}"
                ),
            },
            Language::English => Words {
                title: format!("Demand and places: {area}, {care}"),
                unit: format!("Places on the reference dates, scenario “{name}”"),
                description: described,
                note: format!(
                    "Source: {source}. Blue: demand, line P50, band P10 to P90. Places and forecasts, no counts of children.{cut}"
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
        let room = label_room(&texts.into_iter().map(|end| end.1).collect::<Vec<_>>());
        let plot = value_grid(canvas, frame, &axis, room, language)?;
        let first = self.days.first().map_or(0, |day| day.month.index());
        let last = self.days.last().map_or(0, |day| day.month.index());
        let at = |day: &Day, value: f64| -> Point {
            let share = if last > first {
                f64::from(day.month.index() - first) / f64::from(last - first)
            } else {
                0.5
            };
            (
                plot.left + plot.width() * share,
                plot.bottom - plot.height() * axis.share(value),
            )
        };
        grid_lines(canvas, plot, &axis)?;
        self.demand(canvas, &at)?;
        for line in &LINES {
            let mut points: Vec<Point> = self
                .days
                .iter()
                .map(|day| at(day, (line.value)(day)))
                .collect();
            if let [(_, height)] = points[..] {
                points = vec![(plot.left, height), (plot.right, height)];
            }
            canvas.line(&points, line.color, line.width, line.dash)?;
        }
        let typed = Type::new(11.5, SOFT_INK);
        let step = every(self.days.len(), 62.0, plot.width(), &[1, 2, 3, 5, 10]);
        for day in self.days.iter().step_by(step) {
            let x = at(day, axis.low()).0;
            let text = language.month(day.month);
            canvas.text(&text, (x, plot.bottom + 15.0), Hold::Middle, typed)?;
        }
        end_labels(canvas, plot, self.ends(language, &at))
    }
}
