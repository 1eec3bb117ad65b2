//! Placements as months of a grid, sorted by blocks of facilities for the sweep.

use domain::{CareType, epoch_days};
use tables::Placements;

use crate::sweep::{Grid, Load, PlacementError};

/// A placement in months of a grid, small enough that millions are quickly sorted.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Stay {
    /// Position of the facility within its block.
    facility: u32,
    /// First month.
    from: u16,
    /// The month after the last one.
    until: u16,
    /// First month in which nursery counts as kindergarten.
    change: u16,
    care: u8,
    quarter_hours: u8,
}

impl Stay {
    /// Enters start and end into the cells of its block, as differences.
    pub(crate) fn count(self, cells: &mut [Load], width: usize) {
        let nursery = CareType::Nursery.index();
        let kindergarten = CareType::Kindergarten.index();
        if usize::from(self.care) == nursery {
            self.enter(
                cells,
                width,
                nursery,
                self.from,
                self.until.min(self.change),
            );
            let from = self.from.max(self.change);
            self.enter(cells, width, kindergarten, from, self.until);
        } else {
            self.enter(cells, width, usize::from(self.care), self.from, self.until);
        }
    }

    fn enter(self, cells: &mut [Load], width: usize, care: usize, from: u16, until: u16) {
        if from >= until {
            return;
        }
        let line = (self.facility as usize * CareType::COUNT + care) * width;
        let line = &mut cells[line..line + width];
        let quarter_hours = i32::from(self.quarter_hours);
        line[usize::from(from)] += Load {
            children: 1,
            quarter_hours,
        };
        // An end past the last month lowers no cell.
        if let Some(load) = line.get_mut(usize::from(until)) {
            *load += Load {
                children: -1,
                quarter_hours: -quarter_hours,
            };
        }
    }
}

/// Placements in months, sorted into blocks of neighbouring facilities.
pub(crate) struct BlockedStays {
    facilities_a_block: usize,
    /// Where each block begins in `stays`, and the end of the last.
    begins: Vec<usize>,
    stays: Vec<Stay>,
}

impl BlockedStays {
    /// Bytes of the cells of a block: about what one processor core keeps close.
    const BYTES_A_BLOCK: usize = 1 << 19;

    /// Sorts placements by block.
    ///
    /// Fails with the first placement outside the grid.
    pub(crate) fn new(placements: &Placements, grid: Grid) -> Result<Self, PlacementError> {
        let bytes_a_facility = CareType::COUNT * grid.months().count() * size_of::<Load>();
        let facilities_a_block = (Self::BYTES_A_BLOCK / bytes_a_facility).max(1);
        let blocks = grid.facilities().div_ceil(facilities_a_block);
        let mut begins = vec![0; blocks + 1];
        for row in 0..placements.len() {
            let (facility, care_type) = (placements.facility[row], placements.care_type[row]);
            if facility as usize >= grid.facilities() || usize::from(care_type) >= CareType::COUNT {
                return Err(PlacementError {
                    row,
                    facility,
                    care_type,
                    facilities: grid.facilities(),
                });
            }
            begins[facility as usize / facilities_a_block + 1] += 1;
        }
        for block in 0..blocks {
            begins[block + 1] += begins[block];
        }
        let calendar = Calendar::new(grid);
        let mut next = begins.clone();
        let mut stays = vec![Stay::default(); placements.len()];
        for row in 0..placements.len() {
            let facility = placements.facility[row] as usize;
            let next = &mut next[facility / facilities_a_block];
            stays[*next] = Stay {
                facility: (facility % facilities_a_block) as u32,
                from: calendar.month_of(placements.first_day[row]),
                until: calendar.month_after(placements.last_day[row]),
                change: calendar.month_of(placements.third_birthday[row]),
                care: placements.care_type[row],
                quarter_hours: placements.quarter_hours[row],
            };
            *next += 1;
        }
        Ok(Self {
            facilities_a_block,
            begins,
            stays,
        })
    }

    /// Facilities of every block but the last, which may have fewer.
    pub(crate) const fn facilities_a_block(&self) -> usize {
        self.facilities_a_block
    }

    /// The stays of a block.
    pub(crate) fn of(&self, block: usize) -> &[Stay] {
        &self.stays[self.begins[block]..self.begins[block + 1]]
    }
}

/// The months of a grid by day: a table is quicker than the calendar's divisions.
struct Calendar {
    first_day: i64,
    /// Position of the month of every day of the grid; at most 1200 months.
    months: Vec<u16>,
    count: u16,
}

impl Calendar {
    fn new(grid: Grid) -> Self {
        let first_day = epoch_days(grid.months().first().first_day());
        let mut months = Vec::new();
        for (position, month) in grid.months().iter().enumerate() {
            let days = epoch_days(month.last_day()) - first_day + 1;
            months.resize(days as usize, position as u16);
        }
        Self {
            first_day: i64::from(first_day),
            months,
            count: grid.months().count() as u16,
        }
    }

    /// Position of the month of a day, cut to the grid; the number of months for a later day.
    fn month_of(&self, day: i32) -> u16 {
        match usize::try_from(i64::from(day) - self.first_day) {
            Ok(day) => self.months.get(day).copied().unwrap_or(self.count),
            Err(_) => 0,
        }
    }

    /// Position of the month after that of a day, cut to the grid.
    fn month_after(&self, day: i32) -> u16 {
        match usize::try_from(i64::from(day) - self.first_day) {
            Ok(day) => self.months.get(day).map_or(self.count, |month| month + 1),
            Err(_) => 0,
        }
    }
}
