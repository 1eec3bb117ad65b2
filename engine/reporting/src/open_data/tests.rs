//! Tests of the open-data bundle.
