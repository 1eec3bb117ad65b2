//! Places and their use by slot and month.

use domain::CareType;

use crate::calendar::{self, Day, MonthIndex};
use crate::capacities::Slot;
use crate::facilities::Facility;

/// Months covered: capacities are known and checked in them.
pub(crate) struct Grid {
    first: MonthIndex,
    months: usize,
    planned: Vec<i16>,
    licensed: Vec<i16>,
    /// Contracts and reservations: a month in which a child is there for a day counts, and in the
    /// month of the third birthday the child counts in both nursery and kindergarten.
    bound: Vec<i16>,
}

/// A stay of a child at a facility.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stay {
    pub(crate) care: CareType,
    pub(crate) from: Day,
    /// The third birthday.
    pub(crate) turns_three: Day,
    pub(crate) to: Day,
}

/// Which places may be filled.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limit {
    Planned,
    Licensed,
}

impl Grid {
    pub(crate) fn new(slots: &[Slot], first: MonthIndex, months: usize) -> Self {
        let mut grid = Self {
            first,
            months,
            planned: vec![0; slots.len() * months],
            licensed: vec![0; slots.len() * months],
            bound: vec![0; slots.len() * months],
        };
        for (number, slot) in slots.iter().enumerate() {
            for span in &slot.spans {
                let to = span.to.map_or(months, |to| grid.column(to) + 1);
                for month in grid.column(span.from)..to.min(months) {
                    let cell = number * months + month;
                    // A span that ends within the month leaves the smaller number.
                    grid.planned[cell] = span.planned as i16;
                    grid.licensed[cell] = span.licensed as i16;
                }
            }
        }
        grid
    }

    fn column(&self, day: Day) -> usize {
        usize::try_from(calendar::month_of(day) - self.first)
            .unwrap_or(0)
            .min(self.months)
    }

    /// The spans of months a stay takes in each slot; `None` if the facility lacks a care type.
    fn parts(
        &self,
        facility: &Facility,
        stay: &Stay,
    ) -> Option<[(usize, std::ops::Range<usize>); 2]> {
        let slot = |care: CareType| facility.slots[care.index()];
        let whole = self.column(stay.from)..(self.column(stay.to) + 1).min(self.months);
        if stay.care != CareType::Nursery || stay.turns_three <= stay.from {
            let care = if stay.turns_three <= stay.from {
                stay.care.from_third_birthday()
            } else {
                stay.care
            };
            let slot = slot(care)?;
            return Some([(slot, whole), (slot, 0..0)]);
        }
        let nursery = slot(CareType::Nursery)?;
        if stay.turns_three > stay.to {
            return Some([(nursery, whole), (nursery, 0..0)]);
        }
        let turn = self.column(stay.turns_three);
        Some([
            (nursery, whole.start..(turn + 1).min(self.months)),
            (slot(CareType::Kindergarten)?, turn..whole.end),
        ])
    }

    /// Whether a place is free for the whole stay.
    pub(crate) fn fits(&self, facility: &Facility, stay: &Stay, limit: Limit) -> bool {
        let places = match limit {
            Limit::Planned => &self.planned,
            Limit::Licensed => &self.licensed,
        };
        self.parts(facility, stay).is_some_and(|parts| {
            parts.into_iter().all(|(slot, columns)| {
                let cells = slot * self.months + columns.start..slot * self.months + columns.end;
                let bound = &self.bound[cells.clone()];
                bound
                    .iter()
                    .zip(&places[cells])
                    .all(|(bound, places)| bound < places)
            })
        })
    }

    /// Takes a place for the whole stay.
    pub(crate) fn bind(&mut self, facility: &Facility, stay: &Stay) {
        if let Some(parts) = self.parts(facility, stay) {
            for (slot, columns) in parts {
                for column in columns {
                    self.bound[slot * self.months + column] += 1;
                }
            }
        }
    }

    /// Most places bound in a month of a span.
    pub(crate) fn peak(&self, slot: usize, from: Day, to: Option<Day>) -> i32 {
        let start = self.column(from);
        let end = to.map_or(self.months, |to| (self.column(to) + 1).min(self.months));
        (start..end)
            .map(|column| i32::from(self.bound[slot * self.months + column]))
            .max()
            .unwrap_or(0)
    }
}
