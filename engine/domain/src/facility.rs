//! Facilities, their licence and where they are.

use jiff::civil::Date;

use crate::identifier::{AreaId, FacilityId, ProviderId};

/// What kind of facility it is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum FacilityKind {
    /// Kindertageseinrichtung: nursery, kindergarten or both, perhaps with after-school care.
    DayCareCentre,
    /// Hort as a facility of its own.
    AfterSchoolCentre,
    /// Kindertagespflegestelle: the licence is bound to a person, at most five children present (K20).
    ChildminderSite,
}

impl FacilityKind {
    /// The name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DayCareCentre => "day_care_centre",
            Self::AfterSchoolCentre => "after_school_centre",
            Self::ChildminderSite => "childminder_site",
        }
    }

    /// All kinds.
    pub const ALL: [Self; 3] = [
        Self::DayCareCentre,
        Self::AfterSchoolCentre,
        Self::ChildminderSite,
    ];

    /// Most children a site may have present at a time, where the law sets one (§ 43(3) SGB VIII).
    #[must_use]
    pub const fn most_present(self) -> Option<u32> {
        match self {
            Self::ChildminderSite => Some(5),
            Self::DayCareCentre | Self::AfterSchoolCentre => None,
        }
    }
}

/// A point on the earth in WGS 84 degrees.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Location {
    latitude: f64,
    longitude: f64,
}

/// A point that is not on the earth.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "latitude {latitude}, longitude {longitude} is not a place on earth; latitude runs from -90 to 90, longitude from -180 to 180 (WGS 84)"
)]
pub struct LocationError {
    /// Latitude given, degrees.
    pub latitude: f64,
    /// Longitude given, degrees.
    pub longitude: f64,
}

impl Location {
    /// Checks a point.
    ///
    /// # Errors
    ///
    /// [`LocationError`] outside the ranges, or for numbers that are not finite.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, LocationError> {
        if (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude) {
            Ok(Self {
                latitude,
                longitude,
            })
        } else {
            Err(LocationError {
                latitude,
                longitude,
            })
        }
    }

    /// Degrees north.
    #[must_use]
    pub const fn latitude(self) -> f64 {
        self.latitude
    }

    /// Degrees east.
    #[must_use]
    pub const fn longitude(self) -> f64 {
        self.longitude
    }

    /// Straight-line distance in kilometres on a sphere of radius 6371 km (haversine).
    #[must_use]
    pub fn distance_km(self, other: Self) -> f64 {
        let (a, b) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half_latitude = ((b - a) / 2.0).sin();
        let half_longitude = ((other.longitude - self.longitude).to_radians() / 2.0).sin();
        let h = half_latitude * half_latitude + a.cos() * b.cos() * half_longitude * half_longitude;
        2.0 * 6371.0 * h.sqrt().min(1.0).asin()
    }
}

/// A span in which the operating licence (Betriebserlaubnis, § 45 SGB VIII) is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Licence {
    /// First day.
    pub valid_from: Date,
    /// Last day; `None` for an unlimited licence.
    pub valid_to: Option<Date>,
}

impl Licence {
    /// Whether the licence is valid on a day.
    #[must_use]
    pub fn covers(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|to| day <= to)
    }
}

/// A facility (Einrichtung).
#[derive(Debug, Clone, PartialEq)]
pub struct Facility {
    id: FacilityId,
    provider: ProviderId,
    kind: FacilityKind,
    area: AreaId,
    location: Location,
    opens_on: Date,
    closes_on: Option<Date>,
    in_needs_plan: bool,
    licences: Vec<Licence>,
}

/// Why a facility cannot be described.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FacilityError {
    /// The facility closes before it opens.
    #[error(
        "facility {facility} closes on {closes_on}, before it opens on {opens_on}; correct one of the dates"
    )]
    ClosesBeforeOpening {
        /// The facility.
        facility: FacilityId,
        /// First day.
        opens_on: Date,
        /// Last day.
        closes_on: Date,
    },
}

/// The facts a [`Facility`] is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct FacilityFacts {
    /// Identifier.
    pub id: FacilityId,
    /// Who runs it.
    pub provider: ProviderId,
    /// What it is.
    pub kind: FacilityKind,
    /// Small area it lies in.
    pub area: AreaId,
    /// Where it stands.
    pub location: Location,
    /// First day of operation; may lie in the future (K43).
    pub opens_on: Date,
    /// Last day of operation, if an end is set.
    pub closes_on: Option<Date>,
    /// Whether the needs plan (Bedarfsplan) lists it (K11).
    pub in_needs_plan: bool,
    /// Spans in which the operating licence is valid.
    pub licences: Vec<Licence>,
}

impl Facility {
    /// Checks the facts.
    ///
    /// # Errors
    ///
    /// [`FacilityError::ClosesBeforeOpening`].
    pub fn new(facts: FacilityFacts) -> Result<Self, FacilityError> {
        let FacilityFacts {
            id,
            provider,
            kind,
            area,
            location,
            opens_on,
            closes_on,
            in_needs_plan,
            mut licences,
        } = facts;
        if let Some(closes_on) = closes_on
            && closes_on < opens_on
        {
            return Err(FacilityError::ClosesBeforeOpening {
                facility: id,
                opens_on,
                closes_on,
            });
        }
        licences.sort_by_key(|licence| licence.valid_from);
        Ok(Self {
            id,
            provider,
            kind,
            area,
            location,
            opens_on,
            closes_on,
            in_needs_plan,
            licences,
        })
    }

    /// The identifier.
    #[must_use]
    pub const fn id(&self) -> &FacilityId {
        &self.id
    }

    /// Who runs it.
    #[must_use]
    pub const fn provider(&self) -> &ProviderId {
        &self.provider
    }

    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> FacilityKind {
        self.kind
    }

    /// Small area it lies in.
    #[must_use]
    pub const fn area(&self) -> &AreaId {
        &self.area
    }

    /// Where it stands.
    #[must_use]
    pub const fn location(&self) -> Location {
        self.location
    }

    /// First day of operation.
    #[must_use]
    pub const fn opens_on(&self) -> Date {
        self.opens_on
    }

    /// Last day of operation, if an end is set.
    #[must_use]
    pub const fn closes_on(&self) -> Option<Date> {
        self.closes_on
    }

    /// Whether the needs plan lists it (K11).
    #[must_use]
    pub const fn in_needs_plan(&self) -> bool {
        self.in_needs_plan
    }

    /// Spans in which the operating licence is valid, in the order of their first days.
    #[must_use]
    pub fn licences(&self) -> &[Licence] {
        &self.licences
    }

    /// Sets the last day of operation, which lies on or after the first.
    pub(crate) const fn close_after(&mut self, last_day: Date) {
        self.closes_on = Some(last_day);
    }

    /// Puts it into the needs plan or takes it out (K11).
    pub(crate) const fn set_needs_plan(&mut self, in_needs_plan: bool) {
        self.in_needs_plan = in_needs_plan;
    }

    /// Adds a licence and keeps the order of first days.
    pub(crate) fn add_licence(&mut self, licence: Licence) {
        self.licences.push(licence);
        self.licences.sort_by_key(|licence| licence.valid_from);
    }

    /// Leaves no licence valid from a day on: later ones go, one in force ends the day before (K47).
    pub(crate) fn lose_licence(&mut self, from: Date) {
        self.licences.retain(|licence| licence.valid_from < from);
        let last_day = from.yesterday().unwrap_or(from);
        for licence in &mut self.licences {
            licence.valid_to = Some(licence.valid_to.map_or(last_day, |to| to.min(last_day)));
        }
    }

    /// Whether places may be listed on at least one day of a span, both ends included: open,
    /// licensed and in the needs plan at once.
    #[must_use]
    pub fn takes_applications_between(&self, first: Date, last: Date) -> bool {
        let from = first.max(self.opens_on);
        let until = self.closes_on.map_or(last, |closes_on| last.min(closes_on));
        self.in_needs_plan
            && self.licences.iter().any(|licence| {
                from.max(licence.valid_from) <= licence.valid_to.map_or(until, |to| until.min(to))
            })
    }

    /// Whether it is open on a day.
    #[must_use]
    pub fn is_open_on(&self, day: Date) -> bool {
        self.opens_on <= day && self.closes_on.is_none_or(|last| day <= last)
    }

    /// Whether an operating licence is valid on a day.
    #[must_use]
    pub fn is_licensed_on(&self, day: Date) -> bool {
        self.licences.iter().any(|licence| licence.covers(day))
    }

    /// Whether places may be listed, applied for and offered on a day: open, licensed and in the
    /// needs plan (K11, K47). Existing contracts do not depend on it.
    #[must_use]
    pub fn takes_applications_on(&self, day: Date) -> bool {
        self.in_needs_plan && self.is_open_on(day) && self.is_licensed_on(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn facts() -> FacilityFacts {
        FacilityFacts {
            id: FacilityId::new("K2").unwrap(),
            provider: ProviderId::new("T1").unwrap(),
            kind: FacilityKind::DayCareCentre,
            area: AreaId::new("sued").unwrap(),
            location: Location::new(51.05, 13.74).unwrap(),
            opens_on: date(2020, 8, 1),
            closes_on: Some(date(2030, 7, 31)),
            in_needs_plan: true,
            licences: vec![
                Licence {
                    valid_from: date(2029, 1, 1),
                    valid_to: None,
                },
                Licence {
                    valid_from: date(2020, 8, 1),
                    valid_to: Some(date(2028, 7, 31)),
                },
            ],
        }
    }

    #[test]
    fn a_facility_without_a_licence_takes_no_applications_and_takes_them_again_with_one() {
        let facility = Facility::new(facts()).unwrap();
        assert!(facility.takes_applications_on(date(2028, 7, 31)));
        assert!(!facility.takes_applications_on(date(2028, 8, 1)));
        assert!(facility.is_open_on(date(2028, 8, 1)));
        assert!(facility.takes_applications_on(date(2029, 1, 1)));
        assert!(!facility.takes_applications_on(date(2030, 8, 1)));
    }

    #[test]
    fn a_span_counts_if_the_facility_may_operate_on_one_of_its_days() {
        let facility = Facility::new(facts()).unwrap();
        assert!(facility.takes_applications_between(date(2028, 7, 31), date(2028, 8, 31)));
        assert!(!facility.takes_applications_between(date(2028, 8, 1), date(2028, 12, 31)));
        assert!(facility.takes_applications_between(date(2028, 8, 1), date(2029, 1, 1)));
        assert!(!facility.takes_applications_between(date(2020, 7, 1), date(2020, 7, 31)));
        assert!(!facility.takes_applications_between(date(2030, 8, 1), date(2031, 8, 31)));
    }

    #[test]
    fn a_facility_outside_the_needs_plan_takes_no_applications() {
        let facility = Facility::new(FacilityFacts {
            in_needs_plan: false,
            ..facts()
        })
        .unwrap();
        assert!(facility.is_open_on(date(2026, 1, 1)));
        assert!(!facility.takes_applications_on(date(2026, 1, 1)));
    }

    #[test]
    fn a_facility_that_closes_before_it_opens_is_refused() {
        let wrong = FacilityFacts {
            closes_on: Some(date(2019, 1, 1)),
            ..facts()
        };
        assert!(matches!(
            Facility::new(wrong),
            Err(FacilityError::ClosesBeforeOpening { .. })
        ));
    }

    #[test]
    fn distances_are_kilometres_on_the_ground() {
        let altmarkt = Location::new(51.0493, 13.7384).unwrap();
        let klotzsche = Location::new(51.1170, 13.7890).unwrap();
        assert!((altmarkt.distance_km(klotzsche) - 8.32).abs() < 0.05);
        assert_eq!(altmarkt.distance_km(altmarkt), 0.0);
        assert!(Location::new(91.0, 0.0).is_err());
        assert!(Location::new(f64::NAN, 0.0).is_err());
    }
}
