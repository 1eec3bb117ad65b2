//! What a release looks like from outside, its refusals, and published cases.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests too

use std::collections::BTreeMap;

use disclosure::{
    CellStatus, ConfidentialTable, Dimension, DisclosurePolicy, ERROR_CODES, Label, Member,
    PolicyError, ReleasedCount, ReleasedTable, TOTAL_CODE, ZeroRule, audit, release,
    release_series, release_with_audit,
};

fn children() -> Label {
    Label::new("Kinder", "Children")
}

fn areas() -> Dimension {
    Dimension::new(
        "area",
        Label::new("Stadtteil", "Area"),
        vec![
            Member::new("north", Label::new("Nord", "North")),
            Member::new("0101", Label::new("Altstadt", "Old Town")).under("north"),
            Member::new("0102", Label::new("Neustadt", "New Town")).under("north"),
            Member::new("0201", Label::new("Hafen", "Harbour")),
        ],
    )
}

fn care_types() -> Dimension {
    Dimension::new(
        "care_type",
        Label::new("Betreuungsform", "Care type"),
        vec![
            Member::new("nursery", Label::new("Krippe", "Nursery")),
            Member::new("kindergarten", Label::new("Kindergarten", "Kindergarten")),
        ],
    )
}

fn table(counts: &[u32]) -> ConfidentialTable {
    ConfidentialTable::new(
        "occupancy",
        children(),
        vec![areas(), care_types()],
        counts.to_vec(),
    )
    .unwrap()
}

#[test]
fn the_csv_shows_counts_zeros_and_suppressed_cells_without_saying_which_are_small() {
    let released = release(table(&[2, 31, 24, 48, 0, 17]), &DisclosurePolicy::default()).unwrap();
    let mut text = Vec::new();
    released.write_csv(&mut text).unwrap();
    insta::assert_snapshot!(String::from_utf8(text).unwrap());
}

#[test]
fn the_internal_csv_names_the_reason_of_every_suppression() {
    let (released, internal) =
        release_with_audit(table(&[2, 31, 24, 48, 0, 17]), &DisclosurePolicy::default()).unwrap();
    assert_eq!(internal.primary_cells(), 1);
    assert!(internal.was_attacked());
    let mut text = Vec::new();
    internal.write_csv(&released, &mut text).unwrap();
    insta::assert_snapshot!(String::from_utf8(text).unwrap());
}

#[test]
fn the_public_json_carries_policy_note_loss_and_hash() {
    let released = release(table(&[2, 31, 24, 48, 0, 17]), &DisclosurePolicy::default()).unwrap();
    let json = serde_json::to_string_pretty(&released).unwrap();
    assert!(!json.contains("primary") && !json.contains("secondary"));
    insta::assert_snapshot!(json);
}

#[test]
fn the_hash_follows_every_published_number_and_the_policy() {
    let hash = |counts: &[u32], policy: &DisclosurePolicy| {
        release(table(counts), policy)
            .unwrap()
            .content_hash()
            .to_owned()
    };
    let usual = DisclosurePolicy::default();
    let strict = DisclosurePolicy::new("strict", 5, 5, ZeroRule::Published).unwrap();
    let base = hash(&[20, 31, 24, 48, 0, 17], &usual);
    assert_eq!(base, hash(&[20, 31, 24, 48, 0, 17], &usual));
    assert_ne!(base, hash(&[21, 31, 24, 48, 0, 17], &usual));
    assert_ne!(base, hash(&[20, 31, 24, 48, 0, 17], &strict));
    assert_eq!(base.len(), 64);
}

#[test]
fn a_sensitive_table_follows_the_stricter_minimum() {
    let policy = DisclosurePolicy::default().sensitive("occupancy");
    let released = release(table(&[4, 31, 24, 48, 9, 17]), &policy).unwrap();
    assert_eq!(released.minimum_frequency(), 5);
    assert_eq!(released.display(&["0101", "nursery"]).as_deref(), Some("."));
    let usual = release(table(&[4, 31, 24, 48, 9, 17]), &DisclosurePolicy::default()).unwrap();
    assert_eq!(usual.display(&["0101", "nursery"]).as_deref(), Some("4"));
    assert_eq!(usual.loss().suppressed_cells, 0);
    assert_eq!(usual.loss().share_of_count, Some(0.0));
}

#[test]
fn a_table_without_children_is_published_as_zeros() {
    let released = release(table(&[0; 6]), &DisclosurePolicy::default()).unwrap();
    assert!(released.cells().all(|cell| cell.status == CellStatus::Zero));
}

#[test]
fn every_refusal_has_its_listed_number() {
    let build = |dimensions: Vec<Dimension>, counts: Vec<u32>| {
        ConfidentialTable::new("t", children(), dimensions, counts)
            .unwrap_err()
            .code()
    };
    let flat = |codes: &[&str]| {
        let members = codes
            .iter()
            .map(|code| Member::new(*code, children()))
            .collect();
        Dimension::new("d", children(), members)
    };
    let member = |code: &str, parent: &str| Member::new(code, children()).under(parent);
    let of = |members| Dimension::new("d", children(), members);
    let many: Vec<String> = (0..500).map(|number| number.to_string()).collect();
    let large = |code: &str| {
        Dimension::new(
            code,
            children(),
            many.iter().map(|m| Member::new(m, children())).collect(),
        )
    };
    let codes = [
        build(vec![], vec![]),
        build(vec![flat(&[])], vec![]),
        build(vec![flat(&["a", "a"])], vec![1, 2]),
        build(vec![of(vec![member("a", "nowhere")])], vec![1]),
        build(vec![of(vec![member("a", "b"), member("b", "a")])], vec![]),
        build(vec![flat(&[TOTAL_CODE])], vec![1]),
        build(vec![flat(&["a", "b"])], vec![1]),
        ConfidentialTable::from_records("t", children(), vec![areas()], [(vec!["north"], 1)])
            .unwrap_err()
            .code(),
        build(vec![large("x"), large("y")], vec![]),
    ];
    let expected: Vec<&str> = ERROR_CODES.iter().map(|code| code.code).take(9).collect();
    assert_eq!(codes.as_slice(), expected.as_slice());
    let message = ConfidentialTable::from_records(
        "t",
        children(),
        vec![areas()],
        [(vec!["north"], 4711), (vec!["0199"], 4711)],
    )
    .unwrap_err()
    .to_string();
    assert!(
        message.contains("north") && message.contains("1 more"),
        "{message}"
    );
    assert!(!message.contains("4711"), "no message shows a count");
}

#[test]
fn policies_that_protect_too_little_are_refused() {
    let policy = |general, sensitive| {
        DisclosurePolicy::new("p", general, sensitive, ZeroRule::Published).unwrap_err()
    };
    assert_eq!(policy(2, 5), PolicyError::Frequency { found: 2 });
    assert_eq!(policy(3, 2000), PolicyError::Frequency { found: 2000 });
    assert_eq!(
        policy(5, 3),
        PolicyError::SensitiveBelowGeneral {
            sensitive: 3,
            general: 5
        }
    );
    assert!(DisclosurePolicy::new(" ", 3, 5, ZeroRule::Published).is_err());
}

#[test]
fn a_series_keeps_its_slices_and_says_what_it_does_not_check() {
    let slices = vec![
        ("2026-08".to_owned(), table(&[2, 31, 24, 48, 0, 17])),
        ("2026-09".to_owned(), table(&[4, 31, 24, 48, 0, 17])),
    ];
    let series = release_series(slices, &DisclosurePolicy::default()).unwrap();
    let labels: Vec<&str> = series.slices().iter().map(|slice| slice.label()).collect();
    assert_eq!(labels, ["2026-08", "2026-09"]);
    assert!(
        series
            .method_note()
            .en
            .contains("not checked against each other")
    );
    assert!(series.method_note().de.contains("nicht gegeneinander"));

    let policy = DisclosurePolicy::default();
    assert!(
        release_series(vec![], &policy)
            .unwrap_err()
            .to_string()
            .starts_with("E5011")
    );
    let twice = vec![
        ("a".to_owned(), table(&[9; 6])),
        ("a".to_owned(), table(&[9; 6])),
    ];
    assert!(
        release_series(twice, &policy)
            .unwrap_err()
            .to_string()
            .contains("appears twice")
    );
    let other = ConfidentialTable::new("occupancy", children(), vec![care_types()], vec![9, 9]);
    let mixed = vec![
        ("a".to_owned(), table(&[9; 6])),
        ("b".to_owned(), other.unwrap()),
    ];
    assert!(
        release_series(mixed, &policy)
            .unwrap_err()
            .to_string()
            .contains("other dimensions")
    );
}

#[test]
fn a_single_count_shows_small_numbers_as_below_the_minimum() {
    let hidden_zeros = DisclosurePolicy::new("p", 3, 5, ZeroRule::Suppressed).unwrap();
    let policy = DisclosurePolicy::default().sensitive("language");
    let shown = |count, name| ReleasedCount::new(count, name, &policy).to_string();
    assert_eq!(
        [shown(0, "x"), shown(1, "x"), shown(3, "x")],
        ["0", "<3", "3"]
    );
    assert_eq!(shown(4, "language"), "<5");
    assert_eq!(ReleasedCount::new(0, "x", &hidden_zeros).to_string(), "<3");
    let small = ReleasedCount::new(2, "x", &policy);
    assert_eq!(
        serde_json::to_string(&small).unwrap(),
        r#"{"value":null,"display":"<3"}"#
    );
    assert_eq!(format!("{small:?}"), "ReleasedCount(<3)");
}

/// Rows of a shared case, or `None` with a printed reason.
#[allow(clippy::disallowed_methods)] // test input from outside the project
fn shared_case(path: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let root = std::env::var("PLACEWRIGHT_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let Ok(bytes) = std::fs::read(format!("{root}/cases/disclosure/{path}")) else {
        println!("skipped: no shared case {path}");
        return None;
    };
    Some(
        csv::Reader::from_reader(bytes.as_slice())
            .deserialize()
            .map(Result::unwrap)
            .collect(),
    )
}

/// A flat or two-level table from the rows of a case.
fn case_table(
    rows: &[BTreeMap<String, String>],
    row: &str,
    parent: Option<&str>,
    column: &str,
    count: &str,
) -> ConfidentialTable {
    let mut members: BTreeMap<String, Member> = BTreeMap::new();
    for record in rows {
        let leaf = Member::new(&record[row], children());
        let leaf = match parent {
            Some(parent) => {
                let above = format!("above {}", record[parent]);
                members
                    .entry(above.clone())
                    .or_insert_with(|| Member::new(&above, children()));
                leaf.under(above)
            }
            None => leaf,
        };
        members.entry(record[row].clone()).or_insert(leaf);
    }
    let columns: BTreeMap<&str, Member> = rows
        .iter()
        .map(|record| {
            (
                record[column].as_str(),
                Member::new(&record[column], children()),
            )
        })
        .collect();
    let dimensions = vec![
        Dimension::new("row", children(), members.into_values().collect()),
        Dimension::new("column", children(), columns.into_values().collect()),
    ];
    let records = rows.iter().map(|record| {
        let cell = vec![record[row].as_str(), record[column].as_str()];
        (cell, record[count].parse::<u32>().unwrap())
    });
    ConfidentialTable::from_records("case", children(), dimensions, records).unwrap()
}

/// Every small cell of the case stays ambiguous; gives primary and suppressed cells.
fn assert_safe(
    name: &str,
    rows: &[BTreeMap<String, String>],
    table: ConfidentialTable,
    policy: &DisclosurePolicy,
) -> (usize, usize) {
    let minimum = policy.minimum_frequency("case");
    let (released, internal) = release_with_audit(table, policy).unwrap();
    let attack = audit(&released).unwrap();
    for cell in &attack.cells {
        let coordinates: Vec<&str> = cell.coordinates.iter().map(String::as_str).collect();
        if internal.status(&released, &coordinates) == Some("primary") {
            assert!(cell.is_ambiguous(minimum), "{name}: {cell:?}");
        }
    }
    let counts = (internal.primary_cells(), released.loss().suppressed_cells);
    println!(
        "{name}: {} rows, (primary, suppressed) = {counts:?}",
        rows.len()
    );
    counts
}

fn at_least(minimum: u32, zeros: ZeroRule) -> DisclosurePolicy {
    DisclosurePolicy::new("case", minimum, minimum, zeros).unwrap()
}

#[test]
fn z1_is_safe_with_hardly_more_cells_than_the_peer_that_guards_against_subtraction_only() {
    let Some(rows) = shared_case("gauss/data_z1.csv") else {
        return;
    };
    let table = case_table(&rows, "region", None, "hovedint", "ant");
    let (primary, suppressed) = assert_safe("z1", &rows, table, &at_least(4, ZeroRule::Published));
    assert_eq!(primary, 3);
    assert!(suppressed <= 9, "the peer hides 6: {suppressed}");
}

#[test]
fn z2_is_safe_in_both_of_its_hierarchies_where_the_peer_leaves_six_of_eleven_cells_certain() {
    let Some(rows) = shared_case("gauss/data_z2.csv") else {
        return;
    };
    for parent in ["fylke", "kostragr"] {
        for zeros in [ZeroRule::Published, ZeroRule::Suppressed] {
            let table = case_table(&rows, "region", Some(parent), "hovedint", "ant");
            let (primary, suppressed) = assert_safe(parent, &rows, table, &at_least(4, zeros));
            assert!(
                primary >= 7 && suppressed <= 43,
                "{parent}: {primary} {suppressed}"
            );
        }
    }
}

#[test]
fn the_german_facility_table_is_safe_within_one_and_a_half_times_the_cells_of_the_peer() {
    let Some(rows) = shared_case("regional22541/gauss_maxN2_inner.csv") else {
        return;
    };
    for (minimum, peer) in [(3, 564), (4, 646)] {
        let table = case_table(&rows, "code", Some("land"), "type", "freq");
        let policy = at_least(minimum, ZeroRule::Published);
        let (_, suppressed) = assert_safe("22541", &rows, table, &policy);
        assert!(
            suppressed * 2 <= peer * 3,
            "{suppressed} cells, the peer hides {peer}"
        );
    }
}

/// A city of areas in districts, deterministic, with many small cells.
fn city(areas: u32, districts: u32) -> ReleasedTable {
    let mut members: Vec<Member> = (0..districts)
        .map(|district| Member::new(format!("d{district:02}"), children()))
        .collect();
    members.extend((0..areas).map(|area| {
        let member = Member::new(format!("a{area:03}"), children());
        if districts == 0 {
            member
        } else {
            member.under(format!("d{:02}", area % districts))
        }
    }));
    let care: Vec<Member> = ["day_care", "hort", "kindergarten", "nursery"]
        .map(|care| Member::new(care, children()))
        .to_vec();
    let counts = (0..areas * 4)
        .map(|cell| {
            let noise = (cell + 1).wrapping_mul(2_654_435_761) >> 8;
            match noise % 10 {
                0 => noise / 10 % 3,
                1 | 2 => noise / 10 % 9,
                _ => noise / 10 % 160,
            }
        })
        .collect();
    let dimensions = vec![
        Dimension::new("area", children(), members),
        Dimension::new("care_type", children(), care),
    ];
    let table = ConfidentialTable::new("city", children(), dimensions, counts).unwrap();
    release(table, &DisclosurePolicy::default()).unwrap()
}

#[test]
fn a_city_of_64_areas_in_10_districts_is_released_with_few_suppressions() {
    let released = city(64, 10);
    assert_eq!(released.loss().cells, 75 * 5);
    assert!(
        released.loss().share_of_cells < 0.25,
        "{:?}",
        released.loss()
    );
}

#[test]
fn three_hundred_facilities_are_released() {
    let released = city(300, 0);
    assert_eq!(released.loss().cells, 301 * 5);
    assert!(
        released.loss().share_of_cells < 0.25,
        "{:?}",
        released.loss()
    );
}

#[test]
fn large_counts_are_hidden_like_any_other_where_a_small_one_would_follow() {
    let counts = vec![2, 310, 260, 420, 530, 640];
    let dimensions = vec![areas(), care_types()];
    let table = ConfidentialTable::new("large", children(), dimensions, counts).unwrap();
    let (released, internal) = release_with_audit(table, &DisclosurePolicy::default()).unwrap();
    assert_eq!(internal.primary_cells(), 1);
    let hidden: Vec<_> = released
        .cells()
        .filter(|cell| cell.status == CellStatus::Suppressed)
        .collect();
    assert!(
        hidden.len() >= 4,
        "one more in the row, one in the column, and their corner"
    );
    assert!(hidden.iter().all(|cell| cell.value.is_none()));
}
