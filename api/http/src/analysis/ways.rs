//! How long the way from home to a facility is about: an estimate, since nobody's address is known here.

use std::collections::BTreeMap;

use domain::{AreaId, Location};
use store::Snapshot;
use tables::schema::TableName;

use super::{AnalysisError, StaticTables};

/// Ways are longer than straight lines: by so much in German cities.
const DETOUR: f64 = 1.3;
/// Kilometres an hour from door to door by public transport, waiting and walking included.
const KILOMETRES_PER_HOUR: f64 = 15.0;

/// Where children of an area are taken to live: at its centre.
pub(super) struct Centres(BTreeMap<AreaId, Location>);

impl Centres {
    /// The centres of the table of area shapes; of an area without one, the middle of its facilities.
    pub(super) fn of(snapshot: &Snapshot, tables: &StaticTables) -> Result<Self, AnalysisError> {
        let mut sums: BTreeMap<AreaId, (f64, f64, f64)> = BTreeMap::new();
        for record in snapshot.facilities() {
            let facts = &record.registration.facts;
            let sum = sums.entry(facts.area.clone()).or_default();
            sum.0 += facts.location.latitude();
            sum.1 += facts.location.longitude();
            sum.2 += 1.0;
        }
        let middles = sums
            .into_iter()
            .filter_map(|(area, (latitude, longitude, count))| {
                let middle = Location::new(latitude / count, longitude / count).ok()?;
                Some((area, middle))
            });
        let mut centres: BTreeMap<AreaId, Location> = middles.collect();
        if let Some(csv) = tables.csv(TableName::AreaShapes)? {
            centres.extend(shapes(&csv));
        }
        Ok(Self(centres))
    }

    /// Minutes of one way from an area to a place, rounded up; `None` if nothing is known of the area.
    pub(super) fn minutes(&self, from: &AreaId, to: Location) -> Option<u32> {
        let kilometres = self.0.get(from)?.distance_km(to) * DETOUR;
        let minutes = (kilometres / KILOMETRES_PER_HOUR * 60.0).ceil();
        // Not negative, and at most some days: the cast is exact.
        Some(minutes as u32)
    }
}

/// Area and centre of every row that can be read; the table is checked where the city is read.
fn shapes(csv: &[u8]) -> BTreeMap<AreaId, Location> {
    let mut reader = csv::Reader::from_reader(csv);
    let headers = reader.headers().cloned().unwrap_or_default();
    let position = |name: &str| headers.iter().position(|header| header == name);
    let places = (
        position("area"),
        position("latitude"),
        position("longitude"),
    );
    let (Some(area), Some(latitude), Some(longitude)) = places else {
        return BTreeMap::new();
    };
    let rows = reader.records().flatten();
    rows.filter_map(|row| {
        let number = |at: usize| row.get(at)?.parse::<f64>().ok();
        let centre = Location::new(number(latitude)?, number(longitude)?).ok()?;
        Some((row.get(area)?.parse().ok()?, centre))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_of_two_kilometres_and_a_half_takes_thirteen_minutes() {
        let area: AreaId = "sued".parse().unwrap();
        let csv = b"area,latitude,longitude,polygon\nsued,51.05,13.74,\nwest,x,13,\n";
        let centres = Centres(shapes(csv));
        assert_eq!(centres.0.len(), 1);
        let there = Location::new(51.05, 13.74).unwrap();
        assert_eq!(centres.minutes(&area, there), Some(0));
        let north = Location::new(51.05 + 2.5 / 111.195, 13.74).unwrap();
        assert_eq!(centres.minutes(&area, north), Some(13));
        assert_eq!(centres.minutes(&"west".parse().unwrap(), there), None);
    }
}
