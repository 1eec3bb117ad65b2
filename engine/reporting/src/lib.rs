//! Official extracts and their plausibility rules.
