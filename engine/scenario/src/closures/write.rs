//! The sets of a closure plan as a table.

use std::io::{self, Write};

use super::problem::{ChosenFacility, ClosurePlan};
use crate::findings::Language;

impl ClosurePlan {
    /// Writes one line for each set: UTF-8, comma, header row, lines ended by a line feed.
    ///
    /// Ranked sets come first; sets ruled out have no rank and name the constraints they break.
    /// Facilities are separated by spaces, reasons by semicolons and stand in quotation marks.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_csv(&self, mut target: impl Write) -> io::Result<()> {
        writeln!(
            target,
            "rank,facilities,objective,bound,gap,status,cost_euros,points,broken"
        )?;
        let facilities = |chosen: &[ChosenFacility]| -> String {
            let names: Vec<&str> = chosen.iter().map(|it| it.facility.as_str()).collect();
            names.join(" ")
        };
        for set in &self.sets {
            writeln!(
                target,
                "{},{},{:.2},{:.2},{:.6},{},{:.2},{},",
                set.rank,
                facilities(&set.chosen),
                set.objective,
                set.bound,
                set.gap,
                set.status.as_str(),
                set.cost,
                set.points
            )?;
        }
        for set in &self.ruled_out {
            let reasons: Vec<String> = set
                .broken
                .iter()
                .map(|value| value.worded(Language::English).replace('"', "'"))
                .collect();
            writeln!(
                target,
                ",{},{:.2},,,,{:.2},{},\"{}\"",
                facilities(&set.chosen),
                set.objective,
                set.cost,
                set.points,
                reasons.join("; ")
            )?;
        }
        Ok(())
    }
}
