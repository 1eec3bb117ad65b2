//! Seeded generator of a synthetic city, code lists and scenario examples.
