//! The command line `placewright`.

fn main() {}
