//! Real population of Berlin and Norway, where the folder with it is at hand.
//!
//! The tables there have one column per age; the forecast's file contract has one row per age.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use charts::AreaOutline;
use disclosure::Label;

/// A population in the form of the file contract, with what a map needs.
pub(crate) struct RealPopulation {
    /// Short name for files.
    pub(crate) key: &'static str,
    /// Name on pages.
    pub(crate) name: Label,
    /// Where it is from, with the licence.
    pub(crate) source: Label,
    /// `area,year,age,count`.
    pub(crate) population: String,
    /// `area,parent,name`.
    pub(crate) areas: String,
    /// Age groups that its ages allow.
    pub(crate) groups: &'static str,
    /// Outlines of the areas a map shows; empty without coordinates.
    pub(crate) outlines: Vec<AreaOutline>,
}

/// The folder with real data: named by `PLACEWRIGHT_SHARED`, or beside the checkout.
pub(crate) fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("PLACEWRIGHT_SHARED").map(PathBuf::from);
    named
        .into_iter()
        .chain([PathBuf::from("../shared")])
        .map(|folder| folder.join("data"))
        .find(|folder| folder.join("population").is_dir())
}

/// A CSV file as header and rows.
fn rows(path: &Path) -> anyhow::Result<(Vec<String>, Vec<csv::StringRecord>)> {
    let mut reader =
        csv::Reader::from_path(path).with_context(|| format!("reading {}", path.display()))?;
    let header = reader.headers()?.iter().map(str::to_owned).collect();
    Ok((header, reader.records().collect::<Result<_, _>>()?))
}

/// Position of a column.
fn column(header: &[String], name: &str) -> anyhow::Result<usize> {
    header
        .iter()
        .position(|h| h == name)
        .with_context(|| format!("column {name} is missing"))
}

/// One row per age, of the areas wanted. Ages stand in columns `a0`, `a3_4` and so on.
fn long(path: &Path, wanted: impl Fn(&str) -> bool, oldest: u32) -> anyhow::Result<String> {
    let (header, records) = rows(path)?;
    let (area, year) = (column(&header, "area")?, column(&header, "year")?);
    let ages: Vec<(usize, String)> = header
        .iter()
        .enumerate()
        .filter_map(|(position, name)| {
            let age = name
                .strip_prefix('a')
                .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))?;
            let last: u32 = age.rsplit('_').next()?.parse().ok()?;
            (last <= oldest).then(|| (position, age.replace('_', "-")))
        })
        .collect();
    let mut text = String::from("area,year,age,count\n");
    for record in records.iter().filter(|record| wanted(&record[area])) {
        for (position, age) in &ages {
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "{},{},{age},{}",
                &record[area], &record[year], &record[*position]
            );
        }
    }
    Ok(text)
}

/// A CSV cell, in quotation marks.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Berlin: planning areas below the twelve districts.
pub(crate) fn berlin(data: &Path) -> anyhow::Result<RealPopulation> {
    let population = long(&data.join("population/berlin_children.csv"), |_| true, 5)?;
    let (header, records) = rows(&data.join("population/berlin_areas.csv"))?;
    let position = |name: &str| column(&header, name);
    let (area, name, district, district_name) = (
        position("area")?,
        position("name")?,
        position("bezirk")?,
        position("bezirk_name")?,
    );
    let with_rows: std::collections::BTreeSet<&str> = population
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .collect();
    let mut districts: BTreeMap<String, String> = BTreeMap::new();
    let mut lines = String::new();
    for record in records
        .iter()
        .filter(|record| with_rows.contains(&record[area]))
    {
        let key = record[district].to_owned();
        let _ = writeln!(lines, "{},{key},{}", &record[area], quoted(&record[name]));
        districts.insert(key, record[district_name].to_owned());
    }
    let mut areas = String::from("area,parent,name\n");
    for (key, name) in &districts {
        let _ = writeln!(areas, "{key},,{}", quoted(name));
    }
    areas.push_str(&lines);
    Ok(RealPopulation {
        key: "berlin",
        name: Label::new("Berlin", "Berlin"),
        source: Label::new(
            "Amt für Statistik Berlin-Brandenburg, Einwohnerregisterstatistik 2001 bis 2013 (CC BY 3.0 DE); Lage der Bezirke: Mittel der Kita-Standorte (CC BY 4.0)",
            "Amt für Statistik Berlin-Brandenburg, register of inhabitants 2001 to 2013 (CC BY 3.0 DE); position of districts: mean of Kita sites (CC BY 4.0)",
        ),
        population,
        areas,
        groups: "U3=0-2,K=3-5",
        outlines: berlin_outlines(&data.join("berlin/kitas_2025_2026.csv"), &districts)?,
    })
}

/// One hexagon per district around the mean position of its Kitas: the data hold no outlines.
fn berlin_outlines(
    path: &Path,
    districts: &BTreeMap<String, String>,
) -> anyhow::Result<Vec<AreaOutline>> {
    let (header, records) = rows(path)?;
    let (latitude, longitude, area) = (
        column(&header, "lat")?,
        column(&header, "lon")?,
        column(&header, "geojson_feature_id")?,
    );
    let mut sums: BTreeMap<String, (f64, f64, f64)> = BTreeMap::new();
    for record in &records {
        let (Ok(latitude), Ok(longitude)) = (
            record[latitude].parse::<f64>(),
            record[longitude].parse::<f64>(),
        ) else {
            continue; // a Kita without a position does not move the mean
        };
        let Some(district) = record[area].get(..2) else {
            continue;
        };
        let sum = sums.entry(district.to_owned()).or_default();
        *sum = (sum.0 + latitude, sum.1 + longitude, sum.2 + 1.0);
    }
    Ok(districts
        .iter()
        .filter_map(|(key, name)| {
            let (latitudes, longitudes, kitas) = sums.get(key)?;
            Some(AreaOutline {
                code: key.clone(),
                label: Label::new(name.clone(), name.clone()),
                outline: hexagon(latitudes / kitas, longitudes / kitas),
            })
        })
        .collect())
}

/// Corners of a hexagon of about 2 km around a point, as (longitude, latitude).
fn hexagon(latitude: f64, longitude: f64) -> Vec<(f64, f64)> {
    const RADIUS: f64 = 0.021;
    (0..=6)
        .map(|corner| {
            let angle = f64::from(corner % 6) * std::f64::consts::FRAC_PI_3;
            let wide = RADIUS / latitude.to_radians().cos();
            (
                longitude + wide * angle.cos(),
                latitude + RADIUS * angle.sin(),
            )
        })
        .collect()
}

/// Norway: the smallest areas below the counties.
pub(crate) fn norway(data: &Path) -> anyhow::Result<RealPopulation> {
    let (header, records) = rows(&data.join("population/norway_areas.csv"))?;
    let position = |name: &str| column(&header, name);
    let (area, name, county, county_name, leaf) = (
        position("area")?,
        position("location_name")?,
        position("county_code")?,
        position("county_name")?,
        position("leaf")?,
    );
    let leaves: BTreeMap<&str, &csv::StringRecord> = records
        .iter()
        .filter(|record| &record[leaf] == "1")
        .map(|record| (&record[area], record))
        .collect();
    let population = long(
        &data.join("population/norway_children.csv"),
        |area| leaves.contains_key(area),
        49,
    )?;
    let with_rows: std::collections::BTreeSet<&str> = population
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .collect();
    let mut counties: BTreeMap<&str, &str> = BTreeMap::new();
    let mut lines = String::new();
    for (key, record) in leaves.iter().filter(|(key, _)| with_rows.contains(*key)) {
        let _ = writeln!(lines, "{key},{},{}", &record[county], quoted(&record[name]));
        // A few areas belong to no county; they stand at the top themselves.
        if !record[county].is_empty() {
            counties.insert(&record[county], &record[county_name]);
        }
    }
    let mut areas = String::from("area,parent,name\n");
    for (key, name) in counties {
        let _ = writeln!(areas, "{key},,{}", quoted(name));
    }
    areas.push_str(&lines);
    Ok(RealPopulation {
        key: "norway",
        name: Label::new("Norwegen", "Norway"),
        source: Label::new(
            "Statistisk sentralbyrå, Tabellen 07459 und 10826, 2005 bis 2020 (CC BY 4.0)",
            "Statistics Norway, tables 07459 and 10826, 2005 to 2020 (CC BY 4.0)",
        ),
        population,
        areas,
        groups: "U3=0-2,K=3-5,H=6-9",
        outlines: Vec::new(),
    })
}
