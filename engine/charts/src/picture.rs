//! A finished picture: title, unit, drawing, note, and words for screen readers.

use plotters::prelude::*;

use crate::canvas::{Canvas, Frame, Hold, INK, SCALE, SOFT_INK, Type, prepare_font};
use crate::{ChartError, Language, png};

/// Width of every picture, in pixels.
pub const WIDTH: u32 = 900;
/// Height of every picture, in pixels.
pub const HEIGHT: u32 = 480;

const MARGIN: f64 = 24.0;
const NOTE: Type = Type::new(10.5, SOFT_INK);
const NOTE_LINE: f64 = 14.5;

/// A picture as SVG. Only the charts of this crate make one, so holding one is the proof that
/// nothing but released, forecast and scenario values and places are in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Svg {
    text: String,
    title: String,
    description: String,
}

impl Svg {
    /// The document, for a file or the body of an answer (`image/svg+xml`).
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The title, also inside the document.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What the picture shows, in a sentence or two: the text alternative of an `img` element.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }
}

/// The words around a drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) title: String,
    /// What the axis counts, with its unit.
    pub(crate) unit: String,
    pub(crate) description: String,
    /// Source and method.
    pub(crate) note: String,
}

/// What every chart of this crate can do.
pub(crate) trait Drawn {
    fn words(&self, language: Language) -> Words;

    /// Draws inside `frame`, axes and legends included.
    fn draw<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        frame: Frame,
        language: Language,
    ) -> Result<(), ChartError>;
}

pub(crate) fn svg(chart: &impl Drawn, language: Language) -> Result<Svg, ChartError> {
    prepare_font()?;
    let words = chart.words(language);
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, device_size()).into_drawing_area();
        draw(chart, &words, &root, language)?;
        root.present().map_err(ChartError::drawing)?;
    }
    let head_end = text.find('>').map_or(0, |place| place + 1);
    let (width, height) = device_size();
    let accessible = format!(
        "<svg width=\"{WIDTH}\" height=\"{HEIGHT}\" viewBox=\"0 0 {width} {height}\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" lang=\"{}\">\n<title>{}</title>\n<desc>{}</desc>{}",
        language.tag(),
        escaped(&words.title),
        escaped(&words.description),
        &text[head_end..],
    );
    Ok(Svg {
        text: accessible,
        title: words.title,
        description: words.description,
    })
}

pub(crate) fn png_bytes(chart: &impl Drawn, language: Language) -> Result<Vec<u8>, ChartError> {
    prepare_font()?;
    let words = chart.words(language);
    let (width, height) = device_size();
    let mut pixels = vec![255_u8; width as usize * height as usize * 3];
    {
        let root = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
        draw(chart, &words, &root, language)?;
        root.present().map_err(ChartError::drawing)?;
    }
    Ok(png::encode(&pixels, width, height))
}

fn device_size() -> (u32, u32) {
    let scale = SCALE as u32;
    (WIDTH * scale, HEIGHT * scale)
}

fn draw<DB: DrawingBackend>(
    chart: &impl Drawn,
    words: &Words,
    root: &DrawingArea<DB, plotters::coord::Shift>,
    language: Language,
) -> Result<(), ChartError> {
    root.fill(&WHITE).map_err(ChartError::drawing)?;
    let canvas = Canvas::new(root);
    let (width, height) = (f64::from(WIDTH), f64::from(HEIGHT));
    let title = Type::new(18.0, INK).bold();
    canvas.text(&words.title, (MARGIN, 30.0), Hold::Start, title)?;
    let unit = Type::new(12.0, SOFT_INK);
    canvas.text(&words.unit, (MARGIN, 54.0), Hold::Start, unit)?;
    let lines = NOTE.wrap(&words.note, width - 2.0 * MARGIN);
    let note_top = height - 10.0 - NOTE_LINE * lines.len() as f64;
    for (place, line) in lines.iter().enumerate() {
        let middle = note_top + (place as f64 + 0.5) * NOTE_LINE;
        canvas.text(line, (MARGIN, middle), Hold::Start, NOTE)?;
    }
    let frame = Frame {
        left: MARGIN,
        top: 74.0,
        right: width - MARGIN,
        bottom: note_top - 8.0,
    };
    chart.draw(&canvas, frame, language)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
