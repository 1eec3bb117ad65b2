//! Tests of the open-data bundle.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::statistics::tests::{city_of, may, town};
use crate::statistics::{StatisticsRequest, statistics};

fn facts() -> OpenDataFacts {
    OpenDataFacts {
        publisher: "Beispielstadt".to_owned(),
        homepage: "https://www.example.org".to_owned(),
        base_address: "https://data.example.org/kita/".to_owned(),
        licence: LICENCE_DL_DE_BY_2_0.to_owned(),
        contributor: "beispielstadt".to_owned(),
        municipality: "14612000".to_owned(),
    }
}

fn bundle() -> Vec<OpenDataFile> {
    let city = city_of(&town(0));
    let policy = DisclosurePolicy::default();
    let request = StatisticsRequest {
        month: may(),
        months: 2,
        known_on: None,
    };
    let made = statistics(&city, request, &policy).unwrap();
    open_data(&city, &made, &facts(), &policy).unwrap()
}

fn json(files: &[OpenDataFile], path: &str) -> Value {
    let file = files.iter().find(|file| file.path == path).unwrap();
    serde_json::from_slice(&file.bytes).unwrap()
}

/// An address a catalogue links to.
fn address<'a>(of: &'a Value, property: &str) -> &'a str {
    let found = of[property]["@id"].as_str();
    found.unwrap_or_else(|| panic!("{property} is no address in {of:#}"))
}

/// A text in German.
fn german(of: &Value, property: &str) {
    let texts = of[property].as_array().unwrap();
    let found = texts.iter().find(|text| text["@language"] == "de");
    assert!(
        !found.unwrap()["@value"].as_str().unwrap().is_empty(),
        "{property}"
    );
}

#[test]
fn the_catalogue_has_every_mandatory_property_of_dcat_ap_de() {
    let files = bundle();
    let catalogue = json(&files, "catalog.jsonld");
    assert_eq!(catalogue["@type"], "dcat:Catalog");
    german(&catalogue, "dct:title");
    german(&catalogue, "dct:description");
    assert_eq!(catalogue["dct:publisher"]["@type"], "foaf:Agent");
    assert_eq!(catalogue["dct:publisher"]["foaf:name"], "Beispielstadt");
    let datasets = catalogue["dcat:dataset"].as_array().unwrap();
    assert_eq!(datasets.len(), 10, "eight tables, facilities and areas");
    for dataset in datasets {
        assert_eq!(dataset["@type"], "dcat:Dataset");
        german(dataset, "dct:title");
        german(dataset, "dct:description");
        assert_eq!(
            address(dataset, "dcatde:contributorID"),
            "http://dcat-ap.de/def/contributors/beispielstadt"
        );
        assert_eq!(dataset["dct:publisher"]["foaf:name"], "Beispielstadt");
        assert!(
            dataset["dcat:theme"][0]["@id"]
                .as_str()
                .unwrap()
                .ends_with("/data-theme/EDUC")
        );
        assert!(
            address(dataset, "dcatde:politicalGeocodingURI").ends_with("/municipalityKey/14612000")
        );
        assert!(
            !dataset["dcat:contactPoint"]["vcard:fn"]
                .as_str()
                .unwrap()
                .is_empty()
        );
        assert!(!dataset["dct:identifier"].as_str().unwrap().is_empty());
        assert_eq!(
            dataset["dct:temporal"]["dcat:startDate"]["@value"],
            "2026-04-01"
        );
        assert_eq!(
            dataset["dct:temporal"]["dcat:endDate"]["@value"],
            "2026-05-01"
        );
        let corners = dataset["dct:spatial"]["dcat:bbox"]["@value"]
            .as_str()
            .unwrap();
        assert!(corners.starts_with("POLYGON ((13.6 50.9"), "{corners}");
        let distribution = &dataset["dcat:distribution"];
        assert_eq!(distribution["@type"], "dcat:Distribution");
        assert_eq!(address(distribution, "dct:license"), LICENCE_DL_DE_BY_2_0);
        assert_eq!(
            distribution["dcatde:licenseAttributionByText"],
            "Beispielstadt"
        );
        assert!(address(distribution, "dct:format").contains("/authority/file-type/"));
        assert!(address(distribution, "dcat:mediaType").contains("/media-types/"));
        let download = address(distribution, "dcat:downloadURL");
        assert_eq!(address(distribution, "dcat:accessURL"), download);
        let path = download
            .strip_prefix("https://data.example.org/kita/")
            .unwrap();
        let file = files.iter().find(|file| file.path == path).unwrap();
        let checksum = &distribution["spdx:checksum"];
        assert_eq!(
            address(checksum, "spdx:algorithm"),
            "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
        );
        let hash: String = Sha256::digest(&file.bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(checksum["spdx:checksumValue"]["@value"], hash);
        assert_eq!(
            distribution["dcat:byteSize"]["@value"],
            file.bytes.len().to_string()
        );
    }
}

#[test]
fn the_bundle_is_the_same_to_the_byte_twice() {
    assert_eq!(bundle(), bundle());
}

#[test]
fn facilities_are_points_with_public_facts_and_childminders_are_not_on_the_map() {
    let files = bundle();
    let facilities = json(&files, "geo/facilities.geojson");
    let features = facilities["features"].as_array().unwrap();
    let names: Vec<&Value> = features
        .iter()
        .map(|it| &it["properties"]["name"])
        .collect();
    assert_eq!(names, ["Haus Eins", "Haus Zwei"]);
    assert_eq!(
        features[0]["geometry"]["coordinates"],
        serde_json::json!([13.7, 51.0])
    );
    assert_eq!(features[0]["properties"]["licensed_places"]["nursery"], 20);
    let areas = json(&files, "geo/areas.geojson");
    let ring = &areas["features"][0]["geometry"]["coordinates"][0];
    // Given clockwise, written counterclockwise.
    assert_eq!(ring[1], serde_json::json!([13.8, 51.1]));
}

#[test]
fn facts_that_no_catalogue_can_carry_are_refused() {
    let wrong = [
        OpenDataFacts {
            publisher: " ".to_owned(),
            ..facts()
        },
        OpenDataFacts {
            homepage: "www.example.org".to_owned(),
            ..facts()
        },
        OpenDataFacts {
            base_address: "https://a b".to_owned(),
            ..facts()
        },
        OpenDataFacts {
            licence: "dl-de/by-2-0".to_owned(),
            ..facts()
        },
        OpenDataFacts {
            municipality: "1461200".to_owned(),
            ..facts()
        },
    ];
    for facts in wrong {
        let refused = facts.check().unwrap_err().to_string();
        assert!(refused.starts_with("E6209"), "{refused}");
    }
}
