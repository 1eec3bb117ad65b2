//! Generates a city of a given scale, drops every row and prints how many there were.

use std::error::Error;
use std::io::Write;

fn main() -> Result<(), Box<dyn Error>> {
    let scale = std::env::args()
        .nth(1)
        .ok_or("usage: generate_city SCALE")?;
    let rows = benches::cities::count(scale.parse()?)?;
    writeln!(std::io::stdout(), "{}", rows.total())?;
    Ok(())
}
