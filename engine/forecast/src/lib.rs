//! Children by area, age and year with calibrated intervals.
