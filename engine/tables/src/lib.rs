//! The columnar tables of a city: schemas, validation with row-level errors, as-of views, CSV, Parquet, Arrow.
