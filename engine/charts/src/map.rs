//! Areas in five classes.

use std::collections::BTreeMap;

use disclosure::{Label, ReleasedTable, TOTAL_CODE};
use forecast::{Forecast, HonestyReport};
use plotters::prelude::DrawingBackend;

use crate::canvas::{Canvas, Dash, Frame, Hold, INK, Point, SOFT_INK, Type};
use crate::classes::Classes;
use crate::palette::{GREY, NOT_PUBLISHED, STEPS, is_dark};
use crate::picture::{Drawn, Svg, Words, png_bytes, svg};
use crate::{ChartError, Language};

const CHART: &str = "area map";
const WHITE: plotters::style::RGBColor = plotters::style::RGBColor(255, 255, 255);

/// Outline of an area.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaOutline {
    /// Code, as in the released table or the forecast.
    pub code: String,
    /// Name.
    pub label: Label,
    /// One ring of (longitude, latitude) in degrees; the first corner may be repeated at the end.
    pub outline: Vec<(f64, f64)>,
}

/// A value of an area that may be shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AreaValue {
    /// The value.
    Published(f64),
    /// Suppressed by disclosure control.
    NotPublished,
    /// The source has no such area.
    Missing,
}

/// Values by area, from a release or from a forecast.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaValues {
    title: Label,
    unit: Label,
    method: Label,
    /// Heading of the legend.
    legend: Label,
    /// Decimals of the values in the legend.
    decimals: u32,
    values: BTreeMap<String, AreaValue>,
}

impl AreaValues {
    /// The cells of a released table along the dimension `area_dimension`; every other dimension
    /// stands at `others` (dimension code, member code) or at its total.
    ///
    /// # Errors
    /// [`ChartError::Unknown`] for a dimension or member the table does not have.
    pub fn released(
        table: &ReleasedTable,
        area_dimension: &str,
        others: &[(&str, &str)],
        title: Label,
    ) -> Result<Self, ChartError> {
        let unknown = |what, code: &str| ChartError::Unknown {
            chart: CHART,
            what,
            code: code.to_owned(),
        };
        let dimensions = table.dimensions();
        for (dimension, _) in others {
            if !dimensions.iter().any(|found| found.code == *dimension) {
                return Err(unknown("dimension", dimension));
            }
        }
        let areas = dimensions
            .iter()
            .find(|dimension| dimension.code == area_dimension)
            .ok_or_else(|| unknown("dimension", area_dimension))?;
        let mut values = BTreeMap::new();
        for member in areas
            .members
            .iter()
            .filter(|member| member.code != TOTAL_CODE)
        {
            let coordinates: Vec<&str> = dimensions
                .iter()
                .map(|dimension| {
                    let other = others.iter().find(|(code, _)| *code == dimension.code);
                    match other {
                        _ if dimension.code == area_dimension => member.code,
                        Some((_, code)) => code,
                        None => TOTAL_CODE,
                    }
                })
                .collect();
            let cell = table
                .cell(&coordinates)
                .ok_or_else(|| unknown("cell", &coordinates.join(" / ")))?;
            let value = cell.value.map_or(AreaValue::NotPublished, |value| {
                AreaValue::Published(value as f64)
            });
            values.insert(member.code.to_owned(), value);
        }
        let minimum = table.minimum_frequency();
        Ok(Self {
            title,
            unit: table.label().clone(),
            method: Label::new(
                format!(
                    "Anzahlen unter {minimum} werden nicht gezeigt; weitere Gebiete sind gesperrt, damit sie sich nicht errechnen lassen."
                ),
                format!(
                    "Counts below {minimum} are not shown; further areas are suppressed so that they cannot be calculated."
                ),
            ),
            legend: children(),
            decimals: 0,
            values,
        })
    }

    /// The medians of one year of a forecast.
    ///
    /// # Errors
    /// [`ChartError::Unknown`] for a group or year the forecast does not have.
    pub fn forecast(
        forecast: &Forecast,
        group_or_age: &str,
        year: i32,
        title: Label,
    ) -> Result<Self, ChartError> {
        let mut values = BTreeMap::new();
        for area in forecast.areas() {
            let fan = forecast.fan(&area.code, group_or_age);
            let point = fan.and_then(|fan| fan.iter().find(|point| point.year == year));
            let point = point.ok_or_else(|| ChartError::Unknown {
                chart: CHART,
                what: "group and year",
                code: format!("{group_or_age} / {year}"),
            })?;
            values.insert(area.code.clone(), AreaValue::Published(point.q50.round()));
        }
        Ok(Self {
            title,
            unit: Label::new(
                "Kinder (Median der Prognose)",
                "Children (median of the forecast)",
            ),
            method: Label::new(
                "Die Werte sind Prognosen mit Unsicherheit; Bänder siehe Prognoseseite.",
                "The values are forecasts with uncertainty; see the forecast page for bands.",
            ),
            legend: children(),
            decimals: 0,
            values,
        })
    }

    /// The errors of past forecasts of the lowest areas, in % of the children of the area; areas
    /// without children have none.
    ///
    /// # Errors
    /// [`ChartError::Unknown`] for a group the report does not have.
    pub fn errors(report: &HonestyReport, group: &str, title: Label) -> Result<Self, ChartError> {
        let areas = report.areas.iter().filter(|area| area.group == group);
        let values: BTreeMap<String, AreaValue> = areas
            .map(|area| {
                // To a tenth of a percent: more would promise what the past cannot hold.
                let tenths = area.wape.map(|error| (1_000.0 * error).round() / 10.0);
                let value = tenths.map_or(AreaValue::Missing, AreaValue::Published);
                (area.area.clone(), value)
            })
            .collect();
        if values.is_empty() {
            return Err(ChartError::Unknown {
                chart: CHART,
                what: "group",
                code: group.to_owned(),
            });
        }
        Ok(Self {
            title,
            unit: Label::new(
                "Mittlerer Fehler früherer Prognosen in % der Kinder",
                "Mean error of earlier forecasts in % of the children",
            ),
            method: Label::new(
                "Prognosen von früheren Stichtagen gegen das, was kam; kleine Gebiete schwanken stärker.",
                "Forecasts from earlier origins against what came; small areas vary more.",
            ),
            legend: Label::new("Fehler in %", "Error in %"),
            decimals: 1,
            values,
        })
    }

    /// What the values count.
    #[must_use]
    pub fn unit(&self) -> &Label {
        &self.unit
    }

    /// The value of an area.
    #[must_use]
    pub fn value(&self, area: &str) -> AreaValue {
        self.values.get(area).copied().unwrap_or(AreaValue::Missing)
    }
}

fn children() -> Label {
    Label::new("Kinder", "Children")
}

/// A map of areas, coloured in at most five classes of about the same number of areas. Areas that
/// are not published are hatched and said so.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaMap {
    areas: Vec<AreaOutline>,
    values: AreaValues,
    source: Label,
}

impl AreaMap {
    /// A map of areas with their values; areas are drawn in the order of their codes.
    ///
    /// # Errors
    /// [`ChartError::Empty`] without areas, [`ChartError::Outline`] for an outline that is no ring.
    pub fn new(
        mut areas: Vec<AreaOutline>,
        values: AreaValues,
        source: Label,
    ) -> Result<Self, ChartError> {
        areas.sort_by(|a, b| a.code.cmp(&b.code));
        for area in &mut areas {
            if area.outline.first() == area.outline.last() {
                area.outline.pop();
            }
            let finite = |corner: &(f64, f64)| corner.0.is_finite() && corner.1.is_finite();
            if area.outline.len() < 3 || !area.outline.iter().all(finite) {
                return Err(ChartError::Outline {
                    area: area.code.clone(),
                });
            }
        }
        if areas.is_empty() {
            return Err(ChartError::Empty {
                chart: CHART,
                what: "area",
            });
        }
        Ok(Self {
            areas,
            values,
            source,
        })
    }

    /// The areas in the order of their codes, with their values: the rows of the table beside it.
    pub fn rows(&self) -> impl Iterator<Item = (&AreaOutline, AreaValue)> {
        self.areas
            .iter()
            .map(|area| (area, self.values.value(&area.code)))
    }

    /// Title of the map.
    #[must_use]
    pub fn title(&self) -> &Label {
        &self.values.title
    }

    /// What the values count.
    #[must_use]
    pub fn unit(&self) -> &Label {
        self.values.unit()
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

    fn published(&self) -> Vec<f64> {
        let value = |(_, value)| match value {
            AreaValue::Published(value) => Some(value),
            AreaValue::NotPublished | AreaValue::Missing => None,
        };
        self.rows().filter_map(value).collect()
    }

    fn count(&self, wanted: AreaValue) -> usize {
        self.rows().filter(|(_, value)| *value == wanted).count()
    }

    fn legend<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        left: f64,
        top: f64,
        classes: &Classes,
        language: Language,
    ) -> Result<(), ChartError> {
        let typed = Type::new(12.0, INK);
        let (all, mut middle) = (self.published(), top);
        let counted = language.pick("Zahl der Gebiete", "number of areas");
        let heading = format!("{} ({counted})", language.label(&self.values.legend));
        canvas.text(
            &heading,
            (left, middle),
            Hold::Start,
            Type::new(12.0, SOFT_INK),
        )?;
        let entry =
            |middle: f64, text: &str| canvas.text(text, (left + 34.0, middle), Hold::Start, typed);
        for (class, (low, high)) in classes.ranges.iter().enumerate().rev() {
            middle += 26.0;
            let swatch = swatch(left, middle);
            canvas.polygon(&swatch, step_color(class, classes.ranges.len()))?;
            canvas.line(&closed(&swatch), GREY, 1.0, Dash::Solid)?;
            let areas = all
                .iter()
                .filter(|value| classes.class(**value) == class)
                .count();
            let number = |value: &f64| language.number(*value, self.values.decimals);
            let (low, high) = (number(low), number(high));
            let range = if low == high {
                low
            } else {
                format!("{low}–{high}")
            };
            entry(middle, &format!("{range}  ({areas})"))?;
        }
        let without = [
            (
                AreaValue::NotPublished,
                language.pick("nicht veröffentlicht", "not published"),
            ),
            (
                AreaValue::Missing,
                language.pick("keine Angabe", "no value"),
            ),
        ];
        for (kind, word) in without {
            let areas = self.count(kind);
            if areas > 0 {
                middle += 26.0;
                self.blank(canvas, &swatch(left, middle), kind)?;
                entry(middle, &format!("{word}  ({areas})"))?;
            }
        }
        Ok(())
    }

    fn blank<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        ring: &[Point],
        kind: AreaValue,
    ) -> Result<(), ChartError> {
        canvas.polygon(
            ring,
            if kind == AreaValue::Missing {
                WHITE
            } else {
                NOT_PUBLISHED
            },
        )?;
        if kind == AreaValue::NotPublished {
            canvas.hatch(ring, GREY, 7.0)?;
        }
        canvas.line(&closed(ring), GREY, 1.0, Dash::Solid)
    }
}

fn swatch(left: f64, middle: f64) -> Vec<Point> {
    let (right, top, bottom) = (left + 26.0, middle - 8.0, middle + 8.0);
    vec![(left, top), (right, top), (right, bottom), (left, bottom)]
}

fn closed(ring: &[Point]) -> Vec<Point> {
    ring.iter().chain(ring.first()).copied().collect()
}

fn step_color(class: usize, classes: usize) -> plotters::style::RGBColor {
    let spread = (STEPS.len() - 1) as f64 / (classes - 1).max(1) as f64;
    STEPS[((class as f64 * spread).round() as usize).min(STEPS.len() - 1)]
}

/// Places longitudes and latitudes on the frame: equal distances in both directions at the middle
/// latitude (equirectangular), which is right to a few metres within a city.
fn projection(areas: &[AreaOutline], frame: Frame) -> impl Fn((f64, f64)) -> Point {
    let corners = || areas.iter().flat_map(|area| &area.outline);
    let ends = |of: fn(&(f64, f64)) -> f64| {
        corners()
            .map(of)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            })
    };
    let (west, east) = ends(|corner| corner.0);
    let (south, north) = ends(|corner| corner.1);
    let squeeze = ((south + north) / 2.0).to_radians().cos().abs().max(0.01);
    let (wide, high) = ((east - west) * squeeze, north - south);
    let scale = (frame.width() / wide.max(1e-9)).min(frame.height() / high.max(1e-9));
    let left = frame.left + (frame.width() - wide * scale) / 2.0;
    let top = frame.top + (frame.height() - high * scale) / 2.0;
    move |(longitude, latitude)| {
        (
            left + (longitude - west) * squeeze * scale,
            top + (north - latitude) * scale,
        )
    }
}

/// The middle of a ring by area, and the room for a text around it.
fn middle_and_room(ring: &[Point]) -> (Point, f64) {
    let (mut doubled, mut x, mut y) = (0.0, 0.0, 0.0);
    for (place, (x0, y0)) in ring.iter().enumerate() {
        let (x1, y1) = ring[(place + 1) % ring.len()];
        let cross = x0 * y1 - x1 * y0;
        doubled += cross;
        x += (x0 + x1) * cross;
        y += (y0 + y1) * cross;
    }
    if doubled.abs() < 1e-9 {
        return (ring[0], 0.0);
    }
    let middle = (x / (3.0 * doubled), y / (3.0 * doubled));
    let mut sides = (f64::NEG_INFINITY, f64::INFINITY);
    for (place, (x0, y0)) in ring.iter().enumerate() {
        let (x1, y1) = ring[(place + 1) % ring.len()];
        if (*y0 < middle.1) != (y1 < middle.1) {
            let x = x0 + (middle.1 - y0) / (y1 - y0) * (x1 - x0);
            if x < middle.0 {
                sides.0 = sides.0.max(x);
            } else {
                sides.1 = sides.1.min(x);
            }
        }
    }
    let room = 2.0 * (middle.0 - sides.0).min(sides.1 - middle.0);
    (middle, if room.is_finite() { room } else { 0.0 })
}

impl Drawn for AreaMap {
    fn words(&self, language: Language) -> Words {
        let title = language.label(&self.values.title).to_owned();
        let unit = language.label(&self.values.unit).to_owned();
        let source = language.label(&self.source);
        let method = language.label(&self.values.method);
        let (areas, hidden) = (self.areas.len(), self.count(AreaValue::NotPublished));
        let published = self.published();
        let ends = published
            .iter()
            .copied()
            .reduce(f64::min)
            .zip(published.iter().copied().reduce(f64::max));
        let range = ends.map_or_else(String::new, |(low, high)| {
            let number = |value: f64| language.number(value, self.values.decimals);
            let (low, high) = (number(low), number(high));
            match language {
                Language::German => format!(" Werte von {low} bis {high}."),
                Language::English => format!(" Values from {low} to {high}."),
            }
        });
        let (description, note) = match language {
            Language::German => (
                format!("Karte von {areas} Gebieten, {hidden} davon nicht veröffentlicht.{range}"),
                format!("Quelle: {source}. Klassen mit etwa gleich vielen Gebieten. {method}"),
            ),
            Language::English => (
                format!("Map of {areas} areas, {hidden} of them not published.{range}"),
                format!("Source: {source}. Classes with about the same number of areas. {method}"),
            ),
        };
        Words {
            title,
            unit,
            description,
            note,
        }
    }

    fn draw<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        frame: Frame,
        language: Language,
    ) -> Result<(), ChartError> {
        const LEGEND: f64 = 210.0;
        let classes = Classes::of(&self.published(), STEPS.len());
        let ground = Frame {
            right: frame.right - LEGEND,
            ..frame
        };
        let place = projection(&self.areas, ground);
        let mut labels = Vec::new();
        for (area, value) in self.rows() {
            let ring: Vec<Point> = area.outline.iter().map(|corner| place(*corner)).collect();
            let color = match value {
                AreaValue::Published(value) => {
                    let color = step_color(classes.class(value), classes.ranges.len());
                    canvas.polygon(&ring, color)?;
                    canvas.line(&closed(&ring), WHITE, 1.5, Dash::Solid)?;
                    color
                }
                blank => {
                    self.blank(canvas, &ring, blank)?;
                    NOT_PUBLISHED
                }
            };
            labels.push((area, middle_and_room(&ring), is_dark(color), value));
        }
        for (area, (middle, room), dark, value) in labels {
            let typed = Type::new(10.0, if dark { WHITE } else { INK });
            let name = language.label(&area.label);
            let fitting = [name, area.code.as_str()]
                .into_iter()
                .find(|text| typed.width(text) + 4.0 <= room);
            let Some(text) = fitting else { continue };
            if value == AreaValue::NotPublished {
                // Words on a hatched ground need a plain one of their own.
                let half = typed.width(text) / 2.0 + 1.0;
                let (x, y) = middle;
                let plate = Frame {
                    left: x - half,
                    top: y - 7.0,
                    right: x + half,
                    bottom: y + 7.0,
                };
                canvas.rectangle(plate, NOT_PUBLISHED)?;
            }
            canvas.text(text, middle, Hold::Middle, typed)?;
        }
        self.legend(
            canvas,
            frame.right - LEGEND + 24.0,
            frame.top + 14.0,
            &classes,
            language,
        )
    }
}
