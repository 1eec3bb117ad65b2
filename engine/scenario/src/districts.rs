//! Which district an area belongs to.

use std::collections::{BTreeMap, BTreeSet};

use domain::AreaId;
use tables::{City, CityError};

/// The districts of a city.
///
/// A small area lies in the district above it. An area that has areas below it, or none above it,
/// is its own district.
#[derive(Debug)]
pub(crate) struct Districts {
    of_area: BTreeMap<AreaId, AreaId>,
    names: BTreeMap<AreaId, String>,
}

impl Districts {
    pub(crate) fn of(city: &City) -> Result<Self, CityError> {
        let areas = city.areas()?;
        let parents: BTreeSet<AreaId> = areas.iter().filter_map(|it| it.parent.clone()).collect();
        let of_area = areas
            .iter()
            .map(|area| {
                let district = match &area.parent {
                    Some(parent) if !parents.contains(&area.id) => parent.clone(),
                    _ => area.id.clone(),
                };
                (area.id.clone(), district)
            })
            .collect();
        let names = areas.into_iter().map(|area| (area.id, area.name)).collect();
        Ok(Self { of_area, names })
    }

    /// The district of an area; `None` for an area the city does not have.
    pub(crate) fn district(&self, area: &AreaId) -> Option<&AreaId> {
        self.of_area.get(area)
    }

    /// Whether the city has an area.
    pub(crate) fn knows(&self, area: &AreaId) -> bool {
        self.of_area.contains_key(area)
    }

    /// Name of an area on pages.
    pub(crate) fn name<'a>(&'a self, area: &'a AreaId) -> &'a str {
        self.names.get(area).map_or(area.as_str(), String::as_str)
    }
}
