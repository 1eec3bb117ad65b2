//! Lines, areas and words on a picture, in logical pixels.

use std::sync::OnceLock;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, TextStyle, register_font};

use crate::ChartError;

/// Device pixels per logical pixel: coordinates are whole device pixels, so slopes stay smooth.
pub(crate) const SCALE: f64 = 2.0;

/// plotters divides font sizes by this when it writes them.
const FONT_FACTOR: f64 = 1.24;

/// Darker than grey paper needs: contrast 4.5 to 1 and more on white (WCAG 2.1 AA).
pub(crate) const INK: RGBColor = RGBColor(31, 41, 51);
/// Secondary words and axes.
pub(crate) const SOFT_INK: RGBColor = RGBColor(82, 96, 109);
/// Grid lines.
pub(crate) const GRID: RGBColor = RGBColor(226, 231, 236);

/// Registers the font that is shipped with the crate, once.
pub(crate) fn prepare_font() -> Result<(), ChartError> {
    static FONT: OnceLock<bool> = OnceLock::new();
    let registered = FONT.get_or_init(|| {
        let bytes = include_bytes!("../fonts/DejaVuSans.ttf");
        register_font("sans-serif", FontStyle::Normal, bytes).is_ok()
    });
    if *registered {
        Ok(())
    } else {
        Err(ChartError::drawing("the shipped font is not readable"))
    }
}

/// A point in logical pixels, from the top left corner.
pub(crate) type Point = (f64, f64);

/// A rectangle in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Frame {
    pub(crate) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(crate) fn height(&self) -> f64 {
        self.bottom - self.top
    }
}

/// Where a text is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    Start,
    Middle,
    End,
}

/// Size, weight and colour of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Type {
    pub(crate) size: f64,
    pub(crate) bold: bool,
    pub(crate) color: RGBColor,
}

impl Type {
    pub(crate) const fn new(size: f64, color: RGBColor) -> Self {
        Self {
            size,
            bold: false,
            color,
        }
    }

    pub(crate) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    fn font(self) -> FontDesc<'static> {
        let style = if self.bold {
            FontStyle::Bold
        } else {
            FontStyle::Normal
        };
        FontDesc::new(
            FontFamily::SansSerif,
            self.size * FONT_FACTOR * SCALE,
            style,
        )
    }

    /// Width of a text in logical pixels, rather too large than too small.
    pub(crate) fn width(self, text: &str) -> f64 {
        let wider = if self.bold { 1.14 } else { 1.0 };
        match self.font().layout_box(text) {
            Ok(((left, _), (right, _))) => f64::from(right - left) * wider / SCALE,
            Err(_) => text.chars().count() as f64 * self.size * 0.7,
        }
    }

    /// Breaks a text into lines no wider than `width`.
    pub(crate) fn wrap(self, text: &str, width: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match lines.last_mut() {
                Some(line) if self.width(&format!("{line} {word}")) <= width => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines
    }
}

/// Strokes of a line, in logical pixels: lengths drawn and left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Dash {
    Solid,
    Dashed(f64, f64),
}

/// A drawing area addressed in logical pixels.
pub(crate) struct Canvas<'a, DB: DrawingBackend> {
    area: &'a DrawingArea<DB, Shift>,
}

fn device((x, y): Point) -> (i32, i32) {
    ((x * SCALE).round() as i32, (y * SCALE).round() as i32)
}

fn stroke(color: RGBAColor, width: f64) -> ShapeStyle {
    ShapeStyle {
        color,
        filled: false,
        stroke_width: (width * SCALE).round().max(1.0) as u32,
    }
}

impl<'a, DB: DrawingBackend> Canvas<'a, DB> {
    pub(crate) fn new(area: &'a DrawingArea<DB, Shift>) -> Self {
        Self { area }
    }

    pub(crate) fn line(
        &self,
        points: &[Point],
        color: RGBColor,
        width: f64,
        dash: Dash,
    ) -> Result<(), ChartError> {
        match dash {
            Dash::Solid => self.path(points, color, width),
            Dash::Dashed(on, off) => dashes(points, on, off)
                .iter()
                .try_for_each(|piece| self.path(piece, color, width)),
        }
    }

    fn path(&self, points: &[Point], color: RGBColor, width: f64) -> Result<(), ChartError> {
        if points.len() < 2 {
            return Ok(());
        }
        let points: Vec<_> = points.iter().copied().map(device).collect();
        self.area
            .draw(&PathElement::new(points, stroke(color.into(), width)))
            .map_err(ChartError::drawing)
    }

    pub(crate) fn polygon(&self, points: &[Point], color: RGBColor) -> Result<(), ChartError> {
        let points: Vec<_> = points.iter().copied().map(device).collect();
        self.area
            .draw(&Polygon::new(points, color.filled()))
            .map_err(ChartError::drawing)
    }

    pub(crate) fn rectangle(&self, frame: Frame, color: RGBColor) -> Result<(), ChartError> {
        let corners = [
            device((frame.left, frame.top)),
            device((frame.right, frame.bottom)),
        ];
        self.area
            .draw(&Rectangle::new(corners, color.filled()))
            .map_err(ChartError::drawing)
    }

    pub(crate) fn dot(
        &self,
        centre: Point,
        radius: f64,
        color: RGBColor,
    ) -> Result<(), ChartError> {
        let radius = (radius * SCALE).round() as i32;
        self.area
            .draw(&Circle::new(device(centre), radius, color.filled()))
            .map_err(ChartError::drawing)
    }

    /// A text whose vertical middle lies on `at`.
    pub(crate) fn text(
        &self,
        text: &str,
        at: Point,
        hold: Hold,
        typed: Type,
    ) -> Result<(), ChartError> {
        let style = TextStyle {
            font: typed.font(),
            color: typed.color.to_backend_color(),
            pos: Pos::new(
                match hold {
                    Hold::Start => HPos::Left,
                    Hold::Middle => HPos::Center,
                    Hold::End => HPos::Right,
                },
                VPos::Center,
            ),
        };
        self.area
            .draw(&Text::new(text, device(at), style))
            .map_err(ChartError::drawing)
    }

    /// Slanted lines over a polygon: the mark of what is not published.
    pub(crate) fn hatch(
        &self,
        ring: &[Point],
        color: RGBColor,
        distance: f64,
    ) -> Result<(), ChartError> {
        let sums = ring.iter().map(|(x, y)| x + y);
        let (low, high) = sums.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), sum| {
            (low.min(sum), high.max(sum))
        });
        let mut level = (low / distance).ceil() * distance;
        while level < high {
            for piece in slanted_pieces(ring, level) {
                self.path(&piece, color, 1.0)?;
            }
            level += distance;
        }
        Ok(())
    }
}

/// Where the line `x + y = level` runs inside a ring.
fn slanted_pieces(ring: &[Point], level: f64) -> Vec<[Point; 2]> {
    let mut crossings: Vec<Point> = Vec::new();
    for (place, &(x0, y0)) in ring.iter().enumerate() {
        let (x1, y1) = ring[(place + 1) % ring.len()];
        let (before, after) = (x0 + y0 - level, x1 + y1 - level);
        if (before < 0.0) != (after < 0.0) {
            let share = before / (before - after);
            crossings.push((x0 + share * (x1 - x0), y0 + share * (y1 - y0)));
        }
    }
    crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
    crossings
        .chunks_exact(2)
        .map(|pair| [pair[0], pair[1]])
        .collect()
}

/// Cuts a line into the strokes of a dash pattern.
fn dashes(points: &[Point], on: f64, off: f64) -> Vec<Vec<Point>> {
    let mut pieces = Vec::new();
    let mut piece: Vec<Point> = points.first().copied().into_iter().collect();
    let (mut drawing, mut left) = (true, on);
    for pair in points.windows(2) {
        let [mut from, to] = [pair[0], pair[1]];
        loop {
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            if length <= left {
                left -= length;
                if drawing {
                    piece.push(to);
                }
                break;
            }
            let share = left / length;
            from = (
                from.0 + share * (to.0 - from.0),
                from.1 + share * (to.1 - from.1),
            );
            if drawing {
                piece.push(from);
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece = vec![from];
            }
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
    }
    if drawing {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_cover_the_drawn_share_of_a_line() {
        let pieces = dashes(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], 3.0, 2.0);
        let length: f64 = pieces
            .iter()
            .flat_map(|piece| piece.windows(2))
            .map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1))
            .sum();
        assert!((length - 12.0).abs() < 1e-9, "{length}");
    }

    #[test]
    fn the_hatch_stays_inside_its_ring() {
        let ring = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)];
        let pieces = slanted_pieces(&ring, 5.0);
        assert_eq!(pieces, vec![[(0.0, 5.0), (5.0, 0.0)]]);
        assert!(slanted_pieces(&ring, 25.0).is_empty());
    }

    #[test]
    fn a_long_text_is_broken_at_blanks() {
        prepare_font().unwrap();
        let typed = Type::new(11.0, INK);
        let lines = typed.wrap("Anzahlen unter drei werden nicht gezeigt", 120.0);
        assert!(lines.len() >= 2, "{lines:?}");
        assert!(
            lines.iter().all(|line| typed.width(line) <= 120.0),
            "{lines:?}"
        );
    }
}
