//! Our side of the occupancy cube: reads the Parquet files of a folder, builds the cube, prints totals.
//!
//! The processor time of each step goes to standard error.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use benches::{contracts, cube::CubeTotals, process};
use occupancy::{Grid, sweep};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args()
        .nth(1)
        .ok_or("usage: occupancy_cube FOLDER")?;
    let folder = Path::new(&folder);
    let mut steps = Steps::default();
    let facilities = contracts::facility_index(folder)?;
    let frame = contracts::read(folder)?;
    steps.done("read");
    let placements = contracts::placements(&frame, &facilities)?;
    drop(frame);
    steps.done("intern");
    let grid = Grid::new(facilities.len(), contracts::months())?;
    let loads = sweep(&placements, grid)?;
    steps.done("sweep");
    let totals = CubeTotals::of(&loads, grid);
    steps.done("totals");
    writeln!(std::io::stderr(), "  CPU s of the steps: {}", steps.text)?;
    writeln!(std::io::stdout(), "{totals}")?;
    Ok(())
}

/// Processor time of this process, step by step.
#[derive(Default)]
struct Steps {
    before: f64,
    text: String,
}

impl Steps {
    fn done(&mut self, step: &str) {
        let now = process::own_processor_time().map_or(0.0, |time| time.as_secs_f64());
        self.text += &format!("{step} {:.2}  ", now - self.before);
        self.before = now;
    }
}
