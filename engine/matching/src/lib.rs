//! City-wide placement round and its independent checker.
