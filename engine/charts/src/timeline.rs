//! A plan over time: what opens, closes, grows and shrinks.

use std::collections::BTreeMap;

use disclosure::Label;
use domain::Month;
use jiff::civil::Date;
use plotters::prelude::{DrawingBackend, RGBColor};
use scenario::{Direction, PackTable, ScenarioSpec};

use crate::axis::every;
use crate::bars::name_type;
use crate::canvas::{Canvas, Dash, Frame, GRID, Hold, Point, SOFT_INK, Type};
use crate::palette::{BLUE, GREEN, GREY, ORANGE, PURPLE};
use crate::picture::{Drawn, Svg, Words, png_bytes, svg};
use crate::{ChartError, Language};

/// Most facilities one picture can hold.
const MOST_ROWS: usize = 18;

/// What happens to a facility. Each kind has a mark of its own, not a colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A triangle that points up.
    Opens,
    /// A cross.
    Closes,
    /// A plus.
    Grows,
    /// A minus.
    Shrinks,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Opens, Self::Closes, Self::Grows, Self::Shrinks];

    const fn word(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Opens, Language::German) => "öffnet",
            (Self::Closes, Language::German) => "schließt",
            (Self::Grows, Language::German) => "wächst",
            (Self::Shrinks, Language::German) => "schrumpft",
            (Self::Opens, Language::English) => "opens",
            (Self::Closes, Language::English) => "closes",
            (Self::Grows, Language::English) => "grows",
            (Self::Shrinks, Language::English) => "shrinks",
        }
    }

    const fn color(self) -> RGBColor {
        match self {
            Self::Opens => GREEN,
            Self::Closes => ORANGE,
            Self::Grows => BLUE,
            Self::Shrinks => PURPLE,
        }
    }
}

/// One measure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    on: Date,
    kind: Kind,
    /// Staffed places by care type, for the table; empty for a closing.
    places: BothWords,
}

/// Words in both languages that can be sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
struct BothWords {
    de: String,
    en: String,
}

/// The measures of a scenario along its months, one row for each facility.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanTimeline {
    name: String,
    first: Month,
    last: Month,
    source: Label,
    /// In the order of their first measure.
    rows: Vec<(String, Vec<Event>)>,
}

impl PlanTimeline {
    /// The openings, closings and changes of a scenario. `source` is shown in the note.
    ///
    /// # Errors
    /// [`ChartError::Empty`] for a scenario without any.
    pub fn new(spec: &ScenarioSpec, source: &Label) -> Result<Self, ChartError> {
        let mut rows: BTreeMap<String, Vec<Event>> = BTreeMap::new();
        for it in spec.closings() {
            let event = Event {
                on: it.on,
                kind: Kind::Closes,
                places: BothWords::default(),
            };
            rows.entry(it.facility.to_string()).or_default().push(event);
        }
        for it in spec.openings() {
            let places = it.places.iter();
            let told = |german: bool| {
                let told: Vec<String> = places
                    .clone()
                    .map(|(care, places)| {
                        let name = if german {
                            care.german()
                        } else {
                            care.english()
                        };
                        format!("{name} {}", places.staffed)
                    })
                    .collect();
                told.join(", ")
            };
            let places = BothWords {
                de: told(true),
                en: told(false),
            };
            let event = Event {
                on: it.from,
                kind: Kind::Opens,
                places,
            };
            rows.entry(it.facility.to_string()).or_default().push(event);
        }
        for it in spec.changes() {
            let kind = match it.direction {
                Direction::Expand => Kind::Grows,
                Direction::Shrink => Kind::Shrinks,
            };
            let staffed = it.places.staffed;
            let places = BothWords {
                de: format!("{} {staffed}", it.care_type.german()),
                en: format!("{} {staffed}", it.care_type.english()),
            };
            let event = Event {
                on: it.from,
                kind,
                places,
            };
            rows.entry(it.facility.to_string()).or_default().push(event);
        }
        if rows.is_empty() {
            return Err(ChartError::Empty {
                chart: "timeline of the plan",
                what: "measure",
            });
        }
        let mut rows: Vec<(String, Vec<Event>)> = rows.into_iter().collect();
        rows.iter_mut().for_each(|row| row.1.sort());
        rows.sort_by(|a, b| (a.1[0].on, &a.0).cmp(&(b.1[0].on, &b.0)));
        let months = spec.months();
        let last = i32::try_from(months.count()).unwrap_or(1) - 1;
        Ok(Self {
            name: spec.name().to_owned(),
            first: months.first(),
            last: months.first().plus(last),
            source: source.clone(),
            rows,
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

    /// The same as a table: every measure in the order of time.
    #[must_use]
    pub fn table(&self, language: Language) -> PackTable {
        let columns: [(&str, &str); 4] = [
            ("Einrichtung", "facility"),
            ("Datum", "date"),
            ("Maßnahme", "measure"),
            ("betreibbare Plätze danach", "staffed places afterwards"),
        ];
        let mut events: Vec<(&Event, &str)> = self
            .rows
            .iter()
            .flat_map(|(facility, events)| events.iter().map(move |it| (it, facility.as_str())))
            .collect();
        events.sort_by(|a, b| (a.0.on, a.1, a.0.kind).cmp(&(b.0.on, b.1, b.0.kind)));
        let rows = events.into_iter().map(|(event, facility)| {
            let places = language.pick(&event.places.de, &event.places.en);
            let places = if event.kind == Kind::Closes {
                "0"
            } else {
                places
            };
            vec![
                facility.to_owned(),
                event.on.to_string(),
                event.kind.word(language).to_owned(),
                places.to_owned(),
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

    fn shown(&self) -> &[(String, Vec<Event>)] {
        &self.rows[..self.rows.len().min(MOST_ROWS)]
    }

    /// Share of the months that a day lies at.
    fn share(&self, on: Date) -> f64 {
        let months = f64::from(self.last.since(self.first) + 1);
        let days = f64::from(on.day() - 1) / f64::from(on.days_in_month());
        ((f64::from(Month::of(on).since(self.first)) + days) / months).clamp(0.0, 1.0)
    }
}

impl Drawn for PlanTimeline {
    fn words(&self, language: Language) -> Words {
        let source = language.label(&self.source);
        let told: Vec<String> = self
            .shown()
            .iter()
            .flat_map(|(facility, events)| {
                let told =
                    move |it: &Event| format!("{facility} {} {}", it.kind.word(language), it.on);
                events.iter().map(told)
            })
            .collect();
        let (shown, known) = (self.shown().len(), self.rows.len());
        match language {
            Language::German => Words {
                title: format!("Zeitplan: {}", self.name),
                unit: "Einrichtungen und ihre Maßnahmen nach Monaten; durchgezogen: geöffnet"
                    .to_owned(),
                description: format!("{}.", told.join("; ")),
                note: format!(
                    "Quelle: {source}. Gezeigt {shown} von {known} Einrichtungen, die mit den frühesten Maßnahmen; alle in der Tabelle."
                ),
            },
            Language::English => Words {
                title: format!("Timeline: {}", self.name),
                unit: "Facilities and their measures by month; solid line: open".to_owned(),
                description: format!("{}.", told.join("; ")),
                note: format!(
                    "Source: {source}. Shown {shown} of {known} facilities, those with the earliest measures; all of them in the table."
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
        let typed = name_type();
        let mut x = frame.left;
        for kind in Kind::ALL {
            let middle = frame.top + 4.0;
            mark(canvas, (x + 8.0, middle), kind)?;
            let word = kind.word(language);
            canvas.text(word, (x + 22.0, middle), Hold::Start, typed)?;
            x += 22.0 + typed.width(word) + 26.0;
        }
        let widths = self.shown().iter().map(|row| typed.width(&row.0));
        let plot = Frame {
            left: frame.left + widths.fold(0.0, f64::max).min(220.0) + 14.0,
            top: frame.top + 22.0,
            right: frame.right - 12.0,
            bottom: frame.bottom - 22.0,
        };
        let at = |share: f64| plot.left + plot.width() * share;
        let years: Vec<i32> = (self.first.year()..=self.last.year()).collect();
        let step = every(years.len(), 44.0, plot.width(), &[1, 2, 5]);
        for year in years.into_iter().step_by(step) {
            let january = jiff::civil::date(i16::try_from(year).unwrap_or(9999), 1, 1);
            if Month::of(january) < self.first {
                continue;
            }
            let x = at(self.share(january));
            canvas.line(&[(x, plot.top), (x, plot.bottom)], GRID, 1.0, Dash::Solid)?;
            let small = Type::new(11.5, SOFT_INK);
            canvas.text(
                &year.to_string(),
                (x, plot.bottom + 13.0),
                Hold::Middle,
                small,
            )?;
        }
        let height = plot.height() / self.shown().len().max(1) as f64;
        for (place, (facility, events)) in self.shown().iter().enumerate() {
            let y = plot.top + (place as f64 + 0.5) * height;
            canvas.text(facility, (plot.left - 10.0, y), Hold::End, typed)?;
            let of = |kind| {
                events
                    .iter()
                    .find(|it| it.kind == kind)
                    .map(|it| at(self.share(it.on)))
            };
            let from = of(Kind::Opens).unwrap_or(plot.left);
            let to = of(Kind::Closes).unwrap_or(plot.right);
            canvas.line(
                &[(plot.left, y), (plot.right, y)],
                GRID,
                1.0,
                Dash::Dashed(2.0, 4.0),
            )?;
            canvas.line(&[(from, y), (to, y)], GREY, 3.0, Dash::Solid)?;
            for event in events {
                mark(canvas, (at(self.share(event.on)), y), event.kind)?;
            }
        }
        Ok(())
    }
}

/// The mark of a kind, on a white ground.
fn mark<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    (x, y): Point,
    kind: Kind,
) -> Result<(), ChartError> {
    const R: f64 = 6.0;
    canvas.dot((x, y), R + 2.5, RGBColor(255, 255, 255))?;
    let color = kind.color();
    let line = |ends: [Point; 2]| canvas.line(&ends, color, 3.0, Dash::Solid);
    match kind {
        Kind::Opens => canvas.polygon(&[(x - R, y + R), (x + R, y + R), (x, y - R)], color),
        Kind::Closes => {
            line([(x - R, y - R), (x + R, y + R)])?;
            line([(x - R, y + R), (x + R, y - R)])
        }
        Kind::Grows => {
            line([(x - R, y), (x + R, y)])?;
            line([(x, y - R), (x, y + R)])
        }
        Kind::Shrinks => line([(x - R, y), (x + R, y)]),
    }
}
