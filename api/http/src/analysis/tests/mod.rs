//! Analyses of small cities made by hand.

mod capacities;
mod city;
mod city_criteria;
mod gate;
mod occupancy;
mod rule_lab;
mod suggestions;

use domain::procedure::{
    CapacitySpan, Channel, FacilityRegistration, Operation, ProviderRegistration, Sex,
};
use domain::{
    AreaId, Attestation, CareType, ChildId, DailyHours, FacilityFacts, FacilityId, FacilityKind,
    LegalRegime, Licence, Location, Month, ProviderKind, SuggestionListId,
};
use jiff::civil::{Date, date};
use store::{
    ApplicationRow, ApplicationStanding, ChildRow, ContractVersionRow, FacilityRecord, OfferRow,
    OfferStanding, PointsRow, ProviderRecord, Snapshot, SnapshotRows,
};
use tables::Format;
use tables::schema::TableName;

use super::{Analyses, StaticTables};

/// A city in the making.
#[derive(Clone, Default)]
struct Made {
    rows: SnapshotRows,
    sequence: u64,
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn hours(hours: f64) -> DailyHours {
    DailyHours::new(hours).unwrap()
}

fn facility(text: &str) -> FacilityId {
    FacilityId::new(text).unwrap()
}

fn analyses() -> Analyses {
    let areas = "area,parent,name\nsued,,Süd\nsued1,sued,Südvorstadt\nnord,,Nord\n";
    let tables = StaticTables::new().with(TableName::Areas, Format::Csv, areas.as_bytes());
    Analyses::new(tables.unwrap())
}

/// Keys L1, L2, ...
fn numbered() -> impl FnMut() -> SuggestionListId {
    let mut number = 0;
    move || {
        number += 1;
        SuggestionListId::new(&format!("L{number}")).unwrap()
    }
}

impl Made {
    /// A provider that attested the months given, each on the 28th before.
    fn provider(mut self, id: &str, attested: &[&str]) -> Self {
        let mut record = ProviderRecord::from(ProviderRegistration {
            id: id.parse().unwrap(),
            name: format!("Träger {id}"),
            kind: ProviderKind::Independent,
            regime: LegalRegime::Secular,
            participates_from: date(2020, 1, 1),
            participates_to: None,
        });
        record.attestations = attested
            .iter()
            .map(|text| Attestation {
                month: month(text),
                attested_on: month(text)
                    .plus(-1)
                    .first_day()
                    .saturating_add(jiff::Span::new().days(27)),
            })
            .collect();
        self.rows.providers.push(record);
        self
    }

    /// A facility with places (care type, licensed, planned, staffed) from 2010 on.
    fn facility(mut self, id: &str, provider: &str, places: &[(CareType, u32, u32, u32)]) -> Self {
        let minds = places.iter().any(|place| place.0 == CareType::Childminding);
        self.rows.facilities.push(FacilityRecord {
            registration: FacilityRegistration {
                facts: FacilityFacts {
                    id: facility(id),
                    provider: provider.parse().unwrap(),
                    kind: if minds {
                        FacilityKind::ChildminderSite
                    } else {
                        FacilityKind::DayCareCentre
                    },
                    area: AreaId::new("sued1").unwrap(),
                    location: Location::new(51.05, 13.74).unwrap(),
                    opens_on: date(2010, 1, 1),
                    closes_on: None,
                    in_needs_plan: true,
                    licences: vec![Licence {
                        valid_from: date(2010, 1, 1),
                        valid_to: None,
                    }],
                },
                name: format!("Haus {id}, \"am Park\""),
                operation: Operation {
                    groups: 4,
                    opening_hour: 6.5,
                    closing_hour: 17.0,
                    closing_days: 8,
                },
            },
            capacities: places
                .iter()
                .map(|(care_type, licensed, planned, staffed)| CapacitySpan {
                    care_type: *care_type,
                    valid_from: date(2010, 1, 1),
                    valid_to: None,
                    licensed: *licensed,
                    planned: *planned,
                    staffed: *staffed,
                })
                .collect(),
            blocked: Vec::new(),
        });
        self
    }

    fn child(mut self, id: &str, born: &str) -> Self {
        self.rows.children.push(ChildRow {
            child: ChildId::new(id).unwrap(),
            household: format!("H-{id}").parse().unwrap(),
            birth_date: day(born),
            sex: Sex::Female,
            area: AreaId::new("sued1").unwrap(),
            municipality: 14_612_000,
            single_custodian: false,
            custodians_working: true,
            inclusion_place: false,
            school_class: None,
            siblings: domain::procedure::SiblingsRule::Independent,
            has_consent: true,
        });
        self
    }

    /// An open application, key `child-facility`.
    fn wish(mut self, child: &str, at: &str, care_type: CareType, rank: u32, points: i32) -> Self {
        let application = format!("{child}-{at}");
        self.rows.applications.push(ApplicationRow {
            child: child.parse().unwrap(),
            application: application.parse().unwrap(),
            facility: facility(at),
            care_type,
            rank,
            wished_start: date(2027, 9, 1),
            daily_hours: hours(9.0),
            applied_on: date(2026, 11, 1),
            channel: Channel::Online,
            transfer_from: None,
            catalogue_version: Some("2026-1".into()),
            standing: ApplicationStanding::Open,
            closed_on: None,
            contract: None,
        });
        // Two criteria, so that the sum counts.
        for (criterion, points) in [("local", points - 3), ("base", 3)] {
            self.rows.points.push(PointsRow {
                child: child.parse().unwrap(),
                application: application.parse().unwrap(),
                criterion: criterion.into(),
                points,
            });
        }
        self
    }

    /// A contract, key `child-facility-v`.
    fn contract(
        mut self,
        child: &str,
        at: &str,
        care_type: CareType,
        from: &str,
        to: &str,
    ) -> Self {
        self.rows.contracts.push(ContractVersionRow {
            child: child.parse().unwrap(),
            contract: format!("{child}-{at}-v").parse().unwrap(),
            version: 1,
            facility: facility(at),
            care_type,
            daily_hours: hours(9.0),
            days_per_week: 5,
            lunch: true,
            valid_from: day(from),
            valid_to: day(to),
            recorded_from: date(2025, 5, 1),
            recorded_to: None,
            end: None,
        });
        self
    }

    /// An offer on the application of a child at a facility.
    fn offer(
        mut self,
        child: &str,
        at: &str,
        care_type: CareType,
        standing: OfferStanding,
    ) -> Self {
        self.rows.offers.push(OfferRow {
            child: child.parse().unwrap(),
            application: format!("{child}-{at}").parse().unwrap(),
            number: 1,
            offer: format!("{child}-{at}-o").parse().unwrap(),
            facility: facility(at),
            care_type,
            starts_on: date(2027, 9, 1),
            ends_on: date(2032, 7, 31),
            daily_hours: hours(9.0),
            offered_on: date(2027, 1, 10),
            reply_by: date(2027, 2, 10),
            standing,
            confirmed_on: (standing == OfferStanding::Confirmed).then_some(date(2027, 1, 12)),
            conflict: None,
            closed_on: (!standing.holds_a_place()).then_some(date(2027, 1, 20)),
            contract: None,
        });
        self
    }

    /// Leaves out the application of a child at a facility.
    fn without(mut self, child: &str, at: &str) -> Self {
        let key = format!("{child}-{at}");
        self.rows
            .applications
            .retain(|row| row.application.as_str() != key);
        self.rows
            .points
            .retain(|row| row.application.as_str() != key);
        self.rows
            .offers
            .retain(|row| row.application.as_str() != key);
        self.sequence += 1;
        self
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot::from_rows(self.sequence, self.rows.clone())
    }
}

/// Story B: A (T1) 2 places, B (T2) 1, C (T3) 1, D (a childminder, T4) 1, free from 2027-09-01 on; six
/// children. The facilities have kindergarten places for what comes later.
fn story_b() -> Made {
    use CareType::{Childminding, Kindergarten, Nursery};
    let attested = ["2027-01"];
    let nursery = |places| [(Nursery, places, places, places), (Kindergarten, 9, 9, 9)];
    let mut made = Made::default()
        .provider("T1", &attested)
        .provider("T2", &attested)
        .provider("T3", &attested)
        .provider("T4", &attested)
        .facility("A", "T1", &nursery(2))
        .facility("B", "T2", &nursery(1))
        .facility("C", "T3", &nursery(1))
        .facility("D", "T4", &[(Childminding, 1, 1, 1)]);
    for (child, born, wishes) in [
        ("c1", "2026-03-10", &[("A", 14), ("B", 4)][..]),
        ("c2", "2026-04-02", &[("A", 6), ("C", 4)]),
        ("c3", "2026-02-20", &[("A", 7), ("B", 7), ("C", 7)]),
        ("c4", "2026-05-15", &[("B", 6), ("A", 6)]),
        ("c5", "2026-06-01", &[("A", 4), ("D", 4)]),
        ("c6", "2026-04-30", &[("C", 2), ("B", 0)]),
    ] {
        made = made.child(child, born);
        for (rank, (at, points)) in (1..).zip(wishes) {
            let care = if *at == "D" { Childminding } else { Nursery };
            made = made.wish(child, at, care, rank, *points);
        }
    }
    made
}
