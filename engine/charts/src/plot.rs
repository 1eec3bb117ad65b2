//! Parts that several charts share: values beside the plot, grid lines, names at the ends of lines.

use plotters::prelude::{DrawingBackend, RGBColor};

use crate::axis::Axis;
use crate::canvas::{Canvas, Dash, Frame, GRID, Hold, INK, SOFT_INK, Type};
use crate::{ChartError, Language};

/// Writes the values of a vertical axis and gives the plot beside it.
pub(crate) fn value_grid<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    frame: Frame,
    axis: &Axis,
    right: f64,
    language: Language,
) -> Result<Frame, ChartError> {
    let typed = Type::new(11.5, SOFT_INK);
    let decimals = axis.decimals();
    let labels: Vec<String> = axis
        .ticks
        .iter()
        .map(|tick| language.number(*tick, decimals))
        .collect();
    let widest = labels
        .iter()
        .map(|label| typed.width(label))
        .fold(0.0, f64::max);
    let plot = Frame {
        left: frame.left + widest + 10.0,
        top: frame.top + 6.0,
        right: frame.right - right,
        bottom: frame.bottom - 34.0,
    };
    for (tick, label) in axis.ticks.iter().zip(&labels) {
        let y = plot.bottom - plot.height() * axis.share(*tick);
        canvas.text(label, (plot.left - 8.0, y), Hold::End, typed)?;
    }
    Ok(plot)
}

/// Horizontal lines at the ticks, the zero line darker.
pub(crate) fn grid_lines<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    plot: Frame,
    axis: &Axis,
) -> Result<(), ChartError> {
    for (place, tick) in axis.ticks.iter().enumerate() {
        let y = plot.bottom - plot.height() * axis.share(*tick);
        let is_base = *tick == 0.0 || place == 0;
        let color = if is_base { SOFT_INK } else { GRID };
        canvas.line(&[(plot.left, y), (plot.right, y)], color, 1.0, Dash::Solid)?;
    }
    Ok(())
}

const END_TYPE: Type = Type::new(12.0, INK).bold();

/// Room the names beside the ends of lines need.
pub(crate) fn label_room(texts: &[String]) -> f64 {
    let widths = texts.iter().map(|text| END_TYPE.width(text));
    widths.fold(0.0, f64::max) + 16.0
}

/// Names beside the ends of lines, moved apart where they would touch.
pub(crate) fn end_labels<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    plot: Frame,
    mut labels: Vec<(f64, String, RGBColor)>,
) -> Result<(), ChartError> {
    const LINE: f64 = 16.0;
    labels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let wanted: Vec<f64> = labels.iter().map(|label| label.0).collect();
    let heights = moved_apart(&wanted, LINE, plot.top, plot.bottom);
    for ((end, text, color), height) in labels.iter().zip(heights) {
        let (x, label_x) = (plot.right, plot.right + 14.0);
        canvas.line(
            &[(x + 2.0, *end), (label_x - 3.0, height)],
            *color,
            1.0,
            Dash::Solid,
        )?;
        let typed = Type {
            color: *color,
            ..END_TYPE
        };
        canvas.text(text, (label_x, height), Hold::Start, typed)?;
    }
    Ok(())
}

/// Heights in the order of `wanted` (ascending), at least `distance` apart and within the ends.
fn moved_apart(wanted: &[f64], distance: f64, top: f64, bottom: f64) -> Vec<f64> {
    let mut heights = wanted.to_vec();
    let mut least = top;
    for height in &mut heights {
        *height = height.max(least);
        least = *height + distance;
    }
    let mut most = bottom;
    for height in heights.iter_mut().rev() {
        *height = height.min(most);
        most = *height - distance;
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::moved_apart;

    #[test]
    fn labels_that_would_touch_are_moved_apart_within_the_plot() {
        let heights = moved_apart(&[10.0, 12.0, 13.0, 90.0, 99.0], 16.0, 0.0, 100.0);
        assert!(
            heights
                .windows(2)
                .all(|pair| pair[1] - pair[0] >= 16.0 - 1e-9)
        );
        assert!(heights.iter().all(|height| (0.0..=100.0).contains(height)));
    }
}
