//! Colours that stay apart for readers with any kind of colour vision.

use plotters::style::RGBColor;

/// Okabe & Ito 2008, "Color Universal Design", darkened where white paper asks for it.
pub(crate) const BLUE: RGBColor = RGBColor(0, 94, 157);
pub(crate) const ORANGE: RGBColor = RGBColor(190, 80, 0);
pub(crate) const GREEN: RGBColor = RGBColor(0, 122, 94);
pub(crate) const PURPLE: RGBColor = RGBColor(146, 74, 122);
pub(crate) const GREY: RGBColor = RGBColor(97, 110, 124);

/// A light ground of [`ORANGE`], below a line.
pub(crate) const ORANGE_GROUND: RGBColor = RGBColor(252, 240, 228);

/// Five steps from light to dark; lightness falls evenly, so the order also shows in grey
/// (ColorBrewer YlGnBu, Harrower & Brewer 2003, with darker ends).
pub(crate) const STEPS: [RGBColor; 5] = [
    RGBColor(247, 247, 200),
    RGBColor(176, 222, 185),
    RGBColor(87, 181, 190),
    RGBColor(38, 118, 172),
    RGBColor(24, 50, 116),
];

/// Of an area whose value is not published.
pub(crate) const NOT_PUBLISHED: RGBColor = RGBColor(236, 236, 236);

/// Whether white words are easier to read on a colour than dark ones.
pub(crate) fn is_dark(color: RGBColor) -> bool {
    let RGBColor(red, green, blue) = color;
    let brightness = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    brightness < 128_000
}
