//! Snapshots carried on and read anew, without a database.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::ChildId;
use domain::procedure::{Channel, Sex};
use jiff::civil::date;
use proptest::prelude::*;

use super::chunk::{Batch, CHILDREN_PER_CHUNK, Chunk, replaced};
use super::{ApplicationRow, ApplicationStanding, ChildRow, Snapshot, SnapshotRows};

/// A child by its number; `class` tells one state of it from another.
fn child(number: u8, class: u8) -> ChildRow {
    ChildRow {
        child: ChildId::new(&format!("c{number:03}")).unwrap(),
        household: "h".parse().unwrap(),
        birth_date: date(2024, 5, 1),
        sex: Sex::None,
        area: "a".parse().unwrap(),
        municipality: 14_612_000,
        single_custodian: false,
        custodians_working: false,
        inclusion_place: false,
        school_class: Some(class),
        siblings: domain::procedure::SiblingsRule::Independent,
        has_consent: true,
    }
}

fn application(number: u8, key: u8) -> ApplicationRow {
    ApplicationRow {
        child: child(number, 0).child,
        application: format!("a{number}-{key}").parse().unwrap(),
        facility: "f".parse().unwrap(),
        care_type: domain::CareType::Nursery,
        rank: 1,
        wished_start: date(2027, 9, 1),
        daily_hours: domain::DailyHours::new(9.0).unwrap(),
        applied_on: date(2026, 11, 1),
        channel: Channel::Online,
        transfer_from: None,
        catalogue_version: None,
        standing: ApplicationStanding::Open,
        closed_on: None,
        contract: None,
    }
}

/// Children by number, each with its state and the number of its applications.
type City = BTreeMap<u8, (u8, u8)>;

fn rows(city: &City) -> SnapshotRows {
    let applications = |(number, (_, count)): (&u8, &(u8, u8))| {
        let number = *number;
        (0..*count).map(move |key| application(number, key))
    };
    SnapshotRows {
        children: city
            .iter()
            .map(|(number, (class, _))| child(*number, *class))
            .collect(),
        applications: city.iter().flat_map(applications).collect(),
        ..SnapshotRows::default()
    }
}

fn batch(city: &City) -> Batch {
    let rows = rows(city);
    let mut batch = Batch {
        children: rows.children,
        applications: rows.applications,
        ..Batch::default()
    };
    batch.sort();
    batch
}

fn snapshot(chunks: Vec<Arc<Chunk>>) -> Snapshot {
    Snapshot {
        chunks: Arc::new(chunks),
        ..Snapshot::default()
    }
}

fn cities() -> impl Strategy<Value = City> {
    proptest::collection::btree_map(0..60_u8, (0..9_u8, 0..4_u8), 0..40)
}

proptest! {
    #[test]
    fn carrying_on_gives_what_reading_anew_gives(
        before in cities(),
        changes in proptest::collection::vec(
            proptest::collection::btree_map(0..60_u8, (0..9_u8, 0..4_u8), 1..20), 1..5),
    ) {
        let mut city = before;
        let mut carried_on = batch(&city).into_chunks(CHILDREN_PER_CHUNK);
        for change in changes {
            let touched: BTreeSet<ChildId> =
                change.keys().map(|number| child(*number, 0).child).collect();
            carried_on = replaced(&carried_on, &touched, batch(&change));
            city.extend(change);
            let anew = Snapshot::from_rows(0, rows(&city));
            prop_assert!(snapshot(carried_on.clone()) == anew);
            prop_assert!(carried_on.iter().all(|it| it.children.len() < 2 * CHILDREN_PER_CHUNK));
            for number in 0..60 {
                let found = anew.child(&child(number, 0).child);
                prop_assert_eq!(found.and_then(|row| row.school_class), city.get(&number).map(|it| it.0));
            }
        }
    }
}

#[test]
fn a_change_of_one_child_copies_one_piece_and_shares_all_others() {
    let city: City = (0..40).map(|number| (number, (1, 2))).collect();
    let before = batch(&city).into_chunks(CHILDREN_PER_CHUNK);
    let touched = BTreeSet::from([child(17, 0).child]);
    let after = replaced(&before, &touched, batch(&City::from([(17, (5, 1))])));
    assert_eq!((before.len(), after.len()), (10, 10));
    let shared = before
        .iter()
        .zip(&after)
        .filter(|(a, b)| Arc::ptr_eq(a, b))
        .count();
    assert_eq!(shared, 9);
}

#[test]
fn snapshots_differ_where_one_row_differs() {
    let city: City = (0..9).map(|number| (number, (1, 2))).collect();
    let mut other = city.clone();
    other.insert(4, (1, 3));
    let made = |city: &City, sequence| Snapshot::from_rows(sequence, rows(city));
    assert!(made(&city, 1) == made(&city, 1));
    assert!(made(&city, 1) != made(&city, 2));
    assert!(made(&city, 1) != made(&other, 1));
}

#[test]
fn nothing_about_a_child_is_printed() {
    let snapshot = Snapshot::from_rows(3, rows(&City::from([(7, (4, 1))])));
    let mut text = format!("{snapshot:?}");
    for chunk in snapshot.chunks() {
        text += &format!("{chunk:?} {:?}", chunk.children.row(0));
    }
    assert!(!text.contains("c007") && !text.contains("2024"), "{text}");
    assert!(text.contains("children: 1"));
}
