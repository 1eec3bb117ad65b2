//! The schemas hang together; `tests/src/documents.rs` compares the page `datasets/SCHEMA.md`.

use crate::schema::TableName;

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
