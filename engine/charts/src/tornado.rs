//! What each measure contributes to a figure.

use disclosure::Label;
use plotters::prelude::DrawingBackend;
use scenario::{PackTable, Sensitivity, SensitivityBar};

use crate::axis::Axis;
use crate::bars::{BarRows, key_entry, name_type};
use crate::canvas::{Canvas, Frame, Hold, INK, Type};
use crate::palette::{BLUE, ORANGE};
use crate::picture::{Drawn, Svg, Words, png_bytes, svg};
use crate::{ChartError, Language};

/// Most rows one picture can hold.
const MOST_ROWS: usize = 14;

/// Staffed places that each measure of a scenario adds or takes, the greatest first; the table has all.
#[derive(Debug, Clone, PartialEq)]
pub struct SensitivityTornado {
    sensitivity: Sensitivity,
    names: Vec<Label>,
    area: Label,
    source: Label,
}

impl SensitivityTornado {
    /// The measures of a scenario. `area` names the district or the city in the title, `source` is shown
    /// in the note.
    ///
    /// # Errors
    /// [`ChartError::Empty`] for a scenario without measures.
    pub fn new(sensitivity: &Sensitivity, area: Label, source: Label) -> Result<Self, ChartError> {
        if sensitivity.bars.is_empty() {
            return Err(ChartError::Empty {
                chart: "chart of measures",
                what: "measure",
            });
        }
        let names = sensitivity.bars.iter();
        let names = names.map(|bar| Label::new(bar.lever.german(), bar.lever.english()));
        Ok(Self {
            names: names.collect(),
            sensitivity: sensitivity.clone(),
            area,
            source,
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

    /// The same figures as a table, every measure.
    #[must_use]
    pub fn table(&self, language: Language) -> PackTable {
        let columns: [(&str, &str); 4] = [
            ("Maßnahme", "measure"),
            ("Wirkung in Plätzen", "effect in places"),
            ("Plätze ohne sie", "places without it"),
            ("Wirkung in Prozentpunkten", "effect in percentage points"),
        ];
        let rows = self
            .sensitivity
            .bars
            .iter()
            .zip(&self.names)
            .map(|(bar, name)| {
                let missing = || language.pick("wird gebraucht", "is needed").to_owned();
                let without = bar.staffed_without.map(|it| language.number(it as f64, 0));
                let points = bar.cover_difference.map(|it| with_sign(it, 2, language));
                vec![
                    language.label(name).to_owned(),
                    bar.staffed_difference
                        .map_or_else(missing, |it| with_sign(it as f64, 0, language)),
                    without.unwrap_or_else(missing),
                    points.unwrap_or_default(),
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

    fn shown(&self) -> impl Iterator<Item = (&SensitivityBar, &Label)> {
        self.sensitivity
            .bars
            .iter()
            .zip(&self.names)
            .take(MOST_ROWS)
    }
}

/// A number whose sign is always written.
fn with_sign(value: f64, decimals: u32, language: Language) -> String {
    let number = language.number(value.abs(), decimals);
    if value > 0.0 {
        format!("+{number}")
    } else if value < 0.0 {
        format!("−{number}")
    } else {
        number
    }
}

impl Drawn for SensitivityTornado {
    fn words(&self, language: Language) -> Words {
        let found = &self.sensitivity;
        let (area, source) = (language.label(&self.area), language.label(&self.source));
        let care = found.of.care_type;
        let care = language.pick(care.german(), care.english());
        let date = found.of.date;
        let places = |count: u64| language.number(count as f64, 0);
        let (all, none) = (places(found.staffed), places(found.staffed_baseline));
        let told: Vec<String> = self
            .shown()
            .map(|(bar, name)| {
                let effect = bar
                    .staffed_difference
                    .map(|it| with_sign(it as f64, 0, language));
                let effect = effect.unwrap_or_else(|| "–".to_owned());
                format!("{}: {effect}", language.label(name))
            })
            .collect();
        let told = told.join("; ");
        let (shown, known) = (self.shown().count(), found.bars.len());
        match language {
            Language::German => Words {
                title: format!("Was jede Maßnahme bewirkt: {area}, {care}, {date}"),
                unit: format!(
                    "Betreibbare Plätze mehr oder weniger; mit allen {all}, ohne Maßnahmen {none}"
                ),
                description: format!("{told}."),
                note: format!(
                    "Quelle: {source}. Szenario „{}“, je eine Maßnahme weggelassen; die Wirkungen müssen sich nicht zur Gesamtwirkung addieren. Gezeigt {shown} von {known}, alle in der Tabelle.",
                    found.scenario
                ),
            },
            Language::English => Words {
                title: format!("What each measure does: {area}, {care}, {date}"),
                unit: format!(
                    "Staffed places more or less; {all} with all, {none} without measures"
                ),
                description: format!("{told}."),
                note: format!(
                    "Source: {source}. Scenario “{}”, one measure left out at a time; effects need not add up to the whole. Shown {shown} of {known}, all of them in the table.",
                    found.scenario
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
        let words = [
            (BLUE, language.pick("mehr Plätze", "more places")),
            (ORANGE, language.pick("weniger Plätze", "fewer places")),
        ];
        let (mut x, y) = (frame.left, frame.top + 4.0);
        for (color, word) in words {
            x = key_entry(canvas, (x, y), color, word)?;
        }
        let values = || self.shown().filter_map(|(bar, _)| bar.staffed_difference);
        let axis = Axis::covering(
            values().map(|it| it as f64).fold(0.0, f64::min),
            values().map(|it| it as f64).fold(0.0, f64::max),
            true,
        );
        let names = self.shown().map(|(_, name)| language.label(name)).collect();
        let rows = BarRows::new(frame, names, axis, 78.0);
        rows.draw_frame(canvas, language)?;
        let (plot, bar_height) = (rows.plot(), rows.bar());
        for (place, (bar, _)) in self.shown().enumerate() {
            let middle = rows.middle(place);
            let Some(effect) = bar.staffed_difference else {
                let text = language.pick("wird gebraucht", "is needed");
                canvas.text(
                    text,
                    (plot.right + 76.0, middle),
                    Hold::End,
                    Type::new(10.5, INK),
                )?;
                continue;
            };
            let color = if effect < 0 { ORANGE } else { BLUE };
            rows.draw_bar(canvas, effect as f64, middle - bar_height / 2.0, color)?;
            let text = with_sign(effect as f64, 0, language);
            canvas.text(&text, (plot.right + 58.0, middle), Hold::End, name_type())?;
        }
        Ok(())
    }
}
