//! The catalogue: JSON-LD after DCAT-AP.de 2.0.
//!
//! Mandatory there: title, description, publisher and datasets of a catalogue; title, description,
//! contributor id, publisher and distributions of a dataset; address and licence of a distribution,
//! and, with this licence, the text of the attribution; a name for an agent.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tables::{City, CityError};

use super::{OpenDataFacts, OpenDataFile, geo};
use crate::statistics::{Statistics, StatisticsKind, StatisticsWriteError};

/// A dataset before it is written.
struct Dataset<'a> {
    name: &'a str,
    title: (String, String),
    description: (String, String),
    keywords: &'a [&'a str],
    file: &'a OpenDataFile,
    file_type: &'a str,
    media_type: &'a str,
}

/// A text in both languages.
fn texts((german, english): &(String, String)) -> Value {
    json!([
        {"@language": "de", "@value": german},
        {"@language": "en", "@value": english},
    ])
}

fn link(address: impl Into<String>) -> Value {
    json!({"@id": address.into()})
}

fn typed(value: &str, kind: &str) -> Value {
    json!({"@type": kind, "@value": value})
}

/// The catalogue of the files made so far.
pub(super) fn catalogue(
    city: &City,
    statistics: &Statistics,
    facts: &OpenDataFacts,
    files: &[OpenDataFile],
) -> Result<Vec<u8>, super::OpenDataError> {
    let months = statistics.months();
    let last = months.last().map(|month| month.month().first_day());
    let known = months.iter().map(|month| month.known_on()).max();
    let modified = known
        .or(last)
        .map(|day| typed(&day.to_string(), "xsd:date"));
    let temporal = months.first().zip(months.last()).map(|(first, last)| {
        json!({
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": typed(&first.month().first_day().to_string(), "xsd:date"),
            "dcat:endDate": typed(&last.month().first_day().to_string(), "xsd:date"),
        })
    });
    let spatial = spatial(city, facts)?;
    let datasets: Vec<Value> = datasets(files)
        .iter()
        .map(|dataset| {
            let mut value = described(dataset, facts);
            value["dct:spatial"] = spatial.clone();
            if let Some(modified) = &modified {
                value["dct:modified"] = modified.clone();
                value["dcat:distribution"]["dct:modified"] = modified.clone();
            }
            if let Some(temporal) = &temporal {
                value["dct:temporal"] = temporal.clone();
            }
            value
        })
        .collect();
    let mut document = json!({
        "@context": context(),
        "@id": facts.address("catalog.jsonld#catalog"),
        "@type": "dcat:Catalog",
        "dct:title": texts(&(
            format!("Kindertagesbetreuung: {}", facts.publisher),
            format!("Childcare: {}", facts.publisher),
        )),
        "dct:description": texts(&(
            "Statistik der Plätze und Anmeldungen in der Kindertagesbetreuung, Einrichtungen und Gebiete".to_owned(),
            "Statistics of places and applications in childcare, facilities and areas".to_owned(),
        )),
        "dct:publisher": publisher(facts),
        "dct:license": link(&facts.licence),
        "dct:language": [
            link("http://publications.europa.eu/resource/authority/language/DEU"),
            link("http://publications.europa.eu/resource/authority/language/ENG"),
        ],
        "dct:spatial": spatial,
        "dcat:themeTaxonomy": link("http://publications.europa.eu/resource/authority/data-theme"),
        "foaf:homepage": link(&facts.homepage),
        "dcat:dataset": datasets,
    });
    if let Some(modified) = modified {
        document["dct:modified"] = modified;
    }
    let mut bytes =
        serde_json::to_vec_pretty(&document).map_err(StatisticsWriteError::of("catalog.jsonld"))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn context() -> Value {
    json!({
        "adms": "http://www.w3.org/ns/adms#",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dcatap": "http://data.europa.eu/r5r/",
        "dcatde": "http://dcat-ap.de/def/dcatde/",
        "dct": "http://purl.org/dc/terms/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "geosparql": "http://www.opengis.net/ont/geosparql#",
        "spdx": "http://spdx.org/rdf/terms#",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}

fn publisher(facts: &OpenDataFacts) -> Value {
    json!({
        "@id": facts.address("catalog.jsonld#publisher"),
        "@type": "foaf:Agent",
        "foaf:name": facts.publisher,
        "foaf:homepage": link(&facts.homepage),
    })
}

/// Where the data are of: the extent of facilities and areas.
fn spatial(city: &City, facts: &OpenDataFacts) -> Result<Value, CityError> {
    let mut place = json!({
        "@type": "dct:Location",
        "@id": facts.address("catalog.jsonld#city"),
    });
    if let Some([west, south, east, north]) = geo::extent(city)? {
        let corners = format!(
            "POLYGON (({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))"
        );
        place["dcat:bbox"] = typed(&corners, "geosparql:wktLiteral");
    }
    Ok(place)
}

/// The files that are datasets of their own.
fn datasets(files: &[OpenDataFile]) -> Vec<Dataset<'_>> {
    let of = |path: &str| files.iter().find(|file| file.path == path);
    let mut datasets = Vec::new();
    for kind in StatisticsKind::ALL {
        if let Some(file) = of(&format!("statistics/{}.csv", kind.name())) {
            let (title, definition) = (kind.title(), kind.definition());
            datasets.push(Dataset {
                name: kind.name(),
                title: (
                    format!("Kindertagesbetreuung: {}", title.de),
                    format!("Childcare: {}", title.en),
                ),
                description: (definition.de, definition.en),
                keywords: &["Kindertagesbetreuung", "Kita", "Statistik"],
                file,
                file_type: "CSV",
                media_type: "text/csv",
            });
        }
    }
    let geographic = [
        (
            geo::FACILITIES,
            "facilities",
            ("Kindertageseinrichtungen", "Childcare facilities"),
            (
                "Einrichtungen mit Träger, Gebiet und Plätzen laut Betriebserlaubnis; ohne Kindertagespflegestellen",
                "Facilities with provider, area and licensed places; without childminder sites",
            ),
        ),
        (
            geo::AREAS,
            "areas",
            ("Gebiete der Statistik", "Areas of the statistics"),
            (
                "Umrisse der Gebiete, nach denen die Statistik gegliedert ist",
                "Outlines of the areas the statistics are broken down by",
            ),
        ),
    ];
    for (path, name, title, description) in geographic {
        if let Some(file) = of(path) {
            datasets.push(Dataset {
                name,
                title: (title.0.to_owned(), title.1.to_owned()),
                description: (description.0.to_owned(), description.1.to_owned()),
                keywords: &["Kindertagesbetreuung", "Kita", "Geodaten"],
                file,
                file_type: "GEOJSON",
                media_type: "application/geo+json",
            });
        }
    }
    datasets
}

fn described(dataset: &Dataset<'_>, facts: &OpenDataFacts) -> Value {
    let at = |part: &str| facts.address(&format!("catalog.jsonld#{part}-{}", dataset.name));
    let file = facts.address(&dataset.file.path);
    let digest = Sha256::digest(&dataset.file.bytes);
    let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let themes = ["EDUC", "SOCI"].map(|theme| {
        link(format!(
            "http://publications.europa.eu/resource/authority/data-theme/{theme}"
        ))
    });
    let key = &facts.municipality;
    json!({
        "@id": at("dataset"),
        "@type": "dcat:Dataset",
        "dct:title": texts(&dataset.title),
        "dct:description": texts(&dataset.description),
        "dct:identifier": at("dataset"),
        "dct:publisher": publisher(facts),
        "dct:accrualPeriodicity": link("http://publications.europa.eu/resource/authority/frequency/MONTHLY"),
        "dct:accessRights": link("http://publications.europa.eu/resource/authority/access-right/PUBLIC"),
        "dct:language": link("http://publications.europa.eu/resource/authority/language/DEU"),
        "dcat:theme": themes,
        "dcat:keyword": dataset.keywords,
        "dcat:landingPage": link(&facts.homepage),
        "foaf:page": link(facts.address("notes.md")),
        "dcat:contactPoint": {
            "@id": facts.address("catalog.jsonld#contact"),
            "@type": "vcard:Organization",
            "vcard:fn": facts.publisher,
            "vcard:hasURL": link(&facts.homepage),
        },
        "dcatde:contributorID": link(facts.contributor_address()),
        "dcatde:politicalGeocodingLevelURI": link("http://dcat-ap.de/def/politicalGeocoding/Level/municipality"),
        "dcatde:politicalGeocodingURI": link(format!("http://dcat-ap.de/def/politicalGeocoding/municipalityKey/{key}")),
        "dcat:distribution": {
            "@id": at("distribution"),
            "@type": "dcat:Distribution",
            "dct:title": texts(&dataset.title),
            "dcat:accessURL": link(&file),
            "dcat:downloadURL": link(&file),
            "dct:license": link(&facts.licence),
            "dcatde:licenseAttributionByText": facts.publisher,
            "dct:format": link(format!("http://publications.europa.eu/resource/authority/file-type/{}", dataset.file_type)),
            "dcat:mediaType": link(format!("https://www.iana.org/assignments/media-types/{}", dataset.media_type)),
            "dcat:byteSize": typed(&dataset.file.bytes.len().to_string(), "xsd:nonNegativeInteger"),
            "dcatap:availability": link("http://publications.europa.eu/resource/authority/planned-availability/STABLE"),
            "spdx:checksum": {
                "@type": "spdx:Checksum",
                "spdx:algorithm": link("http://spdx.org/rdf/terms#checksumAlgorithm_sha256"),
                "spdx:checksumValue": typed(&hash, "xsd:hexBinary"),
            },
        },
    })
}
