//! Specs, microdata and published tables: what they give and what they are refused for.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use std::collections::BTreeSet;

use disclosure::{
    AuditError, ConfidentialTable, ERROR_CODES, ProtectionSpec, ReleasedTable, audit,
    audit_published, linked_tables, read_microdata, read_published, release, release_with_audit,
};
use domain::InputProblem;
use proptest::prelude::*;

const SPEC: &str = r#"{
    "rule": "threshold",
    "k": 3,
    "method": "suppress",
    "zeros": "published",
    "version": "2026-08",
    "count": "children",
    "dimension": [
        { "column": "area", "label_de": "Stadtteil", "label_en": "Area",
          "members": ["north", "0101", "0102", "0201"],
          "parents": { "0101": "north", "0102": "north" },
          "labels": { "north": { "de": "Nord", "en": "North" } } },
        { "column": "care_type", "label_de": "Betreuungsform", "label_en": "Care type" }
    ],
    "table": [
        { "name": "by_area_and_care", "dimensions": ["area", "care_type"],
          "label_de": "Kinder", "label_en": "Children" },
        { "name": "by_area", "dimensions": ["area"] }
    ]
}"#;

/// Extra columns come first, between and last; rows of one cell are added up.
const MICRODATA: &str = "\
child,area,age,care_type,children,note
1,0101,2,nursery,1,
2,0101,2,nursery,1,a
3,0101,4,kindergarten,31,
4,0102,1,nursery,24,
5,0102,4,kindergarten,48,
6,0201,5,kindergarten,17,\"b, c\"
";

fn parse(text: &str) -> Result<ProtectionSpec, Vec<InputProblem>> {
    ProtectionSpec::parse(text, "spec.json", |text| serde_json::from_str(text))
}

fn spec() -> ProtectionSpec {
    parse(SPEC).unwrap()
}

/// The spec with one text replaced, which must be there.
fn with(old: &str, new: &str) -> String {
    assert!(SPEC.contains(old), "{old}");
    SPEC.replacen(old, new, 1)
}

fn lines(problems: &[InputProblem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn released() -> Vec<ReleasedTable> {
    let tables = read_microdata(MICRODATA.as_bytes(), "children.csv", &spec()).unwrap();
    let one = |table: ConfidentialTable| release(table, spec().policy()).unwrap();
    tables.into_iter().map(one).collect()
}

fn csv(table: &ReleasedTable) -> String {
    let mut text = Vec::new();
    table.write_csv(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn records_become_tables_and_a_released_table_is_read_back_and_attacked() {
    let tables = released();
    let text = csv(&tables[0]);
    insta::assert_snapshot!(text);
    let read = read_published(text.as_bytes(), "t.csv", &spec(), "by_area_and_care").unwrap();
    let attack = audit_published(&read).unwrap();
    assert_eq!(
        attack,
        audit(&tables[0]).unwrap(),
        "the file holds all a reader knows"
    );
    assert!(attack.cells.iter().all(|cell| !cell.is_disclosed(3)));
    assert_eq!(
        format!("{read:?}"),
        r#"PublishedTable("by_area_and_care", 15 cells)"#
    );
    assert_eq!(tables[0].policy().version(), "2026-08");
    assert_eq!(tables[0].dimensions()[0].members[0].label.de, "Nord");
    assert_eq!(
        tables[1].label().de,
        "by_area",
        "the name stands in for a label"
    );
}

#[test]
fn without_a_count_column_every_record_is_one_child() {
    let text = with("\"count\": \"children\",", "");
    let file = format!(
        "area,care_type\n{}{}",
        "0101,nursery\n".repeat(4),
        "0201,nursery\n".repeat(5)
    );
    let tables = read_microdata(file.as_bytes(), "m", &parse(&text).unwrap()).unwrap();
    let one = release(tables[0].clone(), spec().policy()).unwrap();
    assert_eq!(one.display(&["0101", "nursery"]).as_deref(), Some("4"));
    assert_eq!(one.display(&["_total", "_total"]).as_deref(), Some("9"));
}

/// The order of records must not show in the result.
#[test]
fn the_order_of_records_changes_no_byte() {
    let (header, rows) = MICRODATA.split_once('\n').unwrap();
    let mut turned: Vec<&str> = rows.lines().collect();
    turned.reverse();
    let turned = format!("{header}\n{}\n", turned.join("\n"));
    let tables = read_microdata(turned.as_bytes(), "m", &spec()).unwrap();
    let hashes: Vec<String> = released()
        .iter()
        .map(|t| t.content_hash().to_owned())
        .collect();
    for (table, hash) in tables.into_iter().zip(hashes) {
        assert_eq!(
            release(table, spec().policy()).unwrap().content_hash(),
            hash
        );
    }
}

#[test]
fn every_fault_of_a_spec_has_its_number_and_place() {
    let dimension = r#""column": "care_type""#;
    let table = r#"{ "name": "by_area", "dimensions": ["area"] }"#;
    let table_with = |text: &str| with(table, text);
    let cases = [
        ("E5020", "{".to_owned(), "cannot be parsed"),
        ("E5020", "[]".to_owned(), "instead of keys"),
        ("E5021", with("\"count\"", "\"counts\""), "column counts"),
        (
            "E5021",
            with("\"en\": \"North\"", "\"en\": \"North\", \"fr\": \"N\""),
            "labels.north.fr",
        ),
        ("E5022", with("\"rule\": \"threshold\",", ""), "column rule"),
        ("E5022", with("\"k\": 3,", ""), "column k"),
        (
            "E5022",
            with(dimension, "\"members\": []"),
            "dimension 2.column",
        ),
        (
            "E5022",
            table_with(r#"{ "name": "by_area" }"#),
            "table 2.dimensions",
        ),
        (
            "E5022",
            with("\"dimension\":", "\"dimensions\":"),
            "column dimension",
        ),
        (
            "E5023",
            with("\"k\": 3", "\"k\": \"3\""),
            "not a whole number",
        ),
        ("E5023", with("\"k\": 3", "\"k\": -1"), "value \"-1\""),
        ("E5023", with("threshold", "majority"), "not threshold"),
        ("E5023", with("\"suppress\"", "\"hide\""), "not suppression"),
        ("E5023", with("\"published\"", "true"), "value \"true\""),
        (
            "E5023",
            with("\"published\"", "\"shown\""),
            "neither published nor suppressed",
        ),
        (
            "E5023",
            with("\"version\": \"2026-08\"", "\"version\": \" \""),
            "column version",
        ),
        (
            "E5023",
            table_with(r#"{ "name": "../by_area", "dimensions": ["area"] }"#),
            "small letters",
        ),
        (
            "E5023",
            table_with(r#"{ "name": "by_area", "dimensions": "area" }"#),
            "list of texts",
        ),
        (
            "E5023",
            table_with(r#"{ "name": "by_area", "dimensions": [1] }"#),
            "something else",
        ),
        ("E5023", table_with("7"), "not a table"),
        ("E5100", with("threshold", "dominance"), "dominance"),
        ("E5100", with("threshold", "p_percent"), "p_percent"),
        ("E5079", with("\"suppress\"", "\"cell_key\""), "cell_keys"),
        ("E5079", with("\"suppress\"", "\"round\""), "rounding"),
        (
            "E5026",
            with("\"k\": 3", "\"k\": 3, \"ledger\": \"l.csv\""),
            "l.csv",
        ),
        (
            "E5027",
            with(dimension, "\"column\": \"area\""),
            "dimension 2",
        ),
        (
            "E5027",
            with(dimension, "\"column\": \"children\""),
            "count as well",
        ),
        (
            "E5027",
            table_with(r#"{ "name": "by_area_and_care", "dimensions": ["area"] }"#),
            "table 2",
        ),
        (
            "E5027",
            with("\"0101\", \"0102\"", "\"0101\", \"0101\""),
            "listed twice",
        ),
        (
            "E5028",
            table_with(r#"{ "name": "by_area", "dimensions": ["age"] }"#),
            "\"age\"",
        ),
        (
            "E5029",
            with("\"published\"", "\"suppressed\""),
            "care_type",
        ),
        (
            "E5001",
            table_with(r#"{ "name": "by_area", "dimensions": [] }"#),
            "0 dimensions",
        ),
        (
            "E5003",
            table_with(r#"{ "name": "t", "dimensions": ["area", "area"] }"#),
            "twice",
        ),
        (
            "E5005",
            with("\"0102\": \"north\"", "\"north\": \"0101\""),
            "circle",
        ),
        ("E5006", with("\"0201\"", "\"_total\""), "reserved"),
        (
            "E5006",
            with(dimension, "\"column\": \"value\""),
            "reserved",
        ),
        ("E5010", with("\"k\": 3", "\"k\": 2"), "outside 3..=1000"),
    ];
    for (code, text, part) in &cases {
        let problems = parse(text).expect_err(code);
        let found = problems.iter().find(|problem| problem.code == *code);
        let shown = found
            .map(ToString::to_string)
            .unwrap_or_else(|| lines(&problems));
        assert!(
            found.is_some() && shown.contains(part),
            "{code} {part}: {shown}"
        );
        assert!(problems.iter().all(|problem| problem.file == "spec.json"));
    }
    let listed: BTreeSet<&str> = ERROR_CODES.iter().map(|entry| entry.code).collect();
    assert!(cases.iter().all(|(code, _, _)| listed.contains(code)));
}

#[test]
fn all_faults_of_a_spec_are_told_at_once() {
    let text = with("\"k\": 3", "\"k\": 1, \"kk\": 3")
        .replace("threshold", "dominance")
        .replace(
            "\"dimensions\": [\"area\"]",
            "\"dimensions\": [\"age\", \"hours\"]",
        );
    insta::assert_snapshot!(lines(&parse(&text).unwrap_err()));
}

#[test]
fn every_fault_of_microdata_has_its_number_row_column_and_value() {
    let header = "area,care_type,children\n";
    let rows = |rows: &str| format!("{header}{rows}").into_bytes();
    let cases: [(&str, Vec<u8>, &str); 17] = [
        ("E5030", Vec::new(), "the file is empty"),
        ("E5030", rows(""), "a header but no rows"),
        (
            "E5031",
            b"area,children\n0101,1\n".to_vec(),
            "\"care_type\" is missing",
        ),
        (
            "E5031",
            b"area,area,care_type,children\na,a,b,1\n".to_vec(),
            "twice",
        ),
        (
            "E5032",
            rows("0101,nursery\n"),
            "row 1: the row has 2 fields",
        ),
        (
            "E5033",
            [rows("").as_slice(), b"0101,\xff,1\n"].concat(),
            "row 1, column care_type",
        ),
        (
            "E5033",
            b"\xff,area,care_type,children\n".to_vec(),
            "column 1",
        ),
        (
            "E5034",
            rows("0101,,1\n"),
            "row 1, column care_type, value \"\"",
        ),
        (
            "E5034",
            rows("0101,nursery,\n"),
            "row 1, column children, value \"\"",
        ),
        (
            "E5035",
            rows("0101,nursery,1\n0199,nursery,1\n"),
            "row 2, column area, value \"0199\"",
        ),
        ("E5035", rows("north,nursery,1\n"), "the member has parts"),
        ("E5035", rows("0101,_total,1\n"), "stands for the total"),
        ("E5036", rows("0101,nursery,-1\n"), "value \"-1\""),
        ("E5036", rows("0101,nursery,1.5\n"), "value \"1.5\""),
        ("E5036", rows("0101,nursery,1000001\n"), "value \"1000001\""),
        ("E5036", rows("0101,nursery, 1\n"), "value \" 1\""),
        (
            "E5037",
            rows(&"0199,nursery,1\n".repeat(1_003)),
            "3 further problems",
        ),
    ];
    for (code, bytes, part) in &cases {
        let problems = read_microdata(bytes.as_slice(), "children.csv", &spec()).unwrap_err();
        let found = problems.iter().find(|problem| problem.code == *code);
        let shown = found
            .map(ToString::to_string)
            .unwrap_or_else(|| lines(&problems));
        assert!(
            found.is_some() && shown.contains(part),
            "{code} {part}: {shown}"
        );
    }
    let bom = format!("\u{feff}{header}0101,nursery,5\n");
    assert!(read_microdata(bom.as_bytes(), "m", &spec()).is_ok());
    let both = rows("0199,,x\n0101,nursery,1\n,nursery,1\n");
    let problems = read_microdata(both.as_slice(), "m", &spec()).unwrap_err();
    let codes: Vec<_> = problems.iter().map(|p| (p.row, p.code)).collect();
    let expected = [(1, "E5035"), (1, "E5034"), (1, "E5036"), (3, "E5034")];
    assert_eq!(codes, expected.map(|(row, code)| (Some(row), code)));
}

#[test]
fn codes_that_make_too_many_cells_are_refused_with_the_table() {
    let text = SPEC.replace("\"area\"", "\"child\"").replace(
        "\"members\": [\"north\", \"0101\", \"0102\", \"0201\"],",
        "",
    );
    let text = text.replace(
        "\"parents\": { \"0101\": \"north\", \"0102\": \"north\" },",
        "",
    );
    let text = text.replace(
        "\"labels\": { \"north\": { \"de\": \"Nord\", \"en\": \"North\" } }",
        "\"members\": []",
    );
    let spec = parse(&text).unwrap();
    let mut rows = String::from("child,care_type,children\n");
    for number in 0..600 {
        rows.push_str(&format!("{number},{number},1\n"));
    }
    let problems = read_microdata(rows.as_bytes(), "m", &spec).unwrap_err();
    assert_eq!(
        problems.len(),
        1,
        "the table of one dimension is good: {problems:?}"
    );
    assert!(
        lines(&problems).starts_with("E5009  spec.json, column table, value \"by_area_and_care\"")
    );
}

#[test]
fn every_fault_of_a_published_table_has_its_number() {
    let good = csv(&released()[0]);
    let change = |old: &str, new: &str| {
        assert!(good.contains(old), "{old} in {good}");
        good.replacen(old, new, 1)
    };
    let total = "_total,_total,122,published\n";
    let cases = [
        (
            "E5031",
            change("status", "remark"),
            "\"remark\" is not part",
        ),
        ("E5034", change("0201,nursery", ",nursery"), "column area"),
        (
            "E5035",
            change("0201,nursery", "0299,nursery"),
            "value \"0299\"",
        ),
        (
            "E5038",
            change(total, "_total,_total,122,suppressed\n"),
            "\"suppressed\" does not fit",
        ),
        (
            "E5038",
            change(total, "_total,_total,,published\n"),
            "\"published\" does not fit",
        ),
        ("E5038", change("0,zero", "1,zero"), "\"zero\" does not fit"),
        (
            "E5038",
            change(total, "_total,_total,122,hidden\n"),
            "\"hidden\" does not fit",
        ),
        (
            "E5039",
            change(total, &total.repeat(2)),
            "row 16: the cell _total / _total stands twice",
        ),
        (
            "E5039",
            change(total, ""),
            "the cell _total / _total is missing",
        ),
        (
            "E5040",
            change(total, "_total,_total,121,published\n"),
            "_total / _total is 121",
        ),
        (
            "E5040",
            change(total, "_total,_total,1,published\n"),
            "_total / _total is 1 ",
        ),
    ];
    for (code, text, part) in &cases {
        let read = read_published(text.as_bytes(), "t.csv", &spec(), "by_area_and_care");
        let problems = read.unwrap_err();
        let found = problems.iter().find(|problem| problem.code == *code);
        let shown = found
            .map(ToString::to_string)
            .unwrap_or_else(|| lines(&problems));
        assert!(
            found.is_some() && shown.contains(part),
            "{code} {part}: {shown}"
        );
    }
    let unknown = read_published(good.as_bytes(), "t.csv", &spec(), "by_age").unwrap_err();
    assert_eq!(unknown[0].code, "E5041");
    assert!(lines(&unknown).contains("by_area_and_care, by_area"));
}

/// Each sum by itself allows a table, both together do not: x + y = 2 and x + y = 3.
#[test]
fn numbers_that_only_together_allow_no_table_are_a_contradiction() {
    let text = r#"{ "rule": "threshold", "k": 3,
        "dimension": [{ "column": "area", "label_de": "A", "label_en": "A" },
                      { "column": "care", "label_de": "B", "label_en": "B" }],
        "table": [{ "name": "t", "dimensions": ["area", "care"] }] }"#;
    let spec = parse(text).unwrap();
    let file = "area,care,value,status\n\
        a,x,,suppressed\na,y,,suppressed\na,_total,9,published\n\
        b,x,,suppressed\nb,y,,suppressed\nb,_total,9,published\n\
        _total,x,3,published\n_total,y,4,published\n_total,_total,,suppressed\n";
    let table = read_published(file.as_bytes(), "t.csv", &spec, "t").unwrap();
    let Err(AuditError::Contradiction(problem)) = audit_published(&table) else {
        panic!("18 children by area cannot be 7 by care type");
    };
    assert_eq!((problem.code, problem.file.as_str()), ("E5040", "t.csv"));
}

#[test]
fn a_cell_hidden_alone_is_disclosed_and_a_large_one_that_is_nearly_known_is_not() {
    let text = SPEC.replace("\"by_area\"", "\"t\"");
    let spec = parse(&text).unwrap();
    let attack = |file: &str| {
        let file = format!("area,value,status\n{file}");
        audit_published(&read_published(file.as_bytes(), "t.csv", &spec, "t").unwrap()).unwrap()
    };
    let alone = attack(
        "north,9,published\n0101,,suppressed\n0102,8,published\n0201,4,published\n_total,13,published\n",
    );
    assert!(alone.cells[0].is_recovered() && alone.cells[0].is_disclosed(3));
    let pair = attack(
        "north,2,published\n0101,,primary\n0102,,secondary\n0201,4,published\n_total,6,published\n",
    );
    assert!(
        pair.cells.iter().all(|cell| cell.is_disclosed(3)),
        "0 to 2: small for certain"
    );
    let wide = attack(
        "north,3,published\n0101,,primary\n0102,,secondary\n0201,4,published\n_total,7,published\n",
    );
    assert!(
        wide.cells.iter().all(|cell| !cell.is_disclosed(3)),
        "0 to 3"
    );
    let large = attack(
        "north,,suppressed\n0101,4,published\n0102,5,published\n0201,4,published\n_total,13,published\n",
    );
    assert!(
        large.cells[0].is_recovered() && !large.cells[0].is_disclosed(3),
        "9 is not small"
    );
}

#[test]
fn tables_that_share_cells_are_named_with_the_cells_one_gives_away() {
    let tables = released();
    let pairs = linked_tables(&tables);
    assert_eq!(pairs.len(), 1);
    assert_eq!(pairs[0].tables, ["by_area_and_care", "by_area"]);
    assert_eq!(pairs[0].dimensions, ["area"]);
    assert_eq!((pairs[0].shared_cells, pairs[0].exposed_cells), (5, 0));

    // The same areas, but hidden differently: five cells, of which those that differ are exposed.
    let other = ConfidentialTable::new(
        "other",
        disclosure::Label::new("Kinder", "Children"),
        vec![disclosure::Dimension::new(
            "area",
            disclosure::Label::new("Stadtteil", "Area"),
            ["0101", "0102", "0201"]
                .map(|code| disclosure::Member::new(code, disclosure::Label::new(code, code)))
                .to_vec(),
        )],
        vec![1, 30, 40],
    )
    .unwrap();
    let other = release(other, spec().policy()).unwrap();
    let hidden = other.cells().filter(|cell| cell.value.is_none()).count();
    assert_eq!(hidden, 2);
    let pairs = linked_tables(&[tables[1].clone(), other]);
    assert_eq!((pairs[0].shared_cells, pairs[0].exposed_cells), (4, 2));
    assert!(linked_tables(&tables[..1]).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn protecting_and_auditing_finds_no_disclosed_cell_among_those_that_are_small(
        counts in prop::collection::vec(prop_oneof![0_u32..=4, 0_u32..=9, 0_u32..=40], 6),
        zeros_published in any::<bool>(),
        minimum in 3_u32..=5,
    ) {
        let zeros = if zeros_published { "published" } else { "suppressed" };
        let text = with("\"published\"", &format!("\"{zeros}\""))
            .replace("\"k\": 3", &format!("\"k\": {minimum}"))
            .replace("\"label_en\": \"Care type\"", "\"label_en\": \"Care type\", \"members\": [\"nursery\", \"kindergarten\"]");
        let spec = parse(&text).unwrap();
        let mut rows = String::from("area,care_type,children\n");
        let cells = ["0101", "0102", "0201"].into_iter().flat_map(|a| ["nursery", "kindergarten"].map(|c| (a, c)));
        for ((area, care), count) in cells.zip(&counts) {
            rows.push_str(&format!("{area},{care},{count}\n"));
        }
        for table in read_microdata(rows.as_bytes(), "m", &spec).unwrap() {
            let (released, internal) = release_with_audit(table, spec.policy()).unwrap();
            let file = csv(&released);
            let read = read_published(file.as_bytes(), "t.csv", &spec, released.name()).unwrap();
            for cell in audit_published(&read).unwrap().cells {
                let codes: Vec<&str> = cell.coordinates.iter().map(String::as_str).collect();
                if internal.status(&released, &codes) == Some("primary") {
                    prop_assert!(cell.is_ambiguous(minimum));
                }
                prop_assert!(!cell.is_disclosed(minimum), "{:?} {:?}\n{}", counts, cell, file);
            }
        }
    }
}
