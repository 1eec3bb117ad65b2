//! The binary placewright: settings, wiring and every command.
