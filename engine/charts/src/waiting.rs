//! Waiting children and bookable places by district, side by side.

use disclosure::{Label, ReleasedTable, TOTAL_CODE};
use domain::Month;
use plotters::prelude::DrawingBackend;

use crate::axis::Axis;
use crate::bars::{BarRows, key_entry};
use crate::canvas::{Canvas, Frame, Hold, INK, Type};
use crate::palette::{BLUE, GREY, ORANGE};
use crate::picture::{Drawn, Svg, Words, png_bytes, svg};
use crate::{ChartError, Language};

/// Most districts one picture can hold.
const MOST_ROWS: usize = 12;

const CHART: &str = "chart of waiting children";

/// A district with its bookable places, which are calculated from released counts or unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistrictPlaces {
    /// Code of the district in the released table.
    pub code: String,
    /// Its name.
    pub name: Label,
    /// Bookable places; `None` where they are unknown or not shown. Negative where more is bound
    /// than staffed.
    pub bookable: Option<i64>,
}

#[derive(Debug, Clone, PartialEq)]
struct Row {
    name: Label,
    waiting: Option<u64>,
    bookable: Option<i64>,
}

/// Waiting children and bookable places of one month by district, at most twelve districts.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitingByDistrict {
    month: Month,
    source: Label,
    rows: Vec<Row>,
    known: usize,
}

impl WaitingByDistrict {
    /// The cells of a released table of applicants with the dimensions area, care type and
    /// standing, at the member `waiting`; districts in the order given.
    ///
    /// # Errors
    /// [`ChartError::Unknown`] for a district the table does not have, and without a district.
    pub fn new(
        month: Month,
        applicants: &ReleasedTable,
        districts: &[DistrictPlaces],
        source: Label,
    ) -> Result<Self, ChartError> {
        let unknown = |code: &str| ChartError::Unknown {
            chart: CHART,
            what: "district",
            code: code.to_owned(),
        };
        if districts.is_empty() {
            return Err(unknown(TOTAL_CODE));
        }
        let rows = districts
            .iter()
            .map(|district| {
                let cell = applicants.cell(&[&district.code, TOTAL_CODE, "waiting"]);
                Ok(Row {
                    name: district.name.clone(),
                    waiting: cell.ok_or_else(|| unknown(&district.code))?.value,
                    bookable: district.bookable,
                })
            })
            .collect::<Result<Vec<_>, ChartError>>()?;
        Ok(Self {
            month,
            source,
            known: rows.len(),
            rows: rows.into_iter().take(MOST_ROWS).collect(),
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

    fn axis(&self) -> Axis {
        let waiting = self
            .rows
            .iter()
            .filter_map(|row| row.waiting)
            .map(|it| it as f64);
        let bookable = self
            .rows
            .iter()
            .filter_map(|row| row.bookable)
            .map(|it| it as f64);
        let values: Vec<f64> = waiting.chain(bookable).collect();
        let least = values.iter().copied().fold(0.0, f64::min);
        Axis::covering(least, values.iter().copied().fold(1.0, f64::max), true)
    }
}

const fn names(language: Language) -> [&'static str; 2] {
    match language {
        Language::German => ["wartende Kinder", "buchbare Plätze"],
        Language::English => ["waiting children", "bookable places"],
    }
}

/// A value in words.
fn told(value: Option<i64>, language: Language) -> String {
    let hidden = language.pick("nicht gezeigt", "not shown").to_owned();
    value.map_or(hidden, |value| language.number(value as f64, 0))
}

impl Row {
    fn values(&self) -> [Option<i64>; 2] {
        [
            self.waiting.and_then(|it| i64::try_from(it).ok()),
            self.bookable,
        ]
    }
}

impl Drawn for WaitingByDistrict {
    fn words(&self, language: Language) -> Words {
        let first = language.first_of(self.month);
        let [waiting, bookable] = names(language);
        let rows = self.rows.iter().map(|row| {
            let [children, places] = row.values().map(|value| told(value, language));
            let name = language.label(&row.name);
            format!("{name}: {waiting} {children}, {bookable} {places}")
        });
        let (shown, known) = (self.rows.len(), self.known);
        let source = language.label(&self.source);
        Words {
            title: match language {
                Language::German => {
                    format!("Wartende Kinder und buchbare Plätze, {first}")
                }
                Language::English => {
                    format!("Waiting children and bookable places, {first}")
                }
            },
            unit: language
                .pick("Kinder und Plätze", "Children and places")
                .to_owned(),
            description: format!("{}.", rows.collect::<Vec<_>>().join("; ")),
            note: match language {
                Language::German => format!(
                    "Quelle: {source}. Kinder nach Wohngebiet, Plätze nach Einrichtung. Ohne Balken: gesperrt oder nicht bestätigt. Gezeigt sind {shown} von {known} Bezirken."
                ),
                Language::English => format!(
                    "Source: {source}. Children by home, places by facility. Without a bar: suppressed or not attested. Shown are {shown} of {known} districts."
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
        let colors = [ORANGE, BLUE];
        let mut at = frame.left;
        for (color, word) in colors.into_iter().zip(names(language)) {
            at = key_entry(canvas, (at, frame.top + 4.0), color, word)?;
        }
        let names = self.rows.iter().map(|row| language.label(&row.name));
        let rows = BarRows::new(frame, names.collect(), self.axis(), 90.0);
        rows.draw_frame(canvas, language)?;
        let bar = rows.bar();
        for (place, row) in self.rows.iter().enumerate() {
            for (number, (value, color)) in row.values().into_iter().zip(colors).enumerate() {
                let top = rows.middle(place) - bar * (1.0 - number as f64);
                if let Some(value) = value {
                    rows.draw_bar(canvas, value as f64, top, color)?;
                }
                // Values stand in a column of their own, so that no bar crosses them.
                let text = told(value, language);
                let ink = if value.is_some() { INK } else { GREY };
                let typed = Type::new(bar.clamp(8.5, 11.5), ink);
                canvas.text(&text, (frame.right, top + bar / 2.0), Hold::End, typed)?;
            }
        }
        Ok(())
    }
}
