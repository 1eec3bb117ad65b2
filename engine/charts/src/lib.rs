//! Released tables, forecasts and scenarios as SVG and PNG.
