//! Differences of cover on a map, as GeoJSON (RFC 7946).

use std::collections::BTreeMap;
use std::io::{self, Write};

use domain::{AreaId, CareType};
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use tables::City;

use crate::demand::TOTAL_AREA;
use crate::districts::Districts;
use crate::error::ScenarioError;
use crate::report::ScenarioReport;

/// Decimals of degrees: about a metre.
const DEGREES: f64 = 100_000.0;

/// Writes the districts of a report on one day and in one care type: outline, staffed places and cover
/// before and after, and their difference. Coordinates are longitude, latitude (WGS 84) to five
/// decimals. A district without an outline is drawn by those of its areas; without any it has none.
///
/// # Errors
///
/// [`ScenarioError::City`] if the tables were not validated. The second result is that of `target`.
pub fn write_cover_map(
    city: &City,
    report: &ScenarioReport,
    date: Date,
    care_type: CareType,
    mut target: impl Write,
) -> Result<io::Result<()>, ScenarioError> {
    let outlines = outlines(city)?;
    let rows = report
        .rows
        .iter()
        .filter(|row| row.date == date && row.care_type == care_type && row.area != TOTAL_AREA);
    let features = rows.map(|row| {
        let per_cent = |side: &crate::report::Side| side.cover.and_then(|it| it.at_p50_per_cent);
        let (before, after) = (per_cent(&row.baseline), per_cent(&row.scenario));
        let points = before.zip(after).map(|(before, after)| after - before);
        let light = |side: &crate::report::Side| side.cover.map(|it| it.light.as_str());
        let difference = i128::from(row.scenario.staffed) - i128::from(row.baseline.staffed);
        json!({
            "type": "Feature",
            "id": row.area,
            "geometry": outlines.get(row.area.as_str()).cloned().unwrap_or(Value::Null),
            "properties": {
                "area": row.area,
                "name": row.area_name,
                "date": row.date.to_string(),
                "care_type": row.care_type.as_str(),
                "scenario": report.name,
                "baseline_staffed": row.baseline.staffed,
                "scenario_staffed": row.scenario.staffed,
                "staffed_difference": i64::try_from(difference).unwrap_or_default(),
                "demand_p50": row.demand.map(|it| hundredths(it.p50())),
                "baseline_cover_p50_per_cent": before.map(hundredths),
                "scenario_cover_p50_per_cent": after.map(hundredths),
                "cover_difference_points": points.map(hundredths),
                "baseline_light": light(&row.baseline),
                "scenario_light": light(&row.scenario),
            },
        })
    });
    let features: Vec<Value> = features.collect();
    let mut collection = Map::new();
    collection.insert("type".to_owned(), "FeatureCollection".into());
    collection.insert("features".to_owned(), features.into());
    Ok(
        serde_json::to_writer(&mut target, &Value::Object(collection))
            .map_err(io::Error::from)
            .and_then(|()| writeln!(target)),
    )
}

/// The outline of each district.
fn outlines(city: &City) -> Result<BTreeMap<String, Value>, ScenarioError> {
    let districts = Districts::of(city)?;
    let mut shapes = city.area_shapes()?;
    shapes.sort_by(|a, b| a.area.cmp(&b.area));
    let mut own: BTreeMap<AreaId, Value> = BTreeMap::new();
    let mut parts: BTreeMap<AreaId, Vec<Value>> = BTreeMap::new();
    for shape in shapes.iter().filter(|it| it.outline.len() > 3) {
        let ring: Vec<[f64; 2]> = wound_right(&shape.outline)
            .into_iter()
            .map(|(longitude, latitude)| [rounded(longitude), rounded(latitude)])
            .collect();
        let Some(district) = districts.district(&shape.area) else {
            continue;
        };
        if *district == shape.area {
            own.insert(
                district.clone(),
                json!({ "type": "Polygon", "coordinates": [ring] }),
            );
        } else {
            parts
                .entry(district.clone())
                .or_default()
                .push(json!([ring]));
        }
    }
    let mut all: BTreeMap<String, Value> = parts
        .into_iter()
        .map(|(district, parts)| {
            let geometry = json!({ "type": "MultiPolygon", "coordinates": parts });
            (district.to_string(), geometry)
        })
        .collect();
    all.extend(
        own.into_iter()
            .map(|(district, geometry)| (district.to_string(), geometry)),
    );
    Ok(all)
}

/// An outer ring against the clock, as RFC 7946 asks for.
fn wound_right(ring: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let twice_the_area: f64 = ring
        .windows(2)
        .map(|pair| pair[0].0 * pair[1].1 - pair[1].0 * pair[0].1)
        .sum();
    let mut ring = ring.to_vec();
    if twice_the_area < 0.0 {
        ring.reverse();
    }
    ring
}

fn rounded(degrees: f64) -> f64 {
    (degrees * DEGREES).round() / DEGREES + 0.0
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0 + 0.0
}
