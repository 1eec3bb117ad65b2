//! Our side of a placement round: reads a round directory, places, checks, writes `placements.csv`.
//!
//! Prints the number of children placed. The processor time of each step goes to standard error.

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use benches::process;
use matching::{
    RoundFiles, RoundOptions, RoundSummary, check_matching, read_round, solve, write_placements,
};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args()
        .nth(1)
        .ok_or("usage: placement_round FOLDER")?;
    let folder = Path::new(&folder);
    let open = |name: &str| File::open(folder.join(name)).map(BufReader::new);
    let mut steps = Steps::default();
    let files = RoundFiles::new(open("programmes.csv")?, open("applications.csv")?);
    let round = read_round(files).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        lines.join("\n")
    })?;
    steps.done("read");
    let outcome = solve(&round, &RoundOptions::default())?;
    let placements = outcome.placements();
    steps.done("solve");
    let report = check_matching(&round, &placements);
    if !report.is_stable() {
        return Err(format!("{} faults", report.findings.len()).into());
    }
    let summary = RoundSummary::new(&outcome, &report)?;
    steps.done("check");
    let output = File::create(folder.join("placements.csv"))?;
    write_placements(&placements, BufWriter::new(output))?;
    steps.done("write");
    writeln!(std::io::stderr(), "  CPU s of the steps: {}", steps.text)?;
    writeln!(std::io::stdout(), "{}", summary.placed)?;
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
