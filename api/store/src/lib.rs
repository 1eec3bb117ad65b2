//! The database: runs, releases and table snapshots.
