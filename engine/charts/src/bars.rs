//! Rows of bars: names at the left, a grid of values, and a key above.

use plotters::prelude::{DrawingBackend, RGBColor};

use crate::axis::Axis;
use crate::canvas::{Canvas, Dash, Frame, GRID, Hold, INK, SOFT_INK, Type};
use crate::{ChartError, Language};

/// Where rows of bars are drawn.
pub(crate) struct BarRows<'a> {
    names: Vec<&'a str>,
    axis: Axis,
    plot: Frame,
}

/// The letters of names and of the key.
pub(crate) fn name_type() -> Type {
    Type::new(12.0, INK)
}

/// A box of a color and what it means; where the next one begins.
pub(crate) fn key_entry<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    (left, middle): (f64, f64),
    color: RGBColor,
    word: &str,
) -> Result<f64, ChartError> {
    let key = Frame {
        left,
        top: middle - 6.0,
        right: left + 18.0,
        bottom: middle + 6.0,
    };
    canvas.rectangle(key, color)?;
    let typed = name_type();
    canvas.text(word, (left + 24.0, middle), Hold::Start, typed)?;
    Ok(left + 24.0 + typed.width(word) + 24.0)
}

impl<'a> BarRows<'a> {
    /// Rows of these names in a frame, with room for values at the right.
    pub(crate) fn new(frame: Frame, names: Vec<&'a str>, axis: Axis, room: f64) -> Self {
        let typed = name_type();
        let widths = names.iter().map(|name| typed.width(name));
        let widest = widths.fold(0.0, f64::max);
        let plot = Frame {
            left: frame.left + widest.min(260.0) + 12.0,
            top: frame.top + 22.0,
            right: frame.right - room,
            bottom: frame.bottom - 22.0,
        };
        Self { names, axis, plot }
    }

    /// The part with the bars.
    pub(crate) const fn plot(&self) -> Frame {
        self.plot
    }

    /// Where a value stands.
    pub(crate) fn x(&self, value: f64) -> f64 {
        self.plot.left + self.plot.width() * self.axis.share(value)
    }

    fn height(&self) -> f64 {
        self.plot.height() / self.names.len().max(1) as f64
    }

    /// Height of one of the two bars of a row.
    pub(crate) fn bar(&self) -> f64 {
        (self.height() * 0.36).min(20.0)
    }

    /// Middle of a row.
    pub(crate) fn middle(&self, row: usize) -> f64 {
        self.plot.top + (row as f64 + 0.5) * self.height()
    }

    /// Grid, values of the axis, and names.
    pub(crate) fn draw_frame<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        language: Language,
    ) -> Result<(), ChartError> {
        for tick in &self.axis.ticks {
            let color = if *tick == 0.0 { SOFT_INK } else { GRID };
            let x = self.x(*tick);
            let ends = [(x, self.plot.top), (x, self.plot.bottom)];
            canvas.line(&ends, color, 1.0, Dash::Solid)?;
            let text = language.number(*tick, self.axis.decimals());
            let typed = Type::new(11.5, SOFT_INK);
            canvas.text(&text, (x, self.plot.bottom + 12.0), Hold::Middle, typed)?;
        }
        for (row, name) in self.names.iter().enumerate() {
            let at = (self.plot.left - 8.0, self.middle(row));
            canvas.text(name, at, Hold::End, name_type())?;
        }
        Ok(())
    }

    /// A bar from 0 to a value whose upper edge is given.
    pub(crate) fn draw_bar<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        value: f64,
        top: f64,
        color: RGBColor,
    ) -> Result<(), ChartError> {
        let bar = Frame {
            left: self.x(value.min(0.0)),
            top: top + 1.0,
            right: self.x(value.max(0.0)),
            bottom: top + self.bar() - 1.0,
        };
        canvas.rectangle(bar, color)
    }
}
