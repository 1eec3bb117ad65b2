//! The page `datasets/SCHEMA.md`.

use crate::schema::{TableName, markdown};

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a drift test compares with the committed page, and writes it on demand"
)]
fn the_schema_page_equals_the_schema() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../datasets/SCHEMA.md");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, markdown()).unwrap();
    }
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        page == markdown(),
        "datasets/SCHEMA.md is not what the schema says; run \
         `UPDATE_SCHEMA=1 cargo nextest run -p placewright-tables schema` and commit it"
    );
}

#[test]
fn every_schema_is_found_by_its_name_and_hangs_together() {
    for (position, table) in TableName::ALL.into_iter().enumerate() {
        let schema = table.schema();
        assert_eq!(schema.table, table);
        assert_eq!(TableName::ALL[position] as usize, position);
        assert_eq!(TableName::named(schema.name), Some(table));
        assert!(!schema.key.is_empty());
        let required = |name: &str| schema.columns[schema.position(name).unwrap()].required;
        assert!(schema.key.iter().all(|name| required(name)), "{table}");
        for (from, to) in schema.periods {
            assert!(required(from) && schema.position(to).is_some(), "{table}");
        }
        for column in schema.columns {
            // A table is read after those it names, and a reference is to a key of one column.
            if let Some(target) = column.references {
                assert!(target <= table, "{table}.{}", column.name);
                assert_eq!(target.schema().key.len(), 1, "{table}.{}", column.name);
            }
        }
    }
    assert_eq!(TableName::named("names"), None);
}
