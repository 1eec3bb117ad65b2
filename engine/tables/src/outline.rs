//! Outlines of areas in well-known text.

/// Reads `POLYGON ((lon lat, lon lat, ...))` with one closed ring of at least three corners.
///
/// # Errors
///
/// What is wrong with the text, in words.
pub(crate) fn parse(text: &str) -> Result<Vec<(f64, f64)>, String> {
    let ring = text
        .trim()
        .strip_prefix("POLYGON")
        .map(str::trim_start)
        .and_then(|rest| rest.strip_prefix("(("))
        .and_then(|rest| rest.strip_suffix("))"))
        .ok_or("an outline is written POLYGON ((lon lat, lon lat, ...))")?;
    let corners = ring
        .split(',')
        .map(|corner| {
            let mut numbers = corner.split_whitespace().map(str::parse::<f64>);
            match (numbers.next(), numbers.next(), numbers.next()) {
                (Some(Ok(longitude)), Some(Ok(latitude)), None)
                    if (-180.0..=180.0).contains(&longitude)
                        && (-90.0..=90.0).contains(&latitude) =>
                {
                    Ok((longitude, latitude))
                }
                _ => Err(format!(
                    "{:?} is no corner `lon lat` of an outline",
                    corner.trim()
                )),
            }
        })
        .collect::<Result<Vec<_>, _>>()?;
    if corners.len() < 4 || corners.first() != corners.last() {
        return Err(
            "an outline has at least three corners and repeats the first at its end".to_owned(),
        );
    }
    Ok(corners)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn an_outline_is_one_closed_ring() {
        let square = "POLYGON ((13.7 51.0, 13.8 51.0, 13.8 51.1, 13.7 51.0))";
        assert_eq!(parse(square).unwrap().len(), 4);
        for wrong in [
            "POLYGON ((13.7 51.0, 13.8 51.0, 13.8 51.1))",
            "POLYGON ((13.7 51.0, 13.8 51.0, 13.7 51.0))",
            "POLYGON ((13.7, 13.8 51.0, 13.8 51.1, 13.7 51.0))",
            "POLYGON ((NaN 51.0, 13.8 51.0, 13.8 51.1, NaN 51.0))",
            "POINT (1 2)",
            "",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
