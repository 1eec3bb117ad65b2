//! Rules that look at more than one row.

use std::collections::BTreeMap;

use domain::{CareType, InputProblem};
use polars::frame::DataFrame;
use polars::prelude::PolarsResult;

use crate::check::{day, text};
use crate::keys::hash_text;
use crate::problems::Problems;
use crate::read::{Chunk, unreadable};
use crate::schema::TableName;

/// Most places a childminder site may have (§ 43(3) SGB VIII).
const MOST_PLACES_OF_A_CHILDMINDER: i32 = 5;

/// What the rules remember of the tables read so far.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    childminders: Vec<String>,
    licences: BTreeMap<String, Vec<(i32, i32)>>,
    pub(crate) contracts: ContractFacts,
}

impl Rules {
    /// Whether the rules need the rows of a table.
    pub(crate) const fn needs(table: TableName) -> bool {
        matches!(
            table,
            TableName::Areas | TableName::Facilities | TableName::Licences | TableName::Capacities
        )
    }

    /// Learns from a table and checks what can be checked with it.
    pub(crate) fn learn(
        &mut self,
        table: TableName,
        file: &str,
        frame: &DataFrame,
        problems: &mut Problems,
    ) {
        let outcome = match table {
            TableName::Areas => area_cycles(file, frame, problems),
            TableName::Facilities => self.facilities(frame),
            TableName::Licences => self.licences(frame),
            TableName::Capacities => self.capacities(file, frame, problems),
            _ => Ok(()),
        };
        if let Err(error) = outcome {
            problems.push(unreadable(file, error));
        }
    }

    fn facilities(&mut self, frame: &DataFrame) -> PolarsResult<()> {
        let kinds = text(frame, "kind")?;
        self.childminders = text(frame, "facility_id")?
            .iter()
            .zip(kinds.iter())
            .filter(|(_, kind)| *kind == Some("childminder_site"))
            .filter_map(|(id, _)| id.map(str::to_owned))
            .collect();
        self.childminders.sort_unstable();
        Ok(())
    }

    fn licences(&mut self, frame: &DataFrame) -> PolarsResult<()> {
        let starts = frame.column("valid_from")?.date()?;
        let ends = frame.column("valid_to")?.date()?;
        let spans = starts.physical().iter().zip(ends.physical().iter());
        for (facility, (start, end)) in text(frame, "facility_id")?.iter().zip(spans) {
            if let (Some(facility), Some(start)) = (facility, start) {
                let span = (start, end.unwrap_or(i32::MAX));
                self.licences
                    .entry(facility.to_owned())
                    .or_default()
                    .push(span);
            }
        }
        for spans in self.licences.values_mut() {
            spans.sort_unstable();
        }
        Ok(())
    }

    fn capacities(
        &self,
        file: &str,
        frame: &DataFrame,
        problems: &mut Problems,
    ) -> PolarsResult<()> {
        let facilities = text(frame, "facility_id")?;
        let licensed = frame.column("licensed")?.i32()?;
        let staffed = frame.column("staffed")?.i32()?;
        let starts = frame.column("valid_from")?.date()?.physical().clone();
        let ends = frame.column("valid_to")?.date()?.physical().clone();
        for row in 0..frame.height() {
            let (Some(facility), Some(places)) = (facilities.get(row), licensed.get(row)) else {
                continue;
            };
            let row_number = row as u64 + 1;
            if let Some(staffed) = staffed.get(row)
                && staffed > places
            {
                problems.push(
                    InputProblem::new(
                        "E1016",
                        file,
                        format!("more places are staffed than the {places} licensed"),
                    )
                    .at(row_number, "staffed", staffed.to_string())
                    .remedy("lower staffed or raise licensed"),
                );
            }
            if places > MOST_PLACES_OF_A_CHILDMINDER
                && self
                    .childminders
                    .binary_search_by(|id| id.as_str().cmp(facility))
                    .is_ok()
            {
                problems.push(
                    InputProblem::new(
                        "E1017",
                        file,
                        "a childminder site may have at most 5 places (§ 43(3) SGB VIII)",
                    )
                    .at(row_number, "licensed", places.to_string())
                    .remedy("lower the places or correct the kind of the facility"),
                );
            }
            if places > 0
                && let Some(start) = starts.get(row)
                && let Some(gap) =
                    self.licence_gap(facility, start, ends.get(row).unwrap_or(i32::MAX))
            {
                problems.push(
                    InputProblem::new(
                        "E1013",
                        file,
                        format!(
                            "places are licensed, but no operating licence is valid on {}",
                            day(gap)
                        ),
                    )
                    .at(row_number, "facility_id", facility)
                    .remedy(
                        "add the missing licence to licences, or end the places with the licence",
                    ),
                );
            }
        }
        Ok(())
    }

    /// The first day of a span without a licence although one follows or none ever was.
    ///
    /// After the last licence has run out the places simply no longer count; that is no gap.
    fn licence_gap(&self, facility: &str, start: i32, end: i32) -> Option<i32> {
        let Some(spans) = self.licences.get(facility) else {
            return Some(start);
        };
        let last = spans.iter().map(|(_, to)| *to).max().unwrap_or(start);
        let mut uncovered = start;
        for (from, to) in spans {
            if uncovered > end.min(last) || *from > uncovered {
                break;
            }
            uncovered = uncovered.max(to.saturating_add(1));
        }
        (uncovered <= end.min(last)).then_some(uncovered)
    }
}

/// No area lies in itself.
fn area_cycles(file: &str, frame: &DataFrame, problems: &mut Problems) -> PolarsResult<()> {
    let (areas, parents) = (text(frame, "area")?, text(frame, "parent")?);
    let parent_of: BTreeMap<&str, &str> = areas
        .iter()
        .zip(parents.iter())
        .filter_map(|(area, parent)| Some((area?, parent?)))
        .collect();
    for (row, area) in areas.iter().enumerate() {
        let Some(area) = area else { continue };
        let mut above = area;
        for _ in 0..=parent_of.len() {
            match parent_of.get(above) {
                None => break,
                Some(parent) if *parent == area => {
                    problems.push(
                        InputProblem::new(
                            "E1023",
                            file,
                            "the area lies in itself, directly or through others",
                        )
                        .at(
                            row as u64 + 1,
                            "parent",
                            *parent_of.get(area).unwrap_or(&""),
                        )
                        .remedy("correct the parent"),
                    );
                    break;
                }
                Some(parent) => above = parent,
            }
        }
    }
    Ok(())
}

/// The facts of contracts that the rules need, 20 bytes each, per row.
#[derive(Debug, Default)]
pub(crate) struct ContractFacts {
    /// Current versions: child, first day, last day, row, care type.
    current: Vec<(u64, i32, i32, u32, u8)>,
    /// Contracts with more than one version: contract, recorded from, recorded to, row.
    recorded: Vec<(u64, i32, i32, u32)>,
}

impl ContractFacts {
    /// Gathers a chunk of contracts.
    pub(crate) fn gather(&mut self, chunk: &Chunk) -> PolarsResult<()> {
        let frame = &chunk.frame;
        let (contracts, children) = (text(frame, "contract_id")?, text(frame, "child_id")?);
        let care_types = text(frame, "care_type")?;
        let versions = frame.column("version")?.i32()?;
        let days = |name: &str| {
            frame
                .column(name)?
                .date()
                .map(|days| days.physical().clone())
        };
        let (from, to) = (days("valid_from")?, days("valid_to")?);
        let (recorded_from, recorded_to) = (days("recorded_from")?, days("recorded_to")?);
        for row in 0..frame.height() {
            // A table has fewer than 2^32 rows.
            let row_number = (chunk.first_row + row as u64) as u32;
            let superseded = recorded_to.get(row);
            if let (Some(contract), Some(since)) = (contracts.get(row), recorded_from.get(row))
                && (superseded.is_some() || versions.get(row) != Some(1))
            {
                let until = superseded.unwrap_or(i32::MAX);
                self.recorded
                    .push((hash_text(contract), since, until, row_number));
            }
            let Some(care) = care_types.get(row).and_then(|c| c.parse::<CareType>().ok()) else {
                continue;
            };
            if let (Some(child), Some(from), None) = (children.get(row), from.get(row), superseded)
            {
                let to = to.get(row).unwrap_or(i32::MAX);
                self.current
                    .push((hash_text(child), from, to, row_number, care.index() as u8));
            }
        }
        Ok(())
    }

    /// No child in two places at once; no two versions of a contract known at once.
    pub(crate) fn check(&mut self, file: &str, problems: &mut Problems) {
        self.current.sort_unstable();
        for run in self.current.chunk_by(|a, b| a.0 == b.0) {
            two_places(file, run, problems);
        }
        self.recorded.sort_unstable();
        for pair in self.recorded.windows(2) {
            let (earlier, later) = (pair[0], pair[1]);
            if earlier.0 == later.0 && earlier.2 > later.1 {
                problems.push(
                    InputProblem::new(
                        "E1015",
                        file,
                        format!("two versions of the contract are known at the same time (the other stands in row {})", earlier.3),
                    )
                    .at(u64::from(later.3), "recorded_from", day(later.1))
                    .remedy("end the earlier version's recorded time on the day the later one became known"),
                );
            }
        }
    }
}

/// Whether a child may have both contracts at once: after-school care and childminding (E10).
const fn compatible(a: u8, b: u8) -> bool {
    let (after_school, childminding) = (CareType::AfterSchool as u8, CareType::Childminding as u8);
    (a == after_school && b == childminding) || (a == childminding && b == after_school)
}

/// Contracts of one child, sorted by their first day.
fn two_places(file: &str, run: &[(u64, i32, i32, u32, u8)], problems: &mut Problems) {
    // Per care type the contract that ends last so far: (last day, row).
    let mut latest: [Option<(i32, u32)>; CareType::COUNT] = [None; CareType::COUNT];
    for (_, from, to, row, care) in run {
        for other in 0..CareType::COUNT as u8 {
            if let Some((end, other_row)) = latest[other as usize]
                && end >= *from
                && !compatible(*care, other)
            {
                problems.push(
                    InputProblem::new(
                        "E1014",
                        file,
                        format!("the child has another contract on this day (row {other_row}, until {})", open_end(end)),
                    )
                    .at(u64::from(*row), "valid_from", day(*from))
                    .remedy("end the earlier contract the day before this one starts, or correct the child"),
                );
                break;
            }
        }
        let slot = &mut latest[*care as usize];
        if slot.is_none_or(|(end, _)| end < *to) {
            *slot = Some((*to, *row));
        }
    }
}

/// A last day in words.
fn open_end(days: i32) -> String {
    if days == i32::MAX {
        "an open end".to_owned()
    } else {
        day(days)
    }
}
