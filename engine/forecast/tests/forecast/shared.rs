//! The real cities beside the checkout, where they are.

use std::fmt::Write as _;
use std::path::PathBuf;

use forecast::{Areas, Population};

/// A file of the population data, or `None` with the reason printed.
pub(crate) fn read(path: &str) -> Option<String> {
    read_from("population", path)
}

/// A file of a folder of the shared data, or `None` with the reason printed.
#[allow(clippy::disallowed_methods, reason = "a test finds its data by itself")]
pub(crate) fn read_from(folder: &str, path: &str) -> Option<String> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let root = std::env::var("PLACEWRIGHT_SHARED").map_or_else(|_| beside(), PathBuf::from);
    match std::fs::read_to_string(root.join("data").join(folder).join(path)) {
        Ok(text) => Some(text),
        Err(error) => {
            println!("skipped: {path} is not there ({error}); set PLACEWRIGHT_SHARED");
            None
        }
    }
}

fn table(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let owned = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let header = owned(reader.headers().unwrap());
    let rows = reader
        .records()
        .map(|record| owned(&record.unwrap()))
        .collect();
    (header, rows)
}

fn column(header: &[String], name: &str) -> usize {
    header.iter().position(|column| column == name).unwrap()
}

/// The wide table as `area,year,age,count`, of the areas `wanted`.
fn long(text: &str, wanted: impl Fn(&str) -> bool) -> String {
    let (header, rows) = table(text);
    let (area, year) = (column(&header, "area"), column(&header, "year"));
    let mut out = String::from("area,year,age,count\n");
    for row in rows.iter().filter(|row| wanted(&row[area])) {
        for (name, value) in header.iter().zip(row) {
            let age = name
                .strip_prefix('a')
                .filter(|age| age.starts_with(|c: char| c.is_ascii_digit()));
            if let Some(age) = age {
                let age = age.replace('_', "-");
                writeln!(out, "{},{},{age},{value}", row[area], row[year]).unwrap();
            }
        }
    }
    out
}

/// 328 small areas of Norway in 15 counties, single ages 0 to 49, 2005 to 2020.
pub(crate) fn norway() -> Option<(Population, Areas)> {
    let (header, rows) = table(&read("norway_areas.csv")?);
    let at = |row: &[String], name: &str| row[column(&header, name)].clone();
    let county_of = |row: &Vec<String>| {
        let city = rows
            .iter()
            .find(|other| at(other, "area") == at(row, "parent"));
        let county = match at(row, "parent").as_str() {
            "M4601" => "county_nor46".to_owned(),
            _ => at(city.unwrap_or(row), "county_code"),
        };
        format!("C{}", &county[county.len() - 2..])
    };
    let leaves: Vec<&Vec<String>> = rows.iter().filter(|row| at(row, "leaf") == "1").collect();
    let mut areas = String::from("area,parent\n");
    let mut counties: Vec<String> = Vec::new();
    for leaf in &leaves {
        let county = county_of(leaf);
        writeln!(areas, "{},{county}", at(leaf, "area")).unwrap();
        counties.push(county);
    }
    counties.sort();
    counties.dedup();
    for county in counties {
        writeln!(areas, "{county},").unwrap();
    }
    let is_leaf = |area: &str| leaves.iter().any(|leaf| at(leaf, "area") == area);
    let population = long(&read("norway_children.csv")?, is_leaf);
    Some((
        Population::read(population.as_bytes(), "norway.csv").unwrap(),
        Areas::read(areas.as_bytes(), "norway_areas.csv").unwrap(),
    ))
}

/// 375 planning areas of Berlin in three levels, ages 0, 1, 2, 3-4 and 5, 2001 to 2013.
pub(crate) fn berlin() -> Option<(Population, Areas)> {
    let population = long(&read("berlin_children.csv")?, |_| true);
    let population = Population::read(population.as_bytes(), "berlin.csv").unwrap();
    let mut rows: Vec<String> = Vec::new();
    for area in population.areas() {
        rows.push(format!("{area},R{}\n", &area[..6]));
        rows.push(format!("R{},B{}\n", &area[..6], &area[..2]));
        rows.push(format!("B{},_total\n", &area[..2]));
    }
    rows.sort();
    rows.dedup();
    let areas = format!("area,parent\n{}", rows.concat());
    let areas = Areas::read(areas.as_bytes(), "berlin_areas.csv").unwrap();
    Some((population, areas))
}
