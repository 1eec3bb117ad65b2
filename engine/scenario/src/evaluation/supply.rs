//! Places by area, care type and month.

use std::collections::BTreeMap;

use domain::{AreaId, CareType, MonthRange};
use occupancy::OccupancyCube;

use crate::demand::TOTAL_AREA;
use crate::districts::Districts;

/// Licensed, planned and staffed places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Supply {
    pub(crate) licensed: u64,
    pub(crate) planned: u64,
    pub(crate) staffed: u64,
}

/// Sums of a cube's cells by district and for the whole city.
pub(crate) struct SupplyTable {
    months: usize,
    /// In the order care type, month.
    areas: BTreeMap<String, Vec<Supply>>,
}

impl SupplyTable {
    pub(crate) fn of(cube: &OccupancyCube, districts: &Districts, months: MonthRange) -> Self {
        let count = months.count();
        let empty = || vec![Supply::default(); CareType::COUNT * count];
        let mut areas: BTreeMap<String, Vec<Supply>> = BTreeMap::new();
        let mut total = empty();
        for (position, facility) in cube.facilities().iter().enumerate() {
            let Some(district) = districts.district(facility.area()) else {
                continue;
            };
            let cells = areas.entry(district.to_string()).or_insert_with(empty);
            for care in CareType::ALL {
                for (month, place) in months.iter().zip(care.index() * count..) {
                    let Some(cell) = cube.cell(position, care, month) else {
                        continue;
                    };
                    for sum in [&mut cells[place], &mut total[place]] {
                        sum.licensed += u64::from(cell.capacities.licensed);
                        sum.planned += u64::from(cell.capacities.planned);
                        sum.staffed += u64::from(cell.capacities.staffed);
                    }
                }
            }
        }
        areas.insert(TOTAL_AREA.to_owned(), total);
        Self {
            months: count,
            areas,
        }
    }

    /// Places of an area, care type and month (by place); none where the area has no facility.
    pub(crate) fn at(&self, area: &str, care: CareType, month: usize) -> Supply {
        let cells = self.areas.get(area);
        let cell = cells.and_then(|cells| cells.get(care.index() * self.months + month));
        cell.copied().unwrap_or_default()
    }

    /// The districts that have facilities.
    pub(crate) fn districts(&self) -> impl Iterator<Item = AreaId> {
        let names = self.areas.keys().filter(|area| *area != TOTAL_AREA);
        names.filter_map(|area| AreaId::new(area).ok())
    }
}
