//! Places and children in care over months.

use std::collections::BTreeMap;

use disclosure::{Label, MethodNote, ReleasedSeries};
use domain::Month;
use plotters::prelude::{DrawingBackend, RGBColor};

use crate::axis::{Axis, every};
use crate::canvas::{Canvas, Dash, Frame, Hold, INK, Point, SOFT_INK, Type};
use crate::palette::{BLUE, GREEN, GREY, ORANGE, ORANGE_GROUND, PURPLE};
use crate::picture::{Drawn, Svg, Words, png_bytes, svg};
use crate::plot::{end_labels, grid_lines, label_room, value_grid};
use crate::{ChartError, Language};

const CHART: &str = "occupancy chart";

/// Places of a city or an area in one month. Places are no children: they need no disclosure
/// control, but `bookable` does where it would give away the children, see [`OccupancyHistory`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct PlaceMonth {
    /// The month.
    pub month: Month,
    /// Places by licence (Betriebserlaubnis).
    pub licensed: u64,
    /// Places by needs plan (Bedarfsplan).
    pub planned: u64,
    /// Places the staff present allows.
    pub staffed: u64,
    /// Bookable places of the facilities with attested data; may be negative.
    pub bookable: i64,
    /// Facilities with places or contracts.
    pub facilities: u64,
    /// Of these, facilities whose provider did not attest its data: their places are unknown.
    pub unattested_facilities: u64,
    /// Age in days of the oldest attestation behind the numbers; `None` if one never was given.
    pub oldest_attestation_days: Option<i32>,
}

/// One month ready to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct OccupancyMonth {
    /// The month.
    pub month: Month,
    /// Places by licence.
    pub licensed: u64,
    /// Places by needs plan.
    pub planned: u64,
    /// Places the staff present allows.
    pub staffed: u64,
    /// Children under contract; `None` where the release suppresses the number.
    pub contracts: Option<u64>,
    /// Bookable places of facilities with attested data; `None` means unknown, never free: no
    /// facility is attested, or the number of children is suppressed and could be calculated.
    pub bookable: Option<i64>,
    /// Facilities with places or contracts.
    pub facilities: u64,
    /// Of these, facilities without attested data.
    pub unattested_facilities: u64,
    /// Age in days of the oldest attestation; `None` if a facility was never attested.
    pub oldest_attestation_days: Option<i32>,
}

/// The four capacities and the released number of children, month by month.
///
/// Children come in through a [`ReleasedSeries`] only. Where their number is suppressed, the
/// bookable places are left out as well: staffed minus bookable places would give it away.
#[derive(Debug, Clone, PartialEq)]
pub struct OccupancyHistory {
    scope: Label,
    source: Label,
    minimum_frequency: u32,
    method_note: MethodNote,
    months: Vec<OccupancyMonth>,
}

impl OccupancyHistory {
    /// Joins places and children. `coordinates` names the cell of every slice, for example
    /// `["_total"]`; slices are labelled `YYYY-MM`. `scope` is shown in the title (city, area or
    /// care type), `source` in the note.
    ///
    /// # Errors
    /// [`ChartError::Empty`] without months, [`ChartError::Months`] where places and slices do not
    /// have the same months, [`ChartError::Unknown`] for a cell the series does not have.
    pub fn new(
        scope: Label,
        source: Label,
        children: &ReleasedSeries,
        coordinates: &[&str],
        places: &[PlaceMonth],
    ) -> Result<Self, ChartError> {
        let wrong = |month: String, problem| Err(ChartError::Months { month, problem });
        let mut by_month: BTreeMap<Month, PlaceMonth> = BTreeMap::new();
        for row in places {
            if by_month.insert(row.month, *row).is_some() {
                return wrong(row.month.to_string(), "has two rows of places");
            }
        }
        let mut months = BTreeMap::new();
        let mut minimum_frequency = 0;
        for slice in children.slices() {
            let Ok(month) = slice.label().parse::<Month>() else {
                return wrong(slice.label().to_owned(), "is no month YYYY-MM");
            };
            let Some(row) = by_month.remove(&month) else {
                return wrong(month.to_string(), "has a slice but no places");
            };
            let Some(cell) = slice.table().cell(coordinates) else {
                return Err(ChartError::Unknown {
                    chart: CHART,
                    what: "cell",
                    code: coordinates.join(" / "),
                });
            };
            minimum_frequency = slice.table().minimum_frequency();
            months.insert(month, shown(row, cell.value));
        }
        if let Some(month) = by_month.keys().next() {
            return wrong(month.to_string(), "has places but no slice");
        }
        if months.is_empty() {
            return Err(ChartError::Empty {
                chart: CHART,
                what: "month",
            });
        }
        Ok(Self {
            scope,
            source,
            minimum_frequency,
            method_note: children.method_note().clone(),
            months: months.into_values().collect(),
        })
    }

    /// City, area or care type the numbers are of.
    #[must_use]
    pub fn scope(&self) -> &Label {
        &self.scope
    }

    /// Where the numbers are from.
    #[must_use]
    pub fn source(&self) -> &Label {
        &self.source
    }

    /// What readers of the number of children have to be told.
    #[must_use]
    pub fn method_note(&self) -> &MethodNote {
        &self.method_note
    }

    /// The months in order of time; at least one.
    #[must_use]
    pub fn months(&self) -> &[OccupancyMonth] {
        &self.months
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

    fn lines(&self, language: Language) -> Vec<Line> {
        let of = |value: fn(&OccupancyMonth) -> Option<f64>| -> Vec<Option<f64>> {
            self.months.iter().map(value).collect()
        };
        let line = |german, english, color, width, dash, values| Line {
            name: language.pick(german, english).to_owned(),
            color,
            width,
            dash,
            values,
        };
        vec![
            line(
                "Betriebserlaubnis",
                "licensed",
                GREY,
                1.8,
                Dash::Dashed(7.0, 4.0),
                of(|m| Some(m.licensed as f64)),
            ),
            line(
                "Bedarfsplan",
                "planned",
                PURPLE,
                1.8,
                Dash::Dashed(2.5, 3.0),
                of(|m| Some(m.planned as f64)),
            ),
            line(
                "mit Personal",
                "staffed",
                BLUE,
                2.4,
                Dash::Solid,
                of(|m| Some(m.staffed as f64)),
            ),
            line(
                "Verträge",
                "contracts",
                ORANGE,
                3.0,
                Dash::Solid,
                of(|m| m.contracts.map(|value| value as f64)),
            ),
            line(
                "vergebbar",
                "bookable",
                GREEN,
                2.0,
                Dash::Dashed(10.0, 3.0),
                of(|m| m.bookable.map(|value| value as f64)),
            ),
        ]
    }
}

fn shown(row: PlaceMonth, contracts: Option<u64>) -> OccupancyMonth {
    let someone_attested = row.unattested_facilities < row.facilities;
    OccupancyMonth {
        month: row.month,
        licensed: row.licensed,
        planned: row.planned,
        staffed: row.staffed,
        contracts,
        bookable: (contracts.is_some() && someone_attested).then_some(row.bookable),
        facilities: row.facilities,
        unattested_facilities: row.unattested_facilities,
        oldest_attestation_days: row.oldest_attestation_days,
    }
}

struct Line {
    name: String,
    color: RGBColor,
    width: f64,
    dash: Dash,
    values: Vec<Option<f64>>,
}

impl Line {
    /// Name and last value; a line that ends in a gap says "unknown".
    fn end_text(&self, language: Language) -> String {
        let last = self.values.last().copied().flatten();
        let unknown = language.pick("unbekannt", "unknown").to_owned();
        let value = last.map_or(unknown, |value| language.number(value, 0));
        format!("{} {value}", self.name)
    }

    /// The stretches without a gap, as month positions and values.
    fn stretches(&self) -> Vec<Vec<(usize, f64)>> {
        let mut stretches: Vec<Vec<(usize, f64)>> = vec![Vec::new()];
        for (place, value) in self.values.iter().enumerate() {
            match (value, stretches.last_mut()) {
                (Some(value), Some(stretch)) => stretch.push((place, *value)),
                _ => stretches.push(Vec::new()),
            }
        }
        stretches.retain(|stretch| !stretch.is_empty());
        stretches
    }
}

impl Drawn for OccupancyHistory {
    fn words(&self, language: Language) -> Words {
        let scope = language.label(&self.scope);
        let source = language.label(&self.source);
        let (first, last) = (&self.months[0], &self.months[self.months.len() - 1]);
        let number = |value: u64| language.whole(i64::try_from(value).unwrap_or(i64::MAX));
        let unknown = language.pick("unbekannt", "unknown");
        let contracts = last.contracts.map_or(unknown.to_owned(), number);
        let bookable = last
            .bookable
            .map_or(unknown.to_owned(), |value| language.whole(value));
        let (from, to) = (language.month(first.month), language.month(last.month));
        let (licensed, staffed) = (number(last.licensed), number(last.staffed));
        let (missing, all) = (number(last.unattested_facilities), number(last.facilities));
        let minimum = self.minimum_frequency;
        match language {
            Language::German => Words {
                title: format!("Plätze und betreute Kinder: {scope}"),
                unit: "Plätze und Kinder im Monat".to_owned(),
                description: format!(
                    "Linien von {from} bis {to}. Zuletzt {licensed} Plätze laut Betriebserlaubnis, {staffed} mit Personal, {contracts} Kinder mit Vertrag, {bookable} vergebbare Plätze."
                ),
                note: format!(
                    "Quelle: {source}. Vergebbar: mit Personal minus Verträge, Angebote und Sperren, nur Einrichtungen mit bestätigten Daten ({missing} von {all} fehlen zuletzt, dort: unbekannt). Anzahlen unter {minimum} werden nicht gezeigt; Monate sind nicht gegeneinander geprüft, daher nur für die interne Planung."
                ),
            },
            Language::English => Words {
                title: format!("Places and children in care: {scope}"),
                unit: "Places and children in the month".to_owned(),
                description: format!(
                    "Lines from {from} to {to}. At the end {licensed} licensed places, {staffed} staffed, {contracts} children under contract, {bookable} bookable places."
                ),
                note: format!(
                    "Source: {source}. Bookable: staffed minus contracts, offers and blocked places, facilities with attested data only ({missing} of {all} missing at the end, there: unknown). Counts below {minimum} are not shown; months are not checked against each other, so for internal planning only."
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
        let lines = self.lines(language);
        let values = || lines.iter().flat_map(|line| line.values.iter().flatten());
        let low = values().copied().fold(0.0, f64::min);
        let high = values().copied().fold(0.0, f64::max);
        let axis = Axis::covering(low, high, true);
        let names: Vec<String> = lines.iter().map(|line| line.end_text(language)).collect();
        let plot = value_grid(canvas, frame, &axis, label_room(&names), language)?;
        let months: Vec<Month> = self.months.iter().map(|month| month.month).collect();
        let at = |place: usize, value: f64| -> Point {
            let steps = (months.len() - 1).max(1) as f64;
            let x = plot.left + plot.width() * place as f64 / steps;
            (x, plot.bottom - plot.height() * axis.share(value))
        };
        for stretch in lines[3].stretches() {
            let mut ground: Vec<Point> = stretch.iter().map(|(x, y)| at(*x, *y)).collect();
            let last = stretch[stretch.len() - 1].0;
            ground.extend([at(last, 0.0), at(stretch[0].0, 0.0)]);
            canvas.polygon(&ground, ORANGE_GROUND)?;
        }
        grid_lines(canvas, plot, &axis)?;
        month_labels(canvas, plot, &months, language)?;
        for line in &lines {
            for stretch in line.stretches() {
                let points: Vec<Point> = stretch.iter().map(|(x, y)| at(*x, *y)).collect();
                canvas.line(&points, line.color, line.width, line.dash)?;
                if let [single] = points[..] {
                    canvas.dot(single, 3.0, line.color)?;
                }
            }
        }
        let ends = lines.iter().zip(names).filter_map(|(line, name)| {
            let (_, last) = *line.stretches().last()?.last()?;
            Some((at(0, last).1, name, line.color))
        });
        end_labels(canvas, plot, ends.collect())
    }
}

/// Months below the plot, thinned out, with the year below its first label.
pub(crate) fn month_labels<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    plot: Frame,
    months: &[Month],
    language: Language,
) -> Result<(), ChartError> {
    let typed = Type::new(11.5, SOFT_INK);
    let year_typed = Type::new(11.5, INK).bold();
    let step = every(months.len(), 34.0, plot.width(), &[1, 2, 3, 6, 12, 24, 60]);
    let steps = (months.len() - 1).max(1) as f64;
    let mut year_shown = None;
    for (place, month) in months.iter().enumerate() {
        let since_january = month.month() as usize - 1;
        let wanted = match step {
            12.. => since_january == 0 && (month.year() as usize).is_multiple_of(step / 12),
            _ => since_january.is_multiple_of(step),
        };
        if !wanted && months.len() > 1 {
            continue;
        }
        let x = plot.left + plot.width() * place as f64 / steps;
        canvas.line(
            &[(x, plot.bottom), (x, plot.bottom + 4.0)],
            SOFT_INK,
            1.0,
            Dash::Solid,
        )?;
        let name = language.month_name(*month);
        canvas.text(name, (x, plot.bottom + 13.0), Hold::Middle, typed)?;
        if year_shown != Some(month.year()) {
            let year = month.year().to_string();
            canvas.text(&year, (x, plot.bottom + 28.0), Hold::Middle, year_typed)?;
            year_shown = Some(month.year());
        }
    }
    Ok(())
}
