//! Rules of the tables as such: schemas, keys, references, spans and the tree of areas.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataType;
use tables::schema::{ColumnKind, TableName};

use crate::frames::City;

pub(crate) fn every_table_follows_its_schema(city: &City) {
    for table in TableName::ALL {
        let schema = table.schema();
        let frame = city.frame(table);
        assert!(
            frame.height() > 0 || table == TableName::BlockedPlaces,
            "{table} is empty"
        );
        let names: Vec<&str> = frame
            .get_column_names()
            .iter()
            .map(|name| name.as_str())
            .collect();
        let expected: Vec<&str> = schema.columns.iter().map(|column| column.name).collect();
        assert_eq!(names, expected, "{table}");
        for column in schema.columns {
            let found = frame.column(column.name).unwrap();
            let place = format!("{table}.{}", column.name);
            assert!(
                !column.required || found.null_count() == 0,
                "{place} has gaps"
            );
            let dtype = match column.kind {
                ColumnKind::Identifier | ColumnKind::Text(_) | ColumnKind::Code(_) => {
                    DataType::String
                }
                ColumnKind::Date => DataType::Date,
                ColumnKind::Integer(..) => DataType::Int32,
                ColumnKind::Decimal(..) => DataType::Float64,
                ColumnKind::Flag => DataType::Boolean,
            };
            assert_eq!(found.dtype(), &dtype, "{place}");
            match column.kind {
                ColumnKind::Identifier => {
                    for key in city.texts(table, column.name).into_iter().flatten() {
                        let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
                        assert!(
                            (1..=64).contains(&key.len()) && key.chars().all(allowed),
                            "{place} {key}"
                        );
                    }
                }
                ColumnKind::Text(longest) => {
                    for text in city.texts(table, column.name).into_iter().flatten() {
                        assert!(text.len() <= longest, "{place} {text}");
                    }
                }
                ColumnKind::Code(codes) => {
                    for code in city.texts(table, column.name).into_iter().flatten() {
                        assert!(codes.contains(&code.as_str()), "{place} {code}");
                    }
                }
                ColumnKind::Integer(low, high) => {
                    for number in city.numbers(table, column.name).into_iter().flatten() {
                        assert!((low..=high).contains(&number), "{place} {number}");
                    }
                }
                ColumnKind::Decimal(low, high) => {
                    for number in city.decimals(table, column.name) {
                        assert!((low..=high).contains(&number), "{place} {number}");
                    }
                }
                ColumnKind::Date | ColumnKind::Flag => {}
            }
        }
    }
}

pub(crate) fn keys_are_unique_references_resolve_and_periods_are_in_order(city: &City) {
    for table in TableName::ALL {
        let schema = table.schema();
        let lines = city.lines(table);
        let positions: Vec<usize> = schema
            .key
            .iter()
            .map(|name| schema.position(name).unwrap())
            .collect();
        let key = |line: &String| -> Vec<String> {
            let cells: Vec<&str> = line.split(',').collect();
            positions
                .iter()
                .map(|&position| cells[position].to_owned())
                .collect()
        };
        // Columns of keys come before any column whose text may hold a comma.
        let keys: BTreeSet<Vec<String>> = lines.iter().map(key).collect();
        assert_eq!(keys.len(), lines.len(), "keys of {table} repeat");
        for column in schema.columns {
            if let Some(target) = column.references {
                let known: BTreeSet<String> = city
                    .keys(target, target.schema().key[0])
                    .into_iter()
                    .collect();
                for key in city.texts(table, column.name).into_iter().flatten() {
                    assert!(known.contains(&key), "{table}.{} names {key}", column.name);
                }
            }
        }
        for (first, last) in schema.periods {
            let from = city.numbers(table, first);
            let to = city.numbers(table, last);
            for (from, to) in from.into_iter().zip(to) {
                assert!(
                    to.is_none_or(|to| from.unwrap() <= to),
                    "{table} {first} {last}"
                );
            }
        }
    }
}

pub(crate) fn areas_form_a_tree_and_touch_both_ways_along_a_common_edge(city: &City) {
    let keys = city.keys(TableName::Areas, "area");
    let parents: BTreeMap<String, Option<String>> = keys
        .iter()
        .cloned()
        .zip(city.texts(TableName::Areas, "parent"))
        .collect();
    for key in &keys {
        let mut at = key.clone();
        let mut steps = 0;
        while let Some(parent) = parents[&at].clone() {
            at = parent;
            steps += 1;
            assert!(steps <= 3, "{key} has no top");
        }
    }
    let tops = parents.values().filter(|parent| parent.is_none()).count();
    assert!(
        tops >= 2 && keys.len() - tops >= 4,
        "{tops} districts of {} areas",
        keys.len()
    );
    let rings: BTreeMap<String, Vec<String>> = city
        .keys(TableName::AreaShapes, "area")
        .into_iter()
        .zip(city.texts(TableName::AreaShapes, "polygon"))
        .filter_map(|(area, polygon)| Some((area, ring(&polygon?))))
        .collect();
    for (area, ring) in &rings {
        assert!(
            ring.len() >= 4 && ring.first() == ring.last(),
            "{area} is not closed"
        );
        let corners: BTreeSet<&String> = ring.iter().collect();
        assert_eq!(corners.len(), ring.len() - 1, "{area} meets itself");
    }
    let pairs: BTreeSet<(String, String)> = city
        .keys(TableName::AreaNeighbours, "area")
        .into_iter()
        .zip(city.keys(TableName::AreaNeighbours, "neighbour"))
        .collect();
    for (area, other) in &pairs {
        assert!(
            area != other && pairs.contains(&(other.clone(), area.clone())),
            "{area} {other}"
        );
        let edges = |ring: &[String]| -> BTreeSet<(String, String)> {
            ring.windows(2)
                .map(|edge| (edge[0].clone(), edge[1].clone()))
                .collect()
        };
        let back: BTreeSet<(String, String)> = edges(&rings[other])
            .into_iter()
            .map(|(a, b)| (b, a))
            .collect();
        assert_eq!(
            edges(&rings[area]).intersection(&back).count(),
            1,
            "{area} {other}"
        );
    }
}

fn ring(polygon: &str) -> Vec<String> {
    let inside = polygon
        .strip_prefix("POLYGON ((")
        .and_then(|p| p.strip_suffix("))"))
        .unwrap();
    inside.split(", ").map(str::to_owned).collect()
}
