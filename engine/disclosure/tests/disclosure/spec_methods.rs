//! Specs that name a method: what they release and what they are refused for.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use disclosure::{
    ERROR_CODES, ProtectError, ProtectionSpec, ReleasedTable, audit, audit_published, protect,
    read_published,
};

const DIMENSIONS: &str = r#"
    "dimension": [
        { "column": "area", "label_de": "Stadtteil", "label_en": "Area",
          "members": ["31", "33", "34", "40"] },
        { "column": "care", "label_de": "Betreuungsform", "label_en": "Care type" }
    ],
    "table": [
        { "name": "by_area_and_care", "dimensions": ["area", "care"] },
        { "name": "by_care", "dimensions": ["care"] }
    ]"#;

const CELL_KEYS: &str = r#""method": "cell-keys", "cell_keys": {
    "pseudonym": "child", "reference_date": "2026-03-01", "key_version": "2026",
    "maximum_deviation": 5, "variance": 3, "not_published_up_to": 2, "stay": 0.5 }"#;
const ROUNDING: &str = r#""method": "rounding", "rounding": { "base": 5 }"#;
const MERGING: &str = r#""method": "merging",
    "merging": { "dimension": "area", "neighbours": [["31", "33"], ["33", "34"]] }"#;

const SECRET: &[u8] = b"a secret for tests, nothing else";

fn parse(method: &str) -> Result<ProtectionSpec, Vec<domain::InputProblem>> {
    let text = format!("{{ \"rule\": \"threshold\", \"k\": 3, {method}, {DIMENSIONS} }}");
    ProtectionSpec::parse(&text, "spec.json", |text| serde_json::from_str(text))
}

/// 90 children: many in two areas, one and two in the others.
fn microdata() -> String {
    let mut text = "child,area,care\n".to_owned();
    for child in 0..90 {
        let area = match child {
            0 => "33",
            1 | 2 => "34",
            _ if child % 2 == 0 => "31",
            _ => "40",
        };
        let care = if child % 3 == 0 { "u3" } else { "ue3" };
        text += &format!("{child},{area},{care}\n");
    }
    text
}

fn run(method: &str) -> Vec<ReleasedTable> {
    let spec = parse(method).unwrap();
    protect(microdata().as_bytes(), "children.csv", &spec, Some(SECRET)).unwrap()
}

fn csv(table: &ReleasedTable) -> String {
    let mut text = Vec::new();
    table.write_csv(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn every_method_releases_tables_that_are_read_back_and_attacked() {
    for (method, name) in [
        (r#""method": "suppression""#, "suppression"),
        (CELL_KEYS, "cell-keys"),
        (ROUNDING, "rounding"),
        (MERGING, "merging"),
    ] {
        let spec = parse(method).unwrap();
        assert_eq!(spec.method_name(), name);
        assert_eq!(spec.needs_secret(), name == "cell-keys");
        let tables = run(method);
        assert_eq!(tables[0].method().as_str(), name);
        for table in &tables {
            let text = csv(table);
            let read = read_published(text.as_bytes(), "t.csv", &spec, table.name()).unwrap();
            let attack = audit_published(&read).unwrap();
            assert_eq!(
                attack,
                audit(table).unwrap(),
                "{name}: the file holds all a reader knows"
            );
        }
    }
}

#[test]
fn the_files_show_the_method_cell_by_cell() {
    let shown: Vec<String> = [CELL_KEYS, ROUNDING, MERGING]
        .map(|method| csv(&run(method)[0]))
        .to_vec();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn tables_of_one_spec_with_cell_keys_agree_wherever_they_count_the_same_children() {
    let tables = run(CELL_KEYS);
    for care in ["u3", "ue3", "_total"] {
        assert_eq!(
            tables[0].display(&["_total", care]),
            tables[1].display(&[care])
        );
    }
    let mut rows: Vec<String> = microdata().lines().skip(1).map(str::to_owned).collect();
    rows.reverse();
    let turned = format!("child,area,care\n{}\n", rows.join("\n"));
    let spec = parse(CELL_KEYS).unwrap();
    let again = protect(turned.as_bytes(), "m", &spec, Some(SECRET)).unwrap();
    assert_eq!(again[0].content_hash(), tables[0].content_hash());
    let other = protect(
        turned.as_bytes(),
        "m",
        &spec,
        Some(b"another secret of 32 bytes here!"),
    );
    assert_ne!(other.unwrap()[0].content_hash(), tables[0].content_hash());
}

#[test]
fn tables_without_the_areas_of_a_merging_spec_are_protected_by_suppression() {
    for metric in ["maximum_difference", "hellinger"] {
        let choosing = format!("], \"or_suppress_by\": \"{metric}\" }}");
        let tables = run(&MERGING.replace("] }", &choosing));
        assert_eq!(tables[1].method().as_str(), "suppression");
        assert_eq!(
            tables[1].loss().suppressed_cells,
            0,
            "90 children in two care types"
        );
    }
}

#[test]
fn every_fault_of_a_method_has_its_number_and_place() {
    let cases = [
        ("E5079", r#""method": "rounding""#.to_owned(), "rounding"),
        (
            "E5079",
            r#""rounding": { "base": 5 }"#.to_owned(),
            "another method",
        ),
        ("E5074", ROUNDING.replace('5', "1"), "rounding.base"),
        ("E5074", ROUNDING.replace('5', "2.5"), "rounding.base"),
        ("E5075", ROUNDING.replace('5', "2"), "below k"),
        ("E5023", ROUNDING.replace('5', "\"five\""), "not a number"),
        (
            "E5022",
            ROUNDING.replace("\"base\": 5", ""),
            "rounding.base",
        ),
        (
            "E5021",
            ROUNDING.replace("5", "5, \"bases\": 3"),
            "rounding.bases",
        ),
        (
            "E5023",
            ROUNDING.replace("5", "5, \"zeros_may_rise\": 3"),
            "neither true nor false",
        ),
        ("E5070", CELL_KEYS.replace("0.5", "1.5"), "stay"),
        (
            "E5070",
            CELL_KEYS.replace("\": 5", "\": 77"),
            "maximum_deviation",
        ),
        (
            "E5071",
            CELL_KEYS.replace("\"variance\": 3", "\"variance\": 2"),
            "strictly between",
        ),
        (
            "E5078",
            CELL_KEYS
                .replace("\": 5", "\": 2")
                .replace("\": 2, \"stay\": 0.5", "\": 0")
                .replace("\"variance\": 3", "\"variance\": 1.5"),
            "below k",
        ),
        (
            "E5080",
            format!("{CELL_KEYS}, \"count\": \"children\""),
            "one child",
        ),
        (
            "E5023",
            CELL_KEYS.replace("2026-03-01", "1 March"),
            "not a date",
        ),
        ("E5076", MERGING.replace("\"area\"", "\"region\""), "region"),
        (
            "E5023",
            MERGING.replace("[\"31\", \"33\"]", "[\"31\"]"),
            "pairs",
        ),
        (
            "E5023",
            MERGING.replace("] }", "], \"or_suppress_by\": \"least\" }"),
            "hellinger",
        ),
        (
            "E5104",
            ROUNDING.replace('5', "3"),
            "not above k; raise the base above k: base = 5 for k = 3",
        ),
    ];
    for (code, method, part) in &cases {
        let problems = parse(method).expect_err(method);
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let found = lines
            .iter()
            .any(|line| line.starts_with(code) && line.contains(part));
        assert!(found, "{code} {part}: {lines:?}");
        assert!(ERROR_CODES.iter().any(|entry| entry.code == *code));
    }
}

#[test]
fn records_without_secret_or_with_a_child_twice_are_refused() {
    let spec = parse(CELL_KEYS).unwrap();
    let refused =
        |text: &str, secret: Option<&[u8]>| match protect(text.as_bytes(), "m", &spec, secret) {
            Err(ProtectError::Input(problems)) => problems[0].code,
            Err(ProtectError::CellKeys(error)) => error.code(),
            other => panic!("{other:?}"),
        };
    let good = "child,area,care\n1,31,u3\n";
    assert_eq!(refused(good, None), "E5080");
    assert_eq!(refused(good, Some(b"short")), "E5073");
    assert_eq!(
        refused("child,area,care\n1,31,u3\n1,31,u3\n", Some(SECRET)),
        "E5081"
    );
    assert_eq!(refused("child,area,care\n1,,u3\n", Some(SECRET)), "E5034");
    assert_eq!(refused("child,area,care\n1,99,u3\n", Some(SECRET)), "E5035");
    assert_eq!(refused("area,care\n31,u3\n", Some(SECRET)), "E5031");
    let few = "child,area,care\n1,31,u3\n2,33,u3\n";
    let merging = parse(MERGING).unwrap();
    let error = protect(few.as_bytes(), "m", &merging, None).unwrap_err();
    assert!(
        matches!(&error, ProtectError::Merging(error) if error.code() == "E5077"),
        "{error}"
    );
}
