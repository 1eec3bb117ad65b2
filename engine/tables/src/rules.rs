//! Rules that look at more than one row.

use std::collections::{BTreeMap, BTreeSet};

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
    /// Whether all licences were read; without them no gap can be told.
    pub(crate) licences_are_known: bool,
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
                && self.licences_are_known
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
            // An unlimited licence covers everything after it.
            uncovered = uncovered.max(to.checked_add(1)?);
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
    let circular = circular_areas(&parent_of);
    for (row, area) in areas.iter().enumerate() {
        if let Some(area) = area.filter(|area| circular.contains(area)) {
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
        }
    }
    Ok(())
}

/// The areas that are their own ancestors; every area is walked over at most twice.
fn circular_areas<'a>(parent_of: &BTreeMap<&'a str, &'a str>) -> BTreeSet<&'a str> {
    let mut circular = BTreeSet::new();
    // By area the walk that came past it first.
    let mut seen_by: BTreeMap<&str, &str> = BTreeMap::new();
    for start in parent_of.keys() {
        let mut above = *start;
        while !seen_by.contains_key(above) {
            seen_by.insert(above, start);
            match parent_of.get(above) {
                Some(parent) => above = parent,
                None => break,
            }
        }
        // The walk ran into itself: the rest of it is a circle.
        if parent_of.contains_key(above) && seen_by.get(above) == Some(start) {
            while circular.insert(above) {
                above = parent_of.get(above).copied().unwrap_or(above);
            }
        }
    }
    circular
}

/// The facts of contracts that the rules need, 48 bytes a row.
#[derive(Debug, Default)]
pub(crate) struct ContractFacts {
    current: Vec<CurrentVersion>,
    recorded: Vec<RecordedVersion>,
}

/// A version that is not superseded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct CurrentVersion {
    /// Hash of the child's pseudonym.
    child: u64,
    first_day: i32,
    last_day: i32,
    row: u32,
    care_type: u8,
}

/// The time in which a version is the known one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct RecordedVersion {
    /// Hash of the contract's key.
    contract: u64,
    since: i32,
    /// The day it was replaced; that day no longer counts.
    until: i32,
    row: u32,
}

impl ContractFacts {
    /// Gathers a chunk of contracts.
    pub(crate) fn gather(&mut self, chunk: &Chunk) -> PolarsResult<()> {
        let frame = &chunk.frame;
        let (contracts, children) = (text(frame, "contract_id")?, text(frame, "child_id")?);
        let care_types = text(frame, "care_type")?;
        let days = |name: &str| {
            frame
                .column(name)?
                .date()
                .map(|days| days.physical().clone())
        };
        let (from, to) = (days("valid_from")?, days("valid_to")?);
        let (recorded_from, recorded_to) = (days("recorded_from")?, days("recorded_to")?);
        for position in 0..frame.height() {
            // A table has fewer than 2^32 rows.
            let row = (chunk.first_row + position as u64) as u32;
            let superseded = recorded_to.get(position);
            if let (Some(contract), Some(since)) =
                (contracts.get(position), recorded_from.get(position))
            {
                self.recorded.push(RecordedVersion {
                    contract: hash_text(contract),
                    since,
                    until: superseded.unwrap_or(i32::MAX),
                    row,
                });
            }
            let care = care_types.get(position).and_then(|c| c.parse().ok());
            if let (Some(child), Some(first_day), Some(care), None) = (
                children.get(position),
                from.get(position),
                care.map(CareType::index),
                superseded,
            ) {
                self.current.push(CurrentVersion {
                    child: hash_text(child),
                    first_day,
                    last_day: to.get(position).unwrap_or(i32::MAX),
                    row,
                    care_type: care as u8,
                });
            }
        }
        Ok(())
    }

    /// No two versions of a contract known at once; no child in two places.
    pub(crate) fn check(&mut self, file: &str, problems: &mut Problems) {
        self.recorded.sort_unstable();
        let mut doubled = Vec::new();
        for versions in self.recorded.chunk_by(|a, b| a.contract == b.contract) {
            two_versions(file, versions, &mut doubled, problems);
        }
        // Which of two known versions holds is open; the other one is no second place.
        doubled.sort_unstable();
        self.current
            .retain(|version| doubled.binary_search(&version.row).is_err());
        self.current.sort_unstable();
        for run in self.current.chunk_by(|a, b| a.child == b.child) {
            two_places(file, run, problems);
        }
    }
}

/// Versions of one contract, sorted by the day they became known.
fn two_versions(
    file: &str,
    versions: &[RecordedVersion],
    doubled: &mut Vec<u32>,
    problems: &mut Problems,
) {
    let mut versions = versions.iter();
    let Some(mut longest) = versions.next() else {
        return;
    };
    for version in versions {
        if longest.until > version.since && version.until > version.since {
            let message = format!(
                "two versions of the contract are known at the same time (the other stands in row {})",
                longest.row
            );
            problems.push(
                InputProblem::new("E1015", file, message)
                    .at(u64::from(version.row), "recorded_from", day(version.since))
                    .remedy("end the earlier version's recorded time on the day the later one became known"),
            );
            doubled.push(version.row);
        }
        if version.until > longest.until {
            longest = version;
        }
    }
}

/// Whether a child may have both contracts at once: after-school care and childminding (E10).
const fn compatible(a: u8, b: u8) -> bool {
    let (after_school, childminding) = (CareType::AfterSchool as u8, CareType::Childminding as u8);
    (a == after_school && b == childminding) || (a == childminding && b == after_school)
}

/// Contracts of one child, sorted by their first day.
fn two_places(file: &str, run: &[CurrentVersion], problems: &mut Problems) {
    // Per care type the contract that ends last so far.
    let mut latest: [Option<&CurrentVersion>; CareType::COUNT] = [None; CareType::COUNT];
    for contract in run {
        let other = (latest.iter().flatten()).find(|other| {
            other.last_day >= contract.first_day && !compatible(contract.care_type, other.care_type)
        });
        if let Some(other) = other {
            let message = format!(
                "the child has another contract on this day (row {}, until {})",
                other.row,
                open_end(other.last_day)
            );
            problems.push(
                InputProblem::new("E1014", file, message)
                    .at(u64::from(contract.row), "valid_from", day(contract.first_day))
                    .remedy("end the earlier contract the day before this one starts, or correct the child"),
            );
        }
        let slot = &mut latest[usize::from(contract.care_type)];
        if slot.is_none_or(|other| other.last_day < contract.last_day) {
            *slot = Some(contract);
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
