//! Checks the city in a folder, in the format of the second argument, and prints its number of rows.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use benches::cities;

fn main() -> Result<(), Box<dyn Error>> {
    let usage = "usage: check_city FOLDER csv|parquet";
    let mut arguments = std::env::args().skip(1);
    let (folder, format) = (
        arguments.next().ok_or(usage)?,
        arguments.next().ok_or(usage)?,
    );
    let format = cities::FORMATS
        .into_iter()
        .find(|known| known.extension() == format)
        .ok_or(usage)?;
    let rows = cities::check(Path::new(&folder), format)?;
    writeln!(std::io::stdout(), "{rows}")?;
    Ok(())
}
