//! The same spec gives the same city; several units are the same as one after the other.

use std::collections::BTreeMap;

use datasets::{CitySpec, Progress, TableSink, generate};
use polars::frame::DataFrame;
use tables::schema::TableName;

use crate::frames::City;

fn fingerprint(city: &City) -> BTreeMap<&'static str, u64> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    TableName::ALL
        .into_iter()
        .map(|table| {
            let mut hasher = DefaultHasher::new();
            city.lines(table).hash(&mut hasher);
            (table.as_str(), hasher.finish())
        })
        .collect()
}

#[test]
fn the_same_seed_and_scale_give_the_same_city_and_another_seed_another() {
    let first = fingerprint(&City::new(11, 0.03));
    assert_eq!(first, fingerprint(&City::new(11, 0.03)));
    let other = fingerprint(&City::new(12, 0.03));
    for (table, print) in &first {
        // Names and neighbours follow from the pattern of the map alone, its shapes do not; so small
        // a city may have no blocked places.
        if ["areas", "area_neighbours", "blocked_places"].contains(table) {
            continue;
        }
        assert_ne!(print, &other[table], "{table} does not depend on the seed");
    }
}

#[derive(Default)]
struct Chunks(Vec<(TableName, DataFrame)>);

impl TableSink for Chunks {
    type Error = String;
    fn write(&mut self, table: TableName, chunk: DataFrame) -> Result<(), String> {
        self.0.push((table, chunk));
        Ok(())
    }
}

#[test]
fn a_country_streams_unit_by_unit_what_it_would_hold_in_memory() {
    let spec = CitySpec::new(4, 2.0).unwrap();
    let mut chunks = Chunks::default();
    let mut steps: Vec<Progress> = Vec::new();
    let totals = generate(&spec, &mut chunks, &mut |progress| steps.push(progress)).unwrap();
    assert_eq!(chunks.0.len(), 2 * TableName::ALL.len());
    let tables: Vec<TableName> = chunks.0.iter().map(|(table, _)| *table).collect();
    assert_eq!(tables, [TableName::ALL, TableName::ALL].concat());

    let memory = datasets::generate_in_memory(&spec).unwrap();
    for table in TableName::ALL {
        let parts: Vec<&DataFrame> = chunks
            .0
            .iter()
            .filter(|(of, _)| *of == table)
            .map(|(_, chunk)| chunk)
            .collect();
        let whole = parts[0].vstack(parts[1]).unwrap();
        assert!(whole.equals_missing(&memory[&table]), "{table} differs");
        assert_eq!(totals.rows[table.as_str()], whole.height() as u64);
    }
    assert_eq!(totals.units, 2);
    assert_eq!(steps.len(), 2);
    assert_eq!((steps[1].units_done, steps[1].units), (2, 2));
    assert_eq!(steps[1].rows, totals.rows.values().sum::<u64>());

    let areas = City(memory);
    let parents = areas.texts(TableName::Areas, "parent");
    assert_eq!(parents.iter().filter(|parent| parent.is_none()).count(), 2);
}

struct Full;

impl TableSink for Full {
    type Error = std::io::Error;
    fn write(&mut self, table: TableName, _: DataFrame) -> Result<(), std::io::Error> {
        match table {
            TableName::Facilities => Err(std::io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        }
    }
}

#[test]
fn a_sink_that_fails_stops_the_generation_and_the_error_names_the_table() {
    let spec = CitySpec::new(4, 0.02).unwrap();
    let refused = generate(&spec, &mut Full, &mut |_| ()).unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("writing table facilities of city unit 0")
    );
}
