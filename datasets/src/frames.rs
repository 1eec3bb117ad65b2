//! The tables of a unit as data frames, with the columns of their schemas.

use polars::frame::DataFrame;
use polars::prelude::PolarsResult;
use tables::schema::TableName;

use crate::areas::mean;
use crate::calendar;
use crate::children::SEXES;
use crate::columns::Frame;
use crate::names;
use crate::plan::UnitKeys;
use crate::population::{AGES, FIRST_YEAR};
use crate::unit::Unit;

impl Unit {
    /// One table.
    pub(crate) fn frame(&self, table: TableName) -> PolarsResult<DataFrame> {
        let keys = self.plan.keys();
        match table {
            TableName::Areas => self.areas(),
            TableName::AreaShapes => self.area_shapes(),
            TableName::AreaNeighbours => self.area_neighbours(),
            TableName::Providers => self.providers(&keys),
            TableName::RolloutStages => self.rollout_stages(&keys),
            TableName::Attestations => self.attestations(&keys),
            TableName::Facilities => self.facilities(&keys),
            TableName::Licences => self.licences(&keys),
            TableName::Capacities => self.capacities(&keys),
            TableName::BlockedPlaces => self.blocked_places(&keys),
            TableName::Staff => self.staff(&keys),
            TableName::Households => self.households(&keys),
            TableName::Children => self.children(&keys),
            TableName::StatisticsAttributes => self.statistics_attributes(&keys),
            TableName::Applications => self.applications(&keys),
            TableName::Offers => self.offers(&keys),
            TableName::Contracts => self.contracts(&keys),
            TableName::CriteriaPoints => self.criteria_points(&keys),
            TableName::Population => self.population(),
            TableName::Births => self.by_area_and_year("births", self.population.births()),
            TableName::Dwellings => self.by_area_and_year("dwellings", self.population.dwellings()),
        }
    }

    fn area_key(&self, area: usize) -> &str {
        &self.model.map.areas[area].key
    }

    fn areas(&self) -> PolarsResult<DataFrame> {
        let map = &self.model.map;
        let mut rows: Vec<(&str, Option<&str>, String)> = Vec::new();
        if let Some(top) = &map.top {
            rows.push((top, None, format!("Stadt {}", self.plan.unit + 1)));
        }
        for (number, key) in map.district_keys.iter().enumerate() {
            rows.push((key, map.top.as_deref(), names::district(number)));
        }
        for (number, area) in map.areas.iter().enumerate() {
            let district = map.district_keys[area.district].as_str();
            rows.push((&area.key, Some(district), names::neighbourhood(number)));
        }
        Frame::new(rows.len())
            .texts("area", rows.iter().map(|row| row.0))
            .optional_texts("parent", rows.iter().map(|row| row.1))
            .texts("name", rows.iter().map(|row| row.2.as_str()))
            .finish()
    }

    fn area_shapes(&self) -> PolarsResult<DataFrame> {
        let map = &self.model.map;
        let mut rows: Vec<(&str, (f64, f64), Option<String>)> = Vec::new();
        if let Some(top) = &map.top {
            let centre = mean(map.areas.iter().map(|area| area.centre));
            rows.push((top, centre, map.outline_of(|_| true)));
        }
        for (number, key) in map.district_keys.iter().enumerate() {
            let members = map.areas.iter().filter(|area| area.district == number);
            let centre = mean(members.map(|area| area.centre));
            rows.push((key, centre, map.outline_of(|area| area.district == number)));
        }
        for area in &map.areas {
            rows.push((&area.key, area.centre, Some(map.polygon(&area.outline))));
        }
        Frame::new(rows.len())
            .texts("area", rows.iter().map(|row| row.0))
            .decimals("latitude", rows.iter().map(|row| row.1.1))
            .decimals("longitude", rows.iter().map(|row| row.1.0))
            .optional_texts("polygon", rows.iter().map(|row| row.2.as_deref()))
            .finish()
    }

    fn area_neighbours(&self) -> PolarsResult<DataFrame> {
        let mut pairs: Vec<(usize, usize)> = self
            .model
            .map
            .touching
            .iter()
            .flat_map(|&(a, b)| [(a, b), (b, a)])
            .collect();
        pairs.sort_unstable();
        Frame::new(pairs.len())
            .texts("area", pairs.iter().map(|pair| self.area_key(pair.0)))
            .texts("neighbour", pairs.iter().map(|pair| self.area_key(pair.1)))
            .finish()
    }

    fn providers(&self, keys: &UnitKeys) -> PolarsResult<DataFrame> {
        let providers = &self.model.providers;
        Frame::new(providers.len())
            .keys("provider_id", &keys.provider, 0..providers.len())
            .texts("name", providers.iter().map(|p| p.name.as_str()))
            .texts("kind", providers.iter().map(|p| p.kind.as_str()))
            .texts("legal_regime", providers.iter().map(|p| p.regime.as_str()))
            .days("participates_from", providers.iter().map(|p| p.from))?
            .optional_days("participates_to", providers.iter().map(|_| None))?
            .finish()
    }

    fn rollout_stages(&self, keys: &UnitKeys) -> PolarsResult<DataFrame> {
        let steps = &self.steps;
        Frame::new(steps.len())
            .keys(
                "provider_id",
                &keys.provider,
                steps.iter().map(|s| s.provider),
            )
            .texts("care_type", steps.iter().map(|s| s.care.as_str()))
            .texts("stage", steps.iter().map(|s| s.stage.as_str()))
            .days("valid_from", steps.iter().map(|s| s.from))?
            .finish()
    }

    fn attestations(&self, keys: &UnitKeys) -> PolarsResult<DataFrame> {
        let rows = &self.attestations;
        Frame::new(rows.len())
            .keys("provider_id", &keys.provider, rows.iter().map(|row| row.0))
            .days("month", rows.iter().map(|row| calendar::first_day(row.1)))?
            .days("attested_on", rows.iter().map(|row| row.2))?
            .finish()
    }

    fn facilities(&self, keys: &UnitKeys) -> PolarsResult<DataFrame> {
        let all = &self.model.facilities;
        let groups = |number: usize| self.groups(number);
        Frame::new(all.len())
            .keys("facility_id", &keys.facility, 0..all.len())
            .keys(
                "provider_id",
                &keys.provider,
                all.iter().map(|f| f.provider),
            )
            .texts("name", all.iter().map(|f| f.name.as_str()))
            .texts("kind", all.iter().map(|f| f.kind.as_str()))
            .texts("area", all.iter().map(|f| self.area_key(f.area)))
            .decimals("latitude", all.iter().map(|f| f.point.1))
            .decimals("longitude", all.iter().map(|f| f.point.0))
            .days("opens_on", all.iter().map(|f| f.opens))?
            .optional_days("closes_on", all.iter().map(|f| f.closes))?
            .flags("in_needs_plan", all.iter().map(|f| f.in_needs_plan))
            .integers("groups", (0..all.len()).map(groups))
            .decimals("opening_hour", all.iter().map(|f| f.opening_hour))
            .decimals("closing_hour", all.iter().map(|f| f.closing_hour))
            .integers("closing_days", all.iter().map(|f| f.closing_days))
            .finish()
    }

    /// About 16 places make a group; childminder sites have none.
    fn groups(&self, facility: usize) -> i32 {
        let facility = &self.model.facilities[facility];
        if facility.kind == domain::FacilityKind::ChildminderSite {
            return 0;
        }
        let places = |slot: &usize| {
            let spans = &self.model.slots[*slot].spans;
            spans.last().map_or(0, |span| span.planned)
        };
        let places: i32 = facility.slots.iter().flatten().map(places).sum();
        (f64::from(places) / 16.0).round().clamp(1.0, 100.0) as i32
    }

    fn licences(&self, keys: &UnitKeys) -> PolarsResult<DataFrame> {
        let rows: Vec<_> = self
            .model
            .facilities
            .iter()
            .enumerate()
            .flat_map(|(number, facility)| {
                facility
                    .licences
                    .iter()
                    .map(move |&(from, to)| (number, from, to))
            })
            .collect();
        Frame::new(rows.len())
            .keys("facility_id", &keys.facility, rows.iter().map(|row| row.0))
            .days("valid_from", rows.iter().map(|row| row.1))?
            .optional_days("valid_to", rows.iter().map(|row| row.2))?
            .finish()
    }

    fn capacities(&self, keys: &UnitKeys) -> PolarsResult<DataFrame> {
        let rows: Vec<_> = self
            .model
            .slots
            .iter()
            .flat_map(|slot| slot.spans.iter().map(move |span| (slot, span)))
            .collect();
        let staffed = rows
            .iter()
            .map(|(slot, span)| slot.reported.then_some(span.staffed));
        Frame::new(rows.len())
            .keys(
                "facility_id",
                &keys.facility,
                rows.iter().map(|row| row.0.facility),
            )
            .texts("care_type", rows.iter().map(|row| row.0.care.as_str()))
            .days("valid_from", rows.iter().map(|row| row.1.from))?
            .optional_days("valid_to", rows.iter().map(|row| row.1.to))?
            .integers("licensed", rows.iter().map(|row| row.1.licensed))
            .integers("planned", rows.iter().map(|row| row.1.planned))
            .optional_integers("staffed", staffed)
            .finish()
    }

    fn blocked_places(&self, keys: &UnitKeys) -> PolarsResult<DataFrame> {
        let rows = &self.blocked;
        let slot = |position: usize| &self.model.slots[position];
        Frame::new(rows.len())
            .keys(
                "facility_id",
                &keys.facility,
                rows.iter().map(|b| slot(b.slot).facility),
            )
            .texts("care_type", rows.iter().map(|b| slot(b.slot).care.as_str()))
            .days("valid_from", rows.iter().map(|b| b.from))?
            .optional_days("valid_to", rows.iter().map(|b| b.to))?
            .integers("places", rows.iter().map(|b| b.places))
            .finish()
    }

    fn staff(&self, keys: &UnitKeys) -> PolarsResult<DataFrame> {
        let staff = &self.staff;
        Frame::new(staff.len())
            .keys("staff_id", &keys.staff, 0..staff.len())
            .keys(
                "facility_id",
                &keys.facility,
                staff.iter().map(|s| s.facility),
            )
            .texts("care_type", staff.iter().map(|s| s.care.as_str()))
            .texts("role", staff.iter().map(|s| s.role))
            .decimals("weekly_hours", staff.iter().map(|s| s.weekly_hours))
            .days("valid_from", staff.iter().map(|s| s.from))?
            .optional_days("valid_to", staff.iter().map(|s| s.to))?
            .finish()
    }

    fn households(&self, keys: &UnitKeys) -> PolarsResult<DataFrame> {
        let all = &self.model.households;
        let areas = all
            .area
            .iter()
            .map(|&area| self.area_key(usize::from(area)));
        Frame::new(all.area.len())
            .keys("household_id", &keys.household, 0..all.area.len())
            .texts("area", areas)
            .flags("single_custodian", all.single.iter().copied())
            .flags("custodians_working", all.working.iter().copied())
            .integers("municipality", all.municipality.iter().copied())
            .finish()
    }

    fn children(&self, keys: &UnitKeys) -> PolarsResult<DataFrame> {
        let all = &self.children;
        let kita_year = calendar::kita_year(self.plan.as_of);
        let classes = (0..all.len()).map(|child| all.school_class(child, kita_year));
        Frame::new(all.len())
            .keys("child_id", &keys.child, 0..all.len())
            .keys(
                "household_id",
                &keys.household,
                all.household.iter().map(|&h| h as usize),
            )
            .days("birth_date", all.birth.iter().copied())?
            .texts("sex", all.sex.iter().map(|&sex| SEXES[usize::from(sex)].0))
            .flags("inclusion_place", all.inclusion.iter().copied())
            .optional_integers("school_class", classes)
            .finish()
    }

    fn statistics_attributes(&self, keys: &UnitKeys) -> PolarsResult<DataFrame> {
        let rows = &self.statistics;
        Frame::new(rows.len())
            .keys("child_id", &keys.child, rows.iter().map(|row| row.child))
            .optional_flags("foreign_origin", rows.iter().map(|row| row.foreign_origin))
            .optional_flags("german_at_home", rows.iter().map(|row| row.german_at_home))
            .finish()
    }

    fn applications(&self, keys: &UnitKeys) -> PolarsResult<DataFrame> {
        let all = &self.procedure.applications;
        Frame::new(all.len())
            .keys("application_id", &keys.application, 0..all.len())
            .keys(
                "child_id",
                &keys.child,
                all.iter().map(|a| a.child as usize),
            )
            .keys(
                "facility_id",
                &keys.facility,
                all.iter().map(|a| usize::from(a.facility)),
            )
            .texts("care_type", all.iter().map(|a| a.care.as_str()))
            .integers("rank", all.iter().map(|a| a.rank))
            .days("wished_start", all.iter().map(|a| a.wished))?
            .decimals("daily_hours", all.iter().map(|a| a.daily_hours))
            .days("applied_on", all.iter().map(|a| a.applied))?
            .texts("state", all.iter().map(|a| a.state))
            .optional_days("closed_on", all.iter().map(|a| a.closed))?
            .finish()
    }

    fn offers(&self, keys: &UnitKeys) -> PolarsResult<DataFrame> {
        let all = &self.procedure.offers;
        let applications = all.iter().map(|offer| offer.application as usize);
        Frame::new(all.len())
            .keys("offer_id", &keys.offer, 0..all.len())
            .keys("application_id", &keys.application, applications)
            .days("starts_on", all.iter().map(|offer| offer.starts))?
            .days("offered_on", all.iter().map(|offer| offer.offered))?
            .days("reply_by", all.iter().map(|offer| offer.reply_by))?
            .texts("state", all.iter().map(|offer| offer.state))
            .optional_days("closed_on", all.iter().map(|offer| offer.closed))?
            .finish()
    }

    fn contracts(&self, keys: &UnitKeys) -> PolarsResult<DataFrame> {
        let rows = &self.versions;
        let contract = |row: usize| &self.contracts[row];
        let terms = |row: usize| &self.terms[row];
        let of = || rows.iter().map(|version| version.contract);
        Frame::new(rows.len())
            .keys("contract_id", &keys.contract, of())
            .integers("version", rows.iter().map(|version| version.version))
            .keys(
                "child_id",
                &keys.child,
                of().map(|row| contract(row).child as usize),
            )
            .keys(
                "facility_id",
                &keys.facility,
                of().map(|row| usize::from(contract(row).facility)),
            )
            .texts("care_type", of().map(|row| contract(row).care.as_str()))
            .decimals(
                "daily_hours",
                rows.iter().map(|version| version.daily_hours),
            )
            .integers("days_per_week", of().map(|row| terms(row).days_per_week))
            .flags("lunch", of().map(|row| terms(row).lunch))
            .days("valid_from", rows.iter().map(|version| version.from))?
            .optional_days("valid_to", of().map(|row| Some(contract(row).to)))?
            .days(
                "recorded_from",
                rows.iter().map(|version| version.recorded_from),
            )?
            .optional_days(
                "recorded_to",
                rows.iter().map(|version| version.recorded_to),
            )?
            .finish()
    }

    fn criteria_points(&self, keys: &UnitKeys) -> PolarsResult<DataFrame> {
        let all = &self.procedure.points;
        let applications = all.iter().map(|points| points.application as usize);
        Frame::new(all.len())
            .keys("application_id", &keys.application, applications)
            .texts("criterion", all.iter().map(|points| points.criterion))
            .integers("points", all.iter().map(|points| points.points))
            .texts(
                "catalogue_version",
                all.iter().map(|points| points.catalogue),
            )
            .finish()
    }

    fn population(&self) -> PolarsResult<DataFrame> {
        let counts = self.population.counts();
        let per_area = self.population.years() * AGES;
        let year = |cell: usize| FIRST_YEAR + (cell % per_area / AGES) as i32;
        let cells = || 0..counts.len();
        Frame::new(counts.len())
            .texts("area", cells().map(|cell| self.area_key(cell / per_area)))
            .integers("year", cells().map(year))
            .integers("age", cells().map(|cell| (cell % AGES) as i32))
            .integers("count", counts.iter().copied())
            .finish()
    }

    fn by_area_and_year(&self, name: &str, values: &[i32]) -> PolarsResult<DataFrame> {
        let years = self.population.years();
        let cells = || 0..values.len();
        Frame::new(values.len())
            .texts("area", cells().map(|cell| self.area_key(cell / years)))
            .integers(
                "year",
                cells().map(|cell| FIRST_YEAR + (cell % years) as i32),
            )
            .integers(name, values.iter().copied())
            .finish()
    }
}
