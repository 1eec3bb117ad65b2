//! Where children are counted: the city, its areas, its facilities.

use std::collections::{BTreeMap, BTreeSet};

use disclosure::{Dimension, Label, Member, TOTAL_CODE};
use domain::{AreaId, Facility, FacilityKind};
use tables::schema::TableName;
use tables::{Area, City};

use super::StatisticsError;

/// How fine a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StatisticsLevel {
    /// The whole city.
    City,
    /// Areas at the top of the table of areas.
    District,
    /// All areas below.
    Neighbourhood,
    /// Single facilities; childminder sites of an area together.
    Facility,
}

impl StatisticsLevel {
    /// The word in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::District => "district",
            Self::Neighbourhood => "neighbourhood",
            Self::Facility => "facility",
        }
    }
}

/// A row's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) level: StatisticsLevel,
    /// What is published.
    pub(super) area: String,
    pub(super) name: Label,
    /// Published key of the place it lies in.
    pub(super) parent: Option<String>,
    /// Code in the tables.
    pub(super) code: String,
}

/// Code of the children who live in another municipality.
pub(super) const OUTSIDE: &str = "outside";
/// Code of all others.
pub(super) const RESIDENTS: &str = "residents";

/// The areas of a city and its facilities, in the order of their keys.
pub(super) struct Places {
    areas: BTreeMap<AreaId, Area>,
    /// Facilities in the order of the occupancy cube: key of the area, code.
    facilities: Vec<(AreaId, String)>,
    names: BTreeMap<String, (Label, AreaId, String)>,
    with_parts: BTreeSet<AreaId>,
    /// Per key of an area the area itself, its code, and the codes of all areas it lies in.
    above: BTreeMap<String, (AreaId, Vec<String>)>,
}

fn area_code(area: &AreaId) -> String {
    format!("a:{area}")
}

/// Code of the children of an area with parts of whom the part is not known.
fn rest_code(area: &AreaId) -> String {
    format!("r:{area}")
}

impl Places {
    /// Reads the areas; `facilities` in the order of the cube.
    pub(super) fn of(city: &City, facilities: &[Facility]) -> Result<Self, StatisticsError> {
        let areas: BTreeMap<AreaId, Area> = city
            .areas()?
            .into_iter()
            .map(|area| (area.id.clone(), area))
            .collect();
        let with_parts = areas.values().filter_map(|it| it.parent.clone()).collect();
        let mut facility_names = BTreeMap::new();
        city.map_rows(TableName::Facilities, |row| {
            let id = row.filled("facility_id")?.to_owned();
            facility_names.insert(id, row.filled("name")?.to_owned());
            Ok(())
        })?;
        let mut codes = Vec::new();
        let mut names = BTreeMap::new();
        for facility in facilities {
            let area = facility.area();
            let Some(known) = areas.get(area) else {
                return Err(StatisticsError::Area {
                    what: format!("facility {}", facility.id()),
                    area: area.to_string(),
                });
            };
            // A childminder is a person: its children are counted with those of its area.
            let (code, key, label) = if facility.kind() == FacilityKind::ChildminderSite {
                let label = Label::new(
                    format!("Kindertagespflege in {}", known.name),
                    format!("Childminding in {}", known.name),
                );
                (format!("c:{area}"), format!("childminding:{area}"), label)
            } else {
                let id = facility.id().to_string();
                let name = facility_names
                    .get(&id)
                    .cloned()
                    .unwrap_or_else(|| id.clone());
                (format!("f:{id}"), id, Label::new(name.clone(), name))
            };
            names.insert(code.clone(), (label, area.clone(), key));
            codes.push((area.clone(), code));
        }
        let mut places = Self {
            areas,
            facilities: codes,
            names,
            with_parts,
            above: BTreeMap::new(),
        };
        let chains = places.areas.keys().map(|area| {
            let codes = places.chain(area).into_iter().map(area_code).collect();
            (area.to_string(), (area.clone(), codes))
        });
        places.above = chains.collect();
        Ok(places)
    }

    /// Area and parents of it, the smallest first.
    fn chain<'a>(&'a self, area: &'a AreaId) -> Vec<&'a AreaId> {
        let mut chain = vec![area];
        // Validation refuses circles; the bound keeps an unvalidated city from hanging.
        while let Some(parent) = chain
            .last()
            .and_then(|at| self.areas.get(*at)?.parent.as_ref())
            && chain.len() <= self.areas.len()
        {
            chain.push(parent);
        }
        chain
    }

    fn level(&self, area: &Area) -> StatisticsLevel {
        if area.parent.is_none() {
            StatisticsLevel::District
        } else {
            StatisticsLevel::Neighbourhood
        }
    }

    /// The smallest area of a home: one the table of areas has.
    pub(super) fn known(&self, area: &str, what: &str) -> Result<&AreaId, StatisticsError> {
        let found = self.above.get(area).map(|(known, _)| known);
        found.ok_or_else(|| StatisticsError::Area {
            what: what.to_owned(),
            area: area.to_owned(),
        })
    }

    /// Code of a facility.
    pub(super) fn facility_code(&self, facility: usize) -> &str {
        &self.facilities[facility].1
    }

    /// Code of the district of a facility.
    pub(super) fn district_code(&self, facility: usize) -> String {
        let chain = self.chain(&self.facilities[facility].0);
        chain.last().map_or_else(String::new, |top| area_code(top))
    }

    /// Code of the leaf that children living in an area are counted at.
    pub(super) fn home_code(&self, area: &AreaId) -> String {
        if self.with_parts.contains(area) {
            rest_code(area)
        } else {
            area_code(area)
        }
    }

    /// The city, then areas, then facilities; down to `finest`.
    pub(super) fn list(&self, finest: StatisticsLevel) -> Vec<Place> {
        let city = Place {
            level: StatisticsLevel::City,
            area: TOTAL_CODE.to_owned(),
            name: Label::new("Stadt gesamt", "Whole city"),
            parent: None,
            code: TOTAL_CODE.to_owned(),
        };
        let areas = self.areas.values().map(|area| Place {
            level: self.level(area),
            area: area.id.to_string(),
            name: Label::new(area.name.clone(), area.name.clone()),
            parent: Some(
                area.parent
                    .as_ref()
                    .map_or(TOTAL_CODE, AreaId::as_str)
                    .to_owned(),
            ),
            code: area_code(&area.id),
        });
        let facilities = self.names.iter().map(|(code, (name, area, key))| Place {
            level: StatisticsLevel::Facility,
            area: key.clone(),
            name: name.clone(),
            parent: Some(area.to_string()),
            code: code.clone(),
        });
        std::iter::once(city)
            .chain(areas)
            .chain(facilities)
            .filter(|place| place.level <= finest)
            .collect()
    }

    /// Which facilities, by position, lie in a place.
    pub(super) fn inside(&self, place: &Place) -> Vec<bool> {
        self.facilities
            .iter()
            .map(|(area, code)| {
                place.level == StatisticsLevel::City
                    || *code == place.code
                    || self.is_below(area.as_str(), &place.code)
            })
            .collect()
    }

    /// Whether an area is the one of a code or lies in it.
    fn is_below(&self, area: &str, code: &str) -> bool {
        let above = self.above.get(area);
        above.is_some_and(|(_, codes)| codes.iter().any(|above| above == code))
    }

    /// Which smallest areas lie in a place: for the population.
    pub(super) fn lies_in(&self, area: &str, place: &Place) -> bool {
        place.level == StatisticsLevel::City || self.is_below(area, &place.code)
    }

    fn area_members(&self, below: Option<&str>, only_top: bool) -> Vec<Member> {
        self.areas
            .values()
            .filter(|area| !only_top || area.parent.is_none())
            .map(|area| {
                let label = Label::new(area.name.clone(), area.name.clone());
                let member = Member::new(area_code(&area.id), label);
                match (&area.parent, below) {
                    (Some(parent), _) => member.under(area_code(parent)),
                    (None, Some(below)) => member.under(below),
                    (None, None) => member,
                }
            })
            .collect()
    }

    fn dimension(members: Vec<Member>) -> Dimension {
        Dimension::new("area", Label::new("Gebiet", "Area"), members)
    }

    /// Areas with their facilities.
    pub(super) fn with_facilities(&self) -> Dimension {
        let mut members = self.area_members(None, false);
        for (code, (label, area, _)) in &self.names {
            members.push(Member::new(code, label.clone()).under(area_code(area)));
        }
        Self::dimension(members)
    }

    /// Areas without facilities; a leaf for the rest of every area with parts.
    pub(super) fn homes(&self, with_outside: bool) -> Dimension {
        let mut members = self.area_members(with_outside.then_some(RESIDENTS), false);
        if with_outside {
            members.push(Member::new(
                RESIDENTS,
                Label::new("Wohnsitz in der Stadt", "Living in the city"),
            ));
            members.push(Member::new(
                OUTSIDE,
                Label::new("Wohnsitz in einer anderen Gemeinde", "Living elsewhere"),
            ));
        }
        for area in &self.with_parts {
            let label = Label::new("ohne nähere Angabe", "not known more closely");
            members.push(Member::new(rest_code(area), label).under(area_code(area)));
        }
        Self::dimension(members)
    }

    /// Districts.
    pub(super) fn districts(&self) -> Dimension {
        Self::dimension(self.area_members(None, true))
    }

    /// The city and nothing else.
    pub(super) fn city() -> Dimension {
        let label = Label::new("Stadt gesamt", "Whole city");
        Self::dimension(vec![Member::new("city", label)])
    }

    /// What codes of the structure tables at a level consist of, where no other table says so.
    pub(super) fn parts_at(&self, level: StatisticsLevel) -> Vec<(String, Vec<String>)> {
        match level {
            StatisticsLevel::City => {
                let top = self.areas.values().filter(|area| area.parent.is_none());
                vec![(
                    "city".to_owned(),
                    top.map(|area| area_code(&area.id)).collect(),
                )]
            }
            StatisticsLevel::District => Vec::new(),
            _ => {
                let directly_in = |area: &AreaId| {
                    let names = self.names.iter();
                    let inside = names.filter(|(_, (_, own, _))| own == area);
                    inside.map(|(code, _)| code.clone()).collect()
                };
                let rests = self.with_parts.iter();
                rests
                    .map(|area| (rest_code(area), directly_in(area)))
                    .collect()
            }
        }
    }

    /// Code of a facility's area at a level of the structure tables.
    pub(super) fn code_at(&self, facility: usize, level: StatisticsLevel) -> String {
        match level {
            StatisticsLevel::City => "city".to_owned(),
            StatisticsLevel::District => self.district_code(facility),
            _ => self.home_code(&self.facilities[facility].0),
        }
    }
}
