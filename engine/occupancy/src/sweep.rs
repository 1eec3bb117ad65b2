//! The kernel: contract intervals to months, by differences and one prefix sum.
//!
//! Every contract touches two cells per care type it passes through, then one pass over the cells
//! adds up. The cost grows with contracts + cells, never with contracts × months. Contracts are
//! first sorted into blocks of facilities whose cells fit into a processor's cache together: else
//! nearly every touch would wait for memory.

use domain::{CareType, Month, MonthRange, month_index_of};
use rayon::prelude::*;
use tables::{OPEN_END, Placements};

use crate::stays::BlockedStays;

/// The axes of a dense cube: facility × care type × month, month fastest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    facilities: usize,
    months: MonthRange,
}

/// Why a grid cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GridError {
    /// No months, or more than 1200.
    #[error("a cube over {months} months was asked for; ask for 1 to 1200")]
    Months {
        /// Months asked for.
        months: usize,
    },
    /// More cells than fit into memory.
    #[error(
        "a cube of {facilities} facilities over {months} months has more than 2^31 cells; ask for fewer months"
    )]
    Cells {
        /// Facilities.
        facilities: usize,
        /// Months.
        months: usize,
    },
}

impl Grid {
    /// Most cells of a grid.
    const MOST_CELLS: usize = 1 << 31;

    /// A grid over `facilities` and `months`.
    ///
    /// # Errors
    ///
    /// [`GridError`] for no or too many months or cells.
    pub fn new(facilities: usize, months: MonthRange) -> Result<Self, GridError> {
        let count = months.count();
        if count == 0 || count > 1200 {
            return Err(GridError::Months { months: count });
        }
        match facilities.checked_mul(CareType::COUNT * (count + 1)) {
            Some(cells) if cells <= Self::MOST_CELLS => Ok(Self { facilities, months }),
            _ => Err(GridError::Cells {
                facilities,
                months: count,
            }),
        }
    }

    /// Number of facilities.
    #[must_use]
    pub const fn facilities(self) -> usize {
        self.facilities
    }

    /// The months.
    #[must_use]
    pub const fn months(self) -> MonthRange {
        self.months
    }

    /// Number of cells.
    #[must_use]
    pub const fn cells(self) -> usize {
        self.facilities * CareType::COUNT * self.months.count()
    }

    /// Position of a cell, if the facility and month lie inside.
    #[must_use]
    pub fn cell(self, facility: usize, care: CareType, month: Month) -> Option<usize> {
        let position = self.months.position(month)?;
        (facility < self.facilities)
            .then(|| (facility * CareType::COUNT + care.index()) * self.months.count() + position)
    }

    /// Months from the first of the grid to the one with `index`, cut to the grid; `count` for later.
    fn cut(self, index: i32) -> usize {
        let offset = i64::from(index) - i64::from(self.months.first().index());
        usize::try_from(offset.max(0))
            .unwrap_or(0)
            .min(self.months.count())
    }
}

/// Children and contracted quarter hours a day in one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Load {
    /// Children under contract on at least one day of the month.
    pub children: i32,
    /// Sum of their contracted quarter hours a day.
    pub quarter_hours: i32,
}

impl std::ops::AddAssign for Load {
    fn add_assign(&mut self, other: Self) {
        self.children += other.children;
        self.quarter_hours += other.quarter_hours;
    }
}

/// A column of placements does not fit the grid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "placement {row} names facility {facility} or care type {care_type}, which the grid of {facilities} facilities does not have; build both from the same index"
)]
pub struct PlacementError {
    /// Row, from 0.
    pub row: usize,
    /// Facility position.
    pub facility: u32,
    /// Care type index.
    pub care_type: u8,
    /// Facilities of the grid.
    pub facilities: usize,
}

/// Children per facility × care type × month, straight from contract intervals.
///
/// A contract counts in every month in which it is valid on at least one day. Nursery becomes
/// kindergarten at the third birthday and counts as kindergarten from the month of the birthday on,
/// so a child counts once a month. Gives [`Grid::cells`] loads, month fastest.
///
/// # Errors
///
/// [`PlacementError`] for a placement outside the grid.
pub fn sweep(placements: &Placements, grid: Grid) -> Result<Vec<Load>, PlacementError> {
    let stays = BlockedStays::new(placements, grid)?;
    let mut loads = vec![Load::default(); grid.cells()];
    let width = grid.months.count();
    loads
        .par_chunks_mut(stays.facilities_a_block() * CareType::COUNT * width)
        .enumerate()
        .for_each(|(block, cells)| {
            for stay in stays.of(block) {
                stay.count(cells, width);
            }
            for line in cells.chunks_exact_mut(width) {
                let mut running = Load::default();
                for load in line {
                    running += *load;
                    *load = running;
                }
            }
        });
    Ok(loads)
}

/// Prefix sums along the months, dropping the extra column.
fn accumulate<T>(differences: &[T], width: usize) -> Vec<T>
where
    T: Copy + Default + std::ops::AddAssign + Send + Sync,
{
    let lines = differences.len() / (width + 1);
    let mut sums = vec![T::default(); lines * width];
    sums.par_chunks_mut(width * 256)
        .zip(differences.par_chunks((width + 1) * 256))
        .for_each(|(sums, differences)| {
            for (sums, differences) in sums
                .chunks_exact_mut(width)
                .zip(differences.chunks_exact(width + 1))
            {
                let mut running = T::default();
                for (sum, difference) in sums.iter_mut().zip(differences) {
                    running += *difference;
                    *sum = running;
                }
            }
        });
    sums
}

/// A span of days of one facility and care type with an amount that holds in its months.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) facility: usize,
    pub(crate) care: CareType,
    pub(crate) first_day: i32,
    pub(crate) last_day: i32,
    pub(crate) amount: i32,
}

impl Span {
    /// The months of the grid the span touches, as `from..until`.
    pub(crate) fn months(self, grid: Grid) -> std::ops::Range<usize> {
        let until = if self.last_day == OPEN_END {
            grid.months.count()
        } else {
            grid.cut(month_index_of(self.last_day) + 1)
        };
        grid.cut(month_index_of(self.first_day))..until
    }
}

/// Sums of the amounts of all spans per facility × care type × month.
pub(crate) fn sum_spans(spans: impl Iterator<Item = Span>, grid: Grid) -> Vec<i32> {
    let width = grid.months.count();
    // Wide, since a column of a facility may hold any number of rows.
    let mut cells = vec![0_i64; grid.facilities * CareType::COUNT * (width + 1)];
    for span in spans {
        let months = span.months(grid);
        if months.start < months.end {
            let line = (span.facility * CareType::COUNT + span.care.index()) * (width + 1);
            cells[line + months.start] += i64::from(span.amount);
            cells[line + months.end] -= i64::from(span.amount);
        }
    }
    let narrow = |sum: i64| i32::try_from(sum).unwrap_or(i32::MAX);
    accumulate(&cells, width).into_iter().map(narrow).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::epoch_days;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn grid(months: usize) -> Grid {
        Grid::new(2, MonthRange::new(Month::new(2026, 1).unwrap(), months)).unwrap()
    }

    /// One contract at facility 0.
    fn one(
        care: CareType,
        from: (i16, i8, i8),
        to: Option<(i16, i8, i8)>,
        third: (i16, i8, i8),
    ) -> Placements {
        let days = |(y, m, d)| epoch_days(date(y, m, d));
        Placements {
            facility: vec![0],
            care_type: vec![care.index() as u8],
            first_day: vec![days(from)],
            last_day: vec![to.map_or(OPEN_END, days)],
            third_birthday: vec![days(third)],
            quarter_hours: vec![36],
        }
    }

    fn children(placements: &Placements, months: usize, care: CareType) -> Vec<i32> {
        let grid = grid(months);
        let loads = sweep(placements, grid).unwrap();
        grid.months
            .iter()
            .map(|month| loads[grid.cell(0, care, month).unwrap()].children)
            .collect()
    }

    #[test]
    fn a_contract_counts_from_the_month_it_starts_to_the_month_it_ends() {
        let contract = one(
            CareType::Kindergarten,
            (2026, 2, 28),
            Some((2026, 4, 1)),
            (2025, 1, 1),
        );
        assert_eq!(
            children(&contract, 6, CareType::Kindergarten),
            [0, 1, 1, 1, 0, 0]
        );
    }

    #[test]
    fn an_open_ended_contract_counts_to_the_last_month_and_one_from_before_counts_from_the_first() {
        let contract = one(CareType::AfterSchool, (2020, 8, 1), None, (2018, 1, 1));
        assert_eq!(children(&contract, 3, CareType::AfterSchool), [1, 1, 1]);
    }

    #[test]
    fn nursery_becomes_kindergarten_in_the_month_of_the_third_birthday() {
        for day in [1, 17, 31] {
            let contract = one(
                CareType::Nursery,
                (2025, 9, 1),
                Some((2029, 7, 31)),
                (2026, 3, day),
            );
            assert_eq!(children(&contract, 5, CareType::Nursery), [1, 1, 0, 0, 0]);
            assert_eq!(
                children(&contract, 5, CareType::Kindergarten),
                [0, 0, 1, 1, 1]
            );
        }
    }

    #[test]
    fn a_nursery_contract_after_the_third_birthday_is_kindergarten_from_its_start() {
        let contract = one(CareType::Nursery, (2026, 2, 1), None, (2025, 12, 24));
        assert_eq!(children(&contract, 3, CareType::Nursery), [0, 0, 0]);
        assert_eq!(children(&contract, 3, CareType::Kindergarten), [0, 1, 1]);
    }

    #[test]
    fn a_placement_outside_the_grid_is_refused() {
        let mut contract = one(CareType::Nursery, (2026, 2, 1), None, (2027, 1, 1));
        contract.facility[0] = 2;
        assert_eq!(sweep(&contract, grid(3)).unwrap_err().facility, 2);
        assert!(Grid::new(1, MonthRange::new(Month::new(2026, 1).unwrap(), 0)).is_err());
    }

    #[test]
    fn facilities_of_all_blocks_are_counted_in_their_own_cells() {
        let months = MonthRange::new(Month::new(2026, 1).unwrap(), 1200);
        let grid = Grid::new(100, months).unwrap();
        let mut contracts = Placements::default();
        for facility in (0..100).rev() {
            let one = one(CareType::Nursery, (2026, 2, 1), None, (2026, 4, 1));
            contracts.facility.push(facility);
            contracts.care_type.extend(one.care_type);
            contracts.first_day.extend(one.first_day);
            contracts.last_day.extend(one.last_day);
            contracts.third_birthday.extend(one.third_birthday);
            contracts.quarter_hours.push(facility as u8 % 52 + 1);
        }
        assert_eq!(
            sweep(&contracts, grid).unwrap(),
            by_definition(&contracts, grid)
        );
    }

    /// Days from 2025-06 to 2027-06, around a grid of 2026.
    fn day() -> impl Strategy<Value = i32> {
        20_240..20_970i32
    }

    fn contracts() -> impl Strategy<Value = Placements> {
        let contract = (
            0..2u32,
            0..4u8,
            day(),
            proptest::option::of(0..900i32),
            day(),
            1..53u8,
        );
        proptest::collection::vec(contract, 0..60).prop_map(|rows| {
            let mut placements = Placements::default();
            for (facility, care, first, length, third, quarters) in rows {
                placements.facility.push(facility);
                placements.care_type.push(care);
                placements.first_day.push(first);
                placements
                    .last_day
                    .push(length.map_or(OPEN_END, |length| first + length));
                placements.third_birthday.push(third);
                placements.quarter_hours.push(quarters);
            }
            placements
        })
    }

    /// The definition, contract by contract and month by month.
    fn by_definition(placements: &Placements, grid: Grid) -> Vec<Load> {
        let mut loads = vec![Load::default(); grid.cells()];
        for row in 0..placements.len() {
            for month in grid.months.iter() {
                let (first, last) = (epoch_days(month.first_day()), epoch_days(month.last_day()));
                if placements.first_day[row] > last || placements.last_day[row] < first {
                    continue;
                }
                let care = CareType::from_index(placements.care_type[row] as usize).unwrap();
                let turned = placements.third_birthday[row] <= last;
                let care = if turned {
                    care.from_third_birthday()
                } else {
                    care
                };
                let cell = grid
                    .cell(placements.facility[row] as usize, care, month)
                    .unwrap();
                loads[cell] += Load {
                    children: 1,
                    quarter_hours: i32::from(placements.quarter_hours[row]),
                };
            }
        }
        loads
    }

    proptest! {
        #[test]
        fn the_sweep_counts_what_the_definition_counts(placements in contracts(), months in 1..14usize) {
            let grid = grid(months);
            prop_assert_eq!(sweep(&placements, grid).unwrap(), by_definition(&placements, grid));
        }
    }
}
