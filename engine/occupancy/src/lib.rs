//! Month-by-month occupancy and free places from contract intervals.
