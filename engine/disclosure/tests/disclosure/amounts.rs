//! Specs about amounts: what they release, and what they are refused for.

use std::collections::BTreeMap;

use disclosure::{
    ERROR_CODES, ProtectError, ProtectionSpec, ReleasedAmounts, audit_published_amounts, protect,
    protect_amounts, read_published,
};

const RULE: &str = r#""rule": "p_percent", "k": 3,
    "p_percent": { "amount": "costs", "contributor": "provider", "percent": 10 }"#;
const DOMINANCE: &str = r#""rule": "dominance", "k": 3,
    "dominance": { "amount": "costs", "contributor": "provider", "contributors": 2, "percent": 80 }"#;
const TABLES: &str = r#"
    "dimension": [
        { "column": "area", "label_de": "Stadtteil", "label_en": "Area",
          "members": ["north", "01", "02", "03"], "parents": { "01": "north", "02": "north" } },
        { "column": "care", "label_de": "Betreuungsform", "label_en": "Care type" }
    ],
    "table": [
        { "name": "by_area_and_care", "dimensions": ["area", "care"] },
        { "name": "by_care", "dimensions": ["care"] }
    ]"#;

fn parse(rule: &str) -> Result<ProtectionSpec, Vec<domain::InputProblem>> {
    let text = format!("{{ {rule}, {TABLES} }}");
    ProtectionSpec::parse(&text, "spec.json", |text| serde_json::from_str(text))
}

/// Five providers everywhere; in 01 / u3 one of them has nearly everything.
fn microdata() -> String {
    let mut text = "provider,area,care,costs,note\n".to_owned();
    for area in ["01", "02", "03"] {
        for care in ["u3", "ue3"] {
            for provider in 0..5 {
                let costs = if (area, care, provider) == ("01", "u3", 0) {
                    "90000.50".to_owned()
                } else {
                    format!("{}.25", 1_000 + 100 * provider)
                };
                text += &format!("p{provider},{area},{care},{costs},x\n");
            }
        }
    }
    text
}

fn run(rule: &str, microdata: &str) -> Result<Vec<ReleasedAmounts>, ProtectError> {
    protect_amounts(microdata.as_bytes(), "costs.csv", &parse(rule).unwrap())
}

fn csv(table: &ReleasedAmounts) -> String {
    let mut text = Vec::new();
    table.write_csv(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn a_dominated_sum_is_hidden_and_follows_from_no_table_of_the_spec() {
    for rule in [RULE, DOMINANCE] {
        let tables = run(rule, &microdata()).unwrap();
        let [wide, narrow] = tables.as_slice() else {
            panic!("two tables")
        };
        assert_eq!(wide.display(&["01", "u3"]).as_deref(), Some("."), "{rule}");
        // The same sum is hidden in both tables or in none.
        assert_eq!(wide.display(&["_total", "u3"]), narrow.display(&["u3"]));
        let (cells, suppressed) = wide.cell_numbers();
        assert!(
            cells == 15 && (2..=9).contains(&suppressed),
            "{suppressed} of {cells}"
        );
        // Everything shown is exact.
        for area in ["01", "02", "03"] {
            let shown = wide.display(&[area, "ue3"]).unwrap();
            assert!(shown == "." || shown == "6001.25", "{shown}");
        }
        assert!(csv(wide).contains("01,u3,,suppressed\n"), "{}", csv(wide));
        assert_eq!(wide.content_hash().len(), 64);
        assert!(
            wide.rules()
                .english()
                .contains("none of fewer than 3 contributors")
        );
    }
}

#[test]
fn the_file_is_read_back_and_a_sum_put_back_is_found() {
    let spec = parse(RULE).unwrap();
    let wide = run(RULE, &microdata()).unwrap().remove(0);
    let text = csv(&wide);
    let audit = |text: &str| {
        let table = read_published(text.as_bytes(), "t.csv", &spec, "by_area_and_care").unwrap();
        audit_published_amounts(&table)
    };
    let safe = audit(&text);
    assert_eq!(safe.suppressed_cells, wide.cell_numbers().1);
    assert!(safe.recovered_cells.is_empty(), "{safe:?}");
    // Everything but the dominated sum: it is the total less the others.
    let mut exact: BTreeMap<(String, String), f64> = BTreeMap::new();
    for line in microdata().lines().skip(1) {
        let words: Vec<&str> = line.split(',').collect();
        let areas = match words[1] {
            "03" => vec!["03", "_total"],
            area => vec![area, "north", "_total"],
        };
        for area in areas {
            for care in [words[2], "_total"] {
                let sum = exact.entry((area.to_owned(), care.to_owned())).or_default();
                *sum += words[3].parse::<f64>().unwrap();
            }
        }
    }
    let mut broken = "area,care,value,status\n".to_owned();
    for ((area, care), sum) in &exact {
        broken += &if (area.as_str(), care.as_str()) == ("01", "u3") {
            "01,u3,,suppressed\n".to_owned()
        } else {
            format!("{area},{care},{sum},published\n")
        };
    }
    assert_eq!(audit(&broken).recovered_cells, [["01", "u3"]]);
    let contradicting = broken.replace("_total,_total,", "_total,_total,1");
    let refused = read_published(contradicting.as_bytes(), "t.csv", &spec, "by_area_and_care");
    assert_eq!(refused.unwrap_err()[0].code, "E5040");
}

#[test]
fn another_order_of_the_records_gives_the_same_bytes() {
    let text = microdata();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    let turned = lines.join("\n");
    let (one, other) = (run(RULE, &text).unwrap(), run(RULE, &turned).unwrap());
    assert_eq!(one, other);
    assert_eq!(one[0].content_hash(), other[0].content_hash());
}

#[test]
fn too_few_contributors_are_hidden_and_nobody_is_shown_as_0() {
    let text = "provider,area,care,costs\np,01,u3,10\nq,01,u3,10\np,02,u3,50\nq,02,u3,50\nr,02,u3,50\n\
        p,03,u3,50\nq,03,u3,60\nr,03,u3,50\np,02,ue3,50\nq,02,ue3,40\nr,02,ue3,50\n";
    let tables = run(RULE, text).unwrap();
    assert_eq!(tables[0].display(&["01", "u3"]).as_deref(), Some("."));
    assert_eq!(tables[0].display(&["01", "ue3"]).as_deref(), Some("0"));
}

#[test]
fn every_fault_of_a_rule_about_contributors_has_its_number_and_place() {
    let cases = [
        (
            "E5100",
            RULE.replace("\"p_percent\": {", "\"dominance\": {"),
            "another rule",
        ),
        ("E5100", RULE.replace("10", "0"), "p_percent.percent"),
        ("E5100", RULE.replace("10", "100"), "p_percent.percent"),
        (
            "E5100",
            DOMINANCE.replace(": 2", ": 0"),
            "dominance.contributors",
        ),
        (
            "E5100",
            DOMINANCE.replace(": 2", ": 1.5"),
            "dominance.contributors",
        ),
        (
            "E5022",
            DOMINANCE.replace("\"contributors\": 2,", ""),
            "dominance.contributors",
        ),
        (
            "E5022",
            RULE.replace("\"amount\": \"costs\",", ""),
            "p_percent.amount",
        ),
        ("E5022", RULE.replace("\"k\": 3,", ""), "column k"),
        ("E5023", RULE.replace("10", "\"ten\""), "not a number"),
        ("E5021", RULE.replace("10", "10, \"q\": 3"), "p_percent.q"),
        (
            "E5101",
            format!("{RULE}, \"method\": \"round\", \"rounding\": {{ \"base\": 5 }}"),
            "suppression only",
        ),
        (
            "E5101",
            format!("{RULE}, \"zeros\": \"suppressed\""),
            "shown as 0",
        ),
        ("E5101", format!("{RULE}, \"count\": \"n\""), "not children"),
        (
            "E5027",
            RULE.replace("\"costs\"", "\"area\""),
            "dimension as well",
        ),
        (
            "E5027",
            RULE.replace("\"costs\"", "\"provider\""),
            "amount and the contributor",
        ),
        ("E5010", RULE.replace("\"k\": 3", "\"k\": 1"), "column k"),
    ];
    for (code, rule, part) in &cases {
        let problems = parse(rule).expect_err(rule);
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let found = lines
            .iter()
            .any(|line| line.starts_with(code) && line.contains(part));
        assert!(found, "{code} {part}: {lines:?}");
        assert!(ERROR_CODES.iter().any(|entry| entry.code == *code));
    }
}

#[test]
fn bad_records_of_amounts_are_refused_all_at_once_and_nothing_is_released() {
    let text = "provider,area,care,costs\np,01,u3,-5\np,01,u3,1e9\np,01,u3,1.234\n,01,u3,5\n\
        p,99,u3,5\np,north,u3,5\np,01,_total,5\np,01,u3,\np,01,u3,1000000001\np,01,u3\n";
    let Err(ProtectError::Input(problems)) = run(RULE, text) else {
        panic!("refused")
    };
    let found: Vec<(&str, Option<u64>)> = problems.iter().map(|p| (p.code, p.row)).collect();
    assert_eq!(
        found,
        [
            ("E5102", Some(1)),
            ("E5102", Some(2)),
            ("E5102", Some(3)),
            ("E5034", Some(4)),
            ("E5035", Some(5)),
            ("E5035", Some(6)),
            ("E5035", Some(7)),
            ("E5034", Some(8)),
            ("E5102", Some(9)),
            ("E5032", Some(10)),
        ]
    );
    let lacking = run(RULE, "provider,area,care\np,01,u3\n").unwrap_err();
    assert!(lacking.to_string().starts_with("E5031"), "{lacking}");
    // A spec about amounts makes no tables of children, and the other way round.
    let spec = parse(RULE).unwrap();
    let counted = protect(microdata().as_bytes(), "costs.csv", &spec, None).unwrap_err();
    assert!(counted.to_string().starts_with("E5101"), "{counted}");
    let threshold = parse(r#""rule": "threshold", "k": 3"#).unwrap();
    let added = protect_amounts(microdata().as_bytes(), "costs.csv", &threshold).unwrap_err();
    assert!(added.to_string().starts_with("E5103"), "{added}");
}
