//! Facilities as points and areas as outlines (GeoJSON, RFC 7946).

use std::collections::BTreeMap;

use domain::{CareType, FacilityKind};
use jiff::civil::Date;
use serde_json::{Value, json};
use tables::schema::TableName;
use tables::{City, CityError};

/// Path of the points.
pub(super) const FACILITIES: &str = "geo/facilities.geojson";
/// Path of the outlines.
pub(super) const AREAS: &str = "geo/areas.geojson";

fn collection(features: &[Value]) -> Vec<u8> {
    let document = json!({"type": "FeatureCollection", "features": features});
    let mut bytes = format!("{document:#}").into_bytes();
    bytes.push(b'\n');
    bytes
}

/// Facilities that are open on a day, with public facts: name, provider, kind, area, care types.
pub(super) fn facilities(city: &City, day: Option<Date>) -> Result<Vec<u8>, CityError> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    city.map_rows(TableName::Facilities, |row| {
        let id = row.filled("facility_id")?.to_owned();
        names.insert(id, row.filled("name")?.to_owned());
        Ok(())
    })?;
    let mut providers: BTreeMap<String, String> = BTreeMap::new();
    city.map_rows(TableName::Providers, |row| {
        let id = row.filled("provider_id")?.to_owned();
        providers.insert(id, row.filled("name")?.to_owned());
        Ok(())
    })?;
    let mut places: BTreeMap<String, BTreeMap<CareType, i32>> = BTreeMap::new();
    let capacities = match day {
        Some(day) => {
            let valid = city.valid_on(TableName::Capacities, day)?;
            city.clone().with_table(TableName::Capacities, valid)?
        }
        None => city.clone(),
    };
    capacities.map_rows(TableName::Capacities, |row| {
        let licensed = row.integer("licensed")?.unwrap_or(0);
        let care = row.care_type()?;
        let of = places.entry(row.filled("facility_id")?.to_owned());
        of.or_default().insert(care, licensed);
        Ok(())
    })?;
    let mut features = BTreeMap::new();
    for facility in city.facilities()? {
        let id = facility.id().to_string();
        let is_open = day.is_none_or(|day| facility.takes_applications_on(day));
        if facility.kind() == FacilityKind::ChildminderSite || !is_open {
            continue;
        }
        let licensed: BTreeMap<&str, i32> = places
            .get(&id)
            .into_iter()
            .flatten()
            .map(|(care, places)| (care.as_str(), *places))
            .collect();
        let provider = facility.provider().to_string();
        let feature = json!({
            "type": "Feature",
            "id": id,
            "geometry": {
                "type": "Point",
                "coordinates": [facility.location().longitude(), facility.location().latitude()],
            },
            "properties": {
                "facility": id,
                "name": names.get(&id),
                "kind": facility.kind().as_str(),
                "provider": provider,
                "provider_name": providers.get(&provider),
                "area": facility.area(),
                "licensed_places": licensed,
            },
        });
        features.insert(id, feature);
    }
    Ok(collection(&features.into_values().collect::<Vec<_>>()))
}

/// Areas with a known outline; `None` where there is none.
pub(super) fn areas(city: &City) -> Result<Option<Vec<u8>>, CityError> {
    let named: BTreeMap<String, tables::Area> = city
        .areas()?
        .into_iter()
        .map(|area| (area.id.to_string(), area))
        .collect();
    let mut features = BTreeMap::new();
    for shape in city.area_shapes()? {
        let id = shape.area.to_string();
        let Some(area) = named.get(&id).filter(|_| !shape.outline.is_empty()) else {
            continue;
        };
        // RFC 7946: an outer ring runs counterclockwise.
        let mut ring: Vec<[f64; 2]> = shape.outline.iter().map(|(x, y)| [*x, *y]).collect();
        let doubled_area: f64 = ring
            .windows(2)
            .map(|pair| pair[0][0] * pair[1][1] - pair[1][0] * pair[0][1])
            .sum();
        if doubled_area < 0.0 {
            ring.reverse();
        }
        let feature = json!({
            "type": "Feature",
            "id": id,
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {"area": id, "name": area.name, "parent": area.parent},
        });
        features.insert(id, feature);
    }
    if features.is_empty() {
        return Ok(None);
    }
    Ok(Some(collection(
        &features.into_values().collect::<Vec<_>>(),
    )))
}

/// West, south, east and north of all facilities and areas; `None` in a city without either.
pub(super) fn extent(city: &City) -> Result<Option<[f64; 4]>, CityError> {
    let mut points: Vec<(f64, f64)> = city
        .facilities()?
        .iter()
        .map(|it| (it.location().longitude(), it.location().latitude()))
        .collect();
    for shape in city.area_shapes()? {
        points.push((shape.centre.longitude(), shape.centre.latitude()));
        points.extend(shape.outline);
    }
    Ok(points.into_iter().fold(None, |extent, (x, y)| {
        let [west, south, east, north] = extent.unwrap_or([x, y, x, y]);
        Some([west.min(x), south.min(y), east.max(x), north.max(y)])
    }))
}
