//! ConfidentialTable to ReleasedTable: the only way out for a count of children.
