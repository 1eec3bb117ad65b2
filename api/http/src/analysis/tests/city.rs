//! The tables made of a snapshot.

use domain::procedure::{BlockedSpan, CapacitySpan};
use domain::{AreaId, CareType::Nursery, Licence};
use jiff::civil::date;
use store::OfferStanding;
use tables::schema::TableName;
use tables::{City, Format};

use super::{facility, story_b};
use crate::analysis::{Analyses, StaticTables, city_of};

fn texts(city: &City, table: TableName, column: &str) -> Vec<String> {
    city.map_rows(table, |row| {
        Ok(row.text(column)?.unwrap_or_default().to_owned())
    })
    .unwrap()
}

#[test]
fn every_table_of_the_procedure_is_there_and_passes_the_checks_of_a_city() {
    let made = story_b()
        .contract("c1", "A", Nursery, "2027-09-01", "2032-07-31")
        .offer("c3", "A", Nursery, OfferStanding::Withdrawn)
        .offer("c2", "C", Nursery, OfferStanding::Revoked);
    let city = city_of(&made.snapshot(), &StaticTables::new()).unwrap();
    let rows = |table| city.frame(table).height();
    assert_eq!(
        (rows(TableName::Providers), rows(TableName::Facilities)),
        (4, 4)
    );
    assert_eq!(
        (rows(TableName::Children), rows(TableName::Households)),
        (6, 6)
    );
    assert_eq!(
        (
            rows(TableName::Applications),
            rows(TableName::CriteriaPoints)
        ),
        (13, 26)
    );
    assert_eq!(
        texts(&city, TableName::Offers, "state"),
        ["revoked", "declined"]
    );
    assert_eq!(texts(&city, TableName::Areas, "area"), ["sued1"]);
    assert_eq!(
        texts(&city, TableName::Facilities, "name")[0],
        "Haus A, \"am Park\""
    );
}

#[test]
fn a_version_cancelled_before_it_began_is_left_out() {
    let mut made = story_b().contract("c1", "A", Nursery, "2027-09-01", "2032-07-31");
    made.rows.contracts[0].valid_to = date(2027, 8, 31);
    let city = city_of(&made.snapshot(), &StaticTables::new()).unwrap();
    assert_eq!(city.frame(TableName::Contracts).height(), 0);
}

#[test]
fn places_end_where_a_licence_was_lost_and_begin_again_where_it_was_restored() {
    let mut made = story_b();
    let record = &mut made.rows.facilities[0];
    record.registration.facts.licences = vec![
        Licence {
            valid_from: date(2010, 1, 1),
            valid_to: Some(date(2026, 6, 30)),
        },
        Licence {
            valid_from: date(2026, 9, 1),
            valid_to: None,
        },
    ];
    record.capacities.truncate(1);
    record.blocked.push(BlockedSpan {
        care_type: Nursery,
        valid_from: date(2027, 1, 1),
        valid_to: None,
        places: 1,
    });
    let city = city_of(&made.snapshot(), &StaticTables::new()).unwrap();
    let spans = city
        .map_rows(TableName::Capacities, |row| {
            Ok((
                row.filled("facility_id")?.to_owned(),
                row.date("valid_from")?,
                row.date("valid_to")?,
            ))
        })
        .unwrap();
    let of_a: Vec<_> = spans
        .into_iter()
        .filter(|span| span.0 == "A")
        .map(|span| (span.1, span.2))
        .collect();
    assert_eq!(
        of_a,
        [
            (Some(date(2010, 1, 1)), Some(date(2026, 6, 30))),
            (Some(date(2026, 9, 1)), None),
        ]
    );
    // The months and places are those of the spans as they were.
    let analyses = Analyses::new(StaticTables::new());
    let today = date(2027, 1, 15);
    let months = analyses
        .facility_capacities(
            &made.snapshot(),
            &facility("A"),
            "2026-06".parse().unwrap(),
            4,
            today,
        )
        .unwrap();
    let licensed: Vec<_> = months.months.iter().map(|it| it.licensed).collect();
    assert_eq!(licensed, [2, 0, 0, 2]);
}

#[test]
fn places_without_any_licence_are_no_contradiction() {
    let mut made = story_b();
    made.rows.facilities[1].registration.facts.licences.clear();
    made.rows.facilities[1].capacities.push(CapacitySpan {
        care_type: Nursery,
        valid_from: date(2030, 1, 1),
        valid_to: Some(date(2030, 12, 31)),
        licensed: 3,
        planned: 3,
        staffed: 3,
    });
    let city = city_of(&made.snapshot(), &StaticTables::new()).unwrap();
    assert!(!texts(&city, TableName::Capacities, "facility_id").contains(&"B".to_owned()));
}

#[test]
fn areas_come_from_their_table_and_those_it_lacks_stand_at_the_top() {
    let mut made = story_b();
    made.rows.children[0].area = AreaId::new("elsewhere").unwrap();
    let areas = "area,parent,name\nsued,,Süd\nsued1,sued,Südvorstadt";
    let tables = StaticTables::new()
        .with(TableName::Areas, Format::Csv, areas.as_bytes())
        .unwrap();
    let city = city_of(&made.snapshot(), &tables).unwrap();
    assert_eq!(
        texts(&city, TableName::Areas, "area"),
        ["sued", "sued1", "elsewhere"]
    );
    assert_eq!(texts(&city, TableName::Areas, "parent"), ["", "sued", ""]);
}

#[test]
fn tables_that_contradict_each_other_are_named_without_a_value() {
    let births = "area,year,births\nnowhere,2025,7\n";
    let tables = StaticTables::new()
        .with(TableName::Births, Format::Csv, births.as_bytes())
        .unwrap();
    let error = city_of(&story_b().snapshot(), &tables).unwrap_err();
    assert_eq!(error.code(), "E8244");
    assert!(
        error
            .to_string()
            .contains("E1011 births.csv, row 1, column area"),
        "{error}"
    );
}
