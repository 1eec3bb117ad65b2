//! Random histories of the placement procedure against the real store, looked at after every step.
//!
//! A history is a list of [`step::Step`]s, generated from a seed that is printed. Each is played on a
//! database of its own ([`ground`]); what should be in it is known beside it ([`world`]): the accepted
//! changes, folded into files. After every step the promises are checked ([`promises`]) and the files,
//! the logs, the events, the freed places, the jobs and the snapshot are compared ([`player`]).
//!
//! A failing history is made as short as possible, printed and kept in `kept/`, where it is played
//! again by every later run. Other histories: set `PLACEWRIGHT_SIMULATION_SEED` to a number; more of
//! them: `PLACEWRIGHT_SIMULATION_FACTOR`.

mod columns;
mod ground;
mod kept;
mod occupancy;
mod planted;
mod player;
mod promises;
mod recorder;
mod requests;
mod runs;
mod step;
mod work;
mod world;
