//! The synthetic city against public totals, against the rules of the domain, and against itself.

#[cfg(test)]
mod calibration;
#[cfg(test)]
mod frames;
#[cfg(test)]
mod invariants;
#[cfg(test)]
mod repetition;
#[cfg(test)]
mod structure;
